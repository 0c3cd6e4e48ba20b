"""Numbers of numpy, quantities of pint and astropy, in place of plain values of a config."""

import decimal

import astropy.units
import numpy as np
import pint
import pytest

import rsrg
from rsrg.config.loading import config_from_text, load_exact_config
from rsrg.config.python_values import plain_value
from rsrg.config.quantities import EXAMPLES, SI_SYMBOLS, si_value

UREG = pint.UnitRegistry()
OWN, OTHER = pint.UnitRegistry(), pint.UnitRegistry(non_int_type=decimal.Decimal)
OWN.define("block = 50 angstrom")
OWN.define("nm = 2 meter")  # a name that means something else there


@pytest.fixture
def path(tmp_path, text):
    path = tmp_path / "small.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def mapping():
    return {
        "schema_version": np.int64(1),
        "materials": ["a-SiO2", {"alpha": np.float64(0.7)}],
        "lengths": {"start": 50 * UREG.angstrom, "sample": 35.0 * UREG.nm},
        "blocks": {"n0": np.uint8(2)},
        "strain": {"values": np.linspace(0.0, 0.8, 5)},
        "readings": np.array(["fixed/ellipsoid", "affine/sphere"]),
        "sampling": {"samples": np.array(64), "seed": 3 * UREG.dimensionless},
    }


SAME = {
    "strain.values": [
        (np.linspace(0, 1, 5), [0.0, 0.25, 0.5, 0.75, 1.0]),
        (np.array([0.0, 0.5], dtype=np.float32), [0.0, 0.5]),
        (np.array([0, 1]), [0, 1]),
        ((np.float64(0.0), np.longdouble(0.5)), [0.0, 0.5]),
        (np.ma.array([0.0, 0.5], mask=[False, False]), [0.0, 0.5]),
        ([0.0, 20.0] * UREG.percent, [0.0, 0.2]),
        ([0.0 * UREG.dimensionless, 5 * UREG.nm / UREG.angstrom], [0, 50]),
        (range(3), [0, 1, 2]),
    ],
    "sampling.seed": [(np.int64(7), 7), (np.array(7), 7), (7 * UREG.dimensionless, 7)],
    "materials": [
        ([{"c_l": 5.9 * UREG.km / UREG.s, "c_t": 3.7 * UREG("km/s")}],
         [{"c_l": "5.9 km/s", "c_t": "3.7 km/s"}]),
        ([{"alpha": 0.7, "density": 2.2 * UREG.g / UREG.cm**3}],
         [{"alpha": 0.7, "density": "2.2 g/cm3"}]),
    ],
    "lengths.start": [
        (50 * UREG.angstrom, "50 angstrom"),
        (np.float64(50) * UREG.angstrom, "50 angstrom"),
        (np.array(5.0) * UREG.nm, "5 nm"),
        (decimal.Decimal("5.5") * OTHER.nm, "5.5 nm"),
        (0.0052 * UREG.micrometer, "0.0052 µm"),
        (1 * OWN.block, "5e-09 m"),
        (2e-9 * OWN.nm, "4e-09 m"),
    ],
    "checkpoint.every": [(2 * UREG.min, "2 min"), (90 * UREG.s, "90 s")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "plain"), [(k, *v) for k, all_ in SAME.items() for v in all_]
)
def test_the_same_config_as_from_yaml(path, key, value, plain):
    config, same = (rsrg.load_config(path, {key: v}) for v in (value, plain))
    assert config.resolved() == same.resolved()
    assert config.digest() == same.digest()


def test_quantities_of_astropy(path):
    units = astropy.units
    for key, value, plain in [
        ("lengths.start", 50 * units.angstrom, "50 angstrom"),
        ("lengths.start", np.float32(5) * units.nm, "5 nm"),
        ("lengths.start", 3e-25 * units.pc, "9.2570327444741e-09 m"),
        ("materials.1", {"c_l": 5.9 * units.km / units.s, "c_t": 3.7 * units.km / units.s},
         {"c_l": "5.9 km/s", "c_t": "3.7 km/s"}),
        ("materials.1", {"alpha": 0.7, "density": 2.2 * units.g / units.cm**3},
         {"alpha": 0.7, "density": "2.2 g/cm3"}),
        ("strain.values", [0.0, 0.2] * units.dimensionless_unscaled, [0.0, 0.2]),
    ]:  # fmt: skip
        assert rsrg.load_config(path, {key: value}) == rsrg.load_config(path, {key: plain})


@pytest.mark.parametrize("unit", EXAMPLES)
def test_the_canonical_text_of_a_converted_quantity_keeps_its_value(unit):
    quantity = UREG.Quantity(1.0 / 3.0, unit)
    assert si_value(plain_value(quantity), unit) == pytest.approx(1.0 / 3.0, rel=1e-15)
    assert si_value(f"1 {SI_SYMBOLS[unit]}", unit) == 1.0


