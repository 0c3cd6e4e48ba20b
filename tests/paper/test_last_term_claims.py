"""The last term of (3.3) for twelve glasses: claims, figure, and numbers another way."""

import importlib

import numpy as np
import pytest

from rsrg.paper.claims.last_term import LAST_TERM
from rsrg.paper.last_term import DENSITY, START, glass_term, glass_terms, stiffness
from rsrg.paper.page.last_term_figure import last_term_figure
from rsrg.physics.last_term_tensor import direction_average, last_term_tensor, relative_size
from rsrg.physics.materials import GLASSES, TABLE_I


def test_every_glass_has_a_density():
    assert list(DENSITY) == [row.name for row in TABLE_I]
    assert stiffness("a-SiO2") == pytest.approx(2200.0 * 3800.0**2)


def test_lengths_are_where_the_terms_meet():
    for term in glass_terms():
        alpha = GLASSES[term.name].alpha
        for length, other in ((term.length, 1.0), (term.against_correction, term.correction)):
            tensor, _ = last_term_tensor(alpha, 1e-10 * length, stiffness(term.name))
            assert relative_size(tensor, alpha) == pytest.approx(other, rel=1e-12)
        assert term.size == pytest.approx((1e-10 * term.length / START) ** 3, rel=1e-12)  # L⁻³


def test_claims_and_their_calls():
    claims = {claim.key: claim for claim in (make() for make in LAST_TERM)}
    assert claims["last-term-negligible"].verdict == "reproduced"
    assert claims["lambda-order"].verdict == "not reproduced"
    assert claims["lambda-order"].numbers[0].value == pytest.approx(24.0, rel=1e-14)
    for claim in claims.values():
        name, arguments = claim.call[:-1].split("(", 1)
        module, function = name.rsplit(".", 1)
        assert arguments == ""
        value = getattr(importlib.import_module(module), function)()
        assert value == pytest.approx(claim.numbers[0].value, rel=1e-12)


def test_silica():
    """−(4 ln 2/32π⁴)(ħω_c/ρc_t² L³) Σ d⁻⁶ times the average, by its own arithmetic."""
    scale = 1.054571817e-34 * 1e15 / (2200 * 3800**2) / (50e-10) ** 3
    factor = -np.log(2) / (8 * np.pi**4) * scale * 8.401923975
    expected = factor * direction_average(GLASSES["a-SiO2"].alpha)[0]
    np.testing.assert_allclose(glass_term("a-SiO2").at_start, expected, rtol=1e-7)  # of ħ, Σ d⁻⁶


def test_figure(tmp_path):
    written = last_term_figure(tmp_path)
    assert [p.name for p in written] == ["figure_last_term.png", "figure_last_term.svg"]
    assert all(p.stat().st_size > 10_000 for p in written)
