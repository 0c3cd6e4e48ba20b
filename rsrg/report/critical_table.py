"""The table that a run ends with: the strain that breaks each glass, by sum and by formula."""

import numpy as np
from rich.table import Table
from rich.text import Text
from scipy.special import stdtrit

from rsrg.ensemble.statistics import MAX_GROUPS
from rsrg.formatting import NONE, with_error
from rsrg.report.sampling_note import sampling_notes
from rsrg.report.sign_text import sign_text
from rsrg.results.critical_record import CriticalStrainRecord, lowest
from rsrg.results.run import Run

MIN_FREEDOM = 16  # degrees of freedom of an error bar; with fewer, a note says so
ONE_SIGMA = 0.6826894921370859  # share of a normal distribution within one standard error
SHOWN_AS_ONE = 1e-6  # critical strains closer than this are shown as one, with all their channels
HEADINGS = {"lattice": "sum", "continuum": "continuum", "log": "log formula"}
Cell = tuple[str, str]


def _cell(records: list[CriticalStrainRecord], vectors: bool) -> Cell:
    """The lowest critical strain, and all channels that fail there together.

    vectors: give their eigenvectors as they are there, where these are known.
    """
    record = lowest(records)
    if record is None:
        return NONE, ""
    together = {
        (vectors and r.failing_strain) or r.channel
        for r in records
        if abs(r.value - record.value) < SHOWN_AS_ONE
    }
    return with_error(record.value, record.stderr), ", ".join(sorted(together))


def _sources(run: Run) -> list[tuple[str, str]]:
    """(reading, source) of every column, what has no reading last."""
    return [
        (reading, source)
        for reading in (*run.config.readings, "")
        for source in run.sources()
        if reading in run.readings(source)
    ]


def _split(records: list[CriticalStrainRecord]) -> list[list[CriticalStrainRecord]]:
    """Records of one column as one list per channel, the first to fail first.

    Channels that fail together in every glass stay together.
    """
    parts: dict[tuple[tuple[str, float], ...], list[CriticalStrainRecord]] = {}
    for channel in dict.fromkeys(r.channel for r in sorted(records, key=lambda r: r.value)):
        own = [r for r in records if r.channel == channel]
        key = tuple((r.material, round(r.value / SHOWN_AS_ONE)) for r in own)
        parts.setdefault(key, []).extend(own)
    return list(parts.values()) or [[]]


def critical_table(run: Run, every_channel: bool = False, reading: str | None = None) -> Table:
    """Lowest critical strain per glass and reading: sum, continuum; and the log formula.

    every_channel: a column for each channel that fails, not only the first. reading: of this one
    only. The channels stand in the heading where they are the same for every glass.
    """
    title = reading or run.config.title
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("glass")
    table.add_column("α", justify="right")
    records = run.critical_strains()
    glasses = [str(m) for m in run.read("axes/material")]
    texts = []
    for place, source in _sources(run):
        if reading is not None and place not in (reading, ""):
            continue
        own = [r for r in records if (r.reading, r.source) == (place, source)]
        for part in _split(own) if every_channel else [own]:
            rows = [[r for r in part if r.material == glass] for glass in glasses]
            cells = [_cell(row, vectors=len(glasses) == 1) for row in rows]
            channels = {c for _, c in cells if c}
            common = len(channels) <= 1
            above = () if reading else (place or "any reading",)
            heading = (*above, HEADINGS[source], *(channels if common else ()))
            table.add_column("\n".join(heading), overflow="fold")
            texts.append([t if common else f"{t} {c}".strip() for t, c in cells])
    for glass, alpha, *row in zip(glasses, run.read("axes/alpha"), *texts, strict=True):
        table.add_row(Text(glass), f"{alpha:.3f}", *row)
    return table


def notes(run: Run) -> list[str]:
    """What a reader of the table must know: the range, and flows that left their validity."""
    strains = run.read("axes/strain")
    lines = [
        f"Critical strains e on {strains[0]:g} … {strains[-1]:g}, the lowest of each column, after "
        f"{run.config.step_weights().sum():.4g} steps of N0 = {run.config.blocks.n0}. "
        f"{NONE}: none there.",
        f"{sign_text(run.config)}.",
        *_turned(run),
    ]
    if "lattice" in run.sources() and run.config.sampling.estimator == "montecarlo":
        lines.append("Digits in parentheses: one standard error, sampling and interpolation.")
        freedom = min(run.config.chunks(), MAX_GROUPS) - 1
        if freedom < MIN_FREEDOM:
            share = 1.0 / np.sqrt(2.0 * freedom)
            wider = float(stdtrit(freedom, 0.5 + 0.5 * ONE_SIGMA))
            lines.append(
                f"Few draws: the standard errors themselves are uncertain by {share:.0%}; for 68% "
                f"confidence take {wider:.3g} of them (Student's t, {freedom} degrees of freedom)."
            )
        lines += sampling_notes(run)
    if run.config.flow.update == "second_order":
        lines += _second_order_notes(run)
    return lines


def _turned(run: Run) -> list[str]:
    """Which strains the names of channels stand for, where the eigenvectors have turned."""
    if len(run.read("axes/material")) == 1:
        return []  # the table has them
    strains: dict[str, list[str]] = {}
    for r in sorted(run.critical_strains(), key=lambda r: r.failing_strain):
        if r.failing_strain not in ("", r.channel):
            strains.setdefault(r.channel, []).append(r.failing_strain)
    return [
        f"{channel}: a channel's name at small strain. Where it fails, its strain is "
        + " to ".join(dict.fromkeys((found[0], found[-1])))
        + ", by glass, reading and source."
        for channel, found in strains.items()
    ]


def _second_order_notes(run: Run) -> list[str]:
    """Second order never crosses zero: say where it ran away, and where it overshot."""
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
            steps = run.values(f"flow/{name}", reading=j)
            happened = (steps >= 0).any(axis=0)
            if happened.any():
                first = int(happened.argmax())
                step = steps[:, first].max()
                lines.append(f"  {reading}: {text} from e = {strains[first]:g} on, step {step}.")
    return lines
