"""The reference of the Python API: a directive of autodoc for each public name."""

import inspect
from collections.abc import Iterator

import rsrg


def api() -> str:
    """Classes and functions of `rsrg.__all__`, and the public members of the classes."""
    names = sorted(rsrg.__all__, key=str.casefold)
    return "\n".join(line for name in names for line in _entry(name, getattr(rsrg, name)))


def _entry(name: str, thing: object) -> Iterator[str]:
    kind = "class" if inspect.isclass(thing) else "function"
    if kind == "class" and issubclass(thing, Exception):
        kind = "exception"
    yield from (f"## {name}", "", "```{eval-rst}", f".. auto{kind}:: rsrg.{name}")
    if kind == "class":
        yield f"   :members: {', '.join(_members(thing))}"
    yield from ("```", "")


def _members(kind: type) -> Iterator[str]:
    """Methods and properties that a class of rsrg, or one of its bases in rsrg, documents."""
    own = [c for c in kind.__mro__ if c.__module__.startswith("rsrg.")]
    for name in dict.fromkeys(n for c in reversed(own) for n in vars(c)):
        value = inspect.getattr_static(kind, name)
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(function) and not name.startswith("_"):
            yield name
