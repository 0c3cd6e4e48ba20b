"""`rsrg critical`: tables, JSON, the failure surface, and what it refuses."""

import json
from dataclasses import asdict

import pytest

import rsrg
from rsrg.report.console import COLUMNS
from rsrg.results.critical import SOURCES
from rsrg.results.source_names import SOURCE_NAMES


def test_critical_answers_in_json(command):
    """PHYSICS §7: N0 = 3, α = 0.7, 50 Å to 1 mm: the exact sum breaks at 0.47114 and 1.70456."""
    answer = json.loads(command("critical", "--alpha", "0.7", "--json").stdout)
    sums = {r["reading"]: r for r in answer["rows"] if (r["kind"], r["sign"]) == ("sum", "paper")}
    first = [sums[r]["crossings"][0]["strain"] for r in ("fixed/ellipsoid", "affine/sphere")]
    assert first == pytest.approx([0.47114, 1.70456], abs=5e-6)  # the digits given there


def test_critical_as_a_table(command):
    done = command("critical", "--c-l", "5.9 km/s", "--c-t", "3.7 km/s")
    assert done.returncode == 0
    assert "log formula" in done.stdout
    assert "yy-zz, yz" in done.stdout


def test_critical_of_all_glasses_and_one_sign(command):
    done = command("critical", "--material", "all", "--strain", "isochoric", "--sign", "paper")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("a-SiO2", "PMMA", "the paper's sign", "isochoric"))
    assert "Hamiltonian" not in done.stdout


def test_critical_draws_a_failure_surface(command, tmp_path):
    picture = tmp_path / "surface.png"
    options = ("--alpha", "0.7", "--n0", "2", "--sign", "paper", "--plane", "xx,yy")
    done = command("critical", *options, "--output", str(picture))
    assert done.returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_failure_surface_in_json(command):
    """Strict JSON, and its first ray is the stretch e_xx of the table."""
    options = ("--alpha", "0.7", "--n0", "2", "--sign", "hamiltonian", "--plane", "xx,hydrostatic")
    answer = json.loads(command("critical", *options, "--json").stdout, parse_constant=pytest.fail)
    row = next(
        r for r in answer["surfaces"] if (r["kind"], r["reading"]) == ("sum", "affine/sphere")
    )
    options = ("--alpha", "0.7", "--n0", "2", "--sign", "hamiltonian", "--json")
    table = json.loads(command("critical", *options).stdout)["rows"]
    (first,) = (r for r in table if (r["kind"], r["reading"]) == ("sum", "affine/sphere"))
    # XTOL of the surface, and M to 1e-6
    assert row["strain"][0] == pytest.approx(first["crossings"][0]["strain"], abs=1e-5)
    assert None in row["strain"]  # hydrostatic strain never fails


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "exactly one of"),
        (("--material", "window"), "a-SiO2"),
        (("--c-l", "5", "--c-t", "3 km/s"), "'5.9 km/s'"),
        (("--alpha", "2"), "between 0.25 and 1"),
        (("--alpha", "0.7", "--n0", "1"), "integer ≥ 2"),
        (("--alpha", "0.7", "--sample", "1 angstrom"), "larger than `start`"),
        (("--alpha", "0.7", "--contraction", "seven"), "tensor or six"),
        (("--alpha", "0.7", "--sign", "plus"), "paper or hamiltonian"),
        (("--alpha", "0.7", "--strain", "sideways"), "isochoric"),
        (("--alpha", "0.7", "--strain", "[[1, 0]]"), "3×3"),
        (("--alpha", "0.7", "--plane", "xx"), "two strains"),
        (("--material", "all", "--plane", "xx,yy"), "one glass"),
        (("--alpha", "0.7", "--output", "x.png"), "must come with `--plane`"),
        (("--alpha", "0.7", "--plane", "xx,yy", "--strain", "xy"), "must not come with `--plane`"),
    ],
)
def test_critical_refuses(command, arguments, word):
    result = command("critical", *arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert word in result.stderr


def test_json_has_the_records_of_python(command):
    """`critical_strains` is what rsrg.critical gives; the earlier names stand beside theirs."""
    answer = json.loads(command("critical", "--alpha", "0.7", "--json").stdout)
    assert answer["critical_strains"] == [asdict(c) for c in rsrg.critical(alpha=0.7)]
    assert answer["strain_limits"] == [-0.95, 3.0]
    assert {(r["kind"], r["source"]) for r in answer["rows"]} == set(SOURCES.items())
    for row in answer["rows"]:
        for c in (*row["crossings"], *row["compression"]):
            assert (c["value"], c["failing_strain"]) == (c["strain"], c["direction"])


def test_the_table_uses_the_names_of_a_run_and_explains_the_rows_of_the_formula(command):
    lines = command("critical", "--alpha", "0.7", "--sign", "paper").stdout.splitlines()
    names = [names.heading for names in SOURCE_NAMES.values()]
    rows = [line for line in lines if line.startswith(("log formula, ", "fixed/", "affine/"))]
    assert len(rows) == 8
    assert all(any(name in row for name in names) for row in rows)
    text = " ".join(lines)
    assert "at the sample's 1 mm, after 11.11 steps, and at 2.657 mm" in text
    assert "limit," not in text


def test_notes_are_as_wide_as_a_page_where_there_is_no_terminal(command):
    done = command("critical", "--alpha", "0.7", "--sign", "paper")
    prose = done.stdout[done.stdout.index("e: the first strain") :].splitlines()
    assert max(map(len, prose)) <= COLUMNS
