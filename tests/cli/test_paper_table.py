"""The table of critical strains for a paper: one number a cell in CSV, booktabs in LaTeX."""

import csv
import io
import math
from dataclasses import replace

import pytest

import rsrg
from rsrg.report.paper_table import latex_table


@pytest.fixture(scope="module")
def failing(changed, tmp_path_factory):
    """A run of two glasses that fail."""
    config = changed(
        lengths="{start: 50 angstrom, sample: 1 mm}",
        materials="[a-SiO2, {name: A_B&C, alpha: 0.7}]",
    )
    path = tmp_path_factory.mktemp("failing") / "run.h5"
    rsrg.run(config, path).close()
    return path


def test_csv_has_the_numbers_of_the_run(failing, command):
    done = command("report", failing, "--table", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    with rsrg.open_run(failing) as run:
        records = run.critical_strains()
    assert len(rows) == len(records) > 0
    for row, record in zip(rows, records, strict=True):
        assert (row["material"], row["source"]) == (record.material, record.source)
        assert float(row["value"]) == record.value
        assert float(row["stderr"] or 0.0) == record.stderr  # empty where exact


def test_latex_escapes_and_aligns(failing, command):
    text = command("report", failing, "--table", "latex").stdout
    assert "\\usepackage{booktabs}" in text.splitlines()[0]
    assert r"A\_B\&C" in text
    body = text.split("\\midrule\n")[1].split("\\bottomrule")[0].strip().splitlines()
    columns = text.split("\\begin{tabular}{")[1].split("}")[0]
    for line in body:
        assert line.replace(r"\&", "").count("&") == len(columns) - 1
        assert line.endswith(r"\\")


def test_latex_gives_two_digits_of_the_error(failing):
    """As everywhere else; an exact value has four digits, an unknown error is marked."""
    numbers = {0.0996: "0.47(10)", 0.00234: "0.4711(23)", 0.0: "0.4711", math.inf: "0.47113(?)"}
    with rsrg.open_run(failing) as run:
        first = run.critical_strains()[0]
        for stderr, text in numbers.items():
            record = replace(first, source="lattice", value=0.471128, stderr=stderr)
            assert f"${text}$" in latex_table(run, [record])
        exact = replace(first, source="continuum", value=0.471128, stderr=0.0)
        assert "$0.4711$" in latex_table(run, [exact])


def test_not_of_a_folder(command, tmp_path):
    done = command("report", tmp_path, "--table", "csv")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
