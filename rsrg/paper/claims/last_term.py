"""Claims about the last term of (3.3), computed as it stands: Eqs. 3.3, 3.5 and 3.6."""

import numpy as np

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, between, order, shown
from rsrg.paper.last_term import glass_term, glass_terms, stiffness
from rsrg.paper.setting import EXAMPLE_ALPHA, PAPER_LENGTH
from rsrg.physics.last_term_tensor import last_term_tensor, relative_size
from rsrg.physics.materials import GLASSES
from rsrg.physics.pair_correlation import correlation_integral
from rsrg.physics.strained_interaction import interaction_derivatives

NEGLIGIBLE = 0.01
ORDER_ONE = 10.0**0.5  # the largest number of order 1


def largest_lambda(alpha: float = EXAMPLE_ALPHA) -> float:
    """The largest component |λ_abcd,ijkl| of (3.5) for a pair along x."""
    return float(np.abs(interaction_derivatives(np.array([1.0, 0.0, 0.0]), alpha)[1]).max())


def lambda_of_order_one() -> Claim:
    """λ, the second strain derivative of Λ̃, is of order 1."""
    return Claim(
        "lambda-order",
        "after Eq. 3.5",
        "λ, the second derivative of Λ̃ by the strain, is a dimensionless number of order 1",
        (order("largest |λ|, pair along x, α = 0.7", largest_lambda(), 1.0),),
        call_text(largest_lambda),
        comment="xxxx by e_xx twice: 1/x³ gives 12, times Λ̃_xxxx = −2.",
    )


def largest_size() -> float:
    """The last term over χ_el at L₁ = 50 Å, Im χ̃ = χ_el: the largest of the twelve glasses."""
    return max(term.size for term in glass_terms())


def over_correction() -> float:
    """The last term over the other correction, χ'Mχ' at e = 0.2, N0 = 3: the largest at L₁."""
    return max(term.size / term.correction for term in glass_terms())


def negligible() -> Claim:
    """The last term is negligible from L₁ on."""
    with_stress = max(term.with_stress for term in glass_terms())
    return Claim(
        "last-term-negligible",
        "Eqs. 3.3 and 3.6",
        "The last term of (3.3) is negligible from L₁ = 50 Å on",
        (
            between("largest of twelve glasses, over χ_el, at L₁", largest_size(), 0.0, NEGLIGIBLE),
            between("over χ_el, with δΛ/δe of (2.16)", with_stress, 0.0, NEGLIGIBLE),
            shown("over χ'Mχ' at e = 0.2, N0 = 3", over_correction()),
        ),
        call_text(largest_size),
        comment="χ'Mχ' is linear in e, so the term is as large at some small strain. The whole "
        "tensor, summed over the lattice, with Im χ̃ = χ_el, a bound; measured "
        "losses of 10⁻³ make it 10⁶ times smaller. (2.17) leaves out the response of δΛ/δe T T in "
        "the super block's stress (2.16), which is of the same order.",
    )


def term_length(name: str = "a-SiO2") -> float:
    """L_c in Å, where the last term is as large as χ_el, Im χ̃ = χ_el, ω_c = 10¹⁵/s."""
    return glass_term(name).length


def critical_length_of_the_term() -> Claim:
    """The last term is comparable to the others below an L_c of at most 27 Å."""
    terms = glass_terms()
    longest, against = (max(getattr(t, f) for t in terms) for f in ("length", "against_correction"))
    return Claim(
        "last-term-length",
        "Eq. 3.6",
        "The last term is comparable to the other terms below an L_c of at most 27 Å",
        (
            between("L_c of the tensor against χ', a-SiO2 (Å)", term_length(), 0.0, PAPER_LENGTH),
            between("longest of the twelve glasses (Å)", longest, 0.0, PAPER_LENGTH),
            between("longest, against χ'Mχ' at e = 0.2 (Å)", against, 0.0, PAPER_LENGTH),
            shown("(ħω_c/ρc_t²)^(1/3), a-SiO2 (Å)", glass_term().formula),
        ),
        call_text(term_length),
        finding="7",
        comment="The bound holds with room: so small a block would be an atom or two.",
    )


def constant(name: str = "a-SiO2") -> float:
    """C of Sec. III: the last term over χ_el times L³ ρc_t²/ħω_c, Im χ̃ = χ_el."""
    term = glass_term(name)
    return float((term.length / term.formula) ** 3)


def frequency_integral() -> float:
    """∫_0^β dτ K² over ħω_c (V Im χ̃)² at T = 0: 4 ln 2/π²."""
    return correlation_integral(np.inf) / np.pi**2


def warm_over_cold(name: str = "a-SiO2", temperature: float = 10.0) -> float:
    """The last term at a temperature, K, over that at T = 0."""
    alpha, rho_c2 = GLASSES[name].alpha, stiffness(name)
    warm, cold = (
        relative_size(last_term_tensor(alpha, 5e-9, rho_c2, temperature=t)[0], alpha)
        for t in (temperature, 0.0)
    )
    return warm / cold


def constant_of_order_one() -> Claim:
    """C ħω_c (Im χ̃)²/(ρ²c⁴ L³) with C of order 1."""
    return Claim(
        "last-term-constant",
        "after Eq. 3.5",
        "The last term is at most C ħω_c (Im χ̃)²/(ρ²c_t⁴ L³), C of order 1",
        (
            between("C, a-SiO2", constant(), 0.0, ORDER_ONE),
            shown("of this, the integral over frequencies", frequency_integral()),
            shown("10 K over T = 0", warm_over_cold(), 1e-9),
        ),
        call_text(constant),
        comment="⟨T_s T_s'⟩ at T = 0 has 1/(Ω + Ω') under two integrals, so 4 ln 2/π², where (3.5) "
        "has one. (3.5) also leaves ij and kl at χ: in (3.3) they belong to δ²Λ, and χΛχ to mnpq.",
    )


LAST_TERM = (
    negligible,
    critical_length_of_the_term,
    lambda_of_order_one,
    constant_of_order_one,
)
