"""Quenched runs: resumed, extended, from a file; the annealed flow where nothing is random."""

import shutil
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import rsrg
from rsrg.ensemble.initial import InitialLaw, initial_pool
from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.errors import ConfigError
from rsrg.execution.open_executor import open_executor
from rsrg.execution.plan import COPIES, plan, pool_bytes
from rsrg.execution.pool_state import PoolState
from rsrg.execution.threads import UNITS_PER_THREAD, Threads
from rsrg.execution.timing import timed_plan
from rsrg.physics.errors import PhysicsError
from rsrg.report.plan_text import plan_lines
from rsrg.sums.cost import COPIES_OF_HESSIANS, HESSIANS_BYTES
from rsrg.sums.threads import available_threads

QUENCHED = "{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.2}}"
STRAIN = "{component: xx, values: {start: 0.0, stop: 0.8, count: 3}}"


@pytest.fixture(scope="module")
def quenched(changed):
    return changed(flow=QUENCHED, strain=STRAIN)


@pytest.fixture(scope="module")
def done(quenched, tmp_path_factory):
    path = tmp_path_factory.mktemp("quenched") / "run.h5"
    rsrg.run(quenched, path)
    return path


def test_finished(done):
    run = rsrg.open_run(done)
    assert run.status == "finished"
    assert run.progress == (12 + 48, 12 + 48)  # 3 steps of 4 chunks, and of 256/16
    failed = run.read("pool/failed")
    assert failed.shape == (2, 4, 2, 3)
    assert np.isfinite(failed).all()
    assert not failed[:, 0].any()  # the first blocks are positive definite
    assert "pool/chi_next" not in run.snapshot


def test_the_first_generation_is_the_stated_law(done):
    run = rsrg.open_run(done)
    chi = initial_pool(InitialLaw("lognormal", 0.2), run.read("axes/alpha")[1], 256, 3)
    w = np.sqrt([1, 2, 2, 1, 2, 1])
    x = np.linalg.inv(chi * (w[:, None] * w))
    expected = x.var(axis=0).sum() / (x.mean(axis=0) ** 2).sum()
    found = run.read("pool/relative_variance")[1, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-10)  # inverted twice


@pytest.mark.parametrize("after", [0, 12, 13, 27, 28, 59])
def test_resumed_is_uninterrupted(stop_after, done, quenched, tmp_path, same, after):
    path = tmp_path / "run.h5"
    stopped = rsrg.run(quenched, path, watch=stop_after(after))
    assert stopped.status == "stopped"
    assert after <= stopped.progress[0] <= after + 1 + 2 * UNITS_PER_THREAD
    assert rsrg.resume(path).status == "finished"
    same(path, done)


def test_extended_samples_leave_the_pool_alone(done, tmp_path, changed, same):
    path, long = tmp_path / "run.h5", tmp_path / "long.h5"
    shutil.copy2(done, path)
    rsrg.resume(path, {"sampling.samples": 112})
    rsrg.run(changed(flow=QUENCHED, strain=STRAIN, sampling="{samples: 112, seed: 3}"), long)
    same(path, long)


def test_pool_cannot_change_on_resume(done):
    with pytest.raises(ConfigError, match=r"`flow\.pool` cannot change on resume: 256 in the file"):
        rsrg.resume(done, {"flow.pool": 512})


@pytest.mark.parametrize("update", ["resummed", "second_order"])
def test_no_disorder_is_the_annealed_flow(changed, tmp_path, update):
    """Equal blocks, one placement: /pool/chi is /flow/chi of the same run, to roundoff."""
    config = changed(
        blocks="{n0: 2, orientation: fixed, offset: none}",
        flow=f"{{update: {update}, disorder: quenched, pool: 256}}",
        lengths="{start: 1 nm, sample: 4 nm}",
    )
    run = rsrg.run(config, tmp_path / "run.h5")
    pool, annealed = run.read("pool/chi"), run.read("flow/chi")[:, -1, :, :, None]
    scale = np.maximum(1.0, np.abs(annealed).max(axis=(-2, -1), keepdims=True) ** 2)
    assert np.abs((pool - annealed) / scale).max() < 1e-12  # roundoff times the condition of χ
    # what is left of a variance of equal numbers is roundoff squared, near zeros of χ⁻¹ more
    assert np.nanmax(run.read("pool/relative_variance")) < 1e-15


def test_harmonic_run(changed, tmp_path):
    config = changed(
        flow="{update: harmonic, disorder: quenched, pool: 256}",
        strain="{component: xx, values: [0.0, 0.3]}",
        readings="[fixed/ellipsoid]",
        lengths="{start: 1 nm, sample: 4 nm}",
    )
    run = rsrg.run(config, tmp_path / "run.h5")
    unstable = run.read("pool/unstable")
    assert np.isnan(unstable[:, 0]).all()  # the first blocks have no Hessian
    assert ((unstable[:, 1:] >= 0) & (unstable[:, 1:] <= 1)).all()
    quantiles = run.read("pool/stability_quantiles")[:, 1:]
    assert np.all(np.diff(quantiles, axis=-1) >= 0)


