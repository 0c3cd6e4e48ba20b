"""All claims of the paper, put together."""

from rsrg.paper.claims.claim import Claim
from rsrg.paper.claims.figures import FIGURES
from rsrg.paper.claims.flow import FLOW
from rsrg.paper.claims.formula import FORMULA_CLAIMS
from rsrg.paper.claims.last_term import LAST_TERM
from rsrg.paper.claims.lengths import LENGTHS
from rsrg.paper.claims.scales import SCALES
from rsrg.paper.claims.shape import SHAPE
from rsrg.paper.claims.stability import STABILITY
from rsrg.paper.claims.steps import STEPS
from rsrg.paper.claims.sums import SUMS
from rsrg.paper.claims.super_block import SUPER_BLOCK
from rsrg.paper.claims.table import TABLE
from rsrg.paper.claims.transition import (
    literal_scatter,
    other_strains,
    sign_of_the_flow,
    yield_strains,
)


def claims() -> list[Claim]:
    """Every quantitative claim of the paper, by subject, those that decide most first."""
    makers = (
        *(sign_of_the_flow, *SUPER_BLOCK, *SHAPE, *STEPS, *STABILITY),
        *(yield_strains, literal_scatter, other_strains, *LAST_TERM),
        *(*SUMS, *FLOW, *TABLE, *FORMULA_CLAIMS, *FIGURES, *LENGTHS, *SCALES),
    )
    return [make() for make in makers]
