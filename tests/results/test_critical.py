"""`rsrg.critical`: what the command answers, for values of Python."""

import json
import re

import numpy as np
import pandas
import pint
import pytest

import rsrg
from rsrg.errors import ConfigError
from rsrg.physics.errors import PhysicsError
from rsrg.physics.strain_path import strain_path

UREG = pint.UnitRegistry()


def numbers(records):
    return [(r.sign, r.source, r.reading, r.steps, r.value, r.channel) for r in records]


@pytest.mark.parametrize("strain", ["xx", "biaxial"])
def test_the_same_as_the_command(command, strain):
    done = command("critical", "--material", "PMMA", "--strain", strain, "--json")
    rows = json.loads(done.stdout)["rows"]
    expected = [
        (row["sign"], {"sum": "lattice", "formula": "log"}.get(row["kind"], row["kind"]),
         row["reading"], row["steps"], c["strain"], c["channel"])
        for row in rows for c in (*row["crossings"], *row["compression"])
    ]  # fmt: skip
    assert len(expected) > 6
    assert numbers(rsrg.critical("PMMA", strain=strain)) == expected


def test_first_is_what_fails_before_all_others():
    groups = {}
    for r in rsrg.critical(alpha=0.7):
        place = (r.sign, r.source, r.reading, r.steps, r.value > 0)
        groups.setdefault(place, []).append((abs(r.value), r.first))
    assert len(groups) > 8
    for group in groups.values():
        lowest = min(e for e, _ in group)
        assert [first for _, first in group] == [e < lowest + 1e-8 for e, _ in group]


@pytest.fixture(scope="module")
def expected():
    return numbers(rsrg.critical(c_l="5.8 km/s", c_t="3.8 km/s", sign="paper", n0=2))


def test_values_of_python(expected):
    velocities = {"c_l": 5.8 * UREG.km / UREG.s, "c_t": 3800 * UREG.m / UREG.s}
    sizes = {"start": 5 * UREG.nm, "sample": 1 * UREG.mm, "n0": np.int64(2)}
    found = numbers(rsrg.critical(**velocities, **sizes, sign="paper"))
    assert [f[:3] for f in found] == [e[:3] for e in expected]
    # two ways to write a velocity differ by a rounding, and a root is good to 1e-8
    np.testing.assert_allclose([f[4] for f in found], [e[4] for e in expected], atol=1e-8)
    assert numbers(rsrg.critical("a-SiO2", sign="paper", n0=2)) == expected


def test_a_matrix_or_a_path_of_strain():
    plane = np.diag([1, 1, 0])
    by_name, by_matrix, by_path = (
        rsrg.critical(alpha=np.float64(0.7), sign="hamiltonian", strain=strain)
        for strain in ("biaxial", plane, strain_path("biaxial"))
    )
    assert by_name == by_path
    np.testing.assert_allclose([r.value for r in by_matrix], [r.value for r in by_name])
    assert by_matrix[0].strain == "[[1, 0, 0], [0, 1, 0], [0, 0, 0]]"


def test_many_glasses_in_a_table():
    found = rsrg.critical(["PMMA", "BK7"], sign="paper")
    assert list(dict.fromkeys(r.material for r in found)) == ["PMMA", "BK7"]
    frame = pandas.DataFrame(found)
    assert frame.loc[frame["first"] & (frame["source"] == "log"), "value"].notna().all()
    html = found._repr_html_()
    assert '<th scope="col">critical strain e, xx (dimensionless)</th>' in html
    assert f"<td>{found[0].value:.5f}</td>" in html


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, PhysicsError, "the glass must be given by exactly one of"),
        ({"material": "glass"}, PhysicsError, "`material` must be one of a-SiO2, .*; got 'glass'"),
        (
            {"c_l": 5.8, "c_t": 3.8},
            ConfigError,
            "`c_l` must be a velocity with its unit.*; got 5.8",
        ),
        ({"alpha": 0.7, "start": 5 * UREG.s}, ConfigError, "`start` must be a length.*; got '5 s'"),
        ({"alpha": 0.7, "sample": "1 nm"}, PhysicsError, "`sample` must be larger than `start`"),
        ({"alpha": 0.1}, PhysicsError, "alpha.*0.1"),
        ({"alpha": 0.7, "strain": "zx"}, PhysicsError, "`strain` must be one of .*; got 'zx'"),
        ({"alpha": 0.7, "strain": np.eye(2)}, PhysicsError, "`strain` must be a finite 3×3"),
        ({"alpha": 0.7, "sign": "plus"}, PhysicsError, "sign.*got 'plus'"),
        ({"alpha": 0.7, "n0": 1}, PhysicsError, "n0.*got 1"),
    ],
)
def test_mistakes(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        rsrg.critical(**arguments)
    assert re.search(message, str(caught.value))
