"""What each command loads: a heavy module that it does not need would make it start slowly."""

import json
import subprocess
import sys

import pytest

NO_UNITS = """\
schema_version: 1
materials: [a-SiO2, {alpha: 0.7}]
lengths: {log_ratio: 3.0}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.6, count: 5}}
readings: [fixed/ellipsoid]
sampling: {samples: 64}
"""
WITH_UNITS = NO_UNITS.replace("log_ratio: 3.0", "start: 50 angstrom, sample: 20 nm")
SUMS = {"numba", "llvmlite", "rsrg.execution.session"}
PICTURES = {"matplotlib", "PIL"}
# Of scipy, pint itself loads the bare package; its parts are what takes time.
SCIPY = {
    f"scipy.{part}" for part in ("fft", "interpolate", "linalg", "optimize", "spatial", "special")
}
ENGINE = SUMS | PICTURES | SCIPY
FILES = {"h5py"}
UNITS = {"pint"}
UNUSED = {
    *("matplotlib.pyplot", "scipy.integrate", "scipy.stats", "scipy.ndimage", "xarray", "finufft"),
    *("distributed", "rsrg.execution.dask_cluster", "rsrg.execution.processes"),
    *("rsrg.sums.engines", "rsrg.sums.ewald", "rsrg.sums.lattice", "rsrg.paper", "rsrg.studies"),
    *("rsrg.report.disorder_figure", "rsrg.report.study_figure"),
}


@pytest.fixture
def loaded(tmp_path):
    """The modules that a command has loaded at its end."""

    def run(*arguments):
        code = (
            "import atexit, json, sys\n"
            "atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))\n"
            "from rsrg.cli.app import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stderr.splitlines()[-1]))

    return run


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "config.yaml"
        path.write_text(text)
        return path

    return write


def test_help(loaded):
    heavy = {"numpy", "pydantic", "ruamel.yaml", "importlib.metadata"}
    assert not loaded("--help") & (heavy | ENGINE | FILES | UNITS)


@pytest.mark.parametrize("command", ["schema", "materials"])
def test_what_reads_no_config(loaded, command):
    assert not loaded(command) & (ENGINE | FILES | UNITS | {"ruamel.yaml"})


def test_completion(loaded, monkeypatch):
    monkeypatch.setenv("_RSRG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "rsrg run --example ")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert not loaded() & (ENGINE | FILES | UNITS | {"numpy", "ruamel.yaml"})


def test_init(loaded):
    assert not loaded("init") & (ENGINE | FILES | UNITS | {"numpy", "ruamel.yaml"})
    assert not loaded("init", "quickstart") & (ENGINE | FILES | UNITS | {"ruamel.yaml"})


def test_validate(loaded, written):
    modules = loaded("validate", written(WITH_UNITS))
    assert modules >= UNITS
    assert not modules & (ENGINE | FILES)


def test_units_are_loaded_where_one_is_read(loaded, written):
    assert not loaded("validate", written(NO_UNITS)) & (ENGINE | FILES | UNITS)


@pytest.mark.parametrize("command", ["inspect", "status"])
def test_what_reads_a_run(loaded, finished, command):
    assert not loaded(command, finished) & ENGINE


def test_run(loaded, written):
    modules = loaded("run", written(WITH_UNITS), "--quiet")
    assert modules >= {"numba", "matplotlib"}
    assert not modules & UNUSED
