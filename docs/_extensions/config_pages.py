"""The reference of configs, from the models that check them."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sphinx.errors import ExtensionError
from tables import table

from rsrg.config.exact import ExactConfig
from rsrg.config.on_resume import inner_model, rule_of, stated_rules
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.studies.study import AXES_RULE, KINDS, RUNS_RULE

HEADINGS = ("key", "what it is", "allowed", "default", "on resume")
RESUME = {
    "ignored": "may change",
    "may change": "may change",
    "can only grow": "may grow",
    "can only fall": "may fall",
    "can only gain": "may gain values",
    "can only be continued": "may be continued",
    "fixed": "stays",
}


def config_fields() -> str:
    """Every field of the config of a flow."""
    return "\n".join(_sections(Config, Config))


def exact_fields() -> str:
    """Every field of the config of exact super blocks."""
    return "\n".join(_sections(ExactConfig, ExactConfig))


def trajectory_fields() -> str:
    """Every field of the config of a trajectory."""
    return "\n".join(_sections(TrajectoryConfig, TrajectoryConfig))


def study_keys() -> str:
    """Every key of a study."""
    rules = dict.fromkeys(KINDS, AXES_RULE) | {"runs": RUNS_RULE}
    rows = [("`base`", "must be the path of a config, from the folder of the study, or a config")]
    return table(("key", "allowed"), [*rows, *((f"`{k}`", rules[k]) for k in KINDS)])


def _sections(root: type[BaseModel], model: type[BaseModel], key: str = "") -> Iterator[str]:
    """A heading and a table for a model, then for each model inside it."""
    yield f"## `{key}`\n" if key else "## Top level\n"
    if key:
        yield _first_paragraph(model) + "\n"
    yield table(HEADINGS, [_row(root, key, n, f) for n, f in model.model_fields.items()])
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        if inner is not None:
            yield from _sections(root, inner, f"{key}.{name}".lstrip("."))


def _row(root: type[BaseModel], key: str, name: str, field: FieldInfo) -> tuple[str, ...]:
    dotted = f"{key}.{name}".lstrip(".")
    if not field.title or not field.description:
        raise ExtensionError(f"the field {dotted} of the config has no title or no description")
    rule = rule_of(dotted, stated_rules(root))
    inside = inner_model(field.annotation) is not None
    return (
        f"`{name}`", field.title, field.description, _default(field),
        RESUME[rule.rule] if rule else "see below" if inside else RESUME["fixed"],
    )  # fmt: skip


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: must be given"
    value = field.get_default(call_default_factory=True)
    return "" if value is None else f"`{_text(value)}`"


def _text(value: Any) -> str:
    if isinstance(value, BaseModel):
        given = {n: v for n, v in value if v is not None and v != ""}
        return "{" + ", ".join(f"{n}: {_text(v)}" for n, v in given.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    return {"": '""', "True": "true", "False": "false"}.get(str(value), str(value))


def _first_paragraph(model: type[BaseModel]) -> str:
    text = (model.__doc__ or "").strip().split("\n\n")[0]
    return re.sub(r"\s+", " ", text)
