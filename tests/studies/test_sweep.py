"""Sweeps: only what is missing is done, nothing is remapped or lost, and the status says so."""

import json
import re
import shutil
import signal
import threading

import pytest

import rsrg
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError, ExecutorError, RunFileError
from rsrg.execution import unit_size
from rsrg.execution.open_executor import open_executor
from rsrg.execution.processes import Processes
from rsrg.execution.threads import UNITS_PER_THREAD
from rsrg.execution.walltime import SLURM_END, TimeLimit
from rsrg.studies.index import read_index
from rsrg.studies.status import run_status, statuses, study_status
from rsrg.studies.study import load_study
from rsrg.studies.sweep import Sweep, sweep_plan

SEEDS = "base: small.yaml\nproduct: {sampling.seed: [3, 4, 5]}\n"


@pytest.fixture(autouse=True)
def units_of_one_chunk(monkeypatch):
    """So that a stop finds a run at a chunk that is known."""
    monkeypatch.setattr(unit_size, "LEAST_UNITS", 12)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def study(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text)

    def load(body):
        (tmp_path / "study.yaml").write_text(body)
        return load_study(tmp_path / "study.yaml")

    return load


@pytest.fixture
def sweep(folder):
    """Carries a study on; returns the sweep, its last status, and what it told."""

    def work(study, watch=lambda progress: None, executor=None, walltime=None):
        told = []
        with open_executor(threads=1) as threads:
            sweep = Sweep(study, folder, told.append, watch, executor or threads, walltime)
            return sweep, sweep.work(), told

    return work


def states(group):
    return [s.state for s in group.runs]


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.glob("*.h5")}


def test_each_run_is_what_it_would_be_alone(study, sweep, folder, finished, same):
    loaded = study(SEEDS)
    assert states(study_status(loaded, folder)) == ["missing"] * 3
    _, group, told = sweep(loaded)
    assert states(group) == ["finished"] * 3
    assert told[0].startswith(f"[1/3] {loaded.members[0].file}  sampling.seed = 3: finished after")
    same(folder / loaded.members[0].file, finished)


def test_rerunning_does_nothing(study, sweep, folder):
    sweep(study(SEEDS))
    before = contents(folder)
    _, _, told = sweep(study(SEEDS))
    assert told == []
    assert contents(folder) == before


def test_editing_adds_and_removes_but_never_remaps(study, sweep, folder):
    sweep(study(SEEDS))
    before = contents(folder)
    edited = study("base: small.yaml\nproduct: {sampling.seed: [5, 6]}\n")
    _, group, told = sweep(edited)
    assert len(told) == 1
    assert {name: contents(folder)[name] for name in before} == before
    in_study = {s.parameters["sampling.seed"]: s.in_study for s in group.runs}
    assert in_study == {3: False, 4: False, 5: True, 6: True}
    assert [e.in_study for e in read_index(folder).runs] == [True, True, False, False]
    _, group, told = sweep(study(SEEDS))  # and back: nothing to do
    assert told == []


def test_stopped_and_gone_on_with(study, sweep, folder, finished, same):
    def stop(progress):
        if progress.done == 5 and not progress.urgent:
            signal.raise_signal(signal.SIGINT)

    stopped, group, _ = sweep(study(SEEDS), stop)
    assert stopped.stopped
    assert states(group) == ["stopped", "missing", "missing"]
    assert group.runs[0].note == "stopped by SIGINT"
    assert 5 < group.runs[0].done <= 6 + UNITS_PER_THREAD  # those under way
    assert group.runs[0].seconds_left is not None
    _, group, _ = sweep(study(SEEDS))
    assert states(group) == ["finished"] * 3
    same(folder / study(SEEDS).members[0].file, finished)


@pytest.fixture
def held_chunk(monkeypatch, clock):
    """A chunk, (seed, step, number), that is not done after 31 s, nor before it is let go."""
    let_go = threading.Event()

    def hold(*which):
        chunks = Sampler.chunks

        def slow(self, step, numbers):
            if (self.seed, step, numbers.start) == which:
                clock.turn(31.0)
                let_go.wait()
            return chunks(self, step, numbers)

        monkeypatch.setattr(Sampler, "chunks", slow)

    yield hold
    let_go.set()


