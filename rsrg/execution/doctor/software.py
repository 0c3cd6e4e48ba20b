"""Versions: of rsrg, of Python, of what rsrg depends on, and of the optional packages."""

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from rsrg.execution.doctor.check import Check
from rsrg.storage.provenance import version_text

FOR_DEVELOPERS = ("test", "docs")  # extras
_REQUIREMENT = re.compile(r'([\w.-]+)>=([\d.]+)(?:; extra == "(\w+)")?')


def software() -> Iterator[Check]:
    """The checks of all software."""
    yield Check("rsrg", version_text())
    yield Check("Python", f"{platform.python_version()} on {platform.system()}")
    yield _dependencies()
    yield from _extras()


def _requirements() -> list[tuple[str, str, str]]:
    """Name, lowest version, and extra ("" for none) of all that rsrg's metadata ask for."""
    matches = (_REQUIREMENT.fullmatch(text) for text in requires("rsrg") or [])
    return [(m[1], m[2], m[3] or "") for m in matches if m is not None]


def _dependencies() -> Check:
    needed = [(name, lowest) for name, lowest, extra in _requirements() if not extra]
    bad = [f"{name} {_there(name) or 'missing'}" for name, low in needed if not _serves(name, low)]
    shown = ", ".join(f"{name} {_there(name)}" for name, _ in needed if _there(name))
    if not bad:
        return Check("packages", shown)
    lowest = dict(needed)
    wanted = " ".join(f"'{name.split()[0]}>={lowest[name.split()[0]]}'" for name in bad)
    return Check("packages", f"not as needed: {', '.join(bad)}", "wrong", f"pip install {wanted}")


def _extras() -> Iterator[Check]:
    rows = [row for row in _requirements() if row[2] and row[2] not in FOR_DEVELOPERS]
    for name, lowest, extra in rows:
        if _serves(name, lowest):
            yield Check(f"extra {extra}", f"{name} {_there(name)}")
        else:
            there = f"{name} {_there(name) or 'is not installed'}"
            yield Check(f"extra {extra}", there, "note", f"pip install 'rsrg[{extra}]'")


def _there(name: str) -> str:
    """The installed version of a package; "" for none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _serves(name: str, lowest: str) -> bool:
    """Whether a package is installed, in a version that is high enough."""
    there = _there(name)
    return bool(there) and _numbers(there) >= _numbers(lowest)


def _numbers(text: str) -> list[int]:
    """The numbers of a version, without what follows them: [2, 4] of 2.4rc1."""
    parts = (re.match(r"\d+", part) for part in text.split("."))
    return [int(part[0]) for part in parts if part is not None]
