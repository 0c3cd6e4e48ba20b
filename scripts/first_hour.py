"""Play the first hour of a new user, in an empty folder, from the wheel.

    python scripts/first_hour.py [PYTHON]

Builds the source distribution, and from it the wheel; checks both; installs the wheel into a fresh
environment (of PYTHON, such as python3.13; by default of this one), and does what the pages tell
a new user to do. Fails where what she must see is not there. Needs the packages build and twine.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import rsrg
run = rsrg.open_run("runs/quickstart.h5")
print(rsrg.__version__)
for crossing in run.critical_strains()[:1]:
    print(crossing)
print(run["flow/chi"].dims)
"""


class Hour:
    """A folder with nothing in it, an environment, and what is typed there."""

    def __init__(self, folder: Path) -> None:
        self.work, self.bin = folder / "work", folder / "venv" / "bin"
        self.work.mkdir()
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")},
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "NUMBA_CACHE_DIR": str(folder / "numba"),  # nothing is compiled yet
            "MPLCONFIGDIR": str(folder / "matplotlib"),
        }

    def type(self, *words: str, code: int = 0) -> str:
        """Carry out a command; what it prints. Raises SystemExit for another exit code."""
        began = time.monotonic()
        done = subprocess.run(
            words, cwd=self.work, env=self.environment, capture_output=True, text=True, check=False
        )
        shown = " ".join(word if word != SCRIPT else "SCRIPT" for word in words)
        print(f"{time.monotonic() - began:5.1f} s  {shown}", flush=True)
        if done.returncode != code:
            sys.exit(f"ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def sees(self, *words: str, command: tuple[str, ...], code: int = 0) -> None:
        """Carry out a command, and look for words in what it prints."""
        printed = " ".join(self.type(*command, code=code).split())
        missing = [word for word in words if word not in printed]
        if missing:
            sys.exit(f"must show {missing}; got:\n{printed}")

    def has(self, *names: str) -> None:
        """Look for files."""
        missing = [name for name in names if not (self.work / name).is_file()]
        if missing:
            sys.exit(f"must have written {missing}; there is {sorted(self.work.rglob('*'))}")


def build(folder: Path) -> Path:
    """The wheel, from the source distribution, as pip would make it; both checked."""
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([sys.executable, "-m", "build", "-o", folder, ROOT], **quiet)
    made = sorted(folder.iterdir())
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *made], **quiet)
    (wheel,) = (path for path in made if path.suffix == ".whl")
    return wheel


def play(hour: Hour) -> None:
    """From `rsrg --version` to a page, a picture, and numbers in Python."""
    hour.sees("rsrg", command=("rsrg", "--version"))
    hour.sees("packages", "kernels", "locks work", "All is well.", command=("rsrg", "doctor"))
    hour.sees("quickstart", "studies/yielding", command=("rsrg", "init"))
    hour.sees("rsrg init", "--example", command=("rsrg", "run", "quikstart.yaml"), code=2)
    hour.sees("wrote quickstart.yaml", command=("rsrg", "init", "quickstart"))
    hour.has("quickstart.yaml", "rsrg-flow.schema.json")
    hour.sees("is valid", "12 glasses", command=("rsrg", "validate", "quickstart.yaml"))
    hour.sees("a-SiO2", "fixed/ellipsoid", command=("rsrg", "run", "quickstart.yaml"))
    hour.has("runs/quickstart.h5", "runs/quickstart.png")
    hour.sees("exists already", command=("rsrg", "run", "quickstart.yaml"), code=1)
    hour.sees("finished", "/flow", command=("rsrg", "inspect", "runs/quickstart.h5"))
    hour.sees("a-SiO2", command=("rsrg", "compare", "runs/quickstart.h5"))
    hour.sees("runs/quickstart.html", command=("rsrg", "report", "runs/quickstart.h5"))
    hour.has("runs/quickstart.html")
    hour.sees("a-SiO2", "fixed/ellipsoid", "'step'", command=("python", "-c", SCRIPT))
    hour.sees("runs/smoke.h5", command=("python", "-m", "rsrg", "run", "--example", "smoke"))


def main() -> None:
    """Build, install, play; and say how long that took."""
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dist").mkdir()
        began = time.monotonic()
        wheel = build(folder / "dist")
        print(f"{time.monotonic() - began:5.1f} s  {wheel.name} built and checked")
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        hour = Hour(folder)
        hour.type("python", "-m", "pip", "install", "--quiet", f"{wheel}[report]")
        installed = time.monotonic()
        play(hour)
        seconds = time.monotonic() - installed
    print(f"the first hour took {seconds:.0f} s after the installation")


if __name__ == "__main__":
    main()
