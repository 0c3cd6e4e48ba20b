"""Runs side by side in one process, in a fork, in a thread: each as if it were alone."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import rsrg
from rsrg.ensemble import sampling
from rsrg.ensemble.sampling import Sampler
from rsrg.errors import ComputationError, ExecutorError
from rsrg.execution.signals import STOP_SIGNALS, StopRequest, stop_on_signals
from rsrg.execution.threads import Threads

FLOW = "{{initial: {{kind: lognormal, width: 0.1}}, disorder: quenched, pool: 256, update: {}}}"


@pytest.fixture
def eight(changed):
    """Eight configs that have little in common."""
    others = {"readings": "[fixed/ellipsoid]", "materials": "[{alpha: 0.7}]"}
    strain = "{component: xx, values: [0.0, 0.5]}"
    return [
        changed(),
        changed(blocks="{n0: 3}", **others),
        changed(sampling="{samples: 128, seed: 4}"),
        changed(blocks="{n0: 3, lattice: bcc, count: volume}", **others),
        changed(blocks="{n0: 2, packing: {kind: rsa, min_separation: 0.8}}", **others),
        changed(sampling="{estimator: exact}", blocks="{n0: 2, count: volume}", **others),
        changed(flow=FLOW.format("resummed"), strain=strain, **others),
        changed(flow=FLOW.format("harmonic"), strain=strain, **others),
    ]


def process_wide():
    """What a run might change for the whole process."""
    loggers = [logging.getLogger(name) for name in (None, "rsrg", "rsrg.execution")]
    return (
        [(logger.level, logger.propagate, list(logger.handlers)) for logger in loggers],
        [(lib["user_api"], lib["num_threads"]) for lib in threadpool_info()],
        [signal.getsignal(number) for number in STOP_SIGNALS],
        [os.environ.copy(), np.geterr(), Path.cwd()],
    )


def test_eight_runs_in_four_threads(eight, tmp_path, same):
    """The bits of eight one after another, a log each, and nothing changed around them."""
    before, seen = process_wide(), []
    for number, config in enumerate(eight):
        rsrg.run(config, tmp_path / f"alone{number}.h5")

    def run(number):
        def watch(progress):
            if number == 0:
                seen.append(process_wide())

        return rsrg.run(eight[number], tmp_path / f"beside{number}.h5", watch=watch).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(run, range(8))) == {"finished"}
    assert process_wide() == before
    assert len(seen) > 3
    assert all(state == before for state in seen)
    for number in range(8):
        same(tmp_path / f"beside{number}.h5", tmp_path / f"alone{number}.h5")
        log = (tmp_path / f"beside{number}.log").read_text().splitlines()
        assert f"beside{number}.h5: session 1 begins" in log[0]
        assert "finished; saving took" in log[-1]
        assert sum("session 1 begins" in line for line in log) == 1


def test_no_threading_layer_is_loaded(config, tmp_path):
    """Neither OpenMP, nor TBB, nor a work queue of numba: their barriers wait, and do not fork."""
    (tmp_path / "c.yaml").write_text(config.text())
    code = (
        "import sys, rsrg; rsrg.run(rsrg.load_config('c.yaml'), 'run.h5')\n"
        "import numpy as np; x = np.random.default_rng(0).random((3000, 3))\n"
        "rsrg.pair_moments(x), rsrg.pair_moments(np.indices((9, 9, 9)).reshape(3, -1).T)\n"
        "from threadpoolctl import threadpool_info as info\n"
        "print([lib['internal_api'] for lib in info() if lib['user_api'] != 'blas'])\n"
        "print([m for m in sys.modules if m.startswith('numba.np.ufunc') and 'pool' in m])\n"
        "print([m for m in sys.modules if m.endswith('workqueue')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.stderr, done.stdout) == ("", "[]\n" * 3)


def run_in_child(config, path):
    rsrg.run(config, path)


def test_a_forked_child_works(config, finished, tmp_path, same):
    """After its parent has run, and while it may hold locks."""
    rsrg.run(config, tmp_path / "parent.h5")
    child = get_context("fork").Process(target=run_in_child, args=(config, tmp_path / "child.h5"))
    child.start()
    child.join()
    assert child.exitcode == 0
    same(tmp_path / "child.h5", finished)


def test_a_forked_child_cannot_use_its_parent_s_threads(monkeypatch):
    """They are not there: it would wait for ever."""
    with contextlib.closing(Threads(1)) as executor:
        monkeypatch.setattr(os, "getpid", lambda: executor.process + 1)
        with pytest.raises(ExecutorError, match="an executor must be made in the process that"):
            executor.submit(int)


@pytest.mark.parametrize("update", [None, "resummed"])
def test_a_sum_that_was_not_done_is_not_stored(changed, tmp_path, monkeypatch, same, update):
    """A kernel that returns without computing, in the second step: what was done before stays."""
    flow = {"flow": FLOW.format(update)} if update else {}
    config = changed(**flow, lengths="{start: 50 angstrom, sample: 15 nm}")
    rsrg.run(config, tmp_path / "whole.h5")
    kernel = "weighted.weighted_pairs" if update else "batch.lane_configurations"
    monkeypatch.setattr(f"rsrg.sums.{kernel}", lambda *arguments: None)
    with pytest.raises(ComputationError, match="came back without a number, and was not saved"):
        rsrg.run(config, tmp_path / "run.h5")
    stopped = rsrg.open_run(tmp_path / "run.h5")
    assert stopped.status == "failed"
    monkeypatch.undo()
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", tmp_path / "whole.h5")


def test_a_control_that_was_not_summed_is_not_stored_either(config, tmp_path, monkeypatch):
    """The sums are whole; the body of fixed volume beside them is not."""
    summed = sampling.batch_means

    def without_control(*arguments):
        exact, volume, number = summed(*arguments)
        return exact, np.full_like(volume, np.nan), number

    monkeypatch.setattr(sampling, "batch_means", without_control)
    with pytest.raises(ComputationError, match="came back without a number, and was not saved"):
        rsrg.run(config, tmp_path / "run.h5")
    assert rsrg.open_run(tmp_path / "run.h5").progress[0] == 0


def test_a_run_outside_the_main_thread_touches_no_signal(config, tmp_path, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *arguments: pytest.fail("a handler was set"))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(rsrg.run, config, tmp_path / "run.h5").result().status == "finished"


def test_handlers_that_others_set_meanwhile_stay():
    """Given back is what a run replaced; not what it did not."""

    def foreign(number, frame):
        """A handler of somebody else."""

    before = signal.getsignal(signal.SIGUSR1)
    try:
        with stop_on_signals(StopRequest(), lambda name: None):
            signal.signal(signal.SIGUSR1, foreign)
        assert signal.getsignal(signal.SIGUSR1) is foreign
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_handler_that_is_not_python_s_is_left_alone(monkeypatch):
    """Python names it None and could not give it back."""
    set_, before = [], signal.getsignal
    monkeypatch.setattr(signal, "getsignal", lambda n: None if n == signal.SIGUSR1 else before(n))
    monkeypatch.setattr(signal, "signal", lambda number, handler: set_.append(number))
    with stop_on_signals(StopRequest(), lambda name: None):
        pass
    assert signal.SIGINT in set_
    assert signal.SIGUSR1 not in set_


def test_a_second_interrupt_is_an_exception_in_python(config, tmp_path, monkeypatch, clock):
    """The library never ends its process: the CLI alone does."""
    monkeypatch.setattr(os, "_exit", lambda code: pytest.fail("the process was ended"))
    over, sent, chunks = threading.Event(), [], Sampler.chunks

    def endless(self, step, numbers):
        over.wait()
        return chunks(self, step, numbers)

    def interrupt(progress):
        clock.turn(1.0)  # two of the same moment count as one
        if progress.done == 0 and len(sent) < 2:
            sent.append(True)
            signal.raise_signal(signal.SIGINT)  # answered by a call of this very function

    monkeypatch.setattr(Sampler, "chunks", endless)
    try:
        with pytest.raises(KeyboardInterrupt):
            rsrg.run(config, tmp_path / "run.h5", watch=interrupt)
    finally:
        over.set()
    assert rsrg.open_run(tmp_path / "run.h5").status == "running"
