"""A study file: a base config and axes along which it varies; each member is a run.

    base: quickstart.yaml              # beside the study file; or a config, written here
    product:                           # every combination; zip: side by side
      sampling.seed: [1, 2, 3]
      blocks.n0: [2, 3]

or, in place of the axes, the runs themselves: `runs: [{sampling.seed: 1}, {blocks.n0: 4}]`.
"""

import difflib
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from rsrg.config.loading import config_from_source
from rsrg.config.schema import Config
from rsrg.config.yaml_source import KeyPath, YamlSource, override, read_source, source_of
from rsrg.errors import ConfigError
from rsrg.formatting import shell_path

KINDS = ("product", "zip", "runs")
MAX_RUNS = 10_000
NAME_DIGITS = 12  # hex digits: among 10⁴ runs, two equal names have a probability of 2e-7
AXES_RULE = "must be a mapping of keys such as sampling.seed to lists of values"
RUNS_RULE = "must be a list of mappings of keys such as sampling.seed to values"


@dataclass(frozen=True)
class Member:
    """One run of a study: the values along the axes, and the config they make."""

    parameters: dict[str, Any]
    config: Config

    @property
    def file(self) -> str:
        """The run file's name: a hash of all that changes numbers, so unique to this run."""
        return f"{self.config.digest()[:NAME_DIGITS]}.h5"


@dataclass(frozen=True)
class Study:
    """A study file as read. kind: product, zip or runs."""

    name: str
    kind: str
    members: tuple[Member, ...]

    @property
    def folder(self) -> Path:
        """The folder of its runs, unless a command names another one."""
        return Path("runs") / Path(self.name).stem


@dataclass(frozen=True)
class _Choice:
    """The values of one member, and the place of each in the study file."""

    values: dict[str, Any]
    places: dict[str, str]


def load_study(path: str | os.PathLike[str] | Mapping[str, Any]) -> Study:
    """The study in a YAML file; or in a mapping, whose `base` may also be a Config.

    Raises ConfigError with every problem of the study file, or else of every member's config.
    """
    source = source_of(path)
    kind = _kind(source)
    base = _base(source)
    choices = list(_runs(source) if kind == "runs" else _axes(source, kind))
    return Study(source.name, kind, tuple(_members(base, choices)))


def is_study(source: YamlSource) -> bool:
    """Whether a YAML file is a study rather than a config."""
    return "base" in source.data


def _kind(source: YamlSource) -> str:
    known = ("base", *KINDS)
    if not {*known} & source.data.keys() and "materials" in source.data:
        there = shell_path(source.name)
        raise ConfigError(
            [f"{source.name} is a config of one run, not a study: rsrg run {there} carries it out"]
        )
    problems = []
    for key in source.data:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"known keys: {', '.join(known)}"
            problems.append(f"unknown key `{key}`; {hint} ({source.place((key,))})")
    if "base" not in source.data:
        problems.append(
            f"`base` is missing; it must be the path of a config, or a config ({source.name})"
        )
    kinds = [kind for kind in KINDS if kind in source.data]
    if len(kinds) != 1:
        given = " and ".join(f"`{k}`" for k in kinds) or "none"
        problems.append(
            f"a study must give one of `product`, `zip` or `runs`; got {given} ({source.name})"
        )
    if problems:
        raise ConfigError(problems)
    return kinds[0]


def _base(source: YamlSource) -> YamlSource:
    """The base config: a file, relative to the study file's folder, or the mapping under `base`."""
    base = source.data["base"]
    if isinstance(base, Config):
        return YamlSource(source.name, base.text(), json.loads(base.resolved()), {})
    if isinstance(base, str | os.PathLike):
        return read_source(Path(source.name).parent / base)
    if not isinstance(base, dict):
        raise ConfigError(
            [
                f"`base` must be the path of a config, or a config; got {base!r} "
                f"({source.place(('base',))})"
            ]
        )
    lines = {path[1:]: n for path, n in source.lines.items() if path[0] == "base" and path[1:]}
    return YamlSource(source.name, source.text, base, lines)


def _axes(source: YamlSource, kind: str) -> Iterator[_Choice]:
    """Every combination of the axes (product), or their values side by side (zip)."""
    axes = source.data[kind]
    lists = axes.values() if isinstance(axes, dict) else [axes]
    if not isinstance(axes, dict) or not axes or not all(isinstance(v, list) and v for v in lists):
        raise ConfigError([f"`{kind}` {AXES_RULE}; got {axes!r} ({source.place((kind,))})"])
    lengths = {key: len(values) for key, values in axes.items()}
    if kind == "zip" and len(set(lengths.values())) > 1:
        lengths_text = ", ".join(f"{key} has {n}" for key, n in lengths.items())
        place = source.place((kind,))
        raise ConfigError([f"`zip` must have lists of one length; {lengths_text} ({place})"])
    _check_count(source, kind, math.prod(lengths.values()) if kind == "product" else 1)
    columns = [[((kind, key, i), value) for i, value in enumerate(axes[key])] for key in axes]
    for row in product(*columns) if kind == "product" else zip(*columns, strict=True):
        yield _choice(source, {str(path[1]): (path, value) for path, value in row})


def _runs(source: YamlSource) -> Iterator[_Choice]:
    runs = source.data["runs"]
    if not isinstance(runs, list) or not runs or not all(isinstance(r, dict) for r in runs):
        raise ConfigError([f"`runs` {RUNS_RULE}; got {runs!r} ({source.place(('runs',))})"])
    _check_count(source, "runs", len(runs))
    for i, run in enumerate(runs):
        yield _choice(source, {key: (("runs", i, key), value) for key, value in run.items()})


def _check_count(source: YamlSource, kind: str, count: int) -> None:
    if count > MAX_RUNS:
        place = source.place((kind,))
        raise ConfigError([f"a study must have at most {MAX_RUNS} runs; got {count} ({place})"])


def _choice(source: YamlSource, values: Mapping[str, tuple[KeyPath, Any]]) -> _Choice:
    def place(path: KeyPath) -> str:
        line = source.lines.get(path)
        return f"{source.name}:{line}," if line else f"{source.name},"

    return _Choice(
        {key: value for key, (_, value) in values.items()},
        {key: place(path) for key, (path, _) in values.items()},
    )


def _members(base: YamlSource, choices: list[_Choice]) -> Iterator[Member]:
    """The members; the problems of all their configs at once, and no run twice."""
    problems: list[str] = []
    places: dict[str, str] = {}
    members = []
    for choice in choices:
        try:
            config = config_from_source(override(base, choice.values, choice.places))
        except ConfigError as error:
            problems += error.problems
            continue
        where = ", ".join(f"{choice.places[k]} {k} = {v}" for k, v in choice.values.items())
        if other := places.get(config.digest()):
            problems.append(f"runs must differ in what changes numbers; the same: {other}; {where}")
        places[config.digest()] = where or "the base"
        members.append(Member(choice.values, config))
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    yield from members
