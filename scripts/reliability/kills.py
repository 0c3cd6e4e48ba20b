"""Processes killed at random moments: nothing but unsaved work is lost."""

import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from small_runs import bits, child, ended, load_kernels, save_often, small_config

from rsrg.config.schema import Config
from rsrg.execution.engine import resume, run
from rsrg.results.run import open_single_run

SAVING = 0.5  # of the time, so that every other kill hits a save


def work_on(config: Config, path: Path, seconds: float = 0.0) -> None:
    """What a user does: run, or resume what is there. An alarm kills it after these seconds."""
    save_often(SAVING)
    signal.setitimer(signal.ITIMER_REAL, seconds)  # 0: never. Nothing handles SIGALRM
    if path.exists():
        resume(path)
    else:
        run(config, path)


def measure(times: int, seed: int = 1) -> dict[str, Any]:
    """Kill `times` processes; after each the file is whole, and no chunk once saved is gone."""
    config, moments = small_config("200 nm", 8, 320), random.Random(seed)
    found = dict.fromkeys(
        ("kills", "in a save", "before the first save", "runs finished", "bad"), 0
    )
    load_kernels(config)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        ended(child(work_on, config, folder / "whole.h5"))
        longest, whole = time.monotonic() - began, bits(folder / "whole.h5")
        path, before = folder / "run.h5", 0
        while found["kills"] < times:
            pid = child(work_on, config, path, moments.uniform(1e-6, longest))
            code = ended(pid)
            found["kills"] += code == -signal.SIGALRM
            found["bad"] += code not in (0, -signal.SIGALRM)
            found["in a save"] += bool(list(folder.glob(".run.h5.*")))
            before = judge(path, before, whole, found)
        found["bad"] += ended(child(work_on, config, path)) != 0
        judge(path, before, whole, found)
    return found


def judge(path: Path, before: int, whole: dict[str, bytes], found: dict[str, int]) -> int:
    """Count what is wrong, if anything; chunks that are saved now. A finished run is removed."""
    if not path.exists():
        found["before the first save"] += 1
        return before
    now = open_single_run(path)
    found["bad"] += now.progress[0] < before
    if now.status != "finished":
        return now.progress[0]
    found["runs finished"] += 1
    found["bad"] += bits(path) != whole
    for left in path.parent.glob("*run.*"):
        left.unlink()
    return 0
