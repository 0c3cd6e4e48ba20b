"""paper.json against the slow path: quadrature of the definitions in 30 digits, no rsrg inside.

(The lattice sums with 15 digits: their kinks make 30 slow.)
"""

import mpmath as mp
import numpy as np
import pytest

from rsrg.paper.claims.sums import growth
from rsrg.paper.setting import COUPLED
from rsrg.paper.signs import first_failures
from rsrg.paper.tables import CHANNELS
from rsrg.physics.coupling_source import Continuum

# critical_strains promises 1e-8; a root must lie within twice that
BRACKET = mp.mpf("2e-8")


def negative(values):
    return sum(v < 0 for v in values)


def assert_crossed(eigenvalues, strains):
    """Between just below and just above each strain as many eigenvalues change sign as fail."""
    for strain in strains:
        together = sum(abs(s - strain) < 1e-7 for s in strains)
        below, above = (negative(eigenvalues(mp.mpf(strain) + s * BRACKET)) for s in (-1, 1))
        assert abs(above - below) == together, strain


@pytest.mark.parametrize(("log", "contraction"), [(20, "six"), (20, "tensor"), (12.2, "six")])
def test_table_i(data, slow, log, contraction):
    cells = [
        c
        for c in data["table_1"]
        if c["contraction"] == contraction and round(c["log_ratio"], 1) == log
    ]
    assert len(cells) == 12
    for cell in cells if (log, contraction) == (20, "six") else cells[::5]:

        def eigenvalues(e, cell=cell):
            coupling = slow.formula(e, cell["alpha"], cell["log_ratio"])
            return slow.eigenvalues(coupling, cell["alpha"], contraction)

        assert_crossed(eigenvalues, [e for e in cell["ours"] if e is not None])
        missing = sum(e is None for e in cell["ours"])
        assert negative(eigenvalues(3)) == 3 - missing  # what does not cross below 3 is positive


@pytest.mark.parametrize("n0", [2, 3])
@pytest.mark.parametrize("reading", ["fixed/ellipsoid", "affine/sphere"])
def test_table_i_from_the_sums(data, slow, reading, n0):
    (cell,) = (
        c
        for c in data["table_1_from_sums"]
        if (c["glass"], c["reading"], c["n0"], c["contraction"]) == ("PS", reading, n0, "tensor")
        and c["log_ratio"] > 15
    )
    steps = mp.ceil(20 / mp.log(n0))
    assert cell["steps"] == steps
    found = sorted(cell["critical"].values())
    assert found

    def eigenvalues(e):
        with mp.workdps(15):  # 15 digits are far more than the bracket needs
            coupling = steps * slow.lattice(e, cell["alpha"], n0, reading)
            return slow.eigenvalues(coupling, cell["alpha"], "tensor")

    assert_crossed(eigenvalues, found[:1] * sum(s - found[0] < 1e-7 for s in found))


def value(data, key, index=0, part="numbers"):
    (claim,) = (c for c in data["claims"] if c["key"] == key)
    return claim[part][index]["value"]


def test_averages(data, slow):
    e = mp.mpf("0.2")
    squeeze = (1 + e) ** -2

    def average(w):
        m = slow.moments(w)
        return float(m[1] / m[0])

    def radius(u):
        return 1 / mp.sqrt(1 - u**2 + squeeze * u**2)

    for index, cut in enumerate(("0.5", "0.01")):
        expected = average(lambda u, c=cut: mp.log(radius(u) / mp.mpf(c)))
        assert value(data, "averages", index) == pytest.approx(expected, rel=1e-11)  # rounding
    surface = average(lambda u: mp.sqrt(1 - (1 - squeeze) * u**2))
    assert value(data, "averages", 0, "under") == pytest.approx(surface, rel=1e-11)


def test_prefactor_and_first_order(data, slow):
    assert value(data, "prefactor") == pytest.approx(2.0, rel=1e-12)
    tiny = mp.mpf("1e-5")
    a = slow.formula(tiny, "0.7", mp.mpf("0.5"))[0, 0]  # 2 ln(R/L₁) = 1: entry A
    expected = float(a / slow.growth(tiny, "0.7")[0, 0])
    # A is a difference of numbers of order 1 and itself 1e-6
    assert value(data, "first-order") == pytest.approx(expected, rel=1e-8)


