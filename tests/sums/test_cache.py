"""The cache of compiled kernels: taken as long as no source changes, and never after a change."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rsrg
from rsrg.sums import cache

# Run in a copy of the package. `load` imports it again, as a new process would, and uses one small
# kernel: `pairs.padded`, into which the constant LANES of quartics.py is compiled.
PRELUDE = """
import importlib, json, sys
from pathlib import Path

sums = Path(sys.argv[1]) / "rsrg" / "sums"

def load():
    for name in [m for m in sys.modules if m.split(".")[0] == "rsrg"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    kernel = importlib.import_module("rsrg.sums.kernels.pairs").padded
    value = kernel(5)
    stats = kernel.stats
    return [value, sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]

def edit(name, old, new):
    path = sums / name
    text = path.read_text(encoding="utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
"""
COMPILED, LOADED = [8, 0, 1], [8, 1, 0]  # value, hits, misses


@pytest.fixture
def package(tmp_path):
    """A folder with a copy of the package."""
    source = Path(rsrg.__file__).parent
    for name in ("__init__.py", "errors.py", "formatting.py", "sums", "physics"):
        target = tmp_path / "rsrg" / name
        if (source / name).is_dir():
            shutil.copytree(source / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source / name, target)
    return tmp_path


def process(package, code, **environment):
    """A process that carries out the code after PRELUDE."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_"))}
    # Without bytecode, which Python itself takes for a file edited within a second.
    clean = {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(package)}
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(package)],
        env=kept | clean | environment,
        cwd=package,
        capture_output=True,
        text=True,
        check=True,
    )


def run(package, code, **environment):
    """What the code, after PRELUDE, prints as JSON."""
    return json.loads(process(package, code, **environment).stdout)


def test_a_second_process_loads_the_kernel(package, tmp_path):
    folder = tmp_path / "numba"
    for expected in (COMPILED, LOADED):
        found = run(package, "print(json.dumps(load()))", NUMBA_CACHE_DIR=str(folder))
        assert found == expected
    assert list(folder.glob("rsrg-kernels/**/*.kernel"))
    assert not list((package / "rsrg").rglob("*.kernel"))  # NUMBA_CACHE_DIR is obeyed


def test_every_edit_is_seen(package, tmp_path):
    """A comment at the end of any file, a constant in another file, and a compiler's option."""
    code = """
results = {"first": load(), "again": load()}
for path in sorted(sums.rglob("*.py")):
    name = str(path.relative_to(sums))
    path.write_text(path.read_text(encoding="utf-8") + "# edited", encoding="utf-8")
    results[name] = [load(), load()]
edit("jit.py", '"contract", ', "")
results["option"] = [load(), load()]
edit("kernels/quartics.py", "LANES = 8", "LANES = 16")
results["constant"] = [load(), load()]
print(json.dumps(results))
"""
    results = run(package, code, NUMBA_CACHE_DIR=str(tmp_path / "numba"))
    assert results.pop("first") == COMPILED
    assert results.pop("again") == LOADED
    assert results.pop("constant") == [[16, 0, 1], [16, 1, 0]]
    files = {str(p.relative_to(cache.SOURCES)) for p in cache.SOURCES.rglob("*.py")}
    assert results.keys() == files | {"option"}
    assert {"kernels/pairs.py", "kernels/weighted.py", "ewald/modes.py", "packing.py"} < files
    for name, found in results.items():
        assert found == [COMPILED, LOADED], name


def test_an_edited_function_of_another_file_is_compiled_in(package, tmp_path):
    """`pairs.weighted_moments` calls `quartics.quartics`; of d = (1, 0, 0) only xxxx is not 0."""
    code = """
import numpy as np

def moment():
    load()
    kernel = sys.modules["rsrg.sums.kernels.pairs"].weighted_moments
    total = np.zeros(15)
    kernel(np.zeros((3, 1)), 1.0, 0.0, 0.0, np.ones(1), total)
    return [total[0], sum(kernel.stats.cache_hits.values())]

results = [moment(), moment()]
edit("kernels/quartics.py", "wxx = w * xx", "wxx = 3.0 * w * xx")
print(json.dumps(results + [moment(), moment()]))
"""
    found = run(package, code, NUMBA_CACHE_DIR=str(tmp_path / "numba"))
    assert found == [[2.0, 0], [2.0, 1], [6.0, 0], [6.0, 1]]


def test_the_package_holds_the_cache_where_no_folder_is_named(package):
    assert run(package, "print(json.dumps([load(), load()]))") == [COMPILED, LOADED]
    assert list((package / "rsrg" / "sums" / "__pycache__").rglob("*.kernel"))


def test_the_home_holds_it_where_the_package_cannot_be_written(package):
    (package / "rsrg" / "sums" / "__pycache__").write_text("a file: no folder can be made here")
    assert run(package, "print(json.dumps([load(), load()]))") == [COMPILED, LOADED]
    assert list((package / ".cache" / "rsrg-kernels").rglob("*.kernel"))


@pytest.fixture
def unwritable(package):
    """The environment of processes that can write to no cache folder."""
    blocked = package / "file"
    blocked.touch()
    shutil.copy(blocked, package / "rsrg" / "sums" / "__pycache__")
    return {"HOME": str(blocked), "NUMBA_CACHE_DIR": str(blocked / "folder")}


