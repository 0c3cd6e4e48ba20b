"""Every public function refuses what it cannot take with an error of rsrg's own, never a raw one.

Each argument of each function is replaced by wrong types, shapes and numbers in turn. What is
returned must be finite; what is raised must be an RsrgError that names the thing. Warnings are
errors in all tests.
"""

import inspect
import json

import numpy as np
import pytest
from matplotlib import pyplot

import rsrg

NAN, INF = float("nan"), float("inf")
CUBE = np.indices((2, 2, 2)).reshape(3, -1).T
STRESS = np.zeros((2, 3, 3, 2, 2))
STRESS[:, 0, 1] = STRESS[:, 1, 0] = [[0, 1], [1, 0]]
SUPER_BLOCK = {
    "levels": [[-1.0, 1.0], [-1.5, 1.5]],
    "stress": STRESS,
    "positions": [[0, 0, 0], [2, 0, 0]],
    "alpha": 0.7,
    "temperature": 0.5,
    "block_volume": 1.0,
}
GOOD = {
    "bulk_stability": {
        "lattice": "sc",
        "alpha": 0.7,
        "deformation": 0.0,
        "sign": "paper",
        "amplitude": 1.0,
    },
    "continuum_coupling": {
        "deformation": 0.2,
        "alpha": 0.7,
        "positions": "affine",
        "domain": "sphere",
    },
    "coupling_matrix": {
        "moments": np.ones(15),
        "alpha": 0.7,
        "n_blocks": 2,
        "block_volume": 1.0,
    },
    "critical": {
        "material": None,
        "alpha": 0.7,
        "strain": "hydrostatic",
        "n0": 2,
        "start": "50 angstrom",
        "sample": "1 mm",
        "contraction": "tensor",
        "sign": "paper",
    },
    "critical_strains": {
        "coupling": lambda e: rsrg.log_formula_coupling(e, 0.7, 3),
        "alpha": 0.7,
        "steps": 12,
        "contraction": "tensor",
        "strain_max": 2.0,
        "sign": "paper",
        "amplitude": 1.0,
        "strain_min": 0.0,
    },
    "exact_coupling": {
        "deformation": 0.2,
        "alpha": 0.7,
        "n0": 3,
        "positions": "affine",
        "domain": "sphere",
        "lattice": "sc",
    },
    "harmonic_response": {
        "sites": CUBE,
        "alpha": 0.7,
        "cell": np.eye(3),
        "amplitude": 1.0,
        "sign": "paper",
        "block_volume": 1.0,
    },
    "hill_tensor": {"deformation": 0.2, "alpha": 0.7},
    "log_formula_coupling": {"strain": 0.2, "alpha": 0.7, "n0": 3},
    "packing_stability": {
        "positions": 1.0 * CUBE,
        "box": 2.0,
        "alpha": 0.7,
        "deformation": 0.0,
        "sign": "paper",
        "amplitude": 1.0,
        "count": 1,
    },
    "pair_moments": {"positions": [[0, 0, 0], [2, 0, 0]], "engine": "auto", "tolerance": 1e-7},
    "super_block_expansion": SUPER_BLOCK,
    "super_block_response": SUPER_BLOCK,
    "super_block_second_order": SUPER_BLOCK,
}
WITH_FILES = {"compare", "load_config", "merge", "open_run", "resume", "run", "status", "sweep"}
MAY_BE_NONE = {"cell", "tolerance", "material", "sign", "start", "sample"}
WRONG_TYPES = ["a", b"x", None, True, 1j, {"a": 1}, set(), object(), [[1, 2], [3]], ["a"]]
WRONG_NUMBERS = [NAN, INF, -INF, -1.5, 1e300, -1e300, 10**400, np.eye(2), np.zeros((0, 3))]
EXTREME = [
    *(1e-300, np.float32(0.3), np.array(0.3), np.array([0.3]), np.eye(3), np.eye(6)),
    *(NAN * np.eye(3), 1e300 * np.eye(3), 1e-300 * np.eye(3), 1e-110 * np.eye(3), np.zeros((3, 3))),
    *([[0, 0, 0], [1e-200, 0, 0]], [[0, 0, 0], [1e-120, 0, 0]], [[0, 0, 0], [1e200, 0, 0]]),
    *([[0, 0, 0], [2**62, 0, 0]], [[0, 0, 0], [10**30, 0, 0]], 1e300 * np.ones(15)),
]  # fmt: skip
COUPLINGS = [
    lambda e: np.full((6, 6), NAN),
    lambda e: np.eye(3),
    lambda e: None,
    lambda e: "a",
    lambda e: 1e300 * np.eye(6),
    lambda e: 1j * np.eye(6),
]  # each is a function, but gives no coupling