def blocks_file(tmp_path, blocks):
    path = tmp_path / "chi.npy"
    np.save(path, blocks)
    return path


def from_file(changed, path):
    return changed(
        flow=f"{{disorder: quenched, pool: 256, initial: {{kind: file, path: '{path}'}}}}",
        strain=STRAIN,
        lengths="{start: 1 nm, sample: 2 nm}",
    )


def test_given_blocks(changed, tmp_path):
    given = initial_pool(InitialLaw("lognormal", 0.2), 0.7, 100, 5)
    path = blocks_file(tmp_path, given)
    config = from_file(changed, path)
    run = rsrg.run(config, tmp_path / "run.h5")
    hashes = run.read("pool/initial_sha256")
    assert hashes[0] == hashes[1]  # every glass has the given blocks
    path.unlink()
    np.save(path, 2.0 * given)
    other = rsrg.run(config, tmp_path / "other.h5")
    assert other.read("pool/initial_sha256")[0] != hashes[0]


def test_given_blocks_are_read_once(stop_after, changed, tmp_path, same):
    """A resumed run goes on with the blocks it began with, whatever became of the file."""
    given = initial_pool(InitialLaw("lognormal", 0.2), 0.7, 100, 5)
    path = blocks_file(tmp_path, given)
    config = from_file(changed, path)
    rsrg.run(config, tmp_path / "whole.h5")
    rsrg.run(config, tmp_path / "run.h5", watch=stop_after(6))
    path.unlink()
    rsrg.resume(tmp_path / "run.h5")
    same(tmp_path / "run.h5", tmp_path / "whole.h5")


def test_bad_files(changed, tmp_path):
    def message(path):
        with pytest.raises(PhysicsError) as caught:
            rsrg.run(from_file(changed, path), tmp_path / "run.h5")
        return str(caught.value)

    def problem(path):
        with pytest.raises(ConfigError) as caught:
            rsrg.run(from_file(changed, path), tmp_path / "run.h5")
        return caught.value.problems[0]

    missing = tmp_path / "none.npy"
    assert problem(missing) == (
        f"`path` must be the path of a .npy file; cannot read {missing}: No such file or directory"
    )
    text = tmp_path / "text.npy"
    text.write_text("not an array")
    assert "cannot read" in problem(text)
    assert "cannot read" in problem(blocks_file(tmp_path, np.array([{}], dtype=object)))
    wrong = message(blocks_file(tmp_path, np.zeros((3, 5, 5))))
    assert wrong == "initial blocks must be real, of shape (P, 6, 6); got float64 (3, 5, 5)"
    negative = message(blocks_file(tmp_path, -np.eye(6)[None]))
    assert negative.startswith("each initial χ must be positive definite; its lowest eigenvalue")
    assert not (tmp_path / "run.h5").exists()


def test_plan_states_the_memory(changed, quenched):
    planned = timed_plan(quenched)
    assert planned.pool_bytes == 8 * 36 * 256 * 3 * 2 * 2  # P × strains × readings × materials
    assert "a pool of 256 blocks at each: 885 kB, in memory 6×" in plan_lines(planned)
    assert planned.seconds > 0
    larger = changed(flow=QUENCHED.replace("256", "512"), strain=STRAIN)
    assert pool_bytes(larger) == 2 * pool_bytes(quenched)  # linear in P
    one, two = (plan(c).memory_bytes for c in (quenched, larger))
    assert two - one == COPIES * pool_bytes(quenched)


