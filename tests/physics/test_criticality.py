"""Critical strains: couplings with known roots, and the printed and reference numbers."""

import numpy as np
import pytest

from rsrg.physics.channels import strain_channels
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.criticality import (
    Crossing,
    critical_strains,
    crossings,
    first_negative,
)
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.hill import steps_to_failure
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.materials import TABLE_I
from rsrg.physics.pairs import unweighted, weighted

ALPHA = 0.7
PAPER_LOG = 20.0  # the ln(R/L₁) that Table I needs (PHYSICS §6.1)
TEXT_LOG = np.log(1e-3 / 50e-10)  # R = 1 mm, L₁ = 50 Å: 12.206
COMPLIANCE = inverse_elastic_susceptibility(ALPHA, "tensor")
FOUND = 1e-8  # what critical_strains promises


def paper(alpha, log_ratio, contraction, strain_max=2.0):
    """Crossings of the closed form. N0 drops out: steps × 2 ln N0 = 2 ln(R/L₁)."""
    return critical_strains(
        lambda e: log_formula_coupling(e, alpha, 3),
        alpha,
        log_ratio / np.log(3),
        contraction,
        strain_max,
    )


@pytest.mark.parametrize("row", TABLE_I, ids=lambda row: row.name)
def test_table_i_to_the_printed_digits(row):
    roots = paper(row.alpha, PAPER_LOG, "six")
    found = {c.channel: c.strain for c in roots}
    assert len(roots) == 3
    printed = dict(zip(("xx+yy+zz", "yy-zz", "yz"), row.critical, strict=True))
    assert found.keys() == printed.keys()
    for channel, digits in (("xx+yy+zz", 3), ("yy-zz", 3), ("yz", 2)):
        assert round(found[channel], digits) == printed[channel]


def test_tensor_closes_the_gap_between_two_and_three():
    found = paper(ALPHA, PAPER_LOG, "tensor")
    # PHYSICS §7, four decimals
    np.testing.assert_allclose([c.strain for c in found], [0.1788, 0.1788, 0.2278], atol=0.51e-4)
    assert {c.channel for c in found[:2]} == {"yy-zz", "yz"}
    assert found[2].channel == "xx+yy+zz"
    np.testing.assert_allclose(found[0].strain, found[1].strain, atol=FOUND)


def test_lengths_of_the_text():
    found = paper(ALPHA, TEXT_LOG, "six", strain_max=50.0)
    # PHYSICS §7, four decimals; the third channel never crosses
    np.testing.assert_allclose([c.strain for c in found], [0.3244, 0.4319], atol=0.51e-4)
    assert [c.channel for c in found] == ["yy-zz", "xx+yy+zz"]
    tensor = paper(ALPHA, TEXT_LOG, "tensor")
    assert sorted(c.channel for c in tensor) == ["xx+yy+zz", "yy-zz", "yz"]


@pytest.mark.parametrize(
    ("positions", "domain", "n0", "reference"),
    [  # PHYSICS §7; strains found below 3
        ("affine", "sphere", 2, (0.4860, 0.4860, 0.7042)),
        ("affine", "sphere", 3, (1.0007, 1.0007, 1.9179)),
        ("affine", "sphere", 10, ()),
        ("fixed", "ellipsoid", 2, (0.2127,)),
        ("fixed", "ellipsoid", 3, (0.3571,)),
        ("fixed", "ellipsoid", 4, (0.4707,)),
        ("fixed", "ellipsoid", 10, (0.9171,)),
    ],
)
def test_continuum_flow(positions, domain, n0, reference):
    found = critical_strains(
        lambda e: continuum_coupling(e, ALPHA, positions, domain),
        ALPHA,
        TEXT_LOG / np.log(n0),
        strain_max=3.0,
    )
    assert len(found) == len(reference)
    # four printed decimals
    np.testing.assert_allclose([c.strain for c in found], reference, atol=0.51e-4)


