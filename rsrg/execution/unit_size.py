"""How many chunks make a unit of work: enough that handling it costs little beside computing it.

A first guess comes from what sums cost roughly; then from what units took. Towards the end of a
workload units become smaller, so that all workers end about together.
"""

from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.execution.executor import Executor
from rsrg.sums.cost import batch_seconds, choice_seconds, harmonic_seconds, weighted_seconds

LEAST_UNITS = 8  # that each worker gets of what is left, where there are so many chunks
MARGIN = 1.5  # by which computing all units exceeds handling them, one after the other
SHORTEST = 1e-8  # s of a sum: a clock that is too coarse says 0
LONGEST = 5.0  # s of a unit, so that a run that is asked to stop loses no more


class UnitSize:
    """The size of the units of one workload.

    case_seconds: how long a case (a sum over the blocks of a chunk) takes, the shortest so far:
    others waited for compilation or for a processor.
    """

    def __init__(self, case_seconds: float, executor: Executor) -> None:
        self.executor, self.case_seconds, self.measured = executor, case_seconds, False

    def chunks(self, left: int, cases: int) -> int:
        """The number of chunks in the next unit. left: chunks missing; cases: in each chunk."""
        workers = self.executor.workers
        handling = self.executor.handling_seconds * workers  # in which each worker needs a unit
        most = min(LONGEST, max(self.executor.unit_seconds, MARGIN * handling))
        share = left / (LEAST_UNITS * workers)  # of what is left
        least = min(most, MARGIN * handling) / (cases * self.case_seconds)
        return max(1, int(min(most / (cases * self.case_seconds), max(share, least))))

    def took(self, seconds: float, cases: int) -> None:
        """Note how long a unit of so many cases took a worker."""
        latest = max(seconds / cases, SHORTEST)
        self.case_seconds = min(self.case_seconds, latest) if self.measured else latest
        self.measured = True


def draw_seconds(config: Config) -> float:
    """Time of one case of a chunk of draws on one core, roughly."""
    n = config.blocks.n0**3
    return CHUNK * (choice_seconds(n) + batch_seconds(n))


def super_block_seconds(config: Config) -> float:
    """Time of one case of a chunk of super blocks, for one glass, on one core, roughly."""
    n = config.blocks.n0**3
    each = harmonic_seconds(n) if config.flow.update == "harmonic" else weighted_seconds(n)
    return CHUNK * (choice_seconds(n) / len(config.materials) + each)
