"""The command that begins: it lists the examples that come with rsrg, and writes one."""

from pathlib import Path
from typing import Annotated

import typer

from rsrg.cli.examples import complete_examples
from rsrg.cli.options import AsJson


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
    as_json: AsJson = False,
) -> None:
    """Write an example config to change and run; without a name, list the examples."""
    from rsrg.config.examples import COMMANDS, full_name, kind_of
    from rsrg.report.console import print_json

    if name is None:
        _list_examples(as_json)
        return
    from rsrg.studies.start import write_example

    kind = kind_of(full_name(name))
    path, *others = write_example(name, output)
    schema = [file for file in others if file.suffix == ".json"]
    data = [file for file in others if file not in schema]
    if as_json:
        written = {"config": str(path), "schemas": [str(file) for file in schema]}
        written |= {"data": [str(file) for file in data]}
        print_json(written | {"kind": kind, "command": COMMANDS[kind]})
        return
    for file in schema:
        print(f"wrote {file}, by which editors complete and check it")
    for file in data:
        print(f"wrote {file}, which it reads")
    print(f"wrote {path}. Next: rsrg {COMMANDS[kind]} {path}")


def _list_examples(as_json: bool) -> None:
    """Print each example with the command that carries it out, and what it is."""
    from rich.table import Table

    from rsrg.config.examples import COMMANDS, example_names, example_summary, kind_of
    from rsrg.report.console import console, print_json

    examples = [
        {"name": n, "kind": kind_of(n), "command": COMMANDS[kind_of(n)]}
        | {"summary": example_summary(n)}
        for n in example_names()
    ]
    if as_json:
        print_json(examples)
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for example in examples:
        table.add_row(example["name"], example["command"], example["summary"])
    console().print(table)
    print(
        "Write one: rsrg init NAME. Run one as it is, with the command beside its name: "
        "rsrg COMMAND --example NAME"
    )
