"""From YAML to a Config, or to a list of all problems, each with its place, rule and value."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from rsrg.config.on_resume import inner_model
from rsrg.config.schema import Config
from rsrg.config.yaml_source import KeyPath, Source, override, parse_source, read_source
from rsrg.errors import ConfigError

UNION_TAGS = ("grid", "list")
MAX_VALUE_TEXT = 60  # longest text of a wrong value, in characters


def load_config(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Config:
    """Read a config, which says what a run computes, from a YAML file, and check it.

    path: of the YAML file.
    overrides: new values by dotted key, such as {"sampling.seed": 7}.

    Returns the Config, which cannot be changed. Raises ConfigError that lists every problem, each
    with file, line, key, rule and value.

    Example:
        A sum over 27 blocks in each step, averaged exactly, with the length of the sample changed:

        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 1 mm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path, {"lengths.sample": "135 nm"})
        >>> config.steps(), config.lengths.sample
        (3, '135 nm')
    """
    return config_from_source(override(read_source(path), dict(overrides or {})))


def config_from_text(text: str, name: str = "config") -> Config:
    """The config in a YAML text. Raises as `load_config`."""
    return config_from_source(parse_source(text, name))


def config_from_source(source: Source) -> Config:
    """The config in YAML data that were read. Raises as `load_config`."""
    try:
        config = Config.model_validate(source.data)
    except ValidationError as error:
        problems = [_problem(dict(e), source) for e in error.errors(include_url=False)]
        ordered = sorted(problems, key=lambda p: p[0])
        raise ConfigError(list(dict.fromkeys(text for _, text in ordered))) from None
    return _pinned(config, Path(source.name).parent).with_text(source.text)


def _pinned(config: Config, folder: Path) -> Config:
    """The config with the full path and content hash of its positions file, if it has one."""
    if config.blocks.positions is None:
        return config
    from rsrg.config.positions import pinned  # few configs have one; what reads it starts slowly

    positions = pinned(config.blocks.positions, folder)
    blocks = config.blocks.model_copy(update={"positions": positions})
    return config.model_copy(update={"blocks": blocks})


def _problem(error: dict[str, Any], source: Source) -> tuple[int, str]:
    """Line number and text of one problem."""
    path = _path(error["loc"]) or _named_path(error)
    place = source.place(path)
    line = next((source.lines[p] for p in _upwards(path) if p in source.lines), 0)
    return line, f"{_sentence(error, _path(error['loc']))} ({place})"


def _named_path(error: dict[str, Any]) -> KeyPath:
    """The key that the message of a rule for several keys begins with."""
    named = re.match(r"`([a-z_.]+)", str(error.get("ctx", {}).get("error", "")))
    return tuple(named[1].split(".")) if named else ()


def _upwards(path: KeyPath) -> list[KeyPath]:
    return [path[:n] for n in range(len(path), 0, -1)]


def _path(loc: tuple[str | int, ...]) -> KeyPath:
    """The location without pydantic's tags of unions, which are no keys of the config."""
    return tuple(
        p for i, p in enumerate(loc) if not (p in UNION_TAGS and i > 0 and loc[i - 1] == "values")
    )


def _sentence(error: dict[str, Any], path: KeyPath) -> str:
    """The sentence that names the key, the rule and the value."""
    name = next((p for p in reversed(path) if isinstance(p, str)), "config")
    kind, value = error["type"], _shown(error["input"])
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), path[:-1])
    if kind == "missing" and isinstance(path[-1], str):
        return f"`{name}` is missing; it must be {_rule(path)}"
    if kind == "value_error":
        message = str(error["ctx"]["error"])
        return f"`{name}` {message}; got {value}" if path else message
    hint = _nearest(error) if kind == "literal_error" else ""
    return f"`{name}` must be {_rule(path)}{hint}; got {value}"


def _nearest(error: dict[str, Any]) -> str:
    """A hint naming the allowed word nearest to the one given."""
    words = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    close = difflib.get_close_matches(str(error["input"]), words, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _shown(value: Any) -> str:
    text = {None: "nothing", True: "true", False: "false"}.get(value) if _is_word(value) else None
    text = text or repr(value)
    return text if len(text) <= MAX_VALUE_TEXT else text[: MAX_VALUE_TEXT - 1] + "…"


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _unknown_key(key: str, parent: KeyPath) -> str:
    field = _field(parent)
    model = Config if not parent else inner_model(field.annotation) if field else None
    known = list(model.model_fields) if model else []
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known keys: {', '.join(known)}"
    return f"unknown key `{key}`; {hint}"


def _field(path: KeyPath) -> FieldInfo | None:
    """The field at a path; for an element of a list, the field of that list."""
    model: type[BaseModel] | None = Config
    field = None
    for key in path:
        if isinstance(key, int):
            continue
        if model is None or key not in model.model_fields:
            return None
        field = model.model_fields[key]
        model = inner_model(field.annotation)
    return field


def _rule(path: KeyPath) -> str:
    field = _field(path)
    return field.description if field and field.description else "valid"
