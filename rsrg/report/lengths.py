"""Block sizes of a run as numbers with a unit, and as text: metres, or L₁ where none are known."""

from dataclasses import dataclass

import numpy as np

from rsrg.formatting import length
from rsrg.results.run import Run


@dataclass(frozen=True)
class Lengths:
    """Sizes L, (n,), in metres, or in units of L₁ where the run gives only ln(R/L₁)."""

    values: np.ndarray
    meters: bool

    @property
    def unit(self) -> str:
        """As an axis of a picture names it."""
        return "m" if self.meters else "$L_1$"

    def text(self, n: int, digits: int = 3) -> str:
        """One of them: `12 nm`, `81 L₁`. digits: significant ones of a multiple of L₁."""
        value = float(self.values[n])
        return length(value) if self.meters else f"{value:.{digits}g} L₁"


def step_lengths(run: Run) -> Lengths:
    """L_n after each step."""
    if "axes/length" in run.snapshot:
        return Lengths(run.read("axes/length"), True)
    return Lengths(run.read("axes/length_ratio"), False)


def generation_lengths(run: Run) -> Lengths:
    """L of every generation of a pool, the first blocks included."""
    ratios = run.read("axes/generation_length_ratio")
    if "axes/length" in run.snapshot:
        return Lengths(ratios * (run.read("axes/length")[0] / ratios[1]), True)
    return Lengths(ratios, False)
