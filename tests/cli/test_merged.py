"""Commands on merged runs: what they print of several runs, and what they say instead."""

import csv
import io

import pytest

import rsrg

LENGTHS = "{start: 50 angstrom, sample: 1 mm}"


@pytest.fixture(scope="module")
def merged(changed, tmp_path_factory):
    """Two merged runs of different N0, in which glasses fail."""
    folder = tmp_path_factory.mktemp("merged")
    base = changed(lengths=LENGTHS, readings="[fixed/ellipsoid]")
    rsrg.sweep({"base": base, "product": {"blocks.n0": [2, 3]}}, folder / "runs")
    rsrg.merge(folder / "runs", folder / "m.h5")
    return folder / "m.h5"


@pytest.fixture
def name(merged):
    return next(iter(rsrg.open_run(merged).runs))


def test_inspect(command, merged, name):
    done = command("inspect", merged)
    assert done.stdout.startswith(f"{merged}  2 runs, n0 2, ")
    assert "n0  (n0 2)  int64  swept over: blocks.n0 = 2, 3" in done.stdout
    assert "strain  (n0 2, material 2, reading 1, crossing" in done.stdout
    assert '"config"' not in done.stdout  # no long text
    assert "status = finished" in command("inspect", merged / name).stdout
    assert "did you mean /critical/strain?" in command("inspect", merged, "critical/strian").stderr
    refused = command("inspect", merged, "config")
    assert f"a config for each run: rsrg inspect {merged}/{name} config" in refused.stderr
    assert command("inspect", merged / name, "config").stdout.startswith("{")


def test_compare(command, merged, name):
    done = command("compare", merged, "--reading", "fixed/ellipsoid", "--material", "a-SiO2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{name}: n0 = 2\n\n")
    assert done.stdout.count("step  ") == 2
    assert done.stdout.count("Deviations: in standard errors of χ⁻¹.") == 1
    other = command("compare", merged, merged / name)
    assert f"B: {merged}/{name}" in other.stdout
    assert "blocks.n0: 3 in A, 2 in B" in other.stdout


def test_compare_merged_with_merged(command, merged, name, tmp_path):
    command("merge", merged.parent / "runs", "--output", tmp_path / "other.h5")
    done = command("compare", merged, tmp_path / "other.h5")
    assert done.stdout.count("Both runs have the same settings.") == 2
    assert "Only in" not in done.stdout


def test_tables_for_a_paper(command, merged):
    done = command("report", merged, "--table", "csv", "--material", "a-SiO2")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    records = [r for r in rsrg.open_run(merged).critical_strains() if r.material == "a-SiO2"]
    assert [(r["run"], int(r["n0"]), float(r["value"])) for r in rows] == [
        (r.run, r.parameters["n0"], r.value) for r in records
    ]
    assert {row["n0"] for row in rows} == {"2", "3"}
    latex = command("report", merged, "--table", "latex").stdout
    assert r"\begin{tabular}{llllll}" in latex
    assert "n0 & Glass & Reading" in latex
    assert "`material` must be one of" in command(
        "report", merged, "--table", "csv", "--material", "x"
    ).stderr  # fmt: skip


def test_status(command, merged):
    done = command("status", merged, "--check")
    assert (done.returncode, "merged: 2 runs, n0 2" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("watch",), "holds merged runs, all finished: see rsrg report"),
        (("resume",), "holds merged runs, and none to go on with"),
        (("merge", "--output", "z.h5"), "holds merged runs already"),
        (("report", "--figures", "pdf"), "`--figures` needs the run file of a flow"),
        (("report", "--output", "x.png"), "a picture shows one run"),
    ],
)
def test_what_has_no_meaning(command, merged, arguments, words):
    done = command(arguments[0], merged, *arguments[1:])
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert words in done.stderr