def test_every_public_function_is_in_the_tables():
    public = {name for name in rsrg.__all__ if inspect.isfunction(getattr(rsrg, name))}
    assert public == GOOD.keys() | WITH_FILES


def arguments():
    for function, good in GOOD.items():
        yield from ((function, argument) for argument in good)


def outcome(function, argument, value):
    """What comes of a value: the error of rsrg's, or None where a finite result was returned."""
    try:
        result = getattr(rsrg, function)(**{**GOOD[function], argument: value})
    except rsrg.RsrgError as error:
        return error
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, np.ndarray | float):
            assert np.isfinite(part).all()
    return None


@pytest.mark.parametrize(("function", "argument"), list(arguments()))
def test_wrong_types_are_refused_by_name(function, argument):
    for value in WRONG_TYPES:
        if value is None and argument in MAY_BE_NONE:
            continue
        error = outcome(function, argument, value)
        assert isinstance(error, rsrg.PhysicsError | rsrg.ConfigError), value
        text = str(error)
        assert "`" in text or "reading" in text
        assert "got" in text or "differ" in text
        assert len(text) < 400  # no array is written out


@pytest.mark.parametrize(("function", "argument"), list(arguments()))
def test_wrong_and_extreme_numbers_give_an_error_of_ours_or_a_finite_result(function, argument):
    quick = function != "bulk_stability"  # each that it takes costs half a second
    for value in [*WRONG_NUMBERS, *(EXTREME if quick else EXTREME[5:])]:
        outcome(function, argument, value)


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_a_coupling_that_is_none(coupling):
    message = "`coupling` must give a finite 6×6 matrix, at e = 0 too; got"
    with pytest.raises(rsrg.PhysicsError, match=message):
        rsrg.critical_strains(coupling, 0.7, 12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rsrg.continuum_coupling("a", 0.7), "`deformation` must be a .* got 'a'"),
        (lambda: rsrg.continuum_coupling(1e300, 0.7), "`strain` e must be at most 1e.15; got 1e"),
        (lambda: rsrg.log_formula_coupling(np.eye(3), 0.7, 3), "`strain` e must be .* got "),
        (
            lambda: rsrg.pair_moments([[0, 0, 0], [1e-200, 0, 0]]),
            "`positions` must be so far apart that Σ 1/r³ is below 1.8e308; all are within 1e-200",
        ),
        (lambda: rsrg.exact_coupling(1e6, 0.7, 3, "fixed", "ellipsoid"), "in reach of 10,000 "),
        (lambda: rsrg.continuum_coupling(1e9, 0.7), "more than 1e.07 times as far as another"),
        (lambda: rsrg.log_formula_coupling(0.2, 0.7, 10**400), "`n0` must be .* at most 1e.15"),
        (lambda: rsrg.critical_strains(3, 0.7, 12), "`coupling` must be a function .* got 3"),
        (lambda: rsrg.critical([], alpha=0.7), "`material` must name a glass; got"),
    ],
)  # fmt: skip
def test_the_rule_and_the_value_are_named(call, message):
    with pytest.raises(rsrg.PhysicsError, match=message):
        call()


