"""Claims about susceptibilities and their flow: Eqs. 2.7, 3.2 to 3.4, 3.8 to 3.10."""

import numpy as np

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, Number, between, equal, shown
from rsrg.paper.setting import EXAMPLE_ALPHA, TEXT_LOG, formula_critical
from rsrg.physics.arrays import Array
from rsrg.physics.channels import strain_channels
from rsrg.physics.coupling_source import formula_steps
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.hill import hill_tensor
from rsrg.physics.linear_response import level_response
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.pairs import inverse, weighted
from rsrg.physics.recursion import Update, flow
from rsrg.physics.relaxation import (
    Resonance,
    channel_ratio,
    fixed_point_multipliers,
    relaxation_flow,
)
from rsrg.physics.strain import strain_direction

STRAIN = 0.1
N0 = 3
STEPS = 11  # ⌊ln(R/L₁)/ln 3⌋
SEED, LEVELS = 2016, 12


def _coupling(strain: float) -> Array:
    return log_formula_coupling(strain, EXAMPLE_ALPHA, N0)


def _channel(name: str) -> Array:
    channels = strain_channels(strain_direction("xx"))
    return np.asarray(channels.vectors[channels.names.index(name)])


def random_levels(seed: int = SEED, levels: int = LEVELS) -> tuple[Array, Array]:
    """Energies in k_B T, (n,), and hermitian stress matrices, (3, 3, n, n), of one random block."""
    rng = np.random.Generator(np.random.Philox(seed))
    a = rng.normal(size=(3, 3, levels, levels)) + 1j * rng.normal(size=(3, 3, levels, levels))
    a = a + a.swapaxes(0, 1)
    return rng.normal(size=levels), a + a.conj().swapaxes(-1, -2)


def largest_eigenvalues() -> tuple[float, float]:
    """Largest eigenvalue of χ_rel and of χ_res of Eq. 2.7, over their size; one random block."""
    result = []
    for chi in level_response(*random_levels()):
        values = np.linalg.eigvalsh(weighted(chi, "tensor"))
        result.append(float(values[-1] / np.abs(values).max()))
    return result[0], result[1]


def response_signs() -> Claim:
    """χ_rel and χ_res of Eq. 2.7 have opposite signs."""
    rel, res = largest_eigenvalues()
    return Claim(
        "response-signs",
        "Eqs. 2.7 and 3.4",
        "χ_rel and χ_res have opposite signs, as χ_rel = −2χ_res needs",
        (
            between("largest eigenvalue of χ_rel, over its size", rel, 0.0, 1.0),
            shown("largest eigenvalue of χ_res, over its size", res),
        ),
        call_text(largest_eigenvalues),
        finding="10",
        comment="As printed both are negative, whatever the levels: each is minus a sum of "
        "squares. So χ = χ_rel + χ_res is negative, strain lowers the energy, and its size flows "
        "with the other sign of M (claim `sign`); and χ_rel = −2χ_res cannot be reached.",
    )


def largest_multiplier(strain: float = STRAIN) -> float:
    """Growth per step of the least stable deviation from χ_rel = −2χ_res = 2χ_el, χ_res frozen."""
    chi = elastic_susceptibility(EXAMPLE_ALPHA)
    return float(np.abs(fixed_point_multipliers(-chi, _coupling(strain))).max())


def hardening_multiplier(strain: float = STRAIN) -> float:
    """The same for a deviation in the xy channel, which hardens."""
    chi, v = elastic_susceptibility(EXAMPLE_ALPHA), _channel("xy")
    products = [float(v @ weighted(x, "tensor") @ v) for x in (chi, _coupling(strain))]
    return 1.0 - 2.0 * products[0] * products[1]


def frozen() -> Claim:
    """χ_rel = −2χ_res is a stable fixed point if χ_res is frozen."""
    return Claim(
        "fixed-point-frozen",
        "Eq. 3.4",
        "χ_rel always flows to −2χ_res, a stable fixed point (χ_res frozen)",
        (
            between("largest growth factor per step, e = 0.1", largest_multiplier(), 0.0, 1 - 1e-9),
            shown("χ_rel/χ_res of xy after 11 steps from −2", ratio_after("frozen")),
        ),
        call_text(largest_multiplier),
        "the channel hardens (M > 0); in channels that soften, and later fail, it repels",
        (between("growth factor in xy, e = 0.1", hardening_multiplier(), -1.0, 1 - 1e-9),),
        finding="6",
    )


def ratio_after(mode: Resonance = "flowing", steps: int = STEPS, strain: float = STRAIN) -> float:
    """χ_rel/χ_res in xy after some steps from −2, χ = χ_el at the start."""
    chi = elastic_susceptibility(EXAMPLE_ALPHA)
    rel, res = relaxation_flow(2.0 * chi, -chi, _coupling(strain), steps, mode)
    return float(channel_ratio(rel, res, _channel("xy"))[-1])


def flowing() -> Claim:
    """χ_rel = −2χ_res stays under (3.2) with (3.3)."""
    return Claim(
        "fixed-point-flowing",
        "Eqs. 3.2 to 3.4",
        "χ_rel = −2χ_res stays under (3.2) and (3.3)",
        (equal("χ_rel/χ_res of xy after 11 steps from −2, e = 0.1", ratio_after(), -2.0, 5e-3),),
        call_text(ratio_after),
        "χ_res is held fixed while χ_rel flows",
        (equal("the same, χ_res frozen", ratio_after("frozen"), -2.0, 5e-3),),
        finding="6",
    )


