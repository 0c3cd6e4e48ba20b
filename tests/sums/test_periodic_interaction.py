"""The interaction in a periodic box as an operator, against the lattice sum of a large cell."""

import numpy as np
import pytest

from rsrg.physics.bloch import PeriodicBlocks
from rsrg.physics.bulk_stability import bloch_matrices
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import lambda_tilde
from rsrg.physics.pairs import PAIRS, pair_weights
from rsrg.sums import threads
from rsrg.sums.ewald import nufft
from rsrg.sums.kernels.interaction import add_pairs, filter_modes
from rsrg.sums.packing import random_sequential_addition
from rsrg.sums.periodic_interaction import PeriodicInteraction, near_pairs

ALPHA = 0.7
SHEARED = np.array([[1.2, 0.1, 0.0], [0.0, 0.9, 0.05], [0.1, 0.0, 1.1]])
WEIGHTS = pair_weights("tensor")


@pytest.fixture(scope="module")
def packed():
    """Some random blocks in a sheared periodic box."""
    points = random_sequential_addition(33, 0.8, np.random.default_rng(1))
    edge = np.cbrt(len(points))
    return PeriodicBlocks(edge * SHEARED.T, points @ SHEARED.T)


def full(rows):
    """Rows (n, 6) as symmetric tensors (n, 3, 3)."""
    t = np.zeros((len(rows), 3, 3), dtype=rows.dtype)
    for p, (i, j) in enumerate(PAIRS):
        t[:, i, j] = t[:, j, i] = rows[:, p]
    return t


def test_is_the_lattice_sum_with_many_blocks_a_cell(packed):
    """1e-7 is promised of the operator; the sum is good to 1e-14."""
    first, second = bloch_matrices(packed, np.zeros((1, 3)))
    matrix = (first + ALPHA * second)[0].real
    operator = PeriodicInteraction(packed, ALPHA)
    columns = [operator(x.reshape(-1, 6) / WEIGHTS) * WEIGHTS for x in np.eye(len(matrix))]
    found = np.stack([c.ravel() for c in columns], axis=1)
    assert np.linalg.norm(found - matrix, 2) < 1e-7


def test_near_pairs_are_those_of_all_images(packed):
    """Reach beyond the box: displacements of each pair of blocks, and of a block's own images."""
    few, reach = packed.points[:5], 4.0
    cell = 2.5 * SHEARED.T
    fractions = few @ np.linalg.inv(cell) % 1.0
    pairs, d = near_pairs(fractions, cell, reach)
    found = sorted((i, j, *np.round(x, 9)) for (i, j), x in zip(pairs, d, strict=True))
    found += sorted((j, i, *np.round(-x, 9)) for (i, j), x in zip(pairs, d, strict=True))
    expected = []
    for i, j in np.ndindex(5, 5):
        for step in np.ndindex(9, 9, 9):
            x = (fractions[i] - fractions[j] - np.array(step) + 4) @ cell
            if 0.0 < np.linalg.norm(x) <= reach:
                expected.append((i, j, *np.round(x, 9)))
    assert len(found) == len(expected) > 300
    np.testing.assert_allclose(sorted(map(tuple, np.array(found) + 0.0)), sorted(expected))


def test_near_pairs_are_contractions():
    """Where B₁, B₂, B₃ are 1/r³, 3/r⁵, 15/r⁷, a pair acts as Λ̃/r³, over all nine (kl)."""
    rng = np.random.default_rng(2)
    t, d = rng.normal(size=(3, 6)), rng.normal(size=(2, 3))
    pairs = np.array([[0, 1], [2, 1]], dtype=np.int32)
    r = np.linalg.norm(d, axis=1)
    b = np.stack([1.0 / r**3, 3.0 / r**5, 15.0 / r**7], axis=1)
    out = np.zeros((3, 6))
    add_pairs(pairs, d, b, ALPHA, t, out, 0, 2)
    expected = np.zeros((3, 6))
    for (i, j), n, length in zip(pairs, d / r[:, None], r, strict=True):
        m = lambda_tilde(n, ALPHA) / length**3 * WEIGHTS**2  # each shear pair twice
        expected[i] += np.einsum("ab,b->a", m, t[j])
        expected[j] += np.einsum("ab,b->a", m, t[i])
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-13 / r.min() ** 3)  # rounding


def test_modes_are_filtered_by_the_damped_green_function():
    """Each mode of six real fields, times e^{−x} sym(n v) − α (1 + x) e^{−x} n n (n·v)."""
    rng, eta, shape = np.random.default_rng(3), 1.3, (3, 5, 3)
    reciprocal = rng.normal(size=(3, 3))
    fields = rng.normal(size=(6, *shape))
    centred = np.fft.fftshift(np.fft.fftn(fields, axes=(1, 2, 3)), axes=(1, 2, 3))
    packed = [centred[2 * p] + 1j * centred[2 * p + 1] for p in range(3)]
    filter_modes(*packed, reciprocal, eta, ALPHA, 0.5)
    expected = np.zeros_like(centred)
    for place in np.ndindex(shape):
        whole = np.array(place) - np.array(shape) // 2
        if whole.any():
            q = whole @ reciprocal
            n, x = q / np.linalg.norm(q), (q @ q) / (4.0 * eta**2)
            s = full(centred[(slice(None), *place)][None])[0]
            v = np.einsum("kl,l->k", s, n)
            strain = 0.5 * (np.outer(n, v) + np.outer(v, n)) - ALPHA * (1.0 + x) * np.outer(
                n, n
            ) * (n @ v)
            for p, (i, j) in enumerate(PAIRS):
                expected[(p, *place)] = 0.5 * np.exp(-x) * strain[i, j]
    size = np.abs(expected).max()
    for p in range(3):
        both = expected[2 * p] + 1j * expected[2 * p + 1]
        np.testing.assert_allclose(packed[p], both, atol=1e-14 * size * 10)  # rounding


def test_knows_no_origin(packed):
    """All blocks moved alike, out of the box, too: the same operator, to twice its error."""
    moved = PeriodicBlocks(packed.cell, packed.points + np.array([3.3, -40.0, 0.2]))
    t = np.random.default_rng(4).normal(size=(len(packed.points), 6))
    one, other = (PeriodicInteraction(b, ALPHA)(t) for b in (packed, moved))
    assert np.linalg.norm((one - other) * WEIGHTS) < 2e-7 * np.linalg.norm(t * WEIGHTS)


def test_any_number_of_threads_gives_the_same_bits(packed, monkeypatch):
    t = np.random.default_rng(5).normal(size=(len(packed.points), 6))
    monkeypatch.setattr(threads, "THREADS_FROM", 0.0)
    results = []
    for count in (1, 2, 5):
        monkeypatch.setattr(threads, "available_threads", lambda count=count: count)
        results.append(PeriodicInteraction(packed, ALPHA)(t).tobytes())
    assert len(set(results)) == 1


def test_refuses(packed, monkeypatch):
    twice = PeriodicBlocks(packed.cell, packed.points[[0, 1, 2, 1]])
    with pytest.raises(PhysicsError, match="blocks 1 and 3 coincide"):
        PeriodicInteraction(twice, ALPHA)

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(nufft.importlib, "import_module", absent)
    with pytest.raises(PhysicsError, match=r"random packing must have finufft.*rsrg\[nufft\]"):
        PeriodicInteraction(packed, ALPHA)
