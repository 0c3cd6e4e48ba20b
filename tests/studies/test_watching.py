"""Looking at runs: when something is new, and no oftener than leaves the machine to them."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

import rsrg
from rsrg.errors import RunFileError
from rsrg.execution import pace
from rsrg.execution.clock import CLOCK
from rsrg.report.watch_text import FAILED, HOW_TO_END, run_screen, sparkline
from rsrg.storage.lock import Holder, lock_path
from rsrg.studies import watching
from rsrg.studies.run_look import run_progress, sums_so_far
from rsrg.studies.watching import LOOK, PATIENCE, SHARE, FolderWatch, RunWatch


@pytest.fixture(scope="module")
def content(config, tmp_path_factory):
    """A run file that says running, of which one step is done."""
    path, kept = tmp_path_factory.mktemp("running") / "run.h5", []

    def keep(progress):
        if progress.done == 5:
            kept.append(path.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "SAVE_SHARE", 1e6)  # saved after each step, however short
        rsrg.run(config, path, watch=keep)
    return kept[0]


@pytest.fixture
def running(content, tmp_path):
    path = tmp_path / "run.h5"
    path.write_bytes(content)
    hold(path)
    return path


def hold(path, **changed):
    holder = replace(Holder.of_this_process(CLOCK.now()), **changed)
    lock_path(path).write_text(json.dumps(asdict(holder)))


@pytest.fixture
def reads(monkeypatch, clock):
    """How often a run file was read; each time takes a second."""
    count = []

    def counted(path):
        count.append(path)
        clock.turn(1.0)
        return run_progress(path)

    monkeypatch.setattr(watching, "run_progress", counted)
    return count


def test_only_what_changed_is_read(running, reads, clock):
    watch = RunWatch(running, with_sums=False)
    for _ in range(100):
        clock.turn(LOOK)
        watch.look()
    assert len(reads) == 1
    running.touch()
    watch.look()
    assert len(reads) == 2
    assert watch.exit_code is None


def test_looking_takes_a_small_share_of_the_time(running, reads, clock):
    """A file that changes at every look: each second of reading is followed by nine of rest."""
    watch, began = RunWatch(running, with_sums=False), clock.time
    for number in range(200):
        running.touch()
        clock.turn(LOOK)
        assert number == 0 or watch.progress is not None
        watch.look()
    assert (len(reads) - 1) / (clock.time - began) == pytest.approx(SHARE, rel=0.1)


def test_sums_are_renewed_apart(running, clock, monkeypatch):
    """Numbers that take long come rarely; how far the run is, as often as it changes."""
    count = []

    def slow(run):
        count.append(run)
        clock.turn(10.0)
        return sums_so_far(run)

    monkeypatch.setattr(watching, "sums_so_far", slow)
    watch = RunWatch(running, with_sums=True)
    assert (len(count), watch.sums.part) == (1, "step 1 of 3, 4 of 4 chunks")
    looks = [watch.progress]
    for _ in range(60):
        running.touch()
        clock.turn(LOOK)
        watch.look()
        looks.append(watch.progress)
    assert len({id(look) for look in looks}) > 30
    assert len(count) == 1
    clock.turn(60.0)
    watch.look()
    assert len(count) == 2


def test_a_process_that_goes_away(running, clock):
    """The file stays as it is; the lock names a process that is gone."""
    watch = RunWatch(running, with_sums=False)
    clock.turn(LOOK)
    hold(running, pid=2**22 + 1)  # above the largest number of a process
    watch.progress = replace(
        watch.progress,
        status=replace(
            watch.progress.status, holder=replace(watch.progress.status.holder, pid=2**22 + 1)
        ),
    )
    watch.look()
    assert (watch.progress.status.state, watch.exit_code) == ("interrupted", 75)


def test_a_restart_is_waited_for(running, content, clock):
    watch = RunWatch(running, with_sums=False)
    running.unlink()
    for _ in range(PATIENCE - 1):
        clock.turn(LOOK)
        watch.look()
    running.write_bytes(content)
    for _ in range(2):
        clock.turn(LOOK)
        watch.look()
    running.unlink()
    for _ in range(PATIENCE - 1):
        clock.turn(LOOK)
        watch.look()
    clock.turn(LOOK)
    with pytest.raises(RunFileError, match="no such run file"):
        watch.look()


def test_a_folder(running, finished, clock):
    other = running.with_name("other.h5")
    watch = FolderWatch(running.parent)
    assert [s.state for s in watch.runs] == ["running"]
    clock.turn(LOOK)
    other.write_bytes(finished.read_bytes())
    watch.look()
    assert ([s.state for s in watch.runs], watch.exit_code) == (["finished", "running"], None)
    running.with_name("new").write_bytes(finished.read_bytes())
    running.with_name("new").replace(running)
    clock.turn(LOOK)
    watch.look()
    assert watch.exit_code == 0


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("finished", "running"), None), (("failed", "missing"), None), (("finished",), 0),
        (("finished", "stopped"), 75), (("stopped", "failed"), 1), (("damaged", "interrupted"), 1),
        ((), 0),
    ],
)  # fmt: skip
def test_when_a_folder_ends(running, states, code):
    watch = FolderWatch(running.parent)
    (group,) = watch.groups
    runs = tuple(replace(group.runs[0], state=state) for state in states)
    watch.groups = [replace(group, runs=runs)]
    assert watch.exit_code == code


@pytest.mark.parametrize("glasses", ["all", "[a-SiO2]"])
def test_everything_fits_a_small_terminal(changed, tmp_path, glasses):
    """Twelve glasses, four readings: 24 lines of 80; with less room, glasses are left out."""
    readings = "[fixed/ellipsoid, affine/sphere, affine/ellipsoid, fixed/sphere]"
    lengths = "{start: 50 angstrom, sample: 1 mm}"
    config = changed(materials=glasses, readings=readings, lengths=lengths)
    rsrg.run(config, tmp_path / "run.h5", walltime=1e-6)
    rsrg.resume(tmp_path / "run.h5")
    run, progress = run_progress(tmp_path / "run.h5")
    sums = sums_so_far(run)
    for height in (24, 14):
        lines = run_screen(progress, sums, progress.updated + 7.0, 80, height)
        assert len(lines) <= height
        assert max(map(len, lines)) <= 80
    assert lines[1:3] == ["finished, 72 of 72 chunks", "saved 7 s ago; results of the whole run"]
    assert lines[-1] == HOW_TO_END
    assert lines[3].startswith("standard error of M 0.0")
    shown = sum(line.split()[0] in sums.glasses for line in lines if line)
    assert ("… and" in "\n".join(lines)) == (shown < len(sums.glasses))
    assert lines[-5].startswith("fixed/ellipsoid  e=0.4   █")


def test_unequal_blocks(changed, tmp_path):
    """The share of failed blocks after the steps that their pool has taken."""
    flow = "{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.5}}"
    rsrg.run(changed(flow=flow, readings="[fixed/ellipsoid]"), tmp_path / "run.h5")
    run, progress = run_progress(tmp_path / "run.h5")
    sums = sums_so_far(run)
    share = run.read("pool/failed")[0, -1, 0, -1]
    assert 0.0 < sums.failed[0][0] == share < 1.0
    lines = run_screen(progress, sums, progress.updated, 80, 24)
    assert lines[-2].startswith(f"failed blocks at e=0.8: fixed/ellipsoid {share:.1f}"[:-1])


def test_sparklines():
    """From the top block to the lowest by share of the scale; × below zero, and for nothing."""
    values = np.array([0.8, 0.45, 0.31, 0.1, 0.001, -0.2])
    assert sparkline(values, 0.8, 10) == "█▅▄▂▁" + FAILED
    assert sparkline(0.01 + np.linspace(0.875, 0.0, 15), 1.0, 8) == "█▇▆▅▄▃▂▁"
    assert sparkline(np.zeros(3), 0.0, 8) == 3 * FAILED


def test_an_exact_run_and_one_without_results(command, tmp_path, config, request):
    """Super blocks have no flow to show; of one chunk there is nothing to say yet."""
    source = request.config.rootpath / "configs" / "exact_small.yaml"
    stopped = command("exact", source, "--output", "exact.h5", "-q", "--walltime", "0.001s")
    assert stopped.returncode == 75
    watch = RunWatch(tmp_path / "exact.h5", with_sums=True)
    assert (watch.sums, watch.exit_code) == (None, 75)
    rsrg.run(config, tmp_path / "run.h5", walltime=1e-6)
    watch = RunWatch(tmp_path / "run.h5", with_sums=True)
    lines = run_screen(watch.progress, watch.sums, watch.progress.updated, 80, 24)
    assert lines[1:] == [
        "stopped, step 1 of 3, 1 of 12 chunks",
        "saved 0 s ago; no results yet",
        HOW_TO_END,
    ]
