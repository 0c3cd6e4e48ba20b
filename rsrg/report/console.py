"""What every command prints with: a console that fits the terminal, and JSON."""

import json
import sys
from typing import Any

from rich.console import Console

from rsrg.formatting import finite

WIDE = 250  # columns where no terminal limits them


def console(wide: bool = False) -> Console:
    """Standard output; wide where it is no terminal, or where lines may wrap."""
    width = WIDE if wide or not sys.stdout.isatty() else None
    return Console(width=width, highlight=False)


def print_json(value: Any) -> None:
    """Indented JSON, strict: null for what is not finite, lists for arrays."""
    print(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))
