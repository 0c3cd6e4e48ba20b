"""Threads, processes, Dask; any number of workers, any order, workers killed: the same bits."""

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import numpy as np
import psutil
import pytest

import rsrg
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError, ExecutorError
from rsrg.execution import tasks
from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.executor import Threads
from rsrg.execution.in_order import InOrder
from rsrg.execution.open_executor import open_executor
from rsrg.execution.processes import Processes
from rsrg.execution.walltime import SLURM_END
from rsrg.sums import jit

ALL = ((0, 1), (0, 1, 2, 3, 4))  # cases of the small config: readings, strains
SLOW = "{n0: 10}"  # chunks of about 0.1 s, so that a worker can be killed within one


class Shuffled:
    """Fake workers: units are done at random, always out of order; counts what is under way."""

    fatal = ()
    stop_grace = 1.0
    starts_at_once = True
    chunks_per_task = 3

    def __init__(self, max_in_flight=8):
        self.max_in_flight = max_in_flight
        self.waiting, self.most = [], 0
        self.random = random.Random(5)
        self.pool = ThreadPoolExecutor(1)

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
    began = time.monotonic()
    assert list(InOrder(executor, lambda unit: Future(), [(0, 0, ALL)], lambda: True)) == []
    assert time.monotonic() - began < 5.0  # the time a run may take to stop


@pytest.mark.parametrize("workers", [1, 3])
def test_processes(config, finished, tmp_path, same, workers):
    with open_executor(workers=workers) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", finished)


def kill_one_worker(kill, after):
    """A watcher that kills a worker once so many chunks are done, while others are under way."""
    killed = []

    def watch(progress):
        if progress.done >= after and not killed:
            killed.append(kill())

    return watch, killed


@pytest.fixture(scope="session")
def slow(changed, tmp_path_factory):
    """A config with chunks long enough to be killed in, and its uninterrupted run."""
    config = changed(blocks=SLOW, lengths="{log_ratio: 4}", sampling="{samples: 128, seed: 3}")
    path = tmp_path_factory.mktemp("slow") / "run.h5"
    rsrg.run(config, path)
    return config, path


def test_a_killed_process_is_replaced(slow, tmp_path, same):
    config, finished = slow

    def kill():
        children = psutil.Process().children(recursive=True)
        busy = [p for p in children if any("spawn_main" in part for part in p.cmdline())]
        os.kill(busy[0].pid, signal.SIGKILL)
        return busy[0].pid

    watch, killed = kill_one_worker(kill, 3)
    with open_executor(workers=2) as executor:
        rsrg.run(config, tmp_path / "run.h5", watch=watch, executor=executor)
    assert killed
    same(tmp_path / "run.h5", finished)


def test_a_chunk_that_always_kills_its_worker_ends_the_run(config, tmp_path):
    class Deadly(Processes):
        def submit(self, task, config, *unit):
            if unit[:2] == (0, 2):
                return self.pool.submit(os._exit, 1)
            return super().submit(task, config, *unit)

    executor = Deadly(1)
    with pytest.raises(ExecutorError, match="died 3 times over chunk 2 of step 1"):
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    executor.close()
    assert rsrg.open_run(tmp_path / "run.h5").status == "failed"


def test_an_error_in_a_worker_is_the_run_s(config, tmp_path):
    """Not hidden, not tried for ever."""

    class Failing(Processes):
        def submit(self, task, *arguments):
            return self.pool.submit(divmod, 1, 0)

    executor = Failing(1)
    with pytest.raises(ZeroDivisionError):
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    executor.close()


def test_workers_end_with_their_parent(rsrg_command, tmp_path, text):
    (tmp_path / "slow.yaml").write_text(text.replace("{n0: 2}", SLOW).replace("64", "6400"))
    parent = rsrg_command(
        "run", "slow.yaml", "--workers", "2", "--output", "slow.h5", "--no-progress", wait=False
    )
    until = time.monotonic() + 60
    while (
        not (tmp_path / "slow.h5").exists()
        or rsrg.open_run(tmp_path / "slow.h5").status != "running"
        or len(psutil.Process(parent.pid).children()) < 3
    ):
        assert time.monotonic() < until
        assert parent.poll() is None, parent.communicate()[1]
        time.sleep(0.05)
    children = psutil.Process(parent.pid).children()
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


@pytest.mark.parametrize("name", ["numba", "processor", "blas"])
def test_a_worker_that_could_give_other_bits_is_refused(config, name):
    other = tasks.environment_fingerprint() | {name: "0.1"}
    told = rf"the software and processor of the run; .* has {name} .* for 0\.1 "
    with pytest.raises(ExecutorError, match=told):
        tasks.run_on_one_thread(other, tasks.chunk_moments, config.resolved(), 0, 0, ALL)


