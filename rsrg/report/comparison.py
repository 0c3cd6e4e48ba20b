"""Step by step: the flowing χ, the formulas, and how many standard errors lie between."""

from dataclasses import asdict, dataclass

import numpy as np
from rich.table import Table
from rich.text import Text

from rsrg.errors import RunFileError
from rsrg.formatting import NONE, length, plain, with_error
from rsrg.physics.recursion import RUNAWAY
from rsrg.physics.sign import SIGN_NAMES, Sign
from rsrg.results.axis_index import axis_index, nearest_strain
from rsrg.results.run import Run


@dataclass(frozen=True)
class ComparisonRow:
    """One step of one glass, reading, strain and channel; eigenvalues of χ, in ρc_t².

    deviation_*: standard errors between the sum and the formula, counted on χ⁻¹, whose error stays
    finite where χ diverges; None where there is no standard error.
    """

    material: str
    sign: Sign
    reading: str
    strain: float
    channel: str
    step: int
    length_ratio: float
    length_m: float | None
    chi: float
    chi_stderr: float
    chi_continuum: float
    deviation_continuum: float | None
    chi_log: float | None
    deviation_log: float | None


@dataclass(frozen=True)
class Choice:
    """Which part of a run to compare; None lets the run choose."""

    material: str | None = None
    reading: str | None = None
    strain: float | None = None
    channel: str | None = None


def _pick(run: Run, axis: str, wanted: str | None, default: int) -> int:
    return default if wanted is None else axis_index(run, axis, wanted)


def _strain_index(run: Run, wanted: float | None, material: int, reading: int) -> int:
    """The strain nearest to the wanted one, or to the lowest critical strain of the sum."""
    if wanted is None:
        lowest = run.values("critical/strain", material=material, reading=reading, crossing=0)
        wanted = float(lowest) if np.isfinite(lowest) else float(run.read("axes/strain")[-1])
    return nearest_strain(run, wanted)


def comparison(run: Run, choice: Choice) -> list[list[ComparisonRow]]:
    """One list of steps per reading, for one glass, strain and channel.

    Default: the first glass; in each reading the strain nearest to where the sum fails, and the
    channel that is weakest there. Raises RunFileError unless the run is finished, sums over blocks,
    and holds what was chosen.
    """
    run.require_finished()
    if "lattice" not in run.sources():
        raise RunFileError(f"{run.path} holds the formulas alone: there is no sum to compare with")
    material = _pick(run, "material", choice.material, 0)
    count = len(run.read("axes/reading"))
    readings = (
        range(count) if choice.reading is None else [_pick(run, "reading", choice.reading, 0)]
    )
    return [_steps(run, choice, material, j) for j in readings]


def _steps(run: Run, choice: Choice, i: int, j: int) -> list[ComparisonRow]:
    k = _strain_index(run, choice.strain, i, j)
    end = run.values("flow/inverse_eigenvalues", material=i, step=-1, reading=j, strain=k)
    weakest = int(np.argmin(end))
    c = _pick(run, "channel", choice.channel, weakest)
    sources, has_errors = run.sources(), "flow/deviation_continuum" in run
    has_length = "axes/length" in run.snapshot

    def at(name: str, n: int, source: str = "lattice") -> float:
        index = {"material": i, "step": n, "reading": j, "strain": k, "channel": c}
        return float(run.values(f"flow/{name}", source, **index))

    def deviation(source: str, n: int) -> float | None:
        return at("deviation", n, source) if has_errors and source in sources else None

    return [
        ComparisonRow(
            material=str(run.read("axes/material")[i]),
            sign=run.config.flow.sign,
            reading=str(run.read("axes/reading")[j]),
            strain=float(run.read("axes/strain")[k]),
            channel=str(run.read("axes/channel")[c]),
            step=int(step),
            length_ratio=float(run.read("axes/length_ratio")[n]),
            length_m=float(run.read("axes/length")[n]) if has_length else None,
            chi=at("eigenvalues", n),
            chi_stderr=at("eigenvalues_stderr", n),
            chi_continuum=at("eigenvalues", n, "continuum"),
            deviation_continuum=deviation("continuum", n),
            chi_log=at("eigenvalues", n, "log") if "log" in sources else None,
            deviation_log=deviation("log", n),
        )
        for n, step in enumerate(run.read("axes/step"))
    ]


def as_records(rows: list[list[ComparisonRow]]) -> list[dict[str, object]]:
    """Flat records for JSON."""
    return [asdict(row) for steps in rows for row in steps]


def comparison_table(steps: list[ComparisonRow]) -> Table:
    """The steps of one reading as a table."""
    first = steps[0]
    glass = f"{first.material}, {first.reading}, {SIGN_NAMES[first.sign]}"
    title = f"{glass}, e = {first.strain:g}, channel {first.channel}"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("step", justify="right")
    table.add_column("L_n", justify="right")
    for heading in (
        "χ, sum (ρc_t²)",
        "χ, exact continuum",
        "deviation",
        "χ, log formula",
        "deviation",
    ):
        table.add_column(heading, justify="right")
    for row in steps:
        size = plain(row.length_ratio) if row.length_m is None else length(row.length_m)
        table.add_row(
            str(row.step),
            size,
            _chi(row.chi, row.chi_stderr),
            _chi(row.chi_continuum),
            _sigmas(row.deviation_continuum, row.chi, row.chi_continuum),
            _chi(row.chi_log),
            _sigmas(row.deviation_log, row.chi, row.chi_log),
        )
    return table


def _ran_away(chi: float | None) -> bool:
    return chi is None or abs(chi) > RUNAWAY


def _chi(value: float | None, stderr: float | None = None) -> str:
    """An eigenvalue with its error; beyond RUNAWAY only its sign has a meaning."""
    if value is None:
        return NONE
    if _ran_away(value):
        return "+∞" if value > 0 else "−∞"
    return plain(value) if stderr is None else with_error(value, stderr)


def _sigmas(deviation: float | None, chi: float, formula: float | None) -> str:
    """In standard errors; without one, the plain difference; nothing where either ran away."""
    if formula is None or _ran_away(chi) or _ran_away(formula):
        return NONE
    return f"{chi - formula:+.3g}" if deviation is None else f"{deviation:+.1f} σ"
