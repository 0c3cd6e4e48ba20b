"""A finished run of the command line to look at, and a small ensemble of exact super blocks."""

import subprocess
import sys

import pytest

EXACT = """\
schema_version: 1
kind: exact
alpha: 0.7
levels: {kind: tunnelling, asymmetry: 1.0, splitting: 0.01}
strengths: [0.01]
distances: [1.0, 2.0]
temperatures: [3.0]
sampling: {super_blocks: 32, seed: 1}
"""


@pytest.fixture
def exact_text():
    """A small ensemble of exact super blocks."""
    return EXACT


@pytest.fixture(scope="session")
def configs(request):
    return request.config.rootpath / "configs"


@pytest.fixture(scope="session")
def smoke(configs, tmp_path_factory):
    """The smoke config run to its end by the command line in a process: (result, folder)."""
    folder = tmp_path_factory.mktemp("smoke")
    code = "from rsrg.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", configs / "smoke.yaml"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done, folder


@pytest.fixture
def run_file(smoke):
    return smoke[1] / "runs" / "smoke.h5"
