"""`rsrg doctor`: every fault of an installation or a machine is named, and ends with 1."""

import errno
import json
import os
from importlib.metadata import PackageNotFoundError, version

import pytest

from rsrg import dependencies
from rsrg.execution.doctor import machine, places, software, speed
from rsrg.execution.doctor.examine import examine
from rsrg.storage import atomic, lock
from rsrg.sums import control_group, processor


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """One sum for each rate, which is what it should be."""
    monkeypatch.setattr(speed, "SECONDS", 0.0)
    monkeypatch.setattr(speed, "_best_rate", lambda points: 1e9 if len(points) < 4000 else 2e9)


def row(name):
    (found,) = [check for check in examine() if check.name == name]
    return found


def test_it_says_what_there_is(command, tmp_path):
    done = command("doctor")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and len(line[22:].split()) > 1] == []
    names = {line[:14].strip() for line in lines}
    for name in ("rsrg", "Python", "packages", "processors", "SIMD", "memory", "kernels", "runs"):
        assert name in names
    assert f"numpy {version('numpy')}" in " ".join(done.stdout.split())
    assert lines[-1] == "All is well."
    assert list(tmp_path.iterdir()) == []  # not even runs/


def test_json(command, monkeypatch):
    assert json.loads(command("doctor", "--json").stdout)["well"] is True
    monkeypatch.setattr(places, "kernel_folder", lambda: None)
    done = command("doctor", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["well"]) == (1, False)
    wrong = [check for check in told["checks"] if check["state"] == "wrong"]
    assert [check["name"] for check in wrong] == ["kernels"]
    assert told["verdict"] == "Something is wrong: kernels. See there what to do."


def test_kernels_that_cannot_be_kept(command, monkeypatch):
    monkeypatch.setattr(places, "kernel_folder", lambda: None)
    done = command("doctor")
    assert done.returncode == 1
    assert "every process compiles them again" in " ".join(done.stdout.split())
    assert "NUMBA_CACHE_DIR" in done.stdout


def test_packages_missing_or_old(monkeypatch):
    there = {"numpy": "1.26.4", "scipy": None, "finufft": None}

    def installed(name):
        if there.get(name, "") is None:
            raise PackageNotFoundError(name)
        return there.get(name) or version(name)

    monkeypatch.setattr(dependencies, "version", installed)
    monkeypatch.setattr(dependencies, "requires", lambda name: [
        "numpy>=2.0", "scipy>=1.15", "h5py>=3.14", 'finufft>=2.4; extra == "nufft"',
        'pytest>=8.3; extra == "test"',
    ])  # fmt: skip
    rows = {check.name: check for check in software.software()}
    assert rows["packages"].state == "wrong"
    assert rows["packages"].text == "not as needed: numpy 1.26.4, scipy missing"
    assert rows["packages"].advice == "pip install 'numpy>=2.0' 'scipy>=1.15'"
    assert rows["extra nufft"].state == "note"
    assert rows["extra nufft"].advice == "pip install 'rsrg[nufft]'"
    assert "extra test" not in rows


def test_an_old_package_is_named_where_something_fails(command, monkeypatch):
    """Not a traceback from within it; whatever command, whatever package."""
    monkeypatch.setattr(dependencies, "requires", lambda name: ["rich>=999.1"])

    def broken():
        raise AttributeError("no such thing")

    monkeypatch.setattr("rsrg.report.glass_table.glass_table", broken)
    done = command("materials")
    named = "`rich` must be installed in version 999.1 or later; got "
    assert (done.returncode, done.stderr.startswith(f"rsrg: {named}")) == (1, True)
    assert len(done.stderr.splitlines()) == 1
    monkeypatch.undo()
    monkeypatch.setattr("rsrg.report.glass_table.glass_table", broken)
    assert "AttributeError: no such thing" in command("materials").stderr  # a fault of rsrg


@pytest.mark.parametrize(
    ("there", "lowest", "serves"),
    [("2.10.1", "2.9", True), ("2.9", "2.10", False), ("3.0rc1", "3.0", False), ("", "1.0", False)],
)
def test_versions_compare_as_numbers(monkeypatch, there, lowest, serves):
    monkeypatch.setattr(dependencies, "installed", lambda name: there)
    assert dependencies.serves("some package", lowest) == serves