@pytest.mark.parametrize(
    ("positions", "domain", "reference"),
    [("fixed", "ellipsoid", (0.47114,)), ("affine", "sphere", (1.70456, 1.70456))],
)
def test_lattice_flow(positions, domain, reference):
    """Exact orientation average, N0 = 3, ⌈12.206/ln 3⌉ = 12 steps (PHYSICS §7)."""
    steps = int(np.ceil(TEXT_LOG / np.log(3)))
    assert steps == 12
    found = critical_strains(lambda e: exact_coupling(e, ALPHA, 3, positions, domain), ALPHA, steps)
    assert len(found) == len(reference)
    # five printed decimals
    np.testing.assert_allclose([c.strain for c in found], reference, atol=0.51e-5)


# ------------------------------------------------------------------ couplings with known roots


def soften(**roots):
    """M(e) that brings the eigenvalue of each named reference channel to zero at its root."""
    reference = strain_channels(np.diag([1.0, 0.0, 0.0]))
    base = weighted(COMPLIANCE, "tensor")

    def coupling(e):
        m = np.zeros((6, 6))
        for name, root in roots.items():
            v = reference.vectors[reference.names.index(name)]
            m -= (v @ base @ v) * (e / root) * np.outer(v, v)
        return unweighted(m, "tensor")

    return coupling


def test_one_channel_with_a_known_root():
    for name in ("xx+yy+zz", "2xx-yy-zz", "yy-zz", "xy", "xz", "yz"):
        (crossing,) = critical_strains(soften(**{name: 0.37}), ALPHA, 1.0)
        np.testing.assert_allclose(crossing.strain, 0.37, atol=FOUND)
        assert crossing.channel == name


def test_steps_multiply_the_coupling():
    (crossing,) = critical_strains(soften(xy=0.5), ALPHA, 2.5)
    np.testing.assert_allclose(crossing.strain, 0.2, atol=FOUND)


def test_degenerate_roots_are_each_listed():
    found = critical_strains(soften(**{"yy-zz": 0.4, "yz": 0.4, "xx+yy+zz": 0.7}), ALPHA, 1.0)
    np.testing.assert_allclose([c.strain for c in found], [0.4, 0.4, 0.7], atol=FOUND)
    # which of the two comes first is rounding
    assert {c.channel for c in found[:2]} == {"yy-zz", "yz"}
    assert found[2].channel == "xx+yy+zz"
    for crossing in found:
        assert crossing.direction == crossing.channel


def test_all_six_at_once():
    found = critical_strains(lambda e: -e * COMPLIANCE, ALPHA, 1.0)
    assert len({c.channel for c in found}) == 6
    np.testing.assert_allclose([c.strain for c in found], 1.0, atol=FOUND)


def test_two_close_roots_in_one_interval_of_the_search():
    found = critical_strains(soften(xy=0.4021, xz=0.4022), ALPHA, 1.0)
    assert [c.channel for c in found] == ["xy", "xz"]
    np.testing.assert_allclose([c.strain for c in found], [0.4021, 0.4022], atol=FOUND)


def test_failing_and_healing_are_both_crossings():
    v = strain_channels(np.diag([1.0, 0.0, 0.0])).vectors[3]

    def coupling(e):  # 1/2 − 4 e (1 − e): zero at (1 ± √½)/2
        return unweighted(-4 * e * (1 - e) * np.outer(v, v), "tensor")

    found = critical_strains(coupling, ALPHA, 1.0)
    roots = (1 + np.array([-1, 1]) * np.sqrt(0.5)) / 2
    np.testing.assert_allclose([c.strain for c in found], roots, atol=FOUND)
    assert [c.channel for c in found] == ["xy", "xy"]


def test_names_follow_the_eigenvector_past_a_level_that_meets_it():
    """Two levels cross before either fails; each must keep its own name."""
    roots = critical_strains(soften(xy=0.9, xz=0.5), ALPHA, 1.0)
    assert [(c.channel, round(c.strain, 8)) for c in roots] == [("xz", 0.5), ("xy", 0.9)]


