"""With which sign χ flows, and where it starts, in words for tables and pictures."""

from rsrg.config.schema import Config
from rsrg.physics.sign import SIGN_NAMES, Sign

STEPS: dict[Sign, str] = {"paper": "adds M to χ⁻¹", "hamiltonian": "takes M away from χ⁻¹"}


def sign_text(config: Config) -> str:
    """The sign of a run's flow and the amplitude of its start, as a sentence without its stop."""
    sign, f = config.flow.sign, config.flow.amplitude
    start = "" if f == 1.0 else f", from χ' = {f:g} χ_el"
    step = f"each step {STEPS[sign]}{start} (M: coupling of blocks)"
    return f"Flow with {SIGN_NAMES[sign]}: {step}"


def unusual_flow(config: Config) -> str:
    """The same in a few words where it is not that of the paper: `, the Hamiltonian's sign`."""
    sign, f = config.flow.sign, config.flow.amplitude
    words = ([] if sign == "paper" else [SIGN_NAMES[sign]]) + (
        [] if f == 1.0 else [f"χ' = {f:g} χ_el"]
    )
    return "".join(f", {word}" for word in words)
