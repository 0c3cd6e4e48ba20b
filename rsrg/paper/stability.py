"""The phase diagram of the bulk: f_c of each lattice and sign against strain and against α."""

from dataclasses import dataclass

import numpy as np

from rsrg.ensemble.packing_rows import mean_and_error, random_packing
from rsrg.ensemble.packing_stability import packing_critical_amplitude
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.physics.arrays import Array
from rsrg.physics.bulk_stability import COARSE, critical_amplitude
from rsrg.physics.lattices import LATTICES
from rsrg.physics.sign import SIGNS, Sign
from rsrg.sums.ewald.nufft import is_installed

STRAINS = np.linspace(-0.3, 0.6, 7)
ALPHAS = np.linspace(0.3, 0.95, 6)
PACKING_STRAINS = (0.0, 0.3)
PACKING_BLOCKS, PACKINGS = 216, 3


@dataclass(frozen=True, eq=False)
class PhaseLine:
    """f_c of one lattice and sign: at each strain e_xx for α = 0.7, and at each α at rest."""

    bulk: str
    sign: Sign
    against_strain: Array
    against_alpha: Array


@dataclass(frozen=True)
class PackingPoint:
    """f_c of random packings at a strain, α = 0.7: the mean and its standard error."""

    sign: Sign
    strain: float
    amplitude: float
    error: float


def phase_lines(strains: Array = STRAINS, alphas: Array = ALPHAS) -> list[PhaseLine]:
    """f_c of all registered lattices and both signs."""

    def line(lattice: str, sign: Sign) -> PhaseLine:
        by_strain = [
            critical_amplitude(lattice, EXAMPLE_ALPHA, float(e), sign, COARSE) for e in strains
        ]
        by_alpha = [critical_amplitude(lattice, float(a), 0.0, sign, COARSE) for a in alphas]
        return PhaseLine(lattice, sign, np.array(by_strain), np.array(by_alpha))

    return [line(lattice, sign) for lattice in LATTICES for sign in SIGNS]


def packings_are_summed() -> bool:
    """Whether random packings can be summed: finufft is installed."""
    return is_installed()


def packing_points(
    strains: tuple[float, ...] = PACKING_STRAINS, blocks: int = PACKING_BLOCKS
) -> list[PackingPoint]:
    """f_c of some random packings and both signs; none where finufft is not installed."""
    if not packings_are_summed():
        return []
    packings = [random_packing(blocks, seed) for seed in range(PACKINGS)]

    def point(sign: Sign, e: float) -> PackingPoint:
        fc = [packing_critical_amplitude(*packing, EXAMPLE_ALPHA, e, sign) for packing in packings]
        return PackingPoint(sign, e, *mean_and_error(fc))

    return [point(sign, e) for sign in SIGNS for e in strains]
