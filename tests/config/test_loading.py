"""The config: every broken rule as one exact sentence; what a config means."""

import pytest

from rsrg.config.loading import config_from_text, load_config
from rsrg.errors import ConfigError

GLASS_NAMES = "a-SiO2, LaSF-7, BK7, SF4, LAT, SF59, V52, As2S3, BALNA, PS, a-Se, PMMA"
READING_NAMES = "fixed/ellipsoid, affine/sphere, affine/ellipsoid, fixed/sphere"
TOP = (
    "schema_version, title, materials, lengths, blocks, strain, readings, flow, sampling, "
    "checkpoint"
)

GOOD = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 50 angstrom, sample: 1 um}
blocks: {n0: 3}
strain: {component: xx, values: {start: 0.0, stop: 0.6, count: 5}}
readings: [fixed/ellipsoid]
sampling: {samples: 64}
"""

GRID = "{start: 0.0, stop: 0.6, count: 5}"

BROKEN = [
    # unknown keys
    ("samples: 64", "sampels: 64",
     "unknown key `sampels`; did you mean `samples`? (c.yaml:7, sampling.sampels)"),
    ("n0: 3", "n0: 3, shape: round",
     "unknown key `shape`; known keys: n0, lattice, orientation, offset, count, jitter, packing, "
     "positions (c.yaml:4, blocks.shape)"),
    ("[a-SiO2]", "[{alpha: 0.7, densty: 2 g/cm3}]",
     "unknown key `densty`; did you mean `density`? (c.yaml:2, materials.0.densty)"),
    ("stop: 0.6", "stop: 0.6, step: 0.1",
     "unknown key `step`; did you mean `stop`? (c.yaml:5, strain.values.step)"),
    # types
    ("n0: 3", "n0: three",
     "`n0` must be an integer from 2 to 1000; got 'three' (c.yaml:4, blocks.n0)"),
    ("n0: 3", "n0: 3.5", "`n0` must be an integer from 2 to 1000; got 3.5 (c.yaml:4, blocks.n0)"),
    ("n0: 3", "n0: true", "`n0` must be an integer from 2 to 1000; got true (c.yaml:4, blocks.n0)"),
    ("sampling: {samples: 64}", "sampling: 7",
     "`sampling` must be a mapping with estimator, samples, seed; got 7 (c.yaml:7, sampling)"),
    ("[a-SiO2]", "a-SiO2",
     "`materials` must be `all`, or a list of 1 to 1000 glasses; got 'a-SiO2' "
     "(c.yaml:2, materials)"),
    ("component: xx", "component: xq",
     "`component` must be xx, xy, xz, yy, yz or zz; got 'xq' (c.yaml:5, strain.component)"),
    ("schema_version: 1", "schema_version: 2",
     "`schema_version` must be 1; got 2 (c.yaml:1, schema_version)"),
    # α
    ("[a-SiO2]", "[{alpha: 0.25}]",
     "`alpha` must be a number between 0.25 and 1 (1 − c_t²/c_l²); got 0.25 "
     "(c.yaml:2, materials.0.alpha)"),
    ("[a-SiO2]", "[{alpha: .nan}]",
     "`alpha` must be a number between 0.25 and 1 (1 − c_t²/c_l²); got nan "
     "(c.yaml:2, materials.0.alpha)"),
    ("[a-SiO2]", "[{c_l: 5 km/s, c_t: 4.9 km/s}]",
     "`materials` must have 0.25 < 1 − c_t²/c_l² < 1, a stable medium; it is 0.0396; "
     "got {'c_l': '5 km/s', 'c_t': '4.9 km/s'} (c.yaml:2, materials.0)"),
    ("[a-SiO2]", "[{c_l: 5 km/s}]",
     "`materials` must give either `alpha`, or both `c_l` and `c_t`; got {'c_l': '5 km/s'} "
     "(c.yaml:2, materials.0)"),
    ("[a-SiO2]", "[a-Si02]",
     "`materials` must name a glass of Table I (did you mean a-SiO2?), or give `c_l` and `c_t`, "
     "or `alpha`; got {'name': 'a-Si02'} (c.yaml:2, materials.0)"),
    ("[a-SiO2]", "[window]",
     f"`materials` must name a glass of Table I (they are {GLASS_NAMES}), or give `c_l` and "
     "`c_t`, or `alpha`; got {'name': 'window'} (c.yaml:2, materials.0)"),
    ("[a-SiO2]", "[PS, PS]",
     "`materials` must have distinct names; 'PS' stands twice (c.yaml:2, materials)"),
    # strains
    ("start: 0.0", "start: -1.0",
     "`start` must be a strain greater than −1 (0.02 is 2%); got -1.0 "
     "(c.yaml:5, strain.values.start)"),
    (GRID, "[-1.5, 0.2]",
     "`values` must be {start, stop, count}, or a list of 2 to 10000 strains greater than −1, "
     "at most 100 (0.02 is 2%); got -1.5 (c.yaml:5, strain.values.0)"),
    (GRID, "[0.2, 0.1]",
     "`values` must be in ascending order, each strain once; got [0.2, 0.1] "
     "(c.yaml:5, strain.values)"),
    (GRID, "{start: 0.3, stop: 0.3, count: 5}",
     "`values` must have `stop` greater than `start`; "
     "got {'start': 0.3, 'stop': 0.3, 'count': 5} (c.yaml:5, strain.values)"),
    (f"component: xx, values: {GRID}", "tensor: [[-3,0,0],[0,1,0],[0,0,1]], values: [0.0, 0.5]",
     "`strain` must keep det F > 0; at e = 0.5, det F = -1.125; "
     "got {'tensor': [[-3, 0, 0], [0, 1, 0], [0, 0, 1]], 'values': [0… (c.yaml:5, strain)"),
    # blocks, lengths, samples
    ("n0: 3", "n0: 1", "`n0` must be an integer from 2 to 1000; got 1 (c.yaml:4, blocks.n0)"),
    ("50 angstrom, sample: 1 um", "1 um, sample: 0.5 um",
     "`lengths` must have `sample` larger than `start`; "
     "got {'start': '1 um', 'sample': '0.5 um'} (c.yaml:3, lengths)"),
    ("50 angstrom", "50",
     "`start` must be a length with its unit, such as '50 angstrom'; got 50 "
     "(c.yaml:3, lengths.start)"),
    ("50 angstrom", "50 kg",
     "`start` must be a length with its unit, such as '50 angstrom'; got '50 kg' "
     "(c.yaml:3, lengths.start)"),
    ("sample: 1 um", "log_ratio: 3",
     "`lengths` must give either `start` and `sample`, or `log_ratio`, not both; "
     "got {'start': '50 angstrom', 'log_ratio': 3} (c.yaml:3, lengths)"),
    ("samples: 64", "samples: 100",
     "`samples` must be a multiple of 16, at least 64, at most 10⁹ (draws per step); got 100 "
     "(c.yaml:7, sampling.samples)"),
    ("samples: 64", "samples: 1000000000000000",
     "`samples` must be a multiple of 16, at least 64, at most 10⁹ (draws per step); "
     "got 1000000000000000 (c.yaml:7, sampling.samples)"),
    ("samples: 64", "samples: 16",
     "`samples` must be a multiple of 16, at least 64, at most 10⁹ (draws per step); got 16 "
     "(c.yaml:7, sampling.samples)"),
    ("samples: 64", "seed: -1",
     "`seed` must be an integer from 0 to 2⁶³ − 1; got -1 (c.yaml:7, sampling.seed)"),
    ("samples: 64", "estimator: exact",
     "`sampling.estimator: exact` must come with a `blocks.lattice` without jitter, "
     "`count: volume`, `orientation: haar` and `offset: random`, for which the mean is known "
     "(c.yaml:7, sampling.estimator)"),
    ("n0: 3}", "n0: 3, count: volume}\nflow: {disorder: quenched}",
     "`flow.disorder: quenched` must come with `sampling.estimator: montecarlo` and "
     "`blocks.count: exact`, for a super block is N0³ blocks on the places of one draw "
     "(c.yaml:5, flow.disorder)"),
    # blocks that are no lattice
    ("n0: 3", "n0: 3, lattice: sc, packing: {kind: rsa}",
     "`blocks` must give one of `lattice`, `packing` and `positions`, not `lattice` and `packing`; "
     "got {'n0': 3, 'lattice': 'sc', 'packing': {'kind': 'rsa'}} (c.yaml:4, blocks)"),
    ("n0: 3", "n0: 3, packing: {kind: rsa}, jitter: {width: 0.1}",
     "`blocks` must have `jitter` with a `lattice` only, not with `packing`; "
     "got {'n0': 3, 'packing': {'kind': 'rsa'}, 'jitter': {'width': 0… (c.yaml:4, blocks)"),
    ("n0: 3", "n0: 3, packing: {kind: rsa}, offset: none",
     "`blocks` must have `offset: random` with `packing`: it has no origin; "
     "got {'n0': 3, 'packing': {'kind': 'rsa'}, 'offset': 'none'} (c.yaml:4, blocks)"),
    ("n0: 3", "n0: 3, packing: {kind: rsa, min_separation: 0.9}",
     "`min_separation` must be a number from 0.3 to 0.85, in block sizes; got 0.9 "
     "(c.yaml:4, blocks.packing.min_separation)"),
    ("n0: 3", "n0: 3, packing: {kind: poisson_disk, min_separation: 0.8}",
     "`packing` must not have `min_separation` with poisson_disk: its density fixes it, about "
     "0.83; got {'kind': 'poisson_disk', 'min_separation': 0.8} (c.yaml:4, blocks.packing)"),
    ("n0: 3", "n0: 3, jitter: {width: 0.1, min_separation: 0.0}",
     "`blocks` must have `jitter.min_separation` greater than 0: two blocks can come arbitrarily "
     "close, and 1/r³ then has no variance, so no error bar would mean anything; "
     "got {'n0': 3, 'jitter': {'width': 0.1, 'min_separation': 0.0}} (c.yaml:4, blocks)"),
    ("n0: 3", "n0: 3, jitter: {width: 0.1, min_separation: 1.0}",
     "`blocks` must have `jitter.min_separation` below the lattice's 1 block sizes; "
     "got {'n0': 3, 'jitter': {'width': 0.1, 'min_separation': 1.0}} (c.yaml:4, blocks)"),
    ("n0: 3", "n0: 3, jitter: {width: -0.1}",
     "`width` must be a number greater than 0, at most 1, in block sizes; got -0.1 "
     "(c.yaml:4, blocks.jitter.width)"),
    ("n0: 3", "n0: 3, positions: 7",
     "`positions` must be the name of a file, or a mapping with `file`; got 7 "
     "(c.yaml:4, blocks.positions)"),
    ("n0: 3", "n0: 3, positions: {file: a.npy, box: [1, 0, 1]}",
     "`box` must be three positive edges of a periodic box, in the units of the file; got 0 "
     "(c.yaml:4, blocks.positions.box.1)"),
    # readings
    ("[fixed/ellipsoid]", "[fixed/elipsoid]",
     f"`readings` must be a list of one or more of {READING_NAMES} (did you mean "
     "fixed/ellipsoid?); got 'fixed/elipsoid' (c.yaml:6, readings.0)"),
    ("[fixed/ellipsoid]", "[]",
     f"`readings` must be a list of one or more of {READING_NAMES}; got [] (c.yaml:6, readings)"),
    ("[fixed/ellipsoid]", "[fixed/sphere, fixed/sphere]",
     "`readings` must name each reading once; got ['fixed/sphere', 'fixed/sphere'] "
     "(c.yaml:6, readings)"),
    # missing
    ("blocks: {n0: 3}\n", "",
     "`blocks` is missing; it must be a mapping with `n0` (c.yaml, blocks)"),
    ("{n0: 3}", "{lattice: fcc}",
     "`n0` is missing; it must be an integer from 2 to 1000 (c.yaml:4, blocks.n0)"),
    # YAML itself
    ("{n0: 3}", "{n0: 3, n0: 4}",
     'not valid YAML: found duplicate key "n0" with value "4" (original value: "3") (c.yaml:4)'),
    ("{n0: 3}", "{n0: 3", "not valid YAML: expected ',' or '}', but got ':' (c.yaml:5)"),
    ("n0: 3", "n0: !x 3", "a config must hold plain values, no YAML tags (c.yaml, blocks.n0)"),
    ("{n0: 3}", "!!python/object {n0: 3}",
     "a config must hold plain values, no YAML tags (c.yaml, blocks)"),
]  # fmt: skip


def problems(text, name="c.yaml"):
    with pytest.raises(ConfigError) as caught:
        config_from_text(text, name)
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[b[1][:40] for b in BROKEN])
def test_broken(old, new, message):
    assert old in GOOD
    assert problems(GOOD.replace(old, new)) == [message]


def test_good():
    config_from_text(GOOD)


@pytest.mark.parametrize(
    ("text", "got"), [("", "nothing"), ("- 1\n", "list"), ("42\n", "int"), ("just words", "str")]
)
def test_not_a_mapping(text, got):
    assert problems(text) == [f"a config must be a mapping of keys to values; got {got} (c.yaml)"]


def test_every_problem_at_once_in_the_order_of_the_file():
    text = """\
