"""All claims of the paper, put together."""

from rsrg.runs.paper.claim import Claim
from rsrg.runs.paper.claims_figures import FIGURES
from rsrg.runs.paper.claims_flow import FLOW
from rsrg.runs.paper.claims_formula import FORMULA_CLAIMS
from rsrg.runs.paper.claims_lengths import LENGTHS
from rsrg.runs.paper.claims_scales import SCALES
from rsrg.runs.paper.claims_sums import SUMS
from rsrg.runs.paper.claims_table import TABLE


def claims() -> list[Claim]:
    """Every quantitative claim of the paper, grouped by subject."""
    makers = (*SCALES, *FLOW, *FORMULA_CLAIMS, *FIGURES, *LENGTHS, *TABLE, *SUMS)
    return [make() for make in makers]
