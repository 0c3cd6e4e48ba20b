"""What the words of a page mean, one line each."""

from collections.abc import Sequence

from rsrg.ensemble.blocks import CHUNK
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

READINGS = {
    "fixed/ellipsoid": "the strained body is an ellipsoid, and blocks stay on their unstrained "
    "places inside it: N0³ of them, those nearest to its centre",
    "affine/sphere": "blocks move with the strain, and fill a sphere",
    "affine/ellipsoid": "blocks move with the strain, and so does the body that they fill; the "
    "interaction of all of them cancels in the limit N0 → ∞",
    "fixed/sphere": "neither blocks nor body move: no coupling by symmetry",
}
CHANNEL = (
    "channel",
    "an eigenvector of χ⁻¹: the strain that costs least to change. It is named as it is at small "
    "strain; what fails is given as it is there, in components of strain whose largest is 1",
)
CRITICAL = (
    "critical strain",
    "the strain e, along the direction of the run, at which an eigenvalue of χ⁻¹ at the final "
    "length crosses zero: χ jumps from +∞ to −∞, and the glass fails",
)
CHI = ("χ", "the stress–stress susceptibility of a block, in units of ρc_t²")
COUPLING = ("M", "what a step adds to χ⁻¹: the sum of Λ over pairs of blocks (Eq. 3.7)")
ALPHA = ("α", "1 − c_t²/c_l², of the sound velocities: all that the flow knows of a glass")
DRAW = ("draw", f"one random placement of the blocks; {CHUNK} draws make a chunk")
CONTROL = (
    "control",
    "a control variate: a quantity of a draw whose mean is known, by which noise is taken away",
)
PARENTHESES = ("0.4549(11)", "0.4549 ± 0.0011, one standard error; without parentheses: exact")


def reading_terms(run: Run) -> list[tuple[str, str]]:
    """The readings of V(e) that a run uses: whether blocks move, and which body they fill."""
    return [(name, READINGS[name]) for name in map(str, run.read("axes/reading"))]


def source_terms(sources: Sequence[str]) -> list[tuple[str, str]]:
    """What each of some sources of M is."""
    names = [SOURCE_NAMES[source] for source in sources]
    return [(n.name, n.meaning) for n in names]
