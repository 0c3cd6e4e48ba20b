"""Quantities as text: what physicists write, and what is refused."""

import subprocess
import sys

import pytest

import rsrg
from rsrg import dependencies
from rsrg.config import quantities
from rsrg.config.quantities import si_value
from rsrg.errors import RsrgError


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("50 angstrom", "meter", 50e-10),
        ("50 Å", "meter", 50e-10),  # the letter
        ("50 \u212b", "meter", 50e-10),  # the Angstrom sign
        ("5 nm", "meter", 5e-9),
        ("5nm", "meter", 5e-9),
        (" 5 nm ", "meter", 5e-9),
        ("1 mm", "meter", 1e-3),
        ("1 µm", "meter", 1e-6),  # the micro sign
        ("1 μm", "meter", 1e-6),  # Greek mu
        ("1 um", "meter", 1e-6),
        ("1e-3 m", "meter", 1e-3),
        ("5.9 km/s", "meter/second", 5900.0),
        ("5900 m/s", "meter/second", 5900.0),
        ("2.2 g/cm3", "kilogram/meter**3", 2200.0),
        ("2.2 g/cm^3", "kilogram/meter**3", 2200.0),
        ("2200 kg/m3", "kilogram/meter**3", 2200.0),
        ("30 s", "second", 30.0),
        ("2 min", "second", 120.0),
        ("1 hour", "second", 3600.0),
        ("1 day", "second", 86400.0),
    ],
)
def test_value(text, unit, value):
    assert si_value(text, unit) == pytest.approx(value, rel=1e-14)  # a product of decimal powers


@pytest.mark.parametrize(
    "text",
    [
        "50", "", " ", "m", "50 kg", "50 km/s", "9**9**9 m", "9^9^9 m", "5 m**99999999",
        "1" * 10_000 + " m", "1 " + "m" * 10_000, "nan m", "inf m", "1e999 m", "1.2.3 m",
        "50 angstrom; import os", "__import__('os')", "5 m + 3 m", "5 degC", 50, 50.0, None, True,
        ["50 m"], {"m": 50},
    ],
    ids=lambda t: repr(t)[:20],
)  # fmt: skip
def test_refused(text):
    with pytest.raises(ValueError) as caught:
        si_value(text, "meter")
    rule = "must be a length with its unit, such as '50 angstrom'"
    assert str(caught.value) in (
        rule,
        f"{rule}, greater than zero",
        f"{rule}, of at most 40 characters",
    )


@pytest.mark.parametrize("text", ["-1 m", "0 m", "-0.0 nm", "1e-400 m"])
def test_not_positive(text):
    with pytest.raises(ValueError, match="greater than zero"):
        si_value(text, "meter")


@pytest.mark.parametrize("text", ["1 m^9^9^9^9", "1 m^9^9^9 / m^9^9^9"])
def test_no_power_of_a_power_is_ever_computed(text):
    """A refusal that first computes 9^9^9^9 is no refusal."""
    code = f"from rsrg.config.quantities import si_value; si_value({text!r}, 'meter')"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=15,  # importing takes one or two seconds
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail("still computing after 15 s")
    assert "ValueError: must be a length with its unit" in done.stderr


@pytest.fixture
def old_pint(monkeypatch):
    """pint 0.24 as it is met here: its first use fails."""

    def broken():
        raise TypeError("cannot inherit frozen dataclass from a non-frozen one")

    monkeypatch.setattr(quantities, "_registry", broken)
    there = dependencies.installed
    monkeypatch.setattr(
        dependencies, "installed", lambda name: "0.24" if name == "pint" else there(name)
    )


OLD = r"^`pint` must be installed in version [0-9.]+ or later; got 0\.24: pip install 'pint>="


def test_a_pint_that_is_too_old_is_named(old_pint, dumped, config):
    """No word about the length, which is as it must be."""
    with pytest.raises(RsrgError, match=OLD):
        si_value("50 angstrom", "meter")
    with pytest.raises(RsrgError, match=OLD):
        rsrg.load_config(dumped(config))


def test_a_unit_that_an_old_pint_does_not_know(old_pint, monkeypatch):
    """The unit or pint may be wrong; pint, which can be renewed at once, is named."""

    class Registry:
        def Quantity(self, *values):
            raise AttributeError("'angstrom' is not defined in the unit registry")

    monkeypatch.setattr(quantities, "_registry", Registry)
    with pytest.raises(RsrgError, match=OLD):
        si_value("50 angstrom", "meter")


def test_a_pint_that_fails_for_another_reason_is_no_wrong_length(monkeypatch):
    def broken():
        raise ValueError("unreadable definitions")

    monkeypatch.setattr(quantities, "_registry", broken)
    with pytest.raises(ImportError, match="pint cannot be used: unreadable definitions"):
        si_value("50 angstrom", "meter")
