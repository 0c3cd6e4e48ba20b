"""Threads, processes, Dask; any number of workers, any order, workers killed: the same bits."""

import errno
import importlib
import logging
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import numpy as np
import psutil
import pytest

import rsrg
from rsrg.errors import ConfigError, ExecutorError
from rsrg.execution import processes, tasks
from rsrg.execution.in_order import InOrder
from rsrg.execution.open_executor import open_executor
from rsrg.execution.processes import Processes
from rsrg.execution.threads import Threads

A_LINE_EACH_CHUNK = "from rsrg.execution import progress_bar; progress_bar.LOG_INTERVAL = 0.0"
ALL = ((0, 1), (0, 1, 2, 3, 4))  # cases of the small config: readings, strains


class Shuffled:
    """Fake workers: units are done at random, always out of order; counts what is under way."""

    fatal = ()
    stop_grace = 1.0
    starts_at_once = True
    unit_seconds = 1.0
    handling_seconds = 0.0
    workers = 1

    def __init__(self, max_in_flight=8):
        self.max_in_flight = max_in_flight
        self.waiting, self.most = [], 0
        self.random = random.Random(5)
        self.pool = ThreadPoolExecutor(1)

    def share(self, value):
        return value

    def submit(self, task, *arguments):
        future = Future()
        self.waiting.append((future, task, arguments))
        self.most = max(self.most, len(self.waiting))
        self.pool.submit(self.do_one)
        return future

    def do_one(self):
        future, task, arguments = self.waiting.pop(self.random.randrange(len(self.waiting)))
        future.set_result(task(*arguments))

    def restart(self):
        raise AssertionError("nothing died")

    def close(self):
        self.pool.shutdown()


def test_any_order(config, finished, tmp_path, same):
    executor = Shuffled()
    rsrg.run(config, tmp_path / "run.h5", executor=executor)
    executor.close()
    same(tmp_path / "run.h5", finished)


def test_results_come_in_order_and_few_are_under_way():
    """10⁵ cheap units: never more under way than the executor grants, so memory stays flat."""
    executor = Shuffled(max_in_flight=16)
    units = [(step, chunk) for step in range(10) for chunk in range(10_000)]

    def begin(unit):
        return executor.submit(lambda: unit)

    given = [unit for unit, found in InOrder(executor, begin, iter(units)) if unit == found]
    executor.close()
    assert given == units
    assert 8 < executor.most <= 16


def test_a_stopped_run_begins_no_more():
    executor = Shuffled(max_in_flight=4)
    stop = threading.Event()
    given = []

    def begin(unit):
        return executor.submit(int)

    for (_, chunk), _ in InOrder(executor, begin, ((0, c) for c in range(100)), stop.is_set):
        given.append(chunk)
        if chunk == 9:
            stop.set()
    executor.close()
    assert given == list(range(len(given)))
    assert 11 <= len(given) <= 14  # the one in hand, and what else was under way and done


def test_a_chunk_that_never_comes_does_not_hold_a_stopped_run():
    """As with a cluster whose workers still wait in the queue."""
    executor = Shuffled(max_in_flight=4)
    executor.stop_grace = 0.0
    assert list(InOrder(executor, lambda unit: Future(), [(0, 0, ALL)], lambda: True)) == []


@pytest.mark.parametrize("workers", [1, 3])
def test_processes(config, finished, tmp_path, same, workers):
    with open_executor(workers=workers) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", finished)


def test_a_killed_process_is_replaced(slow, tmp_path, same, kill_one_worker):
    config, finished = slow

    def kill():
        children = psutil.Process().children(recursive=True)
        busy = [p for p in children if any("popen_loky" in part for part in p.cmdline())]
        os.kill(busy[0].pid, signal.SIGKILL)
        return busy[0].pid

    watch, killed = kill_one_worker(kill, 3)
    with open_executor(workers=2) as executor:
        rsrg.run(config, tmp_path / "run.h5", watch=watch, executor=executor)
    assert killed
    same(tmp_path / "run.h5", finished)


def test_a_chunk_that_always_kills_its_worker_ends_the_run(config, tmp_path):
    class Deadly(Processes):
        unit_seconds = handling_seconds = 0.0  # so that each unit is one chunk

        def submit(self, *call):
            if (0, range(2, 3)) == call[3:5]:
                return self.processes.submit(os._exit, 1)
            return super().submit(*call)

    executor = Deadly(1)
    with pytest.raises(ExecutorError, match="died 3 times over chunk 2 of step 1"):
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    executor.close()
    assert rsrg.open_run(tmp_path / "run.h5").status == "failed"


def test_an_error_in_a_worker_is_the_run_s(config, tmp_path):
    """Not hidden, not tried for ever."""

    class Failing(Processes):
        def submit(self, task, *arguments):
            return self.processes.submit(divmod, 1, 0)

    executor = Failing(1)
    with pytest.raises(ZeroDivisionError):
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    executor.close()


def test_workers_end_with_their_parent(rsrg_process, tmp_path, text, slow_blocks):
    """Killed after its first unit of work, which tells that its workers are there."""
    endless = text.replace("{n0: 2}", slow_blocks).replace("samples: 64", "samples: 640_000")
    (tmp_path / "slow.yaml").write_text(endless)
    parent = rsrg_process(
        "run", "slow.yaml", "--workers", "2", "--output", "slow.h5", before=A_LINE_EACH_CHUNK
    )
    assert ", 0 of 40000 chunks, " in parent.stderr.readline()
    assert re.search(r", [1-9]\d* of 40000 chunks, ", parent.stderr.readline())
    children = psutil.Process(parent.pid).children()
    assert len(children) == 4  # two workers; Python and loky have one each to clean up after them
    parent.kill()
    parent.wait()
    for child in children:
        child.wait()