def test_nothing_is_kept_where_nothing_can_be_written(package, unwritable):
    found = run(package, "print(json.dumps([load(), load()]))", **unwritable)
    assert found == [COMPILED, COMPILED]
    assert not list(package.rglob("*.kernel"))


TWO_KERNELS = """
load()
sys.modules["rsrg.sums.kernels.pairs"].ring_size(5)
print(json.dumps("done"))
"""


def test_it_is_said_once_that_nothing_can_be_kept(package, unwritable):
    (line,) = process(package, TWO_KERNELS, **unwritable).stderr.splitlines()
    assert line == (
        "compiled kernels cannot be kept (no folder can be written): each process compiles them "
        "again, about 20 s; set NUMBA_CACHE_DIR to a folder with 10 MB of space"
    )


def test_a_full_disk_leaves_kernels_that_work(package, tmp_path):
    code = (
        """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))  # no file may grow
"""
        + TWO_KERNELS
    )
    ended = process(package, code, NUMBA_CACHE_DIR=str(tmp_path / "numba"))
    (line,) = ended.stderr.splitlines()
    assert "File too large" in line
    assert str(tmp_path / "numba") in line
    assert not [p for p in (tmp_path / "numba").rglob("*") if p.is_file()]  # nothing half written
    assert run(package, "print(json.dumps([load(), load()]))") == [COMPILED, LOADED]


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: bytes(len(content)),
        lambda content: b"no kernel at all",
        flipped,
    ],
    ids=["empty", "cut short", "zeros", "garbage", "one bit"],
)
def test_a_broken_file_is_compiled_again(package, tmp_path, damage):
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    assert run(package, "print(json.dumps(load()))", **environment) == COMPILED
    for path in (tmp_path / "numba").rglob("*.kernel"):
        path.write_bytes(damage(path.read_bytes()))
    assert run(package, "print(json.dumps([load(), load()]))", **environment) == [COMPILED, LOADED]


def test_a_file_of_another_kernel_is_not_taken(package, tmp_path):
    """Its checksum is right, but it holds another key."""
    code = """
load()
sys.modules["rsrg.sums.kernels.pairs"].ring_size(5)
folder = Path(sys.modules["rsrg.sums.cache"].kernel_folder())
(ours,) = folder.glob("*.padded-*")
(theirs,) = folder.glob("*.ring_size-*")
ours.write_bytes(theirs.read_bytes())
print(json.dumps(load()))
"""
    assert run(package, code, NUMBA_CACHE_DIR=str(tmp_path / "numba")) == COMPILED


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("NUMBA_NUM_THREADS", "0", "an integer of at least 1"),
        ("NUMBA_NUM_THREADS", "-3", "an integer of at least 1"),
        ("NUMBA_NUM_THREADS", "abc", "an integer of at least 1"),
        ("NUMBA_DISABLE_JIT", "1", "0, since kernels only run compiled"),
        ("NUMBA_OPT", "7", "0, 1, 2, 3 or max"),
        ("NUMBA_CPU_FEATURES", "avx2", "+FEATURE or -FEATURE, separated by commas"),
        ("NUMBA_BOUNDSCHECK", "yes", "a number that numba can read"),
    ],
)
def test_a_setting_that_numba_refuses_is_named(package, name, value, rule):
    code = """
from rsrg.errors import ConfigError
try:
    import rsrg.sums.jit
except ConfigError as error:
    print(json.dumps(str(error)))
"""
    ended = process(package, code, **{name: value})
    assert json.loads(ended.stdout) == f"`{name}` must be {rule}; got {value!r} (environment)"
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NUMBA_NUM_THREADS", "1000"),
        ("NUMBA_DISABLE_JIT", "0"),
        ("NUMBA_THREADING_LAYER", "tbb"),
        ("NUMBA_CACHE_LOCATOR_CLASSES", "Unknown"),
        ("NUMBA_CPU_FEATURES", "+sse2,+sse4.1,-avx512f"),
    ],
)
def test_a_setting_that_no_kernel_uses_does_no_harm(package, name, value):
    ended = process(package, "print(json.dumps(load()))", **{name: value})
    assert json.loads(ended.stdout) == COMPILED
    assert ended.stderr == ""


def test_numba_is_imported_where_its_settings_are_checked():
    importing = [
        path.name
        for path in cache.SOURCES.rglob("*.py")
        if re.search(r"^\s*(import|from) numba\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importing == ["compiler.py"]


def test_old_versions_are_deleted(tmp_path):
    def name(i):
        return f"{i:016x}"

    other = tmp_path / cache.FOLDER / "results"
    other.mkdir(parents=True)
    for i in range(cache.KEPT_VERSIONS):
        folder = cache.open_folder(tmp_path, name(i))
        os.utime(folder, (i, i))  # used i seconds after 1970: the first is the oldest
    assert cache.open_folder(tmp_path, name(0)).stat().st_mtime > 1e9  # used again: now the newest
    for i in (100, 101):
        cache.open_folder(tmp_path, name(i))
    left = {f.name for f in other.parent.iterdir() if f != other}
    assert left == {name(i) for i in (0, 100, 101, *range(3, cache.KEPT_VERSIONS))}
    assert other.exists()  # whatever else lies there
