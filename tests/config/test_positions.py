"""Blocks from files: three formats, one meaning; every fault in a sentence; changes noticed."""

import shutil

import h5py
import numpy as np
import pytest

import rsrg
from rsrg.config.blocks import PositionsSpec
from rsrg.config.loading import load_config
from rsrg.config.positions import pinned, read_sample
from rsrg.errors import ConfigError
from rsrg.physics.lattices import lattice_points
from rsrg.sums.packing import random_sequential_addition

CONFIG = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 15 nm}
blocks: {n0: 2, positions: NAME}
strain: {values: [0.0, 0.2]}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 64, seed: 3}
"""
BOX = 7.0  # 343 blocks
POINTS = 2.5 * random_sequential_addition(343, 0.7, np.random.default_rng(0))  # Å, say


def xyz(points, comment="", species="Si "):
    rows = [f"{species}{x!r} {y!r} {z!r}" for x, y, z in points.tolist()]
    return "\n".join([str(len(points)), comment, *rows, ""])


def lattice(edges):
    return 'Lattice="' + " ".join(map(repr, np.diag(edges).ravel().tolist())) + '"'


def sample_of(folder, name, **options):
    return read_sample(pinned(PositionsSpec(file=name, **options), folder))


@pytest.fixture
def config_of(tmp_path):
    """A config in the folder of a positions file."""

    def make(name, **overrides):
        (tmp_path / "c.yaml").write_text(CONFIG.replace("NAME", name))
        return load_config(tmp_path / "c.yaml", overrides)

    return make


def fault(function, *arguments, **options):
    with pytest.raises(ConfigError) as caught:
        function(*arguments, **options)
    (problem,) = caught.value.problems
    return problem


def test_every_format_gives_the_same_blocks(tmp_path):
    edges = [2.5 * BOX] * 3
    np.save(tmp_path / "a.npy", POINTS)
    (tmp_path / "b.xyz").write_text(xyz(POINTS, lattice(edges) + " pbc='T T T'"))
    comment = lattice(edges) + " Properties=id:I:1:kind:I:1:pos:R:3"
    (tmp_path / "c.xyz").write_text(xyz(POINTS, comment, "17 1 "))
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["frames/last"] = POINTS
    samples = [
        sample_of(tmp_path, "a.npy", box=tuple(edges)),
        sample_of(tmp_path, "b.xyz"),
        sample_of(tmp_path, "c.xyz"),
        sample_of(tmp_path, "d.h5:frames/last", box=tuple(edges)),
    ]
    for s in samples:
        np.testing.assert_array_equal(s.points, samples[0].points)
        np.testing.assert_array_equal(s.cell, samples[0].cell)
        assert np.linalg.det(s.cell) == pytest.approx(343, rel=1e-13)  # roots


def test_triclinic_lattice(tmp_path):
    cell = np.array([[9.0, 0, 0], [3.0, 9.0, 0], [1.0, 2.0, 9.0]])
    text = 'Lattice="' + " ".join(map(str, cell.ravel())) + '"'
    (tmp_path / "a.xyz").write_text(xyz(np.random.default_rng(0).random((100, 3)) @ cell, text))
    s = sample_of(tmp_path, "a.xyz")
    np.testing.assert_allclose(s.cell / s.cell[0, 0], cell / 9.0, atol=1e-14)  # one division
    assert np.linalg.det(s.cell) == pytest.approx(100, rel=1e-13)  # roots


@pytest.mark.parametrize("shape", ["ball", "cube"])
def test_finite_sample_has_unit_volume_per_block(tmp_path, shape):
    """Poisson points in a known convex body: the hull's volume, corrected for its corners."""
    scales = []
    for seed in range(30):
        points = 20 * np.random.default_rng(seed).random((4000, 3))
        if shape == "ball":
            points = points[np.linalg.norm(points - 10, axis=1) < 10]
        volume = 8000.0 if shape == "cube" else 4000 / 3 * np.pi
        np.save(tmp_path / f"{seed}.npy", points)
        s = sample_of(tmp_path, f"{seed}.npy")
        assert s.cell is None
        found = (np.ptp(points) / np.ptp(s.points)) ** 3 * len(points)
        scales.append(found / volume)
    # unbiased: 4 standard errors of thirty, themselves below 1%
    assert abs(np.mean(scales) - 1) < 4 * np.std(scales) / np.sqrt(30) < 0.01


