"""The figure and the claim on the stability of the bulk."""

import math

import numpy as np
import pytest

import rsrg
from rsrg.paper import stability
from rsrg.paper.claims.stability import lowest_eigenvalue, sound_start
from rsrg.paper.page import stability_figure
from rsrg.physics.bulk_stability import critical_amplitude
from rsrg.sums.ewald import nufft


@pytest.fixture
def few(monkeypatch):
    """Two lattices, two strains, two α, packings of few blocks."""
    strains, alphas = np.array([0.0, 0.3]), np.array([0.4, 0.7])
    for module in (stability, stability_figure):
        monkeypatch.setattr(module, "PACKING_BLOCKS", 33)
    monkeypatch.setattr(stability, "PACKINGS", 2)
    monkeypatch.setattr(stability, "LATTICES", {"sc": None, "fcc": None})
    monkeypatch.setattr(stability_figure, "STRAINS", strains)
    monkeypatch.setattr(stability_figure, "ALPHAS", alphas)
    lines, points = stability.phase_lines(strains, alphas), stability.packing_points((0.0,), 33)
    monkeypatch.setattr(stability_figure, "phase_lines", lambda: lines)
    monkeypatch.setattr(stability_figure, "packing_points", lambda: points)
    return lines, points


def test_the_lines_are_critical_amplitudes(few):
    lines, points = few
    assert [(line.bulk, line.sign) for line in lines][:2] == [
        ("sc", "paper"),
        ("sc", "hamiltonian"),
    ]
    for line in lines:
        at_rest = critical_amplitude(line.bulk, 0.7, 0.0, line.sign)
        for value in (line.against_strain[0], line.against_alpha[1]):  # α = 0.7, e = 0: one point
            assert value == pytest.approx(at_rest, abs=1e-6)  # 8³ and 16³ wave vectors
    assert [p.sign for p in points] == ["paper", "hamiltonian"]
    assert all(p.error > 0.0 for p in points)


def test_the_figure(few, tmp_path):
    for path in stability_figure.stability_figure(tmp_path):
        assert path.stat().st_size > 10_000


def test_the_text_for_who_cannot_see_the_figure(few):
    """Stars are lowest, beside sc; where none are drawn, none are in the text."""
    _, points = few
    assert points
    assert "sc and random packings are lowest" in stability_figure.stability_alt()
    assert "finufft" not in stability_figure.stability_alt()


def test_no_packings_without_finufft(monkeypatch):
    monkeypatch.setattr(stability, "is_installed", lambda: False)
    assert stability.packing_points() == []
    assert "sc is lowest" in stability_figure.stability_alt()
    assert "they need finufft" in stability_figure.stability_alt()
    assert nufft.is_installed()  # so that the other tests are of something


def test_the_claim():
    """PHYSICS §8.5, the paper's sign: sc −0.128 on the grid and −0.130 beside it."""
    claim = sound_start()
    assert claim.verdict == "reproduced only if"
    assert claim.numbers[0].value == pytest.approx(-0.13018, abs=5e-6)  # the digits given
    assert claim.numbers[0].value == lowest_eigenvalue("sc")
    assert all(n.value < 0.0 for n in claim.numbers[:4])
    assert all(math.isfinite(n.error) for n in claim.numbers + claim.under)
    assert eval(claim.call, {"rsrg": rsrg}) == claim.numbers[0].value
