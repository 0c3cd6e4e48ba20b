"""What may change when a run is resumed: nothing that alters results; totals may grow.

Each field of the config states its rule in its own definition (see `on_resume`). This file compares
two configs by these rules, and holds the two rules that concern several fields.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import reduce
from itertools import takewhile
from typing import Any

from rsrg.config.loading import C, config_of_kind
from rsrg.config.on_resume import FIXED, OnResume, rule_of
from rsrg.config.run_config import RunConfig, config_rules
from rsrg.config.schema import RULES, Config
from rsrg.config.yaml_source import YamlSource, override
from rsrg.errors import ConfigError


def extended_config(config: C, overrides: dict[str, Any]) -> C:
    """The config with overrides applied, if a resume may continue with it.

    Raises ConfigError, with the old and new value of every key that may not change.
    """
    source = YamlSource("the run's config", config.text(), json.loads(config.resolved()), {})
    changed = config_of_kind(override(source, overrides), type(config))
    refused = [*_changed_fixed_fields(config, changed), *_broken_rules(config, changed)]
    if isinstance(config, Config) and isinstance(changed, Config):
        refused += [*_changed_draws(config, changed), *_changed_pool(config, changed)]
    if refused:
        raise ConfigError(refused)
    return changed


def flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by dotted keys."""
    result: dict[str, Any] = {}
    for name, value in settings.items():
        nested = isinstance(value, Mapping)
        result |= flat(value, f"{prefix}{name}.") if nested else {f"{prefix}{name}": value}
    return result


def settings_differences(old: RunConfig, new: RunConfig) -> Iterator[tuple[str, Any, Any]]:
    """Dotted key, old and new value of every setting that differs; None where there is none."""
    before, after = (flat(json.loads(c.resolved())) for c in (old, new))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _changed_fixed_fields(old: RunConfig, new: RunConfig) -> Iterator[str]:
    for key, before, after in settings_differences(old, new):
        if (rule_of(key, config_rules(type(old))) or FIXED).rule == "fixed":
            there, asked = _shown(old, key, before), _shown(new, key, after)
            yield f"`{key}` cannot change on resume: {there} in the file, {asked} asked for"


def _shown(config: RunConfig, key: str, value: Any) -> str:
    """A value as it is written; where it is left out, its default, or `nothing`."""
    if value is None:
        with suppress(AttributeError):
            value = _value(config, key)
    return "nothing" if value is None else repr(value)


def _broken_rules(old: RunConfig, new: RunConfig) -> Iterator[str]:
    """A sentence for every field that changed against its rule."""
    for key, rule in config_rules(type(old)).items():
        if rule.rule.startswith("can only"):
            before, after = _value(old, key), _value(new, key)
            yield from _broken_rule(key, rule, rule.measure(before), rule.measure(after))


def _value(config: RunConfig, key: str) -> Any:
    return reduce(getattr, key.split("."), config)


def _broken_rule(key: str, rule: OnResume, before: Any, after: Any) -> Iterator[str]:
    """How a field breaks its rule, if it does. before, after: values by the rule's measure."""
    if rule.rule == "can only be continued":
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
        if (count := len(list(same))) < len(before):
            yield (
                f"`{key}` can only be continued at its end on resume: the {len(before)} in the "
                f"file must come first, unchanged; number {count} is another, or missing"
            )
    elif rule.rule == "can only gain":
        for lost in [value for value in before if value not in after][:1]:
            shown = rule.show(lost)
            yield (
                f"`{key}` can only gain values on resume: {shown} is in the file, and not asked for"
            )
    elif _shrank(before, after, rule) if rule.rule == "can only grow" else _rose(before, after):
        symbol = f"{rule.symbol} = " if rule.symbol else ""
        yield (
            f"`{key}` {rule.rule} on resume: {symbol}{rule.show(before)} in the file, "
            f"{rule.show(after)} asked for"
        )


def _shrank(before: Any, after: Any, rule: OnResume) -> bool:
    return bool(after < before - rule.tolerance)


def _rose(before: float | None, after: float | None) -> bool:
    """Whether a bound became larger or was left out."""
    return before is not None and (after is None or after > before)


def _changed_draws(old: Config, new: Config) -> list[str]:
    """The error for other readings or strains where draws depend on them."""
    same = old.readings == new.readings and old.strain == new.strain
    if same or old.blocks.blocks().perfect:
        return []
    return [
        "`readings` and `strain` cannot change on resume of blocks that are no perfect lattice: "
        "how far their windows reach depends on them, and with it the draws"
    ]


def _changed_pool(old: Config, new: Config) -> Iterator[str]:
    """The error for anything but more samples with a pool of blocks, which cannot be extended."""
    if not old.flow.quenched:
        return
    for key, before, after in settings_differences(old, new):
        ignored = (rule_of(key, RULES) or FIXED).rule == "ignored"
        if not ignored and not key.startswith("sampling."):
            yield (
                f"`{key}` cannot change on resume of a quenched run, whose pool is whole: "
                f"{before!r} in the file, {after!r} asked for"
            )
