"""The run file: whole or refused, verified byte by byte, readable by anything that reads HDF5."""

import errno
import hashlib
import os
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest
import xarray

import rsrg
from rsrg.errors import RunFileError
from rsrg.storage import atomic
from rsrg.storage.atomic import Disk, previous, save
from rsrg.storage.encoding import BLOCK, encode
from rsrg.storage.layout import ENTRIES, file_dims
from rsrg.storage.run_file import Snapshot

UPDATED = "2026-11-22T10:00:00+00:00"
ATTRIBUTES = {"schema_version": 1, "title": "µ", "config": "{}", "updated": UPDATED}
DATASETS = {
    "axes/strain": np.array([0.0, 0.5]),
    "axes/step": np.arange(1, 4),
    "axes/material": ["a-SiO2", "mine"],
    "checkpoint/chunks_done": np.array([2, 1, 0]),
}


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "run.h5"
    save(path, encode(ATTRIBUTES, DATASETS))
    return path


def test_round_trip(small):
    with Snapshot(small) as snapshot:
        assert snapshot.attributes["title"] == "µ"
        for name, values in DATASETS.items():
            assert list(snapshot.read(name)) == list(values)


def test_every_flipped_byte_is_noticed(small):
    good = small.read_bytes()
    bad = small.with_name("bad.h5")
    for at in [*range(600), *range(600, len(good), 97), len(good) - 1]:
        broken = bytearray(good)
        broken[at] ^= 0x01
        bad.write_bytes(broken)
        with pytest.raises(RunFileError, match=r"damaged|not a run file"):
            Snapshot(bad)


def test_every_truncation_is_noticed(small):
    good = small.read_bytes()
    bad = small.with_name("bad.h5")
    for size in [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, len(good) // 2, len(good) - 1]:
        bad.write_bytes(good[:size])
        with pytest.raises(RunFileError, match=r"damaged|not a run file"):
            Snapshot(bad)
    bad.write_bytes(good + b"\0")
    with pytest.raises(RunFileError, match="damaged"):
        Snapshot(bad)


def test_a_whole_previous_is_named_and_never_used(small):
    good = small.read_bytes()
    before = previous(small)
    before.write_bytes(good)
    small.write_bytes(good[:-1])
    with pytest.raises(RunFileError) as caught:
        Snapshot(small)
    assert re.fullmatch(
        f"{small} is damaged: its content does not match its checksum; the checkpoint before it, "
        rf"{before}, is whole \(3 chunks done, saved at {re.escape(UPDATED)}\): "
        f"to go on from there, cp {before} {small}",
        str(caught.value),
    )
    assert small.read_bytes() == good[:-1]  # left as it is
    assert before.read_bytes() == good


def test_the_printed_advice_works_word_for_word(config, finished, tmp_path, same):
    folder = tmp_path / "a folder"
    folder.mkdir()
    path = folder / "run.h5"
    rsrg.run(config, path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RunFileError) as caught:
        rsrg.resume(path)
    advice = str(caught.value).partition("to go on from there, ")[2]
    subprocess.run(advice, shell=True, check=True)
    assert rsrg.open_run(path).status == "running"  # the only checkpoint of so short a run
    rsrg.resume(path)
    same(path, finished)


def test_a_kept_checkpoint_is_not_run_itself(config, tmp_path):
    path = tmp_path / "run.h5"
    rsrg.run(config, path)
    before = previous(path).read_bytes()
    with pytest.raises(RunFileError) as caught:
        rsrg.resume(previous(path))
    assert f"To go on from there: cp {previous(path)} {path}, then rsrg resume" in str(caught.value)
    assert previous(path).read_bytes() == before


def test_a_damaged_previous_is_not_recommended(small):
    previous(small).write_bytes(b"nothing")
    small.write_bytes(b"")
    with pytest.raises(RunFileError, match=f"{previous(small)}, is no better"):
        Snapshot(small)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "no such run file: "),
        (lambda p: p.mkdir(), "cannot read the run file .*: Is a directory"),
        (lambda p: p.write_text("just words"), "is not a run file of rsrg"),
        (lambda p: h5py.File(p, "w").close(), "is not a run file of rsrg"),
    ],
    ids=["missing", "directory", "text", "plain HDF5"],
)
def test_not_a_run_file(tmp_path, make, message):
    path = tmp_path / "x.h5"
    make(path)
    with pytest.raises(RunFileError, match=message):
        Snapshot(path)


