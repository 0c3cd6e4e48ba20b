"""`rsrg stability`: rows of lattices and of random packings, as a table and as JSON."""

import io
import json
import math

import pytest
from rich.console import Console

import rsrg
from rsrg.ensemble import packing_rows as packings
from rsrg.ensemble.packing_rows import mean_and_error, packing_rows, random_packing
from rsrg.physics import stability_rows
from rsrg.physics.errors import PhysicsError
from rsrg.physics.materials import Material
from rsrg.physics.stability_rows import StabilityRow, lattice_rows
from rsrg.report.stability_answer import stability_data, stability_notes, stability_table

GLASS = Material("some glass", 0.7)
MADE_UP = (
    StabilityRow("sc", "paper", -0.13018, 0.7934, 0.0, wave_vector=(1e-5, 0.0, 0.0)),
    StabilityRow("fcc", "hamiltonian", 0.05316, 1.119, 0.15415, wave_vector=(0.0, math.pi, 1.0)),
    StabilityRow("rsa", "paper", 0.1, 0.7, math.inf, 0.01, 0.02, blocks=64, participating=7.26),
)


def shown(rows):
    out = io.StringIO()
    Console(file=out, width=200).print(stability_table(GLASS, 1.0, rows))
    return out.getvalue()


def test_the_table_says_what_fails_and_how():
    text = shown(MADE_UP)
    for words in (
        "some glass: α = 0.7000",
        "k → 0 along (1, 0, 0)",
        "k = (0, 1, 0.318) π",
        "rsa, 64",
        "0.100(10)",
        "on about 7.3 blocks",
    ):
        assert words in text
    assert text.splitlines()[-1].split()[5] == "–"  # no strain of instability
    assert any("rsa" in line for line in stability_notes(1.0, MADE_UP))
    assert not any("rsa" in line for line in stability_notes(1.0, MADE_UP[:2]))


def test_json_has_no_infinity():
    data = json.loads(json.dumps(stability_data(GLASS, 1.0, MADE_UP), allow_nan=False))
    assert [row["strain"] for row in data["rows"]] == [0.0, 0.15415, None]
    assert data["glass"]["alpha"] == 0.7


def test_rows_of_lattices_are_those_of_the_functions(monkeypatch):
    monkeypatch.setattr(stability_rows, "LATTICES", {"bcc": None, "fcc": None})
    rows = {(r.bulk, r.sign): r for r in lattice_rows(0.7, 0.99, strain_max=0.05)}
    assert len(rows) == 4
    row = rows["bcc", "hamiltonian"]
    assert row.eigenvalue == rsrg.bulk_stability("bcc", 0.7, 0.0, "hamiltonian", 0.99).eigenvalue
    assert row.strain == 0.0
    assert rows["fcc", "hamiltonian"].strain == math.inf
    assert (row.critical_amplitude < 0.99) == (row.eigenvalue < 0.0)


def test_rows_of_packings(monkeypatch):
    monkeypatch.setattr(packings, "PACKINGS", 2)
    rows = list(packing_rows(33, 0.7))
    assert [r.sign for r in rows] == ["paper", "hamiltonian"]
    for row in rows:
        assert (row.bulk, row.blocks, row.strain, row.strain_error) == ("rsa", 33, 0.0, 0.0)
        assert row.eigenvalue < 0.0 < row.eigenvalue_error
        assert 1.0 < row.participating < 33.0


def test_means_and_errors():
    assert mean_and_error([1.0, 3.0]) == (2.0, 1.0)  # √(2)/√2
    assert mean_and_error([1.0, math.inf]) == (math.inf, 0.0)


def test_a_packing_of_too_few():
    with pytest.raises(PhysicsError, match=r"`packing` must be from 33 to 32768 blocks; got 8"):
        random_packing(8, 1)
