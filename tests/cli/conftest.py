"""A finished run of the command line to look at."""

import subprocess
import sys

import pytest


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
