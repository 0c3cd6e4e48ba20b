"""A trajectory: M of each frame is that of its points, the same bits however it is carried out."""

import shutil
from contextlib import closing

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import rsrg
from rsrg.config.loading import load_config
from rsrg.errors import ComputationError, FrameError, RunFileError
from rsrg.execution import engine
from rsrg.execution.frame_sum import frame_sum
from rsrg.execution.processes import Processes
from rsrg.execution.trajectory_state import FrameWorkload, TrajectoryState
from rsrg.physics.interaction import coupling_matrix
from rsrg.physics.lattices import lattice_points
from rsrg.results.trajectory_run import TrajectoryRun
from rsrg.sums.packing import random_sequential_addition
from rsrg.sums.threads import threads_of_a_sum

EDGE, FRAMES = 6.0, 5
BLOCKS = 3000  # so many that ewald and lattice are looked at


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """Five packings in periodic boxes, an array in one file."""
    path = tmp_path_factory.mktemp("frames") / "frames.npy"
    packings = [
        random_sequential_addition(216, 0.7, np.random.default_rng(k)) for k in range(FRAMES)
    ]
    np.save(path, np.stack(packings))
    return path


@pytest.fixture
def config_of():
    def make(positions, **more):
        data = {"schema_version": 1, "materials": [{"alpha": 0.7}, "a-SiO2"]}
        data |= {"positions": str(positions), "checkpoint": {"every": "1 hour"}}
        return load_config(data | more)

    return make


@pytest.fixture
def config(config_of, frames):
    return config_of(frames, box=[EDGE] * 3)


@pytest.fixture
def whole(config, tmp_path):
    run = rsrg.run(config, tmp_path / "whole.h5")
    assert (run.status, run.progress) == ("finished", (FRAMES, FRAMES))
    assert run.summary == f"finished, {FRAMES} of {FRAMES} frames"
    return run


def ball(points):
    """The blocks of the largest ball in a cube of edge EDGE, about its centre: all images tried."""
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1
    images = (points[:, None] - EDGE / 2.0 + shifts * EDGE).reshape(-1, 3)
    return images[np.linalg.norm(images, axis=1) <= EDGE / 2.0]


def test_each_frame_is_the_sum_over_its_ball(whole, frames):
    points, m = np.load(frames), whole.read("trajectory/M")
    for k in range(FRAMES):
        inside = ball(points[k])
        assert whole.read("trajectory/blocks")[k] == len(inside)
        for i, glass in enumerate(whole.config.glasses()):
            expected = coupling_matrix(rsrg.pair_moments(inside), glass.alpha, len(inside))
            # Σ 1/r³ per block is about 10, in another order: some roundings of it
            np.testing.assert_allclose(m[i, k], expected, rtol=0, atol=1e-13)


def test_bit_for_bit_as_pair_moments(config_of, tmp_path):
    """Balls of a cubic lattice as finite samples, all blocks of each."""
    for k, radius in enumerate((2.2, 3.1)):
        np.save(tmp_path / f"f{k}.npy", lattice_points("sc", radius))
    config = config_of(tmp_path / "*.npy", domain="all")
    run = rsrg.run(config, tmp_path / "run.h5")
    for k, radius in enumerate((2.2, 3.1)):
        points = lattice_points("sc", radius) / run.read("trajectory/spacing")[k]
        moments = rsrg.pair_moments(points) / len(points)
        np.testing.assert_array_equal(run.read("trajectory/moments")[k], moments)
        for i, glass in enumerate(config.glasses()):
            expected = rsrg.coupling_matrix(moments, glass.alpha, 1)
            np.testing.assert_array_equal(run.read("trajectory/M")[i, k], expected)


