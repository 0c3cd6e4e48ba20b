"""What a reader of the table of critical strains must know: its terms, range and limits."""

import numpy as np
from scipy.special import stdtrit

from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.formatting import NONE, counted
from rsrg.physics.loading import first_marked_on_sides, outward
from rsrg.physics.strain_text import most_unlike
from rsrg.report.critical_table import against, critical_columns, sources_of_readings
from rsrg.report.sampling_note import sampling_notes
from rsrg.report.sign_text import sign_text
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

MIN_FREEDOM = 16  # degrees of freedom of an error bar; with fewer, a note says so
ONE_SIGMA = 0.6826894921370859  # share of a normal distribution within one standard error
OF_SUM = {
    "montecarlo": "over N0³ blocks; in parentheses, the standard error of its last digits, from "
    "random draws and interpolation in e",
    "exact": "over N0³ blocks, its exact mean",
}


def notes(run: Run, every_channel: bool = False) -> list[str]:
    """The lines below the table. every_channel: the channels stand in its headings."""
    sampled = run.config.sampling.estimator == "montecarlo" and "lattice" in run.sources()
    return [
        *_without_crossing(run),
        _range(run),
        *([] if every_channel else filter(None, [against(run)])),
        *_turned(run, every_channel),
        f"{sign_text(run.config)}.",
        *_in_pascal(run),
        _terms(run),
        *(["α = 1 − c_t²/c_l², of the sound velocities."] if critical_columns(run) else []),
        "Readings are positions/domain: blocks stay (fixed) or move with the strain (affine), and "
        "fill the strained ellipsoid or a sphere.",
        *(_few_draws(run) if sampled else []),
        *(sampling_notes(run) if sampled else []),
        *(_second_order_notes(run) if run.config.flow.update == "second_order" else []),
    ]


def _without_crossing(run: Run) -> list[str]:
    """The readings in which no glass fails by any source, and the log formula where it has none."""
    failing = {c.reading for c in critical_columns(run)}
    silent: dict[str, list[str]] = {}
    for reading, source in sources_of_readings(run):
        if reading not in failing:
            silent.setdefault(reading, []).append(SOURCE_NAMES[source].heading)
    strains = run.read("axes/strain")
    grid = f"no critical strain on {strains[0]:g} … {strains[-1]:g}"
    places: dict[str, list[str]] = {}
    for reading, sources in silent.items():
        where = f"{grid}, by {' or '.join(sources)}" if reading else grid
        places.setdefault(where, []).append(reading or " and ".join(sources))
    return [f"{', '.join(names)}: {where}." for where, names in places.items()]


def _in_pascal(run: Run) -> list[str]:
    """What ρc_t² is in pascal, for the glasses whose density is given."""
    moduli = [(m.name, m.shear_modulus) for m in run.config.glasses()]
    texts = [f"{mu / 1e9:.4g} GPa in {name}" for name, mu in moduli if mu is not None]
    return [f"The unit of χ, ρc_t², is {', '.join(texts)}."] if texts else []


def _range(run: Run) -> str:
    strains, weights = run.read("axes/strain"), run.config.step_weights()
    grid = f"{strains[0]:g} … {strains[-1]:g}"
    steps = counted(float(f"{weights.sum():.4g}"), "step")
    outwards = "" if strains[0] >= 0.0 else ", loaded outwards from e = 0"
    text = (
        f"Numbers are critical strains e (0.1 is 10%): the first on {grid} at which the "
        f"glass fails{outwards}, as an eigenvalue of χ⁻¹ crosses zero, after {steps} of "
        f"N0 = {run.config.blocks.n0} (N0³ blocks become one); {NONE}: none."
    )
    nearest = float(strains[outward(strains)[0]])
    mark = f"{'<' if nearest >= 0.0 else '>'} {nearest:g}"
    marked = any(t == mark for c in critical_columns(run) for t, _ in c.cells)
    if not marked:
        return text
    return f"{text} {mark}: it has failed already at {nearest:g}; give strains nearer to zero, too."


def _terms(run: Run) -> str:
    """The sources in words."""
    words = {
        "lattice": OF_SUM.get(run.config.sampling.estimator, ""),
        "continuum": "its exact limit N0 → ∞",
        "log": "Eqs. 4.2 to 4.5 of the paper, the same in any reading",
    }
    if "lattice" not in run.sources():
        words["continuum"] = "the exact limit N0 → ∞ of the sum over blocks"
    return " ".join(f"{SOURCE_NAMES[source].heading}: {words[source]}." for source in run.sources())


def _turned(run: Run, every_channel: bool) -> list[str]:
    """Which strains the channels in the table are where they fail, if they have turned.

    Of several strains, the two that differ most: the others lie between them.
    """
    if len(run.read("axes/material")) == 1:
        return []  # the table has them
    strains: dict[str, list[str]] = {}
    for column in critical_columns(run, every_channel):
        for r in column.failures:
            if r.failing_strain not in ("", r.channel):
                strains.setdefault(r.channel, []).append(r.failing_strain)
    return [
        f"{channel} is this channel's name at small strain; where it fails, its strain is "
        f"{' to '.join(most_unlike(failing))}."
        for channel, failing in strains.items()
    ]


def _few_draws(run: Run) -> list[str]:
    """How uncertain the errors are, where they come from few groups of chunks."""
    freedom = min(run.config.chunks(), MAX_GROUPS) - 1
    if freedom >= MIN_FREEDOM:
        return []
    share = 1.0 / np.sqrt(2.0 * freedom)
    wider = float(stdtrit(freedom, 0.5 + 0.5 * ONE_SIGMA))
    return [
        f"Few draws: the standard errors themselves are uncertain by {share:.0%}; for 68% "
        f"confidence take {wider:.3g} times them (Student's t, {freedom} degrees of freedom)."
    ]


def _second_order_notes(run: Run) -> list[str]:
    """Second order never crosses zero: say where it ran away, and where it overshot.

    On each side of e = 0, the strain nearest to it where that happens to a glass, and its step.
    """
    lines = ["Second order (3.3): a softening channel runs to +∞ and never changes sign."]
    if "lattice" not in run.sources():
        return lines
    strains, readings = run.read("axes/strain"), run.read("axes/reading")
    kinds = {
        "runaway_step": "χ ran above 1e6 ρc_t²",
        "transition_step": "χ overshot below zero (an artefact of the truncation, χM > 1)",
    }
    for name, text in kinds.items():
        for j, reading in enumerate(readings):
            steps = run.values(f"flow/{name}", reading=j)  # (materials, strains), −1 for never
            for k in first_marked_on_sides(strains, (steps >= 0).any(axis=0)):
                step = steps[steps[:, k] >= 0, k].min()
                lines.append(f"  {reading}: {text} from e = {strains[k]:g} on, step {step}.")
    return lines
