"""Merged runs, opened: each run again as it was, to the bit; their table; what is refused."""

import json
import pickle

import numpy as np
import pytest
from matplotlib.figure import Figure

import rsrg
from rsrg.errors import NotARunError, RunFileError
from rsrg.results.member_record import RECORD
from rsrg.storage.encoding import encode
from rsrg.storage.run_file import Snapshot


@pytest.fixture(scope="module")
def runs(changed, tmp_path_factory):
    """A folder of runs of two sizes with two seeds each, which differ in steps and crossings."""
    folder = tmp_path_factory.mktemp("runs")
    lengths = "{start: 50 angstrom, sample: 1 mm}"
    for n0 in (2, 3):
        for seed in (3, 4):
            config = changed(
                lengths=lengths, blocks=f"{{n0: {n0}}}", sampling=f"{{samples: 64, seed: {seed}}}"
            )
            rsrg.run(config, folder / f"{n0}_{seed}.h5").close()
    return folder


@pytest.fixture(scope="module")
def path(runs, tmp_path_factory):
    path = tmp_path_factory.mktemp("merged") / "merged.h5"
    rsrg.merge(runs, path)
    return path


@pytest.fixture
def merged(path):
    return rsrg.open_run(path)


def assert_same_file(one, other):
    """Every dataset and attribute has the same bits in both."""
    assert set(one.snapshot.names("")) == set(other.snapshot.names(""))
    for name in one.snapshot.names(""):
        a, b = (np.asarray(run.snapshot.read(name)) for run in (one, other))
        assert (a.dtype, a.shape) == (b.dtype, b.shape), name
        same = a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
        assert same, name
    assert one.attributes == other.attributes


def test_each_run_is_the_one_that_was_merged(runs, merged):
    assert list(merged.runs) == ["2_3.h5", "2_4.h5", "3_3.h5", "3_4.h5"]
    assert merged.members["3_4.h5"] == {"n0": 3, "seed": 4}
    for name, run in merged.runs.items():
        own = rsrg.open_run(runs / name)
        assert_same_file(run, own)
        assert run.config == own.config
        assert run.critical_strains() == own.critical_strains()
        np.testing.assert_array_equal(run["flow/chi_stderr"], own["flow/chi_stderr"])


def test_a_run_has_its_path_in_the_file(runs, path, merged):
    run = rsrg.open_run(path / "3_4.h5")
    assert_same_file(run, rsrg.open_run(runs / "3_4.h5"))
    assert run.path == merged.sel(n0=3, seed=4).path == path / "3_4.h5"
    assert run.report().name == "merged_3_4.html"
    with pytest.raises(RunFileError, match=r"`name` must be one of 2_3\.h5, .* got 'x\.h5'"):
        rsrg.open_run(path / "x.h5")
    with pytest.raises(NotARunError, match=r"2_3\.h5 holds no merged runs"):
        rsrg.open_run(runs / "2_3.h5" / "x.h5")


def test_critical_strains_with_their_parameters(runs, merged):
    records = merged.critical_strains()
    for name in merged.runs:
        of_run = [r for r in records if r.run == name]
        own = rsrg.open_run(runs / name).critical_strains()
        assert [(r.value, r.stderr, r.channel) for r in of_run] == [
            (r.value, r.stderr, r.channel) for r in own
        ]
        assert all(r.parameters == merged.members[name] for r in of_run)
    assert len(records) > 4
    assert list(records[0].table_row())[:3] == ["n0", "seed", "glass"]


def test_arrays_have_the_swept_dimensions(runs, merged):
    assert merged.sizes == {"n0": 2, "seed": 2}
    assert merged["flow/chi"].dims[:3] == ("n0", "seed", "material")
    own = rsrg.open_run(runs / "3_4.h5")["coupling/largest_stderr"]
    np.testing.assert_array_equal(merged["coupling/largest_stderr"].sel(n0=3, seed=4), own)
    tree = merged.to_xarray()
    assert tree["members/seed"].values.tolist() == [3, 4, 3, 4]
    assert tree["critical/strain"].sel(n0=2).dims == ("seed", "material", "reading", "crossing")


def test_one_run_by_its_parameters(merged):
    assert merged.sel(n0=2, seed=4) is merged.runs["2_4.h5"]
    with pytest.raises(RunFileError, match=r"2 runs have n0 = 2 .*n0: 2, 3; seed: 3, 4"):
        merged.sel(n0=2)
    with pytest.raises(RunFileError, match="0 runs have n0 = 7"):
        merged.sel(n0=7)
    with pytest.raises(RunFileError, match="must be one of n0, seed; got 'N0'"):
        merged.sel(N0=2)


