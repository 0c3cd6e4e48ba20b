"""Run files with one byte changed, or cut short: each is refused when it is opened."""

import hashlib
import os
import random
import resource
import signal
import tempfile
from pathlib import Path
from typing import Any

from small_runs import child, ended, small_config

from rsrg.errors import RunFileError
from rsrg.execution.engine import run
from rsrg.results.run import open_single_run
from rsrg.storage.encoding import BLOCK

SECONDS = 60  # of computing, for a hundred forged files, which take 1 s; one may take HDF5 10 s


def measure(every: int) -> dict[str, Any]:
    """Change every `every`-th byte, cut at every `every`-th length, of the smallest checkpoint."""
    found = {"bytes": 0, "flipped": 0, "cut": 0, "bad": 0}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run.h5"
        ended(child(run, small_config(), path))
        good, path = path.with_suffix(".h5.prev").read_bytes(), Path(name) / "bad.h5"
        found["bytes"] = len(good)
        for at in range(0, len(good), every):
            bad = bytearray(good)
            bad[at] ^= 1 << at % 8
            found["flipped"] += 1
            found["bad"] += not _refused(path, bytes(bad))
            found["cut"] += 1
            found["bad"] += not _refused(path, good[:at])
    return found


def _refused(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        open_single_run(path)
    except RunFileError:
        return True
    return False


def measure_forged(times: int, seed: int = 1) -> dict[str, Any]:
    """The same with a checksum that fits: refused, or read; no other error.

    What HDF5 itself does with a forged file is not in our hands: each hundred is opened in a
    process of its own, and how that process ended is counted. Its time is that of its computing,
    whatever else the machine does.
    """
    found = {"forged": 0, "bad": 0, "HDF5 crashed or hung": 0}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run.h5"
        ended(child(run, small_config(), path))
        good = path.with_suffix(".h5.prev").read_bytes()
        for start in range(0, times, 100):
            code = ended(child(_open_forged, path, good, start, min(100, times - start), seed))
            found["forged"] += min(100, times - start)
            found["bad"] += code == 1
            found["HDF5 crashed or hung"] += code < 0
    return found


def _open_forged(path: Path, good: bytes, start: int, count: int, seed: int) -> None:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    for n in range(start, start + count):
        choose, bad = random.Random(f"{seed}/{n}"), bytearray(good)
        for _ in range(choose.randint(1, 4)):
            bad[choose.randrange(BLOCK, len(bad))] = choose.randrange(256)
        digest = hashlib.sha256(bad[BLOCK:]).hexdigest().encode()
        bad[:BLOCK] = (b"rsrg-run sha256 " + digest + b"\n").ljust(BLOCK, b"\0")
        path.write_bytes(bad)
        try:
            opened = open_single_run(path)
            for dataset in opened.snapshot.datasets():
                opened.read(dataset)
        except RunFileError:
            pass
    os._exit(0)
