"""Tables of how far runs are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rsrg.formatting import counted, duration_text
from rsrg.report.console import print_wrapped
from rsrg.report.fitted_table import print_table
from rsrg.studies.index import cell
from rsrg.studies.status import STATES, Group, RunStatus

if TYPE_CHECKING:
    from rsrg.studies.sweep import SweepPlan

MAX_NOTE = 60  # characters of a note in a table; `--json` has it all


def status_table(group: Group) -> Table:
    """A row for each run: its file, the parameters that the study varies, and how far it is."""
    keys = list(dict.fromkeys(key for s in group.runs for key in s.parameters))
    units = {f"{s.unit}s" for s in group.runs if s.total}
    done = units.pop() if len(units) == 1 else "done"
    columns: dict[str, list[str]] = {
        "run": [Path(s.path).name if group.title else s.path for s in group.runs],
        **{key.split(".")[-1]: [_value(s, key) for s in group.runs] for key in keys},
        "status": [s.state for s in group.runs],
        done: [f"{s.done}/{s.total}" if s.total else "" for s in group.runs],
        "left": [_left(s) for s in group.runs],
        "note": [_note(s) for s in group.runs],
    }
    shown = {heading: texts for heading, texts in columns.items() if any(texts)}
    table = Table(box=None, pad_edge=False)
    for heading in shown:
        table.add_column(heading, justify="right" if heading in (done, "left") else "left")
    for row in zip(*shown.values(), strict=True):
        table.add_row(*(Text(text) for text in row))
    return table


def print_groups(groups: list[Group], out: Console) -> None:
    """The table of each group under its title."""
    for group in groups:
        if group.title:
            print_wrapped(out, group.title)
        print_table(out, status_table(group))


def _value(status: RunStatus, key: str) -> str:
    return cell(status.parameters[key]) if key in status.parameters else ""


def _left(status: RunStatus) -> str:
    return "" if status.seconds_left is None else duration_text(status.seconds_left)


def _note(status: RunStatus) -> str:
    stray = "not in study" if status.in_study is False else ""
    text = "; ".join(part for part in (stray, status.note) if part)
    return text if len(text) <= MAX_NOTE else f"{text[: MAX_NOTE - 1].rpartition(' ')[0]} …"


def counts(runs: Iterable[RunStatus]) -> str:
    """How many runs are in each state, in words: `4 finished, 2 missing`."""
    count = Counter(s.state for s in runs)
    return ", ".join(f"{count[state]} {state}" for state in STATES if count[state]) or "no runs"


def plan_text(plan: "SweepPlan") -> str:
    """What a sweep would do."""
    wanted = [s for s in plan.group.runs if s.in_study]
    todo = f"{counted(plan.runs, 'run')}, {counted(plan.chunks, 'chunk')}"
    text = f"{counted(len(wanted), 'run')}: {counts(wanted)}. To do: {todo}"
    if plan.seconds is None:
        return text
    return (
        f"{text}, about {duration_text(plan.seconds)} of sums in this process (measured on a chunk)"
    )


def plan_data(plan: "SweepPlan") -> dict[str, Any]:
    """What a sweep would do, as plain data: how many runs and chunks, and how far each run is."""
    return {
        "runs_to_do": plan.runs,
        "chunks_to_do": plan.chunks,
        "seconds": plan.seconds,
        "runs": as_records(plan.group.named()),
    }


def as_records(runs: Iterable[RunStatus]) -> list[dict[str, Any]]:
    """All runs as plain data."""
    return [{"group": s.group} | asdict(s) for s in runs]