FAULTS = {
    "shape.npy": (np.zeros((9, 2)), "must hold positions of shape (n, 3); got (9, 2)"),
    "text.npy": (np.array([["a"] * 3] * 9), "must hold real numbers; got <U1"),
    "complex.npy": (np.ones((9, 3)) * 1j, "must hold real numbers; got complex128"),
    "few.npy": (np.eye(3), "must hold from 8 to 1000000 blocks; got 3"),
    "nan.npy": (np.full((9, 3), np.nan),
                "must hold finite numbers; got [nan, nan, nan] as block 0"),
    "twice.npy": (np.concatenate((POINTS, POINTS[5:6])),
                  "must hold each block once, 0.01 block sizes or more from all others; "
                  "got blocks 5 and 343, 0 apart"),
    "flat.npy": (POINTS * [1, 1, 0], "must hold blocks that do not lie in one plane"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_arrays(tmp_path, name):
    values, message = FAULTS[name]
    np.save(tmp_path / name, values)
    expected = f"`positions` file {tmp_path / name} {message}"
    assert fault(pinned, PositionsSpec(file=name), tmp_path) == expected


GOOD = xyz(POINTS)


def test_box_twice(tmp_path):
    (tmp_path / "a.xyz").write_text(GOOD.replace("\n\n", f"\n{lattice([9] * 3)}\n", 1))
    found = fault(pinned, PositionsSpec(file="a.xyz", box=(9.0, 9.0, 9.0)), tmp_path)
    assert found.endswith("must not be periodic by itself where the config gives a `box`")


def test_pickles_are_never_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[{}] * 3] * 9), allow_pickle=True)
    found = fault(pinned, PositionsSpec(file="a.npy"), tmp_path)
    assert found == (
        f"`positions` file {tmp_path / 'a.npy'} must be a .npy array of numbers: "
        "Object arrays cannot be loaded when allow_pickle=False"
    )


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff", b"PK\x03\x04zip"]
)
@pytest.mark.parametrize("name", ["a.npy", "a.xyz", "a.h5:x"])
def test_damaged_files(tmp_path, name, content):
    (tmp_path / name.split(":")[0]).write_bytes(content)
    assert fault(pinned, PositionsSpec(file=name), tmp_path).startswith("`positions` file ")


def test_other_endings_missing_and_large_files(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("1 2 3")
    got = fault(pinned, PositionsSpec(file="a.txt"), tmp_path)
    assert got.endswith("must be a file that ASE can read: UnknownFileTypeError: txt")
    got = fault(pinned, PositionsSpec(file="b.npy"), tmp_path)
    assert got == f"`positions` file {tmp_path / 'b.npy'} must exist and be a file"
    assert fault(pinned, PositionsSpec(file="."), tmp_path).endswith("must exist and be a file")
    np.save(tmp_path / "c.npy", POINTS)
    monkeypatch.setattr("rsrg.config.position_content.MAX_BYTES", 1000)
    got = fault(pinned, PositionsSpec(file="c.npy"), tmp_path)
    assert got.endswith("must be at most 0 MB; got 8360 bytes")


def test_hdf5_opens_nothing_else(tmp_path):
    np.save(tmp_path / "raw.npy", POINTS)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["p"] = POINTS
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/p"] = POINTS
        file["text"] = "hello"
        file["soft"] = h5py.SoftLink("/g")
        file["external"] = h5py.ExternalLink("other.h5", "/p")
        file.create_dataset("raw", (3, 3), "f8", external=[(str(tmp_path / "raw.npy"), 0, 72)])
        layout = h5py.VirtualLayout((343, 3), "f8")
        layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "p", (343, 3))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("huge", (10**9, 3), "f8", chunks=(10, 3), compression="gzip")
    for name, rule in {
        "": "must come with the name of a dataset, as blocks.h5:positions",
        ":q": "must have a dataset `q`; there is no `q`",
        ":g": "must have a dataset `g`; it is a group",
        ":g/p/x": "must have a dataset `g/p/x`; there is no `x`",
        ":soft/p": "must not have links to elsewhere; `soft` is one",
        ":external": "must not have links to elsewhere; `external` is one",
        ":raw": "must hold `raw` itself, not refer to other files",
        ":virtual": "must hold `virtual` itself, not refer to other files",
        ":huge": "must have at most 3000000 numbers in `huge`; "
        "got float64 of shape (1000000000, 3)",
        ":text": "must have at most 3000000 numbers in `text`; got object of shape ()",
    }.items():
        found = fault(pinned, PositionsSpec(file=f"a.h5{name}"), tmp_path)
        assert found == f"`positions` file {tmp_path / 'a.h5'} {rule}"


