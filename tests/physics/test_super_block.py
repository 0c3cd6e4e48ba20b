"""The exact super block against a twin written out in Kronecker products, and against physics."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import rsrg
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import PAIRS

ALPHA, T = 0.7, 0.8
NEAR = np.array([[0.0, 0.0, 0.0], [1.0, 0.2, -0.1], [0.1, 1.1, 0.3]])  # block sizes


def blocks(number, levels, seed=1, size=0.3, real=False):
    """Energies, (N, K), and stress, (N, 3, 3, K, K), of random blocks; size: of the stress."""
    rng = np.random.default_rng(seed)
    shape = (number, 3, 3, levels, levels)
    t = rng.normal(size=shape) + (0 if real else 1j * rng.normal(size=shape))
    t = t + t.swapaxes(1, 2)
    return rng.normal(size=(number, levels)), size / 4 * (t + t.conj().swapaxes(-1, -2))


def printed_interaction(r, alpha):
    """Λ_ijkl(r) = −Λ̃(n)/(8π r³), (3, 3, 3, 3), as (2.12) and (2.13) print it."""
    d, size = np.eye(3), np.linalg.norm(r)
    n = r / size
    tilde = np.empty((3, 3, 3, 3))
    for i, j, k, m in np.ndindex(3, 3, 3, 3):
        first = (
            (d[j, m] - 3 * n[j] * n[m]) * d[i, k]
            + (d[j, k] - 3 * n[j] * n[k]) * d[i, m]
            + (d[i, k] - 3 * n[i] * n[k]) * d[j, m]
            + (d[i, m] - 3 * n[i] * n[m]) * d[j, k]
        )
        second = -(d[i, j] * d[k, m] + d[i, k] * d[j, m] + d[j, k] * d[i, m])
        second += 3 * (
            n[i] * n[j] * d[k, m]
            + n[i] * n[k] * d[j, m]
            + n[i] * n[m] * d[j, k]
            + n[j] * n[k] * d[i, m]
            + n[j] * n[m] * d[i, k]
            + n[k] * n[m] * d[i, j]
        )
        second -= 15 * n[i] * n[j] * n[k] * n[m]
        tilde[i, j, k, m] = first / 4 + alpha / 2 * second
    return -tilde / (8 * np.pi * size**3)


def on_block(operator, s, number):
    """1 ⊗ … ⊗ operator ⊗ … ⊗ 1, the operator in place s."""
    product = np.eye(1)
    for place in range(number):
        product = np.kron(product, operator if place == s else np.eye(len(operator)))
    return product


def hamiltonian(levels, stress, positions, alpha):
    """H of (2.14): every block, and every ordered pair s ≠ s' with all nine ij and all nine kl."""
    n = len(levels)
    h = sum(on_block(np.diag(e), s, n) for s, e in enumerate(levels)).astype(complex)
    for s in range(n):
        for t in range(n):
            if s == t:
                continue
            coupling = printed_interaction(positions[s] - positions[t], alpha)
            for i, j, k, m in np.ndindex(3, 3, 3, 3):
                left, right = on_block(stress[s, i, j], s, n), on_block(stress[t, k, m], t, n)
                h += coupling[i, j, k, m] * left @ right
    return h


def total_stress(stress):
    """Σ_s T_ij^(s), (3, 3, K^N, K^N)."""
    n, k = len(stress), stress.shape[-1]
    total = np.zeros((3, 3, k**n, k**n), dtype=complex)
    for i, j in np.ndindex(3, 3):
        total[i, j] = sum(on_block(stress[s, i, j], s, n) for s in range(n))
    return total


