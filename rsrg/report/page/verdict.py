"""What a run says, in one sentence for each glass."""

import numpy as np

from rsrg.formatting import with_error
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.lengths import generation_lengths
from rsrg.results.critical_record import CriticalStrainRecord, lowest
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
    source = run.sources()[0]
    own = [r for r in records if r.source == source]
    breaks = [(reading, _failing(own, reading)) for reading in run.readings(source)]
    parts = [_breaks(records, *at) for at in breaks if at[1]]
    none = [reading for reading, failing in breaks if not failing]
    name = f"{glass}, taken as equal blocks," if run.config.flow.quenched else glass
    text = f"{name} breaks {', and '.join(parts)}" if parts else name
    if none:
        places = " or ".join(none)
        strains = run.read("axes/strain")
        within = f"between e = {strains[0]:g} and {strains[-1]:g}"
        if source == "log":
            text += f" does not break {within}"
        else:
            text += f"{'; it' if parts else ''} does not break in {places} {within}"
    formula = lowest([r for r in records if r.source == "log"])
    if formula and source != "log":
        text += f"; the paper's formula says {_number(formula)}"
    return f"{text}."


def pool_verdicts(run: Run) -> list[str]:
    """At which strain the unequal blocks of a quenched run fail, in each reading; first glass."""
    pool, sizes = PoolResults(run), generation_lengths(run)
    end = run.read("axes/strain")[-1]
    lines = []
    for reading, (_, middle, _) in zip(
        run.read("axes/reading"), pool.critical_quartiles[-1], strict=True
    ):
        size = sizes.text(len(sizes.values) - 1)
        failed = f"half of its unequal blocks of {size} have failed at e = {middle:.3g}"
        beyond = f"fewer than half of its unequal blocks of {size} have failed at e = {end:g}"
        lines.append(f"In {reading}, {failed if np.isfinite(middle) else beyond}.")
    return lines


def _failing(records: list[CriticalStrainRecord], reading: str) -> list[CriticalStrainRecord]:
    """All channels that fail together first, in a reading."""
    there = [r for r in records if r.reading == reading]
    first = lowest(there)
    if first is None:
        return []
    return [r for r in there if abs(r.value - first.value) < SHOWN_AS_ONE]


def _breaks(
    records: list[CriticalStrainRecord], reading: str, failing: list[CriticalStrainRecord]
) -> str:
    against = " and ".join(sorted({r.failing_strain or r.channel for r in failing}))
    text = f"at e = {_number(failing[0])} against {against}"
    if not reading:
        return text
    limit = lowest([r for r in records if (r.source, r.reading) == ("continuum", reading)])
    beside = f" (continuum {_number(limit)})" if limit and failing[0].source == "lattice" else ""
    return f"{text} in {reading}{beside}"


def _number(record: CriticalStrainRecord) -> str:
    exact = record.stderr == 0.0
    return f"{record.value:.4g}" if exact else with_error(record.value, record.stderr)
