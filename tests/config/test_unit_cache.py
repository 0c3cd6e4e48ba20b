"""Pint keeps the units it has read in the user's cache folder; rsrg works whatever is there."""

import pytest

from rsrg.config import quantities


@pytest.fixture
def units_from(monkeypatch):
    """Forget the units of this process, and have them read with this cache folder of the user."""

    def choose(folder):
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
        quantities._registry.cache_clear()
        return quantities.si_value("1 Å", "meter"), quantities.si_value(
            "2.2 g/cm3", "kilogram/meter**3"
        )

    yield choose
    quantities._registry.cache_clear()


def test_units_are_read_from_the_cache(units_from, tmp_path):
    first = units_from(tmp_path)
    files = {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*.pickle")}
    assert files
    assert units_from(tmp_path) == first
    assert {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*.pickle")} == files


def test_no_folder_can_be_written(units_from, tmp_path):
    (tmp_path / "file").touch()
    assert units_from(tmp_path / "file") == units_from(tmp_path / "folder")


def test_a_file_of_the_cache_is_not_whole(units_from, tmp_path):
    """As another process leaves it that is writing it, or that the disk had no room for."""
    whole = units_from(tmp_path)
    for file in tmp_path.rglob("*.pickle"):
        content = file.read_bytes()
        for length in (0, len(content) // 2):
            file.write_bytes(content[:length])
            assert units_from(tmp_path) == whole
        file.write_bytes(content)
