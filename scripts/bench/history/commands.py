"""Whole commands, over a process that imports numpy."""

import subprocess
import sys
import tempfile
from pathlib import Path

from .yardsticks import import_numpy, ratio

ROUNDS = 7
CONFIG = Path(__file__).parents[3] / "configs" / "smoke.yaml"
COMMANDS = {
    "--help": ["--help"],
    "validate": ["validate", str(CONFIG)],
    "run": ["run", str(CONFIG), "--output", "run.h5", "--restart"],
    "inspect": ["inspect", "run.h5"],
    "status": ["status", "run.h5"],
    "compare": ["compare", "run.h5"],
    "critical": ["critical", "--alpha", "0.7"],
}


class Commands:
    """From the start of the process to its end; `run`, `inspect`… of the smallest config."""

    params = tuple(COMMANDS)
    param_names = ("rsrg",)
    unit = "import numpy"
    timeout = 300

    def track_command(self, name: str) -> float:
        """One command, all of it."""
        with tempfile.TemporaryDirectory() as folder:

            def call(arguments: list[str]) -> None:
                subprocess.run(
                    [sys.executable, "-m", "rsrg", *arguments],
                    cwd=folder,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=True,
                )

            call(COMMANDS["run"])
            return ratio(lambda: call(COMMANDS[name]), import_numpy, ROUNDS)
