"""Runs stopped, killed, failed, resumed and extended: always the bits of the run that was not."""

import re
import shutil
import signal

import numpy as np
import pytest

import rsrg
from rsrg.config.resume_rules import extended_config
from rsrg.config.schema import Config
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ConfigError, RunFileError
from rsrg.execution import pace
from rsrg.execution.signals import STOP_SIGNALS
from rsrg.execution.threads import UNITS_PER_THREAD

UNDER_WAY = 2 * UNITS_PER_THREAD


def test_finished(finished, config):
    run = rsrg.open_run(finished)
    assert run.status == "finished"
    assert run.progress == (12, 12)
    assert run.config == config
    assert list(run.read("provenance/reason")) == ["finished"]
    assert np.isfinite(run.read("coupling/moments")).all()
    assert repr(run) == f"<Run {finished}: finished, 12 of 12 chunks>"


def test_refuses_an_existing_file(finished, config):
    before = finished.read_bytes()
    with pytest.raises(RunFileError) as caught:
        rsrg.run(config, finished)
    assert str(caught.value) == (
        f"{finished} exists already. Go on with it: rsrg resume {finished} (in Python: "
        "rsrg.resume). Begin again, keeping it as run.h5.old: add --restart (in Python: "
        "restart=True)"
    )
    assert finished.read_bytes() == before


def test_restart_keeps_the_old_run(finished, changed, tmp_path):
    """As `--restart` promises: the file as it was, not the new run's first checkpoint."""
    path = tmp_path / "run.h5"
    shutil.copy2(finished, path)
    old = path.read_bytes()
    rsrg.run(changed(sampling="{samples: 64, seed: 4}"), path, restart=True)
    kept = [p for p in tmp_path.iterdir() if p != path and p.read_bytes() == old]
    assert kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("done", [0, 1, 4, 7, 11])
def test_resumed_is_uninterrupted(stop_after, finished, config, tmp_path, same, done, number):
    path = tmp_path / "run.h5"
    stopped = rsrg.run(config, path, watch=stop_after(done, number))
    assert stopped.status == "stopped"
    assert done < stopped.progress[0] <= done + 1 + UNDER_WAY
    assert stopped.read("provenance/reason")[-1] == f"stopped by {number.name}"
    with pytest.raises(RunFileError, match=f"{path} is stopped: .* rsrg resume {path}"):
        stopped.critical_strains()
    assert rsrg.resume(path).status == "finished"
    same(path, finished)


def test_stopped_again_and_again(stop_after, finished, config, tmp_path, same):
    path = tmp_path / "run.h5"
    run = rsrg.run(config, path, watch=stop_after(0))
    while run.status != "finished":
        run = rsrg.resume(path, watch=stop_after(run.progress[0] + 1))
    same(path, finished)
    assert len(run.read("provenance/started")) > 3
    assert run.read("provenance/reason")[-1] == "finished"


