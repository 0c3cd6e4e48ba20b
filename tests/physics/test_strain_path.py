"""Kinds of strain: what each does to a body, how far it goes, and where it breaks a glass."""

import numpy as np
import pytest

from rsrg.physics.coupling_source import Continuum, LatticeMean
from rsrg.physics.errors import PhysicsError
from rsrg.physics.failure_surface import Plane, failure_surface
from rsrg.physics.first_failure import Loading, choose_glasses, critical_answer
from rsrg.physics.hill import steps_to_failure
from rsrg.physics.readings import READINGS
from rsrg.physics.strain_path import KINDS, MOST_STRETCHED, strain_path

SIMPLE_SHEAR = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
CASES = [*KINDS, SIMPLE_SHEAR]


def of_shape_alone(path, e):
    """F scaled to det F = 1: what G depends on."""
    f = path.gradient(e)
    return f / np.cbrt(np.linalg.det(f))


@pytest.mark.parametrize("kind", CASES, ids=str)
def test_paths_begin_unstrained_along_their_direction(kind):
    path = strain_path(kind)
    np.testing.assert_array_equal(path.gradient(0.0), np.eye(3))
    h = 1e-6
    slope = (path.gradient(h) - path.gradient(-h)) / (2 * h)
    # central difference: h² of the third derivative, and rounding 1e-16/h
    np.testing.assert_allclose(slope, path.direction, atol=1e-9)


def test_what_the_names_mean():
    volumes = {kind: np.linalg.det(strain_path(kind).gradient(0.3)) for kind in KINDS}
    expected = {"xx": 1.3, "xy": 1 - 0.09, "biaxial": 1.69, "isochoric": 1.0, "hydrostatic": 2.197}
    for kind, volume in expected.items():
        assert volumes[kind] == pytest.approx(volume, rel=1e-14)  # rounding


@pytest.mark.parametrize("kind", CASES, ids=str)
def test_limits_are_where_the_body_is_too_flat(kind):
    """One of: |e| = 3; a stretch, or a ratio of two, is 20."""
    path = strain_path(kind)
    for e in path.limits():
        stretches = np.append(np.linalg.svd(path.gradient(e), compute_uv=False), 1.0)
        ratio = stretches.max() / stretches.min()
        assert abs(e) == 3.0 or ratio == pytest.approx(MOST_STRETCHED, rel=1e-8)
        assert ratio <= MOST_STRETCHED * (1 + 1e-8)  # the root finder's error


def test_a_body_may_be_flat_to_rounding():
    """Along this ray of the plane xx, xy a point of the search has det F > 0 and a stretch of 0."""
    ray = Plane.from_names("xx", "xy").ray(2.0 * np.pi * 4 / 72)
    low, high = ray.limits()
    assert low < 0.0 < high


@pytest.mark.parametrize(
    "bad", ["diagonal", np.zeros((3, 3)), np.eye(2), np.full((3, 3), np.nan), "all"]
)
def test_other_strains_are_refused(bad):
    with pytest.raises(PhysicsError, match="`strain` must be"):
        strain_path(bad)


@pytest.mark.parametrize("kind", CASES, ids=str)
@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("reading", READINGS[:2], ids=str)
def test_the_continuum_fails_where_hill_tensors_say(kind, sign, reading):
    """At a first failure n of them suffice: closed forms, not the quadrature of the search."""
    load = Loading(strain_path(kind))
    stretched, compressed = load.crossings(Continuum(reading), 0.66, load.steps, sign)
    if load.path.name == "hydrostatic":
        assert stretched == compressed == ()
        return
    assert stretched
    assert compressed
    with_g = (sign == "paper") == (reading.continuum_sign == 1)
    for first in (stretched[0], compressed[0]):
        f = of_shape_alone(load.path, first.strain)
        n = steps_to_failure(f, 0.66, "paper" if with_g else "hamiltonian")
        # d ln n/d ln e is of order 1; the strain is good to 1e-8
        assert n == pytest.approx(load.steps, rel=1e-6)


def test_published_shear():
    """PHYSICS §8.7: simple shear γ, continuum fixed/ellipsoid, α = 0.66, n = 11: 0.3993."""
    load = Loading(strain_path(SIMPLE_SHEAR), sample=50e-10 * 3**11)
    stretched, _ = load.crossings(Continuum(READINGS[0]), 0.66, 11, "paper")
    assert stretched[0].strain == pytest.approx(0.3993, abs=0.5e-4)  # the digits given


