"""What a control group, as of a container or a batch system, allows: processors and memory."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
SELF = Path("/proc/self/cgroup")
UNLIMITED = 2**60  # bytes; version 1 says "none" by a number as large


def cpu_quota() -> float | None:
    """Processors' worth of time that the group may use; None for no limit."""
    shares = []
    for text in _settings("", "cpu.max"):
        quota, period = text.split()
        shares += [int(quota) / int(period)] if quota != "max" else []
    quotas, periods = (list(_settings("cpu", f"cpu.cfs_{name}_us")) for name in ("quota", "period"))
    shares += [int(q) / int(p) for q, p in zip(quotas, periods, strict=False) if int(q) > 0]
    return min(shares, default=None)


def group_memory() -> int | None:
    """Bytes that the group may use; None for no limit."""
    texts = [*_settings("", "memory.max"), *_settings("memory", "memory.limit_in_bytes")]
    limits = [int(text) for text in texts if text != "max"]
    return min((n for n in limits if n < UNLIMITED), default=None)


def _settings(controller: str, name: str) -> Iterator[str]:
    """A setting of the group of this process and of all groups above it, where there is one.

    controller: "" for version 2 of control groups, else that of version 1.
    """
    folder = ROOT / controller / _group(controller)
    while folder.is_relative_to(ROOT):
        with suppress(OSError):  # not in this group, or in the other version
            yield (folder / name).read_text(encoding="utf-8").strip()
        folder = folder.parent


def _group(controller: str) -> str:
    """The group of this process, relative to the root of a controller."""
    try:
        lines = SELF.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    rows = (line.split(":", 2) for line in lines if line.count(":") >= 2)
    return next((path.lstrip("/") for _, c, path in rows if controller in c.split(",")), "")
