"""A run of exact super blocks: the same bits on any executor, through any stop or extension."""

from contextlib import closing

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import rsrg
from rsrg.config.loading import exact_config_from_source
from rsrg.config.yaml_source import parse_source
from rsrg.errors import ComputationError, RunFileError
from rsrg.execution import engine
from rsrg.execution.exact_state import ExactState, ExactWorkload
from rsrg.execution.processes import Processes
from rsrg.results.any_run import open_stored_run
from rsrg.storage.layout import ENTRIES

TEXT = """\
schema_version: 1
kind: exact
alpha: 0.7
levels: {kind: gaussian}
strengths: [1.0]
temperatures: [0.3, 3.0]
sampling: {super_blocks: 40, seed: 1}
checkpoint: {every: 1 hour}
"""


pytestmark = pytest.mark.usefixtures("one_blas_thread")


@pytest.fixture(scope="module")
def config():
    return exact_config_from_source(parse_source(TEXT))


def numbers(path):
    """Every dataset but the provenance, as bytes."""
    run = open_stored_run(path)
    names = [n for n in ENTRIES if n in run.snapshot and not n.startswith("provenance/")]
    return {n: np.asarray(run.read(n)).tolist() for n in names if n != "axes/session"}


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory):
    with threadpool_limits(1, "blas"):
        path = tmp_path_factory.mktemp("exact") / "whole.h5"
        run = engine.start(config, path)
    assert (run.status, run.progress) == ("finished", (5, 5))
    return path


def test_one_thread_and_two(config, whole, tmp_path, with_threads):
    with with_threads(1) as executor:
        engine.start(config, tmp_path / "run.h5", executor=executor)
    assert numbers(tmp_path / "run.h5") == numbers(whole)


def test_worker_processes(config, whole, tmp_path):
    with closing(Processes(2)) as executor:
        engine.start(config, tmp_path / "run.h5", executor=executor)
    assert numbers(tmp_path / "run.h5") == numbers(whole)


def test_stopped_and_resumed(config, whole, tmp_path, monkeypatch, with_threads):
    store = ExactWorkload.store

    def stop_after_one(self, unit, result):  # two more are under way then
        store(self, unit, result)
        if self.state.done[0] == 1:
            sessions[0].request.reason = "SIGTERM"

    sessions = []
    work = engine.Session.work
    monkeypatch.setattr(engine.Session, "work", lambda s, e: sessions.append(s) or work(s, e))
    monkeypatch.setattr(ExactWorkload, "store", stop_after_one)
    with with_threads(1) as executor:
        stopped = engine.start(config, tmp_path / "run.h5", executor=executor)
    assert stopped.status == "stopped"
    assert 1 <= stopped.progress[0] < 5
    with pytest.raises(RunFileError, match="its results are written at the end"):
        stopped.require_finished()
    assert np.isnan(stopped.read("exact/norms")[..., -1]).all()
    monkeypatch.setattr(ExactWorkload, "store", store)
    assert engine.go_on(tmp_path / "run.h5").status == "finished"
    assert numbers(tmp_path / "run.h5") == numbers(whole)


def test_extended(config, whole, tmp_path):
    """First 32 super blocks, then 40: the same as 40 at once."""
    fewer = exact_config_from_source(parse_source(TEXT.replace("40", "32")))
    engine.start(fewer, tmp_path / "run.h5")
    run = engine.go_on(tmp_path / "run.h5", {"sampling.super_blocks": 40})
    assert run.config == config
    assert numbers(tmp_path / "run.h5") == numbers(whole)


def test_a_finished_run_is_returned_as_it_is(whole):
    before = whole.read_bytes()
    assert engine.go_on(whole).status == "finished"
    assert whole.read_bytes() == before


def test_functions_for_flows_say_what_it_is(whole):
    with pytest.raises(RunFileError, match="holds an ensemble of exact super blocks and no flow"):
        rsrg.open_run(whole)
    with pytest.raises(RunFileError, match="exact super blocks: go on with rsrg resume"):
        rsrg.resume(whole)


def test_provenance(whole):
    session = open_stored_run(whole).provenance[-1]
    assert session["engine"] == "diagonalisation"
    assert session["reason"] == "finished"


def test_a_result_without_a_number_is_refused(config):
    workload = ExactWorkload(ExactState.initial(config))
    with pytest.raises(ComputationError, match=r"chunks 0 to 0: .* without a number"):
        workload.store((0, range(1)), np.full((7, 1, 1, 2, 8), np.nan))
