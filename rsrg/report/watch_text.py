"""What `rsrg watch` shows of a run, as lines of text: in a terminal, and one line for a log."""

from collections.abc import Iterator

import numpy as np

from rsrg.formatting import duration_text, with_error
from rsrg.physics.arrays import Array
from rsrg.studies.run_look import FlowCurve, Lowest, RunProgress, SumsSoFar

BLOCKS = "▁▂▃▄▅▆▇█"
FAILED = "×"  # where the eigenvalue is below zero
CELL = 13  # columns of a number with its error, and a gap
HOW_TO_END = "Ctrl-C ends this view, and no run."
NAME = 14  # columns of the name of a glass, or of a strain, and a gap


def run_screen(
    progress: RunProgress, sums: SumsSoFar | None, now: float, width: int, height: int
) -> list[str]:
    """The screen: progress, the lowest critical strain of each glass, and how χ⁻¹ flows.

    now: in seconds since 1970. Glasses that do not fit the height are counted.
    """
    saved = saved_text(progress, now)
    lines = [_head(progress), progress_text(progress)]
    if sums is None:
        lines += [f"{saved}; no results yet", HOW_TO_END]
        return [_fitted(line, width) for line in lines]
    lines += [f"{saved}; results {_part(sums)}", _error(sums), ""]
    glass = _fitted(sums.glasses[0], NAME)
    below = [
        f"λ: lowest eigenvalue of χ⁻¹; of {glass}, step by step ({FAILED}: below zero)",
        *_sparklines(sums, width),
        *_pool(sums),
        HOW_TO_END,
    ]
    rows = height - len(lines) - len(below) - 1  # one for the heading of the table
    return [_fitted(line, width) for line in (*lines, *_table(sums, max(1, rows)), *below)]


def _pool(sums: SumsSoFar) -> Iterator[str]:
    """The share of blocks that have failed, where these are unequal."""
    if sums.failed:
        shares = zip(sums.readings, sums.failed, strict=True)
        texts = (f"{reading} {_share(*share)}" for reading, share in shares)
        yield f"failed blocks at e={sums.largest_strain:.3g}: {', '.join(texts)}"


def _share(value: float, stderr: float) -> str:
    return with_error(value, stderr) if 0.0 < value < 1.0 else f"{value:.0f}"


def _head(progress: RunProgress) -> str:
    title = f": {progress.title}" if progress.title else ""
    return f"{progress.status.path}{title}"


def progress_text(progress: RunProgress) -> str:
    """How far a run is, on one line: `running, step 5 of 12, 320 of 768 chunks, …`."""
    status, rate = progress.status, progress.chunks_per_second
    parts: list[str] = [status.state]
    if status.state != "finished":
        parts.append(f"step {progress.step} of {progress.steps}")
    parts.append(f"{status.done} of {status.total} {status.unit}s")
    if status.state == "running" and rate is not None:
        parts += [
            f"{rate:.3g} {status.unit}s/s",
            f"{duration_text(status.seconds_left or 0.0)} left",
        ]
    return ", ".join(parts)


def saved_text(progress: RunProgress, now: float) -> str:
    """How long ago a run was last saved: what is seen of it is as it was then."""
    return f"saved {duration_text(now - progress.updated)} ago"


def _part(sums: SumsSoFar) -> str:
    """Of which part of the run the numbers are."""
    return f"after {sums.part.partition(':')[0]}" if sums.part else "of the whole run"


def _error(sums: SumsSoFar) -> str:
    """How large the errors of the sums are; nothing where they have none."""
    target = "" if sums.target is None else f", target {sums.target:g}"
    draws = f"{sums.draws:,} draws per step"
    if sums.error is None:
        missing = f"no crossing yet whose error could be measured{target}, {draws}"
        return missing if sums.quantity else "no standard errors: nothing is drawn"
    return f"standard error of {sums.quantity} {sums.error:.2g}{target}, {draws}"


def _table(sums: SumsSoFar, rows: int) -> list[str]:
    """Lowest critical strains by glass and reading; of more glasses than rows, the first."""
    widths = [max(len(reading) + 2, CELL) for reading in sums.readings]
    names = (r or "any reading" for r in sums.readings)
    heading = "".join(name.ljust(w) for name, w in zip(names, widths, strict=True))
    lines = [f"{'critical e':{NAME}}{heading}"]
    glasses = list(zip(sums.glasses, sums.lowest, strict=True))
    if len(glasses) > rows:
        glasses = glasses[: max(1, rows - 1)]
    for glass, cells in glasses:
        texts = (_cell(c).ljust(w) for c, w in zip(cells, widths, strict=True))
        lines.append(f"{_fitted(glass, NAME - 1):{NAME}}{''.join(texts)}")
    if hidden := len(sums.glasses) - len(glasses):
        lines.append(f"… and {hidden} more")
    return lines


def _cell(lowest: Lowest) -> str:
    return with_error(lowest.value, lowest.stderr) if lowest.fails else f"λ {lowest.value:.4g}"


def _sparklines(sums: SumsSoFar, width: int) -> Iterator[str]:
    """A line for each reading, with its flow at each strain, all on one scale."""
    scale = max(float(np.max(f.values)) for flows in sums.flows for f in flows)  # at the start
    room = max(1, (width - NAME) // max(map(len, sums.flows)) - 11)
    for reading, flows in zip(sums.readings, sums.flows, strict=True):
        name = f"{_fitted(reading, 16):17}" if reading else ""
        yield name + "".join(_spark(flow, scale, room) for flow in flows)


def _spark(flow: FlowCurve, scale: float, room: int) -> str:
    return f"e={flow.strain:<6.3g}{sparkline(flow.values, scale, room)}  "


def sparkline(values: Array, scale: float, room: int) -> str:
    """Values as blocks whose height is their share of the scale; FAILED below zero.

    Of more values than there is room for, evenly chosen ones, the first and the last among them.
    """
    if len(values) > room:
        values = values[np.linspace(0, len(values) - 1, room).round().astype(int)]
    share = np.clip(values / scale if scale > 0.0 else 0.0 * values, 0.0, 1.0)
    levels = np.minimum((share * len(BLOCKS)).astype(int), len(BLOCKS) - 1)
    return "".join(
        BLOCKS[level] if value > 0.0 else FAILED
        for level, value in zip(levels, values, strict=True)
    )


def _fitted(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
