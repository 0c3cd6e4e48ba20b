"""Whether to trust the numbers of a run: each thing that can be wrong with them, looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from rsrg.ensemble.blocks import CHUNK
from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.physics.arrays import Array
from rsrg.physics.loading import first_marked_on_sides, first_on_sides, outward, side_of, sides_of
from rsrg.results.reached_error import reached_error
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

Level = Literal["good", "note", "care", "bad"]
LEVELS: tuple[Level, ...] = get_args(Level)

FEW = 17  # groups of chunks, with which an error bar is known to 18%
PLAINLY = 5.0  # standard errors for chunks to be correlated: as many looks as there are strains
LARGE = 0.05  # relative standard error of a critical strain
NEAR_ZERO = 3.0  # standard errors within which an eigenvalue may have crossed zero or not
FINITE_N0 = 0.1  # relative difference of sum and continuum that is worth a word


LEAVES = {  # what happens to χ of second order, where χM is not small
    "runaway_step": "χ ran above 10⁶ ρc_t²",
    "transition_step": "χ overshoots below zero (an artefact of the truncation, χM > 1)",
}


@dataclass(frozen=True)
class Check:
    """One look at a run. level: good; note, to be known; care, or bad. reason: what was seen."""

    subject: str
    level: Level
    reason: str


def trust(run: Run) -> list[Check]:
    """All checks that apply to a run with results, as they are read from its file."""
    return [check for look in CHECKS for check in look(run)]


def worst(checks: list[Check]) -> Level:
    """The worst level; a note is none."""
    levels = [LEVELS.index(c.level) for c in checks if c.level != "note"]
    return LEVELS[max(levels, default=0)]


def _sampled(run: Run) -> bool:
    return run.config.sampling.estimator == "montecarlo" and "lattice" in run.sources()


def _strain_spacing(run: Run) -> Iterator[Check]:
    """How much of the error of critical strains comes from the spacing of strains."""
    if not _sampled(run):
        return
    values, total = run.read("critical/strain"), run.read("critical/strain_stderr")
    known = np.isfinite(values) & np.isfinite(total)
    if not known.any():
        return
    sampling = run.read("critical/sampling_stderr")
    spacing = np.sqrt(np.clip(total**2 - sampling**2, 0.0, None))
    at = np.unravel_index(np.argmax(np.where(known, spacing, -1.0)), spacing.shape)
    gap = _gap_at(run.read("axes/strain"), float(values[at]))
    size = f"{spacing[at]:.2g} at e = {values[at]:.3g}, between strains {gap:.2g} apart"
    if spacing[at] > 2.0 * sampling[at]:
        reason = (
            f"Interpolation between strains makes most of the error of a critical strain: {size}, "
            f"beside {sampling[at]:.2g} from sampling. More strains there make it smaller, more "
            "draws do not."
        )
        yield Check("spacing of strains", "care", reason)
    else:
        reason = f"Strains are close enough: interpolation adds at most {size}."
        yield Check("spacing of strains", "good", reason)


def _gap_at(strains: Array, e: float) -> float:
    k = int(np.clip(np.searchsorted(strains, e), 1, len(strains) - 1))
    return float(strains[k] - strains[k - 1])


def _size_of_errors(run: Run) -> Iterator[Check]:
    if not _sampled(run):
        return
    values, errors = run.read("critical/strain"), run.read("critical/strain_stderr")
    known = np.isfinite(values) & (values != 0.0)
    if not known.any():
        return
    share = float(np.max(np.abs(errors[known] / values[known])))
    text = f"The largest standard error of a critical strain is {share:.2g} of its value."
    yield Check("size of errors", "care" if share > LARGE else "good", text)


def _chunks(run: Run) -> Iterator[Check]:
    if not _sampled(run):
        return
    groups = min(run.config.chunks(), MAX_GROUPS)
    known_to = 1.0 / np.sqrt(2.0 * max(groups - 1, 1))
    text = f"{run.config.chunks()} chunks of {CHUNK} draws: error bars are known to {known_to:.0%}."
    yield Check("chunks of draws", "care" if groups < FEW else "good", text)


def _autocorrelation(run: Run) -> Iterator[Check]:
    if not _sampled(run) or "coupling/autocorrelation" not in run.snapshot:
        return
    if warning := correlation_warning(run):
        yield Check("independent draws", "bad", warning)
        return
    longest = run.read("coupling/autocorrelation")[..., 0].max()
    text = f"Chunks are independent: autocorrelation time at most {longest:.2g} chunks."
    yield Check("independent draws", "good", text)


def correlation_warning(run: Run) -> str:
    """A sentence where chunks of draws are plainly not independent; "" where they may be."""
    tau, error = np.moveaxis(run.read("coupling/autocorrelation"), -1, 0)
    if np.all(tau - 1.0 < PLAINLY * error):
        return ""
    return (
        f"Chunks of draws are correlated over up to {tau.max():.2g} chunks: errors from fewer than "
        f"{MAX_GROUPS} chunks are too small by about the square root of that."
    )


def _target(run: Run) -> Iterator[Check]:
    target = run.config.sampling.target_error
    if target is None or not _sampled(run):
        return
    reached = reached_error(run, run.config.sampling.target_quantity)
    if reached.value is None:
        yield Check("target error", "care", "No critical strain on the grid, so none to aim at.")
        return
    met = reached.value <= target
    word = "met" if met else "not met"
    text = f"Target error {target:g} of {reached.quantity}: {word}, {reached.value:.2g}."
    yield Check("target error", "good" if met else "care", text)


def _second_order(run: Run) -> Iterator[Check]:
    """Second order (3.3) holds where χM is small: else χ runs to +∞, or overshoots below zero."""
    if run.config.flow.update != "second_order":
        return
    seen: dict[str, list[str]] = {}  # what happened, by source
    for source in run.sources():
        seen[source] = [
            f"{text} {where}"
            for name, text in LEAVES.items()
            if (where := _marked_strains(run, name, source))
        ]
    happened = [f"by the {SOURCE_NAMES[s].name}, {' and '.join(t)}" for s, t in seen.items() if t]
    if not happened:
        yield Check("second order", "good", "χ stays positive definite and finite everywhere.")
        return
    text = f"{'; '.join(happened)}. Eq. 3.3 does not hold there: use the resummed update (3.8)."
    yield Check("second order", "bad" if seen[run.sources()[0]] else "note", f"B{text[1:]}")


def _marked_strains(run: Run, name: str, source: str) -> str:
    """At how many strains a step is marked in some glass and reading, and from where on."""
    strains, steps = run.read("axes/strain"), run.values(f"flow/{name}", source)
    marked = (steps >= 0).any(axis=tuple(range(steps.ndim - 1)))
    if not marked.any():
        return ""
    first = " and ".join(f"{e:.3g}" for e in strains[first_marked_on_sides(strains, marked)])
    return f"at {marked.sum()} of {len(strains)} strains, from e = {first} on"


def _unstable_blocks(run: Run) -> Iterator[Check]:
    if "pool/unstable" not in run.snapshot:
        return
    share = run.read("pool/unstable")
    k = int(np.argmin(np.abs(run.read("axes/strain"))))
    largest = float(np.nanmax(share[..., k]))
    text = f"Up to {largest:.2g} of super blocks are unstable at e = {run.read('axes/strain')[k]:g}"
    if largest > 0.0:
        yield Check(
            "super blocks", "bad",
            f"{text}: their lowest Hessian eigenvalue is negative, so their χ is no response.",
        )  # fmt: skip
    else:
        yield Check("super blocks", "good", f"{text}: all of them are minima of their energy.")


def _edge_of_grid(run: Run) -> Iterator[Check]:
    """First failures in the last interval of strains, or beyond the grid for all one can tell."""
    if "lattice" not in run.sources() or run.config.flow.update == "second_order":
        return
    strains = run.read("axes/strain")
    if len(strains) < 2:
        return
    lines = [line for end in _ends(strains) for line in _near_end(run, *end)]
    for line in lines:
        yield Check("edge of the grid", "care", line)
    start = outward(strains)[0]
    failed = run.values("flow/inverse_eigenvalues", step=-1)[:, :, start].min(axis=-1) < 0.0
    if failed.any():
        text = (
            f"{_places(run, failed)} has failed already at the smallest strain, "
            f"e = {strains[start]:g}: take smaller strains too."
        )
        yield Check("edge of the grid", "bad" if strains[start] != 0.0 else "note", text)
    elif not lines:
        yield Check("edge of the grid", "good", "No first failure is at the edge of the strains.")


def _ends(strains: Array) -> Iterator[tuple[int, int]]:
    """Indices of the last strain and the one before, on each side of e = 0."""
    for side in sides_of(strains):
        yield (-1, -2) if side == "e > 0" else (0, 1)


def _near_end(run: Run, last: int, before: int) -> Iterator[str]:
    """What fails within the last interval of strains, and what might fail just beyond."""
    strains = run.read("axes/strain")
    low, high = sorted((float(strains[last]), float(strains[before])))
    values, side = run.read("critical/strain"), side_of(float(strains[last]))
    first = np.full(values.shape[:-1], np.nan)
    for place in np.ndindex(first.shape):
        if (k := first_on_sides(values[place]).get(side)) is not None:
            first[place] = values[place][k]
    inside = (first >= low) & (first <= high)
    end = f"e = {strains[last]:g}: take larger strains too."
    if inside.any():
        yield f"{_places(run, inside)} fails in the last interval of strains, {end}"
    if run.config.sampling.estimator != "montecarlo":
        return
    ends = run.values("flow/inverse_eigenvalues", step=-1)[:, :, last].min(axis=-1)
    errors = run.values("flow/inverse_eigenvalues_stderr", step=-1)[:, :, last].max(axis=-1)
    near = (ends >= 0.0) & (ends < NEAR_ZERO * errors)
    if near.any():
        yield f"{_places(run, near)} is within {NEAR_ZERO:g} standard errors of failing, {end}"


def _places(run: Run, happened: np.ndarray) -> str:
    """Glass and reading of the first of those marked, (materials, readings), and how many more."""
    i, j = (int(x[0]) for x in np.nonzero(happened))
    first = f"{run.read('axes/material')[i]} in {run.read('axes/reading')[j]}"
    more = int(happened.sum()) - 1
    return f"{first} (and {more} more)" if more else first


def _continuum(run: Run) -> Iterator[Check]:
    """By how much the answer depends on N0."""
    if not {"lattice", "continuum"} <= set(run.sources()):
        return
    count, n0 = len(run.read("axes/crossing")), run.config.blocks.n0
    sums, limits = (
        run.values("critical/strain", source).reshape(-1, count)
        for source in ("lattice", "continuum")
    )
    differences = [
        abs(own[k] / limit[first[side]] - 1.0)
        for own, limit in zip(sums, limits, strict=True)
        for first in [first_on_sides(limit)]
        for side, k in first_on_sides(own).items()
        if side in first
    ]
    largest = max(differences, default=0.0)
    if largest > FINITE_N0:
        text = (
            f"Critical strains of the sum over N0³ = {n0**3} blocks and of its limit N0 → ∞ differ "
            f"by up to {largest:.0%}: the answer depends on N0."
        )
        yield Check("dependence on N0", "note", text)


def _sessions(run: Run) -> Iterator[Check]:
    notes = [s["notes"] for s in run.provenance if s["notes"]]
    if notes:
        yield Check("sessions", "note", f"While it was computed: {'; '.join(notes)}.")
    if run.attributes.get("git_dirty", False):
        text = "rsrg's source tree was changed beside its commit: others cannot have the same code."
        yield Check("source tree", "note", text)


CHECKS: tuple[Callable[[Any], Iterator[Check]], ...] = (
    _size_of_errors,
    _strain_spacing,
    _chunks,
    _autocorrelation,
    _target,
    _edge_of_grid,
    _second_order,
    _unstable_blocks,
    _continuum,
    _sessions,
)