# ------------------------------------------------------------------------- with configs and files
CONFIG = {
    "schema_version": 1,
    "materials": [{"alpha": 0.7}],
    "lengths": {"log_ratio": 1.0},
    "blocks": {"n0": 3},
    "strain": {"values": [0.0, 0.5]},
    "readings": ["fixed/ellipsoid"],
    "sampling": {"samples": 64},
}
STUDY = {"base": CONFIG, "product": {"sampling.seed": [1]}}
NO_PATH = ["", b"x", None, True, NAN, 3, 1j, [1], object(), np.eye(3)]
NO_NAME = ["a", "", b"x", True, NAN, -1, 1j, [1], {1}, object(), np.eye(3), np.array(0.3)]


@pytest.fixture(scope="module")
def run_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("wrong") / "run.h5"
    rsrg.run(rsrg.load_config(CONFIG), path)
    return path


def refused(call, *arguments, **named):
    with pytest.raises(rsrg.RsrgError) as caught:
        call(*arguments, **named)
    assert "got" in str(caught.value) or "no such run file" in str(caught.value)


@pytest.mark.parametrize("value", NO_PATH, ids=lambda v: type(v).__name__)
def test_what_is_no_path(value, run_file, tmp_path):
    for call in (rsrg.open_run, rsrg.resume, rsrg.status, rsrg.load_config, rsrg.compare):
        refused(call, value)
    refused(rsrg.compare, run_file, value) if value is not None else None
    refused(rsrg.run, rsrg.load_config(CONFIG), value)
    refused(rsrg.merge, [value], tmp_path / "merged.h5")
    refused(rsrg.merge, run_file, value)
    refused(rsrg.sweep, value, tmp_path)
    refused(rsrg.sweep, STUDY, value)


@pytest.mark.parametrize("value", [*NO_NAME, 10**400], ids=lambda v: type(v).__name__)
def test_what_is_none_of_the_options_of_a_run(value, run_file, tmp_path):
    config = rsrg.load_config(CONFIG)
    refused(rsrg.run, value, tmp_path / "run.h5")
    refused(rsrg.run, config, tmp_path / "run.h5", watch=value)
    refused(rsrg.run, config, tmp_path / "run.h5", executor=value)
    refused(rsrg.resume, run_file, executor=value)
    refused(rsrg.load_config, CONFIG, overrides=value)
    refused(rsrg.resume, run_file, value)
    assert not (tmp_path / "run.h5").exists()


@pytest.mark.parametrize(
    "value", ["a", True, NAN, 1j, [1], object(), np.eye(3)], ids=lambda v: type(v).__name__
)
def test_what_is_no_walltime(value, tmp_path):
    refused(rsrg.run, rsrg.load_config(CONFIG), tmp_path / "run.h5", walltime=value)


@pytest.mark.parametrize("value", NO_NAME, ids=lambda v: type(v).__name__)
def test_what_a_run_does_not_have(value, run_file):
    run = rsrg.open_run(run_file)
    grid = isinstance(value, np.ndarray) and value.ndim == 0  # 0.3 is on the grid of strains
    for name in ("material", "reading", "channel", *(() if grid else ("strain",))):
        refused(rsrg.compare, run, **{name: value})
        refused(run.plot.flow, **{name: value})
        refused(run.plot.deviation, **{name: value})
    refused(run.plot.critical, source=value)
    refused(run.plot.critical, ax=value)
    refused(run.plot.blocks, draw=value)
    refused(run.values, "flow/chi", value)
    refused(run.readings, value)
    refused(run.entry, value)
    pyplot.close("all")


def test_a_key_of_overrides_that_is_no_text():
    with pytest.raises(rsrg.ConfigError, match=r"`overrides` must name keys .*; got 3"):
        rsrg.load_config(CONFIG, {3: 4})


def test_the_configs_of_this_file_are_good(run_file):
    assert rsrg.open_run(run_file).status == "finished"
    assert json.loads(rsrg.load_config(CONFIG).resolved())["blocks"]["n0"] == 3
