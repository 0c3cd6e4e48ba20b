"""docs/theory/equations.md: every numbered equation, and functions and tests that exist."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "theory" / "equations.md").read_text(encoding="utf-8")
LAST = {2: 17, 3: 10, 4: 6}  # the paper's numbered equations
COMPUTED, NOT_COMPUTED = TEXT.split("## Not computed")


def rows(text):
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    found = [[c.strip() for c in row] for row in cells]
    return [row for row in found if re.fullmatch(r"\d\.\d+", row[0])]


def exists(path):
    """`tests/file.py` or `tests/file.py::test`."""
    file, _, name = path.partition("::")
    if not (ROOT / file).is_file():
        return False
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    return name in functions if name else any(f.startswith("test_") for f in functions)


def resolves(dotted):
    module, _, name = dotted.rpartition(".")
    try:
        return callable(getattr(importlib.import_module(module), name, None))
    except ModuleNotFoundError:
        return False


def test_every_numbered_equation_is_listed_on_one_side():
    every = {f"{part}.{n}" for part, last in LAST.items() for n in range(1, last + 1)}
    computed = {row[0] for row in rows(COMPUTED)}
    not_computed = [row[0] for row in rows(NOT_COMPUTED)]
    assert len(set(not_computed)) == len(not_computed)
    assert computed.isdisjoint(not_computed)
    assert computed.union(not_computed) == every


def test_every_row_is_whole():
    for row in rows(COMPUTED):
        assert len(row) == 4, row
        assert row[2].startswith("`rsrg."), row
        assert row[3].startswith("`tests/"), row
    for row in rows(NOT_COMPUTED):
        assert len(row) == 2, row
        assert len(row[1]) > 20, row  # a reason


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(rsrg\.[\w.]+)`", TEXT))))
def test_function_exists(name):
    assert resolves(name)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.:]+)`", TEXT))))
def test_test_exists(path):
    assert exists(path)


def test_the_check_can_fail():
    assert not resolves("rsrg.physics.recursion.third_order")
    assert not resolves("rsrg.physics.nothing.resummed")
    assert not exists("tests/physics/test_recursion.py::test_that_is_not_there")
    assert not exists("tests/physics/test_nothing.py")
