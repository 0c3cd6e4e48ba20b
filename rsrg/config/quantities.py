"""Quantities with units, as text: lengths, velocities, densities, times. SI enters only here."""

import hashlib
import math
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from rsrg.dependencies import unmet_requirements
from rsrg.errors import ConfigError, RsrgError

CACHE = Path(__file__).parent / "__pycache__"  # of units, beside Python's own
MAX_CHARACTERS = 40
_NUMBER = r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]{1,3})?"
_NAME = r"[A-Za-zÅμ]+(?:\^?-?[0-9])?"  # one digit, because a tower of powers might never end
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*({_NAME}(?:\s*[/*·]\s*{_NAME}){{0,3}})\s*")


EXAMPLES = {
    "meter": ("a length", "50 angstrom"),
    "meter/second": ("a velocity", "5.9 km/s"),
    "kilogram/meter**3": ("a density", "2.2 g/cm3"),
    "second": ("a time", "30 s"),
}
SI_SYMBOLS = dict(zip(EXAMPLES, ("m", "m/s", "kg/m3", "s"), strict=True))


@cache
def _registry() -> Any:
    """The units that pint knows, from its own cache of them where there is one."""
    import pint  # starts slowly, and some commands read no unit

    try:
        registry = pint.UnitRegistry(cache_folder=_cache_folder(pint.__file__))
    except Exception:  # a folder that cannot be written, or a file in it that is not whole
        registry = pint.UnitRegistry()
    registry.define("cm3 = centimeter ** 3")
    registry.define("m3 = meter ** 3")
    return registry


def _cache_folder(pint_file: str) -> Path:
    """One for each installation of pint: the cache refers to the files it was made from."""
    return CACHE / f"pint-{hashlib.sha256(pint_file.encode()).hexdigest()[:16]}"


def si_option(name: str, text: str | None, unit: str) -> float | None:
    """`si_value` of a command's option; None where it was not given.

    Raises ConfigError naming the option.
    """
    try:
        return None if text is None else si_value(text, unit)
    except ValueError as error:
        raise ConfigError([f"`--{name}` {error}; got {text!r}"]) from None


def si_value(text: Any, unit: str) -> float:
    """The positive number of SI units that a text such as `50 angstrom` means.

    unit: a key of EXAMPLES. Raises ValueError with the rule and the value, for anything else.
    """
    kind, example = EXAMPLES[unit]
    rule = f"must be {kind} with its unit, such as '{example}'"
    if isinstance(text, str) and len(text) > MAX_CHARACTERS:
        raise ValueError(f"{rule}, of at most {MAX_CHARACTERS} characters")
    known = isinstance(text, str)
    match = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text)) if known else None
    if match is None:
        raise ValueError(rule)
    value = _converted(match[1], match[2].replace("·", "*"), unit)
    if value is None:
        raise ValueError(rule)
    if not (value > 0.0 and math.isfinite(value)):
        raise ValueError(f"{rule}, greater than zero")
    return value


def _converted(number: str, symbols: str, unit: str) -> float | None:
    """A number of one unit in another; None where either means nothing, or not that."""
    registry = _usable_registry()
    try:
        return float(registry.Quantity(float(number), symbols).m_as(unit))
    except (ValueError, TypeError, AttributeError, ArithmeticError, AssertionError) as error:
        _blame_pint(error)
        return None


def _usable_registry() -> Any:
    """The registry. Raises RsrgError or ImportError, which are no problem of a config."""
    try:
        return _registry()
    except (ValueError, TypeError, AttributeError) as error:  # what old versions have raised
        _blame_pint(error)
        raise ImportError(f"pint cannot be used: {error}") from error


def _blame_pint(error: Exception) -> None:
    """Raise RsrgError where a package that is too old may be the reason of an error."""
    if unmet := unmet_requirements():
        raise RsrgError("\n".join(unmet)) from error
