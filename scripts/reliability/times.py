"""What saving costs, how fast a run stops, and what readers see of a file that is being written."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from small_runs import child, ended, save_often, small_config

from rsrg.execution.engine import run
from rsrg.results.run import open_single_run

CODE = "from rsrg.cli.app import main; main()"


def measure_saving(samples: int) -> dict[str, Any]:
    """A run that is asked to save each millisecond: what share of its time saving takes."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run.h5"
        began = time.monotonic()
        ended(child(run, small_config("1 mm", 6, samples), path))
        seconds, log = time.monotonic() - began, path.with_suffix(".log").read_text()
        share = float(log.rpartition("saving took ")[2].split("%")[0])
        size = path.stat().st_size / 1e6
    return {"run (s)": round(seconds, 1), "file (MB)": round(size, 1), "share (%)": share,
            "bad": int(share > 2.0)}  # fmt: skip


def measure_stops(times: int, n0: int, seed: int = 1) -> dict[str, Any]:
    """From a signal, at a random moment of the command, to its end: seconds, exit code 75."""
    config, moments = small_config("1 mm", n0, 64_000), random.Random(seed)
    found: dict[str, Any] = {"stops": 0, "slowest (s)": 0.0, "bad": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "c.yaml").write_text(config.text())
        for n in range(times):
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)[n % 3]
            seconds, code = _stopped(folder, f"{n}.h5", number, moments.uniform(0.0, 3.0))
            found["stops"] += 1
            found["bad"] += code != 75 or seconds > 5.0
            found["slowest (s)"] = max(found["slowest (s)"], round(seconds, 2))
    return found


def _stopped(folder: Path, name: str, number: int, after: float) -> tuple[float, int]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "run", "c.yaml", "--output", name, "-q"],
        cwd=folder, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (folder / name).exists():
        time.sleep(0.01)
    time.sleep(after)
    began = time.monotonic()
    process.send_signal(number)
    code = process.wait()
    return time.monotonic() - began, code


def measure_reading(times: int) -> dict[str, Any]:
    """Open, again and again, a file that a run saves as often as it can: whole each time."""
    config = small_config("200 nm", 10, 160_000)  # it goes on for longer than the readings
    found: dict[str, Any] = {"opened": 0, "different": 0, "as xarray": 0, "bad": 0}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run.h5"
        saved, tell = os.pipe()
        pid = child(_often, config, path, tell)
        os.read(saved, 1)
        before = -1
        while found["opened"] < times:
            opened = open_single_run(path)
            done = opened.progress[0]
            found["opened"] += 1
            found["different"] += done != before
            found["bad"] += done < before or opened.status != "running"
            if found["opened"] % 10 == 0:
                tree = opened.to_xarray()
                found["as xarray"] += 1
                found["bad"] += int(tree["checkpoint/chunks_done"].sum()) != done
            opened.close()
            before = done
        os.kill(pid, signal.SIGKILL)
        ended(pid)
    return found


def _often(config: Any, path: Path, tell: int) -> None:
    """Save as often as possible; tell when there is something to read."""
    save_often(0.9)
    run(config, path, watch=lambda progress: progress.done or os.write(tell, b"!"))
