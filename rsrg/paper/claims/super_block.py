"""Claims on Eqs. 3.1 to 3.3, decided by the exact super block of Eqs. 2.14 and 2.17."""

import math

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, between, equal, shown
from rsrg.paper.super_block import pair_errors

NEAR, FAR, VERY_FAR = 8.0, 24.0, 64.0  # distances of two blocks, in block sizes
SMALL = 0.01  # a relative error below it is small, where the next order is below 1e-3
ROUNDING = 1e-8  # of an error over the change, which at r = 48 is 1e-5 of χ


def first_order_error(distance: float = FAR, mean_stress: bool = True) -> float:
    """Error of the change of χ of two 8-level blocks by Eq. 3.3, over the exact change."""
    return pair_errors(distance, mean_stress).first_order


def whole_first_order_error(distance: float = FAR) -> float:
    """The same with the stress term, where ⟨T⟩ ≠ 0."""
    return pair_errors(distance, True).whole


def first_order() -> Claim:
    """Eq. 3.3 follows from (2.14)."""
    apart = "Eq. 3.3, two 8-level blocks"
    return Claim(
        "super-block-first-order",
        "Eqs. 2.14, 2.17, 3.3",
        "(3.3) follows from the Hamiltonian (2.14) by perturbation theory",
        (
            between(
                f"error of δχ by {apart}, r = 24 L", first_order_error(), 0.0, SMALL, None, ROUNDING
            ),
            shown("the same at r = 48 L", first_order_error(2 * FAR), ROUNDING),
            shown("with the stress term χ⁽³⁾Λ⟨T⟩, r = 24 L", whole_first_order_error(), ROUNDING),
        ),
        call_text(first_order_error),
        "the blocks have no mean stress ⟨T⟩",
        (
            between(
                f"error of δχ by {apart} with ⟨T⟩ = 0, r = 24 L",
                first_order_error(FAR, False),
                0.0,
                SMALL,
                None,
                ROUNDING,
            ),
            between(
                "the same at r = 12 L",
                first_order_error(FAR / 2, False),
                0.0,
                SMALL,
                None,
                ROUNDING,
            ),
        ),
        finding="13",
        comment="Where ⟨T⟩ ≠ 0 the blocks feel the mean stress of the others, and that changes χ "
        "to first order in Λ, as (3.3) does. Errors are over the exact change δχ.",
    )


def size_projection(distance: float = FAR) -> float:
    """Exact change of |χ| along the change −|χ|M|χ| of the paper's sign, over it; ⟨T⟩ = 0."""
    return -pair_errors(distance, False).projection


def sign() -> Claim:
    """|χ|⁻¹ grows by M."""
    return Claim(
        "super-block-sign",
        "Eqs. 2.7, 3.3, 3.8",
        "With M, the size of χ changes as |χ|⁻¹ ← |χ|⁻¹ + M",
        (equal("−|χ|M|χ| along the exact change of |χ|, r = 24 L", size_projection(), 1.0, SMALL),),
        call_text(size_projection),
        "χ is the negative χ of (2.7), so that |χ|⁻¹ ← |χ|⁻¹ − M",
        (equal("−χMχ along the exact change of χ, r = 24 L", -size_projection(), 1.0, SMALL),),
        finding="10",
        comment="Two 8-level blocks without mean stress. 1: the same change; −1: the opposite one.",
    )


def error_exponent(mean_stress: bool = False) -> float:
    """Power of r in the error of δχ by the whole first order, between r = 24 and 48 block sizes."""
    sizes = [e.whole * e.change for e in (pair_errors(r, mean_stress) for r in (FAR, 2 * FAR))]
    return math.log(sizes[1] / sizes[0]) / math.log(2.0)


def perturbed_exponent() -> float:
    """The same of δχ by Eq. 3.1 put into Eq. 2.17."""
    sizes = [e.perturbed * e.change for e in (pair_errors(r, False) for r in (FAR, 2 * FAR))]
    return math.log(sizes[1] / sizes[0]) / math.log(2.0)


def second_order() -> Claim:
    """Eqs. 3.2 and 3.3 hold up to the second order in V."""
    return Claim(
        "super-block-second-order",
        "Eqs. 3.1 to 3.3",
        "(3.2) and (3.3) hold up to the second order in V ~ r⁻³, so that their error falls as r⁻⁹",
        (
            equal("power of r of the error by (3.3), ⟨T⟩ = 0", error_exponent(), -9.0, 0.1, 1e-4),
            shown("the same, ⟨T⟩ ≠ 0 and the stress term added", error_exponent(True), 1e-4),
            shown("the same by (3.1) put into (2.17), ⟨T⟩ = 0", perturbed_exponent(), 1e-3),
        ),
        call_text(error_exponent),
        finding="13",
        comment="An error that falls as r⁻⁶ is one of second order in V: (3.3) is of first order. "
        "So are the states that (3.1) prints.",
    )


def relaxation_error(distance: float = NEAR, mean_stress: bool = False) -> float:
    """Error of the change of χ_rel of two 8-level blocks by Eq. 3.2, over the exact change."""
    return pair_errors(distance, mean_stress).relaxation


def relaxation() -> Claim:
    """Eq. 3.2 by itself."""
    near, with_stress = pair_errors(NEAR, False), relaxation_error(VERY_FAR, True)
    near_error, far_error = relaxation_error(), relaxation_error(VERY_FAR)
    return Claim(
        "super-block-relaxation",
        "Eq. 3.2",
        "χ_rel changes by (3.2)",
        (
            between(
                "error of δχ_rel by (3.2), ⟨T⟩ = 0, r = 8 L", near_error, 0.0, 0.1, None, ROUNDING
            ),
            shown("of δχ_res by (3.3) minus (3.2), the same", near.resonance, ROUNDING),
            shown("of δχ by (3.3), the same", near.first_order, ROUNDING),
            shown("of δχ_rel by (3.2), ⟨T⟩ ≠ 0, r = 64 L", with_stress, ROUNDING),
        ),
        call_text(relaxation_error),
        "⟨T⟩ = 0, and ΛT² is far below the spacing of the levels, which (3.3) does not need",
        (
            between(
                "error of δχ_rel by (3.2), ⟨T⟩ = 0, r = 64 L", far_error, 0.0, 0.1, None, ROUNDING
            ),
        ),
        finding="13",
        comment="Two 8-level blocks. Where ΛT² is as large as the spacing of two levels, their "
        "part of χ goes from χ_res to χ_rel or back, which no expansion in Λ can give.",
    )


SUPER_BLOCK = (first_order, sign, second_order, relaxation)
