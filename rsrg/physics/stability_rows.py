"""Is the bulk of a glass stable by itself? All registered lattices, for both signs."""

from collections.abc import Iterator
from dataclasses import dataclass

from rsrg.physics.bulk_stability import (
    STRAIN_MAX,
    bulk_stability,
    critical_amplitude,
    instability_strain,
)
from rsrg.physics.lattices import LATTICES
from rsrg.physics.sign import SIGNS, Sign


@dataclass(frozen=True)
class StabilityRow:
    """One kind of bulk under one sign: its lowest eigenvalue, f_c and strain of instability.

    bulk: a lattice, or `rsa`, random packings of so many blocks. eigenvalue: the lowest at rest, in
    1/ρc_t². critical_amplitude: f_c. strain: the least e_xx where it is unstable: 0 without strain,
    infinite for none. Of a lattice errors are zero, and wave_vector is k of the softest mode, in
    radians per block size; of packings errors are standard errors of the mean, and participating is
    the number of blocks in that mode.
    """

    bulk: str
    sign: Sign
    eigenvalue: float
    critical_amplitude: float
    strain: float
    eigenvalue_error: float = 0.0
    critical_amplitude_error: float = 0.0
    strain_error: float = 0.0
    wave_vector: tuple[float, ...] | None = None
    blocks: int | None = None
    participating: float | None = None


def lattice_rows(
    alpha: float, amplitude: float = 1.0, strain_max: float = STRAIN_MAX
) -> Iterator[StabilityRow]:
    """Every registered lattice of blocks with χ' = f χ_el, f = amplitude, and both signs.

    Raises PhysicsError unless 1/4 < α < 1 and amplitude > 0.
    """
    for lattice in LATTICES:
        for sign in SIGNS:
            softest = bulk_stability(lattice, alpha, 0.0, sign, amplitude)
            yield StabilityRow(
                lattice,
                sign,
                softest.eigenvalue,
                critical_amplitude(lattice, alpha, 0.0, sign),
                instability_strain(lattice, alpha, sign, amplitude, strain_max=strain_max),
                wave_vector=tuple(float(x) for x in softest.wave_vector),
            )
