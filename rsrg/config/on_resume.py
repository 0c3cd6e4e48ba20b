"""What a resume may do with a field of the config, stated in the definition of the field.

    samples: Annotated[int, CAN_ONLY_GROW] = Field(512, ...)

A field without a rule follows its parent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Rule = Literal[
    "ignored",
    "may change",
    "can only grow",
    "can only fall",
    "can only gain",
    "can only be continued",
    "fixed",
]


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class OnResume:
    """What a resume may do with a field.

    rule: "ignored" (any change, because no number depends on the field), "may change" (any change,
    because it only bounds the work), "can only grow", "can only fall" (and not be left out), "can
    only gain" (a list that loses nothing), "can only be continued" (a list that gains values at its
    end alone), or "fixed".
    measure: a function of the field's value, which gives what the rule compares: a number, or a
    list. tolerance: by how much a number may shrink through rounding. symbol, show: how an error
    names that number, or an element of the list.
    """

    rule: Rule
    measure: Callable[[Any], Any] = _itself
    tolerance: float = 0.0
    symbol: str = ""
    show: Callable[[Any], str] = str


IGNORED = OnResume("ignored")
MAY_CHANGE = OnResume("may change")
CAN_ONLY_GROW = OnResume("can only grow")
CAN_ONLY_FALL = OnResume("can only fall")
CAN_ONLY_GAIN = OnResume("can only gain")
FIXED = OnResume("fixed")

Rules = Mapping[str, OnResume]


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as `tuple[MaterialSpec, ...] | None`, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (inner_model(a) for a in get_args(annotation))
    return next((m for m in inner if m is not None), None)


def all_fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field of a model by its dotted key, each followed by the fields inside it."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        yield key, field
        inner = inner_model(field.annotation)
        if inner is not None:
            yield from all_fields(inner, f"{key}.")


def stated_rules(model: type[BaseModel]) -> dict[str, OnResume]:
    """The rules stated in the definitions of a model's fields, by dotted key."""
    return {
        key: note
        for key, field in all_fields(model)
        for note in field.metadata
        if isinstance(note, OnResume)
    }


def rule_of(key: str, rules: Rules) -> OnResume | None:
    """The rule of a field: its own, or that of the nearest parent; None where none has a rule."""
    while key not in rules and "." in key:
        key = key.rpartition(".")[0]
    return rules.get(key)


def without_ignored(data: Mapping[str, Any], rules: Rules, prefix: str = "") -> dict[str, Any]:
    """Nested settings without the ignored fields: those that a run's numbers depend on."""
    kept = {}
    for name, value in data.items():
        key = f"{prefix}{name}"
        if key in rules and rules[key].rule == "ignored":
            continue
        kept[name] = _kept(value, rules, f"{key}.")
    return kept


def _kept(value: Any, rules: Rules, prefix: str) -> Any:
    """A value without the ignored fields inside it, also where it is a list of mappings."""
    if isinstance(value, Mapping):
        return without_ignored(value, rules, prefix)
    if isinstance(value, list):
        return [_kept(inner, rules, prefix) for inner in value]
    return value
