"""The packages that rsrg needs, and whether they are there in versions that serve."""

import re
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.version import Version

_REQUIREMENT = re.compile(r'([\w.-]+)>=([\d.]+)(?:; extra == "(\w+)")?')


def requirements() -> list[tuple[str, str, str]]:
    """Name, lowest version, and extra ("" for none) of all that rsrg's metadata ask for."""
    matches = (_REQUIREMENT.fullmatch(text) for text in requires("rsrg") or [])
    return [(m[1], m[2], m[3] or "") for m in matches if m is not None]


def installed(name: str) -> str:
    """The installed version of a package; "" for none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def serves(name: str, lowest: str) -> bool:
    """Whether a package is installed, in a version that is high enough."""
    there = installed(name)
    return bool(there) and Version(there) >= Version(lowest)


def unmet_requirements() -> list[str]:
    """A sentence for each package that is needed, and missing or too old.

    It takes milliseconds: ask where something has failed that a package may be to blame for.
    """
    needed = [(name, lowest) for name, lowest, extra in requirements() if not extra]
    return [
        f"`{name}` must be installed in version {lowest} or later; got "
        f"{installed(name) or 'none'}: pip install '{name}>={lowest}'"
        for name, lowest in needed
        if not serves(name, lowest)
    ]
