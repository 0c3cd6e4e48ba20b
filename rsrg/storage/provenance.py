"""Where, when and with which software a run was worked on."""

import os
import platform
import socket
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

SOFTWARE = ("rsrg", "numpy", "numba", "scipy", "h5py")


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def versions() -> dict[str, str]:
    """Versions of rsrg and what its numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}


@cache
def git_state() -> tuple[str, bool]:
    """Commit of the source tree that rsrg runs from, and whether it was changed; "" if unknown."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return "", False
    try:
        commit, changes = (
            subprocess.run(
                ["git", "-C", os.fspath(folder), *arguments],
                capture_output=True,
                text=True,
                timeout=10,
                check=True,
            ).stdout.strip()
            for arguments in (["rev-parse", "HEAD"], ["status", "--porcelain", "-uno"])
        )
    except (OSError, subprocess.SubprocessError):
        return "", False
    return commit, bool(changes)


def host() -> str:
    """The machine's name and this process's number."""
    return f"{socket.gethostname()}:{os.getpid()}"
