"""The claim that blocks of χ' = χ_el are a sound start, against the stability of their bulk."""

import math
from collections.abc import Iterator

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, Number, between, shown
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.physics.bulk_stability import bulk_stability, critical_amplitude, instability_strain
from rsrg.physics.lattices import LATTICES
from rsrg.physics.sign import SIGNS, Sign

SEARCH_ERROR = 1e-8  # of an eigenvalue, by `bulk_stability`
STRAIN_ERROR = 1e-6
SMALL_AMPLITUDE = 1.0 / 12.0  # the size that Sec. IV gives χ at 1 mm, over χ_el


def lowest_eigenvalue(lattice: str, sign: Sign = "paper", amplitude: float = 1.0) -> float:
    """Lowest eigenvalue of (f χ_el)⁻¹ ± m(k) over all k, no strain, α = 0.7, in 1/ρc_t²."""
    return bulk_stability(lattice, EXAMPLE_ALPHA, 0.0, sign, amplitude).eigenvalue


def least_critical_amplitude() -> float:
    """The least f_c of the registered lattices and both signs, no strain, α = 0.7."""
    return min(
        critical_amplitude(lattice, EXAMPLE_ALPHA, 0.0, sign)
        for lattice in LATTICES
        for sign in SIGNS
    )


def _start_of_the_paper() -> Iterator[Number]:
    """How stable f = 1 is, the paper's start, by lattice and sign; and which f would be stable."""
    for lattice in LATTICES:
        yield between(
            f"lowest eigenvalue over k, {lattice}, paper's sign, f = 1 (1/ρc_t²)",
            lowest_eigenvalue(lattice),
            0.0,
            math.inf,
            error=SEARCH_ERROR,
        )
    for lattice in LATTICES:
        yield shown(
            f"the same, {lattice}, Hamiltonian's sign",
            lowest_eigenvalue(lattice, "hamiltonian"),
            SEARCH_ERROR,
        )
    yield shown(
        "strain e_xx from which fcc is unstable, Hamiltonian's sign, no renormalization",
        instability_strain("fcc", EXAMPLE_ALPHA, "hamiltonian"),
        STRAIN_ERROR,
    )
    yield shown("f_c, the least of all lattices and signs", least_critical_amplitude(), 1e-7)


def sound_start() -> Claim:
    """Blocks with χ' = χ_el are stable before any strain."""
    return Claim(
        "sound-start",
        "Eqs. 3.9 and 3.10",
        "The flow starts from blocks with χ' = χ_el, stable as long as there is no strain",
        tuple(_start_of_the_paper()),
        call_text(lowest_eigenvalue, "sc"),
        "χ' = f χ_el has f below the least f_c, such as f = 1/12",
        (
            between(
                "the lowest of all lattices and both signs, f = 1/12",
                min(lowest_eigenvalue(x, s, SMALL_AMPLITUDE) for x in LATTICES for s in SIGNS),
                0.0,
                math.inf,
                error=SEARCH_ERROR,
            ),
        ),
        finding="f",
        comment="Infinite lattices of coupled blocks, χ'⁻¹ ± m(k): where it has a negative "
        "eigenvalue, blocks change their stress by themselves, in the pattern of that k.",
    )


STABILITY = (sound_start,)
