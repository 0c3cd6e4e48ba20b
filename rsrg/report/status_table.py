"""Tables of how far runs are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from rsrg.runs.index import cell
from rsrg.runs.status import STATES, Group, RunStatus, duration
from rsrg.runs.sweep import SweepPlan

FAR = 60  # characters of a note in a table; `--json` has it all


def status_table(group: Group) -> Table:
    """A row for each run: its file, the parameters that the study varies, and how far it is."""
    keys = list(dict.fromkeys(key for s in group.runs for key in s.parameters))
    table = Table(title=group.title or None, title_justify="left", box=None, pad_edge=False)
    for heading in ("run", *(key.split(".")[-1] for key in keys), "status"):
        table.add_column(heading)
    table.add_column("chunks", justify="right")
    table.add_column("left", justify="right")
    table.add_column("note")
    for s in group.runs:
        values = [cell(s.parameters[k]) if k in s.parameters else "" for k in keys]
        name = Path(s.path).name if group.title else s.path
        row = (name, *values, s.state, _chunks(s), _left(s), _note(s))
        table.add_row(*(Text(text) for text in row))
    return table


def _chunks(status: RunStatus) -> str:
    return f"{status.done}/{status.total}" if status.total else ""


def _left(status: RunStatus) -> str:
    return "" if status.seconds_left is None else duration(status.seconds_left)


def _note(status: RunStatus) -> str:
    stray = "not in study" if status.in_study is False else ""
    text = "; ".join(part for part in (stray, status.note) if part)
    return text if len(text) <= FAR else f"{text[: FAR - 1]}…"


def counts(runs: Iterable[RunStatus]) -> str:
    """How many runs are in each state, in words: `4 finished, 2 missing`."""
    found = Counter(s.state for s in runs)
    return ", ".join(f"{found[state]} {state}" for state in STATES if found[state]) or "no runs"


def plan_text(plan: SweepPlan) -> str:
    """What a sweep would do."""
    asked = [s for s in plan.group.runs if s.in_study]
    text = f"{len(asked)} runs: {counts(asked)}. To do: {plan.runs} runs, {plan.chunks} chunks"
    if plan.seconds is None:
        return text
    return f"{text}, about {duration(plan.seconds)} of sums in this process (measured on a chunk)"


def as_records(groups: list[Group]) -> list[dict[str, Any]]:
    """All runs as plain data."""
    return [{"group": group.title} | asdict(s) for group in groups for s in group.runs]
