"""Which hosts of a Dask cluster this machine reaches: behind some, no worker can be called."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

MOST = 256  # workers: Dask's client keeps 512 connections, and closes all it can for one more
REACH = 2.0  # s in which a worker answers that can be reached at all


class ReachedHosts:
    """Whether the workers of a Dask client answer it. Each host is called once, by one worker."""

    def __init__(self, client: Any) -> None:
        """client: a `distributed.Client`."""
        self.client = client
        self.answers: dict[str, bool] = {}  # by host

    def all(self, addresses: Collection[str]) -> bool:
        """Whether all hosts so far answer. addresses: those of workers, such as tcp://node1:4567.

        Once a host has not answered, none is called again. False for more workers than MOST.
        """
        if len(addresses) > MOST:
            return False
        if all(self.answers.values()):
            from distributed.comm import get_address_host

            hosts = {get_address_host(address): address for address in addresses}
            if new := hosts.keys() - self.answers.keys():
                called = self.client.sync(self._call, [hosts[host] for host in new])
                self.answers |= dict(zip(new, called, strict=True))
        return all(self.answers.values())

    async def _call(self, addresses: Iterable[str]) -> list[bool]:
        return await asyncio.gather(*(self._answers(address) for address in addresses))

    async def _answers(self, address: str) -> bool:
        """Whether a worker answers; the connection is kept, for its results."""
        connections = self.client.rpc
        try:
            connection = await asyncio.wait_for(connections.connect(address), REACH)
        except (OSError, TimeoutError):
            return False
        connections.reuse(address, connection)
        return True
