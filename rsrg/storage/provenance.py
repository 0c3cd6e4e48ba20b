"""The host and the software with which a run was computed."""

import os
import platform
import socket
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

SOFTWARE = ("rsrg", "numpy", "numba", "scipy", "h5py")


@cache
def versions() -> dict[str, str]:
    """Versions of rsrg and of the packages that its numbers depend on."""
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


def provenance_attributes() -> dict[str, str | bool]:
    """Host, commit of the source tree and versions, as root attributes of a run file."""
    commit, dirty = git_state()
    return {
        "host": host(),
        "git_commit": commit,
        "git_dirty": dirty,
        **{f"{name}_version": number for name, number in versions().items()},
    }