@pytest.mark.long
def test_compiled_or_loaded_gives_the_same_bits(changed, tmp_path):
    """A worker that finds the kernels in the disk cache, and one that compiles them first."""
    text = changed(blocks=SLOW).resolved()
    code = (
        "import sys; from rsrg.execution.tasks import chunk_moments; "
        "print(chunk_moments(sys.argv[1], 0, 0, ((0, 1), (0, 1, 2, 3, 4))).moments.tobytes().hex())"
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


def test_workers_use_one_thread(config, monkeypatch, restore_threads):
    seen = []
    chunk = Sampler.chunk
    monkeypatch.setattr(
        Sampler, "chunk", lambda *a: seen.append(jit.threads()) or chunk(*a), raising=True
    )
    tasks.run_on_one_thread(
        tasks.environment_fingerprint(), tasks.chunk_moments, config.resolved(), 0, 0, ALL
    )
    assert seen == [1]


def test_one_executor_only():
    with (
        pytest.raises(ConfigError, match="`--workers` and `--scheduler` must not come together"),
        open_executor(2, "tcp://127.0.0.1:1"),
    ):
        pass


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


# A real Dask cluster of processes


@pytest.fixture(scope="module")
def dask_cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


def test_dask(dask_cluster, config, finished, tmp_path, same):
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        assert executor.max_in_flight == 8
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", finished)


def test_dask_grows_pools(dask_cluster, changed, tmp_path, same):
    """Whole parts of a pool go to a worker and come back, and the next step waits for all."""
    config = changed(
        flow="{disorder: quenched, pool: 512, initial: {kind: lognormal, width: 0.2}}",
        strain="{component: xx, values: [0.0, 0.4]}",
    )
    rsrg.run(config, tmp_path / "here.h5")
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        rsrg.run(config, tmp_path / "there.h5", executor=executor)
    same(tmp_path / "there.h5", tmp_path / "here.h5")


def test_dask_by_scheduler_file(dask_cluster, config, finished, tmp_path, same):
    place = tmp_path / "scheduler.json"
    place.write_text(json.dumps({"address": dask_cluster.scheduler_address}))
    with open_executor(scheduler=str(place)) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", finished)


def test_a_killed_dask_worker(dask_cluster, slow, tmp_path, same):
    """Killed with chunks in hand: Dask gives them to another, the nanny starts a new worker."""
    config, finished = slow

    def kill():
        pids = [worker.process.pid for worker in dask_cluster.workers.values()]
        os.kill(pids[0], signal.SIGKILL)
        return pids[0]

    watch, killed = kill_one_worker(kill, 3)
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        rsrg.run(config, tmp_path / "run.h5", watch=watch, executor=executor)
    assert killed
    same(tmp_path / "run.h5", finished)


def test_the_scheduler_keeps_nothing_of_units_past():
    """What Dask's own client leaves there: a remark for each of a hundred futures, for ever."""
    distributed = pytest.importorskip("distributed")

    def kept(scheduler, submit):
        for number in range(100):
            submit(divmod, 10**6 + number, 7).result()
        spans = scheduler.extensions["spans"].spans.values()
        return sum(len((span._metadata or {"collections": []})["collections"]) for span in spans)

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as cluster:
        executor = DaskCluster(cluster.scheduler_address)
        assert kept(cluster.scheduler, executor.pool.submit) == 0
        executor.close()
        with distributed.Client(cluster, set_as_default=False) as client:
            assert kept(cluster.scheduler, client.submit) == 100  # else `_quiet` can go


@pytest.fixture(scope="module")
def no_workers():
    """The address of a scheduler whose workers never start."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


def test_walltime_without_workers(no_workers, config, finished, rsrg_command, tmp_path, same):
    """Saved and ended by then, with the exit code for `go on`; gone on with elsewhere."""
    (tmp_path / "c.yaml").write_text(config.text())
    where = ["--scheduler", no_workers, "--walltime", "3s", "-q"]
    done = rsrg_command("run", "c.yaml", "--output", "run.h5", *where)
    assert done.returncode == 75, done.stderr
    assert done.stderr == "rsrg: stopped: 0 of 12 chunks are in run.h5. Go on: rsrg resume run.h5\n"
    run = rsrg.open_run(tmp_path / "run.h5")
    assert run.status == "stopped"
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    began, ended = (
        datetime.fromisoformat(run.read(f"provenance/{k}")[-1]) for k in ("started", "ended")
    )
    assert 1 <= (ended - began).total_seconds() <= 8  # whole seconds, and a machine that is busy
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", finished)


def test_the_end_of_a_slurm_job_without_workers(no_workers, config, tmp_path, monkeypatch):
    monkeypatch.setenv(SLURM_END, str(int(time.time())))
    with open_executor(scheduler=no_workers) as executor:
        run = rsrg.run(config, tmp_path / "run.h5", executor=executor)
    assert (run.status, run.progress) == ("stopped", (0, 12))
    assert run.read("provenance/reason")[-1] == f"stopped by {SLURM_END}"


def test_stopped_and_resumed_elsewhere(dask_cluster, slow, tmp_path, same):
    """Begun on Dask, stopped, gone on with in this process."""
    config, finished = slow
    path = tmp_path / "run.h5"

    def stop(progress):
        if progress.done == 3:
            signal.raise_signal(signal.SIGTERM)

    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        stopped = rsrg.run(config, path, watch=stop, executor=executor)
    assert stopped.status == "stopped"
    assert 3 < stopped.progress[0] < stopped.progress[1]
    rsrg.resume(path)
    same(path, finished)


def test_a_lost_scheduler_ends_the_run(slow, tmp_path):
    """What is done stays: the run is failed, and can be resumed."""
    distributed = pytest.importorskip("distributed")
    config, _ = slow
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    )
    executor = DaskCluster(cluster.scheduler_address)

    def lose(progress):
        if progress.done == 3:
            cluster.close()

    with pytest.raises(ExecutorError, match="the workers cannot go on"):
        rsrg.run(config, tmp_path / "run.h5", watch=lose, executor=executor)
    executor.close()
    assert rsrg.open_run(tmp_path / "run.h5").progress[0] >= 3


def test_units_are_small(config):
    """What travels: a page of JSON one way, the means the other."""
    means = tasks.chunk_moments(config.resolved(), 0, 0, ALL)
    assert means.moments.shape == (2, 5, 15)
    assert np.isfinite(means.moments).all()
    # 15 sums in each case and the control; 15 and a number for the bodies of fixed volume
    assert len(pickle.dumps(means)) < 8 * (31 * 2 * 5 + 15) + 700
