"""HDF5 files of other programs beside runs: left out, and said so; never taken for damage."""

import h5py
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.studies.collect import collect
from rsrg.studies.run_files import left_out, run_files


@pytest.fixture
def folder(finished, tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "a.h5").write_bytes(finished.read_bytes())
    with h5py.File(runs / "positions.h5", "w") as file:
        file["positions"] = [[0.0, 0.0, 0.0]]
    return runs


def test_left_out_and_told(folder, command):
    done = command("status", folder, "--check")
    assert done.returncode == 0
    assert "1 finished" in done.stdout
    assert "damaged" not in done.stdout
    assert done.stdout.endswith("left out, as rsrg did not write them: positions.h5\n")
    assert [p.name for p in run_files(folder)] == ["a.h5"]
    assert len(collect([folder]).runs) == 1
    merged = command("merge", folder, "--output", "merged.h5")
    assert (merged.returncode, "positions.h5" in merged.stdout) == (0, True)


def test_a_huge_stranger_is_not_read(folder):
    """30 GB of holes: only its first bytes are looked at."""
    with (folder / "huge.h5").open("wb") as file:
        file.write(b"\x89HDF\r\n\x1a\n")
        file.truncate(30 * 2**30)
    assert [s.state for s in rsrg.status(folder)] == ["finished"]
    assert left_out([folder]).endswith("huge.h5, positions.h5")
    with pytest.raises(RunFileError, match="is not a run file of rsrg"):
        rsrg.open_run(folder / "huge.h5")


def test_damaged_runs_are_told(folder):
    """Torn, or of no length: these may have been runs."""
    whole = (folder / "a.h5").read_bytes()
    (folder / "torn.h5").write_bytes(b"\0" * 512 + whole[512:])
    (folder / "empty.h5").write_bytes(b"")
    states = {s.path.rsplit("/", 1)[-1]: s.state for s in rsrg.status(folder)}
    assert states == {"a.h5": "finished", "torn.h5": "damaged", "empty.h5": "damaged"}
