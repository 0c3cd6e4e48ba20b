"""`-o KEY VALUE` on the command line."""

from typing import Any

from rsrg.errors import ConfigError


def join_overrides(arguments: list[str]) -> list[str]:
    """`-o KEY VALUE` as `-o KEY=VALUE`, the one form that the parser takes.

    Raises ConfigError where the key or the value is missing.
    """
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument == "-o":
            joined.append(_pair(next(rest, ""), rest))
    return joined


def _pair(key: str, rest: Any) -> str:
    if "=" in key:
        return key
    value = next(rest, "")
    if not key or not value or value.startswith("--"):
        raise ConfigError([f"`-o` must be followed by a key and a value; got {key!r} {value!r}"])
    return f"{key}={value}"


def parse_overrides(pairs: list[str] | None) -> dict[str, Any]:
    """The values of KEY=VALUE texts by dotted key, each read as YAML and never evaluated."""
    from rsrg.config.yaml_source import read_value

    parts = [pair.partition("=") for pair in pairs or []]
    return {key: read_value(value) for key, _, value in parts}
