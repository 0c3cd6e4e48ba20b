"""What a run says, in one sentence for each glass."""

import numpy as np

from rsrg.formatting import with_error
from rsrg.physics.loading import Side, outward, sides_of
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.lengths import generation_lengths
from rsrg.results.already_failed import already_failed
from rsrg.results.critical_record import (
    CriticalStrainRecord,
    first_failures,
)
from rsrg.results.pool_results import PoolResults
from rsrg.results.run import Run


def verdicts(run: Run) -> list[str]:
    """One sentence for each glass of a run with results, in their order."""
    records = run.critical_strains()
    return [
        _sentence(run, glass, [r for r in records if r.material == glass])
        for glass in map(str, run.read("axes/material"))
    ]


def _sentence(run: Run, glass: str, records: list[CriticalStrainRecord]) -> str:
    if run.config.flow.update == "second_order":
        return (
            f"{glass}: with the second order (3.3) a softening channel runs to +∞ and never "
            "changes sign, so there is no critical strain; see where it runs away."
        )
    source, i = run.sources()[0], [str(m) for m in run.read("axes/material")].index(glass)
    breaks, already, none = [], [], []
    for j, reading in enumerate(run.readings(source)):
        if already_failed(run, source, i, j) is not None:
            already.append(reading)
        elif parts := _breaks(records, source, reading):
            breaks += parts
        else:
            none.append(reading)
    strains = run.read("axes/strain")
    nearest = strains[outward(strains)[0]]
    grid = f"between e = {strains[0]:g} and {strains[-1]:g}"
    clauses = [
        f"breaks {', and '.join(breaks)}" if breaks else "",
        f"has failed already at e = {nearest:g}{_places(already)}" if already else "",
        f"does not break{_places(none)} {grid}" if none else "",
    ]
    text = "; it ".join(clause for clause in clauses if clause)
    name = f"{glass}, taken as equal blocks," if run.config.flow.quenched else glass
    says = "" if source == "log" else _formula(records, sides_of(strains))
    return f"{name} {text}{says}."


def _formula(records: list[CriticalStrainRecord], sides: list[Side]) -> str:
    """`; the paper's formula says 0.2641 for e > 0`: the side is named where there are two."""
    first = first_failures([r for r in records if r.source == "log"])
    numbers = [
        f"{_number(first[side])}{f' for {side}' if len(sides) > 1 else ''}"
        for side in sides
        if side in first
    ]
    return f"; the paper's formula says {' and '.join(numbers)}" if numbers else ""


def _places(readings: list[str]) -> str:
    """` in fixed/ellipsoid or affine/sphere`; "" for the log formula, which has no reading."""
    return f" in {' or '.join(readings)}" if any(readings) else ""


def pool_verdicts(run: Run) -> list[str]:
    """At which strain the unequal blocks of a quenched run fail, in each reading; first glass."""
    pool, sizes = PoolResults(run), generation_lengths(run)
    size, lines = sizes.text(len(sizes.values) - 1), []
    for side in pool.endings:
        middles = pool.critical_quartiles(side)[-1, :, 1]
        for reading, middle in zip(run.read("axes/reading"), middles, strict=True):
            failed = f"half of its unequal blocks of {size} have failed at e = {middle:.3g}"
            beyond = (
                f"fewer than half of its unequal blocks of {size} have failed at "
                f"e = {pool.end(side):g}"
            )
            lines.append(f"In {reading}, {failed if np.isfinite(middle) else beyond}.")
    return lines


def _breaks(records: list[CriticalStrainRecord], source: str, reading: str) -> list[str]:
    """The first failure on each side of e = 0 in a reading, with all channels that fail there."""
    own = [r for r in records if (r.source, r.reading) == (source, reading)]
    limits = first_failures([r for r in records if (r.source, r.reading) == ("continuum", reading)])
    parts = []
    for side, first in first_failures(own).items():
        together = [r for r in own if abs(r.value - first.value) < SHOWN_AS_ONE]
        against = " and ".join(sorted({r.failing_strain or r.channel for r in together}))
        known = source == "lattice" and side in limits
        beside = f" (continuum {_number(limits[side])})" if known else ""
        parts.append(f"at e = {_number(first)} against {against}{_places([reading])}{beside}")
    return parts


def _number(record: CriticalStrainRecord) -> str:
    exact = record.stderr == 0.0
    return f"{record.value:.4g}" if exact else with_error(record.value, record.stderr)
