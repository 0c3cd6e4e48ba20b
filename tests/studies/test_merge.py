"""Merged files: every number where its parameters say, nothing mixed."""

import numpy as np
import pytest
import xarray

import rsrg
from rsrg.errors import ConfigError, RunFileError
from rsrg.studies.collect import collect
from rsrg.studies.merge import write_merged


def test_every_number_is_where_its_parameters_say(grid, tmp_path, opened):
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


def test_raw_chunk_means_stay(grid, tmp_path, opened):
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


def test_runs_of_different_length_are_padded(finished, changed, tmp_path, opened):
    rsrg.run(changed(sampling="{samples: 128, seed: 3}"), tmp_path / "longer.h5")
    write_merged(collect([finished, tmp_path / "longer.h5"]), tmp_path / "m.h5")
    tree = opened(tmp_path / "m.h5")["coupling"]
    assert [list(tree["chunks"].sel(samples=n)) for n in (64, 128)] == [[4] * 3, [8] * 3]
    short, longer = (tree["moments"].sel(samples=n) for n in (64, 128))
    np.testing.assert_array_equal(short[..., :4, :], longer[..., :4, :])  # the same draws
    assert np.isnan(short[..., 4:, :]).all()
    assert np.isfinite(longer).all()


def test_without_raw_chunk_means(grid, tmp_path, opened):
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


def test_files_by_name_give_the_same_as_their_folder(grid, tmp_path, opened):
    study, folder = grid
    write_merged(collect([folder]), tmp_path / "folder.h5")
    write_merged(collect([folder / m.file for m in study.members]), tmp_path / "files.h5")
    for group, node in opened(tmp_path / "folder.h5").children.items():
        xarray.testing.assert_identical(node.ds, opened(tmp_path / "files.h5")[group].ds)


def test_zip_becomes_a_list_of_runs(swept, tmp_path, opened):
    _, folder = swept(
        "base: small.yaml\nzip: {blocks.n0: [2, 3], flow.update: [resummed, second_order]}\n"
    )
    merged = write_merged(collect([folder]), tmp_path / "m.h5")
    assert merged.sizes == {"run": 2}
    axes = opened(tmp_path / "m.h5")["axes"]
    assert list(axes["n0"].values) == [2, 3]
    assert list(axes["update"].values) == ["resummed", "second_order"]
    assert axes["n0"].dims == ("run",)


def test_glasses_and_readings_share_their_axes(swept, finished, tmp_path, opened):
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
    with pytest.raises(RunFileError, match="`paths` must name at least one run file or folder"):
        rsrg.merge([], tmp_path / "merged.h5")
    with pytest.raises(RunFileError, match="no run files at"):
        collect([tmp_path])


def test_the_folder_of_the_file_is_made(grid, tmp_path):
    assert rsrg.merge(grid[1], tmp_path / "new" / "m.h5").path.is_file()


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


def test_other_software_is_noted(grid, tmp_path, monkeypatch, opened):
    found = collect([grid[1]])
    object.__setattr__(found.runs[0], "versions", "rsrg 0.0.1")
    merged = write_merged(found, tmp_path / "m.h5")
    assert "different software" in merged.notes[0]
    assert opened(tmp_path / "m.h5").attrs["versions_differ"]


# Pooled seeds
