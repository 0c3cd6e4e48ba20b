"""Results of an unfinished run: those, to the last bit, of a run that asks for no more steps."""

import math
import signal
from concurrent.futures import Future

import numpy as np
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.results.preliminary import nothing_yet, preliminary

SMALL, LARGE = (f"{{start: 50 angstrom, sample: {text}}}" for text in ("40 nm", "160 nm"))
WORK = ("provenance/", "axes/session")
POOL = "disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.2}"


class Stopping:
    """An executor that computes each chunk when it is submitted; SIGTERM comes with the n-th."""

    fatal = ()
    stop_grace = math.inf
    starts_at_once = True
    unit_seconds = 0.0  # so that each unit is one chunk
    handling_seconds = 0.0
    workers = max_in_flight = 1

    def __init__(self, chunks):
        self.left = chunks

    def share(self, value):
        return value

    def submit(self, task, *arguments):
        future = Future()
        future.set_result(task(*arguments))
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGTERM)
        return future


@pytest.fixture
def stopped(changed, tmp_path):
    """A run of five steps, four chunks each, that was stopped after so many chunks in all."""

    def make(chunks, **lines):
        config = changed(**{"lengths": LARGE} | lines)
        run = rsrg.run(config, tmp_path / "stopped.h5", executor=Stopping(chunks))
        assert (run.status, run.progress[0]) == ("stopped", chunks)
        return run

    return make


@pytest.fixture
def shorter(changed, tmp_path):
    """A finished run of a config that asks for less: here, of three steps."""
    return lambda **lines: rsrg.run(changed(**{"lengths": SMALL} | lines), tmp_path / "short.h5")


def same_bits(run, other):
    """All numbers and texts but those of the sessions, and all axes."""
    names = [[n for n in r if not n.startswith(WORK)] for r in (run, other)]
    assert names[0] == names[1]
    assert "flow/chi" in names[1] or "flow/chi_log" in names[1]
    for name in names[1]:
        a, b = np.asarray(run.read(name)), np.asarray(other.read(name))
        assert (a.dtype, a.shape) == (b.dtype, b.shape), name
        same = a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
        assert same, name


@pytest.mark.parametrize("chunks", [12, 14])  # three whole steps, and half of the next
def test_complete_steps_are_a_run_of_these_steps(stopped, shorter, chunks):
    strain = {"strain": "{component: xx, values: {start: 0.0, stop: 4.0, count: 9}}"}
    run = stopped(chunks, **strain)
    got, expected = preliminary(run), shorter(**strain)
    same_bits(got, expected)
    assert got.critical_strains() == expected.critical_strains() != []
    assert (got.config.steps(), run.config.steps()) == (3, 5)
    assert (got.status, got.preliminary) == ("stopped", "step 3 of 5, 4 of 4 chunks")
    assert got.path == run.path
    with pytest.raises(RunFileError, match="is stopped"):
        run.require_finished()


def test_lengths_without_a_unit(stopped, shorter):
    got = preliminary(stopped(12, lengths="{log_ratio: 3.4}"))
    same_bits(got, shorter(lengths="{log_ratio: 2.0}"))


def test_a_run_of_a_first_step_alone(stopped, shorter):
    """6 of 8 chunks, of the first step: a run that asks for so many draws."""
    got = preliminary(stopped(6, sampling="{samples: 128, seed: 3}"))
    one_step = "{start: 50 angstrom, sample: 10 nm}"
    same_bits(got, shorter(lengths=one_step, sampling="{samples: 96, seed: 3}"))
    assert got.preliminary.startswith("step 1 of 5, 6 of 8 chunks: errors are those of the draws")


@pytest.mark.parametrize("chunks", [1, 3])
def test_too_few_chunks_for_an_error(stopped, chunks):
    run = stopped(chunks)
    assert preliminary(run) is None
    assert nothing_yet(run) == (
        f"no step is complete, and of the first {chunks} of 4 chunks of draws are done; "
        "an error bar needs 4"
    )


def test_one_sample_of_draws_for_all_steps(stopped, shorter):
    """With `resample: once`, the first step has the draws of all: the flow is whole."""
    once = "{samples: 64, seed: 3, resample: once}"
    run = stopped(6, sampling=once)
    got, expected = preliminary(run), shorter(lengths=LARGE, sampling=once)
    same_bits(got, expected)
    assert got.preliminary == "step 5 of 5, 4 of 4 chunks"


