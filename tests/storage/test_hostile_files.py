"""A run file from a stranger: its checksum is right, and it still reads nothing but itself."""

import hashlib
import os
import resource
import shutil

import h5py
import numpy as np
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.storage.encoding import BLOCK, READABLE_VERSIONS
from rsrg.storage.string_heap import HEAP, faulty_heap


def seal(path):
    """Give a file that was changed a checksum that fits."""
    content = path.read_bytes()
    digest = hashlib.sha256(content[BLOCK:]).hexdigest().encode()
    path.write_bytes((b"rsrg-run sha256 " + digest + b"\n").ljust(BLOCK, b"\0") + content[BLOCK:])


@pytest.fixture
def forged(finished, tmp_path):
    """A finished run, changed by a function of the open HDF5 file, and sealed again."""

    def make(change):
        path = tmp_path / "forged.h5"
        shutil.copy2(finished, path)
        with h5py.File(path, "r+") as file:
            change(file)
        seal(path)
        return path

    return make


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.h5"
    with h5py.File(path, "w") as file:
        file["secret"] = np.full(12, 42.0)
        file["raw"] = np.arange(3.0)
    return path


def external_link(file, secret):
    del file["flow/inverse_eigenvalues"]
    file["flow/inverse_eigenvalues"] = h5py.ExternalLink(secret, "/secret")


def external_group(file, secret):
    del file["provenance"]
    file["provenance"] = h5py.ExternalLink(secret, "/")


def soft_link(file, secret):
    del file["flow/inverse_eigenvalues"]
    file["flow/inverse_eigenvalues"] = h5py.SoftLink("/coupling/M")


def hidden_link(file, secret):
    file["nowhere/to/be/seen"] = h5py.ExternalLink(secret, "/secret")


def external_storage(file, secret):
    del file["checkpoint/chunks_done"]
    file.create_dataset("checkpoint/chunks_done", (3,), "f8", external=[(os.fspath(secret), 0, 24)])


def virtual(file, secret):
    del file["axes/strain"]
    layout = h5py.VirtualLayout((12,), "f8")
    layout[:] = h5py.VirtualSource(secret, "secret", shape=(12,))
    file.create_virtual_dataset("axes/strain", layout)


def references(file, secret):
    del file["axes/material"]
    file.create_dataset("axes/material", (2,), h5py.ref_dtype)[0] = file["coupling/M"].ref


ATTACKS = [
    external_link, external_group, soft_link, hidden_link, external_storage, virtual, references,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__)
def test_what_leads_out_of_the_file_is_refused(forged, secret, attack):
    path = forged(lambda file: attack(file, secret))
    for use in (rsrg.open_run, rsrg.resume, lambda p: rsrg.open_run(p).to_xarray()):
        with pytest.raises(RunFileError, match=r"never (writes and never )?(follows|opens)"):
            use(path)


