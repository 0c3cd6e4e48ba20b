"""Text beside tables: wrapped between words, to 80 columns where no terminal limits it."""

from rich.console import Console

from rsrg.report.console import COLUMNS, WIDE, print_wrapped


def test_prose_is_narrow_where_tables_are_wide(capsys):
    words = " ".join(["eigenvalue"] * 40)
    print_wrapped(Console(width=WIDE), words)
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines) == words
    assert COLUMNS - len("eigenvalue ") < max(map(len, lines)) <= COLUMNS


def test_a_path_stays_whole(capsys):
    path = f"/{'long/' * 30}run.h5"
    print_wrapped(Console(width=40), f"run file: {path}\n\n[bold]no markup[/]")
    assert capsys.readouterr().out.splitlines() == ["run file:", path, "", "[bold]no markup[/]"]
