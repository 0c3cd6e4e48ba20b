"""Run files of schema 2, which held all that follows from the rest: read, resumed, extended."""

import shutil

import numpy as np
import pytest

import rsrg


@pytest.fixture
def data(request, tmp_path):
    """Copies of the kept files: stopped after 8 of 12 chunks, finished, and a quenched run."""
    kept = request.config.rootpath / "tests" / "data"
    for path in kept.glob("schema2_*.h5"):
        shutil.copy2(path, tmp_path / path.name.removeprefix("schema2_"))
    return tmp_path


# Not compared: what tells of sessions, and a hash of bits that another processor rounds otherwise.
OTHERWISE = ("provenance/", "axes/session", "pool/initial_sha256")
# Of an array's largest: pairs are summed in another order than in schema 2, and what controls say
# is subtracted with coefficients that a ridge of 1e-10 keeps finite.
ROUNDING = 1e-8


def same(run, other):
    """All numbers and texts but those of OTHERWISE, real numbers up to rounding."""
    names = [n for n in run if not n.startswith(OTHERWISE)]
    assert names == [n for n in other if not n.startswith(OTHERWISE)]
    for name in names:
        a, b = np.asarray(run.read(name)), np.asarray(other.read(name))
        assert (a.dtype, a.shape) == (b.dtype, b.shape), name
        if a.dtype.kind == "f":
            scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
            np.testing.assert_allclose(a, b, rtol=0, atol=ROUNDING * scale, err_msg=name)
        else:
            assert a.tolist() == b.tolist(), name


@pytest.mark.parametrize("name", ["finished", "quenched"])
def test_what_a_file_leaves_out_is_what_schema_2_stored(data, name):
    kept = rsrg.open_run(data / f"{name}.h5")
    assert kept.attributes["schema_version"] == 2
    assert kept.derived == ["coupling/largest_stderr"]
    new = rsrg.run(kept.config, data / "new.h5")
    assert new.attributes["schema_version"] == 3
    assert {"flow/chi", "flow/chi_log", "coupling/M_stderr"} <= {*new.derived}
    same(new, kept)
    assert new.snapshot.size < kept.snapshot.size


def test_resumed(data):
    assert rsrg.open_run(data / "stopped.h5").progress == (8, 12)
    same(rsrg.resume(data / "stopped.h5"), rsrg.open_run(data / "finished.h5"))


@pytest.mark.parametrize("name", ["stopped", "finished"])
def test_extended(data, name):
    more = {"sampling.samples": 96, "lengths.sample": "100 nm", "strain.values": [0, 0.2, 0.4, 0.8]}
    kept = rsrg.open_run(data / f"{name}.h5").read("coupling/moments")
    run = rsrg.resume(data / f"{name}.h5", more)
    assert run.progress == (30, 30)  # 5 steps of 6 chunks
    part = run.read("coupling/moments")[:3][:, :, [0, 2, 3], :4]
    there = ~np.isnan(kept)
    assert (part[there] == kept[there]).all()
    new = rsrg.run(run.config, data / "new.h5")
    same(new, run)


def test_second_order_keeps_the_eigenvalues_that_it_iterates(changed, tmp_path):
    run = rsrg.run(changed(flow="{update: second_order}"), tmp_path / "run.h5")
    assert "flow/eigenvalues" in run.snapshot
    assert "flow/chi" in run.derived
    from rsrg.results.chunk_means import MomentArrays
    from rsrg.results.compute import compute_results

    moments = MomentArrays.from_run_file(run.snapshot, run.config)
    for name, values in compute_results(run.config, moments).items():
        if not name.startswith("axes/") and np.asarray(values).dtype != object:
            assert np.asarray(values).tobytes() == np.asarray(run.read(name)).tobytes(), name
