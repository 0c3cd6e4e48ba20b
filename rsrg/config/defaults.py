"""What a config says beyond the defaults."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class GivenSetting:
    """A setting by dotted key. default: None where the key must be given."""

    key: str
    value: Any
    default: Any


def settings_given(model: BaseModel, prefix: str = "") -> list[GivenSetting]:
    """The settings of a config that have no default, or differ from it, in their order."""
    settings: list[GivenSetting] = []
    defaults = _defaults(model)
    for name in type(model).model_fields:
        value, key, default = getattr(model, name), f"{prefix}{name}", defaults.get(name)
        if value == default or value is None:
            continue
        if isinstance(value, BaseModel) and type(default) in (type(None), type(value)):
            settings += settings_given(value, f"{key}.")
        else:
            settings.append(GivenSetting(key, _plain(value), _plain(default)))
    return settings


def _defaults(model: BaseModel) -> dict[str, Any]:
    """What each field would be if only those without a default were given, as they are here."""
    fields = type(model).model_fields
    required = {name: getattr(model, name) for name, info in fields.items() if info.is_required()}
    optional = fields.keys() - required.keys()
    try:
        bare = type(model)(**required)
    except ValidationError:  # one of several optional fields must be given
        return {n: fields[n].get_default(call_default_factory=True) for n in optional}
    return {name: getattr(bare, name) for name in optional}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