@pytest.mark.parametrize("chunk", [(4, 1, 2), (4, 0, 0)], ids=["within a run", "its first chunk"])
def test_walltime_within_a_run(study, sweep, folder, held_chunk, monkeypatch, chunk):
    """The second run has a chunk that never ends: the time ends it, and the sweep."""
    held_chunk(*chunk)
    stopped, group, told = sweep(study(SEEDS), walltime=30.0)
    assert stopped.stopped
    assert states(group) == ["finished", "stopped", "missing"]
    assert group.runs[1].note == "stopped by walltime"
    assert group.runs[1].done == 4 * chunk[1] + chunk[2]
    assert told[1].split(": ")[-1].startswith("stopped after")


def test_walltime_between_runs(study, sweep, folder, monkeypatch, finished, same):
    """The time is over when the first run has just been finished: no other is begun."""

    def over(progress):
        if progress.note == "writing results":
            begun[0].limit = TimeLimit.from_walltime(-1.0)

    begun = []
    init = Sweep.__init__
    monkeypatch.setattr(Sweep, "__init__", lambda *a: (init(*a), begun.append(a[0]))[0])
    stopped, group, told = sweep(study(SEEDS), over, walltime=600.0)
    assert stopped.stopped
    assert states(group) == ["finished", "missing", "missing"]
    assert len(told) == 1
    monkeypatch.undo()
    _, group, _ = sweep(study(SEEDS))
    assert states(group) == ["finished"] * 3
    same(folder / study(SEEDS).members[0].file, finished)


def test_the_end_of_a_slurm_job_ends_a_sweep(
    study, sweep, folder, monkeypatch, finished, same, clock
):
    """An end that has come: one chunk, which every session does, of the first run alone."""
    monkeypatch.setenv(SLURM_END, str(int(clock.time)))
    stopped, group, _ = sweep(study(SEEDS))
    assert stopped.stopped
    assert states(group) == ["stopped", "missing", "missing"]
    assert (group.runs[0].done, group.runs[0].note) == (1, f"stopped by {SLURM_END}")
    monkeypatch.delenv(SLURM_END)
    _, group, _ = sweep(study(SEEDS))
    assert states(group) == ["finished"] * 3
    same(folder / study(SEEDS).members[0].file, finished)


def test_a_signal_while_results_are_written_ends_the_sweep(study, sweep):
    def stop(progress):
        if progress.note == "writing results":
            signal.raise_signal(signal.SIGINT)

    stopped, group, told = sweep(study(SEEDS), stop)
    assert stopped.stopped
    assert len(told) == 1
    assert states(group)[1:] == ["missing", "missing"]


def test_a_failed_run_does_not_stop_the_others_and_is_rerun_alone(
    study, sweep, folder, monkeypatch
):
    chunks = Sampler.chunks

    def break_down(self, step, numbers):
        if (self.seed, step, numbers.start) == (4, 1, 2):
            raise RuntimeError("the kernel broke")
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", break_down)
    _, group, told = sweep(study(SEEDS))
    assert states(group) == ["finished", "failed", "finished"]
    assert group.runs[1].note == "failed: RuntimeError: the kernel broke"
    assert "failed: RuntimeError: the kernel broke" in told[1]
    before = contents(folder)
    monkeypatch.undo()
    _, group, told = sweep(study(SEEDS))
    assert states(group) == ["finished"] * 3
    assert len(told) == 1
    changed = [name for name, content in contents(folder).items() if content != before[name]]
    assert changed == [study(SEEDS).members[1].file]


def test_lost_workers_end_the_sweep(study, sweep):
    class Lost(Processes):
        def submit(self, task, *arguments):
            raise ExecutorError("gone")

    executor = Lost(1)
    with pytest.raises(ExecutorError, match="gone"):
        sweep(study(SEEDS), executor=executor)
    executor.close()


