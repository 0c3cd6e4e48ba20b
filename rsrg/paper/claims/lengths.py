"""Claims about the lengths L₁ and R, and about sizes far from failure."""

import math

import numpy as np

from rsrg.paper import setting
from rsrg.paper.claims.call_text import call_text, constant_text
from rsrg.paper.claims.claim import Claim, between, order, printed
from rsrg.paper.setting import EXAMPLE_ALPHA, TEXT_LOG, formula_critical, formula_inverse_chi
from rsrg.physics.pairs import weighted


def log_ratio() -> Claim:
    """ln(R/L₁) is about 12."""
    return Claim(
        "log-ratio",
        "Sec. IV, before Table I",
        "ln(R/L₁) ≈ 12 for R ≈ 1 mm, L₁ ≈ 50 Å",
        (printed("ln(R/L₁)", TEXT_LOG, 12.0, 0),),
        constant_text(setting, "TEXT_LOG"),
        finding="1",
    )


def change_with_start(factor: float = 0.5) -> float:
    """Relative change of e_crit^(2) when L₁ = 50 Å is multiplied by a factor; α = 0.7, R = 1 mm."""
    old = formula_critical(EXAMPLE_ALPHA, TEXT_LOG)["yy-zz"]
    return formula_critical(EXAMPLE_ALPHA, TEXT_LOG - math.log(factor))["yy-zz"] / old - 1.0


def start_length() -> Claim:
    """Critical strains are not sensitive to L₁: halved and doubled."""
    return Claim(
        "start-length",
        "Sec. III",
        "The result depends on L₁ only logarithmically and is not sensitive to it",
        tuple(
            between(
                f"relative change of e_crit^(2), L₁ × {f:g}",
                change_with_start(f),
                -0.1,
                0.1,
                error=1e-7,  # two roots, over the strain
            )
            for f in (0.5, 2.0)
        ),
        call_text(change_with_start),
        comment="Not sensitive: a factor 2 in L₁ changes the strain by less than a tenth.",
    )


def susceptibility_ratio(strain: float = 0.1) -> float:
    """Smallest eigenvalue of χ over that of χ_el, formula, α = 0.7, R = 1 mm, L₁ = 50 Å."""
    x = formula_inverse_chi(strain, EXAMPLE_ALPHA, TEXT_LOG, "tensor")
    at_rest = formula_inverse_chi(0.0, EXAMPLE_ALPHA, TEXT_LOG, "tensor")
    low, start = (float(np.linalg.eigvalsh(weighted(y, "tensor"))[-1]) for y in (x, at_rest))
    return start / low


def order_below_elastic() -> Claim:
    """Far from the critical strain χ is an order of magnitude below χ_el."""
    return Claim(
        "one-order",
        "Sec. IV, before Table I",
        "Away from the critical strain χ ~ ρc²/ln(R/L₁), an order of magnitude below χ_el",
        tuple(
            order(f"smallest eigenvalue of χ over that of χ_el at e = {e:g}", value, 1 / 12)
            for e in (0.1, 0.0)
            for value in (susceptibility_ratio(e),)
        ),
        call_text(susceptibility_ratio),
        comment="Without strain M = 0, so χ does not flow and stays χ_el, whatever R.",
    )


LENGTHS = (log_ratio, start_length, order_below_elastic)
