"""Quantities and paths as text."""

import shlex

import pytest

from rsrg.formatting import counted, shell_path, size_text


@pytest.mark.parametrize("path", ["runs/x.h5", "runs/my run.h5", "-z.h5", "a'b.h5", "$HOME.h5"])
def test_paths_in_commands(path):
    """What a user is given can be typed: the shell gives the same path, and no option."""
    (word,) = shlex.split(shell_path(path))
    assert word in (path, f"./{path}")
    assert not word.startswith("-")
    assert shell_path("runs/x.h5") == "runs/x.h5"  # no quotes where none are needed


def test_sizes_have_three_digits_and_no_exponent():
    sizes = {
        0: "0 B", 999: "999 B", 1000: "1 kB", 999_499: "999 kB", 999_500: "1 MB", 999_999: "1 MB",
        1.5e9: "1.5 GB", 5e15: "5 PB", 999.9e15: "1 EB", 5e21: "5,000 EB",
    }  # fmt: skip
    for count, text in sizes.items():
        assert size_text(count) == text


def test_large_counts_have_all_their_digits():
    counts = {999_999: "999,999", 1_000_000: "1,000,000", 1234567.0: "1,234,567", 18.2: "18.2"}
    for number, text in counts.items():
        assert counted(number, "step") == f"{text} steps"
