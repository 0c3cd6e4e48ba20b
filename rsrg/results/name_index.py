"""The one gate for names that a caller chooses from those that a file has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rsrg.errors import RunFileError
from rsrg.physics.arguments import shown


def name_index(kind: str, name: Any, names: Sequence[str], path: Path | None = None) -> int:
    """The index of a name among the names. Raises RunFileError, listing them, for any other."""
    if not isinstance(name, str) or name not in names:
        where = f" ({path})" if path else ""
        raise RunFileError(f"`{kind}` must be one of {', '.join(names)}; got {shown(name)}{where}")
    return names.index(name)
