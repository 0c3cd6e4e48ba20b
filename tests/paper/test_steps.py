"""Two steps beside one: claims, figure, and their numbers computed another way."""

import numpy as np
import pytest

from rsrg.paper.setting import COUPLED
from rsrg.paper.steps import SMALL, correlations, cube_sites, cubes, means, share_of_others
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import coupling_matrix
from rsrg.physics.pairs import inverse, unweighted, weighted
from rsrg.physics.quenched import pair_interaction
from rsrg.physics.step_error import step_error
from rsrg.sums.engines import pair_moments

ALPHA = 0.7


def test_error_of_means():
    """The exact means of PHYSICS §4 for N0 = 3 and 8; the error rises to 1, the limit 2G over G."""
    for reading in COUPLED:
        errors = [means(reading, n0).error for n0 in range(2, 9)]
        assert np.all(np.diff(errors) > 0)
        g = continuum_coupling(0.2, ALPHA, reading.positions, reading.domain)
        assert step_error(2 * g, g) == pytest.approx(1.0, abs=1e-15)
        n0 = 10  # corrections of order 1/N0
        assert 1 - 2.0 / n0 < means(reading, n0).error < 1.0
    fixed = means(COUPLED[0], 3)
    assert fixed.two_steps[0, 0] / 2 == pytest.approx(-0.014448, abs=5e-7)  # as printed
    assert means(COUPLED[0], 8).two_steps[0, 0] / 2 == pytest.approx(-0.017810, abs=1e-6)


def test_step_error_is_the_norm_of_all_components():
    rng = np.random.default_rng(0)
    a, b = (x + x.T for x in rng.normal(size=(2, 6, 6)))
    places = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    norms = []
    for x in (b - a, a):
        total = 0.0
        for ij in np.ndindex(3, 3):
            for kl in np.ndindex(3, 3):
                i, j = (places.index(tuple(sorted(pair))) for pair in (ij, kl))
                total += x[i, j] ** 2
        norms.append(np.sqrt(total))
    assert step_error(b, a) == pytest.approx(norms[0] / norms[1], rel=1e-14)
    with pytest.raises(PhysicsError, match=r"`one_step` must not vanish, .*; got a norm of 0.0"):
        step_error(a, 0 * a)


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
def test_cubes_of_64_blocks_by_matrices(sign):
    """384 rows, and 48 rows twice."""
    factor = {"paper": 1.0, "hamiltonian": -1.0}[sign]

    def response(n, chi):
        m = factor * weighted(pair_interaction(cube_sites(n).astype(float), ALPHA), "tensor")
        m[range(n**3), range(n**3)] += weighted(inverse(chi, "tensor"), "tensor")
        h = m.transpose(0, 2, 1, 3).reshape(6 * n**3, 6 * n**3)
        blocks = np.linalg.inv(h).reshape(n**3, 6, n**3, 6)
        own = np.einsum("sasb->ab", blocks) / n**3
        return (unweighted(x, "tensor") for x in (blocks.sum(axis=(0, 2)) / n**3, own))

    first = SMALL * elastic_susceptibility(ALPHA)
    (one, own), (two, _) = response(4, first), response(2, next(response(2, first)))
    found = cubes(2, SMALL, sign)
    np.testing.assert_allclose(found.one_step, one, atol=1e-8)  # as solved, relative to 1
    np.testing.assert_allclose(found.two_steps, two, atol=1e-8)
    share = step_error(own, one)  # |own − all|/|all|
    assert share_of_others(4, SMALL, sign) == pytest.approx(share, rel=1e-6)  # of two responses


def test_weak_cubes_are_sums_over_pairs():
    """As f → 0 the error is |2 M(N0) − M(N0²)|/|M(N0²)| of the cubes themselves."""
    m = [coupling_matrix(pair_moments(cube_sites(n).astype(float)), ALPHA, n**3) for n in (4, 2)]
    weak = cubes(2, 1e-3, "paper").error
    assert weak == pytest.approx(step_error(2 * m[1], m[0]), rel=2e-2)  # f |M| over |χ_el⁻¹|


def test_correlations_fall_as_the_interaction():
    c = correlations(9, SMALL, "paper")
    far = (c.distances > 2.5) & (c.distances < 4.5)
    slope = np.polyfit(np.log(c.distances[far]), np.log(c.sizes[far]), 1)[0]
    assert slope == pytest.approx(-3.0, abs=0.5)  # direction by direction it scatters
    assert c.sizes[0] == pytest.approx(0.0367, abs=1e-4)


def test_claims_and_the_figure(data, folder):
    """Their numbers: `test_reproduce.test_each_call_shows_the_first_number`."""
    verdicts = {claim["key"]: claim["verdict"] for claim in data["claims"]}
    assert verdicts["steps-add"] == verdicts["whole-sum"] == "not reproduced"
    written = [folder / f"figure_steps.{kind}" for kind in ("png", "svg")]
    assert all(p.stat().st_size > 10_000 for p in written)