def test_pooled_seeds_are_one_run(runs, tmp_path):
    """With the errors of all draws together, and no χ² with a run that shares some of them."""
    rsrg.merge(runs, tmp_path / "pooled.h5", pool_seeds=True)
    pooled = rsrg.open_run(tmp_path / "pooled.h5")
    assert pooled.members == {"pooled_2_3.h5": {"n0": 2}, "pooled_3_3.h5": {"n0": 3}}
    run = pooled.sel(n0=3)
    assert run.chunks_per_seed == [(3, 4), (4, 4)]
    assert run.config.sampling.samples == 128
    assert run.progress == (run.config.steps() * 8,) * 2
    assert len(run.provenance) == 2
    # derived from the chunk means by the seeds that drew them: the stored largest error
    largest = run["coupling/M_stderr"].max(["step", "pair", "pair_kl"])
    np.testing.assert_array_equal(largest, run["coupling/largest_stderr"])
    assert rsrg.compare(run, rsrg.open_run(runs / "3_4.h5")).correlated


def test_without_chunk_means(runs, tmp_path):
    rsrg.merge(runs, tmp_path / "m.h5", raw=False)
    run = rsrg.open_run(tmp_path / "m.h5").sel(n0=2, seed=3)
    assert "coupling/moments" not in run
    assert "coupling/M_stderr" not in run
    assert run.critical_strains() == rsrg.open_run(runs / "2_3.h5").critical_strains()
    assert run.report(tmp_path / "page.html").exists()
    other = rsrg.open_run(tmp_path / "m.h5").sel(n0=2, seed=4)
    assert all(row.chi_square is None for row in rsrg.compare(run, other).eigenvalues)


def test_runs_of_one_glass_each(changed, tmp_path):
    """They share a place, where each has its own part; a list of cases has one for each."""
    for k, glass in enumerate(("[a-SiO2]", "[{alpha: 0.7}]")):
        rsrg.run(changed(materials=glass), tmp_path / f"{k}.h5").close()
    rsrg.merge([tmp_path / "0.h5", tmp_path / "1.h5"], tmp_path / "m.h5")
    merged = rsrg.open_run(tmp_path / "m.h5")
    assert (merged.sizes, merged.members) == ({}, {"0.h5": {}, "1.h5": {}})
    for name, run in merged.runs.items():
        assert_same_file(run, rsrg.open_run(tmp_path / name))
    assert "0.h5" in merged._repr_html_()


def test_a_list_of_cases_with_other_strains(changed, tmp_path):
    study = {
        "base": changed(flow="{update: second_order}"),
        "runs": [
            {"blocks.n0": 3, "readings": ["affine/sphere"]},
            {"strain.values": [0.0, 0.1, 0.9], "sampling.estimator": "formula"},
        ],
    }
    rsrg.sweep(study, tmp_path / "runs")
    rsrg.merge(tmp_path / "runs", tmp_path / "m.h5")
    merged = rsrg.open_run(tmp_path / "m.h5")
    assert merged.sizes == {"run": 2}
    for name, run in merged.runs.items():
        assert_same_file(run, rsrg.open_run(tmp_path / "runs" / name))


def test_files_of_one_name(changed, tmp_path):
    for seed in (3, 4):
        (tmp_path / str(seed)).mkdir()
        config = changed(sampling=f"{{samples: 64, seed: {seed}}}")
        rsrg.run(config, tmp_path / str(seed) / "run.h5").close()
    rsrg.merge([tmp_path / "3" / "run.h5", tmp_path / "4" / "run.h5"], tmp_path / "m.h5")
    merged = rsrg.open_run(tmp_path / "m.h5")
    assert merged.members == {"run.h5": {"seed": 3}, "2_run.h5": {"seed": 4}}


def test_comparing_merged_runs(runs, path, merged):
    steps = rsrg.compare(merged, reading="fixed/ellipsoid")
    assert list(steps) == list(merged.runs)
    assert steps["3_4.h5"] == rsrg.compare(runs / "3_4.h5", reading="fixed/ellipsoid")
    other = rsrg.open_run(runs / "3_3.h5")
    with_one = rsrg.compare(path, other)
    assert [s.key for s in with_one["2_3.h5"].settings] == ["blocks.n0"]
    assert with_one["3_3.h5"].settings == []
    assert rsrg.compare(other, merged)["2_3.h5"].b == str(path / "2_3.h5")
    assert all(not pair.settings for pair in rsrg.compare(merged, merged).values())


