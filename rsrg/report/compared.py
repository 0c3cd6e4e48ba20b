"""What `rsrg compare` prints, whatever was compared: as tables, or as plain data for JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import permutations
from typing import Any

from rsrg.report.comparison_table import comparison_note, print_comparison, print_steps
from rsrg.report.console import print_wrapped
from rsrg.report.run_comparison_table import print_run_comparison
from rsrg.report.terminal import page
from rsrg.results.compare import Comparison, Steps
from rsrg.results.merged_runs import MergedRuns
from rsrg.results.run import Run
from rsrg.results.run_comparison import RunComparison

Files = Sequence[Run | MergedRuns]


def comparison_data(result: Comparison, files: Files) -> Any:
    """A comparison as plain data; of merged runs a list with that of each."""
    if not isinstance(result, dict):
        return _data(result)
    members = _names(files)
    return [
        {"run": name, "parameters": members[name], "comparison": _data(one)}
        for name, one in result.items()
    ]


def _data(one: Steps | RunComparison) -> Any:
    return asdict(one) if isinstance(one, RunComparison) else [asdict(row) for row in one]


def _names(files: Files) -> dict[str, dict[str, Any]]:
    """The members by whose names a comparison goes: of the first file that has any."""
    return next(file.members for file in files if isinstance(file, MergedRuns))


def print_compared(result: Comparison, files: Files) -> None:
    """The tables of a comparison; of merged runs those of each, under its name."""
    if isinstance(result, RunComparison):
        print_run_comparison(result)
    elif not isinstance(result, dict):
        print_comparison(result)
    else:
        _print_each(result, files)


def _print_each(result: dict[str, Steps] | dict[str, RunComparison], files: Files) -> None:
    out, members, note = page(), _names(files), ""
    for name, one in result.items():
        parameters = ", ".join(f"{key} = {value}" for key, value in members[name].items())
        print_wrapped(out, ": ".join(filter(None, [name, parameters])))
        out.print()
        if isinstance(one, RunComparison):
            print_run_comparison(one)
            out.print()
        else:
            print_steps(one)
            note = comparison_note(one)
    for line in filter(None, [note, *_without_counterpart(files)]):
        print_wrapped(out, line)


def _without_counterpart(files: Files) -> Iterator[str]:
    """Runs of one file of merged runs whose parameters no run of the other has."""
    merged = [file for file in files if isinstance(file, MergedRuns)]
    for one, other in permutations(merged, 2):
        there = list(other.members.values())
        if alone := [name for name, own in one.members.items() if own not in there]:
            yield f"Only in {one.path}: {', '.join(alone)}."
