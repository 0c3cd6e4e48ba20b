"""Which results a run file leaves out, as they follow from those that it holds (see `derived`)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rsrg.config.schema import Config
from rsrg.storage.layout import FROM_CHUNK_MEANS, SOURCES

if TYPE_CHECKING:
    from rsrg.results.run import Run

LARGEST = "coupling/largest_stderr"


def stored_results(config: Config, results: Mapping[str, Any]) -> dict[str, Any]:
    """The results that go into the run file, by path."""
    left_out = set(quickly_derived(config))
    return {name: values for name, values in results.items() if name not in left_out}


def quickly_derived(config: Config) -> Iterator[str]:
    """The paths that follow quickly from others. χ's own eigenvalues only where χ⁻¹ is iterated."""
    for source in SOURCES.values():
        yield f"flow/chi{source.suffix}"
        yield f"flow/deviation{source.suffix}"
        if config.flow.annealed_update == "resummed":
            yield f"flow/eigenvalues{source.suffix}"
            yield f"flow/eigenvalues{source.suffix}_stderr"


def derivable(run: "Run") -> list[str]:
    """The paths of results that the file leaves out and that can be computed from it."""
    if not run.has_results:
        return []
    names = [n for n in quickly_derived(run.config) if n not in run.snapshot and _follows(run, n)]
    if "coupling/M_stderr" in run.snapshot:
        return [*names, *([] if LARGEST in run.snapshot else [LARGEST])]
    drawn = run.config.sampling.estimator == "montecarlo"
    if "coupling/M" not in run.snapshot or (drawn and "coupling/moments" not in run.snapshot):
        return names
    harmonics = "axes/monomial" in run.snapshot
    return [*names, *(n for n in FROM_CHUNK_MEANS if harmonics or n != "coupling/harmonics")]


def _follows(run: "Run", name: str) -> bool:
    """Whether what a path follows from is there."""
    word, source = parts(name)
    suffix = SOURCES[source].suffix
    if word == "chi":
        return f"coupling/M{suffix}" in run.snapshot
    if word == "deviation":
        errors = "flow/inverse_eigenvalues_stderr"
        there = f"flow/inverse_eigenvalues{suffix}" in run.snapshot and source != "lattice"
        return there and errors in run.snapshot and bool(np.any(run.read(errors)))
    return name.replace("eigenvalues", "inverse_eigenvalues") in run.snapshot


def parts(name: str) -> tuple[str, str]:
    """The word and the source of a path: `flow/chi_log` → chi, log."""
    word = name.split("/")[1].removesuffix("_stderr")
    source = next((s for s in SOURCES if word.endswith(f"_{s}")), "lattice")
    return word.removesuffix(SOURCES[source].suffix), source
