"""The table after a run: whole in 80 columns, its terms explained, every number at its place."""

import re
from dataclasses import replace

import numpy as np
import pytest

import rsrg
from rsrg.formatting import counted, with_error
from rsrg.report.critical_notes import notes
from rsrg.report.critical_table import against, critical_columns, critical_tables
from rsrg.report.grouped_table import Column, grouped_table
from rsrg.report.sampling_note import sampling_notes
from rsrg.report.terminal import print_results
from rsrg.results.trust import trust

STRAIN = "{component: xx, values: {start: 0.0, stop: 2.0, count: 11}}"
MILLIMETRE = "{start: 50 angstrom, sample: 1 mm}"


@pytest.fixture(scope="module")
def three_readings(changed, tmp_path_factory):
    """Twelve glasses in three readings, one of which never fails."""
    config = changed(
        materials="all",
        strain=STRAIN,
        lengths=MILLIMETRE,
        blocks="{n0: 3}",
        readings="[fixed/ellipsoid, affine/sphere, affine/ellipsoid]",
    )
    return rsrg.run(config, tmp_path_factory.mktemp("table") / "run.h5")


def test_three_readings_of_twelve_glasses_are_one_table(three_readings):
    (lines,) = critical_tables(three_readings, 80)
    assert max(map(len, lines)) <= 80
    assert len(lines) == 2 + 12
    assert re.findall(r"\S+/\S+|any reading", lines[0]) == [
        "fixed/ellipsoid", "affine/sphere", "any reading"
    ]  # fmt: skip
    assert lines[1].split() == ["glass", "α", *["sum", "continuum"] * 2, "log", "formula"]
    (silent,) = [n for n in notes(three_readings) if n.startswith("affine/ellipsoid")]
    assert silent == "affine/ellipsoid: no critical strain on 0 … 2, by sum or continuum."


def test_every_number_stands_in_its_column(three_readings):
    """The lowest critical strain of each glass, reading and source, and a dash where none is."""
    (lines,) = critical_tables(three_readings, 80)
    places = [
        (r, s) for r in ("fixed/ellipsoid", "affine/sphere") for s in ("lattice", "continuum")
    ]
    for line in lines[2:]:
        glass, _, *texts = line.split()
        for text, place in zip(texts, [*places, ("", "log")], strict=True):
            own = [
                with_error(r.value, r.stderr)
                for r in three_readings.critical_strains()
                if (r.material, r.reading, r.source) == (glass, *place)
            ]
            assert text == min(own, default="–")


def test_narrow_and_wide(three_readings):
    """Cut between readings first; each part names the glasses again."""
    parts = critical_tables(three_readings, 50)
    assert [re.findall(r"\S+/\S+|any reading", p[0]) for p in parts] == [
        ["fixed/ellipsoid"], ["affine/sphere", "any reading"]
    ]  # fmt: skip
    for width in (50, 40):
        parts = critical_tables(three_readings, width)
        assert all(len(line) <= width for part in parts for line in part)
        assert all(part[2].startswith("a-SiO2") for part in parts)
    assert len(critical_tables(three_readings, 250)) == 1


def test_channels_are_named_once(three_readings):
    text = against(three_readings)
    assert text.count("xx+yy+zz") == text.count("yy-zz, yz") == 1
    assert "xx+yy+zz in fixed/ellipsoid" in text


def test_turned_strains_are_those_of_the_table(three_readings):
    """Later failures, which the table leaves out, have other strains: 0.2xx+yy+zz is of none."""
    (line,) = [n for n in notes(three_readings) if "name at small strain" in n]
    shown = {
        r.failing_strain
        for column in critical_columns(three_readings)
        for r in column.failures
        if r.channel == "xx+yy+zz"
    }
    shares = sorted(float(re.search(r"xx\+([\d.]+)yy", text)[1]) for text in shown)
    low, high = re.search(r"its strain is (\S+) to (\S+)\.$", line).groups()
    assert [low, high] == [f"xx+{share:.2f}yy+{share:.2f}zz" for share in (shares[0], shares[-1])]
    (line,) = [n for n in notes(three_readings, every_channel=True) if "name at small strain" in n]
    assert re.search(r" to 0\.\d+xx\+yy\+zz\.$", line)


def test_glasses_that_fail_in_different_channels(three_readings, monkeypatch):
    """Letters at the numbers, which the legend explains; other columns are named as before."""
    records = [
        replace(r, channel="xy") if (r.material, r.source) == ("PMMA", "log") else r
        for r in three_readings.critical_strains()
    ]
    monkeypatch.setattr(three_readings, "critical_strains", lambda: records)
    (lines,) = critical_tables(three_readings, 80)
    assert [line.split()[-1] for line in lines[2:]] == ["a"] * 11 + ["b"]
    assert against(three_readings).endswith("; a: yy-zz, yz; b: xy.")
    assert "xx+yy+zz in fixed/ellipsoid" in against(three_readings)


def test_a_group_wider_than_its_columns_and_a_long_name():
    first = [Column("", ("glass",), ("x" * 30, "b")), Column("", ("α",), ("0.5", "0.6"))]
    columns = [Column("a long group", ("e",), ("1", "2")), Column("g", ("e",), ("3", "4"))]
    (lines,) = grouped_table(first, columns, 80)
    assert lines == [
        "            a long group  g",
        "glass  α    e             e",
        "x" * 30,
        "       0.5  1             3",
        "b      0.6  2             4",
    ]


def test_terms_are_explained(three_readings):
    text = " ".join(notes(three_readings))
    for term in (
        "critical strains e",
        "α =",
        "sum:",
        "continuum:",
        "log formula:",
        "positions/domain",
        "parentheses",
    ):
        assert term in text
    assert "after 12 steps of N0 = 3" in text


