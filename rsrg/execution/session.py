"""One session of work on one run file: rounds of chunks, checkpoints, results.

The loop of all work is `Session.carry_out`. What is computed, a workload decides (see `workload`);
where, an executor (`executor`); when to save and to stop, the pace and the time limit.
"""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

from rsrg.config.quantities import si_value
from rsrg.config.run_config import RunConfig
from rsrg.execution.clock import CLOCK
from rsrg.execution.executor import STOP_GRACE, Executor, T
from rsrg.execution.in_order import POLL, InOrder, U
from rsrg.execution.pace import SAVE_SHARE, Pace
from rsrg.execution.progress import Progress, Watcher
from rsrg.execution.run_log import LOG_INTERVAL, RunLog
from rsrg.execution.run_state import RunState
from rsrg.execution.signals import StopRequest
from rsrg.execution.walltime import TimeLimit
from rsrg.execution.workload import Workload
from rsrg.storage.atomic import save
from rsrg.storage.deflate import Deflater
from rsrg.storage.encoding import encode
from rsrg.sums.threads import available_threads

LATE = 2.0  # times the interval between two checkpoints
RARE = 600.0  # s between checkpoints: a user should know that so much may be lost


class Session:
    """One session of work on one run file.

    must_begin: whether the first unit is waited for even beyond the time limit, so that a run made
    of short sessions still ends.
    """

    def __init__(
        self,
        state: RunState,
        path: Path,
        watch: Watcher,
        limit: TimeLimit,
        must_begin: bool = True,
    ) -> None:
        self.state, self.path, self.watch, self.limit = state, path, watch, limit
        self.must_begin = must_begin
        self.pace = Pace(si_value(state.config.checkpoint.every, "second"))
        self.request, self.log = StopRequest(), RunLog(path)
        self.logged_at, self.late_told = CLOCK.monotonic(), False
        self.deflater = Deflater()
        self.content = b""  # bytes of the run file as the session leaves it

    def work(self, executor: Executor) -> str | None:
        """Compute rounds of chunks until the state asks for no more, then the results.

        Returns what stopped the session early, such as SIGTERM; None where it reached the end.
        """
        config: RunConfig | None = self.state.config
        while config is not None:
            self.state = self.state.extended(config)
            self.notify()
            for workload in self.state.workloads(executor):
                if reason := self.carry_out(workload, executor):
                    return reason
            config = self.state.next_round()
        return self.conclude(min(executor.workers, available_threads()))

    def carry_out(self, workload: Workload[U, T], executor: Executor) -> str | None:
        """Compute all missing units of a workload. Returns as `work`."""
        submit, units = partial(workload.submit, executor), self._until_too_late(workload)
        stopping, late, paused = self._stopping, partial(self._late, executor), self.pace.paused
        for unit, result in InOrder(executor, submit, units, stopping, late, paused):
            workload.store(unit, result)
            self.pace.ended(unit)
            self._tell_long_chunks()
            if not self._stopping() and self.pace.due(workload.ends_step(unit)):
                self.save("running", "running")
            self.notify()
        return self.request.reason or (None if workload.complete else self.limit.reason)

    def _tell_long_chunks(self) -> None:
        """Say, once, that checkpoints come more rarely than asked for, as chunks are long."""
        age, asked = self.pace.age(), self.pace.interval()
        if age > LATE * asked and not self.late_told:
            self.late_told = True
            text = "a %s ended %.3g s after the last checkpoint, which were to be %.3g s apart: "
            text += "only whole %ss are saved"
            unit = self.state.config.unit
            self.log.write(logging.WARNING, text, unit, age, asked, unit)

    def _until_too_late(self, workload: Workload[U, Any]) -> Iterator[U]:
        """The missing units, one by one, as long as the time that is left suffices for another."""
        for unit in workload.missing():
            if self.pace.too_late(self.limit.left()):
                return
            self.pace.begun(unit)
            yield unit

    def _stopping(self) -> bool:
        return self.request.reason is not None

    def _late(self, executor: Executor) -> bool:
        """Whether the time is too short to wait for a unit, unless it is the first."""
        first_is_sure = self.must_begin and executor.starts_at_once
        return (self.pace.units > 0 or not first_is_sure) and self.pace.over(self.limit.left())

    def conclude(self, threads: int) -> str | None:
        """Compute the results and save them. Returns what stopped it early, or None."""
        self.notify("writing results")
        if self.pace.due(step_complete=True):
            self.save("running", "running")
        thread = ThreadPoolExecutor(max_workers=1)  # so that this thread answers signals at once
        results = thread.submit(self.state.results, threads)
        while not wait([results], timeout=POLL).done:
            if reason := self._give_up_results():
                thread.shutdown(wait=False)  # only the results are left to the next session
                return reason
        thread.shutdown()
        self.save("finished", "finished", results.result())
        return None

    def _give_up_results(self) -> str | None:
        """What stops a session while results are computed, or None."""
        if self._stopping() and CLOCK.monotonic() - self.request.requested_at > STOP_GRACE:
            return self.request.reason
        if self.pace.units > 0 and self.pace.over(self.limit.left()):
            return self.limit.reason
        return None

    def save(self, status: str, reason: str, results: Mapping[str, Any] | None = None) -> None:
        """Write the run file, and record how long that took."""
        began, interval = CLOCK.monotonic(), self.pace.interval()
        self.state.record.update(reason=reason)
        attributes = self.state.attributes(status)
        datasets = {**self.state.datasets(), **(results or {})}
        content = encode(attributes, datasets, deflater=self.deflater)
        save(self.path, content)
        self.content = content if status != "running" else b""  # only the last is read again
        self.pace.saved(began, sum(getattr(values, "nbytes", 0) for values in datasets.values()))
        if status == "running" and self.pace.interval() > 1.5 * interval:
            interval = self.pace.interval()
            text = "a checkpoint takes %.2g s: the next comes in %.3g s, as all are to take less "
            text += "than %.0f%% of the time"
            level = logging.WARNING if interval > RARE else logging.INFO
            self.log.write(level, text, self.pace.saving, interval, 100 * SAVE_SHARE)
        self._log_save(f"saved {len(content) / 1e6:.3g} MB, {status}", status == "running")

    def released(self) -> bytes:
        """The bytes of the run file; what was computed is in them, and its memory is let go."""
        del self.state
        return self.content

    def _log_save(self, text: str, often: bool) -> None:
        """Write a line to the log; of frequent saves, one line each half minute."""
        if not often or CLOCK.monotonic() - self.logged_at >= LOG_INTERVAL:
            self.logged_at = CLOCK.monotonic()
            done = int(self.state.done.sum())
            unit = self.state.config.unit
            self.log.write(logging.INFO, "%d %ss done in all; %s", done, unit, text)

    def notify(self, text: str = "", urgent: bool = False) -> None:
        """Report to the watcher how far the run is, and what happens."""
        state, unit = self.state, self.state.config.unit
        steps, unsaved = len(state.done), self.pace.age()
        self.watch(
            Progress(*state.progress, state.step_in_hand, steps, text, urgent, unsaved, unit)
        )

    def stop_requested(self, signal_name: str) -> None:
        """Report to the watcher that a signal asked the run to stop."""
        text = f"stopping at the next {self.state.config.unit}; Ctrl-C again ends it at once"
        self.notify(f"{signal_name}: {text}", True)
