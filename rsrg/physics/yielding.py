"""The inverse problem: which start and how many steps would make a glass yield where glasses do.

χ_n⁻¹ = (f χ_el)⁻¹ ± n M(e) turns singular at a strain e where the product f n is

    f n = −1/min eig(±χ_el^½ M(e) χ_el^½),

the amplitude f of the first blocks' χ' = f χ_el times the number n of steps. Glasses yield at
strains of 0.02 to 0.1 (metallic ones near 0.02, polymers and oxides up to 0.1); M is linear in such
strains, so f n is large. Given f, n says how large the sample would be, R = L₁ N0ⁿ; given the
sample, f says how much softer than the elastic medium the first blocks would be.
"""

import math
from dataclasses import dataclass

from rsrg.physics.coupling_source import ExactCoupling, LatticeMean
from rsrg.physics.elastic import eigenvalues_against_compliance
from rsrg.physics.materials import Material
from rsrg.physics.readings import Reading
from rsrg.physics.recursion import whole_steps
from rsrg.physics.sign import Sign, sign_factor

YIELD_STRAINS = (0.02, 0.05, 0.1)  # of glasses in experiments
ROUNDING = 1e-9  # of M χ_el: the relative error of the exact mean
LARGEST_SAMPLE = 1.0  # m
LARGEST_AMPLITUDE = 1.0  # f: the first blocks answer no more to strain than the elastic medium


def amplitude_times_steps(
    source: ExactCoupling, strain: float, alpha: float, sign: Sign = "paper"
) -> float:
    """f n at which a glass fails first at a strain e_xx; infinite where no product suffices.

    Raises PhysicsError for α outside (1/4, 1), e ≤ −1 and an unknown sign.
    """
    m = sign_factor(sign) * source.coupling(strain, alpha)
    softest = float(eigenvalues_against_compliance(m, alpha)[0])
    return -1.0 / softest if softest < -ROUNDING else math.inf


@dataclass(frozen=True)
class Yielding:
    """What would make one glass yield at one strain, by the exact mean of the lattice sum.

    product: f n. log10_sample: log₁₀ of L₁ N0ⁿ in m, the size of sample that f = 1 would need.
    amplitude: the f that a sample of the given size R would need.
    """

    glass: str
    strain: float
    reading: str
    sign: Sign
    product: float
    log10_sample: float
    amplitude: float

    @property
    def possible(self) -> bool:
        """Whether a sample of at most LARGEST_SAMPLE, or an f of at most 1 at R, would do."""
        largest = math.log10(LARGEST_SAMPLE)
        return self.log10_sample <= largest or self.amplitude <= LARGEST_AMPLITUDE

    @property
    def verdict(self) -> str:
        """In words."""
        if self.possible:
            return "possible"
        return f"no: f = {self.amplitude:.3g}, or R = 10^{self.log10_sample:.0f} m"


def yielding(
    glass: Material,
    strain: float,
    reading: Reading,
    sign: Sign = "paper",
    n0: int = 3,
    start: float = 50e-10,
    sample: float = 1e-3,
) -> Yielding:
    """The product f n for a glass to yield at e_xx, and what it would mean for R and for f.

    Raises PhysicsError as `amplitude_times_steps`, and unless n0 is an integer ≥ 2.
    """
    product = amplitude_times_steps(LatticeMean(reading, n0), strain, glass.alpha, sign)
    log10_sample = math.log10(start) + product * math.log10(n0)
    amplitude = product / whole_steps(math.log(sample / start), n0)
    return Yielding(glass.name, strain, str(reading), sign, product, log10_sample, amplitude)