def test_of_merged_runs_with_other_parameters(runs, merged, tmp_path):
    rsrg.merge([runs / "2_3.h5", runs / "3_3.h5"], tmp_path / "sizes.h5")
    with pytest.raises(RunFileError, match="where their parameters are the same; none of"):
        rsrg.compare(merged, tmp_path / "sizes.h5")


def test_closing_and_copying(merged, path):
    copy = pickle.loads(pickle.dumps(merged))
    with merged as opened:
        assert repr(opened) == f"<MergedRuns {path}: 4 runs, n0 2 × seed 2>"
        run = opened.sel(n0=2, seed=3)
    assert run.status == "finished"  # a run of its own
    assert merged._repr_html_() is None
    assert repr(merged) == f"<MergedRuns {path}: closed>"
    with pytest.raises(RunFileError, match="is closed"):
        merged.critical_strains()
    assert copy.members["2_3.h5"] == {"n0": 2, "seed": 3}
    assert copy._repr_html_().count("<tr>") > 8


def test_plot(merged):
    """Each run's first failure with its error, against a parameter of the runs."""
    ax = Figure().subplots()
    assert merged.plot.critical(ax, against="n0", material="alpha=0.7") is ax
    bars = ax.containers[0]  # of the sum over blocks
    x, y = bars.lines[0].get_xydata().T
    first = {}
    for r in merged.critical_strains():
        if (r.material, r.reading, r.source) == ("alpha=0.7", "fixed/ellipsoid", "lattice"):
            first.setdefault(r.run, r)
    assert sorted(zip(x, y, strict=True)) == sorted(
        (r.parameters["n0"], r.value) for r in first.values()
    )
    assert len(x) == 4
    assert (ax.get_xlabel(), ax.get_title()) == ("n0", "alpha=0.7, fixed/ellipsoid")
    with pytest.raises(RunFileError, match=r"`against` must be a parameter of numbers.* n0, seed"):
        merged.plot.critical(ax, against="lattice")


@pytest.fixture
def rewritten(path, tmp_path):
    """The merged file with other records of its runs; with none, as an earlier rsrg wrote it."""

    def write(records):
        with Snapshot(path) as snapshot:
            names = [n for n in snapshot.names("") if not n.startswith(("results/", "axes/result"))]
            names += ["axes/result", RECORD] if records else []
            datasets = {n: snapshot.read(n) for n in names}
            entries = {n: snapshot.entry(n) for n in names}
            attributes = {k: v for k, v in snapshot.attributes.items() if k != "Conventions"}
        if records:
            datasets[RECORD] = records
        (tmp_path / "other.h5").write_bytes(encode(attributes, datasets, entries))
        return tmp_path / "other.h5"

    return write


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "../evil.h5"}, "is no name of a file"),
        ({"place": [7, 0]}, "does not fit its datasets"),
        ({"axes": {"strain": [99]}}, "does not fit its datasets"),
        ({"rest": {"evil/data": [1]}}, "does not fit its datasets"),
        ({"attributes": {}}, "must have the attributes"),
        ({"unknown": 1}, "a record of its runs"),
    ],
)
def test_a_forged_record(merged, rewritten, changes, message):
    texts = [json.dumps(json.loads(text) | changes) for text in merged.read(RECORD)]
    names = [f"{k}.h5" for k in range(4)]
    if "name" not in changes:
        texts = [json.dumps(json.loads(t) | {"name": n}) for t, n in zip(texts, names, strict=True)]
    with pytest.raises(RunFileError, match=message):
        list(rsrg.open_run(rewritten(texts)).runs.values())


def test_a_file_without_records_keeps_its_numbers(rewritten, merged):
    opened = rsrg.open_run(rewritten(None))
    assert RECORD not in opened
    assert opened["critical/strain"].equals(merged["critical/strain"])
    assert "4 runs" in opened._repr_html_()
    assert opened.report().exists()
    for use in (lambda: opened.runs["2_3.h5"], opened.critical_strains, lambda: opened.members):
        with pytest.raises(RunFileError, match="merged by an earlier rsrg, which kept no configs"):
            use()
