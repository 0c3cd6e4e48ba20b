"""The command that begins: it lists the examples that come with rsrg, and writes one."""

from pathlib import Path
from typing import Annotated

import typer

from rsrg.cli.examples import complete_examples

COMMANDS = {"flow": "run", "exact": "exact", "study": "sweep"}  # that carry out each kind


def init(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=complete_examples,
            help="An example; without one, all are listed.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="File to write; default: NAME.yaml, here."),
    ] = None,
) -> None:
    """Write an example config to change and run; without a name, list the examples."""
    from rsrg.config.examples import kind_of

    if name is None:
        _list_examples()
        return
    from rsrg.studies.start import write_example

    path, *schema = write_example(name, output)
    for file in schema:
        print(f"wrote {file}, by which editors complete and check it")
    print(f"wrote {path}. Next: rsrg {COMMANDS[kind_of(name)]} {path}")


def _list_examples() -> None:
    from rich.table import Table

    from rsrg.config.examples import example_names, example_summary
    from rsrg.report.console import console

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name in example_names():
        table.add_row(name, example_summary(name))
    console().print(table)
    print("Write one: rsrg init NAME. Run one as it is: rsrg run --example NAME")
