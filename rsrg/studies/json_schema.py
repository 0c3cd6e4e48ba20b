"""The JSON schemas by which editors complete and check configs and studies."""

from typing import Any

from rsrg.config.exact import ExactConfig
from rsrg.config.examples import Kind
from rsrg.config.on_resume import all_fields
from rsrg.config.run_config import RunConfig
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig

CONFIGS: dict[str, type[RunConfig]] = {
    "flow": Config,
    "exact": ExactConfig,
    "trajectory": TrajectoryConfig,
}
LENGTHS = ("minLength", "maxLength")


def json_schema(kind: Kind = "flow") -> dict[str, Any]:
    """The schema of a config of a flow, of exact super blocks or of a trajectory, or of a study."""
    if kind == "study":
        return _study_schema()
    return _config_schema(CONFIGS[kind])


def _config_schema(config: type[RunConfig]) -> dict[str, Any]:
    schema: dict[str, Any] = _for_editors(config.model_json_schema())
    return schema


def _for_editors(schema: Any) -> Any:
    """The schema with the meaning of each key, its title, before the rule for its value.

    And with the least and most items of lists, which pydantic states as lengths of texts.
    """
    if isinstance(schema, list):
        return [_for_editors(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _for_editors(part) for key, part in schema.items()}
    texts = result.get("title"), result.get("description")
    if all(isinstance(text, str) for text in texts) and "properties" not in result:
        result["description"] = "; ".join(map(str, texts))
    for array in [result, *result.get("anyOf", [])]:
        if array.get("type") == "array":
            array |= {
                f"{end}Items": result[f"{end}Length"]
                for end in ("min", "max")
                if f"{end}Length" in result
            }
    return {k: v for k, v in result.items() if k not in LENGTHS or not _lists(result)}


def _lists(schema: dict[str, Any]) -> bool:
    """Whether a list may stand here."""
    return any(s.get("type") == "array" for s in [schema, *schema.get("anyOf", [])])


def _study_schema() -> dict[str, Any]:
    """A study's: what its base lacks, its axes may give, so that the base need not be whole."""
    config = _without_required(_config_schema(Config))
    definitions = config.pop("$defs")
    keys = {key: f"{field.title}; {field.description}" for key, field in all_fields(Config)}
    axes = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            key: {"type": "array", "minItems": 1, "description": f"a list of values of: {rule}"}
            for key, rule in keys.items()
        },
        "additionalProperties": {"type": "array", "minItems": 1},
    }
    runs = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "properties": {k: {"description": r} for k, r in keys.items()}},
    }
    return {
        "title": "Study",
        "description": "A base config, and axes along which it is varied.",
        "type": "object",
        "properties": {
            "base": {
                "anyOf": [{"type": "string"}, config],
                "description": "the path of a config, from this file's folder; or a config",
            },
            "product": {"$ref": "#/$defs/Axes", "description": "axes: every combination"},
            "zip": {"$ref": "#/$defs/Axes", "description": "axes of one length, side by side"},
            "runs": runs | {"description": "a list of runs, each a mapping of keys to values"},
        },
        "required": ["base"],
        "oneOf": [{"required": [kind]} for kind in ("product", "zip", "runs")],
        "additionalProperties": False,
        "$defs": definitions | {"Axes": axes},
    }


def _without_required(schema: Any) -> Any:
    """The schema with every key optional."""
    if isinstance(schema, list):
        return [_without_required(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_required(part)
        for key, part in schema.items()
        if not (key == "required" and isinstance(part, list))
    }
