"""Break rsrg on purpose, and write down what came of it.

    python scripts/reliability                    all of it; writes docs/evidence/reliability.md
    python scripts/reliability --quick            the same in smaller doses, some minutes
    python scripts/reliability kills 20           one of it, as JSON

Every figure of the page is one that this script has just measured; `bad` counts what should not
have been, and is 0.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flips
import kills
import times
import torn

import configs

ROOT = Path(__file__).resolve().parents[2]
MEASURES: dict[str, tuple[Callable[..., dict[str, Any]], list[int], list[int], str]] = {
    "flips": (flips.measure, [1], [97], "a bit of each byte of the smallest checkpoint changed, "
              "and the file cut at each length: refused when opened"),
    "forged": (flips.measure_forged, [10_000], [200], "one to four bytes changed, and a checksum "
               "that fits: read, or refused in words"),
    "configs": (configs.measure, [10_000, 300], [500, 5], "configs made by Hypothesis: valid, "
                "or refused in words, within 10 s of processor time; the first of those valid and "
                "small are run"),
    "kills": (kills.measure, [1000], [20], "killed at random moments, then resumed. After each "
              "the file is whole, no saved chunk is gone, and every run that comes to its end has "
              "the bits of one that was never killed"),
    "torn": (torn.measure, [1], [11], "each call that changes files (create, write half, fsync, "
             "link, rename, fsync of the folder) is where the process dies, the disk is full, "
             "fails, or turns read-only for good: rsrg's own error, no leftover, the same bits "
             "on resume"),
    "saving": (times.measure_saving, [64_000], [3200], "a run asked to save each millisecond: "
               "the share of its time that saving takes, the first and last save included; "
               "bad above 2%"),
    "stops": (times.measure_stops, [30, 6], [3, 6], "a signal at a random moment (SIGINT, "
              "SIGTERM, SIGUSR1 in turn): exit code 75 within 5 s"),
    "long stops": (times.measure_stops, [3, 24], [1, 24], "the same where a chunk takes long"),
    "reading": (times.measure_reading, [600], [100], "a reader that opens again and again a file "
                "that a run saves without pause: whole, and never older than before"),
}  # fmt: skip


def measured(name: str, *arguments: int) -> dict[str, Any]:
    """The figures of one measure, taken in a process of its own."""
    done = subprocess.run(
        [sys.executable, Path(__file__).parent, name, *map(str, arguments)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def page(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as Markdown."""
    lines = [
        "# What was broken on purpose, and what came of it",
        "",
        "Written by `python scripts/reliability`, which measured all of it: "
        f"{datetime.now(UTC).date()}, rsrg {version('rsrg')}, Python {platform.python_version()}, "
        f"{platform.system()}, {os.cpu_count()} cores. `bad` counts what went wrong.",
        "The tests do each on a smaller scale; `pytest --long` does the full one.",
        "",
        "| what | figures |",
        "|---|---|",
    ]
    for name, found in figures.items():
        shown = ", ".join(f"{key} {value}" for key, value in found.items())
        lines.append(f"| **{name}**: {MEASURES[name][3]} | {shown} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """One measure as JSON, or all of them as a page."""
    if arguments and arguments != ["--quick"]:
        name, *numbers = arguments
        print(json.dumps(MEASURES[name][0](*(int(n) for n in numbers))))
        return
    figures = {}
    for name, (_, full, quick, _) in MEASURES.items():
        figures[name] = measured(name, *(quick if arguments else full))
        print(name, figures[name], flush=True)
        (ROOT / "docs" / "evidence" / "reliability.md").write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
