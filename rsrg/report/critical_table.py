"""The table that a run ends with: the strain that breaks each glass, by sum and by formula."""

from rich.table import Table

from rsrg.report.numbers import with_error
from rsrg.runs.run import CriticalStrainRecord, Run

NONE = "–"


def lowest(records: list[CriticalStrainRecord]) -> CriticalStrainRecord | None:
    """The record of the lowest critical strain e > 0 (tension first, else compression)."""
    positive = [r for r in records if r.value >= 0.0]
    chosen = positive or records
    return min(chosen, key=lambda r: abs(r.value)) if chosen else None


def _cell(records: list[CriticalStrainRecord]) -> str:
    record = lowest(records)
    if record is None:
        return NONE
    return f"{with_error(record.value, record.stderr)}  {record.channel}"


def critical_table(run: Run) -> Table:
    """Lowest critical strain and its channel, per glass and reading: sum, continuum; log formula."""
    records = run.critical_strains()
    table = Table(title=run.config.title or None, title_justify="left", box=None, pad_edge=False)
    table.add_column("glass")
    table.add_column("α", justify="right")
    by_reading = [s for s in run.sources() if s != "log"]
    for reading in run.config.readings:
        for source in by_reading:
            table.add_column(f"{reading}\n{_heading(source)}")
    if "log" in run.sources():
        table.add_column("the paper\nlog formula")
    for material, alpha in zip(run.read("axes/material"), run.read("axes/alpha"), strict=True):
        of_glass = [r for r in records if r.material == material]
        cells = [
            _cell([r for r in of_glass if (r.reading, r.source) == (reading, source)])
            for reading in run.config.readings
            for source in by_reading
        ]
        if "log" in run.sources():
            cells.append(_cell([r for r in of_glass if r.source == "log"]))
        table.add_row(str(material), f"{alpha:.3f}", *cells)
    return table


def _heading(source: str) -> str:
    return {"lattice": "sum over blocks", "continuum": "continuum"}[source]


def notes(run: Run) -> list[str]:
    """What a reader of the table must know: the range, and flows that left their validity."""
    strains = run.read("axes/strain")
    lines = [
        f"Lowest critical strain e on {strains[0]:g} … {strains[-1]:g}, after "
        f"{run.config.steps()} steps of N0 = {run.config.blocks.n0}; {NONE} means none there."
    ]
    if "lattice" in run.sources() and run.config.sampling.estimator == "montecarlo":
        lines.append("Digits in parentheses: one standard error, sampling and interpolation.")
    if run.config.flow.update == "second_order":
        lines += _second_order_notes(run)
    return lines


def _second_order_notes(run: Run) -> list[str]:
    """Second order never crosses zero: say where it ran away, and where it overshot."""
    lines = ["Second order (3.3): a softening channel runs to +∞ and never changes sign."]
    if "lattice" not in run.sources():
        return lines
    strains, readings = run.read("axes/strain"), run.read("axes/reading")
    kinds = {
        "runaway_step": "χ ran above 1e9 ρc_t²",
        "transition_step": "χ overshot below zero (an artefact of the truncation, χM > 1)",
    }
    for name, text in kinds.items():
        steps = run.read(f"flow/{name}")
        for j, reading in enumerate(readings):
            happened = (steps[:, j] >= 0).any(axis=0)
            if happened.any():
                first = strains[happened.argmax()]
                step = steps[:, j, happened.argmax()].max()
                lines.append(f"  {reading}: {text} from e = {first:g} on, there at step {step}.")
    return lines
