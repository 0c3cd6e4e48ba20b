"""The harmonics of a draw's rotation: known means, known tensors, unbiased and worth having."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import t as student_t

from rsrg.ensemble.blocks import Blocks, Packing
from rsrg.ensemble.coupling import exact_coupling_moments, sampled_coupling_moments
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.harmonics import Harmonics, strain_axes
from rsrg.ensemble.sampling import exact_means
from rsrg.physics.lattices import LATTICES
from rsrg.physics.readings import READINGS

ALPHA = 0.7
A = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]  # three directions


@pytest.mark.parametrize("lattice", LATTICES)
def test_controls_are_the_power_sums_of_the_draws(lattice):
    blocks = Blocks(2, lattice)
    controls = Harmonics.draw(blocks, [(7, 5)], 2).controls(A)
    rotations, _ = draw_chunks(blocks, 7, 1, range(3, 4))
    axes = [2] if lattice == "hcp" else [0, 1, 2]
    column = 0
    for d in LATTICES[lattice].harmonic_degrees:
        for a in A:
            p = np.mean([sum((a @ r[:, i]) ** d for i in axes) for r in rotations])
            # means of 16 numbers of order 1; Haar mean of x^d on the sphere: 1/(d + 1)
            assert controls[1, 3, column] == pytest.approx(p - len(axes) / (d + 1), abs=1e-14)
            column += 1
    assert column == controls.shape[-1]


def test_fourth_degree_is_the_cubic_harmonic():
    """K₄ = Σ_i R_xi⁴ − 3/5 (PHYSICS §4)."""
    rotations, _ = draw_chunks(Blocks(3), 1, 0, range(1))
    k4 = (rotations[:, 0] ** 4).sum(axis=1).mean() - 0.6
    found = Harmonics.draw(Blocks(3), [(1, 1)], 1).controls(np.array([[1.0, 0, 0]]))
    assert found[0, 0, 0] == pytest.approx(k4, abs=1e-15)  # rounding


@pytest.mark.parametrize("lattice", ["sc", "hcp"])
def test_mean_zero(lattice):
    controls = Harmonics.draw(Blocks(2, lattice), [(0, 2000)], 1).controls(A)[0]
    error = controls.std(axis=0) / np.sqrt(2000)
    assert np.all(np.abs(controls.mean(axis=0)) < 4 * error)  # 12 numbers, once in 10³


def test_names_are_the_monomials():
    found = Harmonics.draw(Blocks(2), [(1, 1)], 1)
    assert len(found.names) == found.means.shape[-1] == 15 + 28 + 45
    assert found.names[:4] == ["xxxx", "xxxy", "xxxz", "xxyy"]
    rotations, _ = draw_chunks(Blocks(2), 1, 0, range(1))
    x, y, z = (rotations[:, i] for i in range(3))
    expected = (x**2 * y * z).sum(axis=1).mean()
    assert found.means[0, 0, found.names.index("xxyz")] == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    "blocks",
    [Blocks(2, orientation="fixed"), Blocks(2, None, packing=Packing("rsa", 0.8))],
    ids=["fixed", "packing"],
)
def test_none_where_no_lattice_turns(blocks):
    assert Harmonics.draw(blocks, [(1, 3)], 2) is None


def test_strain_axes():
    assert len(strain_axes(np.eye(3), "fixed")) == 0
    for diagonal, odd in (([1.2, 1, 1], 0), ([1, 0.7, 1], 1), ([1.1, 1.1, 0.4], 2)):
        axes = strain_axes(np.diag(np.array(diagonal, dtype=float)), "fixed")
        np.testing.assert_allclose(np.abs(axes), np.eye(3)[odd][None], atol=1e-15)  # exact axes
    f = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    for positions, gram in (("fixed", f @ f.T), ("affine", f.T @ f)):
        axes = strain_axes(f, positions)
        off = axes @ gram @ axes.T
        np.testing.assert_allclose(off, np.diag(np.diag(off)), atol=1e-14)  # eigenvectors


def test_turned_strain_turns_its_axes():
    t = Rotation.random(rng=1).as_matrix()
    axes = strain_axes(t @ np.diag([1.3, 1.0, 1.0]) @ t.T, "affine")
    np.testing.assert_allclose(np.abs(axes @ t[:, 0]), [1.0], atol=1e-14)  # rounding


def estimate(data, harmonics, part, readings, f):
    moments, control = (x[..., part, :] for x in data)
    harmonics = Harmonics(harmonics.lattice, harmonics.means[:, part])
    found = sampled_coupling_moments(moments, control, readings, f, True, harmonics)
    m = found.coupling(ALPHA)
    return m[0], found.coupling_stderr(ALPHA)[0]


def check_runs(blocks, f, sample, entries, chunks, runs, seed):
    """Pulls of A…F against the exact mean: no bias, and intervals that cover as they say."""
    readings, deformations = READINGS[:2], f[None]
    data = sample(blocks, readings, deformations, runs * chunks, seed=seed)
    means = exact_means(blocks, readings, deformations)[None]
    exact = entries(exact_coupling_moments(means, readings, deformations).coupling(ALPHA)[0])
    harmonics = Harmonics.draw(blocks, [(seed, runs * chunks)], 1)
    values, pulls = [], []
    for first in range(0, runs * chunks, chunks):
        part = slice(first, first + chunks)
        m, e = estimate(data, harmonics, part, readings, deformations)
        values.append(entries(m) - exact)
        pulls.append(values[-1] / entries(e))
    values, pulls = np.array(values), np.array(pulls)
    error = values.std(axis=0, ddof=1) / np.sqrt(runs)
    assert np.all(np.abs(values.mean(axis=0)) < 4.5 * error)  # 12 numbers: once in 10⁴
    # Student's t with a degree of freedom less than there are groups; binomial errors
    for width in (1.0, 2.0):
        share = 2.0 * student_t.cdf(width, chunks - 1) - 1.0
        inside = (np.abs(pulls) < width).mean(axis=0)
        allowed = 4.5 * np.sqrt(share * (1 - share) / runs)
        assert np.all(np.abs(inside - share) < allowed)


def test_unbiased_and_honest(axial, sample, entries):
    check_runs(Blocks(2, count="volume"), axial, sample, entries, 16, 100, 4)


@pytest.mark.long
@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("n0", [2, 3])
@pytest.mark.parametrize("strain", ["axial", "general"])
def test_unbiased_and_honest_for_every_lattice(lattice, n0, strain, sample, entries, request):
    """Every estimator over 200 seeds: 64 chunks, as the general strain has fourteen controls."""
    blocks, f = Blocks(n0, lattice, count="volume"), request.getfixturevalue(strain)
    check_runs(blocks, f, sample, entries, 64, 200, 6)


def test_harmonics_pay(axial, sample, entries):
    """affine/sphere at N0 = 4: stretched lattices show K₆ and K₈, which no other control sees."""
    blocks, f = Blocks(4), axial[None]
    data = sample(blocks, READINGS[1:2], f, 100)
    harmonics = Harmonics.draw(blocks, [(0, 100)], 1)
    _, with_them = estimate(data, harmonics, slice(0, 100), READINGS[1:2], f)
    without = sampled_coupling_moments(*data, READINGS[1:2], f, True).coupling_stderr(ALPHA)[0]
    gain = entries(without / with_them) ** 2
    assert gain.max() > 8  # measured: 18; known to 20%
    assert gain.min() > 1.3  # measured: 2.2
