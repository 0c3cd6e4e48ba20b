"""The plan of a run in words."""

from collections.abc import Sequence

from rsrg.execution.exact_plan import ExactPlan
from rsrg.execution.plan import Plan
from rsrg.execution.trajectory_plan import TrajectoryPlan
from rsrg.formatting import counted, duration_text, size_text
from rsrg.sums.limits import memory_limit


def plan_lines(p: Plan) -> list[str]:
    """The plan in words."""
    lines = [
        f"{counted(p.materials, 'glass', 'glasses')} × {counted(p.readings, 'reading')} × "
        f"{counted(p.strains, 'strain')}, {counted(p.steps, 'step')}",
        f"{counted(p.samples, 'draw')} per step: {p.sums:,} sums over blocks, {p.pairs:.3g} pairs",
        f"memory about {size_text(p.memory_bytes)}, run file at most {size_text(p.file_bytes)}",
    ]
    if p.pool:
        lines.append(
            f"a pool of {p.pool:,} blocks at each: {size_text(p.pool_bytes)}, in memory "
            f"{p.pool_copies}×"
        )
    if not p.fits:
        lines.append(f"that is too much memory: {memory_limit()}")
    if p.seconds is not None:
        lines.append(_time(p.seconds, p))
    if p.target_error is not None:
        lines.append(f"that is the first round; more follow until errors are {p.target_error:g}")
    return lines


def _time(seconds: float, p: Plan) -> str:
    """The time, and where it comes from."""
    text = f"{duration_text(seconds)} on this machine"
    if p.timed_n0 is None:
        return f"time at least {text}: bodies as long as these take more than their sums"
    source = "measured on one chunk" if p.timed_n0 == p.n0 else f"from chunks of N0 = {p.timed_n0}"
    return f"time about {text} ({source})"


def trajectory_lines(p: TrajectoryPlan) -> list[str]:
    """The plan of a trajectory in words."""
    low, high = p.blocks
    blocks = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    beside = f"{size_text(p.frame_bytes)} for each of {counted(p.threads, 'thread')}"
    lines = [
        f"{counted(p.frames, 'frame')} of {blocks} blocks, at most about {p.summed:,} summed over",
        f"engine {p.engine}",
        f"memory about {size_text(p.memory_bytes)} ({beside}), "
        f"run file at most {size_text(p.file_bytes)}",
        f"time about {duration_text(p.seconds)} on this machine (estimated)",
    ]
    if not p.fits:
        lines.append(f"that is too much memory: {memory_limit()}")
    return [*lines, p.faster] if p.faster else lines


def exact_size(super_blocks: int, axes: Sequence[int]) -> str:
    """How many super blocks an ensemble has, of which kinds; axes: strengths, and so on."""
    kinds = zip(axes, ("strength", "distance", "temperature"), strict=True)
    return (
        f"{super_blocks:,} super blocks of eight two-level blocks, 256 states, at "
        f"{' × '.join(counted(number, kind) for number, kind in kinds)}"
    )


def exact_lines(p: ExactPlan) -> list[str]:
    """The plan of an ensemble of exact super blocks in words."""
    return [
        exact_size(p.super_blocks, (p.strengths, p.distances, p.temperatures)),
        f"{counted(p.chunks, 'chunk')}, run file at most {size_text(p.file_bytes)}",
        f"time about {duration_text(p.seconds)} on this machine (measured on one chunk)",
    ]


def _lines(planned: Plan | TrajectoryPlan | ExactPlan) -> list[str]:
    if isinstance(planned, ExactPlan):
        return exact_lines(planned)
    return plan_lines(planned) if isinstance(planned, Plan) else trajectory_lines(planned)


def print_plan(planned: Plan | TrajectoryPlan | ExactPlan) -> None:
    """The plan, a line each."""
    for line in _lines(planned):
        print(f"  {line}")
