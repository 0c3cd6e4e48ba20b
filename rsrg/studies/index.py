"""The index of a folder of runs: which file holds which parameters.

The parameters are in the run files too; the index records the study as it was last swept.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from rsrg.config.base import ConfigModel
from rsrg.errors import RunFileError
from rsrg.storage.atomic import replace_text
from rsrg.studies.study import NAME_DIGITS, Study

NAME = "index.json"


class IndexEntry(ConfigModel):
    """One run. in_study: whether the study still asks for it. file: a name without a folder."""

    file: str = Field(pattern=rf"^[0-9a-f]{{{NAME_DIGITS}}}\.h5$")
    in_study: bool
    parameters: dict[str, Any]


class Index(ConfigModel):
    """The content of `index.json`."""

    filetype: Literal["rsrg-sweep"] = "rsrg-sweep"
    schema_version: Literal[1] = 1
    study: str
    kind: str
    runs: list[IndexEntry]


def read_index(folder: Path) -> Index | None:
    """The index of a folder; None where there is none. Raises RunFileError if it is damaged."""
    path = folder / NAME
    try:
        return Index.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFileError(f"cannot read the index {path}: {error.strerror}") from None
    except ValidationError:
        raise RunFileError(
            f"the index {path} is damaged; move it away, and `rsrg sweep` writes it again"
        ) from None


def index_of(study: Study, before: Index | None) -> Index:
    """The index of a study; runs that an earlier one asked for stay listed."""
    entries = [
        IndexEntry(file=m.file, in_study=True, parameters=m.parameters) for m in study.members
    ]
    known = {entry.file for entry in entries}
    former = [e for e in (before.runs if before else []) if e.file not in known]
    entries += [e.model_copy(update={"in_study": False}) for e in former]
    return Index(study=study.name, kind=study.kind, runs=entries)


def write_index(folder: Path, index: Index) -> None:
    """Write `index.json` and the same as a table, `index.csv`. Raises RunFileError if refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(index.model_dump(), indent=1, ensure_ascii=False)
        replace_text(folder / NAME, text + "\n")
        replace_text(folder / "index.csv", _table(index))
    except OSError as error:
        raise RunFileError(f"cannot write the index of {folder}: {error.strerror}") from None


def _table(index: Index) -> str:
    keys = list(dict.fromkeys(key for entry in index.runs for key in entry.parameters))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "in_study", *keys])
    for entry in index.runs:
        values = [cell(entry.parameters[k]) if k in entry.parameters else "" for k in keys]
        table.writerow([entry.file, "yes" if entry.in_study else "no", *values])
    return text.getvalue()


def cell(value: Any) -> str:
    """A parameter's value as a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