def bend(update: Update = "second_order", finer: int = 1, strain: float = STRAIN) -> float:
    """Largest departure of χ⁻¹ from the straight line in ln L over 11 steps, over its change.

    finer: each step is taken as so many steps of M/finer.
    """
    m = _coupling(strain) / finer
    couplings = np.broadcast_to(m, (STEPS * finer, 6, 6))
    path = flow(elastic_susceptibility(EXAMPLE_ALPHA), couplings, update).inverse
    line = path[0] + np.arange(STEPS * finer + 1)[:, None, None] * m
    return float(np.abs(path - line).max() / np.abs(line[-1] - line[0]).max())


def linear() -> Claim:
    """(3.3) makes χ⁻¹ linear in ln L, as (3.8) says."""
    return Claim(
        "linear",
        "Eqs. 3.3 and 3.8",
        "(3.3) makes χ⁻¹ linear in ln L",
        (between("departure from the line, e = 0.1, N0 = 3", bend(), 0.0, 0.01, error=1e-12),),
        call_text(bend),
        "the steps are small (N0 → 1), or all orders are resummed: χ⁻¹ ← χ⁻¹ + M",
        (
            between(
                "the same, steps ten times smaller in ln L",
                bend(finer=10),
                0.0,
                0.01,
                error=1e-12,
            ),
            shown("the same, resummed", bend("resummed"), 1e-12),
        ),
        comment="Linear: within a hundredth of the change itself.",
    )


def final_susceptibility(update: Update = "second_order") -> float:
    """χ of yy−zz, in ρc_t², after 11 steps at the strain 1.1 e_crit of that channel."""
    e = 1.1 * formula_critical(EXAMPLE_ALPHA, STEPS * np.log(N0), "tensor")["yy-zz"]
    couplings = np.broadcast_to(_coupling(e), (STEPS, 6, 6))
    chi = flow(elastic_susceptibility(EXAMPLE_ALPHA), couplings, update).chi[-1]
    v = _channel("yy-zz")
    return float(v @ weighted(chi, "tensor") @ v)


def transition() -> Claim:
    """Past the critical strain χ is negative."""
    what = "χ of yy−zz past its critical strain (ρc_t²)"
    error = 1e-5  # that of the root moves χ by up to 9e-6
    return Claim(
        "transition",
        "Eqs. 3.3 and 3.8, Sec. IV",
        "Past the critical strain χ is negative",
        (between(what, final_susceptibility(), -np.inf, 0.0, error=error),),
        call_text(final_susceptibility),
        "(3.3) is resummed to (3.8); literally, χ grows without bound and never changes sign",
        (
            between(
                f"{what}, resummed", final_susceptibility("resummed"), -np.inf, 0.0, error=error
            ),
        ),
    )


def phonon_response() -> tuple[float, float]:
    """Shear and dilation eigenvalue of (2.9) at zero frequency, averaged over directions; α = 0.7.

    It is −P, P = ⟨Γ(n)⟩ the Hill tensor of the sphere: Γ(n) is the static response of an elastic
    medium to a stress along one wavevector.
    """
    values = -np.linalg.eigvalsh(weighted(hill_tensor(0.0, EXAMPLE_ALPHA), "tensor"))
    return float(values.min()), float(values.max())


def elastic_inverse() -> Claim:
    """(2.9) is the inverse of (2.10)."""
    shear, dilation = phonon_response()
    compliance = np.linalg.eigvalsh(
        weighted(inverse_elastic_susceptibility(EXAMPLE_ALPHA, "tensor"), "tensor")
    )
    return Claim(
        "elastic-inverse",
        "Eqs. 2.9, 2.10, 3.9 and 3.10",
        "The correlation of phonon strains (2.9) is the inverse of χ_el (2.10)",
        (
            equal("shear eigenvalue of (2.9) (1/ρc_t²)", shear, float(compliance[-1]), 1e-3),
            equal("its dilation eigenvalue (1/ρc_t²)", dilation, float(compliance[0]), 1e-3),
        ),
        call_text(phonon_response),
        finding="11",
        comment="Static, α = 0.7, averaged over the direction of the wavevector: minus the Hill "
        "tensor of a sphere. Neither the sign nor the size is that of (χ_el)⁻¹, which (3.10) puts "
        "into (3.9).",
    )


def dyson_residual() -> float:
    """max |(χ_res)⁻¹ by (3.9) with (3.10) + χ⁻¹ by (3.8)|, e = 0.1."""
    n = formula_steps(TEXT_LOG, N0)
    elastic = inverse_elastic_susceptibility(EXAMPLE_ALPHA, "tensor")
    resonance = inverse(-n * _coupling(STRAIN) - elastic, "tensor")
    total = -2.0 * resonance + resonance  # (3.4)
    return float(np.abs(inverse(total, "tensor") - (n * _coupling(STRAIN) + elastic)).max())


def dyson() -> Claim:
    """(3.9) with (3.10) gives (3.8)."""
    return Claim(
        "dyson",
        "Eqs. 3.9 and 3.10",
        "With χ_rel = −2χ_res, (3.9) and (3.10) give (3.8) with χ'⁻¹ = (χ_el)⁻¹",
        (Number("largest difference (1/ρc_t²)", dyson_residual(), 0.0, 1e-12,
                dyson_residual() < 1e-10),),
        call_text(dyson_residual),
        by_construction=True,
        comment="(3.8) put into (3.9) must come out again, whatever χ and M are. Eq. 2.9, which "
        "(3.9) needs, is not the inverse of (2.10) that (3.10) takes (finding 11).",
    )  # fmt: skip


FLOW = (response_signs, elastic_inverse, frozen, flowing, linear, transition, dyson)
