"""numba, imported once the settings that it takes from the environment have been looked at."""

import os
import re
import warnings

from rsrg.errors import ConfigError

_FEATURES = re.compile(r"([+-][\w.-]+(,[+-][\w.-]+)*)?")
_UNREADABLE = re.compile(r"Environment variable '(?P<name>\w+)' is defined but .*", re.DOTALL)
_RULES = {
    "NUMBA_NUM_THREADS": "an integer of at least 1",
    "NUMBA_DISABLE_JIT": "0, since kernels only run compiled",
    "NUMBA_OPT": "0, 1, 2, 3 or max",
    "NUMBA_CPU_FEATURES": "+FEATURE or -FEATURE, separated by commas",
}


def _error(name: str) -> ConfigError:
    rule = _RULES.get(name, "a number that numba can read")
    return ConfigError([f"`{name}` must be {rule}; got {os.environ[name]!r} (environment)"])


def _require_features() -> None:
    """Raise ConfigError for a list of features that would end the process inside LLVM."""
    if not _FEATURES.fullmatch(os.environ.get("NUMBA_CPU_FEATURES", "")):
        raise _error("NUMBA_CPU_FEATURES")


def _require_threads() -> None:
    """Raise ConfigError for a number of threads with which numba cannot be imported."""
    if re.fullmatch(r"\s*(-\d+|[-+]?0+)\s*", os.environ.get("NUMBA_NUM_THREADS", "")):
        raise _error("NUMBA_NUM_THREADS")


def _require_compiling() -> None:
    """Raise ConfigError where no kernel would be compiled."""
    if re.fullmatch(r"\s*\+?0*[1-9]\d*\s*", os.environ.get("NUMBA_DISABLE_JIT", "")):
        raise _error("NUMBA_DISABLE_JIT")


def _require_readable(told: list[warnings.WarningMessage]) -> None:
    """Raise ConfigError for a setting that numba cannot read; pass on its other warnings."""
    for warning in told:
        unreadable = _UNREADABLE.match(str(warning.message))
        if unreadable and unreadable["name"] in os.environ:
            raise _error(unreadable["name"])
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


_require_features()
_require_threads()
_require_compiling()
with warnings.catch_warnings(record=True) as _told:
    warnings.simplefilter("always")
    import numba
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic
_require_readable(_told)

__all__ = ["cgutils", "intrinsic", "numba", "types"]
