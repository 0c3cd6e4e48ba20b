"""The everyday question: rows, references, degeneracy, table, errors."""

import io
import json
import math

import pytest
from rich.console import Console

from rsrg.physics.errors import PhysicsError
from rsrg.physics.first_failure import Loading, choose_glasses, critical_answer
from rsrg.physics.readings import READINGS
from rsrg.physics.recursion import whole_steps
from rsrg.report.critical_answer import (
    critical_answer_data,
    critical_answer_heading,
    critical_answer_notes,
    critical_answer_tables,
    spread_note,
)


@pytest.fixture(scope="module")
def answer():
    return critical_answer(*choose_glasses(alpha=0.7))


def rows(answer, kind, reading="", sign="paper"):
    return [r for r in answer.rows if (r.kind, r.reading, r.sign) == (kind, reading, sign)]


def test_references(answer):
    """PHYSICS §7: formula at R, and the exact lattice mean after 12 steps."""
    at_r, at_ln = rows(answer, "formula")
    assert at_r.length == pytest.approx(1e-3, rel=1e-12)
    assert at_ln.length == pytest.approx(50e-10 * 3**12, rel=1e-12)
    # printed to four and five decimals
    assert at_r.first[0].strain == pytest.approx(0.3244, abs=0.51e-4)
    (ellipsoid,) = rows(answer, "sum", "fixed/ellipsoid")
    assert ellipsoid.first[0].strain == pytest.approx(0.47114, abs=0.51e-5)
    (sphere,) = rows(answer, "sum", "affine/sphere")
    assert sphere.first[0].strain == pytest.approx(1.70456, abs=0.51e-5)
    assert {c.channel for c in sphere.first} == {"yy-zz", "yz"}
    for reading, strain in (("fixed/ellipsoid", 1.8536), ("affine/sphere", 0.5025)):
        (other,) = rows(answer, "sum", reading, "hamiltonian")  # PHYSICS §8.1, four decimals
        assert other.first[0].strain == pytest.approx(strain, abs=0.51e-4)
    for kind in ("sum", "continuum"):
        (none,) = rows(answer, kind, "affine/ellipsoid")
        assert none.first == none.crossings == ()


def test_steps_reach_the_sample():
    assert whole_steps(math.log(9), 3) == 2  # exactly R: no step more
    assert whole_steps(math.log(9.1), 3) == 3
    assert whole_steps(math.log(1.5), 8) == 1


def test_contraction_and_lengths():
    """ln(R/L₁) = 20, `six`: the numbers of the paper's text."""
    loading = Loading(start=1.0, sample=math.exp(20.0), contraction="six")
    (glass,) = choose_glasses(alpha=0.7)
    found = critical_answer(glass, loading, readings=READINGS[3:]).rows[0]
    strains = [round(c.strain, 4) for c in found.crossings]
    assert strains == [0.1788, 0.2278, 1.4404]
    assert len(found.first) == 1


def test_glasses():
    assert choose_glasses("PMMA")[0].name == "PMMA"
    assert choose_glasses(c_l=5800.0, c_t=3800.0)[0].alpha == choose_glasses("a-SiO2")[0].alpha
    for bad in (
        {},
        {"c_l": 5800.0},
        {"material": "PS", "alpha": 0.7},
        {"c_l": 1.0, "c_t": 0.5, "alpha": 0.7},
    ):
        with pytest.raises(PhysicsError, match="exactly one of `material`"):
            choose_glasses(**bad)
    with pytest.raises(PhysicsError, match="`material` must be one of"):
        choose_glasses("window")
    with pytest.raises(PhysicsError, match="`sample` must be larger than `start`"):
        Loading(start=1e-3, sample=1e-3)
    with pytest.raises(PhysicsError, match="`n0`"):
        Loading(n0=1)


def test_table_and_notes(answer):
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(critical_answer_heading(answer))
    for table in critical_answer_tables(answer):
        console.print(table)
    text = console.export_text()
    parts = ("0.47114", "1.70456", "1.85358", "yy-zz", "affine/sphere", "2.657 mm", "1 mm")
    for part in (*parts, "the paper's sign", "the Hamiltonian's sign", "e < 0"):
        assert part in text
    notes = " ".join(critical_answer_notes(answer))
    (spread,) = spread_note([answer])
    sides = [side for r in answer.rows for side in (r.first, r.first_compression) if side]
    sizes = [abs(side[0].strain) for side in sides]
    assert f"factor {max(sizes) / min(sizes):.2g}" in spread
    assert "the sign" in spread
    assert "reading" in notes


def test_data_is_json(answer):
    again = json.loads(json.dumps(critical_answer_data(answer), allow_nan=False))
    assert again["glass"]["alpha"] == 0.7
    assert len(again["rows"]) == 16
