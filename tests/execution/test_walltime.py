"""How `--walltime` is written: as for SLURM, or a number with its unit."""

import pytest

from rsrg.errors import ConfigError
from rsrg.execution.walltime import walltime_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1-12:00:00", 129600), ("0-00:00:05", 5), ("12:00:00", 43200), ("100:00:01", 360001),
        ("5s", 5), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("0.5s", 0.5), ("90 min", 5400),
        ("1 hour", 3600), (None, None), ("1-12", 129600), ("1-12:30", 131400), ("90:00", 5400),
        ("1:30", 90), ("12:00", 720), ("1:00:00", 3600),
    ],
)  # fmt: skip
def test_walltime(text, seconds):
    assert walltime_seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "0s",
        "-5s",
        "1:2:3",
        "12:60:00",
        "1-",
        "0:00",
        "1-12:60",
        "5 m/s",
        "nan s",
        "9" * 400 + "s",
    ],
)
def test_walltime_refused(text):
    with pytest.raises(ConfigError, match="`--walltime` must be a time greater than zero, such as"):
        walltime_seconds(text)


def test_a_bare_number_is_ambiguous():
    """Minutes for SLURM, seconds for PBS."""
    with pytest.raises(ConfigError, match="got '30'; write 30m for minutes, 30s for seconds"):
        walltime_seconds("30")
