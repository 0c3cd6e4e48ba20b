"""YAML text with the line of every key: reading, and overriding single values."""

import difflib
import io
import json
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.scalarbool import ScalarBoolean

from rsrg.config.examples import COMMANDS, FIRST, kind_of, nearest_example
from rsrg.config.python_values import MAX_DEPTH, plain_value, too_deep
from rsrg.errors import ConfigError
from rsrg.formatting import shell_path

KeyPath = tuple[str | int, ...]
MAPPING = "the mapping"  # as a place of errors, where a config is no file
MAX_BYTES = 100_000  # a config is about a page; anything larger is the wrong file
RUN_FILES = (".h5", ".hdf5")  # as in storage


@dataclass(frozen=True)
class YamlSource:
    """A config as written: name of its file, text, plain data, and the line of each value.

    overridden: for a value from elsewhere, its place: `-o`, or a line of a study file.
    """

    name: str
    text: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]
    overridden: Mapping[KeyPath, str] = field(default_factory=dict)

    def place(self, path: KeyPath) -> str:
        """`file:line, key.path` of a value, or of its nearest parent that is in the file."""
        dotted = ".".join(str(p) for p in path) or "the whole file"
        words = tuple(str(p) for p in path)
        for key, where in self.overridden.items():
            if words[: len(key)] == key:
                return f"{where} {dotted}"
        if path not in self.lines:  # the value may be there only because one inside it was given
            for key, where in self.overridden.items():
                if words and key[: len(words)] == words:
                    return f"{where} {'.'.join(map(str, key))}"
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known)
        return f"{self.name}:{line}, {dotted}" if line else f"{self.name}, {dotted}"


