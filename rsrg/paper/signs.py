"""Both signs of the flow at the paper's lengths, for α = 0.7 and N0 = 3."""

import numpy as np

from rsrg.paper.setting import EXAMPLE_ALPHA, TEXT_LOG
from rsrg.physics.arrays import Array
from rsrg.physics.coupling_source import ExactCoupling
from rsrg.physics.first_failure import Loading
from rsrg.physics.pairs import weighted
from rsrg.physics.recursion import whole_steps
from rsrg.physics.sign import Sign
from rsrg.physics.strain_path import strain_path

N0 = 3
STEPS = whole_steps(TEXT_LOG, N0)


def lowest_eigenvalues(source: ExactCoupling, strains: Array, sign: Sign) -> Array:
    """The lowest eigenvalue of χ⁻¹ = χ_el⁻¹ ± n M(e) at each strain e_xx, (strains,), 1/ρc_t²."""
    x = [source.inverse_chi(float(e), EXAMPLE_ALPHA, STEPS, "tensor", sign) for e in strains]
    return np.asarray(np.linalg.eigvalsh(weighted(np.array(x), "tensor"))[:, 0])


def first_failures(
    source: ExactCoupling, strain: str = "xx", sign: Sign = "paper", steps: float = STEPS
) -> tuple[float, float]:
    """The first strains that break the glass stretched, e > 0, and compressed, e < 0.

    strain: a kind of strain (see `physics.strain_path`). NaN where nothing fails.
    """
    sides = Loading(strain_path(strain)).crossings(source, EXAMPLE_ALPHA, steps, sign)
    stretched, compressed = (side[0].strain if side else float("nan") for side in sides)
    return stretched, compressed
