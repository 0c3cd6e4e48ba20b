"""One look at a run that may be going on: how far it is, and what its sums say so far."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.results.any_run import AnyRun
from rsrg.results.reached_error import reached_error
from rsrg.results.run import Run
from rsrg.studies.status import RunStatus, open_with_status

STRAINS = 3  # at which the flow is shown


@dataclass(frozen=True)
class RunProgress:
    """How far a run is. updated: when it was last saved, in seconds since 1970."""

    status: RunStatus
    title: str
    step: int
    steps: int
    updated: float

    @property
    def chunks_per_second(self) -> float | None:
        """The mean rate of all sessions so far; None before the first chunk."""
        left, todo = self.status.seconds_left, self.status.total - self.status.done
        return todo / left if left and todo else None


@dataclass(frozen=True)
class Lowest:
    """Of a glass in a reading: the lowest critical strain e, or how far it is from failing.

    value: e where it fails; else the lowest eigenvalue of χ⁻¹ at all strains. stderr: of e.
    """

    value: float
    stderr: float
    fails: bool


@dataclass(frozen=True)
class FlowCurve:
    """The lowest eigenvalue of χ⁻¹ after each step, (steps,), at a strain."""

    strain: float
    values: Array


@dataclass(frozen=True)
class SumsSoFar:
    """What the sums of a run say. part: of which steps and chunks; "" for a whole run.

    lowest: by glass and reading. flows: of the first glass, by reading, at a few strains. error:
    the standard error of `quantity`; None where there is none. target: what the config asks for.
    failed: the share of failed blocks of the first glass in a quenched run, by reading, with its
    error, at the largest strain; empty where blocks are equal, or no step of the pool is complete.
    """

    part: str
    readings: list[str]
    glasses: list[str]
    lowest: list[list[Lowest]]
    flows: list[list[FlowCurve]]
    quantity: str
    error: float | None
    target: float | None
    draws: int
    failed: list[tuple[float, float]]
    largest_strain: float


def run_progress(path: Path) -> tuple[AnyRun, RunProgress]:
    """A run file of any kind, opened, and how far it is.

    Raises RunFileError as `open_stored_run`.
    """
    run, status = open_with_status(path)
    steps, complete = 1, 0
    for name, total in run.config.chunk_totals().items():
        done = run.read(name)
        steps = len(done)
        if done.any():  # of several kinds of work, the last begun is in hand
            complete = int((done == total // steps).sum())
    updated = datetime.fromisoformat(str(run.attributes["updated"])).timestamp()
    step = min(complete + 1, steps)
    return run, RunProgress(status, run.config.title, step, steps, updated)


def sums_so_far(run: Run) -> SumsSoFar | None:
    """What the results of a run say, preliminary ones where it is not finished; None for none."""
    from rsrg.results.preliminary import preliminary  # loads the sums, which `status` does not

    if (known := preliminary(run)) is None:
        return None
    source, sampling = known.sources()[0], run.config.sampling
    readings = known.readings(source)
    sampled = sampling.estimator == "montecarlo"
    reached = reached_error(known, known.config.sampling.target_quantity) if sampled else None
    glasses = [str(m) for m in known.read("axes/material")]
    return SumsSoFar(
        part=known.preliminary,
        readings=readings,
        glasses=glasses,
        lowest=_lowest(known, source, glasses, readings),
        flows=[_flows(known, source, j) for j in range(len(readings))],
        quantity=reached.quantity if reached else "",
        error=reached.value if reached else None,
        target=sampling.target_error,
        draws=known.config.sampling.samples if sampled else 0,
        failed=_failed(known),
        largest_strain=float(known.read("axes/strain")[-1]),
    )


def _failed(run: Run) -> list[tuple[float, float]]:
    if "pool/failed" not in run.snapshot:
        return []
    shares, errors = (
        run.read(f"pool/{name}")[0, -1, :, -1] for name in ("failed", "failed_stderr")
    )
    return list(zip(shares.tolist(), errors.tolist(), strict=True))


def _lowest(run: Run, source: str, glasses: list[str], readings: list[str]) -> list[list[Lowest]]:
    crossings: dict[tuple[str, str], list[Lowest]] = {}
    for r in run.critical_strains():
        if r.source == source:
            place = crossings.setdefault((r.material, r.reading), [])
            place.append(Lowest(r.value, r.stderr, True))
    return [
        [
            min(
                crossings.get((glass, reading), [_nearest(run, source, i, j)]),
                key=lambda c: abs(c.value),
            )
            for j, reading in enumerate(readings)
        ]
        for i, glass in enumerate(glasses)
    ]


def _nearest(run: Run, source: str, material: int, reading: int) -> Lowest:
    """The lowest eigenvalue of χ⁻¹ after the last step, at all strains."""
    at: dict[str, Any] = {"material": material, "reading": reading, "step": -1}
    values = run.values("flow/inverse_eigenvalues", source, **at)
    return Lowest(float(np.min(values)), 0.0, False)


def _flows(run: Run, source: str, reading: int) -> list[FlowCurve]:
    """At strains that divide the grid evenly, the largest among them."""
    strains = run.read("axes/strain")
    chosen = np.ceil((len(strains) - 1) * np.arange(1, STRAINS + 1) / STRAINS).astype(int)
    values = run.values("flow/inverse_eigenvalues", source, material=0, reading=reading)
    lowest = values.min(axis=-1)  # (steps, strains)
    return [FlowCurve(float(strains[k]), lowest[:, k]) for k in dict.fromkeys(chosen.tolist())]
