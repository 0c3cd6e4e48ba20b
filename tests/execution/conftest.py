"""Runs whose chunks are long enough to kill a worker in one."""

import signal
from contextlib import closing

import pytest

import rsrg
from rsrg.execution import threads

SLOW = "{n0: 16}"  # chunks of about 0.03 s: longer than Dask takes to hand one out


@pytest.fixture(scope="session")
def slow_blocks():
    """The blocks of a config whose chunks take about 0.03 s."""
    return SLOW


@pytest.fixture(scope="session")
def stop_after():
    """A watcher that asks the run to stop, by a signal, once so many chunks are done."""

    def make(done, number=signal.SIGINT):
        sent = []

        def watch(progress):
            if progress.done >= done and not sent:
                sent.append(True)
                signal.raise_signal(number)

        return watch

    return make


@pytest.fixture
def with_threads(monkeypatch):
    """An executor of so many threads, whatever processors there are; to be closed by `with`."""

    def make(n):
        monkeypatch.setattr(threads, "available_threads", lambda: n)
        return closing(threads.Threads(n))

    return make


@pytest.fixture
def kill_one_worker():
    """A watcher that kills a worker once so many chunks are done, while others are under way."""

    def watcher(kill, after):
        killed = []

        def watch(progress):
            if progress.done >= after and not killed:
                killed.append(kill())

        return watch, killed

    return watcher


@pytest.fixture(scope="session")
def slow(changed, tmp_path_factory):
    """A config with chunks long enough to be killed in, and its uninterrupted run."""
    config = changed(blocks=SLOW, lengths="{log_ratio: 4}", sampling="{samples: 128, seed: 3}")
    path = tmp_path_factory.mktemp("slow") / "run.h5"
    rsrg.run(config, path)
    return config, path


@pytest.fixture(scope="module")
def dask_cluster():
    """Two worker processes of one thread each; the scheduler is in this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster
