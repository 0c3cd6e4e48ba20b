"""Seeds pooled: as if one run had drawn all their chunks, with the right error."""

import numpy as np
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import compute_results
from rsrg.results.derived import from_chunk_means
from rsrg.studies.collect import collect
from rsrg.studies.merge import write_merged
from rsrg.studies.seeds import pooled_results, seed_groups

SMALLER = [
    ("[a-SiO2, {alpha: 0.7}]", "[a-SiO2]"),
    (", affine/sphere]", "]"),
    ("count: 5", "count: 3"),
]
SEEDS = "base: small.yaml\nproduct: {sampling.seed: [11, 12, 13, 14, 15, 16, 17, 18]}\n"


@pytest.fixture(scope="module")
def many(swept, text):
    """Eight seeds of one glass in one reading, 16 chunks in each of three steps."""
    for old, new in SMALLER:
        text = text.replace(old, new)
    return swept(SEEDS, text.replace("samples: 64", "samples: 256"))


def test_pooled_is_the_derivation_from_all_chunks(many, tmp_path):
    """To the bit: the chunks of all seeds in the order of the seeds, then as for one run."""
    study, folder = many
    found = collect([folder]).runs
    (pool,) = seed_groups(found[::-1])
    assert [r.config.sampling.seed for r in pool] == list(range(11, 19))
    runs = [rsrg.open_run(r.path) for r in pool]
    sums, volume, number = (
        np.concatenate([r.read(f"coupling/{name}") for r in runs], axis=3)
        for name in ("moments", "moments_volume", "number_volume")
    )
    control = np.concatenate([r.read("coupling/moments_unstrained") for r in runs], axis=1)
    assert sums.shape[3] == 8 * 16
    moments = MomentArrays(sums, control, volume, number)
    pooled = pooled_results(pool)
    drawn_by = [(seed, 16) for seed in range(11, 19)]
    expected = compute_results(study.members[0].config, moments, drawn_by)
    for name, values in expected.items():
        np.testing.assert_array_equal(pooled[name], values, err_msg=name)


def pooled_from_chunk_means(runs):
    """What follows from the chunk means of all seeds, the error of each component among it."""
    (pool,) = seed_groups(runs)
    config, results = pool[0].config, pooled_results(pool)
    fields = ("moments", "moments_unstrained", "moments_volume", "number_volume")
    moments = MomentArrays(*(results[f"coupling/{name}"] for name in fields))
    drawn_by = [(run.config.sampling.seed, run.config.chunks()) for run in pool]
    return from_chunk_means(config, moments, drawn_by)


def test_pooled_is_one_long_run_in_law(many, tmp_path):
    """The same mean and the same error bar, within what sampling leaves open."""
    study, folder = many
    pooled = pooled_results(seed_groups(collect([folder]).runs)[0])
    data = study.members[0].config.model_dump()
    data["sampling"] |= {"samples": 2048, "seed": 99}
    long = rsrg.run(rsrg.Config.model_validate(data), tmp_path / "long.h5")
    m, s = (
        pooled["coupling/M"],
        pooled_from_chunk_means(collect([folder]).runs)["coupling/M_stderr"],
    )
    other, t = long.read("coupling/M"), long.read("coupling/M_stderr")
    drawn = t > 1e-12  # not the entries that are zero by symmetry, or without strain
    deviations = (m - other)[drawn] / np.hypot(s, t)[drawn]
    assert np.abs(deviations).max() < 4.5  # a few dozen independent normal numbers
    assert 0.5 < np.sqrt(np.mean(deviations**2)) < 1.5
    # each error bar is known to 1/√(2·63) = 9 %, so their ratio to 13 %; three of these
    np.testing.assert_allclose(np.median(s[drawn] / t[drawn]), 1.0, atol=0.39)


def test_the_error_falls_as_the_root_of_the_seeds(many):
    _, folder = many
    found = collect([folder]).runs
    one = [pooled_from_chunk_means([run])["coupling/M_stderr"] for run in found]
    alone = np.sqrt(np.mean(np.square(one), axis=0))
    together = pooled_from_chunk_means(found)["coupling/M_stderr"]
    drawn = together > 1e-12
    # 1/√8 within three times the 9 % and 6 % to which 64 groups, and 8 × 16, give an error bar
    np.testing.assert_allclose(np.median(together[drawn] / alone[drawn]) * np.sqrt(8), 1, atol=0.33)


def test_seeds_pooled_for_each_of_the_other_parameters(grid, tmp_path, opened):
    _, folder = grid
    merged = write_merged(collect([folder]), tmp_path / "m.h5", pool_seeds=True)
    assert (merged.runs, merged.sizes) == (6, {"n0": 2})
    pool = next(p for p in seed_groups(collect([folder]).runs) if p[0].config.blocks.n0 == 2)
    tree = opened(tmp_path / "m.h5")
    chi = tree["flow"]["chi"].sel(n0=2).values
    np.testing.assert_array_equal(chi, pooled_results(pool)["flow/chi"])
    raw = [rsrg.open_run(run.path).read("coupling/moments") for run in pool]
    moments = tree["coupling"]["moments"].sel(n0=2).values
    np.testing.assert_array_equal(moments, np.concatenate(raw, axis=3))
    assert (tree["coupling"]["chunks"].sel(n0=2) == 3 * 4).all()
    assert list(tree["members"]["seed"].values) == [3, 4, 5, 3, 4, 5]  # in this order


def test_pooled_controls_are_those_of_every_seed(many):
    """The harmonics of each seed's own draws: the gain on plain sampling stays."""
    _, folder = many
    pool = seed_groups(collect([folder]).runs)[0]
    together = pooled_from_chunk_means(pool)["coupling/harmonics"]
    alone = [rsrg.open_run(run.path).read("coupling/harmonics") for run in pool]
    np.testing.assert_array_equal(together, np.concatenate(alone, axis=1))


def test_a_seed_counts_once(finished, changed, tmp_path):
    """More samples of the same seed are the same draws and more: pooled, some would count twice."""
    rsrg.run(changed(sampling="{samples: 128, seed: 3}"), tmp_path / "longer.h5")
    with pytest.raises(RunFileError, match=r"each seed can be pooled once; .* both have seed 3"):
        write_merged(
            collect([finished, tmp_path / "longer.h5"]), tmp_path / "m.h5", pool_seeds=True
        )


def test_only_drawn_runs_are_pooled(changed, tmp_path):
    rsrg.run(changed(sampling="{estimator: formula}"), tmp_path / "formula.h5")
    with pytest.raises(RunFileError, match=r"`estimator` is montecarlo; .*formula\.h5 is formula"):
        write_merged(collect([tmp_path / "formula.h5"]), tmp_path / "m.h5", pool_seeds=True)