def test_plan_counts_the_matrices_of_large_harmonic_super_blocks(changed):
    """One of 6 N0³ rows in each thread, beyond N0 = 5; to there, several and their copies."""
    flow = "{update: harmonic, disorder: quenched, pool: 256}"
    sizes = [plan(changed(flow=flow, blocks=f"{{n0: {n0}}}")).memory_bytes for n0 in (5, 6, 8)]
    matrices = available_threads() * 8 * 36 * (512**2 - 216**2)
    # besides them, points that blocks are cut out of, and chunk means of fewer steps
    assert sizes[2] - sizes[1] == pytest.approx(matrices, rel=0.01)
    few = COPIES_OF_HESSIANS * (HESSIANS_BYTES // (8 * 750**2)) * 8 * 750**2
    less = available_threads() * (few - 8 * 36 * 216**2)
    assert sizes[0] - sizes[1] == pytest.approx(less, rel=0.1)


def test_a_subpool_is_shared_once(changed, tmp_path, monkeypatch):
    """All units of a subpool are handed the same blocks: of each step, a sixteenth each time."""
    shared = []
    monkeypatch.setattr(Threads, "share", lambda self, value: shared.append(value) or value)
    monkeypatch.setattr(Threads, "unit_seconds", 0.0)  # so that each unit is one chunk
    config = changed(flow="{disorder: quenched, pool: 512, initial: {kind: lognormal, width: 0.2}}")
    run = rsrg.run(config, tmp_path / "run.h5")
    assert len(shared) == config.steps() * SUBPOOLS < run.read("checkpoint/pool_chunks_done").sum()


def test_memory_is_linear_in_the_pool(changed):
    """What is allocated at most: as many pools as the plan says, twice as much for twice P."""

    def peak(size):
        config = changed(flow=QUENCHED.replace("256", str(size)), strain=STRAIN)
        tracemalloc.start()
        pool = PoolState.initial(config)
        for step in range(len(pool.done)):
            for _, chunks in pool.missing(step, lambda left: 1):
                new = pool.step.coarse_grain(pool.subpool(chunks.start), step, chunks)
                pool.store(step, chunks, new)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert most < COPIES * pool_bytes(config) * 1.1  # draws and names besides
        return most

    peak(256)  # compiles
    assert peak(1024) / peak(512) == pytest.approx(2.0, rel=0.1)


def test_a_run_lets_go_of_its_pool_before_it_opens_the_file(stop_after, changed, tmp_path):
    """The whole run, with a save in mid-step, holds no more than the plan says.

    Opened again the file takes three times its size: its bytes, and two copies in HDF5, of which
    this counts none.
    """
    config = changed(
        flow="{disorder: quenched, pool: 4096, initial: {kind: lognormal, width: 0.2}}",
        strain=STRAIN, lengths="{start: 1 nm, sample: 2 nm}",
    )  # fmt: skip
    rsrg.run(config, tmp_path / "warm.h5")  # compiles
    tracemalloc.start()
    stopped = rsrg.run(config, tmp_path / "run.h5", watch=stop_after(150))
    most = tracemalloc.get_traced_memory()[1]
    at_the_end = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert stopped.status == "stopped"
    assert most < COPIES * pool_bytes(config)
    assert at_the_end < 2.5 * pool_bytes(config)  # two pools as bytes, no array


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_do_not_matter(quenched, done, tmp_path, same, with_threads, threads):
    with with_threads(threads) as executor:
        rsrg.run(quenched, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", done)


@pytest.mark.parametrize("update", ["resummed", "harmonic"])
def test_worker_processes_do_not_matter(stop_after, changed, tmp_path, same, update):
    """Four chunks of super blocks go together to a worker, with their part of the pool."""
    flow = QUENCHED.replace("256", "1024")[:-1] + f", update: {update}}}"
    config = changed(flow=flow, strain=STRAIN, lengths="{start: 5 nm, sample: 20 nm}")
    rsrg.run(config, tmp_path / "here.h5")
    with open_executor(workers=2) as executor:
        stopped = rsrg.run(config, tmp_path / "there.h5", executor=executor, watch=stop_after(30))
        assert stopped.status == "stopped"
        rsrg.resume(tmp_path / "there.h5", executor=executor)
    same(tmp_path / "there.h5", tmp_path / "here.h5")


def test_threads_of_linear_algebra_do_not_matter(changed, tmp_path, same):
    """LAPACK rounds otherwise on two threads; 162 rows are enough to see it."""
    flow = QUENCHED[:-1] + ", update: harmonic}"
    config = changed(
        materials="[{alpha: 0.7}]",
        flow=flow,
        strain="{component: xx, values: [0.0, 0.4]}",
        readings="[fixed/ellipsoid]",
        blocks="{n0: 3}",
        lengths="{start: 5 nm, sample: 15 nm}",
    )
    for threads in (1, 3):
        with threadpool_limits(threads, user_api="blas"):
            rsrg.run(config, tmp_path / f"{threads}.h5")
    same(tmp_path / "1.h5", tmp_path / "3.h5")


def test_absurd_memory_is_refused(changed, tmp_path):
    config = changed(flow=QUENCHED.replace("256", str(2**24)), strain=STRAIN)
    planned = timed_plan(config)  # says it, and makes no pool to be timed
    assert planned.seconds is None
    assert any(
        line.startswith("that is too much memory: this machine has") for line in plan_lines(planned)
    )
    with pytest.raises(
        ConfigError, match=r"the run must fit into memory: .* `flow\.pool`: 6 × 58 GB\), this"
    ):
        rsrg.run(config, tmp_path / "run.h5")
    assert not list(tmp_path.iterdir())
