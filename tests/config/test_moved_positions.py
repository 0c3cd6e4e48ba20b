"""A file of positions is known by its content: what has moved goes on, and counts as the same."""

import shutil

import numpy as np
import pytest

import rsrg
from rsrg.config import position_content
from rsrg.config.loading import load_config
from rsrg.config.schema import Config
from rsrg.errors import ConfigError
from rsrg.sums.packing import random_sequential_addition

EDGES = [17.5, 17.5, 17.5]
POINTS = 2.5 * random_sequential_addition(343, 0.7, np.random.default_rng(0))
CONFIG = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 15 nm}
blocks: {n0: 2, positions: {file: ../data/blocks.npy, box: [17.5, 17.5, 17.5]}}
strain: {values: [0.0, 0.2]}
readings: [fixed/ellipsoid]
sampling: {samples: 64, seed: 3}
"""
STUDY = "{base: c.yaml, product: {sampling.seed: [1, 2]}}"


@pytest.fixture
def project(tmp_path):
    """A folder with a config, a study and data, each in a folder of its own."""
    folder = tmp_path / "before"
    for name in ("configs", "data", "runs"):
        (folder / name).mkdir(parents=True)
    (folder / "configs" / "c.yaml").write_text(CONFIG)
    (folder / "configs" / "s.yaml").write_text(STUDY)
    np.save(folder / "data" / "blocks.npy", POINTS)
    return folder


@pytest.fixture
def moved(project):
    """Moves the project, and says where to."""
    return lambda: project.rename(project.with_name("after"))


def test_a_moved_folder_resumes(project, moved, same):
    config = load_config(project / "configs" / "c.yaml")
    more = {"sampling.samples": 96}
    rsrg.run(load_config(project / "configs" / "c.yaml", more), project / "runs" / "long.h5")
    rsrg.run(config, project / "runs" / "run.h5")
    after = moved()
    run = rsrg.resume(after / "runs" / "run.h5", more)
    same(after / "runs" / "run.h5", after / "runs" / "long.h5")
    assert run.config.blocks.positions.file == str(after / "data" / "blocks.npy")
    assert run.config.digest() == load_config(after / "configs" / "c.yaml", more).digest()


def test_a_finished_run_that_moved_stays_as_it_is(project, moved):
    rsrg.run(load_config(project / "configs" / "c.yaml"), project / "runs" / "run.h5")
    path = moved() / "runs" / "run.h5"
    before = path.read_bytes()
    assert rsrg.resume(path).status == "finished"
    assert path.read_bytes() == before


def test_other_files_of_its_name_are_in_nobody_s_way(project, moved, monkeypatch):
    """One beside the run that is too large, while the right one lies where it was with the rest."""
    rsrg.run(load_config(project / "configs" / "c.yaml"), project / "runs" / "run.h5")
    after = moved()
    size = (after / "data" / "blocks.npy").stat().st_size
    monkeypatch.setattr(position_content, "MAX_BYTES", size)
    (after / "runs" / "blocks.npy").write_bytes(b"x" * (size + 1))
    (after / "runs" / "data").mkdir()
    (after / "runs" / "data" / "blocks.npy").write_bytes(b"x" * (size + 1))
    run = rsrg.open_run(after / "runs" / "run.h5")
    assert run.config.blocks.positions.file == str(after / "data" / "blocks.npy")


def test_another_place_can_be_named(project, tmp_path):
    rsrg.run(load_config(project / "configs" / "c.yaml"), project / "runs" / "run.h5")
    (project / "data" / "blocks.npy").rename(tmp_path / "other.npy")
    more = {"sampling.samples": 96}
    with pytest.raises(ConfigError, match="must exist and be a file"):
        rsrg.resume(project / "runs" / "run.h5", more)
    here = {"blocks.positions.file": str(tmp_path / "other.npy")}
    assert rsrg.resume(project / "runs" / "run.h5", more | here).status == "finished"
    np.save(tmp_path / "other.npy", POINTS[::-1])
    with pytest.raises(ConfigError, match="it has changed"):
        rsrg.resume(project / "runs" / "run.h5", {"sampling.samples": 128})
    np.save(tmp_path / "other.npy", POINTS)
    with pytest.raises(ConfigError, match=r"`blocks\.positions\.box` cannot change"):
        rsrg.resume(project / "runs" / "run.h5", {"blocks.positions.box": [17.5, 17.5, 18.0]})


def test_a_sweep_of_a_moved_folder_computes_nothing_again(project, moved, monkeypatch):
    monkeypatch.chdir(project)
    first = rsrg.sweep("configs/s.yaml")
    after = moved()
    monkeypatch.chdir(after)
    lines = []
    again = rsrg.sweep("configs/s.yaml", notify=lines.append)
    assert lines == []
    assert [r.path for r in again.runs] == [r.path for r in first.runs]
    assert again.finished


def test_seeds_pool_wherever_their_files_were(project, tmp_path):
    for seed, folder in enumerate(("data", "copy")):
        if folder == "copy":
            shutil.copytree(project / "data", project / "copy")
        changes = {"sampling.seed": seed, "blocks.positions.file": f"../{folder}/blocks.npy"}
        config = load_config(project / "configs" / "c.yaml", changes)
        rsrg.run(config, project / "runs" / f"{seed}.h5")
    merged = rsrg.merge(project / "runs", tmp_path / "merged.h5", pool_seeds=True)
    assert (merged.runs, merged.sizes) == (2, {})


def test_what_is_in_the_file_counts(project):
    """Not the path, but all else that decides which numbers there are."""
    path = project / "configs" / "c.yaml"
    same_file = load_config(path, {"blocks.positions.file": str(project / "data" / "blocks.npy")})
    assert load_config(path).digest() == same_file.digest()
    assert load_config(path, {"blocks.positions.box": [17.5, 17.5, 18.0]}).digest() != (
        same_file.digest()
    )
    np.save(project / "data" / "blocks.npy", POINTS[::-1])
    assert load_config(path).digest() != same_file.digest()


def test_a_config_of_before_has_its_dataset_in_the_name(dumped, config):
    data = dumped(config) | {"blocks": {"n0": 2, "positions": {"file": "/a/b.h5:frames/last"}}}
    spec = Config.model_validate(data).blocks.positions
    assert (spec.file, spec.dataset, spec.frame) == ("/a/b.h5", "frames/last", None)


def test_digests_without_a_file_are_those_of_before(config):
    """The names of the runs of all sweeps so far."""
    assert config.digest() == "fbeb76d89b31e29b799715254ea87fcce6472fc8f4b1c1a6005fedf34d947779"


def test_arrays_from_python(project, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    data = {
        "schema_version": 1, "materials": [{"alpha": 0.7}],
        "lengths": {"start": "50 angstrom", "sample": "15 nm"},
        "blocks": {"n0": 2, "positions": {"file": POINTS, "box": EDGES}},
        "strain": {"values": [0.0, 0.2]}, "readings": ["fixed/ellipsoid"],
        "sampling": {"samples": 64, "seed": 3},
    }  # fmt: skip
    config = load_config(data)
    assert config.digest() == load_config(project / "configs" / "c.yaml").digest()
    spec = config.blocks.positions
    (file,) = tmp_path.glob("positions-*.npy")
    assert spec.file == str(file)
    assert file.name == f"positions-{spec.sha256[:12]}.npy"
    np.testing.assert_array_equal(np.load(file), POINTS)
    assert len(config.text()) < 1000  # the array is in the file alone
    changes = {"blocks.positions": {"file": POINTS.tolist(), "box": EDGES}}
    assert (
        load_config(project / "configs" / "c.yaml", changes).blocks.positions.sha256 == spec.sha256
    )
    finite = load_config(data | {"blocks": {"n0": 2, "positions": POINTS}})
    assert finite.blocks.positions.box is None
    assert finite.blocks.positions.sha256 == spec.sha256
    with pytest.raises(ConfigError, match=r"of the array must hold .* shape \(n, 3\); got \(3,\)"):
        load_config(data | {"blocks": {"n0": 2, "positions": EDGES}})
    assert len(list(tmp_path.glob("positions-*"))) == 1
