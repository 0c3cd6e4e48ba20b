"""Values of Python where a config takes plain ones: arrays of numpy, quantities of pint or astropy.

A quantity becomes the text that a YAML file would hold, `50 angstrom`, `5.9 km/s`, `2.2 g/cm3`: the
shortest decimals of its number, a space, and the symbols of its unit (but `angstrom` for Å),
without spaces and with the bare power. Where that text means nothing here, as with a unit of one's
own registry, it is in SI units: `5e-09 m`. Neither package is imported: their objects are known by
what they offer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rsrg.config.quantities import SI_SYMBOLS, si_value
from rsrg.errors import ConfigError

MAX_DEPTH = 20  # levels; a config has five
SAME_FACTOR = 1e-12  # relative; two ways to convert a unit differ by a few roundings
NAMES = {"Å": "angstrom", "Angstrom": "angstrom"}  # as in the configs that come with rsrg


def plain_value(value: Any, depth: int = 0) -> Any:
    """The same as bool, int, float, text, list and dict, as far as it can be said so.

    What cannot, such as a masked number, stays as it is, for the schema to refuse. Raises
    ConfigError where it nests deeper than a YAML file may.
    """
    if depth > MAX_DEPTH:
        raise too_deep("a value of Python")
    if isinstance(value, Mapping):
        return {str(k): plain_value(v, depth + 1) for k, v in value.items()}
    if _is_quantity(value):
        return _plain_quantity(value, depth)
    if np.ma.isMaskedArray(value):  # its tolist would give None for what is masked
        return value if value.ndim == 0 else [plain_value(v, depth + 1) for v in value]
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        array = array.astype(np.float64) if array.dtype.kind == "f" else array
        plain = array.tolist()
        return plain_value(plain, depth + 1) if isinstance(plain, list) else plain
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain_value(v, depth + 1) for v in value]
    return value


def too_deep(name: str) -> ConfigError:
    """The error for data that nest too deep."""
    return ConfigError([f"a config must not nest deeper than {MAX_DEPTH} levels ({name})"])


def _is_quantity(value: Any) -> bool:
    """Whether this is a quantity of pint (magnitude, units) or of astropy (value, unit)."""
    return not isinstance(value, type) and (
        all(hasattr(value, name) for name in ("magnitude", "units", "m_as"))
        or all(hasattr(value, name) for name in ("value", "unit", "to_value"))
    )


def _plain_quantity(quantity: Any, depth: int) -> Any:
    pint = hasattr(quantity, "m_as")
    if _factor(quantity, "") is not None:  # the number itself, so that an integer stays one
        number = quantity.m_as("") if pint else quantity.to_value("")
        return plain_value(number, depth + 1)
    magnitude = quantity.magnitude if pint else quantity.value
    if np.ndim(magnitude) > 0:
        return [plain_value(q, depth + 1) for q in quantity]
    return _quantity_text(quantity, magnitude)


def _factor(quantity: Any, unit: str) -> float | None:
    """How many of a unit the unit of a quantity is; None where it is of another dimension."""
    try:
        if hasattr(quantity, "m_as"):
            return float((1 * quantity.units).m_as(unit))
        return float(quantity.unit.to(unit))
    except (TypeError, ValueError, AttributeError, ArithmeticError):  # what both packages raise
        return None


def _quantity_text(quantity: Any, magnitude: Any) -> str:
    """The canonical text of a quantity with a dimension, such as `50 angstrom`."""
    symbols = _symbols(quantity)
    for unit, si_symbols in SI_SYMBOLS.items():
        factor = _factor(quantity, unit)
        if factor is not None and not _means(symbols, unit, factor):
            return f"{_digits(magnitude, factor)} {si_symbols}"
    return f"{_digits(magnitude)} {symbols}"


def _symbols(quantity: Any) -> str:
    """The unit of a quantity, as a config writes it."""
    pint = hasattr(quantity, "m_as")
    text = f"{quantity.units:~C}" if pint else quantity.unit.to_string()
    text = text.replace("**", "").replace(" / ", "/")
    return re.sub(r"[^\W\d]+", lambda word: NAMES.get(word[0], word[0]), text)


def _means(symbols: str, unit: str, factor: float) -> bool:
    """Whether a unit's symbols are understood here, and mean so many of an SI unit."""
    try:
        return abs(si_value(f"1 {symbols}", unit) / factor - 1.0) < SAME_FACTOR
    except ValueError:
        return False


def _digits(magnitude: Any, factor: float = 1.0) -> str:
    """The shortest decimals of a real number, without `.0`; anything else as it shows itself."""
    if np.iscomplexobj(magnitude):
        return str(magnitude)
    value = float(magnitude) * factor
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
