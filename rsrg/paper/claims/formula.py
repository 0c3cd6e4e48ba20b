"""Claims about the closed form: Eqs. 4.1 to 4.6."""

import numpy as np

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, Number, between, equal, shown
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.elastic import inverse_elastic_susceptibility
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.log_formula import log_formula_coefficients, surface_averages
from rsrg.physics.volume_average import literal_coupling, volume_averages

STRAIN = 0.2  # where two formulas are compared; any other would do


def prefactor() -> float:
    """M of Eq. 4.1 as printed over the continuum limit of Eq. 3.7, entry xxxx, α = 0.7."""
    limit = continuum_coupling(STRAIN, EXAMPLE_ALPHA, "fixed", "ellipsoid")
    return float(literal_coupling(STRAIN, EXAMPLE_ALPHA)[0, 0] / limit[0, 0])


def prefactor_of_sum(n0: int) -> float:
    """The same over the sum (3.7) itself, exact lattice mean."""
    m = exact_coupling(STRAIN, EXAMPLE_ALPHA, n0, "fixed", "ellipsoid")
    return float(literal_coupling(STRAIN, EXAMPLE_ALPHA)[0, 0] / m[0, 0])


def one_over_two_pi() -> Claim:
    """The factor before the integral (4.1): 1/2π as printed, 1/4π by (3.7)."""
    return Claim(
        "prefactor",
        "Eqs. 3.7 and 4.1",
        "The continuum limit of (3.7) is (4.1), with 1/2π in front",
        (
            equal("(4.1) over the limit of (3.7)", prefactor(), 1.0, 1e-9),
            *(
                shown(f"(4.1) over the sum (3.7) itself, N0 = {n}", prefactor_of_sum(n), 5e-9)
                for n in (8, 64)
            ),
        ),
        call_text(prefactor),
        finding="3, b",
        comment="(4.1) taken literally is +2G: positive sign, twice the sum.",
    )


def volume_average(cutoff: float = 0.5) -> float:
    """⟨n_x²⟩ of Eq. 4.4 at e = 0.2, without a ball of this radius (1: the unstrained glass)."""
    return volume_averages(STRAIN, cutoff)[0]


def averages() -> Claim:
    """(4.5) is the average that (4.4) defines."""
    surface = surface_averages(STRAIN)[0]
    u, w = np.polynomial.legendre.leggauss(60)
    f = np.diag([1.0 + STRAIN, 1.0, 1.0])
    n = np.stack((u, np.sqrt(1.0 - u**2), 0.0 * u), axis=1)
    area = w * np.linalg.norm(n @ np.linalg.inv(f), axis=1)
    over_surface = float(area @ u**2 / area.sum())
    return Claim(
        "averages",
        "Eqs. 4.4 and 4.5",
        f"(4.5) is the average (4.4) over the ellipsoid: ⟨n_x²⟩ = {surface:.4f} at e = 0.2",
        tuple(
            Number(
                f"⟨n_x²⟩ by (4.4), cut off at r = {c:g}", v, surface, 1e-10, abs(v - surface) < 1e-9
            )
            for c in (0.5, 0.01)
            for v in (volume_average(c),)
        ),
        call_text(volume_average),
        "the average is over the surface of the deformed ellipsoid (weight its area) of the "
        "direction before deformation; the sign of the whole matrix is then the other one",
        (
            equal("⟨n_x²⟩ over the surface", over_surface, surface, 1e-9),
            shown("⟨n_x²⟩ − 1/3 by (4.5)", surface - 1 / 3),
            shown("⟨n_x²⟩ − 1/3 by (4.4), cut off at r = 0.5", volume_average(0.5) - 1 / 3),
        ),
        finding="2",
    )


def cutoff() -> Claim:
    """The averages (4.4) depend on the eccentricity, without a cut-off."""
    surface, limit = surface_averages(STRAIN)[0], volume_average(1e-300)
    return Claim(
        "cutoff",
        "Eq. 4.4",
        "The averages of (4.4) over the ellipsoid depend on its eccentricity",
        (
            Number("⟨n_x²⟩, cut off at r = 10⁻³⁰⁰, e = 0.2", limit, surface, 1e-10,
                   abs(limit - surface) < abs(limit - 1 / 3)),
        ),
        call_text(volume_average, 1e-300),
        "an inner cut-off keeps 1/r³ finite; without one the average is 1/3 at any strain",
        (between("⟨n_x²⟩ − 1/3, cut off at r = 0.5", volume_average(0.5) - 1 / 3, 1e-3, 1.0),),
        finding="b",
    )  # fmt: skip


def first_order_ratio() -> float:
    """Entry A of Eq. 4.3 over G_xxxx, α = 0.7, in the limit of no strain (e = 10⁻⁵)."""
    e = 1e-5
    g = continuum_coupling(e, EXAMPLE_ALPHA, "fixed", "ellipsoid")[0, 0]
    return float(log_formula_coefficients(e, EXAMPLE_ALPHA)[0] / g)


def first_order() -> Claim:
    """The formula's matrix is +G to first order in strain."""
    ratio = first_order_ratio()
    return Claim(
        "first-order",
        "Eqs. 4.1 to 4.5",
        "The matrix of (4.2) is the integral over the ellipsoid, +G to first order in strain",
        (equal("A/G_xxxx, e → 0", ratio, 1.0, 1e-3, 1e-8),),
        call_text(first_order_ratio),
        "V(e) is a sphere inside a strained bulk: affine positions, spherical domain, −G",
        (equal("A/(−G_xxxx), e → 0", -ratio, 1.0, 1e-3, 1e-8),),
        finding="2",
    )


def inverse_entry(contraction: str = "tensor") -> float:
    """xyxy component of (χ_el)⁻¹, α = 0.7, in 1/ρc_t²."""
    return float(inverse_elastic_susceptibility(EXAMPLE_ALPHA, contraction)[1, 1])  # type: ignore[arg-type]


def inverse_elastic() -> Claim:
    """(4.6) is the inverse of (2.10)."""
    return Claim(
        "inverse-elastic",
        "Eqs. 2.10 and 4.6",
        "(4.6) is the inverse of (2.10)",
        (equal("(χ_el)⁻¹_xyxy, all nine pairs", inverse_entry(), 1.0, 1e-12),),
        call_text(inverse_entry),
        "the inverse is that of the plain 6×6 matrix, each shear pair counted once",
        (equal("(χ_el)⁻¹_xyxy, plain 6×6", inverse_entry("six"), 1.0, 1e-12),),
        finding="5",
    )


def listed_shift() -> Claim:
    """The shift of C that the list before Fig. 3 gives."""
    return Claim(
        "listed-shift",
        "List before Fig. 3 (as scanned)",
        "C' = C + [1/(2 ln(R/L₁))] α/(4α − 1)",
        (equal("what (4.6) adds to C, × 2 ln(R/L₁)", inverse_entry("six"), 0.7 / 1.8, 1e-9),),
        call_text(inverse_entry, "six"),
        comment="Figures and Table I follow (4.6), not the list; the scan's second B' = F + … is "
        "D' = D + ….",
    )


FORMULA_CLAIMS = (one_over_two_pi, averages, cutoff, first_order, inverse_elastic, listed_shift)