def test_a_crystal_has_its_cubic_part_alone(config_of, tmp_path):
    """A ball of sc about a site: M_xxxx = −2 M_xxyy = −2 M_xyxy, as degree 4 has no trace."""
    grid = np.stack(np.meshgrid(*[np.arange(9.0)] * 3), axis=-1).reshape(-1, 3) + 0.5
    np.save(tmp_path / "sc.npy", grid)
    run = rsrg.run(config_of(tmp_path / "sc.npy", box=[9.0] * 3), tmp_path / "run.h5")
    assert run.read("trajectory/spacing").tolist() == [1.0]
    m = run.read("trajectory/M")[0, 0]
    assert m[0, 0] < -0.1
    close = {"rtol": 0, "atol": 1e-13}  # of Σ 1/r³ per block, about 10: some roundings
    np.testing.assert_allclose([m[0, 3], m[3, 5], m[1, 1], m[4, 4]], -m[0, 0] / 2.0, **close)
    np.testing.assert_allclose([m[3, 3], m[5, 5]], m[0, 0], **close)
    np.testing.assert_allclose([m[0, 1], m[0, 4], m[1, 2]], 0.0, **close)
    assert run.read("trajectory/probability").tolist()[0] != 1.0  # one frame says nothing


def test_turned_frames_have_the_turned_coupling(config_of, tmp_path):
    points = random_sequential_addition(216, 0.7, np.random.default_rng(9))
    points = points[np.linalg.norm(points - EDGE / 2, axis=1) < EDGE / 2]
    r = Rotation.random(random_state=2).as_matrix()
    np.save(tmp_path / "0.npy", points)
    np.save(tmp_path / "1.npy", points @ r.T)
    config = config_of(tmp_path / "*.npy", domain="all")
    run = rsrg.run(config, tmp_path / "run.h5")
    m = run.read("trajectory/M")[0]
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    four = np.empty((3, 3, 3, 3))
    for a, (i, j) in enumerate(pairs):
        for b, (k, n) in enumerate(pairs):
            four[i, j, k, n] = four[j, i, k, n] = four[i, j, n, k] = four[j, i, n, k] = m[0, a, b]
    turned = np.einsum("ai,bj,ck,dl,ijkl->abcd", r, r, r, r, four)
    expected = np.array([[turned[ij + kl] for kl in pairs] for ij in pairs])
    np.testing.assert_allclose(m[1], expected, rtol=0, atol=1e-12)  # the hull is rounded, too


def test_the_mean_of_random_frames_is_zero_within_errors(config_of, tmp_path):
    packings = [
        random_sequential_addition(216, 0.7, np.random.default_rng(k)) for k in range(100, 140)
    ]
    np.save(tmp_path / "f.npy", np.stack(packings))
    run = rsrg.run(config_of(tmp_path / "f.npy", box=[EDGE] * 3), tmp_path / "run.h5")
    assert [mean.zero for mean in run.means()] == [True] * 4
    means, errors = run.read("trajectory/mean"), run.read("trajectory/mean_stderr")
    assert (np.abs(means) < 4.0 * errors).all()  # 72 numbers, of which 28 are independent


@pytest.mark.parametrize("threads", [1, 2])
def test_any_number_of_threads(config, whole, tmp_path, with_threads, same, threads):
    with with_threads(threads) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", whole.path)


def test_worker_processes(config, whole, tmp_path, same):
    with closing(Processes(2)) as executor:
        rsrg.run(config, tmp_path / "run.h5", executor=executor)
    same(tmp_path / "run.h5", whole.path)


@pytest.mark.parametrize("tolerance", [None, 1e-6])
def test_a_sum_in_more_threads_has_the_same_bits(config_of, tmp_path, tolerance):
    points = np.random.default_rng(1).random((BLOCKS, 3)) * np.cbrt(BLOCKS)
    np.save(tmp_path / "f.npy", points)
    config = config_of(tmp_path / "f.npy", box=[float(np.cbrt(BLOCKS))] * 3, tolerance=tolerance)
    frame = config.positions[0].model_dump_json()
    sums = [frame_sum(frame, "all", tolerance, threads) for threads in (1, 2, 5)]
    assert len({s.moments.tobytes() for s in sums}) == 1


