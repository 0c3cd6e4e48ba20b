"""Install rsrg with the lowest version of everything that it depends on, and run the smoke config.

    python scripts/lowest_versions.py

The versions are the lower bounds in pyproject.toml, of the extras too. Ends with one line that
names them; or fails where pip cannot have one of them, or a command does not work with them.
"""

import os
import subprocess
import tempfile
import tomllib
import venv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("docs", "test")  # extras that only developers install
CALLS = """
import pickle, numpy, rsrg
run = pickle.loads(pickle.dumps(rsrg.open_run("smoke.h5")))
run.to_xarray()
run["flow/chi"].sel(material="soft", strain=2.0)
rsrg.pair_moments(numpy.random.default_rng(0).random((4000, 3)), engine="ewald", tolerance=1e-6)
import distributed
"""


def lowest(requirements: Iterable[str]) -> Iterator[str]:
    """Each requirement at its lower bound. Raises ValueError where it has none."""
    for requirement in map(Requirement, requirements):
        bounds = [s.version for s in requirement.specifier if s.operator in (">=", "==", "~=")]
        if len(bounds) != 1:
            raise ValueError(f"a dependency must have one lower bound; got {requirement}")
        yield f"{requirement.name}=={bounds[0]}"


def main() -> None:
    """Install, run, and say which versions passed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {k: v for k, v in project["optional-dependencies"].items() if k not in TOOLS}
    pins = list(lowest(chain(project["dependencies"], *extras.values())))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        environment = os.environ | {
            "NUMBA_CACHE_DIR": str(folder / "numba"),  # kernels of another numba's making
            "MPLCONFIGDIR": str(folder / "matplotlib"),
            "PIP_CONSTRAINT": os.devnull,  # a machine's own would choose other versions
        }

        def call(program: str, *arguments: str) -> None:
            command = [folder / "venv" / "bin" / program, *arguments]
            subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True
            )

        package = f"{ROOT}[{','.join(extras)}]"
        call("python", "-m", "pip", "install", "--quiet", "-e", package, *pins)
        for command in ("--help", "schema", "materials"):
            call("rsrg", command)
        call("rsrg", "run", f"{ROOT}/configs/smoke.yaml", "--output", "smoke.h5")
        for command in ("inspect", "status", "compare", "report"):
            call("rsrg", command, "smoke.h5")
        call("python", "-c", CALLS)
    print(f"passed with {', '.join(pins)}")


if __name__ == "__main__":
    main()
