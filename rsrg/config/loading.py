"""From YAML to a Config, or to a list of all problems, each with its place, rule and value."""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from rsrg.config.exact import ExactConfig
from rsrg.config.on_resume import inner_model
from rsrg.config.run_config import RunConfig
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.config.yaml_source import (
    KeyPath,
    YamlSource,
    given_overrides,
    override,
    parse_source,
    source_of,
)
from rsrg.errors import ConfigError
from rsrg.formatting import shell_path

POSITIONS = ("blocks.positions", "positions")  # of a flow, and of a trajectory
UNION_TAGS = ("grid", "list")
C = TypeVar("C", bound=RunConfig)
MAX_VALUE_TEXT = 60  # longest text of a wrong value, in characters


def load_config(
    path: str | os.PathLike[str] | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> Config | TrajectoryConfig:
    """Read a config, which says what a run computes, from a YAML file, and check it.

    path: of the YAML file; or a mapping of the same keys and values in its place.
    overrides: new values by dotted key, such as {"sampling.seed": 7}.

    `blocks.positions` may be an array of the positions of blocks, (n, 3), or `{file: array, box:
    edges}`; `positions`, of a trajectory, one of shape (frames, n, 3), too. It is written to a file
    named by its content, positions-HASH.npy, in this folder.

    In both, a number or list may come from numpy, and a quantity with its unit from pint or
    astropy. It means the same as its text in YAML: 50 Å is `50 angstrom`.

    Returns the Config, which cannot be changed; of a config with `positions` at its top level, a
    TrajectoryConfig. Raises ConfigError that lists every problem, each with file, line, key, rule
    and value.

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

        A mapping, with strains from numpy and a length from pint:

        >>> import numpy, pint
        >>> config = rsrg.load_config(
        ...     {
        ...         "schema_version": 1,
        ...         "materials": [{"alpha": 0.7}],
        ...         "lengths": {"start": 50 * pint.UnitRegistry().angstrom, "sample": "1 mm"},
        ...         "blocks": {"n0": 3},
        ...         "strain": {"values": numpy.linspace(0.0, 2.0, 5)},
        ...         "readings": ["fixed/ellipsoid"],
        ...     }
        ... )
        >>> config.lengths.start, config.strain.values
        ('50 angstrom', (0.0, 0.5, 1.0, 1.5, 2.0))
    """
    given = _with_saved_arrays(path) if isinstance(path, Mapping) else path
    changes = {key: _saved(key, value) for key, value in given_overrides(overrides).items()}
    return runnable_config(override(source_of(given), changes))


def _with_saved_arrays(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping with an array of positions replaced by the path of a file that holds it."""
    if "positions" in data:
        return {**data, "positions": _saved("positions", data["positions"])}
    blocks = data.get("blocks")
    if not isinstance(blocks, Mapping) or "positions" not in blocks:
        return data
    positions = _saved("blocks.positions", blocks["positions"])
    return {**data, "blocks": {**blocks, "positions": positions}}


def _saved(key: str, value: Any) -> Any:
    """The value of a key, with an array of positions replaced by the path of its file."""
    if key in POSITIONS and isinstance(value, Mapping) and "file" in value:
        return {**value, "file": _saved(f"{key}.file", value["file"])}
    if key.removesuffix(".file") not in POSITIONS or isinstance(value, str | Mapping):
        return value
    if not key.startswith("blocks.") and not hasattr(value, "__array__"):
        return value  # a list of frames
    from rsrg.config.positions import saved_array  # few configs have one

    return saved_array(value, several=not key.startswith("blocks."))


def config_from_text(text: str, name: str = "config") -> Config:
    """The config in a YAML text. Raises as `load_config`."""
    return config_from_source(parse_source(text, name))


def runnable_config(source: YamlSource) -> Config | TrajectoryConfig:
    """The config in YAML data that were read, of a kind that `rsrg run` carries out."""
    kind = kind_of_config(source)
    return (
        trajectory_from_source(source) if kind is TrajectoryConfig else config_from_source(source)
    )


def kind_of_config(source: YamlSource) -> type[RunConfig]:
    """What a config is of: a flow, exact super blocks, or a trajectory, which has `positions`."""
    if source.data.get("kind") == "exact":
        return ExactConfig
    if source.data.get("kind") == "trajectory" or "positions" in source.data:
        return TrajectoryConfig
    return Config


def config_from_source(source: YamlSource) -> Config:
    """The config of a flow in YAML data that were read. Raises as `load_config`."""
    if kind_of_config(source) is ExactConfig:
        place = source.place(("kind",))
        raise ConfigError([f"`kind: exact` is a config for the command `rsrg exact` ({place})"])
    if kind_of_config(source) is TrajectoryConfig:
        raise ConfigError([
            "a config with `positions` at its top level is a trajectory, which `rsrg run` carries "
            f"out; a flow is needed here ({source.place(('positions',))})"
        ])  # fmt: skip
    if "base" in source.data:
        there = shell_path(source.name)
        raise ConfigError(
            [f"{source.name} is a study of many runs, not a config: rsrg sweep {there} carries it "
             "out, with -n it says what it would do"]
        )  # fmt: skip
    config = _validated(source, Config)
    return _pinned(config, Path(source.name).parent).with_text(source.text)


def exact_config_from_source(source: YamlSource) -> ExactConfig:
    """The config of an ensemble of exact super blocks. Raises as `load_config`."""
    if kind_of_config(source) is not ExactConfig:
        raise ConfigError([f"a config for `rsrg exact` must have `kind: exact` ({source.name})"])
    return _validated(source, ExactConfig).with_text(source.text)


def trajectory_from_source(source: YamlSource) -> TrajectoryConfig:
    """The config of a trajectory, with all its frames. Raises as `load_config`."""
    flows = Config.model_fields.keys() - TrajectoryConfig.model_fields.keys()
    if mixed := sorted(flows & source.data.keys()):
        place = source.place((mixed[0],))
        raise ConfigError([
            f"`positions` at the top level is for a trajectory, `{mixed[0]}` for a flow: a config "
            f"is one of them; positions of the blocks of a flow are `blocks.positions` ({place})"
        ])  # fmt: skip
    config = _validated(source, TrajectoryConfig)
    return _with_frames(config, Path(source.name).parent).with_text(source.text)


def _with_frames(config: TrajectoryConfig, folder: Path) -> TrajectoryConfig:
    """The config with its single frames in place of files, patterns and slices."""
    from rsrg.config.frames import single_frames  # what reads files starts slowly

    boxed = (f.model_copy(update={"box": f.box or config.box}) for f in config.positions)
    return config.model_copy(update={"positions": single_frames(tuple(boxed), folder)})


def config_of_kind(source: YamlSource, kind: type[C]) -> C:
    """The config of a known kind in YAML data that were read. Raises as `load_config`."""
    readers: dict[type[RunConfig], Callable[[YamlSource], RunConfig]] = {
        ExactConfig: exact_config_from_source,
        TrajectoryConfig: trajectory_from_source,
        Config: config_from_source,
    }
    return cast(C, readers[kind](source))


def load_exact_config(
    path: str | os.PathLike[str] | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> ExactConfig:
    """Read the config of an ensemble of exact super blocks; otherwise as `load_config`."""
    return exact_config_from_source(override(source_of(path), given_overrides(overrides)))


def _validated(source: YamlSource, kind: type[C]) -> C:
    if unstorable := [
        f"a text must be Unicode without NUL; got {_shown(text)} ({source.place(path)})"
        for path, text in _texts(source.data)
        if not _storable(text)
    ]:
        raise ConfigError(unstorable)
    try:
        return kind.model_validate(source.data)
    except ValidationError as error:
        problems = [_problem(dict(e), source, kind) for e in error.errors(include_url=False)]
        ordered = sorted(problems, key=lambda p: p[0])
        raise ConfigError(list(dict.fromkeys(text for _, text in ordered))) from None


def _texts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """All texts in plain data, keys too, each with its path."""
    if isinstance(value, str):
        yield path, value
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield path, key
        yield from _texts(inner, (*path, key))
    for number, inner in enumerate(value if isinstance(value, list) else ()):
        yield from _texts(inner, (*path, number))


def _storable(text: str) -> bool:
    """Whether a run file can hold a text: HDF5 ends texts with NUL, and half a pair has no code."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _pinned(config: Config, folder: Path) -> Config:
    """The config with the full path and content hash of its positions file, if it has one."""
    if config.blocks.positions is None:
        return config
    from rsrg.config.positions import pinned  # few configs have one; what reads it starts slowly

    positions = pinned(config.blocks.positions, folder)
    blocks = config.blocks.model_copy(update={"positions": positions})
    return config.model_copy(update={"blocks": blocks})


def _problem(error: dict[str, Any], source: YamlSource, config: type[BaseModel]) -> tuple[int, str]:
    """Line number and text of one problem."""
    path = _path(error["loc"]) or _named_path(error)
    place = source.place(path)
    line = next((source.lines[p] for p in _upwards(path) if p in source.lines), 0)
    return line, f"{_sentence(error, _path(error['loc']), config)} ({place})"


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


def _sentence(error: dict[str, Any], path: KeyPath, config: type[BaseModel]) -> str:
    """The sentence that names the key, the rule and the value."""
    name = next((p for p in reversed(path) if isinstance(p, str)), "config")
    kind, value = error["type"], _shown(error["input"])
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), path[:-1], config)
    if kind == "missing" and isinstance(path[-1], str):
        return f"`{name}` is missing; it must be {_rule(path, config)}"
    if kind == "value_error":
        message = str(error["ctx"]["error"])
        return f"`{name}` {message}; got {value}" if path else message
    hint = _nearest(error) if kind == "literal_error" else ""
    return f"`{name}` must be {_rule(path, config)}{hint}; got {value}"


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


def _unknown_key(key: str, parent: KeyPath, config: type[BaseModel]) -> str:
    field = _field(parent, config)
    model = config if not parent else inner_model(field.annotation) if field else None
    known = list(model.model_fields) if model else []
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known keys: {', '.join(known)}"
    return f"unknown key `{key}`; {hint}"


def _field(path: KeyPath, config: type[BaseModel]) -> FieldInfo | None:
    """The field at a path; for an element of a list, the field of that list."""
    model: type[BaseModel] | None = config
    field = None
    for key in path:
        if isinstance(key, int):
            continue
        if model is None or key not in model.model_fields:
            return None
        field = model.model_fields[key]
        model = inner_model(field.annotation)
    return field


def _rule(path: KeyPath, config: type[BaseModel]) -> str:
    field = _field(path, config)
    return field.description if field and field.description else "valid"
