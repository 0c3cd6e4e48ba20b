"""The cache of compiled kernels: taken as long as no source changes, and never after a change."""

import json
import os
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


def run(package, code, **environment):
    """What the code, after PRELUDE, prints as JSON."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_"))}
    # Without bytecode, which Python itself takes for a file edited within a second.
    clean = {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(package)}
    output = subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(package)],
        env=kept | clean | environment,
        cwd=package,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return json.loads(output)


def test_a_second_process_loads_the_kernel(package, tmp_path):
    folder = tmp_path / "numba"
    for expected in (COMPILED, LOADED):
        found = run(package, "print(json.dumps(load()))", NUMBA_CACHE_DIR=str(folder))
        assert found == expected
    assert list(folder.glob("rsrg-kernels/**/*.nbc"))
    assert not list((package / "rsrg").rglob("*.nbc"))  # NUMBA_CACHE_DIR is obeyed


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
    assert list((package / "rsrg" / "sums" / "__pycache__").rglob("*.nbc"))


def test_the_home_holds_it_where_the_package_cannot_be_written(package):
    (package / "rsrg" / "sums" / "__pycache__").write_text("a file: no folder can be made here")
    assert run(package, "print(json.dumps([load(), load()]))") == [COMPILED, LOADED]
    assert list((package / ".cache" / "rsrg-kernels").rglob("*.nbc"))


def test_nothing_is_kept_where_nothing_can_be_written(package):
    blocked = package / "file"
    blocked.touch()
    shutil.copy(blocked, package / "rsrg" / "sums" / "__pycache__")
    found = run(package, "print(json.dumps([load(), load()]))", HOME=str(blocked))
    assert found == [COMPILED, COMPILED]
    assert not list(package.rglob("*.nbc"))


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
