"""The only import of finufft, an optional library, which happens when a sum needs it."""

import importlib
import importlib.util
from types import ModuleType

from rsrg.physics.errors import PhysicsError


def finufft(for_what: str = "engine `ewald`") -> ModuleType:
    """The library, or a PhysicsError that says what needs it and how to get it."""
    try:
        return importlib.import_module("finufft")
    except ImportError:
        raise PhysicsError(
            f'{for_what} must have finufft; it is not installed: pip install "rsrg[nufft]"'
        ) from None


def is_installed() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("finufft") is not None
