"""What may change when a run is resumed: nothing that alters numbers; what is asked may grow."""

import json
from collections.abc import Iterator
from typing import Any

from rsrg.config.geometry import SAME_LENGTH
from rsrg.config.loading import config_from_source
from rsrg.config.materials import MaterialSpec
from rsrg.config.schema import Config
from rsrg.config.yaml_source import Source, override
from rsrg.errors import ConfigError

NEUTRAL = ("checkpoint", "title")
GROWING = (
    "sampling.samples",
    "sampling.target_error",
    "sampling.max_samples",
    "lengths.sample",
    "lengths.log_ratio",
    "strain.values",
    "readings",
    "materials",
)


def extended_config(config: Config, overrides: dict[str, Any]) -> Config:
    """The config with overrides, if a resumed run may take them.

    Raises ConfigError, with the old and new value of every key that may not change.
    """
    source = Source("the run's config", config.text(), json.loads(config.resolved()), {})
    changed = config_from_source(override(source, overrides))
    old, new = flat(config), flat(changed)
    refused = [
        f"`{key}` cannot change on resume: {old.get(key)!r} in the file, {new.get(key)!r} asked for"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and not _matches(key, NEUTRAL + GROWING)
    ]
    refused += _shrunk(config, changed)
    refused += _eased(config, changed) + _redrawn(config, changed) + _pooled(old, new)
    if refused:
        raise ConfigError(refused)
    return changed


def _matches(key: str, names: tuple[str, ...]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)


def _shrunk(old: Config, new: Config) -> list[str]:
    """Every target that became smaller, and every list that lost something."""
    problems = []
    if new.sampling.samples < old.sampling.samples:
        problems.append(
            f"`sampling.samples` can only grow on resume: {old.sampling.samples} in the file, "
            f"{new.sampling.samples} asked for"
        )
    before, after = old.lengths.log_size_ratio(), new.lengths.log_size_ratio()
    if after < before - SAME_LENGTH:
        problems.append(
            f"`lengths` can only grow on resume: ln(R/L₁) = {before:.6g} in the file, "
            f"{after:.6g} asked for"
        )
    for key, have, wanted in (
        ("strain.values", old.strain.strains().tolist(), new.strain.strains().tolist()),
        ("readings", old.readings, new.readings),
        ("materials", old.materials, new.materials),
    ):
        lost = [value for value in have if value not in wanted]
        if lost:
            problems.append(
                f"`{key}` can only gain on resume: {_shown(lost[0])} is in the file, "
                "and not asked for"
            )
    return problems


def _shown(value: Any) -> str:
    return value.material().name if isinstance(value, MaterialSpec) else str(value)


def _eased(old: Config, new: Config) -> list[str]:
    """A target error that is given up or became larger."""
    before, after = old.sampling.target_error, new.sampling.target_error
    if before is None or (after is not None and after <= before):
        return []
    return [
        f"`sampling.target_error` can only fall on resume: {before!r} in the file, "
        f"{after!r} asked for"
    ]


def _redrawn(old: Config, new: Config) -> list[str]:
    """More readings or strains where draws depend on them: all but perfect lattices."""
    same = old.readings == new.readings and old.strain == new.strain
    if same or old.blocks.blocks().perfect:
        return []
    return [
        "`readings` and `strain` cannot change on resume of blocks that are no perfect lattice: "
        "how far their windows reach depends on them, and with it the draws"
    ]


def _pooled(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Anything but more samples where blocks are followed as a pool, which is whole."""
    if old.get("flow.disorder") != "quenched":
        return []
    free = (*NEUTRAL, "sampling")
    return [
        f"`{key}` cannot change on resume of a quenched run, whose pool is whole: "
        f"{old.get(key)!r} in the file, {new.get(key)!r} asked for"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and not _matches(key, free)
    ]


def flat(config: Config) -> dict[str, Any]:
    """The resolved config by dotted keys."""

    def walk(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{prefix}.{key}" if prefix else key)
        else:
            yield prefix, value

    return dict(walk(json.loads(config.resolved()), ""))
