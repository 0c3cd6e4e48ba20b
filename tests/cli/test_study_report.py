"""`rsrg report` of a folder: critical strains of the blocks of quenched runs side by side."""

import json
from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.report.study_figure import as_records, distributions
from rsrg.studies.collect import collect

BASE = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 1 nm, sample: 8 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.8, count: 3}}
readings: [fixed/ellipsoid, affine/sphere]
flow: {disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.4}}
sampling: {samples: 64, seed: 3}
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "study.yaml").write_text("base: base.yaml\nproduct: {sampling.seed: [1, 2]}\n")
    return tmp_path


def test_picture_and_numbers(study, command):
    assert command("sweep", "study.yaml", "-q").returncode == 0
    done = command("report", "runs/study")
    assert done.returncode == 0, done.stderr
    assert "a-SiO2: critical strains of unequal blocks" in done.stdout
    assert "report: runs/study/study.html" in done.stdout
    done = command("report", "runs/study", "--output", "runs/study/study.png")
    assert "picture of 2 runs of a-SiO2: runs/study/study.png" in done.stdout
    assert (study / "runs/study/study.png").stat().st_size > 10_000
    records = json.loads(command("report", "runs/study", "--json").stdout)
    rows = distributions(collect([study / "runs/study"]).runs)
    assert records == as_records(rows)
    assert [row.label for row in rows] == ["seed = 1", "seed = 2"]
    last = records[3]
    assert (last["run"], last["reading"]) == ("seed = 1", "fixed/ellipsoid")
    assert last["length"] == pytest.approx(8e-9, rel=1e-12)  # three doublings of 1 nm
    with closing(rsrg.open_run(collect([study / "runs/study"]).runs[0].path)) as run:
        strains = run.read("pool/critical_strain")[0, 3, 0]
    assert last["share"] == np.isfinite(strains).mean()
    ordered = np.sort(np.where(np.isnan(strains), np.inf, strains))
    middle = last["quartiles"][1]
    assert (np.inf if middle is None else middle) in ordered[127:129]


def test_only_quenched_runs(study, command):
    text = BASE.replace("disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.4}", "")
    (study / "base.yaml").write_text(text)
    assert command("sweep", "study.yaml", "-q").returncode == 0
    done = command("report", "runs/study", "--output", "study.png")
    assert done.returncode == 1
    assert "shows the blocks of quenched ones; runs/study/" in done.stderr
    assert "Traceback" not in done.stderr
