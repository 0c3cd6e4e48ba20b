"""Positions as ASE reads them: the formats of molecular dynamics, frames, boxes, faults."""

import ase
import ase.io
import numpy as np
import pytest

from rsrg.config.blocks import PositionsSpec
from rsrg.config.positions import pinned, read_sample, sample_text
from rsrg.errors import ConfigError
from rsrg.sums.packing import random_sequential_addition

EDGE = 17.5  # Å, of 343 blocks: 2.5 Å each
BLOCKS = random_sequential_addition(343, 0.7, np.random.default_rng(0))
POINTS = 2.5 * BLOCKS


def atoms(points):
    return ase.Atoms(f"Si{len(points)}", positions=points, cell=[EDGE] * 3, pbc=True)


def dump(frames, columns="x y z", boundary="pp pp pp", scale=1.0):
    """A dump of LAMMPS, of atoms in the reverse order of their numbers."""
    lines = []
    for step, points in enumerate(frames):
        lines += ["ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", str(len(points))]
        lines += [f"ITEM: BOX BOUNDS {boundary}", *[f"0.0 {EDGE}"] * 3]
        lines += [f"ITEM: ATOMS id type {columns}"]
        rows = [f"{i} 1 {x!r} {y!r} {z!r}" for i, (x, y, z) in enumerate((points / scale).tolist())]
        lines += reversed(rows)
    return "\n".join([*lines, ""])


def write(folder, name, frames=(POINTS,)):
    if name.startswith("dump"):
        (folder / name).write_text(dump(frames))
    elif name.endswith("scaled"):
        (folder / name).write_text(dump(frames, "xs ys zs", scale=EDGE))
    else:
        form = {"glass.data": "lammps-data", "glass.lmp": "lammps-data", "POSCAR": "vasp"}.get(name)
        ase.io.write(folder / name, [atoms(p) for p in frames], format=form)


def sample_of(folder, name, **options):
    return read_sample(pinned(PositionsSpec(file=name, **options), folder))


def fault(folder, name, **options):
    with pytest.raises(ConfigError) as caught:
        sample_of(folder, name, **options)
    (problem,) = caught.value.problems
    return problem.removeprefix(f"`positions` file {folder / name.split('@')[0]} ")


@pytest.mark.parametrize(
    "name",
    ["dump.lammpstrj", "atoms.scaled", "glass.data", "glass.lmp", "glass.cif", "glass.xyz",
     "POSCAR", "glass.traj"],
)  # fmt: skip
def test_every_format_gives_the_same_blocks(tmp_path, name):
    write(tmp_path, name)
    sample = sample_of(tmp_path, name)
    # extended XYZ is written with eight decimals, the others with all or sixteen digits
    atol = 1e-8 if name.endswith("xyz") else 1e-13
    np.testing.assert_allclose(sample.points, BLOCKS, atol=atol, rtol=0)
    np.testing.assert_allclose(sample.cell, 7.0 * np.eye(3), atol=1e-13, rtol=0)


@pytest.mark.parametrize("name", ["dump.glass", "glass.xyz", "glass.traj"])
def test_of_several_frames_one_must_be_named(tmp_path, name):
    write(tmp_path, name, [POINTS, POINTS + 0.25, POINTS + 0.5])
    assert fault(tmp_path, name).startswith(
        f"holds several frames: name one, as {name}@-1 for the "
    )
    for frame, shift in {"@0": 0.0, "@1": 0.1, "@2": 0.2, "@-1": 0.2, "@-3": 0.0}.items():
        sample = sample_of(tmp_path, name + frame)
        np.testing.assert_allclose(sample.points, BLOCKS + shift, atol=1e-8, rtol=0)
    np.testing.assert_array_equal(
        sample_of(tmp_path, name, frame=1).points, sample_of(tmp_path, f"{name}@1").points
    )
    for frame in ("@3", "@-4"):
        assert fault(tmp_path, name + frame) == f"must hold the frame asked for; got {frame}"


def test_the_box_is_that_of_the_file_where_it_is_periodic(tmp_path):
    write(tmp_path, "dump.glass")
    spec = pinned(PositionsSpec(file="dump.glass"), tmp_path)
    box = "in the periodic box of dump.glass: 7 × 7 × 7 block sizes"
    assert sample_text(spec) == f"343 blocks of dump.glass, {box}"
    assert "must not be periodic by itself" in fault(tmp_path, "dump.glass", box=(EDGE,) * 3)
    (tmp_path / "free.dump").write_text(dump([POINTS], boundary="ff ff ff"))
    assert sample_of(tmp_path, "free.dump").cell is None
    (tmp_path / "film.dump").write_text(dump([POINTS], boundary="pp pp ff"))
    assert fault(tmp_path, "film.dump") == (
        "must be periodic along all three edges of its cell, or none; got [True, True, False]"
    )
    np.save(tmp_path / "a.npy", POINTS)
    spec = pinned(PositionsSpec(file="a.npy", box=(EDGE,) * 3), tmp_path)
    assert "in the periodic box of the config" in sample_text(spec)
    assert "a finite sample" in sample_text(pinned(PositionsSpec(file="a.npy"), tmp_path))


