"""The HTML page of a run, a study or merged runs: complete, alone, valid, and true to the file."""

import base64
import errno
import json
import re
import shutil
from contextlib import closing
from importlib.resources import files

import numpy as np
import plotly.graph_objects as go
import pytest

import rsrg
from rsrg.errors import RsrgError, RunFileError
from rsrg.report.html import document
from rsrg.report.page.content import page_html
from rsrg.report.page.run_page import run_content
from rsrg.report.page.study_page import study_content
from rsrg.report.page.write import write_report, write_study_report
from rsrg.results.any_run import open_stored_run
from rsrg.storage.run_file import Snapshot
from rsrg.studies.members import merged_members, study_members


@pytest.fixture(scope="module")
def run(finished):
    with closing(rsrg.open_run(finished)) as opened:
        yield opened


@pytest.fixture(scope="module")
def html(run):
    return page_html(run_content(run))


@pytest.fixture(scope="module")
def quenched(made_once):
    from rsrg.config.loading import config_from_text

    text = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 1 nm, sample: 8 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.8, count: 3}}
readings: [fixed/ellipsoid, affine/sphere]
flow: {disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.4}}
sampling: {samples: 64, seed: 3}
"""

    def fill(folder):
        for seed in (1, 2):
            config = config_from_text(text.replace("seed: 3", f"seed: {seed}"), "q.yaml")
            rsrg.run(config, folder / f"q{seed}.h5").close()

    return made_once("quenched_pages", fill)


def embedded(html):
    """The JSON of figures and numbers of a page."""
    return json.loads(re.search(r'id="figures">(.*?)</script>', html, re.S)[1])


def sections(html):
    return re.findall(r'<section id="([\w-]+)"', html)


def filled(node, numbers):
    """A figure with its references replaced by numbers, as the page's script does it."""
    if isinstance(node, list):
        return [filled(item, numbers) for item in node]
    if not isinstance(node, dict):
        return node
    if "$take" in node:
        array, at = node["$take"]["array"], node["$take"]["at"]
        left = [n for d, n in zip(numbers[array]["dims"], numbers[array]["shape"], strict=True)
                if d not in at]  # fmt: skip
        assert set(at) <= set(numbers[array]["dims"]), node
        assert len(left) <= 1, node
        value = "text" if "texts" in numbers[array] else 0.5
        return [value] * left[0] if left else value
    if "$band" in node:
        return [0.0, 1.0]
    if "$theme" in node:
        return "#123456"
    return {key: filled(item, numbers) for key, item in node.items()}


def check_figures(html, count):
    """Every figure is one that plotly accepts, with every control known."""
    data = embedded(html)
    assert len(data["charts"]) >= count
    for key, chart in data["charts"].items():
        go.Figure(
            filled(chart["traces"], data["numbers"]), filled(chart["layout"], data["numbers"])
        )
        used = set(re.findall(r'data-control="([^"]+)"', figure(html, key)))
        assert used <= chart["controls"].keys()


def figure(html, key):
    return re.search(rf'<figure class="chart" id="figure-{key}".*?</figure>', html, re.S)[0]


def test_figures_are_plotly_figures(html):
    check_figures(html, 8)
    order = ["verdict", "critical-strains", "strain-curves", "flow", "convergence", "what-fails"]
    assert sections(html) == [*order, "provenance"]


def test_alone(html):
    """Nothing is loaded from anywhere: neither by address, nor beside the page."""
    plotly = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    ours = html.replace(plotly.replace("</script", "<\\/script"), "")
    assert len(ours) < len(html) - 4_000_000
    assert "default-src 'none'" in ours
    for attribute in re.findall(r'(?:src|href)="([^"]*)"', ours):
        assert attribute.startswith("#")
    assert not re.search(r"https?://|@import|url\(", ours)


def test_every_figure_has_words_and_every_table_headings(html):
    figures = re.findall(r"<figure.*?</figure>", html, re.S)
    for text in figures:
        assert re.search(r'aria-label="[^"]{20,}"', text)
        assert "<figcaption>" in text
    tables = re.findall(r"<table>.*?</table>", html, re.S)
    for text in tables:
        assert "<caption>" in text
        assert text.count('scope="col"') >= 2


def test_numbers_are_those_of_the_file(html, run):
    numbers = embedded(html)["numbers"]
    encoded = numbers["end_lattice"]
    values = np.frombuffer(base64.b64decode(encoded["float32"]), "<f4").reshape(encoded["shape"])
    stored = run.values("flow/inverse_eigenvalues", step=-1)
    names = [str(c) for c in run.read("axes/channel")]
    labels = [t["name"] for t in embedded(html)["charts"]["strain"]["traces"] if t.get("error_y")]
    for g, label in enumerate(labels):
        for name in label.split(", "):  # channels that coincide are drawn as one
            channel = stored[..., names.index(name)]
            np.testing.assert_allclose(values[0, ..., g], channel, rtol=1e-5, atol=1e-6)


