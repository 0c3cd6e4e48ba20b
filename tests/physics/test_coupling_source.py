"""Sources of M: each against its own function, caching, and one defined outside the package."""

import numpy as np
import pytest

from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.coupling_source import (
    Continuum,
    ExactCoupling,
    LatticeMean,
    LogFormula,
    _continuum_moments,
)
from rsrg.physics.criticality import critical_strains
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.readings import READINGS

ALPHA = 0.7


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_each_source_gives_the_coupling_of_its_own_function(reading, general_strain):
    """Bit for bit: the same formulas, in the same order."""
    where = (reading.positions, reading.domain)
    for deformation in (0.2, general_strain):
        np.testing.assert_array_equal(
            Continuum(reading).coupling(deformation, ALPHA),
            continuum_coupling(deformation, ALPHA, *where),
        )
        np.testing.assert_array_equal(
            LatticeMean(reading, 4, "fcc").coupling(deformation, ALPHA),
            exact_coupling(deformation, ALPHA, 4, *where, "fcc"),
        )
    np.testing.assert_array_equal(
        LogFormula(4).coupling(0.2, ALPHA), log_formula_coupling(0.2, ALPHA, 4)
    )


def test_a_number_is_the_strain_xx():
    for source in (Continuum(READINGS[0]), LatticeMean(READINGS[1])):
        as_matrix = source.coupling(np.diag([1.2, 1.0, 1.0]), ALPHA)
        np.testing.assert_array_equal(source.coupling(0.2, ALPHA), as_matrix)


def test_moments_serve_every_glass_and_reading(general_strain):
    """Twelve glasses cost little more than one."""
    Continuum(READINGS[0]).coupling(general_strain, 0.6)
    before = _continuum_moments.cache_info().misses
    for alpha in (0.6, 0.7, 0.8):
        for reading in READINGS:
            Continuum(reading).coupling(general_strain.copy(), alpha)
    assert _continuum_moments.cache_info().misses == before


def test_a_source_from_outside_needs_its_coupling_only():
    """M = −e on the diagonal: χ⁻¹ of `tensor` at α = 0.7 is 1/2 five times and 1/6 (Eq. 4.6)."""

    class Softening(ExactCoupling):
        kind = "softening"

        def coupling(self, deformation, alpha):
            shear = np.diag([1.0, 0.5, 0.5, 1.0, 0.5, 1.0])  # the identity of rank-4 tensors
            return -deformation * shear

    source = Softening()
    start = inverse_elastic_susceptibility(ALPHA, "tensor")
    expected = start + 2.0 * source.coupling(0.1, ALPHA)
    np.testing.assert_array_equal(source.inverse_chi(0.1, ALPHA, 2.0, "tensor"), expected)
    found = source.critical_strains(ALPHA, 2.0, "tensor", 1.0)
    assert found == critical_strains(lambda e: source.coupling(e, ALPHA), ALPHA, 2.0, "tensor", 1.0)
    # 1/6 − 2e = 0 in the dilation, and 1/2 − 2e = 0 in the five shears, to 1e-8 as promised
    np.testing.assert_allclose([c.strain for c in found], [1 / 12, *[1 / 4] * 5], atol=1e-8)
    assert found[0].channel == "xx+yy+zz"


def test_a_source_without_coupling_is_none():
    class Nothing(ExactCoupling):
        kind = "nothing"

    with pytest.raises(TypeError, match="coupling"):
        Nothing()


def test_errors():
    with pytest.raises(
        PhysicsError, match=r"a number e_xx for the log formula; got \[\[1.0, 0.0, 0.0\], "
    ):
        LogFormula().coupling(np.eye(3), ALPHA)
    for source in (LogFormula(), Continuum(READINGS[0]), LatticeMean(READINGS[0])):
        with pytest.raises(PhysicsError, match="`strain` e must be greater than −1"):
            source.coupling(-1.0, ALPHA)
        with pytest.raises(PhysicsError, match="`alpha` = 1 − c_t²/c_l² must lie between"):
            source.coupling(0.1, 0.2)
