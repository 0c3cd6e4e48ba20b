"""The raw chunk means of a run, NaN where nothing is computed yet, and their datasets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rsrg.config.schema import Config
from rsrg.ensemble.sampling import ChunkMoments
from rsrg.errors import RunFileError
from rsrg.physics.arrays import Array
from rsrg.physics.interaction import QUARTIC_NAMES
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import Snapshot

CaseIndices = tuple[tuple[int, ...], tuple[int, ...]]  # indices of readings, and of strains

WINDOW = 64  # chunks that are looked at together for the first that is not complete

DATASETS = {  # where each field of MomentArrays is kept in a run file
    "moments": "coupling/moments",
    "unstrained": "coupling/moments_unstrained",
    "volume": "coupling/moments_volume",
    "number": "coupling/number_volume",
}


class DatasetFile(Protocol):
    """What datasets are read from by their paths."""

    @property
    def path(self) -> Path:
        """Of the file."""

    def __contains__(self, name: str) -> bool:
        """Whether there is such a dataset."""

    def read(self, name: str) -> Any:
        """The values of a dataset."""


def _varies_with_strain(field: str) -> bool:
    """Whether a field has axes of readings and strains; the unstrained control has none."""
    return "reading" in ENTRIES[DATASETS[field]].dims


@dataclass
class MomentArrays:
    """The chunk means (see `ChunkMoments`) of all steps and chunks of a run.

    moments: (steps, readings, strains, chunks, 15). unstrained: (steps, chunks, 15). volume: as
    moments, number: (steps, readings, strains, chunks); None where the run has no such control.
    Steps, chunks and cases that are not computed yet are NaN.
    """

    moments: Array
    unstrained: Array
    volume: Array | None = None
    number: Array | None = None

    @classmethod
    def empty(cls, config: Config) -> Self:
        """Arrays for all means of a run of this config, filled with NaN."""
        return cls(**{f: np.full(shape, np.nan) for f, shape in _shapes(config).items()})

    @classmethod
    def from_run_file(cls, file: DatasetFile, config: Config) -> Self:
        """All means in a run file; controls that an older rsrg did not write are NaN.

        file: a Snapshot; or a Run, which reads each dataset once. Raises RunFileError unless their
        shapes fit the config.
        """
        if config.sampling.estimator == "formula":
            return cls.empty(config)
        arrays = {}
        shapes = _shapes(config)
        for field, name in DATASETS.items():
            if name in file or field in ("moments", "unstrained"):
                arrays[field] = file.read(name)
                require_shape(file, arrays[field], shapes.get(field))
            elif field in shapes:
                arrays[field] = np.full(shapes[field], np.nan)
        return cls(**arrays)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The means of several runs as if one had drawn all their chunks."""
        arrays = {}
        for field in DATASETS:
            values = [getattr(part, field) for part in parts]
            if all(v is not None for v in values):
                arrays[field] = np.concatenate(values, axis=3 if _varies_with_strain(field) else 1)
        return cls(**arrays)

    @property
    def cases(self) -> CaseIndices:
        """All readings and strains."""
        _, readings, strains, *_ = self.moments.shape
        return tuple(range(readings)), tuple(range(strains))

    def datasets(self) -> dict[str, Any]:
        """The datasets of a run file, by path, with their axes."""
        return {
            "axes/chunk": np.arange(self.unstrained.shape[1]),
            "axes/quartic": list(QUARTIC_NAMES),
            **{DATASETS[field]: values for field, values in self._arrays()},
        }

    def store(self, step: int, chunks: range, cases: CaseIndices, new: ChunkMoments) -> None:
        """Store the means of some chunks, for some readings and strains."""
        place = slice(chunks.start, chunks.stop)
        for field, values in self._arrays():
            some = getattr(new, field)
            if not _varies_with_strain(field):
                values[step, place] = some
            elif some is not None:
                values[step, :, :, place][np.ix_(*cases)] = np.moveaxis(some, 0, 2)

    def missing(
        self, step: int, first: int, size: Callable[[int, CaseIndices], int]
    ) -> Iterator[tuple[range, CaseIndices]]:
        """The chunks of a step from `first` on, and their readings and strains still to compute.

        Consecutive chunks that miss the same come together, as many as size(chunk, cases) says.
        """
        chunk, chunks = first, self.moments.shape[3]
        while chunk < chunks:
            cases = self.missing_cases(step, chunk)
            last = min([chunk + size(chunk, some) for some in cases] + [chunks])
            blank = self._blank(step, slice(chunk, last))
            alike = np.asarray((blank == blank[..., :1]).all(axis=(0, 1)))
            end = chunk + _leading(alike)
            for some in cases:
                yield range(chunk, end), some
            chunk = end

    def missing_cases(self, step: int, chunk: int) -> list[CaseIndices]:
        """The readings and strains of a chunk still to be computed, for instance new ones."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for reading, row in enumerate(self._blank(step, chunk)):
            if row.any():
                groups.setdefault(tuple(np.flatnonzero(row).tolist()), []).append(reading)
        return [(tuple(readings), strains) for strains, readings in groups.items()]

    def first_incomplete(self, step: int, chunk: int) -> int:
        """The first chunk of a step, from this one on, that is not computed in all cases."""
        chunks = self.moments.shape[3]
        for first in range(chunk, chunks, WINDOW):
            complete = np.asarray(~self._blank(step, slice(first, first + WINDOW)).any(axis=(0, 1)))
            if not complete.all():
                return first + _leading(complete)
        return chunks

    def _blank(self, step: int, chunks: int | slice) -> NDArray[np.bool_]:
        """Which readings and strains are not computed, (readings, strains), for each chunk."""
        return np.isnan(self.moments[step, :, :, chunks, 0])

    def chunks_complete(self) -> NDArray[np.int64]:
        """Number of chunks of each step, from the first, complete in all cases, (steps,)."""
        steps = range(len(self.moments))
        return np.array([self.first_incomplete(step, 0) for step in steps], dtype=np.int64)

    def first(self, steps: int, chunks: int) -> Self:
        """The means of the first steps and their first chunks."""
        return type(self)(
            **{
                field: np.ascontiguousarray(
                    values[:steps, :, :, :chunks]
                    if _varies_with_strain(field)
                    else values[:steps, :chunks]
                )
                for field, values in self._arrays()
            }
        )

    def extended(self, before: Config, after: Config) -> Self:
        """The same means in the arrays of a config that asks for more (see `resume_rules`)."""
        if _shapes(after) == _shapes(before):
            return self
        larger = type(self).empty(after)
        readings = np.array([after.readings.index(r) for r in before.readings])
        strains = np.searchsorted(after.strain.strains(), before.strain.strains())
        steps, _, _, chunks, _ = self.moments.shape
        cases = np.ix_(np.arange(steps), readings, strains, np.arange(chunks))
        for field, values in larger._arrays():
            old = getattr(self, field)
            if old is not None:
                values[cases if _varies_with_strain(field) else np.s_[:steps, :chunks]] = old
        return larger

    def _arrays(self) -> Iterator[tuple[str, Array]]:
        """The fields that this run has."""
        for field in DATASETS:
            values = getattr(self, field)
            if values is not None:
                yield field, values


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """The shapes of the fields of MomentArrays that a run of a config has."""
    chunks = 0 if config.sampling.estimator == "formula" else config.chunks()
    steps, cases = config.steps(), (len(config.readings), len(config.strain.strains()))
    shapes = {"moments": (steps, *cases, chunks, 15), "unstrained": (steps, chunks, 15)}
    drawn = config.sampling.estimator == "montecarlo"
    if drawn and config.blocks.blocks().volume_control:
        shapes |= {"volume": shapes["moments"], "number": shapes["moments"][:-1]}
    return shapes


def saved_chunks_done(snapshot: Snapshot, config: Config) -> NDArray[np.int64]:
    """Number of chunks of each step in a run file, (steps,). RunFileError unless its shape fits."""
    done: NDArray[np.int64] = snapshot.read("checkpoint/chunks_done")
    require_shape(snapshot, done, (config.steps(),))
    return done


def require_shape(file: DatasetFile, values: NDArray[Any], shape: tuple[int, ...] | None) -> None:
    """Raise RunFileError unless a dataset has the shape that its config gives it."""
    if getattr(values, "shape", None) != shape:
        raise RunFileError(f"{file.path} is damaged: its datasets do not fit its config")


def _leading(flags: NDArray[np.bool_]) -> int:
    """How many flags are true before the first that is not."""
    return len(flags) if flags.all() else int(np.argmin(flags))
