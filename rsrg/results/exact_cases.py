"""The results of an ensemble of exact super blocks, case by case, and what they decide."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rsrg.results.exact_run import ExactRun

RIGHT = 0.1  # a change of χ that is right to 10% is called right
SIGMAS = 2.0  # standard errors by which an error must lie below or above that


@dataclass(frozen=True)
class Measured:
    """A number with its standard error."""

    value: float
    stderr: float

    @property
    def right(self) -> bool:
        """Whether this relative error is below 10% for sure."""
        return self.value + SIGMAS * self.stderr < RIGHT

    @property
    def wrong(self) -> bool:
        """Whether this relative error is above 10% for sure."""
        return self.value - SIGMAS * self.stderr > RIGHT


@dataclass(frozen=True)
class ExactCase:
    """One strength, distance and temperature. errors: relative error by formula."""

    strength: float
    distance: float
    temperature: float
    relative_change: Measured
    projection: Measured
    errors: dict[str, Measured]

    @property
    def coupling(self) -> float:
        """x = (γ²/ρc_t² L³ ε)/(r/L)³, on which the interaction depends alone."""
        return self.strength / self.distance**3


def exact_cases(run: ExactRun) -> list[ExactCase]:
    """All cases of a finished run. Raises RunFileError unless it is finished."""
    run.require_finished()
    formulas = [str(f) for f in run.read("axes/formula")]
    axes = [run.read(f"axes/{name}") for name in ("strength", "distance", "temperature")]

    def measured(name: str, *place: int) -> Measured:
        path = f"exact/{name}"
        return Measured(float(run.read(path)[place]), float(run.read(f"{path}_stderr")[place]))

    return [
        ExactCase(
            strength=float(axes[0][place[0]]),
            distance=float(axes[1][place[1]]),
            temperature=float(axes[2][place[2]]),
            relative_change=measured("relative_change", *place),
            projection=measured("projection", *place),
            errors={f: measured("relative_error", i, *place) for i, f in enumerate(formulas)},
        )
        for place in np.ndindex(*(len(axis) for axis in axes))
    ]


def right_up_to(cases: list[ExactCase], formula: str) -> Iterator[tuple[float, float | None, bool]]:
    """Up to which x a formula is right, for each temperature: (temperature, limit, everywhere).

    limit: the largest x of the run at which, and at all smaller ones, the formula is right; None
    where it is not right at the smallest. everywhere: whether it is right at all x.
    """
    for temperature in dict.fromkeys(case.temperature for case in cases):
        own = sorted((c for c in cases if c.temperature == temperature), key=lambda c: c.coupling)
        limit = None
        for case in own:
            if not case.errors[formula].right:
                break
            limit = case.coupling
        yield temperature, limit, limit == own[-1].coupling