LINES = ["343", "", *(f"Si {x} {y} {z}" for x, y, z in POINTS.tolist())]
TEXTS = {
    "empty": ([], "ASE can read"),
    "no count": (["x", *LINES[1:]], "ASE can read"),
    "a hole": ([*LINES[:4], "Si 1.0 2.0", *LINES[5:]], "ASE can read"),
    "words": ([*LINES[:4], "Si a b c", *LINES[5:]], "ASE can read"),
    "too short": (LINES[:-1], "ASE can read"),
    "no element": ([*LINES[:4], "Qx 1 2 3", *LINES[5:]], "'Qx' (as an element: X is one that is"),
    "small letter": ([LINES[0], 'lattice="9 0 0 0 9 0 0 0 9"', *LINES[2:]], "a capital L"),
    "bad lattice": ([LINES[0], 'Lattice="1 2"', *LINES[2:]], "ASE can read"),
    "no volume": ([LINES[0], 'Lattice="1 0 0 0 1 0 0 1 0"', *LINES[2:]], "a cell of some volume"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_faulty_texts(tmp_path, name):
    lines, words = TEXTS[name]
    (tmp_path / "a.xyz").write_text("\n".join([*lines, ""]) if lines else "")
    problem = fault(tmp_path, "a.xyz")
    assert words in problem
    assert "\n" not in problem
    assert "/tmp" not in problem.replace(str(tmp_path), "")


def test_what_is_no_frame_or_dataset(tmp_path):
    np.save(tmp_path / "a.npy", POINTS)
    assert "it holds one array; got @0" in fault(tmp_path, "a.npy@0")
    assert "it is no HDF5 file; got :p" in fault(tmp_path, "a.npy", dataset="p")


def test_without_ase(tmp_path, monkeypatch):
    write(tmp_path, "dump.glass")
    monkeypatch.setitem(__import__("sys").modules, "ase.io", None)
    assert "pip install 'rsrg[ase]'" in fault(tmp_path, "dump.glass")


def near(distance, edge):
    """Blocks of which the last two lie on either side of a face of the box."""
    points = edge / 6.0 * (np.indices((6, 6, 6)).reshape(3, -1).T + 0.5)
    across = np.array([[0.4 * distance, 1.0, 1.0], [edge - 0.6 * distance, 1.0, 1.0]])
    return np.concatenate((points, across))


def test_near_blocks_are_named_also_through_the_box(tmp_path):
    box = (60.0, 60.0, 60.0)
    for distance, refused in ((0.001, True), (0.05, True), (1.0, False)):
        np.save(tmp_path / "a.npy", near(distance, 60.0))
        if not refused:
            sample_of(tmp_path, "a.npy", box=box)
            continue
        problem = fault(tmp_path, "a.npy", box=box)
        assert "must hold each block once, 0.01 block sizes or more" in problem
        assert "got blocks 216 and 217" in problem
        assert problem.endswith("apart through the periodic box")


def test_near_blocks_in_a_triclinic_box(tmp_path):
    cell = np.array([[60.0, 0, 0], [30.0, 60.0, 0], [10.0, 20.0, 60.0]])
    points = near(0.05, 1.0)[:-2]
    twin = points[7] + [1.0, -1.0, 1.0] + [1e-5, 0, 0]
    crystal = ase.Atoms("Si217", cell=cell, pbc=True)
    crystal.set_scaled_positions(np.concatenate((points, twin[None])))
    ase.io.write(tmp_path / "a.traj", crystal)
    assert "blocks 7 and 216" in fault(tmp_path, "a.traj")


def test_a_box_that_does_not_fit_is_named(tmp_path):
    np.save(tmp_path / "a.npy", POINTS / EDGE * 60.0)
    problem = fault(tmp_path, "a.npy", box=(55.0, 60.0, 60.0))
    assert "must lie within one periodic `box` of edges 55 × 60 × 60" in problem
    for box in ((60.0, 60.0, 90.0), (600.0, 600.0, 600.0)):
        problem = fault(tmp_path, "a.npy", box=box)
        assert f"box of edges {box[0]:g} × {box[1]:g} × {box[2]:g}, which is too large" in problem
    sample_of(tmp_path, "a.npy", box=(60.0, 60.0, 62.0))  # as wide as a gap between blocks may be
