"""What a config says beyond the defaults."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Setting:
    """A setting by dotted key. default: None where the key must be given."""

    key: str
    value: Any
    default: Any


def settings_given(model: BaseModel, prefix: str = "") -> list[Setting]:
    """The settings of a config that have no default, or differ from it, in their order."""
    settings: list[Setting] = []
    for name, info in type(model).model_fields.items():
        value, key = getattr(model, name), f"{prefix}{name}"
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        if value == default or value is None:
            continue
        if isinstance(value, BaseModel) and type(default) in (type(None), type(value)):
            settings += settings_given(value, f"{key}.")
        else:
            settings.append(Setting(key, _plain(value), _plain(default)))
    return settings


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
