"""Claims about Figures 1 and 3 to 9: signs, critical eccentricities, scales, coefficients."""

import numpy as np

from rsrg.paper import setting
from rsrg.paper.claims.call_text import call_text, constant_text
from rsrg.paper.claims.claim import Claim, Number, between, equal, one_digit, printed, shown
from rsrg.paper.claims.table import AT_20
from rsrg.paper.curves import (
    NEEDLE,
    critical_eccentricity,
    formula_quantity,
    marked_values,
    paper_curve,
    smallest_coefficient,
    stress_curves,
)
from rsrg.paper.setting import EXAMPLE_ALPHA, TABLE_LOG, TEXT_LOG, formula_inverse_chi
from rsrg.physics.coupling_source import ROOT_ERROR


def negative_at_the_end(log_ratio: float = TEXT_LOG) -> int:
    """How many of the six eigenvalues of χ are negative at ε = 1, α = 0.7, plain 6×6."""
    x = formula_inverse_chi(NEEDLE, EXAMPLE_ALPHA, log_ratio, "six")
    return int((np.linalg.eigvalsh(x) < 0.0).sum())


def signs() -> Claim:
    """At ε = 1 three eigenvalues of χ are negative and three positive."""
    what = "eigenvalues of χ that are negative at ε = 1"
    return Claim(
        "signs",
        "Sec. IV, Figs. 3 to 8",
        "Three eigenvalues stay positive for all ε, three change sign",
        (equal(what, negative_at_the_end(), 3, 0),),
        call_text(negative_at_the_end),
        AT_20,
        (equal(what, negative_at_the_end(TABLE_LOG), 3, 0),),
        finding="1",
    )


def eccentricities() -> Claim:
    """The critical eccentricities of Figs. 6 to 8."""
    stated = (("xx+yy+zz", 0.580), ("yy-zz", 0.529), ("yz", 0.912))

    def numbers(log_ratio: float) -> tuple[Number, ...]:
        error = 2 * ROOT_ERROR  # dε/de is 1.15 where ε = 0.529, less beyond
        return tuple(
            printed(f"ε_crit of {c}", critical_eccentricity(c, log_ratio), paper, 3, error)
            for c, paper in stated
        )

    return Claim(
        "eccentricities",
        "Figs. 6 to 8",
        "ε_crit = 0.580, 0.529, 0.912 at α = 0.7",
        numbers(TEXT_LOG),
        call_text(critical_eccentricity, "xx+yy+zz", constant_text(setting, "TEXT_LOG")),
        AT_20,
        numbers(TABLE_LOG),
        finding="1",
        comment="–: never crosses.",
    )


def tenth() -> Claim:
    """The sizes of eigenvalues in Figs. 3, 4 and 6 to 8."""
    scale = [m for m in marked_values() if m.agreement == "order"]
    return Claim(
        "figure-scale",
        "Figs. 3, 4, 6 to 8",
        "χ's eigenvalues are of order 0.1 (Fig. 3), 0.2 falling to 0.02 (Fig. 4), and 0.6, 0.2, "
        "0.1 at ε = 0 (Figs. 6 to 8), in ρc_t²",
        tuple(
            Number(f"Fig. {m.figure}, {m.label}", m.ours, m.paper, 1e-10, m.agrees) for m in scale
        ),
        call_text(formula_quantity, 3, 0.0),
        "the figures are drawn at one tenth of what (4.2) and (4.6) give",
        tuple(
            Number(
                f"Fig. {m.figure}, {m.label}, a tenth", m.ours / 10, m.paper, 1e-10, m.tenth_agrees
            )
            for m in scale
        ),
        finding="8",
    )


