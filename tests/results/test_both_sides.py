"""Runs under compression, and of strains on both sides of zero: each side fails in its own way."""

import numpy as np
import pytest

import rsrg
from rsrg.report.critical_table import critical_columns
from rsrg.report.page.verdict import verdicts
from rsrg.results.comparison import Choice, comparison
from rsrg.results.critical_record import first_failures
from rsrg.results.pool_results import PoolResults
from rsrg.results.reached_error import reached_error

PLANE = "tensor: [[1, 0, 0], [0, 1, 0], [0, 0, 0]]"
MILLIMETRE = "{start: 50 angstrom, sample: 1 mm}"
POOL = "{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.4}}"


@pytest.fixture
def both(changed, tmp_path):
    """A run of strains from −0.6 to 1 in the plane xx+yy."""
    strain = f"{{{PLANE}, values: {{start: -0.6, stop: 1.0, count: 33}}}}"
    config = changed(strain=strain, lengths=MILLIMETRE, sampling="{samples: 256, seed: 3}")
    return rsrg.run(config, tmp_path / "both.h5")


@pytest.fixture
def one_side(changed, tmp_path):
    """The same on one side alone."""

    def run(start, stop, count):
        values = f"{{start: {start}, stop: {stop}, count: {count}}}"
        strain = f"{{{PLANE}, values: {values}}}"
        config = changed(strain=strain, lengths=MILLIMETRE, sampling="{samples: 256, seed: 3}")
        return rsrg.run(config, tmp_path / f"side{stop}.h5")

    return run


def test_each_side_is_that_of_a_run_of_its_own(both, one_side):
    """The same draws at the same strains: the same first failures, to the spline between them."""
    alone = {"e > 0": one_side(0.0, 1.0, 21), "e < 0": one_side(-0.6, 0.0, 13)}
    for material in ("a-SiO2", "alpha=0.7"):
        for reading in both.config.readings:
            for source in ("lattice", "continuum"):
                mine = _place(both, material, reading, source)
                for side, run in alone.items():
                    theirs = _place(run, material, reading, source)
                    assert (side in mine) == (side in theirs)
                    if side in mine:
                        one, other = mine[side], theirs[side]
                        # splines with other end conditions: far below the error of either
                        tolerance = 1e-7 + 0.2 * max(one.stderr, other.stderr)
                        assert one.value == pytest.approx(other.value, abs=tolerance)


def _place(run, material, reading, source):
    records = [
        r
        for r in run.critical_strains()
        if (r.material, r.reading, r.source) == (material, reading, source)
    ]
    return first_failures(records)


def test_stored_from_zero_outwards(both):
    strains = both.read("critical/strain")
    for row in strains.reshape(-1, strains.shape[-1]):
        known = np.abs(row[np.isfinite(row)])
        assert np.all(np.diff(known) >= 0.0)
        assert not np.isfinite(row[len(known) :]).any()


def test_table_tells_both_sides(both):
    columns = critical_columns(both)
    assert {c.side for c in columns} == {"e > 0", "e < 0"}
    cells = {(c.reading, c.source, c.side): c.cells[0][0] for c in columns}
    assert cells["fixed/ellipsoid", "lattice", "e < 0"].startswith("-0.2")
    assert cells["fixed/ellipsoid", "lattice", "e > 0"].startswith("0.")
    sentence = verdicts(both)[0]
    assert cells["fixed/ellipsoid", "lattice", "e < 0"] in sentence
    assert cells["fixed/ellipsoid", "lattice", "e > 0"] in sentence


def test_compare_looks_where_the_glass_fails_first(both):
    first = both.values("critical/strain", material=0, reading=0, crossing=0)
    shown = comparison(both, Choice(reading="fixed/ellipsoid"))[0][0].strain
    assert abs(shown - first) <= 0.025 + 1e-12  # the nearest of strains 0.05 apart
    assert first < 0.0


def test_target_is_the_worst_of_both_sides(both):
    errors, strains = both.read("critical/sampling_stderr"), both.read("critical/strain")
    worst = 0.0
    for place in np.ndindex(strains.shape[:2]):
        for sign in (1.0, -1.0):
            side = np.where(np.sign(strains[place]) == sign, np.abs(strains[place]), np.inf)
            if np.isfinite(side).any():
                worst = max(worst, errors[place][side.argmin()])
    assert reached_error(both, "critical_strain").value == worst


def test_failed_before_the_first_strain(changed, tmp_path):
    config = changed(strain="{values: [0.6, 0.7, 1.0]}", lengths=MILLIMETRE)
    run = rsrg.run(config, tmp_path / "late.h5")
    cells = {(c.reading, c.source): c.cells[0][0] for c in critical_columns(run)}
    assert cells["fixed/ellipsoid", "lattice"] == "< 0.6"
    assert cells["", "log"] == "< 0.6"
    assert "has failed already at e = 0.6 in fixed/ellipsoid" in verdicts(run)[0]


def test_compression_of_unequal_blocks(changed, tmp_path):
    """Loaded to e = −0.6, blocks have failed whose χ is not positive definite there."""
    strain = "{component: xx, values: {start: -0.6, stop: 0.0, count: 4}}"
    run = rsrg.run(changed(strain=strain, flow=POOL), tmp_path / "pool.h5")
    failed, share = run.read("pool/failed"), run.read("pool/critical_summary")[..., 3]
    assert np.all(share >= failed[..., 0])  # a block may fail and recover on the way
    assert share.max() > 0.0
    strains = run.read("pool/critical_strain")
    assert np.nanmin(strains) >= -0.6
    assert np.nanmax(strains) <= 0.0
    assert list(PoolResults(run).endings) == ["e < 0"]


def test_both_sides_of_unequal_blocks(changed, tmp_path):
    """Each side has what a pool of that side alone has, bit for bit: blocks do not mix strains."""
    values = {"both": (-0.6, 0.6, 7), "plus": (0.0, 0.6, 4), "minus": (-0.6, 0.0, 4)}
    runs = {}
    for name, (start, stop, count) in values.items():
        strain = f"{{component: xx, values: {{start: {start}, stop: {stop}, count: {count}}}}}"
        config = changed(strain=strain, flow=POOL, sampling="{samples: 64, seed: 3}")
        runs[name] = PoolResults(rsrg.run(config, tmp_path / f"{name}.h5"))
    for side, alone in (("e > 0", runs["plus"]), ("e < 0", runs["minus"])):
        ending = runs["both"].endings[side]
        np.testing.assert_allclose(
            runs["both"].read(f"critical_strain{ending}"), alone.read("critical_strain"),
            rtol=1e-12,  # strains of a grid differ by rounding
        )  # fmt: skip
        np.testing.assert_allclose(
            runs["both"].critical_quartiles(side), alone.critical_quartiles(side), rtol=1e-12
        )