def test_last_frames_get_the_threads_that_are_free(config, with_threads):
    """Five frames on two threads: one thread each, but both for the last."""
    asked = []

    class Recorder:
        workers = 2

        def submit(self, task, frame, domain, tolerance, threads):
            asked.append(threads)

    workload = FrameWorkload(TrajectoryState.initial(config), Recorder())
    for unit in workload.missing():
        workload.submit(Recorder(), unit)
    assert asked == [1, 1, 1, 1, 2]
    assert threads_of_a_sum() >= 1


def stopped_after(monkeypatch, count):
    """Sessions that stop once so many frames are stored."""
    store, work, sessions = FrameWorkload.store, engine.Session.work, []

    def stop(self, unit, result):
        store(self, unit, result)
        if self.state.done[0] == count:
            sessions[-1].request.reason = "SIGTERM"

    monkeypatch.setattr(engine.Session, "work", lambda s, e: sessions.append(s) or work(s, e))
    monkeypatch.setattr(FrameWorkload, "store", stop)


def test_stopped_and_resumed(config, whole, tmp_path, monkeypatch, with_threads, same):
    with monkeypatch.context() as patch:
        stopped_after(patch, 2)
        with with_threads(1) as executor:
            stopped = rsrg.run(config, tmp_path / "run.h5", executor=executor)
    assert stopped.status == "stopped"
    assert 2 <= stopped.progress[0] < FRAMES
    with pytest.raises(RunFileError, match="its results are written at the end"):
        stopped.means()
    page = stopped.report().read_text(encoding="utf-8")
    assert f"stopped, {stopped.progress[0]} of {FRAMES} frames" in page
    assert np.isnan(stopped.read("trajectory/moments")[-1]).all()
    done = count_sums(monkeypatch)
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    assert len(done) == FRAMES - stopped.progress[0]
    same(tmp_path / "run.h5", whole.path)


def count_sums(monkeypatch):
    """A list that grows with each frame that is submitted."""
    submit, seen = FrameWorkload.submit, []
    monkeypatch.setattr(
        FrameWorkload, "submit", lambda w, e, unit: seen.append(unit) or submit(w, e, unit)
    )
    return seen


def test_continued(config_of, frames, whole, tmp_path, monkeypatch, same):
    """Two frames, then all five: the first are not summed again, and the bits are the same."""
    rsrg.run(config_of(f"{frames}@:2", box=[EDGE] * 3), tmp_path / "run.h5")
    done = count_sums(monkeypatch)
    run = rsrg.resume(tmp_path / "run.h5", {"positions": str(frames)})
    assert isinstance(run, TrajectoryRun)
    assert [unit[1].start for unit in done] == [2, 3, 4]
    same(tmp_path / "run.h5", whole.path)


def test_another_glass_needs_no_sums(config_of, frames, whole, tmp_path, monkeypatch, same):
    first = config_of(frames, box=[EDGE] * 3, materials=[{"alpha": 0.7}])
    rsrg.run(first, tmp_path / "run.h5")
    done = count_sums(monkeypatch)
    rsrg.resume(tmp_path / "run.h5", {"materials": [{"alpha": 0.7}, "a-SiO2"]})
    assert done == []
    same(tmp_path / "run.h5", whole.path)


