"""A run file of schema 1, as its first rsrg wrote it, is read, resumed and extended for ever."""

import shutil

import numpy as np
import pytest

import rsrg

RTOL = 1e-9  # other kernels add in another order; every number here is a sum of a few hundred terms


@pytest.fixture
def data(request, tmp_path):
    """Copies of the kept files: stopped after 6 of 12 chunks, and finished."""
    kept = request.config.rootpath / "tests" / "data"
    for name in ("stopped", "finished"):
        shutil.copy2(kept / f"schema1_{name}.h5", tmp_path / f"{name}.h5")
    shutil.copy2(kept / "schema1.yaml", tmp_path / "schema1.yaml")
    return tmp_path


def numbers(run):
    """Every dataset of the finished kept file but its provenance."""
    names = [n for n in run if "provenance" not in n]
    return {n: np.asarray(run.read(n)) for n in names if n != "axes/session"}


def agree(run, other):
    """The same texts, the same whole numbers, and the same numbers but for rounding."""
    found = numbers(run)
    for name, values in numbers(other).items():
        if values.dtype.kind == "f":
            scale = np.nanmax(np.abs(values), initial=0.0)
            close = {"rtol": RTOL, "atol": RTOL * scale}
            if name.startswith("flow/deviation"):  # differences of what nearly cancels
                close = {"rtol": 1e-5, "atol": 1e-5}
            np.testing.assert_allclose(found[name], values, err_msg=name, **close)
        else:
            assert found[name].tolist() == values.tolist(), name


def test_read(data):
    run = rsrg.open_run(data / "finished.h5")
    assert run.status == "finished"
    assert run.attributes["schema_version"] == 1
    assert run.progress == (12, 12)
    assert run.config == rsrg.load_config(data / "schema1.yaml")
    assert run.critical_strains() == []  # 35 nm are too short a way to break
    assert list(run.read("axes/material")) == ["a-SiO2", "alpha=0.7"]
    assert run.to_xarray()["flow/chi"].shape == (2, 3, 2, 3, 6, 6)


def test_resumed(data):
    kept = rsrg.open_run(data / "stopped.h5")
    assert kept.progress == (6, 12)
    run = rsrg.resume(data / "stopped.h5")
    agree(run, rsrg.open_run(data / "finished.h5"))
    done = kept.read("coupling/moments")
    old = ~np.isnan(done)
    assert old.sum() == 6 * 2 * 3 * 15
    assert (run.read("coupling/moments")[old] == done[old]).all()  # kept bit for bit


def test_run_anew(data):
    run = rsrg.run(rsrg.load_config(data / "schema1.yaml"), data / "new.h5")
    agree(run, rsrg.open_run(data / "finished.h5"))


@pytest.mark.parametrize("name", ["stopped", "finished"])
def test_extended(data, name):
    more = {"sampling.samples": 96, "lengths.sample": "100 nm", "strain.values": [0, 0.2, 0.4, 0.8]}
    kept = rsrg.open_run(data / f"{name}.h5").read("coupling/moments")
    run = rsrg.resume(data / f"{name}.h5", more)
    assert run.progress == (30, 30)  # 5 steps of 6 chunks
    part = run.read("coupling/moments")[:3][:, :, [0, 2, 3], :4]
    there = ~np.isnan(kept)
    assert (part[there] == kept[there]).all()
