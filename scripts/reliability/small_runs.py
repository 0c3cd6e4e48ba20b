"""Small runs to break, and what must hold of them afterwards."""

import os
import tempfile
from pathlib import Path

import numpy as np

from rsrg.config.loading import config_from_text
from rsrg.config.schema import Config
from rsrg.execution import pace
from rsrg.execution.engine import run
from rsrg.results.run import open_single_run
from rsrg.storage.layout import ENTRIES

TEXT = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: %s}
blocks: {n0: %d}
strain: {component: xx, values: [0.0, 0.4, 0.8]}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: %d, seed: 3}
checkpoint: {every: 1 ns}
"""


def small_config(sample: str = "9 nm", n0: int = 2, samples: int = 64) -> Config:
    """A config of a few chunks."""
    return config_from_text(TEXT % (sample, n0, samples))


def save_often(share: float) -> None:
    """Let saving take this share of the time, so that much of what is broken is a save."""
    pace.SAVE_SHARE = share


def bits(path: Path) -> dict[str, bytes]:
    """All that a run computed, as bytes; its provenance differs from session to session."""
    opened = open_single_run(path)
    names = [n for n in ENTRIES if n in opened.snapshot and not n.startswith("provenance/")]
    values = {n: np.asarray(opened.read(n)) for n in names if n != "axes/session"}
    opened.close()
    return {
        n: repr(v.tolist()).encode() if v.dtype == object else v.tobytes()
        for n, v in values.items()
    }


def load_kernels(config: Config) -> None:
    """Load or compile the kernels of these runs here, for all children."""
    with tempfile.TemporaryDirectory() as folder:
        run(config, Path(folder) / "run.h5")


def child(work, *arguments) -> int:
    """Start a process that does this work alone; its number.

    No thread of this process may be at work, for the child has none of them.
    """
    pid = os.fork()
    if pid:
        return pid
    try:
        work(*arguments)
        os._exit(0)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)


def ended(pid: int) -> int:
    """Wait for a process; its exit code, minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
