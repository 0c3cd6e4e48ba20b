"""Arrays that worker processes map: sent once, read-only, gone at the end, also of a killed run."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from rsrg.execution import shared_array
from rsrg.execution.processes import Processes
from rsrg.execution.shared_array import SharedArray, mapped
from rsrg.execution.tasks import timed

VALUES = np.random.default_rng(0).normal(size=(2, 3, 1000, 6, 6))


def test_a_worker_maps_what_was_shared():
    executor = Processes(1)
    shared = executor.share(VALUES)
    assert len(pickle.dumps(shared)) < 200  # the path
    for _ in range(2):
        result = executor.submit(timed, np.sum, shared, (0, 1)).result().value
        np.testing.assert_array_equal(result, VALUES.sum((0, 1)))
    executor.close()
    received = pickle.loads(pickle.dumps(shared))
    np.testing.assert_array_equal(received, VALUES)
    assert type(received) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        received[0] = 0.0
    assert pickle.loads(pickle.dumps(shared)) is received  # mapped once


def test_the_file_goes_with_what_stands_for_it(monkeypatch):
    asked, unlink = [], shared_array.resource_tracker.maybe_unlink
    monkeypatch.setattr(
        shared_array.resource_tracker,
        "maybe_unlink",
        lambda *resource: asked.append(resource) or unlink(*resource),
    )
    shared = SharedArray(VALUES)
    path = shared.path
    assert Path(path).exists()
    del shared
    assert asked == [(path, "file")]


def test_where_memory_has_no_room(monkeypatch, tmp_path):
    """Then in the folder for temporary files; without room there, the array itself is sent."""
    full = tmp_path / "full"
    full.mkdir()
    write = shared_array._write

    def refusing(folder, array):
        if folder == full:
            raise OSError(28, "No space left on device")
        return write(folder, array)

    monkeypatch.setattr(shared_array, "_write", refusing)
    monkeypatch.setattr(shared_array, "MEMORY", full)
    monkeypatch.setattr(shared_array.tempfile, "gettempdir", lambda: str(tmp_path))
    shared = SharedArray(VALUES)
    assert Path(shared.path).parent == tmp_path
    np.testing.assert_array_equal(mapped(shared.path), VALUES)
    monkeypatch.setattr(shared_array.tempfile, "gettempdir", lambda: str(full))
    executor = Processes(1)
    assert executor.share(VALUES) is VALUES
    assert executor.share("text") == "text"
    executor.close()


def test_a_file_that_could_not_be_written_whole_is_removed(monkeypatch, tmp_path):
    def full(file, array):
        file.write(b"a beginning")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared_array.np, "save", full)
    with pytest.raises(OSError, match="No space left"):
        shared_array._write(tmp_path, VALUES)
    assert not list(tmp_path.iterdir())


SCRIPT = """
import sys
import numpy as np
from rsrg.execution.shared_array import SharedArray
shared = SharedArray(np.zeros(1000))
print(shared.path, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("killed", [False, True])
def test_nothing_is_left_after_the_run(killed):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    path = Path(process.stdout.readline().strip())
    assert path.exists()
    children = psutil.Process(process.pid).children()
    assert children  # the tracker
    if killed:
        process.kill()
    process.communicate()
    for child in children:
        child.wait()
    assert not path.exists()
