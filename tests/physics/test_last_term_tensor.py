"""The last term of (3.3): against the sum over pairs written out, and by strained energies."""

import numpy as np
import pytest
from scipy.constants import Boltzmann, hbar

from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.last_term import critical_length, inverse_sixth_sum
from rsrg.physics.last_term_tensor import (
    direction_average,
    last_term_length,
    last_term_tensor,
    relative_size,
)
from rsrg.physics.lattices import lattice_points
from rsrg.physics.pair_correlation import correlation_integral
from rsrg.physics.pairs import PAIRS

ALPHA, LENGTH, STIFFNESS, CUTOFF = 0.7, 50e-10, 3.2e10, 1e15


def full(x):
    """All 81 components of a plain (6, 6)."""
    tensor = np.empty((3, 3, 3, 3))
    for i, j, k, m in np.ndindex(3, 3, 3, 3):
        p, q = (PAIRS.index(tuple(sorted(pair))) for pair in ((i, j), (k, m)))
        tensor[i, j, k, m] = x[p, q]
    return tensor


def pair_energy(r, loss=1.0):
    """−2 Σ ΛΛ ∫ K K' of a pair in J, all in SI: Λ of (2.12), Im χ̃ = η χ_el, T = 0."""
    length = np.linalg.norm(r)
    interaction = -full(lambda_tilde(r / length, ALPHA)) / (8 * np.pi * STIFFNESS * length**3)
    imaginary = loss * STIFFNESS * full(elastic_susceptibility(ALPHA))
    volume = LENGTH**3
    kk = (volume / np.pi) ** 2 * hbar * CUTOFF * correlation_integral(np.inf)
    return (
        -2.0
        * kk
        * np.einsum(
            "abcd,mnpq,abmn,cdpq->", interaction, interaction, imaginary, imaginary, optimize=True
        )
    )


def directions():
    """Unit vectors and weights for polynomials of degree 19, other nodes than the code's."""
    u, w = np.polynomial.legendre.leggauss(10)
    phi = 0.1 + 2 * np.pi / 21 * np.arange(21)
    s = np.sqrt(1 - u**2)
    n = [[s * np.cos(x), s * np.sin(x), u] for x in phi]
    return np.moveaxis(np.array(n), 1, -1).reshape(-1, 3), np.tile(w / 2, 21) / 21


def mean_curvature(first, second):
    """∂²/∂a∂b of the pair energy at (1 + a e + b e') r, mean over directions, |r| = L, in J."""
    h, total = 1e-3, 0.0
    for n, w in zip(*directions(), strict=True):
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            r = LENGTH * (np.eye(3) + h * (a * first + b * second)) @ n
            total += w * a * b * pair_energy(r) / (4 * h**2)
    return total


def test_both_are_the_curvature_of_the_pair_energies():
    """½ Σ_s' ∂²E/∂e∂e' per volume. A shear e_xy = e_yx = 1 is twice δ/δe_xy."""
    printed, omitted = last_term_tensor(ALPHA, LENGTH, STIFFNESS, CUTOFF)
    xx, yy = np.diag([1.0, 0, 0]), np.diag([0, 1.0, 0])
    xy = np.array([[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]])
    scale = 0.5 * inverse_sixth_sum() / LENGTH**3 / STIFFNESS
    both = printed + omitted
    for entry, a, b in (((0, 0), xx, xx), ((0, 3), xx, yy), ((1, 1), xy, xy)):
        expected = scale * mean_curvature(a, b)
        # second order in h: h² times 6·7·8·9/(6·7) of the value
        assert both[entry] == pytest.approx(expected, abs=1e-4 * np.abs(both).max())


def test_a_dilation_tells_the_two_apart():
    """E ∝ r⁻⁶ has curvature 42 E; δ²Λ Λ alone gives 24 of it, (δΛ)² the other 18."""
    printed, omitted = (
        x[np.ix_([0, 3, 5], [0, 3, 5])].sum()
        for x in last_term_tensor(ALPHA, LENGTH, STIFFNESS, CUTOFF)
    )
    assert printed / omitted == pytest.approx(24 / 18, rel=1e-13)
    energy = sum(w * pair_energy(LENGTH * n) for n, w in zip(*directions(), strict=True))
    total = 0.5 * inverse_sixth_sum() * 42 * energy / LENGTH**3 / STIFFNESS
    assert printed + omitted == pytest.approx(total, rel=1e-12)


def test_it_is_isotropic_and_scales():
    for x in direction_average(ALPHA):
        assert x[0, 0] - x[0, 3] == pytest.approx(2 * x[1, 1], rel=1e-12)
        np.testing.assert_allclose(x[0, [1, 2, 4]], 0.0, atol=1e-12)
    term, _ = last_term_tensor(ALPHA, LENGTH, STIFFNESS)
    for factor, arguments in (
        (1 / 8, {"length": 2 * LENGTH}),
        (1e-6, {"loss": 1e-3}),
        (2.0, {"cutoff": 2 * CUTOFF}),
        (inverse_sixth_sum(3) / inverse_sixth_sum(), {"n0": 3}),
    ):
        changed = {"length": LENGTH, "stiffness": STIFFNESS, **arguments}
        np.testing.assert_allclose(last_term_tensor(ALPHA, **changed)[0], factor * term, rtol=1e-12)
    warm, _ = last_term_tensor(ALPHA, LENGTH, STIFFNESS, temperature=10.0)
    j = correlation_integral(hbar * CUTOFF / (Boltzmann * 10.0))
    np.testing.assert_allclose(warm, j / (4 * np.log(2)) * term, rtol=1e-12)


def test_at_its_length_it_is_the_other_term():
    for other in (1.0, 0.04):
        length = last_term_length(ALPHA, STIFFNESS, other)
        term, _ = last_term_tensor(ALPHA, length, STIFFNESS)
        assert relative_size(term, ALPHA) == pytest.approx(other, rel=1e-12)
    assert last_term_length(ALPHA, STIFFNESS) < critical_length(STIFFNESS)  # of (3.6)
    chi = elastic_susceptibility(ALPHA)
    assert relative_size(-0.3 * chi, ALPHA) == pytest.approx(0.3, rel=1e-14)


@pytest.mark.parametrize("n0", [2, 3, 8])
def test_inverse_sixth_sum_of_a_sphere(n0):
    """Per block, with a uniform offset: counted in random places of the sphere."""
    radius = n0 * np.cbrt(3 / (4 * np.pi))
    points = lattice_points("sc", radius + 1.0)
    rng, values = np.random.default_rng(n0), []
    for _ in range(400 if n0 < 8 else 40):
        x = points + rng.random(3) - 0.5
        x = x[np.linalg.norm(x, axis=1) < radius]
        d = np.linalg.norm(x[:, None] - x, axis=-1)
        values.append(np.sum(d[d > 0] ** -6.0) / n0**3)
    error = np.std(values) / np.sqrt(len(values))
    assert abs(inverse_sixth_sum(n0) - np.mean(values)) < 4 * error


def test_bad_input():
    with pytest.raises(PhysicsError, match="`length` must be positive"):
        last_term_tensor(ALPHA, 0.0, STIFFNESS)
    with pytest.raises(PhysicsError, match="`temperature` must be ≥ 0 and finite; got -1"):
        last_term_tensor(ALPHA, LENGTH, STIFFNESS, temperature=-1.0)
    with pytest.raises(PhysicsError, match="`n0`"):
        last_term_tensor(ALPHA, LENGTH, STIFFNESS, n0=1)
    with pytest.raises(PhysicsError, match="`other` must be positive"):
        last_term_length(ALPHA, STIFFNESS, other=0.0)