def test_a_folder_that_refuses(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(atomic.DISK, "create", refuse)
    check = row("runs")
    assert check.state == "wrong"
    assert f"{tmp_path} (" in check.text
    assert check.text.endswith("Permission denied")


def test_a_file_system_without_locks(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def none(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock.fcntl, "flock", none)
    check = places._runs(tmp_path)
    assert (check.state, check.text.endswith("has no locks")) == ("wrong", True)
    assert list(tmp_path.iterdir()) == []


def group(monkeypatch, tmp_path, line, **settings):
    """A control group, and what is set in it and above."""
    (tmp_path / "self").write_text(line)
    for name, text in settings.items():
        path = tmp_path / "root" / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(control_group, "ROOT", tmp_path / "root")
    monkeypatch.setattr(control_group, "SELF", tmp_path / "self")


def test_limits_of_control_groups(monkeypatch, tmp_path):
    group(
        monkeypatch, tmp_path, "0::/job/step\n",
        job__cpu_DOT_max="150000 100000\n", job__step__cpu_DOT_max="max 100000\n",
        job__memory_DOT_max="700000000\n", job__step__memory_DOT_max="max\n",
    )  # fmt: skip
    assert (control_group.cpu_quota(), control_group.group_memory()) == (1.5, 700_000_000)
    assert "cgroup allows 1.5" in machine._processors().text
    assert "cgroup 700 MB" in machine._memory().text


def test_limits_of_control_groups_version_1(monkeypatch, tmp_path):
    group(
        monkeypatch, tmp_path, "5:cpu,cpuacct:/job\n4:memory:/job\n",
        cpu__job__cpu_DOT_cfs_quota_us="-1\n", cpu__job__cpu_DOT_cfs_period_us="100000\n",
        cpu__cpu_DOT_cfs_quota_us="50000\n", cpu__cpu_DOT_cfs_period_us="100000\n",
        memory__job__memory_DOT_limit_in_bytes="300000000\n",
        memory__memory_DOT_limit_in_bytes="9223372036854771712\n",
    )  # fmt: skip
    assert (control_group.cpu_quota(), control_group.group_memory()) == (0.5, 300_000_000)
    assert machine._memory().state == "wrong"


def test_no_control_group(monkeypatch, tmp_path):
    monkeypatch.setattr(control_group, "ROOT", tmp_path)
    monkeypatch.setattr(control_group, "SELF", tmp_path / "none")
    assert (control_group.cpu_quota(), control_group.group_memory()) == (None, None)


@pytest.mark.parametrize(
    ("features", "lanes"),
    [("+sse2,+avx,+avx2,+fma,+avx512f", 8), ("+sse2,+avx,+avx2,+fma,-avx512f", 4), ("+sse2", 2),
     ("+neon", 2), ("", 1)],
)  # fmt: skip
def test_vectors_by_the_features_of_the_processor(monkeypatch, features, lanes):
    monkeypatch.setattr(processor.numba.config, "CPU_FEATURES", features)
    assert processor.vectors().lanes == lanes
    assert (machine._vectors().state == "wrong") == (lanes == 1)


def test_what_is_expected_holds_what_was_measured():
    """The rate of docs/performance.md, 1.4e9 a thread at 56% of the peak of AVX-512 at 3.8 GHz."""
    low, high = processor.expected_rate(processor.KINDS[0][1], 3.8)
    assert low < 1.4e9 < high
    assert pytest.approx(0.56, abs=0.01) == 1.4e9 * 49 / (3.8e9 * 32)


def test_slow_sums_and_busy_processors(monkeypatch):
    monkeypatch.setattr(speed, "_gigahertz", lambda: 3.8)
    monkeypatch.setattr(speed, "vectors", lambda: processor.KINDS[0][1])
    monkeypatch.setattr(speed, "available_threads", lambda: 8)
    assert speed.speed().state == "note"
    monkeypatch.setattr(speed, "_best_rate", lambda points: 5e8)  # 0.67 are the least expected
    check = speed.speed()
    assert check.state == "note"  # the machine is busy; rsrg is well
    assert check.advice.startswith("close other programs")
    monkeypatch.setattr(speed, "_best_rate", lambda points: 1e8)
    check = speed.speed()
    assert check.state == "wrong"
    assert "0.1·10⁹ pairs/s in one thread" in check.text


def test_a_working_folder_that_is_gone(monkeypatch, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    runs = row("runs")
    assert (runs.state, runs.text) == ("wrong", "the working folder is gone")
    monkeypatch.chdir(tmp_path)


def test_a_folder_that_may_not_be_entered(monkeypatch):
    def refused(self):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(places.Path, "is_dir", refused)
    runs = places._runs(places.Path("runs"))
    assert (runs.state, runs.text.endswith("/runs: Permission denied")) == ("wrong", True)
