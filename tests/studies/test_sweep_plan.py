"""What a sweep says before and after of what it did not do: plans, and why runs could not begin."""

import pytest

import rsrg
from rsrg.config.run_config import CHUNKS, POOL_CHUNKS
from rsrg.errors import ConfigError
from rsrg.execution import kinds, unit_size
from rsrg.execution.timing import ChunkTimes, decides_times
from rsrg.studies.status import run_status
from rsrg.studies.study import load_study
from rsrg.studies.sweep import sweep_plan

SEEDS = "base: small.yaml\nproduct: {sampling.seed: [3, 4, 5]}\n"
POOL = "flow: {disorder: quenched, pool: 256}\n"


@pytest.fixture(autouse=True)
def units_of_one_chunk(monkeypatch):
    """So that a time limit leaves draws to do."""
    monkeypatch.setattr(unit_size, "LEAST_UNITS", 12)


@pytest.fixture
def study(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text + POOL)

    def load():
        (tmp_path / "study.yaml").write_text(SEEDS)
        return load_study(tmp_path / "study.yaml")

    return load()


def test_draws_and_super_blocks_count_with_their_own_times(study, tmp_path, monkeypatch):
    """Runs of one kind are timed once, and what is done is left out, by its kind."""
    timed = []

    def times(config):
        timed.append(config)
        return ChunkTimes({CHUNKS: 1.0, POOL_CHUNKS: 100.0}, 2)

    monkeypatch.setattr("rsrg.studies.sweep.chunk_times", times)
    whole = sweep_plan(study, tmp_path / "runs")
    each = study.members[0].config.chunk_totals()
    assert whole.chunks == 3 * sum(each.values())
    assert whole.seconds == 3 * (each[CHUNKS] + 100 * each[POOL_CHUNKS])
    assert len(timed) == 1
    begun = study.members[1]
    (tmp_path / "runs").mkdir()
    rsrg.run(begun.config, tmp_path / "runs" / begun.file, walltime=0.0)
    done = rsrg.open_run(tmp_path / "runs" / begun.file).chunks_done
    assert 0 < done[CHUNKS] < each[CHUNKS]
    left = sweep_plan(study, tmp_path / "runs")
    assert left.chunks == whole.chunks - done[CHUNKS]
    assert left.seconds == whole.seconds - done[CHUNKS]


def test_time_left_of_a_run_with_a_pool(study, tmp_path, monkeypatch):
    """What one session of 10 s did, at what its chunks cost."""
    file = tmp_path / "run.h5"
    rsrg.run(study.members[0].config, file, walltime=0.0)
    run = rsrg.open_run(file)
    done, totals = run.chunks_done, run.config.chunk_totals()
    times = {
        "provenance/started": ["2026-01-01T00:00:00"],
        "provenance/ended": ["2026-01-01T00:00:10"],
    }
    read = type(run).read
    monkeypatch.setattr(type(run), "read", lambda self, name: times.get(name) or read(self, name))
    costs = {CHUNKS: 1.0, POOL_CHUNKS: 100.0}
    monkeypatch.setattr("rsrg.studies.status.relative_costs", lambda config: costs)
    whole = totals[CHUNKS] + 100 * totals[POOL_CHUNKS]
    assert run_status(file).seconds_left == pytest.approx(10.0 * (whole / done[CHUNKS] - 1.0))


def test_what_decides_the_time_of_a_chunk(changed):
    """Neither seed nor number of draws; glasses and the size of a pool where there is one."""
    plain, other = {}, {"sampling": "{samples: 128, seed: 9}", "materials": "[{alpha: 0.5}]"}
    assert decides_times(changed(**plain)) == decides_times(changed(**other))
    pool = {"flow": "{disorder: quenched, pool: 256}"}
    assert decides_times(changed(**pool)) != decides_times(changed(**plain))
    assert decides_times(changed(**pool)) != decides_times(changed(**pool, **other))
    once = {"sampling": "{samples: 64, seed: 3, resample: once}"}
    assert decides_times(changed(**once)) != decides_times(changed(**plain))


def test_why_a_run_could_not_begin_is_in_its_record(study, tmp_path, monkeypatch):
    """It has no file that could tell."""

    def refuse(config, executor):
        raise ConfigError(["the run must fit into memory"])

    monkeypatch.setattr(kinds, "require_memory", refuse)
    lines = []
    swept = rsrg.sweep(study, tmp_path / "runs", notify=lines.append)
    assert [(run.state, run.note) for run in swept.runs] == [
        ("missing", "the run must fit into memory")
    ] * 3
    assert lines[0].endswith("not done: the run must fit into memory")
