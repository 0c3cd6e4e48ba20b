"""What a notebook shows of runs, configs and lists of critical strains."""

import pickle
import re
import xml.etree.ElementTree as ET

import pytest

import rsrg
from rsrg.formatting import with_error
from rsrg.records import MAX_ROWS, Records
from rsrg.results.critical_record import first_failure

ELEMENTS = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
HOSTILE = "<script>alert(1)</script>"


def tables(html):
    """The tables of a piece of HTML, which must be well formed: caption, and rows of texts."""
    root = ET.fromstring(f"<div>{html}</div>")
    assert root.findall(".//th")
    assert all(th.get("scope") in ("col", "row") for th in root.findall(".//th"))
    own = [e.tag for e in root.iter() if e.keys() and e.tag != "th"]
    assert own == []  # no style, class or colour
    assert {e.tag for e in root.iter()} <= ELEMENTS
    return {t.findtext("caption", ""): [[c.text or "" for c in row] for row in t.iter("tr")]
            for t in root.iter("table")}  # fmt: skip


@pytest.fixture(scope="module")
def run(changed, tmp_path_factory):
    config = changed(
        title=f"'{HOSTILE}'",
        materials=f"[a-SiO2, {{name: '{HOSTILE}', alpha: 0.7}}]",
        lengths="{start: 50 angstrom, sample: 1 mm}",
        blocks="{n0: 3, count: volume}",
        readings="[fixed/ellipsoid, fixed/sphere]",
        sampling="{estimator: exact}",
    )
    return rsrg.run(config, tmp_path_factory.mktemp("html") / "run.h5")


def test_a_finished_run(run):
    shown = tables(run._repr_html_())
    facts = dict(shown[HOSTILE])
    assert facts["status"] == "finished"
    assert facts["progress"] == "12 of 12 chunks"
    assert facts["glasses"] == f"a-SiO2, {HOSTILE}"
    assert facts["readings of V(e)"] == "fixed/ellipsoid, fixed/sphere"
    head, *rows = shown["first critical strains e (dimensionless)"]
    assert head[:3] == ["glass", "fixed/ellipsoid, sum", "fixed/sphere, sum"]
    assert [row[0] for row in rows] == ["a-SiO2", HOSTILE]
    for row in rows:
        own = [r for r in run.critical_strains() if (r.material, r.source) == (row[0], "lattice")]
        first = first_failure(own)
        assert row[1] == f"{with_error(first.value, first.stderr)} {first.channel}"
        assert row[2] == "–"  # a sphere of blocks that stay: nothing breaks


def test_a_stopped_run(config, tmp_path):
    stopped = rsrg.run(config, tmp_path / "run.h5", walltime=0.0)
    ((title, rows),) = tables(stopped._repr_html_()).items()
    assert title == "small"
    assert dict(rows)["status"] == "stopped"
    assert re.fullmatch(r"\d+ of 12 chunks", dict(rows)["progress"])


def test_a_config(run):
    ((title, rows),) = tables(run.config._repr_html_()).items()
    assert title == HOSTILE
    assert dict(rows)["lengths.start"] == "50 angstrom"
    assert dict(rows)["materials"] == f"[a-SiO2, {{name: {HOSTILE}, alpha: 0.7}}]"


def test_long_values_of_a_config_are_shortened(changed):
    config = changed(strain="{values: [" + ", ".join(str(k / 100) for k in range(100)) + "]}")
    ((_, rows),) = tables(config._repr_html_()).items()
    assert len(dict(rows)["strain.values"]) == 160


def test_critical_strains_of_a_run(run):
    found = run.critical_strains()
    ((_, (head, *rows)),) = tables(found._repr_html_()).items()
    assert "critical strain e (dimensionless)" in head
    for record, row in zip(found, rows, strict=True):
        cells = dict(zip(head, row, strict=True))
        assert cells["glass"] == record.material
        assert cells["critical strain e (dimensionless)"] == with_error(record.value, record.stderr)


def test_critical_strains_of_a_coupling():
    found = rsrg.critical_strains(lambda e: rsrg.log_formula_coupling(e, 0.7, 3), 0.7, 12)
    ((_, (head, *rows)),) = tables(found._repr_html_()).items()
    assert head == ["critical strain e (dimensionless)", "channel", "strain that fails"]
    assert rows[0] == ["0.29422", "yy-zz", "yy-zz"]


def test_it_is_still_a_list(run):
    found = run.critical_strains()
    assert isinstance(found, list)
    assert found == list(found)
    assert found[-1] is list(found).pop()
    assert type(found[1:3]) is Records
    assert found[1:3] == list(found)[1:3]
    assert pickle.loads(pickle.dumps(found)) == found
    assert type(pickle.loads(pickle.dumps(found))) is Records
    assert Records([])._repr_html_() == "<p>none</p>"


def test_a_long_list_says_how_many_more(run):
    many = Records(list(run.critical_strains()[:1]) * (MAX_ROWS + 7))
    html = many._repr_html_()
    ((_, rows),) = tables(html).items()
    assert (len(rows), html[-19:]) == (MAX_ROWS + 1, "<p>… and 7 more</p>")
