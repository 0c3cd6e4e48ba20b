"""A run whose file of positions is gone: all is reported but the figure of its blocks."""

from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.config.positions import read_sample
from rsrg.errors import ConfigError
from rsrg.sums.packing import random_sequential_addition

CONFIG = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 15 nm}
blocks: {n0: 2, positions: {file: glass.npy, box: [17.5, 17.5, 17.5]}}
strain: {values: [0.0, 0.2, 0.4]}
readings: [fixed/ellipsoid]
sampling: {samples: 64, seed: 3}
"""


@pytest.fixture
def gone(tmp_path, command):
    """The path of a finished run, whose file of positions was removed."""
    np.save(
        tmp_path / "glass.npy", 2.5 * random_sequential_addition(343, 0.7, np.random.default_rng(0))
    )
    (tmp_path / "p.yaml").write_text(CONFIG)
    assert command("run", "p.yaml", "--output", "p.h5", "--quiet").returncode == 0
    (tmp_path / "glass.npy").unlink()
    read_sample.cache_clear()  # another process would not have it, either
    return tmp_path / "p.h5"


def test_page_and_figures(gone, command):
    fault = f"`positions` file {gone.with_name('glass.npy')} must exist and be a file"
    done = command("report", gone, "--figures", "svg")
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"rsrg: no figure of the blocks: {fault}\n"
    folder = gone.with_name("p_figures")
    assert sorted(p.stem for p in folder.iterdir()) == ["critical", "deviation", "flow"]
    html = gone.with_suffix(".html").read_text(encoding="utf-8")
    assert f"The figure of the blocks is left out: {fault}." in html
    assert 'id="figure-blocks"' not in html
    assert all(f'id="figure-{key}"' in html for key in ("strain", "flow", "draws", "saved"))


def test_from_python(gone, tmp_path):
    """All that follows from the sums is there: errors, too. The blocks themselves are not."""
    with closing(rsrg.open_run(gone)) as run:
        assert np.isfinite(run.read("coupling/M_stderr")).all()
        assert run.report(tmp_path / "page.html").exists()
        with pytest.raises(ConfigError, match="must exist and be a file"):
            run.plot.blocks()


def test_another_file_of_that_name(gone, tmp_path, command):
    np.save(tmp_path / "glass.npy", np.zeros((0, 3)))
    done = command("report", gone, "--figures", "svg")
    assert done.returncode == 0
    assert "no figure of the blocks" in done.stderr
    assert "must not change while it is used" in done.stderr
