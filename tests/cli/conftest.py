"""The command line in a process of its own, and a finished run to look at."""

import subprocess
import sys

import pytest


def run_command(folder, *arguments):
    code = "from rsrg.cli.app import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def command(tmp_path):
    """Run a command in an empty folder: returncode, stdout, stderr."""
    return lambda *arguments: run_command(tmp_path, *arguments)


@pytest.fixture(scope="session")
def configs(request):
    return request.config.rootpath / "configs"


@pytest.fixture(scope="session")
def smoke(configs, tmp_path_factory):
    """The smoke config run to its end by the command line: (result, folder)."""
    folder = tmp_path_factory.mktemp("smoke")
    return run_command(folder, "run", configs / "smoke.yaml"), folder


@pytest.fixture
def run_file(smoke):
    return smoke[1] / "runs" / "smoke.h5"
