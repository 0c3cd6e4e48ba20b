"""Versions: of rsrg, of Python, of what rsrg depends on, and of the optional packages."""

import platform
from collections.abc import Iterator

from rsrg.dependencies import installed, requirements, serves
from rsrg.execution.doctor.check import Check
from rsrg.storage.provenance import version_text

FOR_DEVELOPERS = ("test", "docs")  # extras


def software() -> Iterator[Check]:
    """The checks of all software."""
    yield Check("rsrg", version_text())
    yield Check("Python", f"{platform.python_version()} on {platform.system()}")
    yield _dependencies()
    yield from _extras()


def _dependencies() -> Check:
    needed = [(name, lowest) for name, lowest, extra in requirements() if not extra]
    bad = [
        f"{name} {installed(name) or 'missing'}" for name, low in needed if not serves(name, low)
    ]
    shown = ", ".join(f"{name} {installed(name)}" for name, _ in needed if installed(name))
    if not bad:
        return Check("packages", shown)
    lowest = dict(needed)
    wanted = " ".join(f"'{name.split()[0]}>={lowest[name.split()[0]]}'" for name in bad)
    return Check("packages", f"not as needed: {', '.join(bad)}", "wrong", f"pip install {wanted}")


def _extras() -> Iterator[Check]:
    rows = [row for row in requirements() if row[2] and row[2] not in FOR_DEVELOPERS]
    for name, lowest, extra in rows:
        if serves(name, lowest):
            yield Check(f"extra {extra}", f"{name} {installed(name)}")
        else:
            there = f"{name} {installed(name) or 'is not installed'}"
            yield Check(f"extra {extra}", there, "note", f"pip install 'rsrg[{extra}]'")