def test_exact_means(stopped, shorter):
    lines = {"blocks": "{n0: 2, count: volume}", "sampling": "{estimator: exact}"}
    same_bits(preliminary(stopped(3, **lines)), shorter(**lines))


def test_more_draws_asked_for(stopped, changed, tmp_path, shorter):
    """A resume asks for more draws, and stops early: the draws that all steps have are used."""
    lengths = {"lengths": SMALL}
    asked = {"sampling": "{samples: 256, seed: 3}"}
    config = changed(**lengths, **asked)
    rsrg.run(config, tmp_path / "run.h5")
    run = rsrg.resume(tmp_path / "run.h5", {"sampling.samples": 512}, executor=Stopping(5))
    assert run.status == "stopped"
    got = preliminary(run)
    same_bits(got, shorter(**asked))
    assert got.preliminary.startswith("step 3 of 3, 16 of 32 chunks")


def test_a_target_error_that_is_not_reached(stopped, shorter):
    """Fewer draws than a target error needs to know an error from: it is left out."""
    target = "{samples: 256, seed: 3, target_error: 1.0e-4}"
    got = preliminary(stopped(8, sampling=target))
    one_step = "{start: 50 angstrom, sample: 10 nm}"
    same_bits(got, shorter(lengths=one_step, sampling="{samples: 128, seed: 3}"))
    assert got.config.sampling.target_error is None


@pytest.mark.parametrize("update", ["resummed", "harmonic"])
def test_generations_of_a_pool(stopped, shorter, update):
    """20 chunks of draws, then 16 of super blocks in each step."""
    flow = {"flow": f"{{{POOL}, update: {update}}}", "readings": "[fixed/ellipsoid]"}
    got, expected = preliminary(stopped(20 + 3 * 16, **flow)), shorter(**flow)
    same_bits(got, expected)
    assert got.read("pool/failed").shape[1] == 4  # the first blocks, and three generations


def test_a_pool_in_the_middle_of_a_step(stopped, shorter):
    """The newest super blocks are of two generations then: what is raw of them is left out."""
    flow = {"flow": f"{{{POOL}, update: harmonic}}", "readings": "[fixed/ellipsoid]"}
    got, expected = preliminary(stopped(20 + 3 * 16 + 2, **flow)), shorter(**flow)
    assert "pool/stability" not in got.snapshot
    assert got.read("pool/failed").tobytes() == expected.read("pool/failed").tobytes()
    assert got.read("pool/chi").tobytes() == expected.read("pool/chi").tobytes()


def test_a_pool_that_has_not_begun(stopped, shorter):
    """The flow of equal blocks: as an annealed run gives it."""
    got = preliminary(stopped(12, flow=f"{{{POOL}}}"))
    same_bits(got, shorter())
    assert not got.config.flow.quenched
    assert "of equal blocks" in got.preliminary


def test_formulas_need_no_draws(changed, tmp_path, monkeypatch):
    """A formula's run is running, without results, only while these are computed."""
    from rsrg.execution.session import Session

    config, path = changed(lengths=LARGE, sampling="{estimator: formula}"), tmp_path / "run.h5"
    with monkeypatch.context() as patch:
        patch.setattr(Session, "work", lambda self, executor: "SIGTERM")
        run = rsrg.run(config, path)
    got = preliminary(run)
    same_bits(got, rsrg.resume(path))
    assert got.preliminary == "the formulas, which need no draws"


def test_failed_and_older_runs(request, config, tmp_path, monkeypatch):
    from rsrg.ensemble.sampling import Sampler

    def fails(self, step, chunks, sums=Sampler.chunks):
        if step == 2:
            raise OSError("no disk")
        return sums(self, step, chunks)

    with monkeypatch.context() as patch:
        patch.setattr(Sampler, "chunks", fails)
        with pytest.raises(OSError, match="no disk"):
            rsrg.run(config, tmp_path / "run.h5")
    got = preliminary(rsrg.open_run(tmp_path / "run.h5"))
    assert (got.status, got.preliminary) == ("failed", "step 2 of 3, 4 of 4 chunks")
    data = request.config.rootpath / "tests" / "data"
    assert preliminary(rsrg.open_run(data / "schema1_stopped.h5")) is not None
    finished = rsrg.open_run(data / "schema1_finished.h5")
    assert preliminary(finished) is finished