def test_damaged_files_are_shown_and_left(study, sweep, folder):
    loaded = study(SEEDS)
    sweep(loaded)
    bad = folder / loaded.members[1].file
    bad.write_bytes(bad.read_bytes()[:-1])
    before = contents(folder)
    _, group, told = sweep(loaded)
    assert states(group) == ["finished", "damaged", "finished"]
    assert "does not match its checksum" in group.runs[1].note
    assert told == []
    assert contents(folder) == before


def test_an_extended_member_is_no_longer_the_study_s(study, sweep, folder):
    """Its name says which run it is; with other numbers in it, it is not taken for that."""
    loaded = study(SEEDS)
    sweep(loaded)
    rsrg.resume(folder / loaded.members[0].file, {"sampling.samples": 128})
    _, group, told = sweep(loaded)
    assert states(group) == ["changed", "finished", "finished"]
    assert told == []


def test_other_runs_in_the_folder_are_listed(study, sweep, folder, finished):
    sweep(study(SEEDS))
    shutil.copy2(finished, folder / "mine.h5")
    (group,) = statuses([folder])
    assert [s.in_study for s in group.runs] == [True, True, True, None]


def test_plan(study, sweep, folder):
    loaded = study(SEEDS)
    plan = sweep_plan(loaded, folder)
    assert (plan.runs, plan.chunks) == (3, 36)
    assert plan.seconds > 0.0
    assert not folder.exists()
    sweep(loaded)
    assert sweep_plan(loaded, folder).runs == 0


def test_a_running_run(finished, config, tmp_path):
    seen = []

    def watch(progress):
        seen.append(run_status(tmp_path / "run.h5"))

    rsrg.run(config, tmp_path / "run.h5", watch=watch)
    assert {s.state for s in seen} == {"running"}
    assert seen[-1].done <= seen[-1].total == 12  # as saved last
    assert re.search(r"saved \d+ s ago", seen[-1].note)


@pytest.mark.parametrize("content", [b"", b"words", b"rsrg-run sha256 "], ids=["0", "text", "torn"])
def test_any_file_has_a_status(tmp_path, content):
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    assert run_status(path).state == "damaged"


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"study": "s", "kind": "zip", "runs": [{"file": "../../etc.h5", '
     '"in_study": true, "parameters": {}}]}'],
    ids=["empty", "object", "list", "a path that leads out"],
)  # fmt: skip
def test_a_damaged_index_is_refused_not_forgotten(study, sweep, folder, content):
    sweep(study(SEEDS))
    (folder / "index.json").write_text(content)
    for use in (lambda: sweep(study(SEEDS)), lambda: statuses([folder])):
        with pytest.raises(RunFileError, match=r"index\.json is damaged; move it away"):
            use()
    assert (folder / "index.json").read_text() == content


def test_the_index_can_be_read_by_others(study, sweep, folder):
    sweep(study(SEEDS))
    index = json.loads((folder / "index.json").read_text())
    assert [run["parameters"] for run in index["runs"]] == [{"sampling.seed": s} for s in (3, 4, 5)]
    assert all((folder / run["file"]).exists() for run in index["runs"])
    rows = (folder / "index.csv").read_text().splitlines()
    assert rows[0] == "file,in_study,sampling.seed"
    assert rows[1].endswith(".h5,yes,3")


def test_status_of_what_is_no_run(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text)
    for name, told in (("small.yaml", "is a config"), ("x.txt", "must be a run file, a folder")):
        with pytest.raises(ConfigError, match=told):
            statuses([tmp_path / name])
    (group,) = statuses([tmp_path / "none.h5"])
    assert states(group) == ["missing"]


def test_a_sweep_in_processes(study, sweep, folder, finished, same):
    with open_executor(workers=2) as executor:
        sweep(study(SEEDS), executor=executor)
    same(folder / study(SEEDS).members[0].file, finished)
