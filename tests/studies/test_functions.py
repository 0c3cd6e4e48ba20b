"""Sweep, status and merge as functions of Python."""

import numpy as np
import pint
import pytest
import xarray

import rsrg
from rsrg.errors import ConfigError, RunFileError
from rsrg.records import Records
from rsrg.studies.study import load_study

UREG = pint.UnitRegistry()


@pytest.fixture(scope="module")
def study(config):
    """Two samples and two seeds of the small config, as Python data."""
    samples = [20 * UREG.nm, 35 * UREG.nm]
    return {
        "base": config,
        "product": {"lengths.sample": samples, "sampling.seed": np.array([3, 4])},
    }


@pytest.fixture(scope="module")
def swept(study, tmp_path_factory):
    """The study carried out: read it, never write to it."""
    lines = []
    done = rsrg.sweep(study, tmp_path_factory.mktemp("study") / "runs", notify=lines.append)
    assert len(lines) == 4
    return done


def test_a_sweep(swept, study):
    assert (swept.finished, swept.stopped, len(swept.runs)) == (True, False, 4)
    assert swept.runs[2].parameters == {"lengths.sample": "35 nm", "sampling.seed": 3}
    assert sorted(p.name for p in swept.folder.glob("*.h5")) == sorted(
        member.file for member in load_study(study).members
    )
    assert rsrg.sweep(study, swept.folder, notify=pytest.fail).finished  # nothing is left to do


def test_the_same_runs_as_from_yaml(swept, text, tmp_path):
    (tmp_path / "small.yaml").write_text(text)
    (tmp_path / "study.yaml").write_text(
        "base: small.yaml\nproduct: {lengths.sample: [20 nm, 35 nm], sampling.seed: [3, 4]}\n"
    )
    same = load_study(tmp_path / "study.yaml")
    assert sorted(m.file for m in same.members) == sorted(p.name for p in swept.folder.glob("*.h5"))


def test_status(swept, finished, tmp_path):
    found = rsrg.status(str(swept.folder), tmp_path / "none.h5", finished)
    assert type(found) is Records
    assert [r.state for r in found] == ["missing", "finished", *["finished"] * 4]
    assert found[2:] == swept.runs
    assert [r.group for r in found[1:3]] == ["", f"{swept.folder}, study the mapping"]
    html = swept._repr_html_()
    assert html == swept.runs._repr_html_()
    assert "<td>lengths.sample = 35 nm, sampling.seed = 4</td>" in html
    with pytest.raises(ConfigError, match="a path must be a run file, a folder or a study file"):
        rsrg.status(tmp_path / "none.txt")


def test_merge(swept, tmp_path):
    merged = rsrg.merge(swept.folder, str(tmp_path / "m.h5"), raw=False)
    assert (merged.runs, merged.sizes) == (4, {"sample": 2, "seed": 2})
    tree = xarray.open_datatree(merged.path, engine="h5netcdf")
    assert tree["flow/chi"].dims[:2] == ("sample", "seed")
    assert "moments" not in tree["coupling"]
    files = [run.path for run in swept.runs if run.parameters["lengths.sample"] == "35 nm"]
    pooled = rsrg.merge(files, tmp_path / "p.h5", pool_seeds=True)
    assert (pooled.runs, pooled.sizes) == (2, {})
    with pytest.raises(RunFileError, match="exists already; nothing is overwritten"):
        rsrg.merge(files, tmp_path / "p.h5")


def test_mistakes(study, tmp_path):
    with pytest.raises(ConfigError, match="`folder` must be given for a study that is a mapping"):
        rsrg.sweep(study)
    with pytest.raises(ConfigError) as caught:
        rsrg.sweep(study | {"product": {"blocks.n0": np.array([1, 2])}}, tmp_path / "runs")
    assert caught.value.problems == [
        "`n0` must be an integer from 2 to 1000; got 1 (the mapping, blocks.n0)"
    ]
    assert not (tmp_path / "runs").exists()
