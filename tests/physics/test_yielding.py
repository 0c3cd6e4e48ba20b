"""The inverse problem, held against the critical strains that it inverts."""

import math

import numpy as np
import pytest

import rsrg
from rsrg.physics.coupling_source import Continuum, LatticeMean
from rsrg.physics.errors import PhysicsError
from rsrg.physics.hill import steps_to_failure
from rsrg.physics.materials import GLASSES
from rsrg.physics.readings import READINGS
from rsrg.physics.yielding import YIELD_STRAINS, amplitude_times_steps, yielding


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("reading", READINGS[:2], ids=str)
@pytest.mark.parametrize("amplitude", [1.0, 0.3])
def test_it_inverts_the_critical_strain(reading, sign, amplitude):
    """With that many steps the glass fails first at that very strain."""
    source = LatticeMean(reading, 3)
    product = amplitude_times_steps(source, 0.35, 0.7, sign)
    first, *_ = rsrg.critical_strains(
        lambda e: source.coupling(e, 0.7),
        0.7,
        product / amplitude,
        sign=sign,
        amplitude=amplitude,
        strain_max=0.5,
    )
    assert first.strain == pytest.approx(0.35, abs=2e-8)  # the root finder's 1e-8


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("e", [-0.4, 0.05, 2.0])
def test_in_the_continuum_it_is_the_threshold_of_the_shape(e, sign):
    """+G: the closed forms of the Hill tensors."""
    found = amplitude_times_steps(Continuum(READINGS[0]), e, 0.66, sign)
    f = np.diag([1.0 + e, 1.0, 1.0])
    assert found == pytest.approx(steps_to_failure(f, 0.66, sign), rel=1e-9)  # the quadrature


def test_small_strains_take_many_steps():
    """M is linear in e: f n goes as 1/e, up to the e² of M, 0.02 and 0.04 of it."""
    glass = GLASSES["a-SiO2"]
    rows = [yielding(glass, e, READINGS[0]) for e in (0.01, 0.02)]
    assert rows[0].product == pytest.approx(2.0 * rows[1].product, rel=0.05)
    assert not any(row.possible for row in rows)
    assert "no: f = " in rows[0].verdict


def test_what_it_means():
    row = yielding(GLASSES["PMMA"], 0.5, READINGS[0])
    assert row.amplitude == pytest.approx(row.product / 12)  # 12 steps of N0 = 3 reach 1 mm
    assert 10**row.log10_sample == pytest.approx(50e-10 * 3**row.product)
    assert row.possible  # PMMA fails at 0.49 with f = 1
    assert row.verdict == "possible"


def test_without_a_coupling_nothing_suffices():
    row = yielding(GLASSES["PS"], YIELD_STRAINS[0], READINGS[3])
    assert row.product == math.inf
    assert not row.possible


def test_bad_input():
    with pytest.raises(PhysicsError, match="paper or hamiltonian"):
        amplitude_times_steps(Continuum(READINGS[0]), 0.1, 0.7, "plus")
    with pytest.raises(PhysicsError, match="alpha"):
        amplitude_times_steps(Continuum(READINGS[0]), 0.1, 0.2)