def test_a_file_that_grows(config_of, tmp_path):
    """A dump to which its simulation has added frames: what was summed counts."""
    points = random_sequential_addition(64, 0.7, np.random.default_rng(0))
    text = "64\nLattice='4 0 0 0 4 0 0 0 4' pbc='T T T'\n".replace("'", '"')
    text += "".join(f"Si {x!r} {y!r} {z!r}\n" for x, y, z in points.tolist())
    (tmp_path / "t.xyz").write_text(text)
    rsrg.run(config_of(tmp_path / "t.xyz"), tmp_path / "run.h5")
    (tmp_path / "t.xyz").write_text(text * 3)
    run = rsrg.resume(tmp_path / "run.h5", {"positions": str(tmp_path / "t.xyz")})
    assert run.progress == (3, 3)
    assert run.read("axes/frame").tolist() == ["t.xyz@0", "t.xyz@1", "t.xyz@2"]
    moments = run.read("trajectory/moments")
    np.testing.assert_array_equal(moments, np.broadcast_to(moments[0], moments.shape))


def test_a_frame_that_is_gone_and_comes_back(config_of, frames, whole, tmp_path, same):
    """One clear line; what was done is saved; it goes on once the file is back."""
    own = tmp_path / "own" / "frames.npy"
    own.parent.mkdir()
    shutil.copy(frames, own)
    config = config_of(own, box=[EDGE] * 3)
    content = bytearray(own.read_bytes())
    content[-8:] = b"\0" * 8  # the last frame is another one
    own.write_bytes(content)
    with pytest.raises(FrameError) as caught:
        rsrg.run(config, tmp_path / "run.h5")
    message = str(caught.value)
    assert "must not change while it is used; the sha256 of frames.npy@4 was " in message
    assert f"rsrg resume {tmp_path / 'run.h5'} goes on" in message
    assert len(message.splitlines()) == 1
    stopped = rsrg.open_run(tmp_path / "run.h5")
    assert (stopped.status, stopped.progress) == ("failed", (4, FRAMES))
    own.unlink()
    with pytest.raises(FrameError, match="must exist and be a file"):
        rsrg.resume(tmp_path / "run.h5")
    shutil.copy(frames, own)
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    same(tmp_path / "run.h5", whole.path)


def test_frames_that_moved_with_the_run(config_of, frames, tmp_path):
    project = tmp_path / "project"
    (project / "runs").mkdir(parents=True)
    shutil.copy(frames, project / "frames.npy")
    config = config_of(f"{project}/frames.npy@:2", box=[EDGE] * 3)
    rsrg.run(config, project / "runs" / "run.h5")
    project.rename(tmp_path / "elsewhere")
    there = tmp_path / "elsewhere"
    run = rsrg.resume(there / "runs" / "run.h5", {"positions": [str(there / "frames.npy@:3")]})
    assert run.progress == (3, 3)


def test_a_result_without_a_number_is_refused(config):
    class Executor:
        workers = 1

    workload = FrameWorkload(TrajectoryState.initial(config), Executor())
    result = frame_sum(config.positions[0].model_dump_json(), "sphere", None, 1)
    result.moments[3] = np.nan
    with pytest.raises(ComputationError, match=r"chunks 0 to 0: .* without a number"):
        workload.store((0, range(1)), result)


def test_what_opens_it(whole):
    run = rsrg.open_run(whole.path)
    assert isinstance(run, TrajectoryRun)
    assert run["trajectory/M"].dims == ("material", "frame", "pair", "pair_kl")
    tree = run.to_xarray()
    assert tree["trajectory/M"].attrs["scale"] == "1/(rho c_t^2)"
    assert tree["trajectory/moments"].frame.values[0] == "frames.npy@0"
    frame = run.frames("a-SiO2")[0]
    assert (frame.frame, frame.engine) == ("frames.npy@0", "direct")
    assert frame.norms != run.frames()[0].norms
    assert "zero within errors?" in run._repr_html_()
    assert "frames.npy@0" in run.frames()._repr_html_()
    with pytest.raises(
        RunFileError, match=r"`material` must be one of alpha=0\.7, a-SiO2; got 'x'"
    ):
        run.frames("x")
    assert len(run.plot.coupling().get_lines()) > 6
    assert run.plot.norm(material="a-SiO2").get_title() == "a-SiO2"
