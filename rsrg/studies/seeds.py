"""Several seeds of one config pooled, as if one run had drawn all their chunks."""

import json
from collections.abc import Sequence
from typing import Any

from rsrg.config.resume_rules import flat
from rsrg.errors import RunFileError
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import compute_results
from rsrg.results.run import open_single_run
from rsrg.studies.collect import Collected

POOLED = ("sampling.seed", "sampling.samples")
SeedGroup = tuple[Collected, ...]


def seed_groups(runs: Sequence[Collected]) -> list[SeedGroup]:
    """Groups of runs that differ only in their seed (and samples), each ordered by seed.

    Raises RunFileError where a seed occurs twice, as its draws would count twice, or where
    nothing is drawn.
    """
    groups: dict[str, list[Collected]] = {}
    for run in runs:
        if run.config.sampling.estimator != "montecarlo":
            raise RunFileError(
                f"seeds can be pooled where `estimator` is montecarlo; {run.path} is "
                f"{run.config.sampling.estimator}"
            )
        groups.setdefault(_all_but_seed(run), []).append(run)
    for group in groups.values():
        _require_distinct_seeds(group)
    return [tuple(sorted(group, key=lambda r: r.config.sampling.seed)) for group in groups.values()]


def _all_but_seed(run: Collected) -> str:
    settings = flat(run.config.numerical_settings())
    return json.dumps({k: v for k, v in settings.items() if k not in POOLED}, sort_keys=True)


def _require_distinct_seeds(group: Sequence[Collected]) -> None:
    first: dict[int, Collected] = {}
    for run in group:
        seed = run.config.sampling.seed
        if seed in first:
            raise RunFileError(
                f"each seed can be pooled once; {first[seed].path} and {run.path} both have "
                f"seed {seed}"
            )
        first[seed] = run


def pooled_results(group: SeedGroup) -> dict[str, Any]:
    """The raw chunk means of all seeds, one after another, and every dataset derived from them."""
    moments = MomentArrays.joined([_moments(run) for run in group])
    results = compute_results(group[0].config, moments, chunks_per_seed(group))
    return moments.datasets() | results


def chunks_per_seed(group: SeedGroup) -> list[tuple[int, int]]:
    """The seeds, and how many chunks each drew."""
    return [(run.config.sampling.seed, run.config.chunks()) for run in group]


def _moments(run: Collected) -> MomentArrays:
    with open_single_run(run.path).snapshot as opened:
        return MomentArrays.from_run_file(opened, run.config)
