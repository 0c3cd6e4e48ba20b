"""The `--long` flag, and what tests of runs share: small configs, and runs of them."""

import fcntl
import io
import json
import logging
import os
import signal
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import rsrg
from rsrg.cli.app import main
from rsrg.config.loading import config_from_text
from rsrg.execution import threads
from rsrg.execution.clock import CLOCK
from rsrg.execution.pool_state import PoolState
from rsrg.execution.signals import STOP_SIGNALS
from rsrg.storage.layout import ENTRIES
from rsrg.sums.cache import kernel_folder
from rsrg.sums.kernel_files import SUFFIX

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


COMMAND = "from rsrg.cli.app import main; main()"
# The clock ticks at each look: no two moments are the same, and no time passes by itself.
HELD = """
import itertools, sys
from rsrg.ensemble.sampling import Sampler
from rsrg.execution import pace, threads, unit_size
from rsrg.execution.clock import CLOCK
from rsrg.execution.threads import Threads

def held(self, step, numbers, chunks=Sampler.chunks):
    if (step, numbers.start) == (1, 2):
        print("held", flush=True)
        sys.stdin.read()
    return chunks(self, step, numbers)

Sampler.chunks = held
threads.available_threads = lambda: 1
unit_size.LEAST_UNITS = 12  # of one chunk each
CLOCK.monotonic = itertools.count().__next__
pace.SAVE_SHARE = 1e6  # a run this short has no time for checkpoints
Threads.stop_grace = float("inf")
"""


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")


def pytest_xdist_auto_num_workers(config):
    """One process more than there are processors: many tests wait for processes of their own."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    for item in items:
        if "long" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="long: run with --long"))


@pytest.fixture(scope="session", autouse=True)
def signals_of_a_shell():
    """None is ignored, as nohup would have it, and the processes of the tests inherit."""
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """made_once(name, fill): a folder that one of pytest's processes fills, for all of them.

    Look at what is in it, never write to it.
    """
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def make(name, fill):
        folder, filled = root / name, root / f"{name}.filled"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed; others wait
            if not filled.exists():
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return make


def draw(folder):
    rsrg.run(config_from_text(TEXT), folder / "run.h5")


def coarse_grain(folder):
    for update in ("resummed", "harmonic"):
        flow = f"flow: {{disorder: quenched, pool: 256, update: {update}}}\n"
        pool = PoolState.initial(config_from_text(TEXT + flow))
        pool.step.coarse_grain(pool.subpool(0), 0, range(1))


def note_whether_cold(folder):
    kernels = kernel_folder()
    if kernels is not None and not any(kernels.glob(f"*{SUFFIX}")):
        (folder / "cold").touch()


@pytest.fixture(scope="session", autouse=True)
def kernels(made_once, worker_id):
    """Where no kernel has been compiled yet: most are, before any test, and by one process each."""
    parts = [draw, coarse_grain]
    if worker_id in ("gw1", "gw3"):  # so that two of them compile side by side
        parts.reverse()
    if (made_once("kernels", note_whether_cold) / "cold").exists():
        for part in parts:
            made_once(part.__name__, part)


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


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    """Runs use two threads, whatever the machine has."""
    monkeypatch.setattr(threads, "available_threads", lambda: 2)


@pytest.fixture(autouse=True, scope="session")
def one_blas_thread():
    """Linear algebra in one thread, as in the commands: with two, its last bits are others.

    And pytest's processes, one for each processor, would wait for one another.
    """
    with threadpool_limits(1, "blas"):
        yield


class Hands:
    """The hands of a clock, which stand still until a test, or somebody's sleep, turns them."""

    def __init__(self):
        self.time = 1.7e9  # s since 1970

    def read(self):
        return self.time

    def turn(self, seconds):
        self.time += seconds


@pytest.fixture
def clock(monkeypatch):
    """The program's clock, in the hands of the test."""
    hands = Hands()
    monkeypatch.setattr(CLOCK, "monotonic", hands.read)
    monkeypatch.setattr(CLOCK, "wall", hands.read)
    monkeypatch.setattr(CLOCK, "sleep", hands.turn)
    return hands


def run_command(*arguments):
    """A command line, in this process: returncode, stdout, stderr as a process of its own has."""

    def leave(code):
        raise SystemExit(code)

    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["rsrg", *map(str, arguments)])
        patch.setattr(os, "_exit", leave)
        patch.setattr(logging.root, "handlers", [])  # those of pytest
        try:
            main()
        except SystemExit as ending:
            code = ending.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture
def command(tmp_path, monkeypatch):
    """The command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run_command


@pytest.fixture
def rsrg_process(tmp_path):
    """Start the command line in a process of its own, in an empty folder.

    before: code that the process carries out first. It reads from a pipe, which stays open until
    `communicate`.
    """
    started = []

    def start(*arguments, before=""):
        process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{COMMAND}", *map(str, arguments)],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture
def held_run(rsrg_process, tmp_path, config):
    """`rsrg run` of the small config in a process of its own, which is in its seventh chunk.

    The first step, four chunks, is saved. The seventh ends once the process has no more to read.
    """

    def start(*options):
        (tmp_path / "small.yaml").write_text(config.text())
        process = rsrg_process("run", "small.yaml", "--output", "run.h5", *options, before=HELD)
        assert process.stdout.readline() == "held\n", process.communicate()[1]
        return process, tmp_path / "run.h5"

    return start


@pytest.fixture
def dumped():
    """A config as plain data."""
    return lambda config: json.loads(config.resolved())
