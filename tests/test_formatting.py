"""Quantities and paths as text."""

import shlex

import pytest

from rsrg.formatting import shell_path


@pytest.mark.parametrize("path", ["runs/x.h5", "runs/my run.h5", "-z.h5", "a'b.h5", "$HOME.h5"])
def test_paths_in_commands(path):
    """What is told can be typed: the shell gives the same path, and no option."""
    (word,) = shlex.split(shell_path(path))
    assert word in (path, f"./{path}")
    assert not word.startswith("-")
    assert shell_path("runs/x.h5") == "runs/x.h5"  # no quotes where none are needed
