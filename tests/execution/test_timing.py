"""The time in a plan: from what can be measured in a second, whatever the run would take."""

import numpy as np
import pytest

from rsrg.ensemble.pool import PoolStep
from rsrg.ensemble.sampling import Sampler
from rsrg.execution import timing
from rsrg.execution.chunk_cost import draw_sum_seconds, super_block_chunk_seconds
from rsrg.execution.plan import lattice_bytes
from rsrg.execution.timing import timed_chunk, timed_plan
from rsrg.report.plan_text import plan_lines

BLOCK_SECONDS = 2e-6  # of choosing and placing a block, as a sampler in these tests takes it


@pytest.fixture
def measured(clock, monkeypatch):
    """Samplers that take no time but on the clock, as the model has it; the N0 that were timed."""
    monkeypatch.setattr(timing, "available_threads", lambda: 1)
    n0s = []

    def chunks(sampler, step, chunks):
        n0, bodies = sampler.blocks.n0, 16 * len(sampler.bodies)
        n0s.append(n0)
        sums = chunks_of[n0]
        clock.turn(bodies * BLOCK_SECONDS * n0**3 + sums)

    chunks_of = {}

    def timed(config):
        few = timing._few_cases(config)
        for n0 in range(2, config.blocks.n0 + 1):
            chunks_of[n0] = draw_sum_seconds(timing._with_n0(few, n0))
        monkeypatch.setattr(Sampler, "chunks", chunks)
        return timed_chunk(config), n0s

    return timed


@pytest.mark.parametrize("blocks", ["{n0: 40}", "{n0: 30, jitter: {width: 0.1}}"])
def test_large_super_blocks_are_scaled_from_small_ones(changed, measured, blocks):
    config = changed(blocks=blocks)
    time, n0s = measured(config)
    assert max(n0s) < config.blocks.n0
    assert time.n0 == max(n0s)
    bodies = 16 * (2 * 5 + 1)
    truth = bodies * BLOCK_SECONDS * config.blocks.n0**3 + draw_sum_seconds(config)
    assert time.seconds == pytest.approx(truth, rel=1e-6)  # the clock's 1.7e9 s have 16 digits


def test_small_ones_are_measured_themselves(changed, measured):
    time, n0s = measured(changed(blocks="{n0: 3}"))
    assert (time.n0, n0s[-1]) == (3, 3)


def test_many_strains_are_scaled_from_some(changed):
    strain = "{values: {start: 0.0, stop: 0.8, count: 1000}}"
    few = timing._few_cases(changed(strain=strain))
    strains = few.strain.strains()
    assert len(strains) == timing.MOST_STRAINS
    assert strains[[0, -1]].tolist() == [0.0, 0.8]


def test_long_bodies_are_not_listed(changed, monkeypatch):
    """At e = 100 even a super block of N0 = 2 is cut out of millions of points."""
    config = changed(strain="{values: [0.0, 100.0]}")
    assert lattice_bytes(config) > timing.AFFORDABLE_BYTES
    monkeypatch.delattr(Sampler, "chunks")
    planned = timed_plan(config)
    assert planned.timed_n0 is None
    assert any(line.startswith("time at least") for line in plan_lines(planned))


def test_what_does_not_fit_is_not_timed(changed, monkeypatch):
    monkeypatch.delattr(Sampler, "chunks")
    planned = timed_plan(changed(blocks="{n0: 1000}"))
    assert planned.seconds is None
    assert plan_lines(planned)[-1].startswith("that is too much memory: this machine has")


@pytest.mark.parametrize("update", ["resummed", "harmonic"])
def test_a_large_pool_is_timed_by_a_small_one(changed, monkeypatch, update):
    """Of the smallest pool, of super blocks whose harmonic sum is affordable."""
    seen = []

    def coarse_grain(step, subpool, number, chunks):
        seen.append((step.size, len(step.alphas), step.sampler.blocks.n0))

    monkeypatch.setattr(PoolStep, "coarse_grain", coarse_grain)
    flow = f"{{disorder: quenched, pool: 65536, update: {update}}}"
    planned = timed_plan(changed(flow=flow, blocks="{n0: 5}"))
    sizes, materials, n0s = map(np.array, zip(*seen, strict=True))
    assert (sizes.max(), materials.max()) == (256, 1)
    assert n0s.max() == planned.timed_n0
    assert (planned.timed_n0 < 5) == (update == "harmonic")


def test_what_a_chunk_of_super_blocks_costs(changed):
    """On a lattice large ones are summed by transforms; elsewhere, and small ones, by pairs."""

    def seconds(n0, blocks=""):
        flow = "{disorder: quenched, pool: 256}"
        return super_block_chunk_seconds(changed(flow=flow, blocks=f"{{n0: {n0}{blocks}}}"))

    jitter = ", jitter: {width: 0.1}"
    assert seconds(6) == seconds(6, jitter)
    assert seconds(16) < 0.5 * seconds(16, jitter)
    assert seconds(32) == pytest.approx(8 * seconds(16), rel=1e-12)  # N, not N²