def printed_response(energies, states, total, temperature, volume):
    """(2.17) without its last term, by loops over states; no two levels are the same."""
    p = np.exp(-energies / temperature)
    p /= p.sum()
    t = states.conj().T @ total @ states
    rel, res = np.zeros((6, 6)), np.zeros((6, 6))
    for a, (i, j) in enumerate(PAIRS):
        for b, (k, m) in enumerate(PAIRS):
            for n in range(len(p)):
                rel[a, b] -= p[n] * (t[i, j, n, n] * t[k, m, n, n]).real
                for o in range(len(p)):
                    rel[a, b] += p[n] * p[o] * (t[i, j, n, n] * t[k, m, o, o]).real
                    if n != o:
                        weight = (p[o] - p[n]) / (energies[n] - energies[o])
                        res[a, b] -= weight * (t[i, j, n, o] * t[k, m, o, n]).real
    return rel / temperature / volume, res / volume


@pytest.mark.parametrize("real", [False, True])
def test_agrees_with_the_twin(real):
    levels, stress = blocks(3, 2, real=real)
    results = rsrg.super_block_response(levels, stress, NEAR, ALPHA, T, block_volume=1.3)
    energies, states = np.linalg.eigh(hamiltonian(levels, stress, NEAR, ALPHA))
    expected = printed_response(energies, states, total_stress(stress), T, 3 * 1.3)
    for result, twin in zip(results, expected, strict=True):
        # the twin subtracts P's: ε over gaps of 1e-2
        np.testing.assert_allclose(result, twin, atol=1e-12 * np.abs(twin).max())


def free_energy(levels, stress, positions, strain):
    """−k_B T ln Z of the super block with the strain Σ_s Σ_ij e_ij T_ij^(s)."""
    h = hamiltonian(levels, stress, positions, ALPHA)
    h += np.einsum("ij,ijnm->nm", strain, total_stress(stress))
    return -T * np.log(np.exp(-np.linalg.eigvalsh(h) / T).sum())


def test_is_the_curvature_of_the_free_energy():
    """−∂²(k_B T ln Z)/∂e∂e along a strain is N V e:χ:e."""
    levels, stress = blocks(2, 4)
    strain = np.array([[0.3, 0.5, -0.2], [0.5, -0.7, 0.1], [-0.2, 0.1, 0.4]])
    rel, res = rsrg.super_block_response(levels, stress, NEAR[:2], ALPHA, T)
    twice = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])  # xy and yx
    e = twice * np.array([strain[i, j] for i, j in PAIRS])
    h = 0.02
    f = [free_energy(levels, stress, NEAR[:2], x * h * strain) for x in (-2, -1, 0, 1, 2)]
    curvature = np.dot([-1, 16, -30, 16, -1], f) / (12 * h**2)  # error h⁴: 2e-7; rounding 1e-12
    assert 2 * e @ (rel + res) @ e == pytest.approx(curvature, rel=1e-5)


def test_uncoupled_blocks_add():
    """Far apart, χ_rel and χ_res of the K^N levels are the means of the blocks' own; equal blocks,
    whose levels are degenerate up to rounding, too."""
    levels, stress = blocks(4, 3)
    levels[1], stress[1] = levels[0], stress[0]
    levels[3], stress[3] = levels[0] + 0.1 + 0.2 - 0.3, stress[0]  # equal but for rounding
    far = 1e6 * np.arange(12.0).reshape(4, 3)  # Λ = 1e-21
    blocks_alone = rsrg.super_block_expansion(levels, stress, far, ALPHA, T)
    rel, res = rsrg.super_block_response(levels, stress, far, ALPHA, T)
    for whole, mean in (
        (rel, blocks_alone.uncoupled_relaxation),
        (res, blocks_alone.uncoupled_resonance),
    ):
        np.testing.assert_allclose(
            whole, mean, atol=1e-13 * np.abs(mean).max()
        )  # rounding, 81 states


def test_turns_as_a_tensor(rotate):
    levels, stress = blocks(3, 3)
    q = Rotation.random(rng=5).as_matrix()
    turned = np.einsum("ai,bj,sijnm->sabnm", q, q, stress)
    one = rsrg.super_block_response(levels, stress, NEAR, ALPHA, T)
    other = rsrg.super_block_response(levels, turned, NEAR @ q.T, ALPHA, T)
    for x, y in zip(one, other, strict=True):
        np.testing.assert_allclose(y, rotate(x, q), atol=1e-12 * np.abs(x).max())  # rounding