def test_signals_are_given_back(stop_after, config, tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    rsrg.run(config, tmp_path / "run.h5", watch=stop_after(2))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_do_not_matter(finished, config, tmp_path, same, with_threads, threads):
    path = tmp_path / "run.h5"
    with with_threads(threads) as executor:
        rsrg.run(config, path, executor=executor)
    same(path, finished)


def test_resuming_a_finished_run_changes_nothing(finished):
    before = finished.read_bytes()
    assert rsrg.resume(finished).status == "finished"
    assert finished.read_bytes() == before


def test_extended_is_longer_from_the_start(finished, changed, tmp_path, same):
    long = tmp_path / "long.h5"
    rsrg.run(changed(sampling="{samples: 112, seed: 3}"), long)
    path = tmp_path / "run.h5"
    shutil.copy2(finished, path)
    run = rsrg.resume(path, {"sampling.samples": 112})
    assert run.config.sampling.samples == 112
    same(path, long)


def test_extension_stopped_and_resumed(stop_after, finished, changed, tmp_path, same):
    long = tmp_path / "long.h5"
    rsrg.run(changed(sampling="{samples: 112, seed: 3}"), long)
    path = tmp_path / "run.h5"
    shutil.copy2(finished, path)
    stopped = rsrg.resume(path, {"sampling.samples": 112}, watch=stop_after(14))
    assert stopped.status == "stopped"
    rsrg.resume(path)
    same(path, long)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"blocks.n0": 3}, "`blocks.n0` cannot change on resume: 2 in the file, 3 asked for"),
        ({"sampling.seed": 4}, "`sampling.seed` cannot change on resume: 3 in the file, "
         "4 asked for"),
        ({"flow.update": "second_order"}, "`flow.update` cannot change on resume: 'resummed' in "
         "the file, 'second_order' asked for"),
        ({"sampling.samples": 32}, "`samples` must be a multiple of 16, at least 64, at most 10⁹ "
         "(draws per step); got 32 (-o sampling.samples)"),
        ({"lengths.sample": "34 nm"}, "`lengths` can only grow on resume: ln(R/L₁) = 1.94591 in "
         "the file, 1.91692 asked for"),
        ({"lengths.start": "40 angstrom"}, "`lengths.start` cannot change on resume: "
         "'50 angstrom' in the file, '40 angstrom' asked for"),
        ({"strain.values": [0.0, 0.3, 0.4, 0.6, 0.8]}, "`strain.values` can only gain values on "
         "resume: 0.2 is in the file, and not asked for"),
        ({"readings": ["fixed/ellipsoid"]}, "`readings` can only gain values on "
         "resume: affine/sphere is in the file, and not asked for"),
        ({"materials": [{"alpha": 0.7}]}, "`materials` can only gain values on "
         "resume: a-SiO2 is in the file, and not asked for"),
    ],
    ids=str,
)  # fmt: skip
def test_refused_changes(finished, overrides, message):
    before = finished.read_bytes()
    with pytest.raises(ConfigError) as caught:
        rsrg.resume(finished, overrides)
    assert caught.value.problems == [message]
    assert finished.read_bytes() == before


def test_all_refused_changes_at_once(finished):
    with pytest.raises(ConfigError) as caught:
        rsrg.resume(finished, {"blocks.n0": 3, "sampling.seed": 4, "lattice": 1})
    assert caught.value.problems == [
        "unknown key `lattice`; known keys: schema_version, title, materials, lengths, blocks, "
        "strain, readings, flow, sampling, checkpoint (-o lattice)"
    ]
    with pytest.raises(ConfigError) as caught:
        rsrg.resume(finished, {"blocks.n0": 3, "sampling.seed": 4})
    assert len(caught.value.problems) == 2


def test_samples_can_only_grow(changed):
    with pytest.raises(ConfigError) as caught:
        extended_config(changed(sampling="{samples: 128, seed: 3}"), {"sampling.samples": 64})
    assert caught.value.problems == [
        "`sampling.samples` can only grow on resume: 128 in the file, 64 asked for"
    ]


def test_neutral_changes_are_free(stop_after, config, finished, tmp_path, same):
    path = tmp_path / "run.h5"
    rsrg.run(config, path, watch=stop_after(3))
    run = rsrg.resume(path, {"title": "new", "checkpoint.every": "1 s"})
    assert (run.config.title, run.config.checkpoint.every) == ("new", "1 s")
    same(path, finished)


def test_once_draws_once(changed, tmp_path):
    run = rsrg.run(changed(sampling="{samples: 64, seed: 3, resample: once}"), tmp_path / "r.h5")
    m = run.read("coupling/moments")
    np.testing.assert_array_equal(m, np.broadcast_to(m[:1], m.shape))
    per_step = rsrg.run(changed(sampling="{samples: 64, seed: 3}"), tmp_path / "s.h5")
    other = per_step.read("coupling/moments")
    np.testing.assert_array_equal(m[0], other[0])
    assert not np.any(other[1, :, 1:] == other[0, :, 1:])


@pytest.mark.parametrize("estimator", ["exact", "formula"])
def test_other_estimators(changed, tmp_path, estimator):
    config = changed(sampling=f"{{estimator: {estimator}}}", blocks="{n0: 2, count: volume}")
    run = rsrg.run(config, tmp_path / "run.h5")
    assert run.status == "finished"
    assert run.sources() == (["lattice"] if estimator == "exact" else []) + ["continuum", "log"]
    if estimator == "exact":
        assert not run.read("coupling/M_stderr").any()
    else:
        assert "coupling/moments" not in run.snapshot


