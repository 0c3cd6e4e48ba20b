"""The host and the software with which a run was computed."""

import os
import platform
import re
import socket
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

SOFTWARE = ("rsrg", "numpy", "numba", "scipy", "h5py")
SHOWN = 9  # digits of a commit
_LOCAL = re.compile(r"\+g([0-9a-f]+)(\.d\d+)?")  # in a version: the commit, and whether changed


@cache
def versions() -> dict[str, str]:
    """Versions of rsrg and of the packages that its numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}


@cache
def git_state() -> tuple[str, bool]:
    """Commit of the source tree that rsrg runs from, and whether it was changed; "" if unknown.

    Of an installed rsrg, the commit that it was built from: its version names it, but for a
    release, of which the version itself says enough.
    """
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        built_from = _LOCAL.search(version("rsrg"))
        return (built_from[1], built_from[2] is not None) if built_from else ("", False)
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


def version_text() -> str:
    """The version of rsrg, with its commit where that is known."""
    return version("rsrg").partition("+")[0] + _commit_text(*git_state())


def versions_text(text: str) -> str:
    """Versions as a run file has them, written as `version_text` writes that of rsrg."""
    return _LOCAL.sub(lambda found: _commit_text(found[1], found[2] is not None), text)


def _commit_text(commit: str, changed: bool) -> str:
    return f" (commit {commit[:SHOWN]}{', changed' if changed else ''})" if commit else ""


def host() -> str:
    """The machine's name and this process's number."""
    return f"{socket.gethostname()}:{os.getpid()}"


@cache
def processor() -> str:
    """The name of the processor; the name of its kind where the system does not tell."""
    with suppress(OSError):
        for line in (
            Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        ):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def provenance_attributes() -> dict[str, str | bool]:
    """Host, processor, commit of the source tree and versions, as root attributes of a run file."""
    commit, dirty = git_state()
    return {
        "host": host(),
        "git_commit": commit,
        "git_dirty": dirty,
        "processor": processor(),
        **{f"{name}_version": number for name, number in versions().items()},
    }
