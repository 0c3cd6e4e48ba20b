"""The base of all models of the config (frozen, strict, no unknown keys), and field types."""

from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rsrg.config.quantities import si_value

Finite = Annotated[float, Field(allow_inf_nan=False)]


def _whole(value: Any) -> Any:
    """A whole number as an integer, as 1e4 is one; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integer = Annotated[int, BeforeValidator(_whole)]


def quantity(unit: str) -> AfterValidator:
    """Check that a text has a unit that converts to the given one (see `quantities`)."""

    def check(text: str) -> str:
        si_value(text, unit)
        return text

    return AfterValidator(check)


def ascending(rule: str) -> AfterValidator:
    """Check that numbers ascend, each once; the rule is what the error quotes."""

    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        if any(b <= a for a, b in pairwise(values)):
            raise ValueError(rule)
        return values

    return AfterValidator(check)


class ConfigModel(BaseModel):
    """One mapping of the config: frozen, strict, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def as_tuple(value: Any) -> Any:
    """A list as a tuple, anything else as it is."""
    return tuple(value) if isinstance(value, list) else value