def test_no_coupling_no_crossing():
    assert critical_strains(lambda e: np.zeros((6, 6)), ALPHA, 10.0) == []


def test_rotated_strain_gives_the_same_crossings(rotations):
    q = rotations[0]
    direction = q @ np.diag([1.0, 0.0, 0.0]) @ q.T
    steps = TEXT_LOG / np.log(2)

    def inverse_chi(e):
        return COMPLIANCE + steps * continuum_coupling(np.eye(3) + e * direction, ALPHA)

    turned = crossings(inverse_chi, np.linspace(0.0, 1.0, 41), "tensor", strain_channels(direction))
    straight = critical_strains(lambda e: continuum_coupling(e, ALPHA), ALPHA, steps)
    np.testing.assert_allclose([c.strain for c in turned], [c.strain for c in straight], atol=FOUND)
    assert {c.channel for c in turned[:2]} == {"bb-cc", "bc"}
    assert turned[2].channel == "aa+bb+cc"


def test_compression_is_searched_on_the_grid_given():
    """A grid of negative strains finds what fails under pressure."""
    coupling = soften(xy=-0.4)
    grid = np.linspace(-0.9, 0.0, 31)
    channels = strain_channels(np.diag([1.0, 0.0, 0.0]))
    (found,) = crossings(lambda e: COMPLIANCE + coupling(e), grid, "tensor", channels)
    np.testing.assert_allclose(found.strain, -0.4, atol=FOUND)
    assert found.channel == "xy"


def test_bad_input():
    for steps in (0, -1.0, np.nan):
        with pytest.raises(PhysicsError, match="`steps` must be positive and finite; got"):
            critical_strains(soften(xy=1), ALPHA, steps)
    for strain_max in (0, -1.0, np.inf, np.nan):
        with pytest.raises(PhysicsError, match="`strain_max` must be positive and finite; got"):
            critical_strains(soften(xy=1), ALPHA, 1, strain_max=strain_max)
    with pytest.raises(PhysicsError, match="`alpha`"):
        critical_strains(soften(xy=1), 1.0, 1)
    with pytest.raises(PhysicsError, match="`contraction`"):
        critical_strains(soften(xy=1), ALPHA, 1, contraction="voigt")


def test_crossings_sort_by_strain():
    assert sorted([Crossing(0.2, "a"), Crossing(0.1, "b")])[0].channel == "b"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.2, -0.2, 0.1), 0.5),
        ((0.1, 0.3, -0.1), 1.75),
        ((-0.1, 0.3, -0.1), 0.0),  # negative at the first strain already
        ((0.1, 0.0, 0.2), np.nan),  # touches zero, never falls below
    ],
)
def test_first_negative(values, expected):
    found = first_negative(np.array([0.0, 1.0, 2.0]), np.array(values))
    np.testing.assert_allclose(found, expected, rtol=1e-15)  # one division


def test_compression_is_searched_where_it_is_asked_for():
    """The closed form: at e < 0 too, n Hill tensors of the continuum suffice just there."""
    crossings = critical_strains(
        lambda e: continuum_coupling(e, 0.7, "fixed", "ellipsoid"), 0.7, 12.0, strain_min=-0.6
    )
    strains = [c.strain for c in crossings]
    assert strains == sorted(strains)
    outward = max(e for e in strains if e < 0)
    assert steps_to_failure(outward, 0.7) == pytest.approx(12.0, rel=1e-6)  # e to 1e-8
    assert min(e for e in strains if e > 0) == pytest.approx(0.3267, abs=0.5e-4)  # PHYSICS §8
    with pytest.raises(PhysicsError, match="`strain_min`"):
        critical_strains(lambda e: np.zeros((6, 6)), 0.7, 1.0, strain_min=-1.0)
