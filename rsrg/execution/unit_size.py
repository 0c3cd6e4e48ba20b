"""How many chunks make a unit of work: enough that handling it costs little beside computing it.

A first guess comes from what sums cost roughly; then from what units took. Towards the end of a
workload units become smaller, so that all workers end about together.
"""

from rsrg.execution.executor import Executor

LEAST_UNITS = 4  # that each worker gets of what is left, where there are so many chunks
HANDLED = 0.05  # of the time of a short unit, at most, that handling it takes
MARGIN = 2.0  # by which computing all units exceeds handling them, one after the other
SHORTEST = 1e-8  # s of a sum: a clock that is too coarse says 0
LONGEST = 5.0  # s of a unit, so that a run that is asked to stop loses no more


class UnitSize:
    """The size of the units of one workload.

    case_seconds: how long the sum of a chunk over one body takes, the shortest time so far: others
    waited for compilation or for a processor. At first, what `chunk_cost` says.
    """

    def __init__(self, executor: Executor, seconds: float, cases: int) -> None:
        """seconds: that a chunk of so many cases takes, roughly."""
        self.executor, self.case_seconds, self.measured = executor, seconds / cases, False

    def chunks(self, left: int, cases: int) -> int:
        """The number of chunks in the next unit. left: chunks missing; cases: in each chunk."""
        workers = self.executor.workers
        handling = self.executor.handling_seconds * workers  # in which each worker needs a unit
        most = min(LONGEST, max(self.executor.unit_seconds, MARGIN * handling))
        share = left / (LEAST_UNITS * workers)  # of what is left
        least = min(most, max(self.executor.handling_seconds / HANDLED, MARGIN * handling))
        chunk = cases * self.case_seconds
        return max(1, int(min(most / chunk, max(share, least / chunk))))

    def took(self, seconds: float, cases: int) -> None:
        """Note how long a unit of so many cases took a worker."""
        latest = max(seconds / cases, SHORTEST)
        self.case_seconds = min(self.case_seconds, latest) if self.measured else latest
        self.measured = True