@pytest.mark.parametrize("chunks", [None, True], ids=["contiguous", "chunked"])
def test_promised_numbers_that_are_not_there(forged, chunks):
    """A terabyte declared, not one byte written: refused before anything is allocated."""

    def promise(file):
        del file["flow/inverse_eigenvalues"]
        options = {"chunks": (1, 1000, 1000)} if chunks else {}
        file.create_dataset(
            "flow/inverse_eigenvalues", (100_000, 1000, 1000), "f8", fillvalue=1.0, **options
        )

    path = forged(promise)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(
        RunFileError, match=r"/flow/inverse_eigenvalues promises 8e\+11 bytes, and the file has"
    ):
        rsrg.open_run(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.fixture
def schema1(request):
    """The finished run of schema version 1: its texts lie in heaps."""
    return request.config.rootpath / "tests" / "data" / "schema1_finished.h5"


@pytest.fixture(params=["schema 1", "schema 2"])
def any_schema(request, schema1, finished):
    """Finished runs of both schema versions: the attributes of both lie in heaps."""
    return schema1 if request.param == "schema 1" else finished


@pytest.fixture
def overwritten(tmp_path):
    """A finished run with some bytes changed, and sealed again."""

    def make(original, at, new):
        path = tmp_path / "overwritten.h5"
        content = original.read_bytes()
        path.write_bytes(content[:at] + new + content[at + len(new) :])
        seal(path)
        return path

    return make


@pytest.mark.parametrize("size", [0, 2**64 - 16, 2**63, 10**6], ids=hex)
def test_a_heap_of_texts_that_hdf5_would_walk_for_ever(any_schema, overwritten, size):
    """The size of its first object, 8 bytes from 24 on, is one that no heap can have."""
    heap = any_schema.read_bytes().index(HEAP)
    number = bytes(2) if size == 0 else b"\1\0"  # 0 is free space, of which its header is part
    path = overwritten(any_schema, heap + 16, number + bytes(6) + size.to_bytes(8, "little"))
    with pytest.raises(RunFileError, match=f"the heap of texts at byte {heap} is broken"):
        rsrg.open_run(path)


@pytest.mark.parametrize("cut", [3, 16, 4000])
def test_a_heap_that_does_not_end(any_schema, cut):
    content = any_schema.read_bytes()
    heap = content.index(HEAP)
    assert faulty_heap(content) is None
    assert faulty_heap(content[: heap + len(HEAP) + cut]) == heap


def test_promised_text_that_is_not_there(schema1, overwritten):
    """Four gigabytes, for which HDF5 would take memory before it looks."""
    with h5py.File(schema1) as file:
        at, size = file["axes/reading"].id.get_offset(), schema1.stat().st_size
    path = overwritten(schema1, at, (2**32 - 1).to_bytes(4, "little"))
    with pytest.raises(
        RunFileError, match=rf"/axes/reading promises 4\.29e\+09 bytes, .* has {size}"
    ):
        rsrg.open_run(path)


def test_promised_text_of_fixed_length_that_is_not_there(forged):
    """A gigabyte for each of three texts, not one byte written."""

    def promise(file):
        del file["axes/reading"]
        kind = h5py.string_dtype("utf-8", 2**30)
        file.create_dataset("axes/reading", (3,), kind, chunks=(1,))

    with pytest.raises(RunFileError, match=r"/axes/reading promises 3\.22e\+09 bytes, and the"):
        rsrg.open_run(forged(promise))


def text_in_pieces(file):
    del file["axes/reading"]
    file.create_dataset("axes/reading", data=["a"] * 2, dtype=h5py.string_dtype(), chunks=(1,))


def list_attribute(file):
    values = np.empty(1, dtype=object)
    values[0] = np.arange(3, dtype=np.uint8)
    file.attrs.create("status", values, dtype=h5py.vlen_dtype(np.uint8))


def lists(file):
    del file["axes/reading"]
    file.create_dataset("axes/reading", (2,), dtype=h5py.vlen_dtype(np.uint8))


@pytest.mark.parametrize("change", [text_in_pieces, list_attribute, lists])
def test_types_that_rsrg_never_writes(forged, change):
    with pytest.raises(RunFileError, match="never"):
        rsrg.open_run(forged(change))


def rename_attribute(name):
    def change(file):
        del file.attrs[name]

    return change


def set_attribute(name, value):
    def change(file):
        file.attrs[name] = value

    return change


def without(name):
    def change(file):
        del file[name]

    return change


def other_numbers(file):
    del file["checkpoint/chunks_done"]
    file["checkpoint/chunks_done"] = np.arange(7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (rename_attribute("config"), "must have the attributes config"),
        (rename_attribute("schema_version"), "has schema version None"),
        (set_attribute("config", "{}"), "must hold a valid config"),
        (set_attribute("config", "[" * 100_000), "must hold a valid config"),
        (set_attribute("config", 7), "must hold a valid config"),
        (set_attribute("schema_version", READABLE_VERSIONS[-1] + 1), "versions 1 to 3. Read it"),
        (set_attribute("schema_version", [1, 1]), "not a run file that rsrg wrote"),
        (other_numbers, "its datasets do not fit its config"),
        (without("coupling/moments"), "not a run file that rsrg wrote"),
        (without("checkpoint/chunks_done"), "not a run file that rsrg wrote"),
        (without("provenance/started"), "not a run file that rsrg wrote"),
    ],
)  # fmt: skip
def test_sealed_nonsense_ends_in_a_message(forged, change, message):
    def both(file):
        set_attribute("status", "stopped")(file)
        change(file)

    with pytest.raises(RunFileError, match=message):
        rsrg.resume(forged(both))


def test_sealed_bytes_that_are_no_hdf5(tmp_path):
    path = tmp_path / "x.h5"
    path.write_bytes(bytes(BLOCK) + b"not HDF5 at all" * 100)
    seal(path)
    with pytest.raises(RunFileError, match="is not a run file that rsrg wrote"):
        rsrg.open_run(path)


def test_names_never_become_paths(changed, tmp_path):
    """Titles and glasses with slashes and dots: nothing is written but beside the run file."""
    folder = tmp_path / "runs"
    name = "../../../etc/x"
    config = changed(
        title=f'"{name}"', materials=f'[{{name: "{name}", alpha: 0.7}}]', readings="[affine/sphere]"
    )
    run = rsrg.run(config, folder / "run.h5")
    assert list(run.read("axes/material")) == [name]
    assert sorted(p.name for p in folder.iterdir()) == ["run.h5", "run.h5.prev", "run.log"]
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]


def test_a_run_too_large_for_this_machine(changed, tmp_path):
    config = changed(
        sampling="{samples: 999999984, seed: 1}",
        strain="{component: xx, values: {start: 0.0, stop: 0.8, count: 10000}}",
    )
    with pytest.raises(rsrg.ConfigError, match="the run must fit into memory: it needs about"):
        rsrg.run(config, tmp_path / "run.h5")
    assert not list(tmp_path.iterdir())
