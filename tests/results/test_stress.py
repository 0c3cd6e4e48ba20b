"""The stress–strain curve of a run: its slope is χ_tot, and it ends where χ is infinite."""

from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.results.stress import stress_curves

TEXT = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 1 mm}
blocks: {n0: 3, count: volume}
strain: {values: {start: 0.0, stop: 0.6, count: 31}}
readings: [fixed/ellipsoid, affine/ellipsoid]
sampling: {estimator: exact}
"""


@pytest.fixture
def run(tmp_path):
    with closing(rsrg.run(config_from_text(TEXT, "x.yaml"), tmp_path / "run.h5")) as done:
        yield done


def test_slope_is_the_total_susceptibility(run):
    """dσ/de = (χ_el + χ)_xxxx at the strains of the run, well before it breaks."""
    found = stress_curves(run)
    elastic = elastic_susceptibility(0.7)[0, 0]
    for source in ("lattice", "continuum"):
        chi = run.values("flow/chi", source, material=0, step=-1, reading=0)[:, 0, 0]
        slope = np.gradient(found.stress[source][0, 0], found.strains)
        for k in range(1, 8):
            e = run.read("axes/strain")[k]
            at = int(np.argmin(np.abs(found.strains - e)))
            # a centred difference over 0.005: 1e-4 of a curve that bends over 0.1
            assert slope[at] == pytest.approx(elastic + chi[k], rel=2e-3)


def test_ends_where_the_glass_breaks(run):
    """Also by the formula, which lets a shear fail, yy-zz, while χ_xxxx is finite."""
    first = {
        c.source: c for c in reversed(run.critical_strains()) if c.reading != "affine/ellipsoid"
    }
    assert [first[source].channel for source in ("lattice", "continuum")] == ["xx+yy+zz"] * 2
    assert first["log"].channel in ("yy-zz", "yz")
    found = stress_curves(run)
    for source, failure in first.items():
        known = found.strains[np.isfinite(found.stress[source][0, 0])]
        # points are 0.0025 apart
        assert failure.value - 0.005 < known.max() <= failure.value


def test_no_coupling_is_a_straight_line(run):
    """Continuum, affine/ellipsoid: M = 0, so σ = 2 χ_el,xxxx e."""
    found = stress_curves(run)
    straight = 2.0 * elastic_susceptibility(0.7)[0, 0] * found.strains
    np.testing.assert_allclose(found.stress["continuum"][0, 1], straight, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "strain", ["{component: xy, values: [0.0, 0.1, 0.2, 0.3]}", "{values: [0.1, 0.2, 0.3, 0.4]}"]
)
def test_only_along_x_from_zero(strain, tmp_path):
    lines = [f"strain: {strain}" if s.startswith("strain") else s for s in TEXT.splitlines()]
    config = config_from_text("\n".join(lines), "x.yaml")
    with closing(rsrg.run(config, tmp_path / "run.h5")) as run:
        assert stress_curves(run) is None


def test_a_coupling_that_is_rounding_alone(tmp_path):
    """Affine/ellipsoid by few draws: 1/χ_xxxx can be infinite at a strain that is tried."""
    text = TEXT.replace("{estimator: exact}", "{samples: 64}").replace("stop: 0.6", "stop: 2.0")
    text = text.replace("count: 31", "count: 11").replace("[{alpha: 0.7}]", "all")
    with closing(rsrg.run(config_from_text(text, "x.yaml"), tmp_path / "run.h5")) as run:
        found = stress_curves(run)  # a warning is an error here
    assert found is not None