def test_eight_two_level_blocks():
    """256 states: never positive, symmetric, and the order of the blocks does not matter."""
    levels, stress = blocks(8, 2, size=1.0)
    cube = np.array(list(np.ndindex(2, 2, 2)), dtype=float)
    order = np.random.default_rng(3).permutation(8)
    chi = rsrg.super_block_response(levels, stress, cube, ALPHA, T)
    again = rsrg.super_block_response(levels[order], stress[order], cube[order], ALPHA, T)
    for x, y in zip(chi, again, strict=True):
        assert np.linalg.eigvalsh(x)[-1] < 1e-14  # minus a sum of squares
        np.testing.assert_array_equal(np.abs(x - x.T) < 1e-14, True)
        np.testing.assert_allclose(y, x, atol=1e-11 * np.abs(x).max())  # rounding, 256 states


def test_the_volume_divides_the_whole():
    levels, stress = blocks(2, 3)
    one = rsrg.super_block_response(levels, stress, NEAR[:2], ALPHA, T)
    two = rsrg.super_block_response(levels, stress, NEAR[:2], ALPHA, T, 2.0)
    for x, y in zip(one, two, strict=True):
        np.testing.assert_allclose(y, x / 2, rtol=1e-15)  # one division


GOOD = dict(zip(("levels", "stress"), blocks(2, 2), strict=True))
SKEW = GOOD["stress"] + np.eye(2, k=1)
TILTED = GOOD["stress"] + np.eye(3, k=1)[:, :, None, None] * np.eye(2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"levels": np.zeros((1, 2))}, r"`levels` must be finite, .* N ≥ 2 blocks; got \[\["),
        ({"levels": [[0.0, np.nan]] * 2}, "`levels` must be finite"),
        ({"stress": np.zeros((2, 3, 3, 2))}, r"`stress` .* \(2, 3, 3, 2, 2\); got an array of"),
        ({"stress": SKEW}, "`stress` must be hermitian in n, m; it differs by 1"),
        ({"stress": TILTED}, "`stress` must be symmetric in i, j; it differs by 1"),
        ({"positions": np.zeros((2, 2))}, "`positions` must be finite, of shape"),
        ({"positions": np.zeros((2, 3))}, "`positions` must be distinct points"),
        ({"alpha": 0.2}, "`alpha` .* got 0.2"),
        ({"temperature": 0.0}, "`temperature` must be positive and finite; got 0.0"),
        ({"block_volume": -1.0}, "`block_volume` must be positive and finite; got -1.0"),
    ],
)
@pytest.mark.parametrize("function", [rsrg.super_block_response, rsrg.super_block_expansion])
def test_bad_input(function, changes, message):
    good = {**GOOD, "positions": NEAR[:2], "alpha": ALPHA, "temperature": T}
    with pytest.raises(PhysicsError, match=message):
        function(**(good | changes))


def test_too_many_states():
    levels, stress = blocks(13, 2)
    places = np.arange(39.0).reshape(13, 3)
    with pytest.raises(PhysicsError, match="at most 4096 states; 13 blocks of 2 levels have 8192"):
        rsrg.super_block_response(levels, stress, places, ALPHA, T)


@pytest.mark.long
def test_the_most_states():
    """Twelve two-level blocks, 4,096 states: as large as it gets, where far apart they add."""
    levels, stress = blocks(12, 2, real=True)
    far = 1e6 * np.arange(36.0).reshape(12, 3)
    rel, res = rsrg.super_block_response(levels, stress, far, ALPHA, T)
    alone = rsrg.super_block_expansion(levels, stress, far, ALPHA, T)
    np.testing.assert_allclose(rel + res, alone.uncoupled, atol=1e-11 * np.abs(res).max())
