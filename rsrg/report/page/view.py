"""What the figures of a run's page share: axes, channels, and numbers, each embedded once."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rsrg.physics.loading import outward
from rsrg.physics.sign import SIGN_NAMES
from rsrg.report.eigenvalue_axis import channel_groups
from rsrg.report.html.chart import Control
from rsrg.report.html.numbers import Numbers
from rsrg.report.lengths import Lengths, step_lengths
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.other_sign import OtherSign, other_sign
from rsrg.results.ran_away import ran_away, values_of_flow
from rsrg.results.run import Run

SLIDER = 21  # strains of the slider, at most: a page holds the flow at these alone


@dataclass(frozen=True)
class View:
    """A run with results, and the numbers of its page."""

    run: Run
    numbers: Numbers = field(default_factory=Numbers)

    @cached_property
    def glasses(self) -> list[str]:
        """Their names."""
        return [str(m) for m in self.run.read("axes/material")]

    @cached_property
    def readings(self) -> list[str]:
        """The readings of V(e)."""
        return [str(r) for r in self.run.read("axes/reading")]

    @cached_property
    def sources(self) -> list[str]:
        """The sources of M, the sum over blocks first if there is one."""
        return self.run.sources()

    @cached_property
    def records(self) -> list[CriticalStrainRecord]:
        """All critical strains of the run."""
        return self.run.critical_strains()

    @cached_property
    def strains(self) -> np.ndarray:
        """All strains of the run, (s,)."""
        return np.asarray(self.run.read("axes/strain"))

    @cached_property
    def lengths(self) -> Lengths:
        """L_n after each step."""
        return step_lengths(self.run)

    @cached_property
    def ran_away(self) -> bool:
        """Whether χ ran away somewhere, by any source."""
        return any(ran_away(self.run, source).any() for source in self.sources)

    @cached_property
    def other_sign(self) -> OtherSign | None:
        """The end of the flow with the sign that the run has not."""
        return other_sign(self.run)

    def flow(self, name: str, source: str = "lattice") -> np.ndarray:
        """All values of a dataset of the flow by a source; NaN where χ has run away."""
        return values_of_flow(self.run, f"flow/{name}", source)

    @cached_property
    def channels(self) -> list[tuple[int, str]]:
        """One channel for each set that coincides everywhere, and the names of all of them."""
        curves = [self.flow("inverse_eigenvalues", source) for source in self.sources]
        names = [str(n) for n in self.run.read("axes/channel")]
        groups = channel_groups(curves, len(names))
        return [(first, ", ".join(names[c] for c in members)) for first, members in groups]

    @cached_property
    def slider(self) -> np.ndarray:
        """Indices of the strains of the slider: the first failures, and others evenly spread."""
        count = len(self.strains)
        if count <= SLIDER:
            return np.arange(count)
        failing = list(dict.fromkeys(self.nearest(r.value) for r in self.first_failures()))
        for spread in range(SLIDER, 1, -1):
            even = np.linspace(0, count - 1, spread).round().astype(int)
            chosen = np.unique([*even, *failing[: SLIDER // 3]])
            if len(chosen) <= SLIDER:
                return chosen
        return even

    def nearest(self, strain: float) -> int:
        """The index of the strain nearest to one."""
        return int(np.abs(self.strains - strain).argmin())

    def first_failures(self) -> list["FirstFailure"]:
        """The first failure of each glass and reading, by the first source that has one."""
        return [
            FirstFailure(i, j, value)
            for i in range(len(self.glasses))
            for j in range(len(self.readings))
            if (value := self.first_failure(i, j)) is not None
        ]

    def first_failure(self, material: int, reading: int, source: str = "") -> float | None:
        """The critical strain of a glass and reading that is nearest to e = 0."""
        values = self.crossings(material, reading, source or self.sources[0])
        order = outward(values)
        return float(values[order[0]]) if order else None

    def crossings(self, material: int, reading: int, source: str) -> np.ndarray:
        """All critical strains by a source."""
        values = self.run.values("critical/strain", source, material=material, reading=reading)
        return np.asarray(values[np.isfinite(values)])

    def controls(self, *names: str) -> list[Control]:
        """The menus of these names."""
        known = {
            "glass": Control("glass", "Glass", self.glasses),
            "reading": Control("reading", "Reading", self.readings),
            "strain": self._strain_control(),
            "sign": Control("sign", "Sign", self._signs()),
        }
        return [known[name] for name in names]

    def _signs(self) -> list[str]:
        """The run's own sign first."""
        other = [] if self.other_sign is None else [self.other_sign.sign]
        return [SIGN_NAMES[sign] for sign in (self.run.config.flow.sign, *other)]

    def _strain_control(self) -> Control:
        options = [f"e = {self.strains[k]:.4g}" for k in self.slider]
        first = self.first_failure(0, 0)
        e = self.strains[-1] if first is None else first
        start = int(np.abs(self.strains[self.slider] - e).argmin())
        return Control("strain", "Strain", options, "slider", start)


@dataclass(frozen=True)
class FirstFailure:
    """Indices of glass and reading, and the strain e."""

    material: int
    reading: int
    value: float
