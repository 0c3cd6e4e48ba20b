"""Claims about scales: Eqs. 3.5 and 3.6, and the temperature of Sec. V."""

import math

from rsrg.paper.claims.call_text import Verbatim, call_text
from rsrg.paper.claims.claim import Claim, Number, between, equal, printed, shown
from rsrg.paper.setting import START
from rsrg.physics.last_term import CUTOFF, critical_length, last_term, thermal_phonon_temperature
from rsrg.physics.materials import TABLE_I, glass

SILICA_DENSITY = 2200.0  # kg/m³, vitreous silica (handbook value; the paper gives none)


def silica_stiffness() -> float:
    """ρc_t² of a-SiO2, in Pa."""
    return SILICA_DENSITY * float(glass("a-SiO2").c_t or math.nan) ** 2


def silica_critical_length(cutoff: float = CUTOFF) -> float:
    """L_c of Eq. 3.6 for a-SiO2, in Å."""
    return critical_length(silica_stiffness(), cutoff) / 1e-10


def critical_length_value() -> Claim:
    """L_c of Eq. 3.6 is 27 Å."""
    return Claim(
        "critical-length",
        "Eq. 3.6",
        "L_c < (ħω_c/ρc²)^(1/3) ≈ 27 Å with ω_c ~ 10¹⁵ Hz",
        (
            printed("L_c, ω_c = 10¹⁵/s, a-SiO2, ρc_t² (Å)", silica_critical_length(), 27.0, 0),
            shown("L_c, ω_c = 2π·10¹⁵/s (Å)", silica_critical_length(2 * math.pi * CUTOFF)),
        ),
        call_text(silica_critical_length),
        finding="7",
    )


def below_start() -> Claim:
    """L_c of Eq. 3.6 is below the size L₁ of the first blocks."""
    value = silica_critical_length(2 * math.pi * CUTOFF)
    return Claim(
        "below-start",
        "Eq. 3.6",
        "L_c is smaller than L₁ = 50 Å",
        (between("larger of the two L_c (Å)", value, 0.0, 50.0),),
        call_text(silica_critical_length, Verbatim("2 * 3.141592653589793e15")),
        finding="7",
    )


def last_term_exponent() -> float:
    """d ln(last term)/d ln L between L₁ and 3 L₁."""
    low, high = (last_term(length, silica_stiffness()) for length in (START, 3 * START))
    return math.log(high / low) / math.log(3.0)


def irrelevant() -> Claim:
    """The last term of (3.3) falls as L⁻³."""
    first = last_term(START, silica_stiffness())
    return Claim(
        "last-term",
        "Eqs. 3.3 and 3.5",
        "The last term of (3.3) falls as L⁻³",
        (
            equal("exponent of L, from (3.5)", last_term_exponent(), -3.0, 1e-9),
            shown("its size at L₁ by (3.5), Σ over blocks, λ = 1 (ρc²)", first),
            shown("the same at 1 mm (ρc²)", last_term(1e-3, silica_stiffness())),
        ),
        call_text(last_term_exponent),
        comment="(3.5) has L⁻³ as a factor, if Im χ̃ is the same at every length. The size of the "
        "term as it stands: the claims above.",
        by_construction=True,
    )


def silica_temperature(polarization: str = "transverse", name: str = "a-SiO2") -> float:
    """T where thermal phonons of a-SiO2, or another glass, have wavelength L₁, in K."""
    material = glass(name)
    speed = material.c_l if polarization == "longitudinal" else material.c_t
    return thermal_phonon_temperature(START, float(speed or math.nan))


def sixty_kelvin() -> Claim:
    """At 60 K thermal phonons are as long as L₁."""

    def temperature(polarization: str, name: str = "a-SiO2") -> Number:
        what = f"T where h c/k_B T = L₁, {name}, {polarization} (K)"
        return between(what, silica_temperature(polarization, name), 55.0, 65.0, 60.0)

    def ends(polarization: str) -> tuple[Number, ...]:
        values = [silica_temperature(polarization, row.name) for row in TABLE_I]
        return tuple(
            shown(f"{end} of the twelve glasses, {polarization} (K)", value)
            for end, value in (("lowest", min(values)), ("highest", max(values)))
        )

    return Claim(
        "sixty-kelvin",
        "Abstract, Sec. V",
        "The model is valid below T ≈ 60 K, where thermal phonons are as long as L₁",
        (
            temperature("transverse"),
            temperature("longitudinal"),
            *ends("transverse"),
            *ends("longitudinal"),
        ),
        call_text(silica_temperature),
        "the phonons are longitudinal and the glass is a-SiO2 or BK7",
        (temperature("longitudinal"), temperature("longitudinal", "BK7")),
        comment="Sec. V has the inequality the wrong way round: the wavelength must exceed L₁.",
    )


SCALES = (critical_length_value, below_start, irrelevant, sixty_kelvin)
