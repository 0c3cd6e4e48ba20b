"""What every command prints with: a console that fits the terminal, and JSON."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from rsrg.formatting import finite

WIDE = 250  # columns where no terminal limits them


def console() -> Console:
    """Standard output, as wide as the terminal; wide where it is none."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(width=width, highlight=False)


def print_json(value: Any) -> None:
    """Indented JSON, strict: null for what is not finite, lists for arrays."""
    print(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def print_wrapped(out: Console, text: str) -> None:
    """A text as it is, neither markup nor emoji, wrapped to the width."""
    for part in Text(text).wrap(out, out.width):
        part.rstrip()
        out.print(part)
