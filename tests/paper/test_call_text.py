"""Calls that claims show are written from the functions themselves."""

import pytest

import rsrg
from rsrg.paper import setting
from rsrg.paper.claims.call_text import Verbatim, call_text, constant_text
from rsrg.paper.setting import TEXT_LOG, formula_critical


def test_names_arguments_and_constants():
    call = call_text(formula_critical, 0.7, constant_text(setting, "TEXT_LOG"), "six")
    assert call == "rsrg.paper.setting.formula_critical(0.7, rsrg.paper.setting.TEXT_LOG, 'six')"
    assert eval(call, {"rsrg": rsrg}) == formula_critical(0.7, TEXT_LOG)
    assert call_text(formula_critical, Verbatim("7 / 10")).endswith("formula_critical(7 / 10)")


def test_a_constant_that_is_gone():
    with pytest.raises(AttributeError, match="NO_SUCH"):
        constant_text(setting, "NO_SUCH")
