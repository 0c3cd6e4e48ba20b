"""Step by step: the flowing χ of a run, the formulas, and how many standard errors lie between."""

from dataclasses import dataclass

import numpy as np

from rsrg.errors import RunFileError
from rsrg.formatting import NONE, plain, sigmas_text, with_error
from rsrg.physics.loading import outward
from rsrg.physics.sign import Sign
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

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        apart = "deviation of the sum (σ)"
        return {
            "glass": self.material,
            "reading": self.reading,
            "strain e": f"{self.strain:.4g}",
            "channel": self.channel,
            "step": str(self.step),
            "χ, sum (ρc_t²)": with_error(self.chi, self.chi_stderr),
            "χ, continuum": plain(self.chi_continuum),
            apart: sigmas_text(self.deviation_continuum),
            "χ, log formula": NONE if self.chi_log is None else plain(self.chi_log),
            f"{apart}, log formula": sigmas_text(self.deviation_log),
        }


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
    """The strain nearest to the wanted one, or to the first failure of the sum."""
    if wanted is None:
        strains = run.values("critical/strain", material=material, reading=reading)
        order = outward(strains)
        wanted = float(strains[order[0]] if order else run.read("axes/strain")[-1])
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
