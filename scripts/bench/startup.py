"""What starting costs: the processor time of whole commands, against the limit of each.

    python scripts/bench/startup.py [ROUNDS]

Every round calls each command once; a call before them, not counted, fills the caches of kernels
and units. Prints the section of docs/evidence/performance.md.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SMOKE = Path(__file__).resolve().parents[2] / "configs" / "smoke.yaml"
ROUNDS = 20


def commands(run: Path) -> dict[str, tuple[list[str], float]]:
    """The arguments of each command, and its limit in s. run: the run file."""
    config, file = str(SMOKE), str(run)
    return {
        "rsrg run configs/smoke.yaml": (["run", config, "--output", file, "--restart"], 2.0),
        "rsrg --help": (["--help"], 0.2),
        "rsrg schema": (["schema"], 0.5),
        "rsrg materials": (["materials"], 0.5),
        "rsrg validate configs/smoke.yaml": (["validate", config], 0.5),
        "rsrg inspect RUN": (["inspect", file], 0.8),
        "rsrg status RUN": (["status", file], 0.8),
    }


def processor_seconds(arguments: list[str]) -> float:
    """User and system time of a command, from the start of its process to the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rsrg", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return usage.ru_utime + usage.ru_stime


def section(rounds: int) -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory() as folder:
        rows = commands(Path(folder) / "smoke.h5")
        for arguments, _ in rows.values():
            processor_seconds(arguments)
        taken = [{k: processor_seconds(a) for k, (a, _) in rows.items()} for _ in range(rounds)]
    lines = ["| command | least, s | median, s | limit, s |", "| --- | --- | --- | --- |"]
    for name, (_, limit) in rows.items():
        times = [t[name] for t in taken]
        lines.append(
            f"| `{name}` | {min(times):.2f} | {statistics.median(times):.2f} | {limit:.1f} |"
        )
    table = "\n".join(lines)
    return f"""## Starting

Processor time of whole commands, user and system, by `python scripts/bench/startup.py {rounds}`:
other work on the machine does not count, but makes the same work take longer. RUN is the run of
`configs/smoke.yaml`; kernels and units are in their caches, as from the second call on.

{table}
"""


if __name__ == "__main__":
    print(section(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
