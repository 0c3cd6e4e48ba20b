"""Mistakes in the options of a command, in the words of rsrg: the option, the rule, the value.

The parser has words of its own, which differ from version to version.
"""

import re
from typing import Any

RULES = (  # what the parsers say, and the rule that they mean
    (r"greater than or equal to (\S+)", "an integer of at least {}"),
    (r"not in the range x>=(\d+)", "an integer of at least {}"),
    (r"valid integer", "an integer"),
    (r"valid (?:number|float)", "a number"),
    (r"not one of (.+?)\.?$", "one of {}"),
)


def usage_text(error: Any) -> str:
    """What is wrong with the options, from an error of the parser."""
    text, option = str(error.message), _option(error)
    for pattern, rule in RULES if option else ():
        if found := re.search(pattern, text):
            words = [group.replace("'", "") for group in found.groups()]
            return f"`{option}` must be {rule.format(*words)}; got {_value(error)!r}"
    context = getattr(error, "ctx", None)
    help_of = f" (see {context.command_path} -h)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{help_of}"


def _option(error: Any) -> str:
    """The option or argument that the error is about, if it is about one."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    return next((o for o in parameter.opts if o.startswith("--")), str(parameter.name))


def _value(error: Any) -> str:
    """What was given, as the parser read it."""
    cause = error.__cause__
    if hasattr(cause, "errors"):
        return str(cause.errors()[0]["input"])
    found = re.match(r"'?(.*?)'? is not", str(error.message))
    return found[1] if found else ""
