"""What every command prints with: a console that fits the terminal, and JSON."""

import json
import sys
import textwrap
from typing import Any

from rich.console import Console
from rich.text import Text

from rsrg.formatting import finite

WIDE = 250  # columns of a table where no terminal limits them
COLUMNS = 80  # of a text there


def console() -> Console:
    """Standard output, as wide as the terminal; wide where it is none."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(width=width, highlight=False)


def print_json(value: Any) -> None:
    """Indented JSON, strict: null for what is not finite, lists for arrays."""
    print(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def print_wrapped(out: Console, text: str) -> None:
    """A text as it is, neither markup nor emoji, wrapped between words.

    To the width of the terminal; to 80 columns where there is none, however wide tables are. A
    word, such as a path, stays whole.
    """
    width = out.width if sys.stdout.isatty() else min(out.width, COLUMNS)
    for line in text.split("\n"):
        parts = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        for part in parts or [""]:
            out.print(Text(part), soft_wrap=True)
