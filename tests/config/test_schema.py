"""The config itself: frozen, resolved and read again, its digest, steps and glasses."""

import json
import math

import numpy as np
import pytest

from rsrg.config.loading import load_config
from rsrg.config.schema import Config
from rsrg.errors import ConfigError
from rsrg.physics.materials import GLASSES, TABLE_I

CONFIGS = [
    "smoke",
    "quickstart",
    "table1",
    "twelve_glasses",
    "disorder_placement",
    "disorder_lognormal",
    "disorder_levels",
    "disorder_harmonic",
    "disorder_literal",
]


def test_frozen(config):
    with pytest.raises(ValueError, match="frozen"):
        config.title = "other"


@pytest.mark.parametrize("name", CONFIGS)
def test_resolved_round_trip(name, request):
    folder = request.config.rootpath / "configs"
    config = load_config(folder / f"{name}.yaml")
    again = Config.model_validate_json(config.resolved())
    assert again == config
    assert again.digest() == config.digest()
    assert again.resolved() == config.resolved()
    assert json.loads(config.resolved())["checkpoint"]["every"]  # defaults are filled in


def test_every_config_is_tested(request):
    names = {p.stem for p in (request.config.rootpath / "configs").glob("*.yaml")}
    assert names == {*CONFIGS, "exact", "exact_small", "trajectory"}  # in files of their own


NEUTRAL = [{"title": "other"}, {"checkpoint": "{every: 5 s}"}]
NUMBERS = [
    {"materials": "[a-SiO2]"},
    {"lengths": "{start: 51 angstrom, sample: 35 nm}"},
    {"blocks": "{n0: 2, lattice: fcc}"},
    {"blocks": "{n0: 2, lattice: hcp}"},
    {"blocks": "{n0: 2, jitter: {width: 0.1}}"},
    {"blocks": "{n0: 2, packing: {kind: rsa}}"},
    {"blocks": "{n0: 2, packing: {kind: poisson_disk}}"},
    {"strain": "{component: yy, values: {start: 0.0, stop: 0.8, count: 5}}"},
    {"readings": "[affine/sphere, fixed/ellipsoid]"},
    {"flow": "{contraction: six}"},
    {"sampling": "{samples: 64, seed: 4}"},
    {"sampling": "{samples: 80, seed: 3}"},
]


@pytest.mark.parametrize("lines", NEUTRAL, ids=str)
def test_digest_ignores(changed, config, lines):
    assert changed(**lines).digest() == config.digest()


@pytest.mark.parametrize("lines", NUMBERS, ids=str)
def test_digest_notices(changed, config, lines):
    assert changed(**lines).digest() != config.digest()


def test_defaults_are_the_design(changed):
    config = changed(sampling=None, checkpoint=None, flow=None)
    assert (config.flow.update, config.flow.contraction) == ("resummed", "tensor")
    assert config.sampling.estimator == "montecarlo"
    assert config.sampling.samples == 512
    assert config.checkpoint.every == "30 s"
    b = config.blocks
    assert (b.lattice, b.orientation, b.offset, b.count) == ("sc", "haar", "random", "exact")


def test_all_glasses(changed):
    assert changed(materials="all").glasses() == tuple(GLASSES.values())


def test_own_glass(changed):
    config = changed(materials="[{name: mine, c_l: 5.9 km/s, c_t: 3.7 km/s, density: 2.2 g/cm3}]")
    (mine,) = config.glasses()
    assert mine.name == "mine"
    assert mine.c_l == pytest.approx(5900)
    assert mine.density == pytest.approx(2200)
    assert mine.alpha == pytest.approx(1 - (3.7 / 5.9) ** 2)


@pytest.mark.parametrize(
    ("lengths", "n0", "steps"),
    [
        ("{start: 50 angstrom, sample: 1 mm}", 3, 12),  # PHYSICS §7: ⌈12.206/ln 3⌉
        ("{start: 50 angstrom, sample: 1 mm}", 2, 18),
        ("{start: 1 nm, sample: 8 nm}", 2, 3),  # exactly R: no step more
        ("{start: 1 nm, sample: 1 um}", 10, 3),
        ("{start: 1 nm, sample: 8.01 nm}", 2, 4),
        ("{start: 1 nm, sample: 1.01 nm}", 2, 1),
        ("{log_ratio: 20}", 3, 19),
    ],
)
def test_steps(changed, lengths, n0, steps):
    config = changed(lengths=lengths, blocks=f"{{n0: {n0}}}")
    assert config.steps() == steps
    np.testing.assert_array_equal(config.step_weights(), np.ones(steps))


def test_formula_ends_at_the_sample(changed):
    config = changed(lengths="{log_ratio: 20}", sampling="{estimator: formula}")
    n = 20 / math.log(2)
    assert config.step_weights().sum() == pytest.approx(n, rel=1e-14)  # rounding of 29 terms


def test_harmonic_super_blocks_are_not_too_large(changed):
    flow = "{update: harmonic, disorder: quenched, pool: 256}"
    assert changed(flow=flow, blocks="{n0: 10}").flow.update == "harmonic"
    with pytest.raises(ConfigError) as caught:
        changed(flow=flow, blocks="{n0: 11}")
    assert "must have n0 ≤ 10: an unstable super block takes a matrix" in str(caught.value)
    assert "n0 = 11 gives 7986 rows" in str(caught.value)


def test_table_one_config_has_the_printed_alphas(request):
    config = load_config(request.config.rootpath / "configs" / "table1.yaml")
    assert [(g.name, g.alpha) for g in config.glasses()] == [(r.name, r.alpha) for r in TABLE_I]
