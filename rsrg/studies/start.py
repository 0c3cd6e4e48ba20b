"""A first config of one's own: an example written beside the user."""

import json
from pathlib import Path

from rsrg.config.examples import example_data, full_name, kind_of, own_text
from rsrg.errors import RsrgError
from rsrg.studies.json_schema import json_schema


def write_example(name: str, output: Path | None = None) -> list[Path]:
    """Write an example config or study, its data, and the schema by which editors check it.

    output: the file; by default NAME.yaml in this folder. Returns the files written, the config
    first; a schema and data that are there already stay. Nothing is overwritten.

    Raises ConfigError where there is no such example; RsrgError where the file exists, or cannot be
    written.
    """
    name = full_name(name)
    target = output or Path(f"{Path(name).name}.yaml")
    kind = kind_of(name)
    schema = target.with_name(f"rsrg-{kind}.schema.json")
    text = f"# yaml-language-server: $schema={schema.name}\n{own_text(name, str(target))}"
    written = [_write_new(target, text)]
    for data in example_data(name):
        if not (copy := target.with_name(data.name)).exists():
            written.append(_write_new(copy, data.read_bytes()))
    if not schema.exists():
        content = json.dumps(json_schema(kind), indent=1, ensure_ascii=False)
        written.append(_write_new(schema, content + "\n"))
    return written


def _write_new(path: Path, content: str | bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            try:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
            except OSError:
                path.unlink()  # a part of it would exist the next time
                raise
    except FileExistsError:
        hint = f"; another name: --output FILE{path.suffix}"
        raise RsrgError(f"{path} exists already, and nothing is overwritten{hint}") from None
    except OSError as error:
        raise RsrgError(f"cannot write {path}: {error.strerror or error}") from None
    return path
