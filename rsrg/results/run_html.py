"""What a notebook shows of a run: its state, what it is of, and what breaks its glasses first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rsrg.formatting import NONE, counted, with_error
from rsrg.records import MAX_ROWS, facts_html, rows_html
from rsrg.results.critical_record import CriticalStrainRecord, first_failures
from rsrg.results.source_names import SOURCE_NAMES

if TYPE_CHECKING:
    from rsrg.results.exact_run import ExactRun
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.run import Run
    from rsrg.results.stored_run import StoredRun
    from rsrg.results.trajectory_run import TrajectoryRun

MAX_NAMES = 12  # of glasses in a line


def run_html(run: "Run") -> str:
    """State, glasses and readings; where there are results, the first critical strains."""
    glasses = [glass.name for glass in run.config.glasses()]
    facts = {
        **_state(run),
        "glasses": _names(glasses),
        "readings of V(e)": _names(run.config.readings),
        "steps": f"{run.config.steps()} of N0 = {run.config.blocks.n0}",
    }
    head = facts_html(facts, run.config.title or run.path.name)
    if not run.has_results:
        return head
    rows = list(_first_failures(run, glasses[:MAX_ROWS]))
    return head + rows_html(rows, "first critical strains e (dimensionless)", len(glasses))


def merged_html(merged: "MergedRuns", runs: Mapping[str, "Run"]) -> str:
    """What was varied, over which values; and the first critical strains of some of the runs."""
    facts = {"file": str(merged.path), "runs": merged.summary}
    if not runs:
        return facts_html(facts, merged.path.stem)
    facts |= {key: _names([str(v) for v in values]) for key, values in merged.parameters.items()}
    rows = [
        ({key: str(v) for key, v in merged.members[name].items()} or {"run": name}) | row
        for name, run in runs.items()
        for row in _first_failures(run, [glass.name for glass in run.config.glasses()])
    ]
    headings = dict.fromkeys(heading for row in rows for heading in row)
    whole = [{heading: row.get(heading, NONE) for heading in headings} for row in rows]
    caption = "first critical strains e (dimensionless)"
    head = facts_html(facts, merged.path.stem)
    more = len(merged.members) - len(runs)
    left = f"<p>… and {counted(more, 'more run')}</p>" if more else ""
    return head + rows_html(whole, caption) + left


def exact_run_html(run: "ExactRun") -> str:
    """State, and what the ensemble is."""
    config = run.config
    facts = {
        **_state(run),
        "super blocks": f"{config.sampling.super_blocks} of 2×2×2 two-level blocks",
        "levels": config.levels.kind,
        "α": f"{config.alpha:g}",
        "γ²/(ρc_t² L³ ε)": _names([f"{x:g}" for x in config.strengths]),
        "r/L": _names([f"{x:g}" for x in config.distances]),
        "k_B T/ε": _names([f"{x:g}" for x in config.temperatures]),
    }
    return facts_html(facts, config.title or run.path.name)


def trajectory_run_html(run: "TrajectoryRun") -> str:
    """State, frames and glasses; where there are results, whether the mean of M is zero."""
    config = run.config
    facts = {
        **_state(run),
        "frames": _names([frame.name for frame in config.positions]),
        "blocks": "of the largest ball in each" if config.domain == "sphere" else "all of each",
        "glasses": _names([glass.name for glass in config.glasses()]),
    }
    head = facts_html(facts, config.title or run.path.name)
    if not run.has_results:
        return head
    means = run.means()
    rows = [mean.table_row() for mean in means[:MAX_ROWS]]
    return head + rows_html(rows, "mean of M over frames, in 1/ρc_t²", len(means))


def _state(run: "StoredRun") -> dict[str, str]:
    done, total = run.progress
    share = f"{done} of {total} {run.config.unit}s" if total else ""
    return {"file": str(run.path), "status": run.status, "progress": share}


def _names(names: Sequence[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _first_failures(run: "Run", glasses: Sequence[str]) -> Iterator[dict[str, str]]:
    """A row for each glass, and a column for each reading and source of M.

    The first failure on each side of e = 0, the nearest first.
    """
    columns = [(reading, source) for source in run.sources() for reading in run.readings(source)]
    records: dict[tuple[str, str, str], list[CriticalStrainRecord]] = {}
    for r in run.critical_strains():
        records.setdefault((r.material, r.reading, r.source), []).append(r)
    for glass in glasses:
        yield {"glass": glass} | {
            f"{reading or 'any reading'}, {SOURCE_NAMES[source].heading}": _cell(
                records.get((glass, reading, source), [])
            )
            for reading, source in columns
        }


def _cell(records: Sequence[CriticalStrainRecord]) -> str:
    first = first_failures(records).values()
    return ", ".join(f"{with_error(r.value, r.stderr)} {r.channel}" for r in first) or NONE
