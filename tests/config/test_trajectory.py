"""The config of a trajectory: what names which frames, in every format; every mistake."""

import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from rsrg.config import frames
from rsrg.config.blocks import PositionsSpec
from rsrg.config.exact import ExactConfig
from rsrg.config.frame_reading import read_frame
from rsrg.config.loading import config_from_source, load_config
from rsrg.config.on_resume import all_fields, inner_model, rule_of
from rsrg.config.position_files import MAX_POINTS
from rsrg.config.positions import pinned, read_sample
from rsrg.config.resume_rules import extended_config
from rsrg.config.run_config import config_rules
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.config.yaml_source import parse_source
from rsrg.errors import ConfigError
from rsrg.sums.packing import random_sequential_addition

EDGE = 5.0
FRAMES = np.stack(
    [random_sequential_addition(125, 0.7, np.random.default_rng(k)) for k in range(5)]
)
LATTICE = f'Lattice="{EDGE} 0 0 0 {EDGE} 0 0 0 {EDGE}"'
DUMP = "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{n}\nITEM: BOX BOUNDS pp pp pp\n" + (
    f"0.0 {EDGE}\n" * 3 + "ITEM: ATOMS id type x y z\n"
)


def xyz(points):
    rows = [f"Si {x!r} {y!r} {z!r}" for x, y, z in points.tolist()]
    return "\n".join([str(len(points)), f'{LATTICE} pbc="T T T"', *rows, ""])


