"""Merged files: every number where its parameters say, nothing mixed; seeds pooled with the right
error."""

import numpy as np
import pytest
import xarray

import rsrg
from rsrg.errors import ConfigError, RunFileError
from rsrg.execution.open_executor import open_executor
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import compute_results
from rsrg.results.derived import from_chunk_means
from rsrg.storage.layout import ENTRIES
from rsrg.studies.collect import collect
from rsrg.studies.merge import write_merged
from rsrg.studies.seeds import pooled_results, seed_groups
from rsrg.studies.study import load_study
from rsrg.studies.sweep import Sweep

PRODUCT = "base: small.yaml\nproduct: {blocks.n0: [3, 2], sampling.seed: [3, 4, 5]}\n"


@pytest.fixture(scope="module")
def swept(tmp_path_factory, text):
    """Carries a study on in a folder of its own: (study, folder)."""

    def carry_on(body, base=text):
        place = tmp_path_factory.mktemp("study")
        (place / "small.yaml").write_text(base)
        (place / "study.yaml").write_text(body)
        study = load_study(place / "study.yaml")
        with open_executor() as executor:
            Sweep(study, place / "runs", lambda t: None, lambda p: None, executor).work()
        return study, place / "runs"

    return carry_on


@pytest.fixture(scope="module")
def grid(swept):
    return swept(PRODUCT)


def opened(path):
    """All of a merged file, the axes in the order of the layout: in the file, strains are last."""
    tree = xarray.open_datatree(path, engine="h5netcdf").load()
    for group, node in tree.children.items():
        for name, array in node.ds.data_vars.items():
            if "strain" in array.dims and f"{group}/{name}" in ENTRIES:
                own = ENTRIES[f"{group}/{name}"].dims
                swept = [d for d in array.dims if d not in own]
                tree[group][name] = array.transpose(*swept, *own)
    return tree


def test_every_number_is_where_its_parameters_say(grid, tmp_path):
    study, folder = grid
    merged = write_merged(collect([folder]), tmp_path / "m.h5")
    assert (merged.runs, merged.sizes, merged.notes) == (6, {"n0": 2, "seed": 3}, ())
    tree = opened(tmp_path / "m.h5")
    assert list(tree["flow"]["n0"].values) == [3, 2]  # as the study has them
    for member in study.members:
        run = rsrg.open_run(folder / member.file)
        n0, seed = member.parameters["blocks.n0"], member.parameters["sampling.seed"]
        for name in ("flow/chi", "coupling/largest_stderr", "critical/strain", "flow/chi_log"):
            group, last = name.split("/")
            values = tree[group][last].sel(n0=n0, seed=seed)
            found = run.read(name)
            if "step" in values.dims:
                steps = len(run.read("axes/step"))
                assert np.isnan(values.isel(step=slice(steps, None))).all()  # N0 = 3 needs fewer
                values = values.isel(step=slice(steps))
            np.testing.assert_array_equal(values.values, found, err_msg=name)
    assert tree["flow"]["chi"].attrs["scale"] == "rho c_t^2"
    assert list(tree["members"]["seed"].values) == [3, 4, 5, 3, 4, 5]
    assert set(tree["members"]["file"].values) == {m.file for m in study.members}


def test_raw_chunk_means_stay(grid, tmp_path):
    """Each run's at its place, so that one can bin or combine them again."""
    study, folder = grid
    write_merged(collect([folder]), tmp_path / "m.h5")
    tree = opened(tmp_path / "m.h5")["coupling"]
    for member in study.members:
        run = rsrg.open_run(folder / member.file)
        at = {"n0": member.parameters["blocks.n0"], "seed": member.parameters["sampling.seed"]}
        steps = len(run.read("axes/step"))
        for name in ("moments", "moments_unstrained"):
            values = tree[name].sel(at)
            found = run.read(f"coupling/{name}")
            np.testing.assert_array_equal(values[:steps], found, err_msg=name)
            assert np.isnan(values[steps:]).all()  # N0 = 3 needs fewer
        np.testing.assert_array_equal(tree["chunks"].sel(at)[:steps], 4)
    assert tree["moments"].dims == ("n0", "seed", "step", "reading", "strain", "chunk", "quartic")
    assert tree["moments"].attrs["scale"] == "1/L^3"


def test_runs_of_different_length_are_padded(finished, changed, tmp_path):
    rsrg.run(changed(sampling="{samples: 128, seed: 3}"), tmp_path / "longer.h5")
    write_merged(collect([finished, tmp_path / "longer.h5"]), tmp_path / "m.h5")
    tree = opened(tmp_path / "m.h5")["coupling"]
    assert [list(tree["chunks"].sel(samples=n)) for n in (64, 128)] == [[4] * 3, [8] * 3]
    short, longer = (tree["moments"].sel(samples=n) for n in (64, 128))
    np.testing.assert_array_equal(short[..., :4, :], longer[..., :4, :])  # the same draws
    assert np.isnan(short[..., 4:, :]).all()
    assert np.isfinite(longer).all()


def test_without_raw_chunk_means(grid, tmp_path):
    _, folder = grid
    write_merged(collect([folder]), tmp_path / "m.h5")
    write_merged(collect([folder]), tmp_path / "less.h5", raw=False)
    tree, less = opened(tmp_path / "m.h5"), opened(tmp_path / "less.h5")
    axes = {"chunk", "quartic"}
    raw = {"moments", "moments_unstrained", "moments_volume", "number_volume"}
    gone = raw | {"chunks"} | axes
    assert set(tree["coupling"].variables) - set(less["coupling"].variables) == gone
    xarray.testing.assert_identical(tree["flow"].ds, less["flow"].ds)
    assert (tmp_path / "less.h5").stat().st_size < (tmp_path / "m.h5").stat().st_size


