"""Everything computed as plain data: the machine-readable side of the page."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rsrg.formatting import finite
from rsrg.paper.claims.claim import Claim
from rsrg.paper.curves import Marked, StressCurve
from rsrg.paper.geometry import FailingStrain
from rsrg.paper.tables import Tables

UNITS = {
    "strain": "1",
    "susceptibility, stress": "rho c_t^2",
    "coupling, inverse susceptibility": "1/(rho c_t^2)",
}


def claim_data(claim: Claim) -> dict[str, Any]:
    """A claim with its verdict."""
    return {
        **asdict(claim),
        "verdict": claim.verdict,
        "condition": claim.condition if claim.verdict == "reproduced only if" else "",
    }


def paper_data(
    tables: Tables,
    marked: Sequence[Marked],
    stress: Sequence[StressCurve],
    failing: Sequence[FailingStrain],
    claims: Sequence[Claim],
) -> dict[str, Any]:
    """The content of paper.json."""
    data = {
        "source": "D. Zhou, arXiv:1602.04535",
        "units": UNITS,
        "claims": [claim_data(c) for c in claims],
        "table_1": [
            {**asdict(c), "difference": c.difference, "matches": c.matches} for c in tables.formula
        ],
        "table_1_from_sums": [{**asdict(c), "log_ratio_reached": c.reached} for c in tables.sums],
        "alpha": [{**asdict(r), "differs": r.differs, "allowed": r.allowed} for r in tables.alphas],
        "figures": {
            "1": [
                {
                    "curve": c.label,
                    "first_failure": c.first_strain,
                    "channel": c.first_channel,
                    "poles": c.curve.poles,
                    "residues": c.curve.residues,
                    "strain": c.curve.strains[::20],
                    "stress": c.curve.stress[::20],
                    "susceptibility": c.curve.susceptibility[::20],
                }
                for c in stress
            ],
            "3 to 9": [{**asdict(m), "agrees": m.agrees} for m in marked],
            "10": [asdict(f) for f in failing],
        },
    }
    return dict(finite(data))
