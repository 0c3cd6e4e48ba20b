"""Tables that fit: whatever the width of the terminal, no number loses a digit, no word its end."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from rsrg.physics.first_failure import Loading, critical_answer
from rsrg.physics.materials import GLASSES
from rsrg.physics.stability_rows import lattice_rows
from rsrg.physics.strain_path import strain_path
from rsrg.report.comparison_table import comparison_table
from rsrg.report.critical_answer import (
    critical_answer_notes,
    critical_answer_tables,
    glasses_tables,
)
from rsrg.report.fitted_table import print_table
from rsrg.report.glass_table import glass_table
from rsrg.report.stability_answer import stability_table
from rsrg.report.status_table import print_groups
from rsrg.results.compare import compare
from rsrg.studies.status import Group, RunStatus

GLASS = GLASSES["a-SiO2"]


def shown(width, show):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(console)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    return lines


@pytest.fixture(scope="module")
def tables(finished):
    """Name, table, and how its columns are kept together, of what the commands print."""
    xx, xy = (Loading(strain_path(kind), 5e-9, 1e-3, 2, "tensor") for kind in ("xx", "xy"))
    answers = [critical_answer(glass, xx, ("paper",)) for glass in list(GLASSES.values())[:2]]
    (of_one,) = critical_answer_tables(answers[0])
    (sheared,) = critical_answer_tables(critical_answer(GLASS, xy, ("paper",)))
    (of_all,) = glasses_tables(answers)
    rows = [row for row in compare(finished) if row.reading == "fixed/ellipsoid"]
    return [
        ("critical", of_one, {"group": 2}),
        ("critical --strain xy", sheared, {"group": 2}),
        ("critical --material all", of_all, {"names": 2, "group": 2}),
        ("compare", comparison_table([r for r in rows if r.material == rows[0].material]),
         {"names": 3, "group": 2}),
        ("stability", stability_table(GLASS, 1.0, lattice_rows(GLASS.alpha, 1.0)), {"names": 2}),
        ("materials", glass_table(), {}),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [250, 80, 60])
def test_every_cell_is_whole(tables, width):
    for name, table, kept in tables:
        lines = shown(width, lambda out, t=table, k=kept: print_table(out, t, **k))
        assert not any("…" in line for line in lines), name
        for column in table.columns:
            for cell in map(str, column.cells):
                assert any(cell in line for line in lines), (name, cell)


def test_as_few_tables_as_fit():
    table = Table()
    for letter in "abcd":
        table.add_column(letter * 5)
    table.add_row(*"1234")
    assert len(shown(26, lambda out: print_table(out, table))) == 2
    assert len(shown(19, lambda out: print_table(out, table))) == 5
    repeated = [line.split() for line in shown(19, lambda out: print_table(out, table))]
    assert repeated[:2] == [["aaaaa", "bbbbb", "ccccc"], ["1", "2", "3"]]
    assert repeated[3:] == [["aaaaa", "ddddd"], ["1", "4"]]


def test_a_group_that_is_too_wide_by_itself_is_wrapped_between_words():
    table = Table("name", "text")
    table.add_row("a", "some words that do not fit")
    lines = shown(16, lambda out: print_table(out, table))
    assert " ".join(" ".join(lines).split()) == "name text a some words that do not fit"


@pytest.mark.parametrize("width", [80, 60])
def test_status(width):
    """A note may be cut, but between words; what it is about may not."""
    note = "process 12345 is gone; resume or sweep goes on; saved 12 min 3 s ago on node17.cluster"
    parameters = {"sampling.seed": 1, "blocks.n0": 4}
    runs = [
        RunStatus("runs/a_study_of_sizes/98220bd57958.h5", state, 320, 12288, 4000.0, note, True,
                  parameters)
        for state in ("interrupted", "running")
    ]  # fmt: skip
    lines = shown(width, lambda out: print_groups([Group("", tuple(runs))], out))
    words = " ".join(lines).split()
    for text in ("runs/a_study_of_sizes/98220bd57958.h5", "interrupted", "320/12288"):
        assert text in words
    assert set(words) & set(note.split()) >= set(note.split()[:8])
    assert all(w in note.split() for line in lines for w in line.split() if w.startswith("resu"))


def test_notes_are_wrapped_between_words():
    from rsrg.report.console import print_wrapped

    answer = critical_answer(GLASS, Loading(strain_path("xx"), 5e-9, 1e-3, 2, "tensor"), ("paper",))
    for note in critical_answer_notes(answer):
        lines = shown(60, lambda out, text=note: print_wrapped(out, text))
        assert " ".join(lines) == note