def test_failed_run_keeps_its_checkpoint(finished, config, tmp_path, same, monkeypatch):
    path = tmp_path / "run.h5"
    chunks = Sampler.chunks

    def break_down(self, step, numbers):
        if (step, numbers.start) == (1, 2):
            raise RuntimeError("the kernel broke")
        return chunks(self, step, numbers)

    monkeypatch.setattr(Sampler, "chunks", break_down)
    with pytest.raises(RuntimeError, match="the kernel broke"):
        rsrg.run(config, path)
    run = rsrg.open_run(path)
    assert run.status == "failed"
    assert run.progress == (6, 12)
    assert run.read("provenance/reason")[-1] == "failed: RuntimeError: the kernel broke"
    monkeypatch.undo()
    rsrg.resume(path)
    same(path, finished)


def test_a_run_that_failed_at_once_is_in_nobody_s_way(
    finished, config, tmp_path, same, monkeypatch
):
    """Nothing was computed: the same command begins again, and keeps the file as `.prev`."""
    path = tmp_path / "run.h5"

    def break_down(self, step, numbers):
        raise RuntimeError("the kernel broke")

    monkeypatch.setattr(Sampler, "chunks", break_down)
    with pytest.raises(RuntimeError, match="the kernel broke"):
        rsrg.run(config, path)
    assert rsrg.open_run(path).status == "failed"
    monkeypatch.undo()
    rsrg.run(config, path)
    same(path, finished)


def test_damaged_file_is_not_resumed(finished, tmp_path):
    path = tmp_path / "run.h5"
    path.write_bytes(finished.read_bytes()[:-7])
    with pytest.raises(RunFileError, match="is damaged"):
        rsrg.resume(path)
    with pytest.raises(RunFileError, match="no such run file"):
        rsrg.resume(tmp_path / "other.h5")


def test_readable_while_it_runs(config, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "SAVE_SHARE", 1e6)  # a run this short has no time for checkpoints
    path, seen = tmp_path / "run.h5", []

    def watch(progress):
        run = rsrg.open_run(path)
        seen.append((run.status, run.progress))

    rsrg.run(config, path, watch=watch)
    assert ("running", (4, 12)) in seen  # saved after each step


def test_attributes(finished, config):
    run = rsrg.open_run(finished)
    a = run.attributes
    assert Config.model_validate_json(a["config"]) == config
    assert a["config_text"] == config.text()
    assert a["config_hash"] == config.digest()
    assert a["created"].endswith("+00:00")
    assert {"rsrg_version", "numpy_version", "numba_version", "h5py_version"} <= a.keys()


# In a process of its own, as users do it


def line_with(pipe, word):
    """The next line of a pipe that has this word."""
    return next((line for line in pipe if word in line), f"no line with {word}")


@pytest.mark.parametrize("number", STOP_SIGNALS, ids=lambda n: n.name)
def test_first_signal_exits_75_and_resume_finishes(held_run, finished, command, same, number):
    process, path = held_run("--no-progress")
    process.send_signal(number)
    asked = line_with(process.stderr, number.name)
    assert asked == f"{number.name}: stopping at the next chunk; Ctrl-C again ends it at once\n"
    out, err = process.communicate()  # the chunk ends
    assert (process.returncode, out) == (75, "")
    named = rf"stopped by SIG[A-Z0-9]+: (\d+) of 12 chunks are in {path.name}"
    told = rf"rsrg: {named}\. Go on: rsrg resume run\.h5\n"
    kept = re.fullmatch(told, err)
    done = int(kept[1])
    assert done in (7, 8)  # the one that was held, and perhaps the one that waited behind it
    run = rsrg.open_run(path)
    assert (run.status, run.progress) == ("stopped", (done, 12))
    resumed = command("resume", path, "-q")
    assert (resumed.returncode, resumed.stdout, resumed.stderr) == (0, "", "")
    same(path, finished)


def test_killed_run_resumes_to_the_same_bits(held_run, finished, same):
    process, path = held_run("--no-progress")
    process.kill()
    process.wait()
    run = rsrg.open_run(path)
    assert (run.status, run.progress) == ("running", (4, 12))  # nobody could say otherwise
    rsrg.resume(path)
    same(path, finished)


def test_second_interrupt_exits_130_at_once(held_run):
    """Both within one chunk."""
    process, path = held_run("--no-progress")
    process.send_signal(signal.SIGINT)
    line_with(process.stderr, "SIGINT")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    run = rsrg.open_run(path)
    assert (run.status, run.progress) == ("running", (4, 12))
    assert "Traceback" not in process.stderr.read()
