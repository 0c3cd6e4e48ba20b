"""Breaking runs on purpose, as `scripts/reliability` does; `bad` is 0."""

import json
import subprocess
import sys

import pytest

LITTLE = {
    "kills": [20],
    "torn": [11],  # of 4 means and 47 calls: each call of a save is met by at least two of them
    "flips": [197],
    "forged": [50],
    "configs": [300, 3],
    "reading": [40],
}
FULL = {
    "kills": [1000],
    "torn": [1],
    "flips": [1],
    "forged": [10_000],
    "configs": [10_000, 300],
    "reading": [600],
    "saving": [64_000],
    "stops": [30, 6],
    "long stops": [3, 24],
}


@pytest.fixture
def measured(request):
    """The figures of one measure."""

    def run(name, numbers):
        script = request.config.rootpath / "scripts" / "reliability"
        done = subprocess.run(
            [sys.executable, script, name, *map(str, numbers)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("name", LITTLE)
def test_nothing_bad(measured, name):
    found = measured(name, LITTLE[name])
    assert found["bad"] == 0, found
    assert all(value > 0 for key, value in found.items() if key in ("kills", "broken", "valid"))


@pytest.mark.long
@pytest.mark.parametrize("name", FULL)
def test_nothing_bad_in_full(measured, name):
    found = measured(name, FULL[name])
    assert found["bad"] == 0, found
