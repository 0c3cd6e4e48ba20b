"""Whole runs in one thread, from the config to the run file, over C's sum of as many pairs."""

import tempfile
from pathlib import Path

from processors import processors

import rsrg

from .yardsticks import eigenvalues, over_c, ratio

READINGS, STRAINS, STEPS = 2, 8, 2
DRAWS = {2: 16_384, 3: 8_192, 4: 4_096, 6: 1_024, 8: 256}
POOLS = {2: 4_096, 3: 2_048, 4: 1_024, 8: 256}
SMALL = f"""\
schema_version: 1
materials: [a-SiO2]
readings: [fixed/ellipsoid, affine/sphere]
strain: {{component: xx, values: {{start: 0.0, stop: 0.7, count: {STRAINS}}}}}
checkpoint: {{every: 1 hour}}
"""
WIDE = """\
schema_version: 1
materials: all
lengths: {start: 50 angstrom, sample: 1 mm}
blocks: {n0: 3, count: volume}
readings: [fixed/ellipsoid, affine/sphere, affine/ellipsoid]
strain: {component: xx, values: {start: 0.0, stop: 2.0, count: 41}}
sampling: {estimator: exact}
"""


def size(n0: int) -> str:
    """The lines of a config for super blocks of N0³, and a sample that takes STEPS of them."""
    return f"blocks: {{n0: {n0}}}\nlengths: {{start: 1 m, sample: {n0**STEPS} m}}\n"


def draws_config(n0: int) -> str:
    """A run of equal blocks."""
    return f"{SMALL}{size(n0)}sampling: {{samples: {DRAWS[n0]}}}\n"


def pool_config(n0: int) -> str:
    """A run of unequal blocks."""
    flow = f"disorder: quenched, pool: {POOLS[n0]}, initial: {{kind: lognormal, width: 0.3}}"
    return f"{SMALL}{size(n0)}sampling: {{samples: 64}}\nflow: {{{flow}}}\n"


def run(text: str) -> None:
    """Carry out a config in a folder of its own, with one thread."""
    with tempfile.TemporaryDirectory() as folder, processors(1):
        path = Path(folder, "config.yaml")
        path.write_text(text, encoding="utf-8")
        rsrg.run(rsrg.load_config(path), Path(folder, "run.h5"))


class Draws:
    """A run of equal blocks: drawing, choosing, placing, summing, deriving, saving."""

    params = tuple(DRAWS)
    param_names = ("N0",)
    unit = "C"
    timeout = 600

    def track_run(self, n0: int) -> float:
        """One size of super blocks."""
        pairs = DRAWS[n0] * STEPS * READINGS * STRAINS * n0**3 * (n0**3 - 1) / 2
        return over_c(lambda: run(draws_config(n0)), pairs, 3)


class Pools:
    """A run of unequal blocks: the χ-weighted sums of each super block of a pool."""

    params = tuple(POOLS)
    param_names = ("N0",)
    unit = "C"
    timeout = 600

    def track_pool(self, n0: int) -> float:
        """One size of super blocks."""
        pairs = POOLS[n0] * STEPS * READINGS * STRAINS * n0**3 * (n0**3 - 1) / 2
        return over_c(lambda: run(pool_config(n0)), pairs, 3)


def track_results() -> float:
    """Exact means and all that follows from them: twelve glasses, 41 strains, to the run file."""
    return ratio(lambda: run(WIDE), eigenvalues, 3)


track_results.unit = "eigenvalues of 20,000 matrices"  # type: ignore[attr-defined]