def ratio_of_sums(slow, reading, small, large):
    """M_xxxx at two N0, e = 0.2, α = 0.7."""
    with mp.workdps(15):  # 15 digits are far more than the 1e-9 of haar_mean
        m = [slow.lattice(mp.mpf("0.2"), "0.7", n0, reading)[0, 0] for n0 in (small, large)]
    return float(m[1] / m[0])


@pytest.mark.parametrize("reading", ["affine/sphere", "fixed/ellipsoid"])
def test_growth_of_the_sum(slow, reading):
    expected = ratio_of_sums(slow, reading, 2, 3)
    assert growth(reading, 2, 3) == pytest.approx(expected, rel=1e-8)  # haar_mean: 1e-9


@pytest.mark.long
def test_growth_of_the_sum_in_the_claim(data, slow):
    for index, reading in enumerate(("affine/sphere", "fixed/ellipsoid")):
        expected = ratio_of_sums(slow, reading, 2, 8)
        assert value(data, "log-growth", index) == pytest.approx(expected, rel=1e-8)


def test_saturation(data, slow):
    """∫ Λ̃_yzyz ln g of an endless needle is 0.0425 at α = 0.7, so 100/17 steps are needed."""
    needle = slow.matrix(slow.moments(lambda u: -mp.log(1 - u**2) / 2), "0.7")
    assert float(needle[4, 4]) == pytest.approx(0.0425, rel=1e-12)
    assert value(data, "saturation") == pytest.approx(100 / 17, rel=1e-8)


@pytest.mark.parametrize(("index", "sign"), [(0, 1), (1, -1)])
def test_failure_under_shear(slow, index, sign):
    """∓ around e_xy found: ∫ Λ̃ ln g over the sphere, Λ̃ as printed, for three unequal axes."""
    u, w = np.polynomial.legendre.leggauss(60)
    phi = 2 * np.pi * (np.arange(120) + 0.5) / 120
    rim = np.sqrt(1 - u**2)[:, None]
    n = np.stack(np.broadcast_arrays(rim * np.cos(phi), rim * np.sin(phi), u[:, None]), axis=-1)
    n, w = n.reshape(-1, 3), np.repeat(w, 120) / 240
    d, steps = np.eye(3), sign * np.log(1e-3 / 50e-10) / np.log(2)

    def printed(i, j, k, m):
        a, b, c, e = n[:, i], n[:, j], n[:, k], n[:, m]
        deltas = d[i, k] * d[j, m] + d[i, m] * d[j, k]
        first = deltas / 2 - 0.75 * (
            d[j, m] * a * c + d[j, k] * a * e + d[i, k] * b * e + d[i, m] * b * c
        )
        mixed = a * b * d[k, m] + a * c * d[j, m] + a * e * d[j, k]
        mixed = mixed + b * c * d[i, m] + b * e * d[i, k] + c * e * d[i, j]
        return first + 0.35 * (-d[i, j] * d[k, m] - deltas + 3 * mixed - 15 * a * b * c * e)

    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    table = np.array([[printed(*p, *q) for q in pairs] for p in pairs])
    weight = np.array([1, np.sqrt(2), np.sqrt(2), 1, np.sqrt(2), 1])
    start = np.array(slow.inverse_elastic("0.7", "tensor").tolist(), dtype=float)

    def eigenvalues(e):
        inverse = np.linalg.inv(np.eye(3) + e * (np.outer(d[0], d[1]) + np.outer(d[1], d[0])))
        m = table @ (-w * np.log(np.linalg.norm(n @ inverse.T, axis=1)))
        return np.linalg.eigvalsh(start + steps * weight[:, None] * m * weight)

    found, _ = first_failures(Continuum(COUPLED[index]), "xy", steps=abs(steps))
    assert [negative(eigenvalues(found + s * 2e-8)) for s in (-1, 1)] == [0, 1]