def test_files_by_name_give_the_same_as_their_folder(grid, tmp_path):
    study, folder = grid
    write_merged(collect([folder]), tmp_path / "folder.h5")
    write_merged(collect([folder / m.file for m in study.members]), tmp_path / "files.h5")
    for group, node in opened(tmp_path / "folder.h5").children.items():
        xarray.testing.assert_identical(node.ds, opened(tmp_path / "files.h5")[group].ds)


def test_zip_becomes_a_list_of_runs(swept, tmp_path):
    _, folder = swept(
        "base: small.yaml\nzip: {blocks.n0: [2, 3], flow.update: [resummed, second_order]}\n"
    )
    merged = write_merged(collect([folder]), tmp_path / "m.h5")
    assert merged.sizes == {"run": 2}
    axes = opened(tmp_path / "m.h5")["axes"]
    assert list(axes["n0"].values) == [2, 3]
    assert list(axes["update"].values) == ["resummed", "second_order"]
    assert axes["n0"].dims == ("run",)


def test_glasses_and_readings_share_their_axes(swept, finished, tmp_path):
    """Runs of one glass or reading each are, put together, the run of all."""
    _, folder = swept(
        "base: small.yaml\nproduct:\n  materials: [[a-SiO2], [{alpha: 0.7}]]\n"
        "  readings: [[fixed/ellipsoid], [affine/sphere]]\n"
    )
    merged = write_merged(collect([folder]), tmp_path / "m.h5")
    assert merged.sizes == {}
    tree, whole = opened(tmp_path / "m.h5"), rsrg.open_run(finished)
    for name in ("flow/chi", "flow/chi_log", "critical/strain_stderr", "coupling/M"):
        group, last = name.split("/")
        np.testing.assert_array_equal(tree[group][last].values, whole.read(name), err_msg=name)
    assert list(tree["flow"]["material"].values) == ["a-SiO2", "alpha=0.7"]


def test_one_run_twice_is_refused(finished, tmp_path):
    copy = tmp_path / "copy.h5"
    copy.write_bytes(finished.read_bytes())
    with pytest.raises(RunFileError) as caught:
        collect([finished, copy])
    assert str(caught.value) == (
        f"each run can be merged once; {finished} and {copy} hold the same, with seed 3"
    )


def test_mixed_parameters_are_refused(finished, changed, tmp_path):
    rsrg.run(changed(blocks="{n0: 3}", flow="{update: second_order}"), tmp_path / "other.h5")
    with pytest.raises(RunFileError, match=r"must span a grid.* they differ in blocks\.n0, flow\."):
        write_merged(collect([finished, tmp_path / "other.h5"]), tmp_path / "m.h5")
    assert not (tmp_path / "m.h5").exists()


def test_different_results_for_one_place_are_refused(finished, changed, tmp_path):
    """The same glass drawn with two seeds, each with other glasses beside it: which is right?"""
    other = changed(materials="[a-SiO2]", sampling="{samples: 64, seed: 4}")
    rsrg.run(other, tmp_path / "other.h5")
    found = collect([finished, tmp_path / "other.h5"])
    with pytest.raises(
        RunFileError, match="must not hold different values of coupling/moments for one"
    ):
        write_merged(found, tmp_path / "m.h5", pool_seeds=True)


def test_unfinished_runs_are_refused_all_at_once(grid, tmp_path, config):
    study, folder = grid
    names = [folder / m.file for m in study.members[:2]]
    with pytest.raises(RunFileError) as caught:
        collect([*names, tmp_path / "a.h5", tmp_path / "b.h5"])
    assert str(caught.value) == (
        f"only finished runs can be merged; {tmp_path / 'a.h5'} is missing; "
        f"{tmp_path / 'b.h5'} is missing"
    )
    with pytest.raises(RunFileError, match="no run files at"):
        collect([tmp_path])


def test_nothing_is_overwritten(grid, tmp_path):
    (tmp_path / "m.h5").write_text("mine")
    with pytest.raises(RunFileError, match="exists already; nothing is overwritten"):
        write_merged(collect([grid[1]]), tmp_path / "m.h5")
    assert (tmp_path / "m.h5").read_text() == "mine"


def test_named_as_what_it_is(grid, tmp_path):
    with pytest.raises(
        ConfigError, match=r"a merged file must end in \.h5 or \.hdf5; got .*m\.yaml"
    ):
        write_merged(collect([grid[1]]), tmp_path / "m.yaml")


def test_merged_runs_are_not_merged_again(grid, tmp_path):
    """A file that is named is refused; one in a folder is left out, and named."""
    _, folder = grid
    (tmp_path / "runs").mkdir()
    for path in folder.glob("*.h5"):
        (tmp_path / "runs" / path.name).write_bytes(path.read_bytes())
    write_merged(collect([folder]), tmp_path / "runs" / "m.h5")
    with pytest.raises(RunFileError, match=r"merged once; .*m\.h5 holds merged runs already"):
        collect([tmp_path / "runs" / "m.h5"])
    merged = write_merged(collect([tmp_path / "runs"]), tmp_path / "again.h5")
    assert merged.runs == 6
    assert merged.notes == ("left out, as their runs are merged already: m.h5",)


def test_other_software_is_noted(grid, tmp_path, monkeypatch):
    found = collect([grid[1]])
    object.__setattr__(found.runs[0], "versions", "rsrg 0.0.1")
    merged = write_merged(found, tmp_path / "m.h5")
    assert "different software" in merged.notes[0]
    assert opened(tmp_path / "m.h5").attrs["versions_differ"]


# Pooled seeds

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


def test_seeds_pooled_for_each_of_the_other_parameters(grid, tmp_path):
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
