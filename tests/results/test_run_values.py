"""Datasets of a run by source and named dimension."""

import numpy as np
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.storage.layout import ENTRIES


@pytest.fixture(scope="module")
def run(finished):
    return rsrg.open_run(finished)


@pytest.mark.parametrize("source", ["lattice", "continuum"])
def test_selects_by_name(run, source):
    suffix = {"lattice": "", "continuum": "_continuum"}[source]
    every = run.read(f"flow/inverse_eigenvalues{suffix}")
    assert ENTRIES["flow/inverse_eigenvalues"].dims[:3] == ("material", "step", "reading")
    index = {"reading": 1, "material": 0, "step": -1}  # in any order
    found = run.values("flow/inverse_eigenvalues", source, **index)
    np.testing.assert_array_equal(found, every[0, -1, 1])
    some = run.values("flow/inverse_eigenvalues", source, strain=slice(1, 3))
    np.testing.assert_array_equal(some, every[:, :, :, 1:3])


def test_the_log_formula_has_no_reading(run):
    every = run.read("flow/inverse_eigenvalues_log")
    found = run.values("flow/inverse_eigenvalues", "log", material=1, reading=1, step=0)
    np.testing.assert_array_equal(found, every[1, 0])
    assert run.readings("log") == [""]
    assert run.readings("continuum") == ["fixed/ellipsoid", "affine/sphere"]


def test_what_only_some_sources_have(run):
    """Deviations are of the lattice sum from a formula: the lattice itself has none."""
    found = run.values("flow/deviation", "log", material=0, reading=1, strain=2)
    np.testing.assert_array_equal(found, run.read("flow/deviation_log")[0, :, 1, 2])
    with pytest.raises(RunFileError):
        run.values("flow/deviation", material=0)


def test_errors(run):
    with pytest.raises(RunFileError, match="`source` must be one of lattice, continuum, log; got"):
        run.values("flow/chi", "formula")
    rule = r"`index` must name dimensions of flow/chi: material, .*; got block, glass"
    with pytest.raises(RunFileError, match=rule):
        run.values("flow/chi", glass=0, block=1)