def test_axes_are_alike():
    """xx, yy, zz are turned into one another, and so are the shears: the glass is isotropic."""
    for kinds in (("xx", "zz"), ("xy", "yz")):
        mean = LatticeMean(READINGS[0], 2, rtol=1e-6)
        rows = [Loading(strain_path(k)).crossings(mean, 0.7, 12, "paper") for k in kinds]
        first, other = ([side[0].strain for side in row] for row in rows)
        assert first == pytest.approx(other, rel=1e-5)  # M to 1e-6, whose slope is of order 1


def test_answers_hold_both_sides_and_both_signs():
    (glass,) = choose_glasses(alpha=0.7)
    answer = critical_answer(glass, Loading(strain_path("biaxial")))
    assert [r.kind for r in answer.rows] == ["continuum", "sum"] * 6  # no formula: not e_xx
    assert {r.sign for r in answer.rows} == {"paper", "hamiltonian"}
    for row in answer.rows:
        strains = [c.strain for c in row.crossings]
        assert strains == sorted(strains)
        outward = [c.strain for c in row.compression]
        assert outward == sorted(outward, reverse=True)
        assert all(e < 0 for e in outward)
    with pytest.raises(PhysicsError, match="`sign` must be paper or hamiltonian"):
        critical_answer(glass, Loading(), signs=("plus",))


def test_twelve_glasses():
    assert len(choose_glasses("all")) == 12


@pytest.fixture(scope="module")
def surfaces():
    plane = Plane.from_names("xx", "yy")
    return {
        (reading, sign): failure_surface(plane, Continuum(reading), 0.7, 12, sign=sign)
        for reading in READINGS[:2]
        for sign in ("paper", "hamiltonian")
    }


def test_a_surface_passes_through_the_critical_strains(surfaces):
    """Along its axes e_xx of both sides, along its diagonal biaxial strain."""
    surface = surfaces[READINGS[0], "paper"]
    tension, compression = Loading().crossings(Continuum(READINGS[0]), 0.7, 12, "paper")
    assert surface.strain[0] == pytest.approx(tension[0].strain, abs=2e-6)  # XTOL of the surface
    assert surface.strain[36] == pytest.approx(-compression[0].strain, abs=2e-6)
    load = Loading(strain_path("biaxial"))
    both, _ = load.crossings(Continuum(READINGS[0]), 0.7, 12, "paper")
    assert surface.strain[9] == pytest.approx(np.sqrt(2) * both[0].strain, abs=3e-6)


def test_a_surface_does_not_know_x_from_y(surfaces):
    for surface in surfaces.values():
        swapped = surface.strain[(18 - np.arange(72)) % 72]  # θ → 90° − θ
        np.testing.assert_allclose(surface.strain, swapped, atol=2e-6)  # XTOL, twice


def test_the_other_sign_is_the_other_reading(surfaces):
    """+G and −G: the continuum of fixed/ellipsoid is minus that of affine/sphere."""
    for sign, other in (("paper", "hamiltonian"), ("hamiltonian", "paper")):
        a, b = surfaces[READINGS[0], sign], surfaces[READINGS[1], other]
        np.testing.assert_allclose(a.strain, b.strain, atol=2e-6)  # XTOL, twice


def test_all_within_a_surface_is_stable(surfaces):
    """Nothing fails nearer to zero: 25 points of each ray, by Hill tensors."""
    plane = Plane.from_names("xx", "yy")
    surface = surfaces[READINGS[0], "hamiltonian"]
    for k in range(0, 72, 6):
        path = plane.ray(float(surface.angles[k]))
        for share in np.linspace(0.04, 0.99, 25):
            f = of_shape_alone(path, share * surface.strain[k])
            assert steps_to_failure(f, 0.7, "hamiltonian") > 12


@pytest.mark.parametrize("names", [("xx", "xx"), ("xx", "isochoric"), ("xx", "foo")])
def test_bad_planes(names):
    with pytest.raises(PhysicsError, match=r"`plane`|`strain`"):
        Plane.from_names(*names)