schema_version: 1
materials: [{alpha: 0.2}, nowhere]
lengths: {start: 50 parsecs per hour, sample: 1 um}
blocks: {n0: 1, latice: fcc}
strain: {component: xx, values: [-2.0, 0.1]}
readings: [fixed/elipsoid]
sampling: {samples: 65}
colour: blue
"""
    found = problems(text)
    lines = [p.rsplit("(c.yaml:", 1)[1].split(",")[0] for p in found]
    assert lines == ["2", "2", "3", "4", "4", "5", "6", "7", "8"]


def test_missing_file_with_nearest_name(tmp_path):
    (tmp_path / "quickstart.yaml").write_text(GOOD)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "quikstart.yaml")
    expected = (
        f"no such config file: {tmp_path / 'quikstart.yaml'}; "
        f"did you mean {tmp_path / 'quickstart.yaml'}? `rsrg init quickstart` writes that example "
        "here, `rsrg run --example quickstart` carries it out"
    )
    assert caught.value.problems == [expected]


def test_missing_file_in_a_missing_folder(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "no" / "x.yaml")
    (problem,) = caught.value.problems
    assert problem.startswith(f"no such config file: {tmp_path / 'no' / 'x.yaml'}. `rsrg init ")


def test_not_text(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=f"cannot read the config {path}"):
        load_config(path)
    with pytest.raises(ConfigError, match=f"must be a YAML file; got the folder {tmp_path}"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sampling.sead", 3, "unknown key `sead`; did you mean `seed`? (-o sampling.sead)"),
        ("colour", 3, f"unknown key `colour`; known keys: {TOP} (-o colour)"),
        ("materials.0", 3, "`materials` must be `all`, or a list of 1 to 1000 glasses; got 3 "
         "(-o materials.0)"),
        ("materials.7", 3, "`-o materials.7` must name a key such as sampling.seed; "
         "got 'materials.7'"),
        ("sampling..x", 3, "`-o sampling..x` must name a key such as sampling.seed; "
         "got 'sampling..x'"),
        ("", 3, "`-o ` must name a key such as sampling.seed; got ''"),
    ],
)  # fmt: skip
def test_broken_override(tmp_path, key, value, message):
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    with pytest.raises(ConfigError) as caught:
        load_config(path, {key: value})
    assert caught.value.problems == [message.format(path)]


def test_override(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    config = load_config(path, {"sampling.seed": 7, "flow.update": "second_order"})
    assert config.sampling.seed == 7
    assert config.flow.update == "second_order"
    assert config.sampling.samples == 64


@pytest.mark.parametrize("written", ["1e4", "1.0e4", "10000.0", "10_000"])
def test_whole_numbers_are_integers(text, written):
    config = config_from_text(text.replace("samples: 64", f"samples: {written}"))
    assert config.sampling.samples == 10_000
    assert config.resolved() == config_from_text(text.replace("64", "10000")).resolved()


def test_a_whole_number_that_breaks_the_rule(text):
    (problem,) = problems(text.replace("samples: 64", "samples: 1e3"))
    assert problem.startswith(
        "`samples` must be a multiple of 16, at least 64, at most 10⁹ (draws per step)"
    )
    assert "; got 1000 (" in problem


@pytest.mark.parametrize("escape", [r"\0", r"\ud800"])
@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("title: small", 'title: "a{}b"', "c.yaml:2, title"),
        ("{alpha: 0.7}", '{{name: "a{}b", alpha: 0.7}}', "c.yaml:3, materials.1.name"),
        ("{every: 1 hour}", '{{every: "1{} hour"}}', "c.yaml:9, checkpoint.every"),
        ("{n0: 2}", '{{n0: 2, positions: "a{}b.npy"}}', "c.yaml:5, blocks.positions"),
    ],
)
def test_texts_that_no_file_can_hold(text, old, new, place, escape):
    (problem,) = problems(text.replace(old, new.format(escape)))
    assert problem.startswith("a text must be Unicode without NUL; got ")
    assert problem.endswith(f" ({place})")


def test_texts_that_no_file_can_hold_from_elsewhere(config, dumped):
    for given, overrides in (
        ({**dumped(config), "title": "a\0b"}, {}),
        (dumped(config), {"title": "a\0b"}),
    ):
        with pytest.raises(ConfigError, match="a text must be Unicode without NUL; got 'a"):
            load_config(given, overrides)
    with pytest.raises(ConfigError, match="a path must not hold NUL; got 'a"):
        load_config("a\0b.yaml")
