"""Results of a Dask cluster: from the workers where these are reached, else by the scheduler."""

import socket

import pytest

from rsrg.errors import ExecutorError
from rsrg.execution.dask_cluster import DaskCluster
from rsrg.execution.dask_hosts import ReachedHosts
from rsrg.execution.open_executor import open_executor


@pytest.fixture
def through_scheduler(dask_cluster, monkeypatch):
    """The keys of the results that the scheduler was asked for."""
    keys, handlers = [], dask_cluster.scheduler.handlers
    gather = handlers["gather"]

    async def noted(keys_asked, **options):
        keys.extend(keys_asked)
        return await gather(keys=keys_asked, **options)

    monkeypatch.setitem(handlers, "gather", lambda keys, **options: noted(keys, **options))
    return keys


def reach_no_worker(client):
    """As behind a firewall: only the scheduler answers."""
    connect = client.rpc.connect

    async def connect_to_scheduler(address, timeout=None):
        if address != client.scheduler.address:
            raise OSError(f"no route to {address}")
        return await connect(address, timeout)

    client.rpc.connect = connect_to_scheduler


@pytest.mark.parametrize("reached", [True, False])
def test_results_come_from_the_workers_where_these_are_reached(
    dask_cluster, through_scheduler, reached
):
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        if not reached:
            reach_no_worker(executor.client)
        assert executor.workers == 2
        assert executor.submit(divmod, 7, 2).result() == (3, 1)
    assert len(through_scheduler) == (0 if reached else 1)


def test_results_of_workers_that_are_no_longer_reached(dask_cluster, through_scheduler):
    """As where some are added behind a firewall: they come through the scheduler."""
    with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
        assert executor.workers == 2
        reach_no_worker(executor.client)
        assert executor.submit(divmod, 7, 2).result() == (3, 1)
    assert len(through_scheduler) == 1


def test_of_many_workers_none_is_called():
    """Dask's client would open and close connections all the time."""
    assert not ReachedHosts(None).all([f"tcp://node{k}:4567" for k in range(257)])


def test_each_host_is_called_once_until_one_does_not_answer(dask_cluster, monkeypatch):
    """Not by a port without a listener, and not by one that takes the call and says nothing."""
    monkeypatch.setattr("rsrg.execution.dask_hosts.REACH", 0.3)
    workers = list(dask_cluster.scheduler.workers)
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("", 0)) as closed:
        silent_port, closed_port = silent.getsockname()[1], closed.getsockname()[1]
        closed.close()
        with open_executor(scheduler=dask_cluster.scheduler_address) as executor:
            for others in (f"tcp://localhost:{silent_port}", f"tcp://localhost:{closed_port}"):
                hosts = ReachedHosts(executor.client)
                assert hosts.all([])
                assert hosts.all(workers)
                assert not hosts.all([*workers, others])
                executor.client.rpc.connect, connect = None, executor.client.rpc.connect
                assert not hosts.all([*workers, "tcp://elsewhere:4567"])  # calls nobody
                executor.client.rpc.connect = connect


def test_a_dask_that_is_too_old_is_named(monkeypatch):
    """By its version; nothing is connected before."""
    monkeypatch.setattr("rsrg.dependencies.version", lambda name: "2020.1.0")
    said = (
        r"`distributed` in version [\d.]+ or later; got 2020\.1\.0: pip install \"rsrg\[cluster\]\""
    )
    with pytest.raises(ExecutorError, match=said):
        DaskCluster("tcp://127.0.0.1:1")