def test_verdict_has_the_critical_strains(run):
    content = run_content(run)
    records = [r for r in run.critical_strains() if r.source == "lattice"]
    for record in records[:1]:
        assert f"{record.value:.2f}"[:4] in " ".join(content.sentences)
    assert len(content.sentences) == 2  # two glasses


def test_stopped_run(changed, tmp_path):
    """A run without time left does one unit of work, and says what follows from that."""
    config = changed(lengths="{start: 50 angstrom, sample: 1 mm}")
    with closing(rsrg.run(config, tmp_path / "run.h5", walltime=0.0)) as half:
        done, total = half.progress
        assert half.status == "stopped"
        content = run_content(half)
    assert content.status == f"stopped, {done} of {total} chunks"
    assert content.preliminary.startswith("step ")
    assert "unfinished" in {c.subject for c in content.checks}
    html = page_html(content)
    check_figures(html, 7)
    assert "<strong>Preliminary:</strong> step " in html


def test_run_without_a_number_yet(run, monkeypatch):
    from rsrg.report.page import run_page

    monkeypatch.setattr(run_page, "preliminary", lambda run: None)
    monkeypatch.setattr(run_page, "nothing_yet", lambda run: "no step is complete")
    content = run_content(run)
    assert content.sentences == [
        f"Nothing can be said yet: no step is complete. Go on: rsrg resume {run.path}"
    ]
    assert sections(page_html(content)) == ["verdict", "provenance"]


def test_quenched(quenched):
    with closing(rsrg.open_run(quenched / "q1.h5")) as run:
        html = page_html(run_content(run))
    check_figures(html, 11)
    assert "disorder" in sections(html)
    assert "taken as equal blocks" in html
    assert re.search(r"unequal blocks of 8 nm have failed at e = ", html)


def test_exact_super_blocks(tmp_path, command, pytestconfig):
    config = pytestconfig.rootpath / "configs" / "exact_small.yaml"
    assert command("exact", config, "--output", "exact.h5", "--no-progress").returncode == 0
    with closing(open_stored_run(tmp_path / "exact.h5")) as run:
        html = write_report(run).read_text(encoding="utf-8")
    check_figures(html, 1)
    assert sections(html) == ["verdict", "errors", "cases", "provenance"]


def test_study_and_merged_runs(quenched, tmp_path, command):
    folder = tmp_path / "study"
    shutil.copytree(quenched, folder)
    members = study_members(folder)
    assert [m.parameters for m in members] == [{"sampling.seed": 1}, {"sampling.seed": 2}]
    page = write_study_report(folder, members)
    assert page == folder / "study.html"
    html = page.read_text(encoding="utf-8")
    check_figures(html, 2)
    for member in members:  # each has a report, and a link to it
        assert (folder / member.name).with_suffix(".html").exists()
        assert f'href="{member.name.replace(".h5", ".html")}"' in html
    written = (folder / "q1.html").stat().st_mtime_ns
    write_study_report(folder, members)
    assert (folder / "q1.html").stat().st_mtime_ns == written  # as new as its run

    assert command("merge", folder, "--output", "merged.h5").returncode == 0
    merged = merged_members(Snapshot(tmp_path / "merged.h5"))
    assert [m.parameters for m in merged] == [{"seed": 1}, {"seed": 2}]
    for one, other in zip(members, merged, strict=True):
        assert one.failures.keys() == other.failures.keys()
        for place, failure in one.failures.items():
            assert np.array_equal(
                [failure.strain, failure.stderr],
                [other.failures[place].strain, other.failures[place].stderr],
                equal_nan=True,
            )
    check_figures(page_html(study_content(tmp_path / "merged.h5", merged)), 1)


def test_sizes(html):
    assert len(html.encode()) < 8e6


def test_refusals(run, tmp_path, monkeypatch):
    with pytest.raises(RunFileError, match=r"must end in \.html; got .*x\.pdf"):
        write_report(run, tmp_path / "x.pdf")
    with pytest.raises(RsrgError, match="cannot write the report"):
        write_report(run, tmp_path / "missing" / "x.html")
    monkeypatch.setattr(document, "files", lambda name: tmp_path / "nowhere")
    with pytest.raises(RsrgError, match="pip install plotly"):
        document.plotly_source()


def test_the_shared_script_is_written_whole_or_not_at_all(run, tmp_path, monkeypatch):
    def full(path, text):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(document, "replace_text", full)
    with pytest.raises(RsrgError, match=r"cannot write the script .*\.js: No space left on device"):
        write_report(run, tmp_path / "x.html", shared_script=True)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    write_report(run, tmp_path / "x.html", shared_script=True)
    (script,) = tmp_path.glob("plotly-*.js")
    assert script.read_text(encoding="utf-8") == document.plotly_source()
