"""Hill's tensors against averages over directions, known limits, and Eshelby's tensor."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import rsrg
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.hill import hill_tensor, least_steps_to_failure, steps_to_failure
from rsrg.physics.pairs import contract, pair_matrix, weighted

ALPHA = 0.7
SHAPES = {
    "general": np.array([[1.3, 0.2, -0.1], [0.0, 0.8, 0.1], [0.1, -0.2, 1.1]]),
    "prolate": np.diag([2.5, 1.0, 1.0]),
    "oblate": np.diag([0.3, 1.0, 1.0]),
    "nearly equal": np.diag([1.01, 1.0, 0.2]),
    "at the switch": np.diag([np.sqrt(1.1), np.sqrt(0.9), 3.0]),  # δ = 0.1
    "beyond it": np.diag([np.sqrt(1.101), np.sqrt(0.899), 3.0]),
    "compressed": np.diag([0.4, 0.6, 2.0]),
}
each_shape = pytest.mark.parametrize("f", SHAPES.values(), ids=SHAPES)


def by_directions(f, alpha, nodes=400):
    """⟨Γ(n)⟩ as it is written: Gauss nodes along the polar axis, equal steps around it."""
    u, w = np.polynomial.legendre.leggauss(nodes)
    phi = 2.0 * np.pi * (np.arange(nodes) + 0.5) / nodes
    rim = np.sqrt(1.0 - u**2)[:, None]
    xi = np.stack([rim * np.cos(phi), rim * np.sin(phi), np.broadcast_to(u[:, None], rim.shape)
                   + 0.0 * phi], axis=-1)  # fmt: skip
    n = xi @ np.linalg.inv(f)  # ξᵀ F⁻¹ = (F⁻ᵀ ξ)ᵀ
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    weight = np.broadcast_to(w[:, None] / (2.0 * nodes), n.shape[:2])
    nn = np.einsum("uv,uvi,uvj->ij", weight, n, n)
    nnnn = np.einsum("uv,uvi,uvj,uvk,uvl->ijkl", weight, n, n, n, n, optimize=True)
    d = np.eye(3)
    symmetric = 0.25 * (
        np.einsum("ik,jl->ijkl", d, nn)
        + np.einsum("il,jk->ijkl", d, nn)
        + np.einsum("jk,il->ijkl", d, nn)
        + np.einsum("jl,ik->ijkl", d, nn)
    )
    return pair_matrix(symmetric - alpha * nnnn)


@each_shape
def test_is_the_average_over_directions(f):
    """The quadrature converges geometrically; 400 nodes leave rounding."""
    np.testing.assert_allclose(hill_tensor(f, ALPHA), by_directions(f, ALPHA), atol=1e-13)


@each_shape
@pytest.mark.parametrize("alpha", [0.3, 0.7, 0.95])
def test_the_continuum_coupling_is_a_difference_of_two(f, alpha):
    g = hill_tensor(f, alpha) - hill_tensor(0.0, alpha)
    expected = continuum_coupling(f, alpha, "fixed", "ellipsoid")
    np.testing.assert_allclose(g, expected, atol=1e-13)  # of each: rounding of numbers below 1


@pytest.mark.parametrize("e", [0.0, 1e-12, 1e-8, 1e-4, 1e-2])
def test_small_strains_lose_no_digits(e):
    """(G(e) − G(0)) is linear: the tensors of two nearly equal shapes differ by their strain."""
    change = hill_tensor(np.diag([1.0 + e, 1.0 + 0.5 * e, 1.0]), ALPHA) - hill_tensor(0.0, ALPHA)
    expected = continuum_coupling(
        np.diag([1.0 + e, 1.0 + 0.5 * e, 1.0]), ALPHA, "fixed", "ellipsoid"
    )
    np.testing.assert_allclose(change, expected, atol=1e-15)


def test_the_sphere():
    """PHYSICS: 0.24 five times and 0.1 at α = 0.7; (5 − 2α)/15 and (1 − α)/3."""
    values = np.linalg.eigvalsh(weighted(hill_tensor(0.0, ALPHA), "tensor"))
    np.testing.assert_allclose(
        values, [(1 - ALPHA) / 3] + 5 * [(5 - 2 * ALPHA) / 10 / 1.5], atol=1e-15
    )


@each_shape
def test_lies_between_nothing_and_the_compliance(f):
    p = weighted(hill_tensor(f, ALPHA), "tensor")
    compliance = weighted(inverse_elastic_susceptibility(ALPHA, "tensor"), "tensor")
    assert np.linalg.eigvalsh(p)[0] > -1e-15
    assert np.linalg.eigvalsh(compliance - p)[0] > -1e-15


@each_shape
def test_turns_with_its_ellipsoid_and_knows_no_size(f):
    r = Rotation.from_rotvec([0.3, -1.1, 0.6]).as_matrix()
    turn = np.einsum("ai,bj->abij", r, r)
    p = hill_tensor(f, ALPHA)
    full = np.zeros((3, 3, 3, 3))
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    for a, (i, j) in enumerate(pairs):
        for b, (k, m) in enumerate(pairs):
            full[[i, i, j, j], [j, j, i, i], [k, m, k, m], [m, k, m, k]] = p[a, b]
    turned = pair_matrix(np.einsum("abij,cdkl,ijkl->abcd", turn, turn, full))
    np.testing.assert_allclose(hill_tensor(r @ f, ALPHA), turned, atol=1e-14)
    np.testing.assert_allclose(hill_tensor(7.0 * f @ r, ALPHA), p, atol=1e-14)


def test_a_flat_plate_and_a_needle_are_one_and_two_dimensional():
    """Plate along x: Γ(n = x) itself. Needle: Γ averaged over the directions across it."""
    plate = hill_tensor(np.diag([1e-9, 1.0, 1.0]), ALPHA)
    expected = np.zeros((6, 6))
    expected[0, 0], expected[1, 1], expected[2, 2] = 1.0 - ALPHA, 0.25, 0.25
    np.testing.assert_allclose(plate, expected, atol=1e-8)  # linear in the thickness
    phi = (np.arange(16) + 0.5) * np.pi / 8
    n = np.stack([0.0 * phi, np.cos(phi), np.sin(phi)], axis=1)
    across = np.mean(
        [hill_tensor(np.eye(3) + (1e-9 - 1.0) * np.outer(k, k), ALPHA) for k in n], axis=0
    )
    np.testing.assert_allclose(hill_tensor(np.diag([1e9, 1.0, 1.0]), ALPHA), across, atol=1e-7)


def test_eshelby_s_tensor_of_the_sphere():
    """S_1111 = (7 − 5ν)/15(1 − ν), S_1122 = (5ν − 1)/15(1 − ν), S_1212 = (4 − 5ν)/15(1 − ν)."""
    nu = (2 * ALPHA - 1) / (2 * ALPHA)  # of c_l²/c_t² = 1/(1 − α)
    s = contract(hill_tensor(0.0, ALPHA), elastic_susceptibility(ALPHA), "tensor")
    expected = np.array([7 - 5 * nu, 5 * nu - 1, 4 - 5 * nu]) / (15 * (1 - nu))
    np.testing.assert_allclose([s[0, 0], s[0, 3], s[1, 1]], expected, atol=1e-15)


@pytest.mark.parametrize(
    ("stretch", "sign", "steps"),
    [(1e-9, "paper", 1.881), (1e-9, "hamiltonian", 1.923), (1e9, "paper", 2.0),
     (1e9, "hamiltonian", 5.882)],
)  # fmt: skip
def test_how_often_the_shape_must_be_added(stretch, sign, steps):
    """Plate and needle at α = 0.7: the numbers of an independent code."""
    found = steps_to_failure(np.diag([stretch, 1.0, 1.0]), ALPHA, sign)
    assert found == pytest.approx(steps, abs=5e-4)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.7, 0.9])
def test_one_sum_never_fails(alpha):
    """No ellipsoid fails before the bound, which is above one; 200 shapes from plate to needle."""
    bound = least_steps_to_failure(alpha)
    assert bound > 1.0
    rng = np.random.default_rng(3)
    for stretches in 10.0 ** rng.uniform(-4, 4, (200, 3)):
        for sign in ("paper", "hamiltonian"):
            assert steps_to_failure(np.diag(stretches), alpha, sign) >= bound * (1.0 - 1e-9)
    assert least_steps_to_failure(0.7) == pytest.approx(5 / 3, abs=1e-14)


def test_the_flow_fails_at_the_strain_where_its_steps_are_the_threshold():
    """Continuum fixed/ellipsoid, N0 = 3, n = ln(R/L₁)/ln N0 steps: 0.3571 (reference value)."""
    steps = 12.206 / np.log(3.0)
    assert steps_to_failure(0.3571, ALPHA) == pytest.approx(steps, rel=1e-3)  # of four digits
    assert steps_to_failure(0.0, ALPHA) == np.inf


def test_bad_input():
    with pytest.raises(PhysicsError, match="det F > 0"):
        rsrg.hill_tensor(-np.eye(3), 0.7)
    with pytest.raises(PhysicsError, match="`alpha`"):
        rsrg.hill_tensor(0.1, 1.2)
    with pytest.raises(PhysicsError, match="`sign` must be paper or hamiltonian; got 'both'"):
        steps_to_failure(0.1, 0.7, "both")
