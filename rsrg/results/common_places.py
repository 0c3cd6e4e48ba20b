"""Glasses, readings, sources and strains that two runs have in common, and what only one has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from rsrg.formatting import counted, length
from rsrg.physics.arrays import Array
from rsrg.results.name_index import name_index
from rsrg.results.run import Run
from rsrg.storage.layout import SOURCES

SAME_STRAIN = 1e-9  # strains of two grids that differ by less differ by rounding
SAME_DIRECTION = 1e-12  # of components of order 1
SAME_LENGTH = 1e-9  # relative difference of lengths that are equal but for their units


@dataclass(frozen=True)
class CommonPlaces:
    """Where two runs can be compared: each list holds what both have, in the order of A."""

    a: Run
    b: Run
    materials: list[str]
    readings: list[str]
    sources: list[str]

    @classmethod
    def of(cls, a: Run, b: Run, material: str | None, reading: str | None) -> Self:
        """All that two runs have in common; of one glass or reading where one is named.

        Raises RunFileError where a run does not have that one.
        """
        for run in (a, b):
            run.material_index(material)
            if reading is not None:
                name_index("reading", reading, run.config.readings, run.path)
        return cls(
            a,
            b,
            [material] if material else _common(_names(a), _names(b)),
            [reading] if reading else _common(a.config.readings, b.config.readings),
            _common(a.sources(), b.sources()),
        )

    def all(self) -> Iterator[tuple[str, str, str]]:
        """(source, reading, material) of all; the reading is "" for a source that has none."""
        for source in self.sources:
            for reading in self.readings if self.a.readings(source) != [""] else [""]:
                for material in self.materials:
                    yield source, reading, material

    @cached_property
    def same_direction(self) -> bool:
        """Whether a strain e means the same deformation in both."""
        one, other = (run.read("axes/direction") for run in (self.a, self.b))
        return bool(np.allclose(one, other, rtol=0.0, atol=SAME_DIRECTION))

    @cached_property
    def same_lengths(self) -> bool:
        """Whether χ⁻¹ can be compared at the end: at one length, and at strains of both."""
        ends = [float(run.read("axes/length_ratio")[-1]) for run in (self.a, self.b)]
        same = abs(ends[0] - ends[1]) <= SAME_LENGTH * ends[0]
        return same and self.same_direction and len(self.strains) > 0

    @cached_property
    def strain_indices(self) -> tuple[np.ndarray, np.ndarray]:
        """Indices of the common strains in A and in B."""
        one, other = (run.read("axes/strain") for run in (self.a, self.b))
        near = np.abs(one[:, None] - other[None, :]) <= SAME_STRAIN
        i, j = np.nonzero(near)
        return i, j

    @property
    def strains(self) -> Array:
        """The strains that both have."""
        return np.asarray(self.a.read("axes/strain")[self.strain_indices[0]])

    @property
    def channels(self) -> list[str]:
        """The names of the channels, which follow from the direction of the strain."""
        return [str(c) for c in self.a.read("axes/channel")]

    def final_eigenvalues(
        self, source: str, reading: str, material: str
    ) -> list[tuple[Array, Array]]:
        """Of A and of B: eigenvalues of χ⁻¹ at the final length and their errors, (strains, 6)."""
        pairs = []
        for run, strains in zip((self.a, self.b), self.strain_indices, strict=True):
            at: dict[str, Any] = {"material": run.material_index(material), "step": -1}
            if reading:
                at["reading"] = run.readings(source).index(reading)
            values = run.values("flow/inverse_eigenvalues", source, **at)[strains]
            errors = np.zeros_like(values)
            if source == "lattice":
                errors = run.values("flow/inverse_eigenvalues_stderr", **at)[strains]
            pairs.append((values, errors))
        return pairs

    def not_compared(self) -> list[str]:
        """What only one of the runs has, and why numbers of both cannot be compared: sentences."""
        return [
            *_only("glass", _names(self.a), _names(self.b)),
            *self._other_glasses(),
            *_only("reading", self.a.config.readings, self.b.config.readings),
            *_only("source of M", self.a.sources(), self.b.sources()),
            *self._strains(),
            *self._lengths(),
        ]

    def _other_glasses(self) -> Iterator[str]:
        """Glasses of one name that are not the same."""
        for name in self.materials:
            one, other = (
                float(run.read("axes/alpha")[run.material_index(name)]) for run in (self.a, self.b)
            )
            if one != other:
                yield f"{name} is another glass in B: α = {one:.6g} in A, {other:.6g} in B"

    def _strains(self) -> Iterator[str]:
        if not self.same_direction:
            yield "A and B are strained in different directions: no strain of A is one of B"
            return
        counts = [len(run.read("axes/strain")) for run in (self.a, self.b)]
        common = len(self.strains)
        if common < max(counts):
            yield (
                f"A and B have {counted(common, 'strain')} in common, of {counts[0]} in A and "
                f"{counts[1]} in B: χ⁻¹ is compared there alone"
            )

    def _lengths(self) -> Iterator[str]:
        ends = [float(run.read("axes/length_ratio")[-1]) for run in (self.a, self.b)]
        if abs(ends[0] - ends[1]) > SAME_LENGTH * ends[0]:
            yield (
                f"the flows end at different lengths, {_end(self.a)} in A and {_end(self.b)} in B: "
                "critical strains differ by that, and χ⁻¹ is not compared"
            )


def _names(run: Run) -> list[str]:
    return [str(m) for m in run.read("axes/material")]


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return [name for name in one if name in other]


def _only(what: str, one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    """What only one run has, by name."""
    for run, own, others in (("A", one, other), ("B", other, one)):
        if lacking := [LONG.get(name, name) for name in own if name not in others]:
            yield f"{what} in {run} only: {', '.join(lacking)}"


LONG = {name: source.long_name for name, source in SOURCES.items()}


def _end(run: Run) -> str:
    """After how many steps a flow ends, and at which length."""
    steps = counted(float(f"{run.config.step_weights().sum():.4g}"), "step")
    if "axes/length" in run.snapshot:
        return f"{length(float(run.read('axes/length')[-1]))} ({steps})"
    return f"{float(run.read('axes/length_ratio')[-1]):.4g} L₁ ({steps})"
