"""The cache in which pint keeps its units: whatever is there, they are the same."""

import pytest

from rsrg.config import quantities


@pytest.fixture
def units_from(monkeypatch):
    """Two numbers by units that are read again, with this folder for the cache."""

    def read(folder):
        monkeypatch.setattr(quantities, "CACHE", folder)
        quantities._registry.cache_clear()
        density = quantities.si_value("2.2 g/cm3", "kilogram/meter**3")
        return quantities.si_value("1 Å", "meter"), density

    yield read
    quantities._registry.cache_clear()


def test_a_second_process_finds_the_units(units_from, tmp_path):
    first = units_from(tmp_path)
    files = {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*.pickle")}
    assert files
    assert units_from(tmp_path) == first
    assert {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*.pickle")} == files


def test_no_folder_can_be_written(units_from, tmp_path):
    (tmp_path / "file").touch()
    assert units_from(tmp_path / "file") == units_from(tmp_path / "folder")


def test_a_file_is_not_whole(units_from, tmp_path):
    """As another process leaves it that is writing it, or that the disk had no room for."""
    whole = units_from(tmp_path)
    for file in tmp_path.rglob("*.pickle"):
        content = file.read_bytes()
        for length in (0, len(content) // 2):
            file.write_bytes(content[:length])
            assert units_from(tmp_path) == whole
        file.write_bytes(content)


def test_each_installation_of_pint_has_its_own():
    """What pint keeps refers to the files it was made from: another installation may be gone."""
    one, other = (quantities._cache_folder(f"/{n}/pint/__init__.py") for n in ("one", "other"))
    assert one != other
