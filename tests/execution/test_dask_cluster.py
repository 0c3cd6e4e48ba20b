"""Dask: a real cluster of processes gives the same bits, workers killed, schedulers lost."""

import itertools
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import rsrg
from rsrg.errors import ExecutorError, FrameError
from rsrg.execution.clock import CLOCK
from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.open_executor import open_executor
from rsrg.execution.walltime import SLURM_END

ALL = ((0, 1), (0, 1, 2, 3, 4))  # cases of the small config: readings, strains


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


def test_dask_sums_frames(dask_cluster, tmp_path, same):
    """Paths and hashes go to workers, who read; a frame that is none there ends the run."""
    np.save(tmp_path / "f.npy", np.random.default_rng(0).random((6, 200, 3)))
    config = rsrg.load_config(
        {
            "schema_version": 1,
            "materials": ["a-SiO2"],
            "positions": str(tmp_path / "f.npy"),
            "domain": "all",
        }
    )
    rsrg.run(config, tmp_path / "here.h5")
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        rsrg.run(config, tmp_path / "there.h5", executor=executor)
        (tmp_path / "f.npy").unlink()
        with pytest.raises(FrameError, match=r"f\.npy must exist and be a file"):
            rsrg.run(config, tmp_path / "gone.h5", executor=executor)
    same(tmp_path / "there.h5", tmp_path / "here.h5")


def test_dask_by_scheduler_file(dask_cluster, config, finished, tmp_path, same):
    place = tmp_path / "scheduler.json"
    place.write_text(json.dumps({"address": dask_cluster.scheduler_address}))
    with open_executor(scheduler=str(place)) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", finished)


def test_a_killed_dask_worker(dask_cluster, slow, tmp_path, same, kill_one_worker):
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


def test_a_subpool_that_died_with_its_worker_is_there_again(
    dask_cluster, changed, tmp_path, same, kill_one_worker
):
    """Units share it: it came to the workers once, and is lost with the one that has it."""
    config = changed(
        flow="{disorder: quenched, pool: 512, initial: {kind: lognormal, width: 0.2}}",
        strain="{component: xx, values: [0.0, 0.4]}",
    )
    rsrg.run(config, tmp_path / "here.h5")

    def kill():
        for worker in list(dask_cluster.workers.values()):
            os.kill(worker.process.pid, signal.SIGKILL)
        return True

    draws = config.steps() * config.chunks()
    watch, killed = kill_one_worker(kill, draws + 40)  # in the second step
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        rsrg.run(config, tmp_path / "there.h5", watch=watch, executor=executor)
    assert killed
    same(tmp_path / "there.h5", tmp_path / "here.h5")


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
        assert kept(cluster.scheduler, executor.tasks.submit) == 0
        executor.close()
        with distributed.Client(cluster, set_as_default=False) as client:
            assert kept(cluster.scheduler, client.submit) == 100  # else `_quiet` can go


@pytest.fixture(scope="module")
def no_workers():
    """The address of a scheduler whose workers never start."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


def test_walltime_without_workers(no_workers, config, finished, tmp_path, monkeypatch, same):
    """Saved and ended by then, by a clock that goes on by a second at each look."""
    looks = itertools.count()
    monkeypatch.setattr(CLOCK, "monotonic", looks.__next__)
    with open_executor(scheduler=no_workers) as executor:
        began = next(looks)
        run = rsrg.run(config, tmp_path / "run.h5", executor=executor, walltime=30.0)
        assert 20 <= next(looks) - began <= 40  # the looks of the last save and of the log, too
    assert (run.status, run.progress) == ("stopped", (0, 12))
    assert run.read("provenance/reason")[-1] == "stopped by walltime"
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", finished)


def test_walltime_without_workers_exits_75(no_workers, config, rsrg_process, tmp_path):
    """The exit code for `go on`."""
    (tmp_path / "c.yaml").write_text(config.text())
    where = ["--scheduler", no_workers, "--walltime", "0.01s", "-q"]
    process = rsrg_process("run", "c.yaml", "--output", "run.h5", *where)
    _, err = process.communicate()
    assert process.returncode == 75, err
    assert (
        err
        == "rsrg: stopped by walltime: 0 of 12 chunks are in run.h5. Go on: rsrg resume run.h5\n"
    )


def test_the_end_of_a_slurm_job_without_workers(no_workers, config, tmp_path, monkeypatch, clock):
    monkeypatch.setenv(SLURM_END, str(int(clock.time)))
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
        if progress.done >= 3:
            cluster.close()

    with pytest.raises(ExecutorError, match="the workers cannot go on"):
        rsrg.run(config, tmp_path / "run.h5", watch=lose, executor=executor)
    executor.close()
    assert rsrg.open_run(tmp_path / "run.h5").progress[0] >= 3


@pytest.fixture
def own_scheduler(tmp_path):
    """A scheduler and a worker in processes of their own: the address, and the scheduler."""
    pytest.importorskip("distributed")
    place = tmp_path / "scheduler.json"
    commands = (
        ["dask", "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", place],
        ["dask", "worker", "--scheduler-file", place, "--nthreads", "1", "--no-nanny"],
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, command[1:])],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]  # fmt: skip
    yield place, started[0]
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def ends_by_itself(own_scheduler, slow, rsrg_process, tmp_path):
    """A run whose scheduler ends: within seconds, by itself, exit code 1, and one line.

    code: what the process of the run carries out first; pid in it is that of the scheduler.
    """

    def check(code, **values):
        place, scheduler = own_scheduler
        (tmp_path / "c.yaml").write_text(slow[0].text())
        while not place.exists():
            assert scheduler.poll() is None
        before = code.format(pid=scheduler.pid, **values)
        process = rsrg_process(
            "run", "c.yaml", "--output", "run.h5", "--scheduler", place, before=before
        )  # fmt: skip
        _, err = process.communicate()
        assert process.returncode == 1, err
        assert "Traceback" not in err
        assert "rsrg: the workers cannot go on" in err

    return check


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_scheduler_that_dies_ends_the_run(ends_by_itself, tmp_path, how):
    """What was done is saved."""
    ends_by_itself(WATCH, number=int(how))
    with rsrg.open_run(tmp_path / "run.h5") as run:
        assert run.status == "failed"
        assert run.progress[0] >= 2


def test_a_scheduler_that_says_good_bye_ends_the_run(ends_by_itself):
    """Dask's client then listens no more, and never cancels what it waits for."""
    ends_by_itself(GOOD_BYE)


# The client hears nothing, and the scheduler is killed while a result is waited for.
GOOD_BYE = """
import os
os.environ["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "1s"
from distributed import Client
from rsrg.execution import dask_cluster
from rsrg.execution.in_order import InOrder
async def listen(self): pass
Client._handle_report = listen
dask_cluster.RECOUNT = 0.0
def done_soon(self, future, waited=InOrder._done_soon, left=[os.kill]):
    while left:
        left.pop()({pid}, 9)
    return waited(self, future)
InOrder._done_soon = done_soon
"""


# The scheduler is killed once two chunks are stored.
WATCH = """
import os
from rsrg.execution.state import State
def store(self, *values, before=State.store_chunks):
    before(self, *values)
    if self.done.sum() >= 2:
        State.store_chunks = before
        os.kill({pid}, {number})
State.store_chunks = store
"""
