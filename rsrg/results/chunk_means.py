"""The raw chunk means of a run: NaN where nothing is done yet, and their places in its file."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rsrg.config.schema import Config
from rsrg.ensemble.sampling import Means
from rsrg.errors import RunFileError
from rsrg.physics.arrays import Array
from rsrg.physics.interaction import QUARTIC_NAMES
from rsrg.storage.layout import RAW
from rsrg.storage.run_file import Snapshot

Cases = tuple[tuple[int, ...], tuple[int, ...]]  # numbers of readings, and of strains

OPTIONAL = ("volume", "number")  # files of the first versions have neither
OF_CASES = ("moments", "volume", "number")  # (steps, readings, strains, chunks, ...)


def _shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """The shapes of the fields of Means that a run has."""
    chunks = 0 if config.sampling.estimator == "formula" else config.chunks()
    steps, cases = config.steps(), (len(config.readings), len(config.strain.strains()))
    shapes = {"moments": (steps, *cases, chunks, 15), "unstrained": (steps, chunks, 15)}
    drawn = config.sampling.estimator == "montecarlo"
    if drawn and config.blocks.blocks().volume_control:
        shapes |= {"volume": shapes["moments"], "number": shapes["moments"][:-1]}
    return shapes


def no_means(config: Config) -> Means:
    """NaN in the place of every mean of a run."""
    return Means(**{field: np.full(shape, np.nan) for field, shape in _shapes(config).items()})


def saved_means(snapshot: Snapshot, config: Config) -> Means:
    """All means in a run file. Raises RunFileError unless they fit the config."""
    if config.sampling.estimator == "formula":
        return no_means(config)
    shapes, found = _shapes(config), {}
    for name, field in RAW.items():
        if name in snapshot or field not in OPTIONAL:
            found[field] = snapshot.read(name)
            require_fit(snapshot, found[field], shapes.get(field))
        elif field in shapes:
            found[field] = np.full(shapes[field], np.nan)
    return Means(**found)


def chunks_done(snapshot: Snapshot, config: Config) -> NDArray[np.int64]:
    """How many chunks of each step are there, (steps,). Raises RunFileError as `saved_means`."""
    done: NDArray[np.int64] = snapshot.read("checkpoint/chunks_done")
    require_fit(snapshot, done, (config.steps(),))
    return done


def require_fit(snapshot: Snapshot, found: NDArray[Any], shape: tuple[int, ...] | None) -> None:
    """Raise RunFileError unless what is there has the shape that it should have."""
    if getattr(found, "shape", None) != shape:
        raise RunFileError(f"{snapshot.path} is damaged: its datasets do not fit its config")


def means_datasets(means: Means) -> dict[str, Any]:
    """The datasets of a checkpoint, by path."""
    kept = {name: getattr(means, field) for name, field in RAW.items()}
    return {
        "axes/chunk": np.arange(means.unstrained.shape[1]),
        "axes/quartic": list(QUARTIC_NAMES),
        **{name: values for name, values in kept.items() if values is not None},
    }


def take_chunk(means: Means, step: int, chunk: int, cases: Cases, new: Means) -> None:
    """Write the means of one chunk of some cases into those of the run."""
    means.unstrained[step, chunk] = new.unstrained
    for all_, some in _of_cases(means, new):
        all_[step, :, :, chunk][np.ix_(*cases)] = some


def copy_means(
    old: Means, larger: Means, readings: NDArray[np.intp], strains: NDArray[np.intp]
) -> None:
    """Write means into those of a larger run, in which their readings and strains have numbers."""
    steps, _, _, chunks, _ = old.moments.shape
    where = np.ix_(np.arange(steps), readings, strains, np.arange(chunks))
    larger.unstrained[:steps, :chunks] = old.unstrained
    for all_, some in _of_cases(larger, old):
        all_[where] = some


def _of_cases(*means: Means) -> list[tuple[Array, ...]]:
    """The fields that know of readings and strains, of all these means, where all have them."""
    fields = [tuple(getattr(m, name) for m in means) for name in OF_CASES]
    return [arrays for arrays in fields if all(a is not None for a in arrays)]


def chunks_complete(means: Means) -> NDArray[np.int64]:
    """How many chunks of each step are there in all cases, counted from the first, (steps,)."""
    there = ~np.isnan(means.moments[..., 0]).any(axis=(1, 2))
    return np.cumprod(there, axis=1, dtype=np.int64).sum(axis=1)


def joined(parts: Sequence[Means]) -> Means:
    """The means of several runs as if one had drawn all their chunks."""
    moments, *controls = (np.concatenate(arrays, axis=3) for arrays in _of_cases(*parts))
    return Means(moments, np.concatenate([m.unstrained for m in parts], axis=1), *controls)
