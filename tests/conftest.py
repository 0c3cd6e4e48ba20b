"""The `--long` flag, and what tests of runs share: small configs, and runs of them."""

import json
import subprocess
import sys

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.storage.layout import ENTRIES

TEXT = """\
schema_version: 1
title: small
materials: [a-SiO2, {alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 35 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.8, count: 5}}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 64, seed: 3}
checkpoint: {every: 1 hour}
"""


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    for item in items:
        if "long" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="long: run with --long"))


@pytest.fixture(scope="session")
def text():
    """A config of three steps, four chunks each."""
    return TEXT


@pytest.fixture(scope="session")
def config(text):
    return config_from_text(text, "small.yaml")


@pytest.fixture(scope="session")
def changed():
    """The small config with some lines replaced."""

    def make(**lines):
        rows = [r for r in TEXT.splitlines() if r.split(":")[0] not in lines]
        rows += [f"{key}: {value}" for key, value in lines.items() if value is not None]
        return config_from_text("\n".join(rows), "small.yaml")

    return make


@pytest.fixture(scope="session")
def finished(config, tmp_path_factory):
    """A finished run of the small config: read it, never write to it."""
    path = tmp_path_factory.mktemp("finished") / "run.h5"
    rsrg.run(config, path)
    return path


@pytest.fixture
def same():
    """Asserts that two runs hold the same bits: all but provenance and the session axis."""

    def contents(path):
        run = rsrg.open_run(path)
        names = [n for n in ENTRIES if n in run.snapshot and not n.startswith("provenance/")]
        return {n: np.asarray(run.read(n)) for n in names if n != "axes/session"}

    def check(a, b):
        one, other = contents(a), contents(b)
        assert one.keys() == other.keys()
        for name, values in one.items():
            assert values.dtype == other[name].dtype, name
            assert values.shape == other[name].shape, name
            if values.dtype == object:
                assert values.tolist() == other[name].tolist(), name
            else:
                assert values.tobytes() == other[name].tobytes(), name

    return check


@pytest.fixture
def rsrg_command(tmp_path):
    """Start the command line in a process of its own, in an empty folder."""
    started = []

    def start(*arguments, wait=True, **options):
        code = "from rsrg.cli.app import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        started.append(process)
        if not wait:
            return process
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def dumped():
    """A config as plain data."""
    return lambda config: json.loads(config.resolved())
