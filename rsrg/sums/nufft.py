"""The one door to finufft, an optional library: imported when an Ewald sum is asked for."""

import importlib
from types import ModuleType

from rsrg.physics.errors import PhysicsError


def finufft() -> ModuleType:
    """The library, or a PhysicsError that says how to get it."""
    try:
        return importlib.import_module("finufft")
    except ImportError:
        raise PhysicsError(
            'engine `ewald` must have finufft; it is not installed: pip install "rsrg[nufft]"'
        ) from None
