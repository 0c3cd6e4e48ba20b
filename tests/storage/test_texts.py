"""Texts are stored as strings of fixed length, and come back as they were."""

import io

import h5py
import numpy as np
import pytest
import xarray

import rsrg
from rsrg.storage.atomic import save
from rsrg.storage.encoding import encode
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import Snapshot
from rsrg.storage.texts import fixed_length_texts, has_variable_length, is_text

TEXTS = {
    "one letter": ["x", "y", "z"],
    "empty": ["", ""],
    "none": [],
    "greek and glyphs": ["ρc_t² = µ", "e\u0301", "玻璃"],
    "lines, spaces": ["a\nb", " both ends ", "\t"],
    "long": ["a" * 100_000, "b"],
    "with NUL in the middle": ["a␀b", "c"],
}


def written(path, texts):
    save(path, encode({"schema_version": 2}, {"axes/material": np.array(texts, dtype=object)}))
    return path


@pytest.mark.parametrize("name", TEXTS)
def test_round_trip(tmp_path, name):
    path = written(tmp_path / "run.h5", TEXTS[name])
    with Snapshot(path) as snapshot:
        values = snapshot.read("axes/material")
        assert values.tolist() == TEXTS[name]
        assert all(type(text) is str for text in values)
        assert snapshot.describe("axes/material")[2] == "text"


def test_tables_of_texts_keep_their_shape():
    texts = np.array([["a", "bc"], ["", "µ"]], dtype=object)
    array = fixed_length_texts(texts)
    assert array.shape == texts.shape
    assert array.dtype.itemsize == 2  # µ takes two bytes


@pytest.mark.parametrize(("text", "stored"), [("a\0", "a␀"), ("\0", "␀"), ("a\0b", "a␀b")])
def test_nul_is_stored_as_its_symbol(tmp_path, text, stored):
    """HDF5 fills up with NUL, and would lose one at the end without a word."""
    with Snapshot(written(tmp_path / "run.h5", [text, "b"])) as snapshot:
        assert snapshot.read("axes/material").tolist() == [stored, "b"]


def test_a_file_name_that_is_no_utf8_is_escaped(tmp_path):
    name = b"caf\xe9.h5".decode("utf-8", errors="surrogateescape")
    with Snapshot(written(tmp_path / "run.h5", [name])) as snapshot:
        assert snapshot.read("axes/material").tolist() == [r"caf\udce9.h5"]


def test_a_run_keeps_no_dataset_in_a_heap(finished):
    with h5py.File(finished) as file:
        texts = [n for n in ENTRIES if n in file and is_text(file[n].dtype)]
        assert {"axes/material", "axes/row", "provenance/reason"} <= set(texts)
        assert not any(has_variable_length(file[n].dtype) for n in texts)


def test_schema_1_keeps_its_texts_in_heaps_and_is_read(request):
    path = request.config.rootpath / "tests" / "data" / "schema1_finished.h5"
    with h5py.File(path) as file:
        assert has_variable_length(file["axes/material"].dtype)
    assert rsrg.open_run(path).read("axes/material").tolist() == ["a-SiO2", "alpha=0.7"]


def test_xarray_gives_str(finished):
    """Also where all texts are one letter, which xarray would else join into one."""
    run = rsrg.open_run(finished)
    tree = xarray.open_datatree(io.BytesIO(run.snapshot.content()), engine="h5netcdf")
    for name in ("axes/row", "axes/material", "axes/reading", "provenance/notes"):
        assert tree[name].values.tolist() == run.read(name).tolist()
        assert tree[name].dims == ENTRIES[name].dims
    assert tree["axes/direction"].sel(row="x", column="x") == 1.0
