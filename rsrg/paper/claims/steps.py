"""Claims about the recursion itself: steps that add, blocks that are not correlated."""

from rsrg.paper.claims.call_text import call_text
from rsrg.paper.claims.claim import Claim, Number, between, shown
from rsrg.paper.setting import COUPLED
from rsrg.paper.steps import SMALL, correlations, cubes, means, share_of_others
from rsrg.physics.readings import Reading
from rsrg.physics.sign import SIGN_NAMES, SIGNS, Sign

TINY = 0.125  # amplitude f
GOOD = 0.1  # an error per step, or a share of χ, that would be small
SUM_ERROR = 5e-9  # of a ratio of two sums, each good to the 1e-9 of `haar_mean`
SOLVER_ERROR = 1e-7  # of a ratio of responses, each good to 1e-8
LANCZOS_ERROR = 1e-5  # of a lowest eigenvalue, in 1/ρc_t²


def error_of_means(reading: str = "fixed/ellipsoid", n0: int = 2) -> float:
    """|2 M(N0) − M(N0²)|/|M(N0²)|, exact means, e_xx = 0.2, α = 0.7."""
    return means(Reading.parse(reading), n0).error


def steps_add() -> Claim:
    """Two steps at N0 add to χ⁻¹ what one step at N0² adds."""
    numbers = tuple(
        between(
            f"|2 M(N0) − M(N0²)|/|M(N0²)|, N0 = {n0}, {reading}",
            error_of_means(str(reading), n0),
            0.0,
            GOOD,
            error=SUM_ERROR,
        )
        for reading in COUPLED
        for n0 in (2, 3, 8)
    )
    return Claim(
        "steps-add",
        "Eqs. 3.3 and 3.8",
        "χ⁻¹ grows by M at every step: two steps at N0 are one step at N0²",
        numbers,
        call_text(error_of_means),
        finding="4",
        comment="The exact mean of the sum tends to ±G as N0 grows, so two steps tend to 2G: the "
        "error per step tends to 1.",
    )


def error_of_cubes(n0: int = 2, amplitude: float = SMALL, sign: Sign = "paper") -> float:
    """|ΔX₂ − ΔX₁|/|ΔX₁| of the change ΔX of χ⁻¹ of a cube in two steps and at once, α = 0.7."""
    return cubes(n0, amplitude, sign).error


def whole_sum() -> Claim:
    """The steps give the χ of all blocks coupled at once."""
    return Claim(
        "whole-sum",
        "Sec. III",
        "Repeating the step carries the susceptibility of the first blocks to that of the sample",
        tuple(
            between(
                f"error per step of χ⁻¹, cube of {n0**6} blocks, {SIGN_NAMES[sign]}, χ' = χ_el/4",
                error_of_cubes(n0, SMALL, sign),
                0.0,
                GOOD,
                error=SOLVER_ERROR,
            )
            for sign in SIGNS
            for n0 in (2, 3, 4)
        ),
        call_text(error_of_cubes),
        finding="4",
        comment="Blocks coupled as oscillators, to all orders, at the same places; all super "
        "blocks are stable.",
    )


def lowest_of_all(n0: int = 2, amplitude: float = 1.0, sign: Sign = "paper") -> float:
    """The lowest eigenvalue of the Hessian of N0⁶ blocks in a cube, in 1/ρc_t², α = 0.7."""
    return cubes(n0, amplitude, sign).whole.lowest


def lowest_in_steps(n0: int = 2, amplitude: float = 1.0, sign: Sign = "paper") -> float:
    """The lower of the lowest eigenvalues of the two steps, in 1/ρc_t²."""
    _, first, second = cubes(n0, amplitude, sign).lowest
    return min(first, second)


def stable_at_rest() -> Claim:
    """Without strain all blocks together are stable."""

    def lowest(n0: int, sign: Sign, amplitude: float) -> Number:
        what = f"lowest eigenvalue of all {n0**6} blocks, {SIGN_NAMES[sign]} (1/ρc_t²)"
        value = lowest_of_all(n0, amplitude, sign)
        return Number(what, value, None, LANCZOS_ERROR, value > 0.0)

    def steps(n0: int, sign: Sign) -> Number:
        what = f"the lower one of two steps at N0 = {n0}, {SIGN_NAMES[sign]} (1/ρc_t²)"
        return shown(what, lowest_in_steps(n0, 1.0, sign), LANCZOS_ERROR)

    cases = [(n0, sign) for sign in SIGNS for n0 in (2, 3)]
    return Claim(
        "stable-at-rest",
        "Sec. IV, Figs. 3 to 8 at ε = 0",
        "Without strain all eigenvalues of χ are positive: the glass is stable",
        (*(lowest(n0, sign, 1.0) for n0, sign in cases), *(steps(n0, sign) for n0, sign in cases)),
        call_text(lowest_of_all),
        "χ' = f χ_el has a smaller f, such as 1/4",
        tuple(lowest(n0, sign, SMALL) for n0, sign in cases),
        finding="12",
        comment="Blocks of χ' = χ_el in a cube. Two steps may be stable where all blocks together "
        "are not (Hamiltonian's sign), and the other way round.",
    )


def others(n: int = 3, amplitude: float = 1.0, sign: Sign = "paper") -> float:
    """The share of χ_super that comes from s ≠ s', in a cube of n³ blocks, α = 0.7."""
    return share_of_others(n, amplitude, sign)


def neighbour(amplitude: float = SMALL, sign: Sign = "paper") -> float:
    """|⟨T_s T_s'⟩|/|⟨T_s T_s⟩| of nearest neighbours amid a cube of 9³ blocks, α = 0.7."""
    return float(correlations(9, amplitude, sign).sizes[0])


def diagonal() -> Claim:
    """Stresses of different blocks are uncorrelated."""
    return Claim(
        "diagonal-correlations",
        "Sec. II C, before Sec. II D",
        "⟨T_s T_s'⟩ = χ δ_ss': stresses of different blocks lose their correlation",
        (
            between("share of s ≠ s' in χ of 27 blocks, χ' = χ_el", others(), 0.0, GOOD),
            *(
                between(
                    f"share of s ≠ s' in χ of 27 blocks, {SIGN_NAMES[sign]}, χ' = χ_el/4",
                    others(3, SMALL, sign),
                    0.0,
                    GOOD,
                )
                for sign in SIGNS
            ),
            shown("|⟨T_s T_s'⟩|/|⟨T_s T_s⟩| of nearest neighbours, χ' = χ_el/4", neighbour()),
        ),
        call_text(others),
        "χ' = χ_el/8",
        tuple(
            between(f"share of 343 blocks, {SIGN_NAMES[s]}", others(7, TINY, s), 0.0, GOOD)
            for s in SIGNS
        ),
        comment="Agrees: below a tenth. The share grows with the cube: at χ_el/4 to a tenth. What "
        "the assumption sets to zero is, to first order, all that (3.3) adds: χ − χ' = (1/N) "
        "Σ_{s≠s'} ⟨T_s T_s'⟩ = −χ' M χ'.",
    )


STEPS = (steps_add, whole_sum, stable_at_rest, diagonal)
