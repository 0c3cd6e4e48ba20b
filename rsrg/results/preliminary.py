"""Results of a run that is not finished: those of a shorter run, whose work is all done.

A run file without results holds the raw chunk means so far. Draws are independent of one another,
and a step depends on none after it. So the steps and chunks that are complete are those of a run
whose config asked for no more, and its results are the same bits.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rsrg.config.flow import FlowSpec, InitialSpec
from rsrg.config.geometry import Lengths
from rsrg.config.sampling import MIN_CHUNKS, TARGET_CHUNKS, Sampling
from rsrg.config.schema import Config
from rsrg.ensemble.blocks import CHUNK
from rsrg.results.axes import pool_axes, run_axes
from rsrg.results.chunk_means import MomentArrays, saved_chunks_done
from rsrg.results.compute import compute_results
from rsrg.results.derivable import stored_results
from rsrg.results.pool_conclusions import pool_conclusions
from rsrg.results.run import Run
from rsrg.storage.encoding import encode
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import Snapshot

CONCLUSIONS = ("pool/narrowing", "pool/narrowing_stderr")


@dataclass(frozen=True)
class Extent:
    """The part of a run that has results: whole steps, and the chunks of draws of each.

    generations: steps that the pool of a quenched run has taken; 0 where there is no pool yet.
    """

    steps: int
    chunks: int
    generations: int = 0


def preliminary(run: Run) -> Run | None:
    """The results that the finished steps and chunks of a run allow.

    run: in any state. One that is finished comes back as it is.

    Returns a Run in memory that ends with the last complete step: its config asks for no more
    steps and draws, its status and text are those of the file, and its `preliminary` says which
    part it is. None where nothing can be said yet; `nothing_yet` says why.
    """
    if run.has_results:
        return run
    extent = _extent(run)
    if extent is None:
        return None
    config = _shorter(run.config, extent)
    datasets = {
        **run_axes(config),
        **_draws(run, config, extent),
        **_pool(run, config, extent),
        **{name: run.read(name) for name in ("axes/session", *run.snapshot.names("provenance/"))},
    }
    attributes = run.attributes | {
        "config": config.resolved(),
        "config_hash": config.digest(),
        "preliminary": _text(run.config, extent),
    }
    return Run(Snapshot.from_content(run.path, encode(attributes, datasets)))


def nothing_yet(run: Run) -> str:
    """Why a run has no preliminary results, as a sentence without its stop."""
    done = int(saved_chunks_done(run.snapshot, run.config)[0])
    return (
        f"no step is complete, and of the first {done} of {run.config.chunks()} chunks of draws "
        f"are done; an error bar needs {MIN_CHUNKS}"
    )


def _extent(run: Run) -> Extent | None:
    config = run.config
    if config.sampling.estimator == "formula":
        return Extent(config.steps(), 1)
    drawn = _drawn(config, saved_chunks_done(run.snapshot, config))
    if drawn is None or not config.flow.quenched or not (generations := _generations(run)):
        return drawn
    steps = min(drawn.steps, generations)
    return Extent(steps, drawn.chunks, steps)


def _drawn(config: Config, done: np.ndarray) -> Extent | None:
    """The steps and chunks of draws to take. done: chunks complete from the first, (steps,).

    All steps with the chunks that each has, where these suffice to know an error from; else the
    steps that are complete; else the steps from the first that have chunks enough for an error.
    """
    steps, chunks = len(done), config.chunks()
    if config.sampling.resample == "once":
        done = np.full_like(done, done[0])  # every step has the draws of the first
    least = int(done.min())
    complete = int(np.cumprod(done == chunks).sum())
    if least >= min(TARGET_CHUNKS, chunks):
        return Extent(steps, least)
    if complete:
        return Extent(complete, chunks)
    begun = int(np.cumprod(done >= MIN_CHUNKS).sum())
    return Extent(begun, int(done[:begun].min())) if begun else None


def _shorter(config: Config, extent: Extent) -> Config:
    """The config of a run that asks for these steps and draws alone."""
    update: dict[str, Any] = {}
    if extent.steps < config.steps():
        update["lengths"] = _shorter_lengths(config, extent.steps)
    if extent.chunks < config.chunks():
        update["sampling"] = _fewer_draws(config.sampling, CHUNK * extent.chunks)
    if config.flow.quenched and not extent.generations:
        update["flow"] = _annealed(config.flow)
    return config.model_copy(update=update)


def _shorter_lengths(config: Config, steps: int) -> Lengths:
    """From L₁ to L₁ N0ⁿ, after n whole steps."""
    start = config.lengths.start_meters()
    if start is None:
        return Lengths(log_ratio=steps * math.log(config.blocks.n0))
    sample = f"{start * float(config.blocks.n0) ** steps:.15g} m"
    return Lengths(start=config.lengths.start, sample=sample)


def _fewer_draws(sampling: Sampling, samples: int) -> Sampling:
    """The sampling of fewer draws; without a target error where they are too few to have one."""
    update: dict[str, Any] = {"samples": samples}
    if samples < TARGET_CHUNKS * CHUNK:
        update |= {"target_error": None, "target_quantity": None, "max_samples": None}
    return sampling.model_copy(update=update)


def _annealed(flow: FlowSpec) -> FlowSpec:
    """The flow of equal blocks that goes beside a quenched one."""
    return FlowSpec(
        update=flow.annealed_update,
        contraction=flow.contraction,
        sign=flow.sign,
        initial=InitialSpec(kind="elastic", amplitude=flow.initial.amplitude),
    )


def _draws(run: Run, config: Config, extent: Extent) -> dict[str, Any]:
    """The chunk means that are taken, and all that follows from them."""
    if config.sampling.estimator == "formula":
        done = np.zeros(extent.steps, dtype=np.int64)
        results = stored_results(config, compute_results(config, None))
        return {"checkpoint/chunks_done": done, **results}
    moments = MomentArrays.from_run_file(run, run.config)
    taken = moments.first(extent.steps, extent.chunks)
    if config.sampling.resample == "once":
        taken = _repeated(moments.first(1, extent.chunks), extent.steps)
    return {
        **taken.datasets(),
        "checkpoint/chunks_done": np.full(extent.steps, extent.chunks, dtype=np.int64),
        **stored_results(config, compute_results(config, taken)),
    }


def _repeated(first: MomentArrays, steps: int) -> MomentArrays:
    """The means of the first step as those of every step."""
    fields = {name: a for name, a in vars(first).items() if a is not None}
    return replace(first, **{name: np.repeat(a, steps, axis=0) for name, a in fields.items()})


def _pool(run: Run, config: Config, extent: Extent) -> dict[str, Any]:
    """The statistics of the generations that are done, and the present pool where it is the last.

    While the next step is in hand, `pool/stability` holds some of its blocks: it is left out.
    """
    n = extent.generations
    if n == 0:
        return {}
    hidden = {*CONCLUSIONS, "pool/chi_next"}
    if "pool/chi_next" in run.snapshot or n < _generations(run):
        hidden.add("pool/stability")
    if n < _generations(run):
        hidden.add("pool/chi")
    pool = {name: run.read(name) for name in run.snapshot.names("pool/") if name not in hidden}
    for name, values in pool.items():
        if "generation" in ENTRIES[name].dims:
            pool[name] = values[:, : n + 1]
    statistics = {name.removeprefix("pool/"): values for name, values in pool.items()}
    return {
        **pool_axes(config),
        **pool,
        **pool_conclusions(config, statistics),
        "checkpoint/pool_chunks_done": run.read("checkpoint/pool_chunks_done")[:n],
    }


def _generations(run: Run) -> int:
    """Steps that the pool of a quenched run has taken."""
    chunks = run.config.flow.blocks // CHUNK
    return int((run.read("checkpoint/pool_chunks_done") == chunks).sum())


def _text(config: Config, extent: Extent) -> str:
    """The part of a run in words: `step 5 of 12, 64 of 64 chunks`."""
    if config.sampling.estimator == "formula":
        return "the formulas, which need no draws"
    text = f"step {extent.steps} of {config.steps()}, {extent.chunks} of {config.chunks()} chunks"
    if extent.chunks < config.chunks():
        text += ": errors are those of the draws so far"
    if config.flow.quenched and not extent.generations:
        text += "; of equal blocks, as the pool of unequal ones has taken no step yet"
    return text