def test_sealed_but_of_another_schema(tmp_path):
    path = tmp_path / "x.h5"
    save(path, encode({"schema_version": 99, "rsrg_version": "3.0.0"}, DATASETS))
    with pytest.raises(RunFileError) as caught:
        Snapshot(path)
    assert str(caught.value) == (
        f"{path} has schema version 99; this rsrg, {rsrg.__version__}, reads versions 1 to 3. "
        "Read it with the rsrg that wrote it, 3.0.0: pip install --upgrade rsrg"
    )


def test_the_seal_is_plain_sha256(small):
    content = small.read_bytes()
    digest = hashlib.sha256(content[BLOCK:]).hexdigest()
    assert content.startswith(f"rsrg-run sha256 {digest}\n".encode())


class Broken(Disk):
    """A disk whose nth call fails, having written half; and all that follow, if `for_good`."""

    def __init__(self, nth, code, for_good=False):
        self.nth, self.code, self.for_good, self.calls = nth, code, for_good, []

    def _call(self, name, file=None, content=b""):
        self.calls.append(name)
        n = len(self.calls) - 1
        if n == self.nth or (self.for_good and n > self.nth):
            if file is not None:
                file.write(content[: len(content) // 2])
                file.flush()
            raise OSError(self.code, os.strerror(self.code))

    def create(self, path):
        self._call("create")
        return super().create(path)

    def fill(self, file, content):
        self._call("fill", file, content)
        super().fill(file, content)

    def sync(self, file):
        self._call("sync")
        super().sync(file)

    def link(self, path, link):
        self._call("link")
        super().link(path, link)

    def replace(self, path, target):
        self._call(f"replace {target.suffix}")
        super().replace(path, target)

    def sync_folder(self, folder):
        self._call("sync_folder")
        super().sync_folder(folder)


CALLS = ["create", "fill", "sync", "link", "replace .prev", "replace .h5", "sync_folder"]
CODES = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.ENOENT]


def test_the_calls_of_a_save(small, monkeypatch):
    monkeypatch.setattr(atomic, "DISK", watched := Broken(-1, 0))
    save(small, small.read_bytes())
    assert watched.calls == CALLS


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("nth", range(len(CALLS)), ids=CALLS)
def test_a_disk_that_refuses_leaves_a_whole_file(small, monkeypatch, nth, code):
    """ENOSPC and its kin at each call of a save: an error, and the file as it was, or the new."""
    good = small.read_bytes()
    new = encode(ATTRIBUTES, DATASETS | {"axes/step": np.arange(4, 7)})
    monkeypatch.setattr(atomic, "DISK", Broken(nth, code))
    with pytest.raises(RunFileError) as caught:
        save(small, new)
    assert str(caught.value) == (
        f"cannot write the run file {small}: {os.strerror(code)}; "
        f"what was saved before is intact: repair that, then rsrg resume {small}"
    )
    assert small.read_bytes() == (new if CALLS[nth] == "sync_folder" else good)
    names = {p.name for p in small.parent.iterdir()}
    assert names <= {"run.h5", "run.h5.prev"}  # no temporary file left
    monkeypatch.undo()
    save(small, new)
    assert small.read_bytes() == new


def test_without_hard_links(small, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    good = small.read_bytes()
    monkeypatch.setattr(os, "link", refuse)
    save(small, encode(ATTRIBUTES | {"title": "new"}, DATASETS))
    assert previous(small).read_bytes() == good
    assert sorted(p.name for p in small.parent.iterdir()) == ["run.h5", "run.h5.prev"]


def test_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFileError, match="cannot write the run file"):
        save(tmp_path / "file" / "run.h5", b"")


def test_previous_is_the_one_before(small):
    first = small.read_bytes()
    second = encode(ATTRIBUTES | {"title": "second"}, DATASETS)
    save(small, second)
    assert previous(small).read_bytes() == first
    save(small, first)
    assert previous(small).read_bytes() == second


def test_h5py_opens_it_and_finds_named_axes(finished):
    with h5py.File(finished) as file:
        assert file.attrs["filetype"] == "rsrg-run"
        assert file.attrs["status"] == "finished"
        present = [n for n in ENTRIES if n in file]
        assert {"coupling/M", "flow/inverse_eigenvalues", "critical/strain_stderr"} <= set(present)
        for name in present:
            dataset, entry = file[name], ENTRIES[name]
            assert dataset.attrs["long_name"] == entry.long_name
            assert dataset.attrs.get("units", "") == entry.units
            assert dataset.attrs.get("scale", "") == entry.scale
            assert dataset.ndim == len(entry.dims), name
            if name == f"axes/{entry.dims[0]}":
                assert dataset.is_scale
                continue
            for i, dim in enumerate(file_dims(name, entry.dims)):
                assert dataset.dims[i].label == dim
                assert dataset.dims[i][0].name.endswith(f"/{dim}")
                assert dataset.dims[i][0].shape == (dataset.shape[i],)


def test_every_group_opens_in_xarray_with_names(finished):
    for group in ("axes", "coupling", "flow", "critical", "checkpoint", "provenance"):
        with xarray.open_dataset(finished, engine="h5netcdf", group=group) as data:
            named = {
                n.split("/")[1]: file_dims(n, e.dims)
                for n, e in ENTRIES.items()
                if n.startswith(group)
            }
            assert set(data.variables)
            for name, variable in data.variables.items():
                if name in named:
                    assert variable.dims == named[name]
                assert not any(d.startswith("phony") for d in variable.dims)
    with xarray.open_dataset(finished, engine="h5netcdf", group="flow") as flow:
        assert list(flow.reading.values) == ["fixed/ellipsoid", "affine/sphere"]
        chosen = flow.inverse_eigenvalues.sel(
            material="alpha=0.7", reading="affine/sphere", channel="yz"
        )
        assert chosen.dims == ("step", "strain")


def test_to_xarray(finished):
    run = rsrg.open_run(finished)
    tree = run.to_xarray()
    np.testing.assert_array_equal(tree["flow/chi"].values, run.read("flow/chi"))
    assert tree["flow/chi"].dims == ENTRIES["flow/chi"].dims
    assert tree.attrs["status"] == "finished"
    variables = [v for node in tree.subtree for v in node.ds.variables.values()]
    assert len(variables) > 90  # axes stand in each group
    assert all("long_name" in v.attrs for v in variables)
    assert all("units" in v.attrs for v in variables if v.dtype.kind != "U")


@pytest.mark.skipif(shutil.which("h5ls") is None, reason="h5ls is not installed")
def test_h5ls_shows_dimension_scales(finished):
    shown = subprocess.run(
        ["h5ls", "-v", f"{finished}/flow"], capture_output=True, text=True, check=True
    ).stdout
    assert "DIMENSION_LIST" in shown
    assert "DIMENSION_LABELS" in shown


def test_unknown_node_names_those_there_are(finished):
    run = rsrg.open_run(finished)
    with pytest.raises(RunFileError) as caught:
        run.read("flow/chii")
    assert str(caught.value) == f"no node /flow/chii in {finished}; did you mean /flow/chi?"
    groups = "/axes, /checkpoint, /coupling, /critical, /flow, /provenance"
    with pytest.raises(RunFileError, match=f"no node /zzzz in .*; there are {groups}"):
        run.read("zzzz")
    with pytest.raises(RunFileError, match="is a group; name a dataset in it"):
        run.read("flow")


def test_reading_needs_no_lock(finished):
    """Two readers and the store's own snapshot at once, while the file is replaced."""
    copy = finished.with_name("copy.h5")
    shutil.copy2(finished, copy)
    one = rsrg.open_run(copy)
    save(copy, encode(ATTRIBUTES, DATASETS))
    assert one.status == "finished"
    assert one.read("flow/chi").shape[1] == 3
