"""A run as an object of Python: arrays with named axes, copies, pickles, closing."""

import copy
import pickle

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import load_exact_config
from rsrg.errors import RunFileError
from rsrg.execution.engine import start
from rsrg.results.any_run import open_stored_run
from rsrg.storage.layout import ENTRIES


@pytest.fixture
def run(finished):
    return rsrg.open_run(finished)


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    """A run of exact super blocks: read it, never write to it."""
    config = load_exact_config(
        {
            "schema_version": 1,
            "kind": "exact",
            "title": "a <b>bold</b> title",
            "alpha": 0.7,
            "levels": {"kind": "gaussian"},
            "strengths": [0.01, 0.1],
            "temperatures": [0.5],
            "sampling": {"super_blocks": 32},
        }
    )
    path = tmp_path_factory.mktemp("exact") / "exact.h5"
    start(config, path)
    return path


def test_a_dataset_with_named_coordinates(run):
    array = run["flow/inverse_eigenvalues"]
    assert array.dims == ("material", "step", "reading", "strain", "channel")
    assert array.attrs == {
        "units": "1",
        "scale": "1/(rho c_t^2)",
        "long_name": "eigenvalues of the inverse of chi, sum over blocks",
        "equation": "3.8",
    }
    length = array.coords["length"]
    assert (length.dims, length.attrs["units"]) == (("step",), "m")
    np.testing.assert_allclose(length, 50e-10 * 2.0 ** np.arange(1, 4))
    chosen = array.sel(material="alpha=0.7", reading="affine/sphere", strain=0.4, channel="yz")
    expected = run.values("flow/inverse_eigenvalues", material=1, reading=1, strain=2)
    np.testing.assert_array_equal(chosen, expected[:, run.read("axes/channel") == "yz"][:, 0])


def test_every_dataset(finished, exact):
    for path in (finished, exact):
        run = open_stored_run(path)
        assert len(list(run)) > 20
        for name in run:
            array, entry = run[name], ENTRIES[name]
            assert name in run
            assert array.dims == entry.dims
            assert array.attrs.get("units", "") == entry.units
            assert array.attrs["long_name"] == entry.long_name
            assert array.attrs.get("equation", "") == entry.equation
            assert set(array.coords) >= {d for d in entry.dims if f"axes/{d}" in run}


def test_it_is_the_same_as_in_the_tree(run):
    tree = run.to_xarray()
    for name in ("flow/chi", "critical/channel", "critical/strain_log", "coupling/moments"):
        np.testing.assert_array_equal(run[name], tree[name])
        assert run[name].attrs == tree[name].attrs


def test_an_array_is_a_copy_and_the_file_is_read_once(run, monkeypatch):
    run["flow/chi"][:] = 0.0
    monkeypatch.setattr(type(run.snapshot), "read", None)
    assert run["flow/chi"].values.any()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flow/chii", r"no node /flow/chii in .*; did you mean /flow/chi\?"),
        ("inverse_eigenvalues", r"did you mean /flow/inverse_eigenvalues\?"),
        ("flow", "flow in .* is a group; name a dataset in it"),
        (0, "a dataset must be named by its path, as flow/chi; got 0"),
    ],
)
def test_unknown_names(run, name, message):
    with pytest.raises(RunFileError, match=message):
        run[name]
    assert name not in run


def test_what_a_stopped_run_has_not_yet(config, tmp_path):
    run = rsrg.run(config, tmp_path / "run.h5", walltime=0.0)
    assert run.status == "stopped"
    with pytest.raises(RunFileError, match=r"is stopped: .* its results are written at the end"):
        run["flow/chi"]
    assert "flow/chi" not in run
    assert run["axes/strain"].attrs["units"] == "1"


@pytest.mark.parametrize(
    "again", [copy.deepcopy, copy.copy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_copies_and_pickles(finished, exact, again):
    for path in (finished, exact):
        run = open_stored_run(path)
        other = again(run)
        assert (type(other), other.path, other.status) == (type(run), path, "finished")
        assert other.config == run.config
        assert other.config.text() == run.config.text()
        assert other.snapshot.is_current()
        assert list(other) == list(run)
        for name in run:
            np.testing.assert_array_equal(other.read(name), run.read(name))


def test_a_pickle_outlives_the_run_and_its_file(finished, tmp_path):
    path = tmp_path / "run.h5"
    path.write_bytes(finished.read_bytes())
    with rsrg.open_run(path) as run:
        content = pickle.dumps(run)
    path.unlink()
    again = pickle.loads(content)
    assert again.critical_strains() == rsrg.open_run(finished).critical_strains()
    assert not again.snapshot.is_current()


USES = {
    "chunks_done": lambda run: run.chunks_done,
    "derived": lambda r: r.derived,
    "status": lambda r: r.status,
    "progress": lambda r: r.progress,
    "provenance": lambda r: r.provenance,
    "attributes": lambda r: r.attributes,
    "snapshot": lambda r: r.snapshot,
    "read": lambda r: r.read("axes/strain"),
    "values": lambda r: r.values("flow/chi"),
    "index": lambda r: r["axes/strain"],
    "contains": lambda r: "axes/strain" in r,
    "iterate": list,
    "sources": lambda r: r.sources(),
    "entry": lambda r: r.entry("axes/strain"),
    "summary": lambda r: r.summary,
    "chunks_per_seed": lambda r: r.chunks_per_seed,
    "readings": lambda r: r.readings("lattice"),
    "material_index": lambda r: r.material_index(None),
    "critical_strains": lambda r: r.critical_strains(),
    "preliminary": lambda r: r.preliminary,
    "has_results": lambda r: r.has_results,
    "require_finished": lambda r: r.require_finished(),
    "to_xarray": lambda r: r.to_xarray(),
    "plot": lambda r: r.plot,
    "report": lambda r: r.report(),
    "pickle": pickle.dumps,
    "copy": copy.deepcopy,
    "with": lambda r: r.__enter__(),
}


def test_after_closing_every_use_says_so(run):
    run.read("axes/strain")  # which is kept, and must not be given any more
    with run as opened:
        assert opened is run
    for name, use in USES.items():
        with pytest.raises(RunFileError) as caught:
            use(run)
        said = f"the run {run.path} is closed; rsrg.open_run opens it again"
        assert str(caught.value) == said, name
    missing = {n for n in dir(run) if not n.startswith("_")} - USES.keys()
    assert missing == {"close", "closed", "config", "path"}
    run.close()
    assert repr(run) == f"<Run {run.path}: closed>"
    assert run._repr_html_() is None
    assert run.config.blocks.n0 == 2


def test_an_error_inside_closes_it_too(run):
    with pytest.raises(ZeroDivisionError), run:
        raise ZeroDivisionError
    assert "closed" in repr(run)


def test_repr(finished, exact):
    assert repr(rsrg.open_run(finished)) == f"<Run {finished}: finished, 12 of 12 chunks>"
    assert repr(open_stored_run(exact)).startswith(f"<ExactRun {exact}: finished, ")
    assert "a &lt;b&gt;bold&lt;/b&gt; title" in open_stored_run(exact)._repr_html_()