def test_scales(data):
    hbar, boltzmann, planck = 1.054571817e-34, 1.380649e-23, 6.62607015e-34  # CODATA
    stiffness = 2200.0 * 3800.0**2
    expected = (hbar * 1e15 / stiffness) ** (1 / 3) / 1e-10
    assert value(data, "critical-length") == pytest.approx(expected, rel=1e-9)  # digits of ħ
    kelvin = planck * 3800.0 / (boltzmann * 50e-10)
    assert value(data, "sixty-kelvin") == pytest.approx(kelvin, rel=1e-12)
    # size at L₁: Σ d⁻⁶ over a cube of 81³ points, and an integral for the rest
    x = np.arange(-40, 41) ** 2
    squares = (x[:, None, None] + x[:, None] + x).ravel()
    near = squares[(squares > 0) & (squares <= 40**2)]
    lattice_sum = float((near**-3.0).sum()) + 4 * np.pi / (3 * 40**3)
    bound = lattice_sum / (8 * np.pi) * hbar * 1e15 / stiffness / (50e-10) ** 3
    assert value(data, "last-term", 1) == pytest.approx(bound, rel=1e-8)  # digits of ħ


def test_flows(data, slow):
    """The flowing ratio and the bent line of (3.3), step by step, in scalars of one channel."""
    m = slow.formula(mp.mpf("0.1"), "0.7", mp.log(3))
    xy = 2 * m[1, 1]  # Mandel; χ_el is 2 in this channel
    rel, res = mp.mpf(4), mp.mpf(-2)
    for _ in range(11):
        rel, res = rel - xy * (rel**2 + 2 * rel * res), res - xy * res**2
    assert value(data, "fixed-point-flowing") == pytest.approx(float(rel / res), rel=1e-10)
    # 3.2 linearised: 1 + μ_i + μ_j with μ = −χ_el M; the largest belongs to the softest pair
    chi = slow.inverse_elastic("0.7", "tensor") ** -1
    root = mp.sqrtm(chi)
    mu = mp.eigsy(-root * slow.weighted(m, "tensor") * root, eigvals_only=True)
    largest = max(abs(1 + a + b) for a in mu for b in mu)
    assert value(data, "fixed-point-frozen") == pytest.approx(float(largest), rel=1e-10)


def test_ratio_to_elastic(data, slow):
    log = mp.log(mp.mpf("1e-3") / mp.mpf("50e-10"))
    assert value(data, "log-ratio") == pytest.approx(float(log), rel=1e-14)
    at_rest = slow.eigenvalues(mp.zeros(6), "0.7", "tensor")[-1]
    strained = slow.eigenvalues(slow.formula(mp.mpf("0.1"), "0.7", log), "0.7", "tensor")[-1]
    assert value(data, "one-order") == pytest.approx(float(at_rest / strained), rel=1e-10)


def test_residue_of_fig_1(data, slow):
    """χ_xxxx = r/(e − e_c): r is 1 over the slope of 1/χ_xxxx, here by a difference of 10⁻⁶."""

    def inverse_response(e):
        x = slow.inverse_elastic("0.7", "tensor") + slow.weighted(
            slow.formula(e, "0.7", 20), "tensor"
        )
        return 1 / (x**-1)[0, 0]

    (formula,) = (c for c in data["figures"]["1"] if c["curve"] == "log formula")
    pole, h = mp.mpf(formula["poles"][0]), mp.mpf("1e-6")
    slope = (inverse_response(pole + h) - inverse_response(pole - h)) / (2 * h)
    assert abs(inverse_response(pole)) < 1e-10 * abs(slope)  # the pole itself
    assert formula["residues"][0] == pytest.approx(float(1 / slope), rel=1e-8)  # h², slope 1e-12
    # σ_xx at the last strain shown before the first failure, by quadrature
    index = max(i for i, e in enumerate(formula["strain"]) if e < formula["first_failure"])
    end = formula["strain"][index]
    elastic = 1 / (1 - mp.mpf("0.7"))
    with mp.workdps(15):
        stress = mp.quad(lambda e: elastic + 1 / inverse_response(e), [0, end], maxdegree=4)
    assert formula["stress"][index] == pytest.approx(float(stress), rel=1e-8)  # spline


def test_channels_are_in_the_order_of_the_paper():
    assert CHANNELS == ("xx+yy+zz", "yy-zz", "yz")
