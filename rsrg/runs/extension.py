"""What may change when a run is resumed: nothing that alters numbers; targets may grow."""

import json
from collections.abc import Iterator
from typing import Any

from rsrg.runs.config import Config
from rsrg.runs.errors import ConfigError
from rsrg.runs.loading import config_from_source
from rsrg.runs.source import Source, override

NEUTRAL = ("checkpoint", "title")
GROWING = ("sampling.samples", "sampling.target_error", "sampling.max_samples")


def extended_config(config: Config, overrides: dict[str, Any]) -> Config:
    """The config with overrides, if a resumed run may take them.

    Raises ConfigError, with the old and new value of every key that may not change.
    """
    source = Source("the run's config", config.text(), json.loads(config.resolved()), {})
    changed = config_from_source(override(source, overrides))
    old, new = _flat(config), _flat(changed)
    refused = [
        f"`{key}` cannot change on resume: {old.get(key)!r} in the file, {new.get(key)!r} asked for"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and key.split(".")[0] not in NEUTRAL and key not in GROWING
    ]
    if changed.sampling.samples < config.sampling.samples:
        refused.append(
            f"`sampling.samples` can only grow on resume: {config.sampling.samples} in the file, "
            f"{changed.sampling.samples} asked for"
        )
    refused += _eased(config, changed)
    if refused:
        raise ConfigError(refused)
    return changed


def _eased(old: Config, new: Config) -> list[str]:
    """A target error that is given up or became larger."""
    before, after = old.sampling.target_error, new.sampling.target_error
    if before is None or (after is not None and after <= before):
        return []
    return [
        f"`sampling.target_error` can only fall on resume: {before!r} in the file, "
        f"{after!r} asked for"
    ]


def _flat(config: Config) -> dict[str, Any]:
    def walk(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{prefix}.{key}" if prefix else key)
        else:
            yield prefix, value

    return dict(walk(json.loads(config.resolved()), ""))