def read_source(path: str | os.PathLike[str]) -> YamlSource:
    """Read a YAML file. Raises ConfigError if it is missing, too large, or not a YAML mapping."""
    name = os.fspath(path)
    if "\0" in name:
        raise ConfigError([f"a path must not hold NUL; got {name!r}"])
    if Path(path).suffix in RUN_FILES:
        there = shell_path(name)
        text = f"{name} is named as a run file, not as a config"
        again = f"rsrg resume {there} goes on with it, rsrg report {there} shows it"
        raise ConfigError([f"{text}: {again}"])
    if Path(path).is_dir():
        raise ConfigError([f"a config must be a YAML file; got the folder {name}"])
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise ConfigError([f"a config must be smaller than 100 kB; got {size} bytes ({name})"])
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([f"no such config file: {name}{_near(Path(path))}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError([f"cannot read the config {name}: {reason}"]) from None
    return parse_source(text, name)


def mapping_source(data: Mapping[str, Any]) -> YamlSource:
    """A config or study as Python data, which may hold arrays and quantities."""
    plain = plain_value(data)
    return YamlSource(
        MAPPING, json.dumps(plain, indent=1, ensure_ascii=False, default=repr), plain, {}
    )


def source_of(config: str | os.PathLike[str] | Mapping[str, Any]) -> YamlSource:
    """The config or study in a YAML file, or in a mapping. Raises ConfigError for anything else."""
    if isinstance(config, Mapping):
        return mapping_source(config)
    if isinstance(config, str | os.PathLike):
        return read_source(config)
    raise ConfigError([f"a config must be the path of a YAML file, or a mapping; got {config!r}"])


def _near(path: Path) -> str:
    """A hint naming a config file or an example of a similar name, and how to have an example."""
    folder = path.parent
    names = [p.name for p in folder.glob("*.y*ml")] if folder.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    example = nearest_example(path.stem)
    if close:
        near = f"; did you mean {folder / close[0]}?"
    else:
        near = f"; did you mean the example {example}?" if example else "."
    name = example or FIRST
    option = COMMANDS[kind_of(name)]
    return (
        f"{near} `rsrg init {name}` writes that example here, "
        f"`rsrg {option} --example {name}` carries it out"
    )


def parse_source(text: str, name: str = "config") -> YamlSource:
    """Parse YAML text. Raises ConfigError, with the line, if it is not a mapping in plain YAML."""
    lines: dict[KeyPath, int] = {}
    loaded = _load(text, name)
    if not isinstance(loaded, CommentedMap):
        kind = "nothing" if loaded is None else type(_plain(loaded, (), lines, name)).__name__
        raise ConfigError([f"a config must be a mapping of keys to values; got {kind} ({name})"])
    return YamlSource(name, text, _plain(loaded, (), lines, name), lines)


def _load(text: str, name: str) -> Any:
    depth = 0  # of open brackets and blocks: refused here, before each costs time for all others
    try:
        for event in YAML(pure=True).parse(io.StringIO(text)):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH + 1:  # the outermost is level 0
                raise too_deep(name)
            if isinstance(event, AliasEvent) or getattr(event, "value", None) == "<<":
                line = event.start_mark.line + 1
                raise ConfigError(
                    [f"a config must not use YAML aliases (*name, <<) ({name}:{line})"]
                )
        return YAML(typ="rt", pure=True).load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        problem = str(error.problem or error.context).splitlines()[0]
        raise ConfigError([f"not valid YAML: {problem} ({name}{line})"]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError([f"not valid YAML: {reason} ({name})"]) from None


def _plain(node: Any, path: KeyPath, lines: dict[KeyPath, int], name: str) -> Any:
    """Plain dicts, lists and scalars of a loaded node; fills in the line of every path."""
    if len(path) > MAX_DEPTH:
        raise too_deep(name)
    if isinstance(node, TaggedScalar) or getattr(getattr(node, "tag", None), "value", None):
        dotted = ".".join(str(p) for p in path)
        raise ConfigError([f"a config must hold plain values, no YAML tags ({name}, {dotted})"])
    if isinstance(node, CommentedMap):
        for key in node:
            lines[(*path, str(key))] = node.lc.key(key)[0] + 1
        return {str(k): _plain(v, (*path, str(k)), lines, name) for k, v in node.items()}
    if isinstance(node, CommentedSeq):
        for i in range(len(node)):
            lines[(*path, i)] = node.lc.item(i)[0] + 1
        return [_plain(v, (*path, i), lines, name) for i, v in enumerate(node)]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    for kind in (ScalarBoolean, bool):
        if isinstance(node, kind):
            return bool(node)
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node if node is None else str(node)


def given_overrides(overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    """The new values that a caller gives, by dotted key. Raises ConfigError for anything else."""
    given = {} if overrides is None else overrides
    if not isinstance(given, Mapping):
        raise ConfigError([
            "`overrides` must be a mapping of dotted keys to values, such as "
            f"{{'sampling.seed': 7}}; got {given!r:.60}"
        ])  # fmt: skip
    for key in given:
        if not isinstance(key, str):
            rule = "`overrides` must name keys such as sampling.seed"
            raise ConfigError([f"{rule}; got {key!r:.60}"])
    return dict(given)


def override(
    source: YamlSource, overrides: Mapping[str, Any], places: Mapping[str, str] | None = None
) -> YamlSource:
    """The source with dotted keys set to new values: {"sampling.seed": 7} (see `python_values`).

    places: where each new value comes from; by default the command line, `-o`.
    Raises ConfigError where a key leads through something that is not a mapping.
    """
    data = deepcopy(source.data)
    lines = dict(source.lines)
    problems = []
    overridden: dict[KeyPath, str] = {}
    for dotted, value in overrides.items():
        path = tuple(dotted.split("."))
        where = places[dotted] if places else "-o"
        if not all(path) or not _set(data, path, plain_value(value)):
            named = f"{where} {dotted}"
            problems.append(f"`{named}` must name a key such as sampling.seed; got {dotted!r}")
        overridden[path] = where
        lines = {p: n for p, n in lines.items() if p[: len(path)] != path}
    if problems:
        raise ConfigError(problems)
    return YamlSource(source.name, source.text, data, lines, overridden)


def _set(data: dict[str, Any], path: tuple[str, ...], value: Any) -> bool:
    place: Any = data
    for i, key in enumerate(path):
        last = i == len(path) - 1
        if isinstance(place, list) and key.isdecimal() and int(key) < len(place):
            index: Any = int(key)
        elif isinstance(place, dict):
            index = key
            place.setdefault(key, {})
        else:
            return False
        if last:
            place[index] = value
        place = place[index]
    return True


def read_value(text: str) -> Any:
    """One value in YAML, as given to `-o KEY VALUE`; read, never evaluated."""
    return _plain(_load(text, "-o"), (), {}, "-o")
