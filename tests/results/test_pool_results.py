"""What a quenched run says of its blocks, read back from its file."""

import numpy as np
import pytest

import rsrg
from rsrg.ensemble.pool_statistics import RARE
from rsrg.errors import RunFileError
from rsrg.report.lengths import Lengths, generation_lengths, step_lengths
from rsrg.results.pool_results import PoolResults


@pytest.fixture(scope="module")
def quenched(changed, tmp_path_factory):
    config = changed(
        materials="[a-SiO2, PMMA]",
        flow="{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.4}}",
    )
    return rsrg.run(config, tmp_path_factory.mktemp("quenched") / "run.h5")


def test_quartiles_split_the_blocks(quenched):
    pool = PoolResults(quenched, "PMMA")
    strains = np.nan_to_num(pool.read("critical_strain"), nan=np.inf)
    quartiles = pool.critical_quartiles("e > 0")
    assert quartiles.shape == (*strains.shape[:2], 3)
    for k, share in enumerate((0.25, 0.5, 0.75)):
        # that share of the blocks lies at or below; `nearest` may take the block beside
        at_or_below = (strains <= quartiles[..., k, None]).mean(axis=-1)
        below = (strains < quartiles[..., k, None]).mean(axis=-1)
        assert np.all(at_or_below >= share - 1.0 / strains.shape[-1])
        assert np.all(below <= share + 1.0 / strains.shape[-1])
    assert np.isfinite(quartiles).any()


def test_width_means_something_where_few_have_failed(quenched):
    pool = PoolResults(quenched)
    failed, wide = pool.read("failed"), pool.wide
    assert wide[0].all()
    assert np.all(failed[wide] < RARE)
    assert np.all(wide[1:] <= wide[:-1])  # once lost, lost for good


def test_equal_blocks_fail_where_the_flow_crosses_zero(quenched):
    """The last step: the critical strain of the run itself, straight lines against a spline."""
    annealed = PoolResults(quenched, "a-SiO2").annealed_critical_strains("e > 0")
    assert annealed.shape == (len(quenched.read("axes/step")), 2)
    spacing = np.diff(quenched.read("axes/strain"))[0]
    for j, reading in enumerate(quenched.read("axes/reading")):
        records = [
            r.value
            for r in quenched.critical_strains()
            if (r.material, r.reading, r.source) == ("a-SiO2", reading, "lattice")
        ]
        if records:
            assert abs(annealed[-1, j] - min(records)) < spacing
        else:
            assert np.isnan(annealed[-1, j])


def test_unknown_glass(quenched):
    with pytest.raises(RunFileError, match="`material` must be one of a-SiO2, PMMA; got 'x'"):
        PoolResults(quenched, "x")


def test_lengths(quenched, changed, tmp_path):
    steps, generations = step_lengths(quenched), generation_lengths(quenched)
    assert steps.meters
    assert steps.unit == generations.unit == "m"
    # roundings of products
    np.testing.assert_allclose(generations.values[0], 50e-10, rtol=1e-14)
    np.testing.assert_allclose(generations.values[1:], steps.values, rtol=1e-14)
    assert steps.text(0) == "10 nm"
    ratios = step_lengths(rsrg.run(changed(lengths="{log_ratio: 2}"), tmp_path / "run.h5"))
    assert (ratios.unit, ratios.text(-1)) == ("$L_1$", "8 L₁")
    assert Lengths(np.array([12345.0]), False).text(0) == "1.23e+04 L₁"
    assert Lengths(np.array([12345.0]), False).text(0, 6) == "12345 L₁"
