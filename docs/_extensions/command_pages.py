"""The reference of commands, from the parser that reads the command line."""

import re
from collections.abc import Iterator

import typer
from tables import table

from rsrg.cli.app import app

FLAG = re.compile(r"(?<![`\w-])(--?[a-z][a-z-]*)(?![`\w])")


def commands() -> str:
    """All commands: what each does, how it is called, its arguments and options."""
    group = typer.main.get_command(app)
    return "\n".join(line for command in group.commands.values() for line in _command(command))


def _command(command) -> Iterator[str]:
    context = command.make_context(command.name, [], resilient_parsing=True)
    arguments = [_row(p, context) for p in command.params if p.param_type_name == "argument"]
    options = [_row(p, context) for p in command.params if p.param_type_name == "option"]
    summary = "\n\n".join(" ".join(p.split()) for p in (command.help or "").split("\n\n"))
    names = " ".join(name.strip("`") for name, _ in arguments)
    yield from (f"## rsrg {command.name}", "", summary, "")
    yield from ("```text", f"rsrg {command.name} {names}".strip() + " [options]", "```", "")
    for heading, rows in (("argument", arguments), ("option", options)):
        if rows:
            yield table((heading, "what it is"), rows)


def _row(parameter, context) -> tuple[str, str]:
    name, words = parameter.get_help_record(context)
    name = re.sub(r"\s*<(\w+|list\[\w+\])>|[{}]", "", name)  # the type says less than the metavar
    return f"`{name}`", FLAG.sub(r"`\1`", words.replace("[required]", ""))
