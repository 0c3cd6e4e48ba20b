"""What a notebook shows of a config: each setting by its dotted key."""

from collections.abc import Iterator, Mapping
from typing import Any

from rsrg.records import facts_html

MAX_TEXT = 160  # characters of a value


def config_html(settings: Mapping[str, Any]) -> str:
    """A table of nested settings, their defaults filled in; quantities with their units."""
    title = str(settings.get("title") or "config")
    facts = {key: _shortened(text) for key, text in _flat(settings) if key != "title"}
    return facts_html(facts, title)


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _text(value)


def _text(value: Any) -> str:
    """A value as a YAML file could hold it; a glass that is its name alone as that name."""
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key}: {_text(v)}" for key, v in value.items())
        return str(value["name"]) if value.keys() == {"name"} else f"{{{inside}}}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