def test_run_and_resume_from_anywhere(tmp_path, config_of, monkeypatch, same):
    np.save(tmp_path / "blocks.npy", POINTS)
    config = config_of(f"{{file: blocks.npy, box: [{2.5 * BOX}, {2.5 * BOX}, {2.5 * BOX}]}}")
    long = config_of(
        f"{{file: blocks.npy, box: [{2.5 * BOX}, {2.5 * BOX}, {2.5 * BOX}]}}",
        **{"sampling.samples": 96},
    )
    rsrg.run(long, tmp_path / "long.h5")
    rsrg.run(config, tmp_path / "run.h5")
    monkeypatch.chdir("/")
    rsrg.resume(tmp_path / "run.h5", {"sampling.samples": 96})
    same(tmp_path / "run.h5", tmp_path / "long.h5")


def test_a_changed_file_is_another_config(tmp_path, config_of):
    np.save(tmp_path / "blocks.npy", POINTS)
    name = f"{{file: blocks.npy, box: [{2.5 * BOX}, {2.5 * BOX}, {2.5 * BOX}]}}"
    config = config_of(name)
    rsrg.run(config, tmp_path / "run.h5")
    np.save(tmp_path / "blocks.npy", POINTS[::-1])
    assert config_of(name).digest() != config.digest()
    found = fault(rsrg.resume, tmp_path / "run.h5", {"sampling.samples": 96})
    assert "must be the file that the config names by its sha256" in found
    shutil.move(tmp_path / "blocks.npy", tmp_path / "gone.npy")
    found = fault(rsrg.resume, tmp_path / "run.h5", {"sampling.samples": 96})
    assert found.endswith("must exist and be a file")
    # what is finished can still be read
    assert rsrg.open_run(tmp_path / "run.h5").config.blocks.positions.sha256


def test_a_small_sample_says_what_it_lacks(tmp_path, config_of):
    np.save(tmp_path / "blocks.npy", lattice_points("sc", 2.0))
    config = config_of("blocks.npy", **{"blocks.n0": 3})
    with pytest.raises(ValueError, match="the sample of 33 blocks must have room for a ball"):
        rsrg.run(config, tmp_path / "run.h5")


def test_windows_that_would_be_drawn_otherwise_are_not_extended(changed, tmp_path):
    """A larger strain needs larger windows, so other packings: what is done would not fit."""
    path = tmp_path / "run.h5"
    rsrg.run(changed(blocks="{n0: 2, packing: {kind: rsa}}"), path)
    for override in ({"strain.values.count": 9}, {"readings": ["fixed/ellipsoid", "fixed/sphere"]}):
        with pytest.raises(ConfigError, match="blocks that are no perfect lattice"):
            rsrg.resume(path, override)
