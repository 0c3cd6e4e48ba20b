"""The claim that the sum over a strained body breaks it, against what one ellipsoid can do."""

import math

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, between, shown
from rsrg.paper.setting import EXAMPLE_ALPHA, TEXT_LOG
from rsrg.paper.shape import spheroid_steps
from rsrg.physics.coupling_source import formula_steps
from rsrg.physics.hill import least_steps_to_failure
from rsrg.physics.materials import TABLE_I
from rsrg.physics.sign import SIGN_NAMES, SIGNS

PLATE, NEEDLE = 1e-9, 1e9  # within 1e-8 of the limits of flat and of long
SHAPE_ERROR = 1e-7


def least_of_the_glasses() -> float:
    """The smallest bound 1/max(S, 1 − S) on n, over the twelve glasses of Table I."""
    return min(least_steps_to_failure(row.alpha) for row in TABLE_I)


def one_sum() -> Claim:
    """One sum over a strained super block makes χ negative."""
    bound = least_steps_to_failure(EXAMPLE_ALPHA)
    shapes = tuple(
        shown(f"n at which a {name} fails, {SIGN_NAMES[sign]}",
              spheroid_steps(x, EXAMPLE_ALPHA, sign), SHAPE_ERROR)
        for name, x in (("flat plate", PLATE), ("needle", NEEDLE))
        for sign in SIGNS
    )  # fmt: skip
    n = formula_steps(TEXT_LOG, 3)
    return Claim(
        "one-sum",
        "Secs. I and IV, Eq. 4.1",
        "The interaction of the blocks of one strained body turns χ negative",
        (
            between("least n at which any ellipsoid can fail, α = 0.7", bound, 0.0, 1.0),
            shown("the same, least of the twelve glasses", least_of_the_glasses()),
            *shapes,
        ),
        call_text(least_steps_to_failure, EXAMPLE_ALPHA),
        "the same shape term is added again at every length, n times",
        (
            between(
                "n from 50 Å to 1 mm at N0 = 3, against the needle with the Hamiltonian's sign",
                n,
                spheroid_steps(NEEDLE, EXAMPLE_ALPHA, "hamiltonian"),
                math.inf,
                error=1e-12,
            ),
        ),
        finding="e",
        comment="A theorem, which no number can undo: G = P(ellipsoid) − P(sphere), two Hill "
        "tensors between 0 and χ_el⁻¹: χ_el⁻¹ ± n G is positive for every ellipsoid up to "
        "n = 1/max(S, 1 − S) > 1, at any strain. In a body cut into blocks the shape term belongs "
        "to its outer surface alone, as a demagnetising field does.",
    )


SHAPE = (one_sum,)
