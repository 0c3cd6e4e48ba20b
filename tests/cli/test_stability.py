"""`rsrg stability` from the command line."""

import json

import pytest

from rsrg.physics import stability_rows


def test_answers_in_json(command, monkeypatch):
    """PHYSICS §8.5: the grid's −0.201 is the minimum of sc under the Hamiltonian's sign."""
    monkeypatch.setattr(stability_rows, "LATTICES", {"sc": None})
    done = command("stability", "--alpha", "0.7", "--json")
    assert done.returncode == 0, done.stderr
    rows = {(row["bulk"], row["sign"]): row for row in json.loads(done.stdout)["rows"]}
    assert len(rows) == 2
    assert rows["sc", "hamiltonian"]["eigenvalue"] == pytest.approx(-0.201, abs=5e-4)  # its digits
    assert {row["strain"] for row in rows.values()} == {0.0}


def test_answers_as_a_table(command, monkeypatch):
    monkeypatch.setattr(stability_rows, "LATTICES", {"sc": None})
    done = command("stability", "--material", "PMMA", "--amplitude", "2")
    assert done.returncode == 0, done.stderr
    assert "PMMA: α = " in done.stdout
    assert "no renormalization at all" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "exactly one of"),
        (("--alpha", "0.7", "--amplitude", "0"), "`amplitude` must be positive"),
        (("--alpha", "0.7", "--packing", "3"), "from 33 to 32768 blocks"),
    ],
)
def test_refuses(command, arguments, word):
    refused = command("stability", *arguments)
    assert refused.returncode == 2
    assert word in refused.stderr
    assert "Traceback" not in refused.stderr
