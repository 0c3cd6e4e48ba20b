"""Quantities with units, as text: lengths, velocities, densities, times. SI enters only here."""

import math
import re
from functools import cache
from typing import Any

MAX_CHARACTERS = 40
_QUANTITY = re.compile(
    r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]{1,3})?)\s*([A-Za-zÅµμ][A-Za-z0-9Åµμ/^*· ]*)"
)

EXAMPLES = {
    "meter": ("a length", "50 angstrom"),
    "meter/second": ("a velocity", "5.9 km/s"),
    "kilogram/meter**3": ("a density", "2.2 g/cm3"),
    "second": ("a time", "30 s"),
}


@cache
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry()
    registry.define("cm3 = centimeter ** 3")
    registry.define("m3 = meter ** 3")
    return registry


def si_value(text: Any, unit: str) -> float:
    """The positive number of SI units that a text such as `50 angstrom` means.

    unit: a key of EXAMPLES. Raises ValueError with the rule and the value, for anything else.
    """
    kind, example = EXAMPLES[unit]
    rule = f"must be {kind} with its unit, such as '{example}'"
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or len(text) > MAX_CHARACTERS or "**" in text:
        raise ValueError(rule)
    try:
        value = float(_registry().Quantity(float(match[1]), match[2].strip()).m_as(unit))
    except Exception as error:  # pint raises many kinds; all mean the unit is not one we can use
        raise ValueError(rule) from error
    if not (value > 0.0 and math.isfinite(value)):
        raise ValueError(f"{rule}, greater than zero")
    return value