def _coefficient(figure: int, lowest: float, start: float, comment: str) -> Claim:
    """One rule for both figures: the ends of the range, to the one digit that is printed."""

    def numbers(log_ratio: float) -> tuple[Number, ...]:
        _, value = smallest_coefficient(figure, log_ratio)
        at_rest = formula_quantity(figure, 0.0, log_ratio)
        return (
            one_digit("smallest coefficient", value, lowest, 1e-8),
            one_digit("at ε = 0", at_rest, start),
        )

    return Claim(
        f"figure-{figure}",
        f"Fig. {figure}",
        f"The coefficient of e_xx in the eigenvector lies between {start:g} and {lowest:g}",
        numbers(TABLE_LOG),
        call_text(smallest_coefficient, figure),
        "ln(R/L₁) = 12.206, not the 20 of Table I",
        numbers(TEXT_LOG),
        comment=comment,
    )


def figure_5() -> Claim:
    """The coefficient of Fig. 5 lies between −2 and −6."""
    _, lowest = smallest_coefficient(5)
    comment = f"Ends to one digit, as printed: {lowest:.3g} is −6, though it lies outside."
    return _coefficient(5, -6.0, -2.0, comment)


def figure_9() -> Claim:
    """The coefficient of Fig. 9 lies between 0.4 and 1."""
    comment = (
        "Ends to one digit, as printed. The caption says sixth eigenvector, the text fourth. "
        "Orthogonality makes the product with Fig. 5 −2 at every ε: −6 there means 1/3 here."
    )
    return _coefficient(9, 0.4, 1.0, comment)


def coefficient_signs() -> tuple[float, float]:
    """Largest coefficient of Fig. 5 and smallest of Fig. 9 over ε in [0, 1]."""
    curve = paper_curve()
    return float(curve.quantities[5].max()), float(curve.quantities[9].min())


def directions() -> Claim:
    """The coefficients of Figs. 5 and 9 keep their signs for all ε."""
    fifth, ninth = coefficient_signs()
    return Claim(
        "directions",
        "Sec. IV, Figs. 5 and 9",
        "The first coefficient is negative and the second positive for all ε",
        (
            between("largest coefficient of Fig. 5", fifth, -np.inf, -1e-9),
            between("smallest coefficient of Fig. 9", ninth, 1e-9, np.inf),
        ),
        call_text(coefficient_signs),
    )


def stress_pole() -> tuple[float, float]:
    """Residue of χ_tot,xxxx at its pole, in ρc_t², and the strain of the pole; the formula."""
    curve = stress_curves()[0].curve
    return curve.residues[0], curve.poles[0]


def first_slope() -> float:
    """χ_tot,xxxx = dσ_xx/de at e = 0 over the measured c_l²/c_t², by the formula; α = 0.7."""
    at_rest = stress_curves()[0].curve.susceptibility[0]
    return float(at_rest * (1.0 - EXAMPLE_ALPHA))


def figure_1() -> Claim:
    """χ_tot jumps from +∞ to −∞ at the critical strain."""
    residue, pole = stress_pole()
    first = stress_curves()[0].first_strain
    jump = between("residue r of χ_tot,xxxx = r/(e − e_c), (ρc_t²)", residue, -np.inf, -1e-9)
    gap = pole - float(first or np.nan)
    return Claim(
        "figure-1",
        "Fig. 1",
        "χ_tot jumps from positive to negative at the critical strain, where the stress drops",
        (
            jump,
            equal("pole e_c less the strain of first failure (yy−zz)", gap, 0.0, 1e-6, ROOT_ERROR),
            shown("its pole e_c", pole),
            shown("first slope over the measured modulus c_l²/c_t²", first_slope()),
        ),
        call_text(stress_pole),
        "the critical strain is that of xx+yy+zz; at the lower one, of yy−zz, χ_xxxx stays finite "
        "and the stress is smooth",
        (jump,),
        finding="12",
        comment="The stress itself diverges, as r ln|e − e_c|: linear response has no peak there. "
        "The curve begins with the slope of χ_tot = χ_el + χ = 2χ_el, twice the measured modulus "
        "c_l²/c_t²: χ' = χ_el counts the stiffness twice (finding 12).",
    )


FIGURES = (figure_1, signs, tenth, figure_5, eccentricities, figure_9, directions)