SCRIPT = """
import rsrg
from rsrg.execution.open_executor import open_executor

with open_executor(workers=2) as executor:
    print(rsrg.run(rsrg.load_config("small.yaml"), "run.h5", executor=executor).status)
"""


def test_a_script_without_a_guard(tmp_path, text):
    """No `if __name__ == "__main__"`: the workers do not read the script, which would go on."""
    (tmp_path / "small.yaml").write_text(text)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("finished\n", "")


def test_files_named_as_modules_of_python(rsrg_process, tmp_path, text):
    """The workers find Python's own, and not those of the working folder."""
    (tmp_path / "small.yaml").write_text(text)
    for name in ("signal", "queue", "random", "types"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('mine')")
    process = rsrg_process(
        "run", "small.yaml", "--workers", "1", "-q", before="import sys; sys.path.remove('')"
    )
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_no_shared_memory(command, tmp_path, text, monkeypatch):
    def refused(*arguments, **named):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    # Not by a path of names: until loky's own module is imported, its name is that of Python's
    semaphores = importlib.import_module("loky.backend.synchronize")
    monkeypatch.setattr(semaphores.SemLock, "__init__", refused)
    (tmp_path / "small.yaml").write_text(text)
    done = command("run", "small.yaml", "--workers", "2")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "must have shared memory (/dev/shm) that can be written; got Read-only" in done.stderr


@pytest.mark.parametrize("name", ["numba", "processor", "blas"])
def test_a_worker_that_could_give_other_bits_is_refused(config, name):
    other = tasks.environment_fingerprint() | {name: "0.1"}
    told = rf"the software and processor of the run; .* has {name} .* for 0\.1 "
    with pytest.raises(ExecutorError, match=told):
        tasks.run_in_worker(other, tasks.chunk_moments, config.resolved(), 0, range(1), ALL)


@pytest.mark.long
def test_compiled_or_loaded_gives_the_same_bits(changed, tmp_path, slow_blocks):
    """A worker that finds the kernels in the disk cache, and one that compiles them first."""
    text = changed(blocks=slow_blocks).resolved()
    code = (
        "import sys; from rsrg.execution.tasks import chunk_moments; "
        "cases = ((0, 1), (0, 1, 2, 3, 4)); "
        "print(chunk_moments(sys.argv[1], 0, range(1), cases).moments.tobytes().hex())"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    compiled, loaded = (
        subprocess.run(
            [sys.executable, "-c", code, text],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    )
    assert compiled == loaded


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:1"}, "`--workers` and `--scheduler`"),
        ({"threads": 1, "workers": 2}, "`--threads` and `--workers`"),
    ],
)
def test_one_executor_only(asked, named):
    with (
        pytest.raises(ConfigError, match=f"{named} must not come together"),
        open_executor(**asked),
    ):
        pass


@pytest.mark.parametrize("n", [0, -1, 10**6])
def test_as_many_threads_as_processors_at_most(n):
    with pytest.raises(ConfigError, match="`threads` must be an integer from 1 to"):
        Threads(n)


def test_no_scheduler_there(monkeypatch):
    monkeypatch.setattr("rsrg.execution.dask_cluster.CONNECT", 0.5)
    with (
        pytest.raises(ExecutorError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9:"),
        open_executor(scheduler="tcp://127.0.0.1:9"),
    ):
        pass


def test_no_scheduler_file_there(tmp_path):
    """Dask itself would wait for it for ever."""
    with (
        pytest.raises(ExecutorError, match=r"no such scheduler file: .*cluster\.json"),
        open_executor(scheduler=str(tmp_path / "cluster.json")),
    ):
        pass


@pytest.mark.parametrize("address", ["nohost", "tcp://[::", "runs/d.h5", "", "tcp://host:"])
def test_no_address_at_all(address):
    """Said at once: Dask itself would try to connect, and then wait for what it could not."""
    with (
        pytest.raises(ExecutorError, match=r"a scheduler must be an address such as .*; got "),
        open_executor(scheduler=address),
    ):
        pass


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "\xff"])
def test_a_scheduler_file_without_sense(tmp_path, content):
    (tmp_path / "c.json").write_text(content, encoding="latin-1")
    with (
        pytest.raises(ExecutorError, match=r"c\.json is not a file that a Dask scheduler wrote"),
        open_executor(scheduler=str(tmp_path / "c.json")),
    ):
        pass


def test_threads_by_default():
    with open_executor() as executor:
        assert isinstance(executor, Threads)


def test_units_are_small(config):
    """What travels: a page of JSON one way, the means the other."""
    means = tasks.chunk_moments(config.resolved(), 0, range(1), ALL)
    assert means.moments.shape == (1, 2, 5, 15)
    assert np.isfinite(means.moments).all()
    # 15 sums in each case and the control; 15 and a number for the bodies of fixed volume
    assert len(pickle.dumps(means)) < 8 * (31 * 2 * 5 + 15) + 700


def test_that_kernels_are_not_kept_is_said_by_the_parent_of_workers(monkeypatch):
    said = []
    monkeypatch.setattr(processes, "kernel_folder", lambda: None)
    monkeypatch.setattr(processes, "warn_uncached", lambda: said.append("once"))
    with closing(Processes(2)) as executor:
        assert executor.submit(logging.getLogger("rsrg").hasHandlers).result()  # nothing is printed
    assert said == ["once"]