WRONG = {
    "lengths.start": [
        (3 * UREG.second, "must be a length with its unit, such as '50 angstrom'; got '3 s'"),
        (50, "must be a length with its unit, such as '50 angstrom'; got 50"),
        (-5 * UREG.nm, "must be a length .*, greater than zero; got '-5 nm'"),
        (np.nan * UREG.nm, "must be a length .*; got 'nan nm'"),
        (np.inf * UREG.nm, "must be a length .*; got 'inf nm'"),
        ((1 + 2j) * UREG.nm, r"must be a length .*; got '\(1\+2j\) nm'"),
        ([1, 2] * UREG.nm, r"must be a length .*; got \['1 nm', '2 nm'\]"),
    ],
    "sampling.seed": [
        (np.nan, "must be an integer from 0 to .*; got nan"),
        (np.float64(7.5), "must be an integer from 0 to .*; got 7.5"),
        (np.True_, "must be an integer from 0 to .*; got true"),
        (7 * UREG.m, "must be an integer from 0 to .*; got '7 m'"),
        (np.array([7]), r"must be an integer from 0 to .*; got \[7\]"),
        (np.complex128(7), r"must be an integer from 0 to .*; got \(7\+0j\)"),
    ],
    "strain.values": [
        (np.array([0.0, np.nan]), "must be {start, .*; got nan"),
        (np.array([0.0, np.inf]), "must be {start, .*; got inf"),
        (np.zeros((2, 2)), r"must be {start, .*; got \[0.0, 0.0\]"),
        (np.array([0.0, 1j]), "must be {start, .*; got 0j"),
        (np.ma.array([0.0, 0.5], mask=[False, True]), "must be {start, .*; got masked"),
        ([0.0, 0.5] * UREG.nm, "must be {start, .*; got '0 nm'"),
        (np.float64(0.5), "must be {start, .*; got 0.5"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "message"), [(k, *v) for k, a in WRONG.items() for v in a]
)
def test_what_is_wrong_is_named(path, key, value, message):
    with pytest.raises(rsrg.ConfigError, match=f"`{key.split('.')[-1]}` {message}.*-o {key}"):
        rsrg.load_config(path, {key: value})


def test_a_mapping_is_a_config(mapping, text, tmp_path):
    config = rsrg.load_config(mapping, {"checkpoint.every": "1 hour", "title": "small"})
    grid = "component: xx, values: {start: 0.0, stop: 0.8, count: 5}"
    same = config_from_text(text.replace(grid, "values: [0.0, 0.2, 0.4, 0.6000000000000001, 0.8]"))
    assert config == same
    assert config.digest() == same.digest()
    (tmp_path / "again.yaml").write_text(config.text())
    assert rsrg.load_config(tmp_path / "again.yaml").digest() == config.digest()


def test_errors_of_a_mapping_name_keys(mapping):
    mapping["sampling"]["sed"] = 3
    mapping["blocks"]["n0"] = np.int64(1)
    with pytest.raises(rsrg.ConfigError) as caught:
        rsrg.load_config(mapping)
    assert sorted(caught.value.problems) == [
        "`n0` must be an integer from 2 to 1000; got 1 (the mapping, blocks.n0)",
        "unknown key `sed`; did you mean `seed`? (the mapping, sampling.sed)",
    ]


def test_what_is_neither_path_nor_mapping():
    with pytest.raises(rsrg.ConfigError, match="path of a YAML file, or a mapping; got 5"):
        rsrg.load_config(5)


def test_a_mapping_that_holds_itself(mapping):
    mapping["strain"]["values"] = mapping
    with pytest.raises(rsrg.ConfigError, match="nest deeper than 20 levels"):
        rsrg.load_config(mapping)


def test_exact_super_blocks():
    config = load_exact_config(
        {
            "schema_version": 1,
            "kind": "exact",
            "alpha": np.float64(0.7),
            "levels": {"kind": "gaussian"},
            "strengths": np.geomspace(0.01, 1.0, 3),
            "temperatures": np.array([0.5]),
            "sampling": {"super_blocks": np.int32(40)},
        }
    )
    assert config.strengths == pytest.approx((0.01, 0.1, 1.0))


def test_overrides_of_a_resume(finished, tmp_path):
    copy = tmp_path / "run.h5"
    copy.write_bytes(finished.read_bytes())
    run = rsrg.resume(copy, {"sampling.samples": np.int64(80), "checkpoint.every": 2 * UREG.hour})
    assert (run.status, run.config.checkpoint.every) == ("finished", "2 h")
    with pytest.raises(rsrg.ConfigError, match="cannot change on resume: 3 in the file"):
        rsrg.resume(copy, {"sampling.seed": np.int64(4)})


def test_plain_data_stay_as_they_are(dumped, config):
    assert plain_value(dumped(config)) == dumped(config)
