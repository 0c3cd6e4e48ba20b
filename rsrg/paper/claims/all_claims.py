"""All claims of the paper, put together."""

from rsrg.paper.claims.claim import Claim
from rsrg.paper.claims.figures import FIGURES
from rsrg.paper.claims.flow import FLOW
from rsrg.paper.claims.formula import FORMULA_CLAIMS
from rsrg.paper.claims.lengths import LENGTHS
from rsrg.paper.claims.scales import SCALES
from rsrg.paper.claims.sums import SUMS
from rsrg.paper.claims.super_block import SUPER_BLOCK
from rsrg.paper.claims.table import TABLE
from rsrg.paper.claims.transition import TRANSITION


def claims() -> list[Claim]:
    """Every quantitative claim of the paper, by subject, those that decide most first."""
    makers = (
        *TRANSITION,
        *SUPER_BLOCK,
        *SUMS,
        *FLOW,
        *TABLE,
        *FORMULA_CLAIMS,
        *FIGURES,
        *LENGTHS,
        *SCALES,
    )
    return [make() for make in makers]