def test_output_is_80_columns_wide_without_a_terminal(three_readings, capsys):
    print_results(three_readings)
    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    assert not any(line != line.rstrip() for line in shown)


def test_names_are_shown_as_they_are(changed, tmp_path, capsys):
    """Neither markup nor emoji; a glass may have any name."""
    names = ["[bold]soft[/bold]", ":snail:"]
    materials = (
        "[" + ", ".join(f"{{name: '{name}', alpha: 0.7{i}}}" for i, name in enumerate(names)) + "]"
    )
    config = changed(
        materials=materials, strain=STRAIN, lengths=MILLIMETRE, title="'[red] :snail:'"
    )
    print_results(rsrg.run(config, tmp_path / "run.h5"))
    shown = capsys.readouterr().out
    assert shown.startswith("[red] :snail:\n")
    assert all(f"\n{name}" in shown for name in names)


def test_every_channel_has_a_column(three_readings, capsys):
    print_results(three_readings, every_channel=True)
    lines = capsys.readouterr().out.splitlines()
    (number,) = [i for i, line in enumerate(lines) if line.count("log formula") == 2]
    # yy-zz and yz fail together, then the dilation
    assert re.split(r"  +", lines[number + 1])[-2:] == ["yy-zz, yz", "xx+yy+zz"]
    assert "Channel that fails" not in "".join(lines)


def test_one_of_a_thing():
    assert [counted(n, "step") for n in (0, 1, 18.2)] == ["0 steps", "1 step", "18.2 steps"]
    assert counted(1, "glass", "glasses") == "1 glass"
    assert counted(1200, "glass", "glasses") == "1,200 glasses"


def test_one_glass_and_one_step(command, changed, tmp_path):
    text = changed(materials="[a-SiO2]", lengths="{log_ratio: 0.6}").text()
    (tmp_path / "one.yaml").write_text(text)
    assert "1 glass × 2 readings × 5 strains, 1 step\n" in command("run", "-n", "one.yaml").stdout
    assert "after 1 step of N0" in command("run", "one.yaml", "--output", "one.h5").stdout


def test_a_strain_that_keeps_the_symmetry_has_nothing_to_save(changed, tmp_path):
    """Under hydrostatic strain M vanishes: its error is rounding, and no draws could be saved."""
    strain = "{tensor: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], values: [0.0, 0.5]}"
    run = rsrg.run(changed(strain=strain), tmp_path / "run.h5")
    assert np.max(run.read("coupling/M_stderr")) < 1e-12 * np.max(run.read("coupling/plain_stderr"))
    assert sampling_notes(run) == [
        "M is fixed by symmetry, whatever the 64 draws per step: it has no error."
    ]


def test_a_target_without_a_crossing(changed, tmp_path):
    sampling = "{samples: 256, target_error: 0.01, target_quantity: critical_strain}"
    run = rsrg.run(changed(sampling=sampling, lengths="{log_ratio: 0.6}"), tmp_path / "run.h5")
    assert not np.isfinite(run.read("critical/strain")).any()
    assert sampling_notes(run)[1] == (
        "Target error 0.01 of the first critical strains: there is no crossing to measure."
    )


def test_a_density_gives_the_unit_in_pascal(changed, tmp_path):
    """Silica: 2200 kg/m³ (3700 m/s)² = 30.12 GPa; nothing is said of a glass without density."""
    silica = "{name: silica, c_l: 5.9 km/s, c_t: 3.7 km/s, density: 2.2 g/cm3}"
    run = rsrg.run(changed(materials=f"[{silica}, a-SiO2]"), tmp_path / "run.h5")
    assert "The unit of χ, ρc_t², is 30.12 GPa in silica." in notes(run)
    assert not any("GPa" in line for line in notes(rsrg.run(changed(), tmp_path / "other.h5")))


class Marked:
    """A run whose glasses ran away, or overshot, at steps of one's own."""

    def __init__(self, run, **steps):
        self.run, self.steps = run, {f"flow/{name}": np.array(s) for name, s in steps.items()}

    def __getattr__(self, name):
        return getattr(self.run, name)

    def read(self, name):
        own = self.steps.get(name)
        return self.run.read(name) if own is None else own[:, None]

    def values(self, name, source="lattice", **index):
        own = self.steps.get(name)
        return self.run.values(name, source, **index) if own is None else own


def test_second_order_is_left_outwards_on_both_sides(changed, tmp_path):
    """At the strain nearest to zero on each side, and at the step of the glass that is first."""
    config = changed(
        flow="{update: second_order}", strain="{values: [-0.4, -0.2, 0.0, 0.3, 0.6]}",
        readings="[fixed/ellipsoid]",
    )  # fmt: skip
    run = Marked(
        rsrg.run(config, tmp_path / "both.h5"),
        runaway_step=[[3, -1, -1, -1, 4], [2, -1, -1, 6, 5]],
        transition_step=[[4, 5, -1, -1, -1], [4, 3, -1, -1, -1]],
    )
    lines = [n for n in notes(run) if n.startswith("  fixed/ellipsoid")]
    places = [re.search(r"from e = (\S+) on, step (\d+)\.", line).groups() for line in lines]
    assert places == [("0.3", "6"), ("-0.4", "2"), ("-0.2", "3")]
    (check,) = [c for c in trust(run) if c.subject == "second order"]
    assert "from e = -0.2 on" in check.reason
    run.steps["flow/transition_step"][0, 4] = 1
    (check,) = [c for c in trust(run) if c.subject == "second order"]
    assert "from e = -0.2 and 0.6 on" in check.reason
