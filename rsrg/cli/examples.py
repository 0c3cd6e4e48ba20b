"""`--example NAME`: an example that comes with rsrg in place of a config file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rsrg.errors import ConfigError

if TYPE_CHECKING:
    from rsrg.config.examples import Kind


def complete_examples(incomplete: str) -> list[str]:
    """The names of examples that a shell offers."""
    return _offered()(incomplete)


def _offered(*kinds: "Kind") -> Callable[[str], list[str]]:
    def offer(incomplete: str) -> list[str]:
        from rsrg.config.examples import example_names

        return [name for name in example_names(*kinds) if name.startswith(incomplete)]

    return offer


def _option(*kinds: "Kind") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--example",
        metavar="NAME",
        autocompletion=_offered(*kinds),
        help="An example instead of a file; rsrg init lists them.",
    )
    return option


RunExample = Annotated[str | None, _option("flow", "trajectory")]
ExactExample = Annotated[str | None, _option("exact")]
StudyExample = Annotated[str | None, _option("study")]
OptionalConfig = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="A YAML config; or see --example.")
]
OptionalStudy = Annotated[
    Path | None,
    typer.Argument(metavar="[STUDY]", help="A YAML study: base and axes; or see --example."),
]


def chosen(path: Path | None, example: str | None, *kinds: "Kind") -> Path:
    """The file to use: the one given, or that of the example.

    Raises ConfigError unless one of them is given, and for an unknown example.
    """
    from rsrg.config.examples import example_path

    if (path is None) == (example is None):
        got = "neither" if path is None else "both"
        raise ConfigError([f"either a file or `--example NAME` must be given; got {got}"])
    return path if path is not None else example_path(str(example), *kinds)
