"""The Python that computes a number again, written from the function itself.

So a claim's call stays right wherever its function moves.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any


class Verbatim(str):
    """Python that stands in a call as it is, such as the name of a constant: without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def constant_text(module: ModuleType, name: str) -> Verbatim:
    """The full name of a constant of a module. Raises AttributeError where there is none."""
    getattr(module, name)
    return Verbatim(f"{module.__name__}.{name}")


def call_text(function: Callable[..., Any], *arguments: Any) -> str:
    """A call as Python: `rsrg.paper.claims.sums.first_strain('fixed/ellipsoid', 2)`."""
    text = ", ".join(repr(argument) for argument in arguments)
    return f"{function.__module__}.{function.__qualname__}({text})"