def dump(points, step):
    rows = [f"{k} 1 {x!r} {y!r} {z!r}\n" for k, (x, y, z) in enumerate(points.tolist(), 1)]
    return DUMP.format(step=step, n=len(points)) + "".join(rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same five frames in every format that holds several, and each by itself."""
    path = tmp_path_factory.mktemp("frames")
    np.save(path / "a.npy", FRAMES)
    with h5py.File(path / "b.h5", "w") as file:
        file["all/positions"], file["one"] = FRAMES, FRAMES[2]
    (path / "c.xyz").write_text("".join(map(xyz, FRAMES)))
    text = "ITEM: UNITS\nmetal\n" + "".join(dump(f, 10 * k) for k, f in enumerate(FRAMES))
    (path / "d.lammpstrj").write_text(text)
    (path / "single").mkdir()
    for k, points in enumerate(FRAMES):
        np.save(path / "single" / f"f{3 * k + 1}.npy", points)  # f1, f4, f7, f10, f13
    return path


@pytest.fixture
def load(folder, monkeypatch):
    monkeypatch.chdir(folder)

    def make(positions, **more):
        data = {"schema_version": 1, "materials": [{"alpha": 0.7}], "positions": positions}
        return load_config(data | more)

    return make


def fault(function, *arguments, **options):
    with pytest.raises(ConfigError) as caught:
        function(*arguments, **options)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("a.npy", range(5)),
        ("a.npy@:", range(5)),
        ("a.npy@::2", (0, 2, 4)),
        ("a.npy@-1", (4,)),
        ("b.h5:all/positions@1:3", (1, 2)),
        ("b.h5:all/positions", range(5)),
        ("b.h5:one", (2,)),
        ("c.xyz@3:", (3, 4)),
        ("c.xyz@::-1", (4, 3, 2, 1, 0)),
        ("d.lammpstrj@1::2", (1, 3)),
        ("single/*.npy", range(5)),
        ("single/f1[03].npy", (3, 4)),
        (["single/f13.npy", "a.npy@:2", {"file": "c.xyz", "frame": 2}], (4, 0, 1, 2)),
        ({"a.npy@3": None}, (3, 4)),  # as YAML reads `a.npy@3:`
    ],
    ids=str,
)
def test_which_frames_a_name_stands_for(load, name, numbers):
    arrays = "npy" in str(name) or "h5" in str(name)
    config = load(name, **({"box": [EDGE] * 3} if arrays and not isinstance(name, list) else {}))
    found = [read_frame(f)[0].points for f in config.positions]
    assert len(found) == len(numbers)
    for points, k in zip(found, numbers, strict=True):
        shape = points / np.ptp(points, axis=0)  # a finite sample has another block size
        expected = FRAMES[k] / np.ptp(FRAMES[k], axis=0)
        np.testing.assert_allclose(shape, expected, rtol=1e-12)  # roundings of a scale


@pytest.mark.parametrize("name", ["a.npy", "b.h5:all/positions", "c.xyz", "d.lammpstrj"])
def test_every_format_gives_the_same_blocks(load, name):
    """As those of one sample with the frame named, which ASE reads itself."""
    box = {"box": (EDGE,) * 3} if name[0] in "ab" else {}
    config = load([{"file": f"{name}@1", **box}])
    sample, spacing = read_frame(config.positions[0])
    np.testing.assert_array_equal(sample.cell, np.diag([EDGE] * 3) / spacing)
    np.testing.assert_array_equal(sample.points, FRAMES[1] / spacing)
    if name[0] in "cd":
        whole = read_sample(pinned(PositionsSpec(file=f"{name}@1"), Path.cwd()))
        np.testing.assert_array_equal(sample.points, whole.points)


def test_a_frame_is_known_by_its_own_bytes(load, folder):
    config = load("c.xyz@2:4")
    content = (folder / "c.xyz").read_bytes()
    for frame, points in zip(config.positions, FRAMES[2:4], strict=True):
        excerpt = content[frame.start : frame.start + frame.length]
        assert excerpt.decode() == xyz(points)
        assert frame.sha256 == hashlib.sha256(excerpt).hexdigest()
        assert (frame.blocks, frame.name) == (125, f"c.xyz@{frame.frame}")
    (frame,) = load("a.npy@2").positions
    assert frame.sha256 == hashlib.sha256(FRAMES[2].tobytes()).hexdigest()


def test_a_text_file_is_read_through_once(load, monkeypatch):
    read, seen = frames.text_frames, []
    monkeypatch.setattr(frames, "text_frames", lambda path: seen.append(path) or read(path))
    frames._excerpts.cache_clear()
    assert len(load(["c.xyz@0", "c.xyz@3", "c.xyz@:2"]).positions) == 4
    assert len(seen) == 1


def test_other_formats_are_read_whole_frame_by_frame(load, tmp_path):
    ase = pytest.importorskip("ase.io")
    atoms = [ase_atoms(points) for points in FRAMES[:2]]
    ase.write(tmp_path / "e.traj", atoms)
    config = load([f"{tmp_path}/e.traj@0", f"{tmp_path}/e.traj@-1"])
    for frame, points in zip(config.positions, FRAMES, strict=False):
        sample, spacing = read_frame(frame)
        np.testing.assert_allclose(sample.points * spacing, points, rtol=1e-14)  # two roundings
    found = fault(load, f"{tmp_path}/e.traj@:")
    assert found.endswith("to be sliced; name its frames one by one; got @:")
    assert "holds several frames: name one" in fault(load, f"{tmp_path}/e.traj")


def ase_atoms(points):
    from ase import Atoms

    return Atoms("Si125", positions=points, cell=[EDGE] * 3, pbc=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.npy", "missing.npy must exist and be a file"),
        ("none/*.npy", "must name files that exist; none match none/*.npy in "),
        ("a.npy@7:", "must have frames in the slice; it has 5; got @7:"),
        ("a.npy@5", "must hold the frame asked for; it has 5; got @5"),
        ("c.xyz@-6", "must hold the frame asked for; it has 5; got @-6"),
        ("single/f1.npy@0", "must not come with a frame: it holds one; got @0"),
        ("b.h5", "must come with the name of a dataset, as frames.h5:positions"),
        ("b.h5:two", "must have a dataset `two`; there is no `two`"),
        ("a.npy@::0", "`frame` must not have a step of 0; got '::0'"),
        ("a.npy@1:2:-00", "`frame` must not have a step of 0; got '1:2:-00'"),
        ({"file": "a.npy", "frame": "first"}, "must be an integer or a slice as '100:200'"),
        ({"file": "a.npy", "dataset": "x"}, "must not come with a dataset: it is no HDF5 file"),
        ({"file": "a.npy@0", "sha256": "0" * 64}, "it has changed; got "),
        ([], "`positions` must be the name of a file, such as dump.lammpstrj@::10"),
        (7, "`positions` must be the name of a file"),
        ({"files": "a.npy"}, "`file` is missing"),
    ],
    ids=str,
)  # fmt: skip
def test_mistakes(load, name, message):
    with pytest.raises(ConfigError) as caught:
        load(name)
    assert message in str(caught.value)


CONTENTS = {
    "start.xyz": ("x y\n", "must give the number of its blocks in frame 0; got 'x y'"),
    "second.xyz": (xyz(FRAMES[0]) + "VEC1 1 2 3\n", "in frame 1; got 'VEC1 1 2 3'"),
    "few.xyz": ("2\n\nSi 0 0 0\nSi 1 1 1\n", f"must hold from 8 to {MAX_POINTS} blocks in frame"),
    "cut.xyz": (xyz(FRAMES[0]) * 2 + "125\n\nSi 0 0 0\n",
                "must hold all 125 blocks of frame 2, its last: leave it out; got fewer"),
    "cut.dump": (dump(FRAMES[0], 0) + "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n125\n",
                 "must hold all 125 blocks of frame 1"),
    "count.dump": ("ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\nmany\n", "in frame 0; got 'many'"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_faulty_text_files(load, tmp_path, name):
    content, message = CONTENTS[name]
    (tmp_path / name).write_text(content)
    assert message in fault(load, str(tmp_path / name))


def test_a_frame_that_is_still_written_can_be_left_out(load, tmp_path):
    (tmp_path / "now.dump").write_text(dump(FRAMES[0], 0) + dump(FRAMES[1], 1)[:-200])
    assert len(load(f"{tmp_path}/now.dump@:1").positions) == 1


def test_faulty_arrays(load, tmp_path):
    np.save(tmp_path / "shape.npy", np.zeros((2, 9, 4)))
    np.save(tmp_path / "columns.npy", np.asfortranarray(FRAMES))
    np.save(tmp_path / "text.npy", np.full((2, 9, 3), "a"))
    content = (tmp_path / "columns.npy").read_bytes()
    (tmp_path / "cut.npy").write_bytes(content.replace(b"True", b"False", 1)[:-1000])
    assert "must hold positions of shape (n, 3) or" in fault(load, f"{tmp_path}/shape.npy")
    assert "must hold its array row by row" in fault(load, f"{tmp_path}/columns.npy")
    assert "must hold real numbers; got <U1" in fault(load, f"{tmp_path}/text.npy")
    assert "must hold all numbers that its first lines" in fault(load, f"{tmp_path}/cut.npy")


def test_no_hdf5_file_leads_elsewhere(load, tmp_path):
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["out"] = h5py.ExternalLink("b.h5", "one")
        file["text"] = ["a"]
    assert "must not have links to elsewhere" in fault(load, f"{tmp_path}/link.h5:out")
    assert "must hold real numbers in `text`" in fault(load, f"{tmp_path}/link.h5:text")


def test_a_frame_that_changed_is_refused_when_it_is_read(load, tmp_path):
    (tmp_path / "x.xyz").write_text(xyz(FRAMES[0]) + xyz(FRAMES[1]))
    first, second = load(f"{tmp_path}/x.xyz").positions
    (tmp_path / "x.xyz").write_text(xyz(FRAMES[0]) + xyz(FRAMES[2]))
    np.testing.assert_allclose(np.ptp(read_frame(first)[0].points), np.ptp(FRAMES[0]), rtol=1e-14)
    assert "must not change while it is used; the sha256 of x.xyz@1" in fault(read_frame, second)
    (tmp_path / "x.xyz").unlink()
    assert "must exist and be a file" in fault(read_frame, first)


def test_arrays_from_python(load, tmp_path, monkeypatch):
    monkeypatch.setattr("rsrg.config.positions.Path", lambda name: tmp_path / name)
    config = load(FRAMES[:2], box=[EDGE] * 3)
    assert [f.frame for f in config.positions] == [0, 1]
    (tmp_file,) = tmp_path.glob("positions-*.npy")
    np.testing.assert_array_equal(np.load(tmp_file), FRAMES[:2])
    assert len(load({"file": FRAMES[0], "box": [EDGE] * 3}).positions) == 1
    assert "must hold from 8 to" in fault(load, np.zeros((2, 3, 3)))


def test_a_box_twice(load):
    frame = load("c.xyz@0", box=[EDGE] * 3).positions[0]
    assert "must not be periodic by itself where the config gives a `box`" in fault(
        read_frame, frame
    )


def test_a_mixture_with_a_flow_is_refused(load):
    found = fault(load, "a.npy", blocks={"n0": 3}, strain={"values": [0.0]})
    assert found.startswith("`positions` at the top level is for a trajectory, `blocks` for a flow")
    assert "are `blocks.positions`" in found
    text = "schema_version: 1\npositions: a.npy\n"
    with pytest.raises(ConfigError, match=r"is a trajectory, which `rsrg run` carries .*yaml:2"):
        config_from_source(parse_source(text, "t.yaml"))
    with pytest.raises(ConfigError, match="`positions` is missing; it must be the name of a file"):
        load_config({"schema_version": 1, "kind": "trajectory", "materials": ["a-SiO2"]})


def test_resolved_round_trip(load):
    config = load(["a.npy@1:3", "c.xyz"], title="one")
    again = TrajectoryConfig.model_validate_json(config.resolved())
    assert again == config
    other = load(["a.npy@1:3", "c.xyz"], title="two")
    assert other != config
    assert other.digest() == config.digest()
    assert load(["a.npy@1:3"]).digest() != config.digest()


def test_the_digest_does_not_depend_on_where_a_file_lies(load, folder, tmp_path):
    (tmp_path / "moved.xyz").write_bytes((folder / "c.xyz").read_bytes())
    assert load("c.xyz").digest() == load(f"{tmp_path}/moved.xyz").digest()


def test_every_field_says_what_a_resume_may_do():
    rules = config_rules(TrajectoryConfig)
    leaves = [key for key, f in all_fields(TrajectoryConfig) if inner_model(f.annotation) is None]
    assert [key for key in leaves if rule_of(key, rules) is None] == []
    assert "can only be continued" not in {r.rule for r in config_rules(ExactConfig).values()}


def test_frames_can_only_be_continued(load, folder):
    config = load("a.npy@:3")
    assert len(extended_config(config, {"positions": "a.npy"}).positions) == 5
    assert len(extended_config(config, {"materials": [{"alpha": 0.7}, "a-SiO2"]}).materials) == 2
    for positions, number in (("a.npy@1:", 0), ("a.npy@:2", 2), (["a.npy@:2", "a.npy@4"], 2)):
        with pytest.raises(ConfigError, match=f"must come first, unchanged; number {number} is"):
            extended_config(config, {"positions": positions})
    for key, value in (("domain", "all"), ("tolerance", 1e-7)):
        with pytest.raises(ConfigError, match=f"`{key}` cannot change on resume"):
            extended_config(config, {key: value})
