"""One session of work on one run file."""

import math
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

from rsrg.config.quantities import si_value
from rsrg.config.schema import Config
from rsrg.execution.executor import PATIENCE, POLL, Executor, Unit
from rsrg.execution.in_order import InOrder
from rsrg.execution.pace import Pace
from rsrg.execution.pool_state import PoolState
from rsrg.execution.progress import Progress, Watcher
from rsrg.execution.run_log import EVERY, LOG
from rsrg.execution.signals import StopRequest
from rsrg.execution.state import State
from rsrg.execution.target_error import next_round
from rsrg.execution.tasks import Bundle, chunk_means, grown_chunks
from rsrg.execution.walltime import TimeLimit
from rsrg.results.derive import derive
from rsrg.storage.atomic import save
from rsrg.storage.run_file import encode


class _Worker:
    """One session of work on one run file."""

    def __init__(self, state: State, path: Path, watch: Watcher, limit: TimeLimit) -> None:
        self.state, self.path, self.watch, self.limit = state, path, watch, limit
        self.pace = Pace(si_value(state.config.checkpoint.every, "second"))
        self.logged_at = time.monotonic()
        self.first_at = 0.0  # when the first chunk of a round was done

    def note(self, text: str = "", urgent: bool = False) -> None:
        chunks, steps = self.state.config.chunks(), len(self.state.done)
        step, unsaved = min(int((self.state.done == chunks).sum()) + 1, steps), self.pace.age()
        if self.state.pool and self.state.complete:
            step = min(self.state.pool.generation + 1, steps)
        self.watch(Progress(*self.state.progress, step, steps, text, urgent, unsaved))

    def notify(self, signal_name: str) -> None:
        self.note(f"{signal_name}: stopping at the next chunk; Ctrl-C again ends it at once", True)

    def save(self, status: str, reason: str, results: Mapping[str, Any] | None = None) -> None:
        """Write the run file, and note what that took."""
        began, before = time.monotonic(), self.pace.interval()
        state = self.state
        state.sessions[-1] |= {"reason": reason}
        attributes = state.attributes(status)
        content = encode(attributes, {**state.datasets(), **(results or {})})
        save(self.path, content)
        self.pace.saved(began)
        if self.pace.interval() > 1.5 * before:
            LOG.info(
                "a checkpoint takes %.2g s: from now on one every %.3g s, to keep it under 2 %%",
                *(self.pace.saving, self.pace.interval()),
            )
        self._log(f"saved {len(content) / 1e6:.3g} MB, {status}", status == "running")

    def _log(self, text: str, often: bool) -> None:
        """A line on progress; of what comes often, one in half a minute."""
        if not often or time.monotonic() - self.logged_at >= EVERY:
            self.logged_at = time.monotonic()
            LOG.info("%d chunks done in all; %s", int(self.state.done.sum()), text)

    def sample(self, request: StopRequest, executor: Executor) -> str | None:
        """Rounds of chunks until no target error asks for more. Returns as `work`.

        The time that goes on record is that of the fastest round for all, without its first chunk:
        none for compiling.
        """
        config: Config | None = self.state.config
        made, fastest = 0, math.inf
        while config is not None:
            if config is not self.state.config:
                self.state = self.state.extended(config)
            before = int(self.state.done.sum())
            reason = self.work(request, executor)
            new = int(self.state.done.sum()) - before
            if new > 1:
                made, fastest = made + new, min(fastest, self.each(new))
                self.state.sessions[-1] |= {"sampling": f"{made * fastest:.3f}"}
            if reason is not None:
                return reason
            config = next_round(self.state.config, self.state.means)
        return None

    def each(self, chunks: int) -> float:
        """Time of each of the chunks that `work` has just made, the first left out."""
        return (time.monotonic() - self.first_at) / (chunks - 1)

    def work(self, request: StopRequest, executor: Executor) -> str | None:
        """All chunks that are missing. Returns what stopped it early, or None at the end."""
        config = self.state.config.resolved()
        self.first_at = 0.0
        self.note()
        stopping, late = lambda: request.reason is not None, lambda: self._late(executor)
        begin = partial(executor.submit, chunk_means, config)
        for unit, means in InOrder(executor, lambda u: begin(*u), self._units(), stopping, late):
            self.first_at = self.first_at or time.monotonic()
            self.state.take(*unit, means)
            self.pace.ended(unit)
            if request.reason is None and self._due(unit[0]):
                self.save("running", "running")
            self.note()
        reason = request.reason or (None if self.state.complete else self.limit.reason)
        if reason is None and self.state.pool:
            return self._grow(self.state.pool, request, executor)
        return reason

    def _grow(self, pool: PoolState, request: StopRequest, executor: Executor) -> str | None:
        """All chunks of super blocks that are missing, step after step. Returns as `work`."""
        begin = partial(executor.submit, grown_chunks, self.state.config.resolved())
        stopping, late = lambda: request.reason is not None, lambda: self._late(executor)
        for step in range(pool.generation, len(pool.done)):
            bundles = self._bundles(pool, step, executor.bundle)
            for bundle, grown in InOrder(
                executor, lambda b: begin(*b, pool.part(b)), bundles, stopping, late
            ):
                pool.put(bundle, grown)
                self.pace.ended(bundle)
                if request.reason is None and self.pace.due(step_complete=False):
                    self.save("running", "running")
                self.note()
            if request.reason or pool.generation == step:
                return request.reason or self.limit.reason
        return None

    def _bundles(self, pool: PoolState, step: int, most: int) -> Iterator[Bundle]:
        """What is missing of a step of the pool, until the time that is left is too short."""
        for bundle in pool.missing(step, most):
            if self.pace.too_late(self.limit.left()):
                return
            self.pace.begun(bundle)
            yield bundle

    def _late(self, executor: Executor) -> bool:
        """Whether no unit can be waited for any more; the first of a session is, once begun."""
        return (self.pace.units > 0 or not executor.prompt) and self.pace.over(self.limit.left())

    def _units(self) -> Iterator[Unit]:
        """What is missing, until the time that is left is too short for more."""
        state = self.state
        for step in range(len(state.done) if state.sums else 0):
            for chunk in range(int(state.done[step]), state.config.chunks()):
                for cases in state.missing(step, chunk):
                    if self.pace.too_late(self.limit.left()):
                        return
                    self.pace.begun((step, chunk, cases))
                    yield step, chunk, cases

    def conclude(self, request: StopRequest) -> str | None:
        """Compute the results and save them. Returns what stopped it early, or None."""
        state = self.state
        self.note("writing results")
        if self.pace.due(step_complete=True):
            self.save("running", "running")
        pool = ThreadPoolExecutor(max_workers=1)  # so that this thread takes signals at once
        found = pool.submit(derive, state.config, state.means if state.sums else None)
        while not wait([found], timeout=POLL).done:
            if request.reason and time.monotonic() - request.asked_at > PATIENCE:
                pool.shutdown(wait=False)
                return request.reason
            if self.pace.units > 0 and self.pace.over(self.limit.left()):
                pool.shutdown(wait=False)  # the next session has this alone to do
                return self.limit.reason
        pool.shutdown()
        about_pool = state.pool.conclusions() if state.pool else {}
        self.save("finished", "finished", {**found.result(), **about_pool})
        return None

    def _due(self, step: int) -> bool:
        """After each step, and every `checkpoint.every` within one, within what saving may cost."""
        complete = self.state.done[step] == self.state.config.chunks()
        last = step == len(self.state.done) - 1
        return self.pace.due(complete and not last)
