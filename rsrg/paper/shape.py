"""How often the shape term G must be added before χ_el⁻¹ ± n G fails, over all spheroids and α."""

from dataclasses import dataclass

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import ALPHA_MAX, ALPHA_MIN
from rsrg.physics.hill import least_steps_to_failure, steps_to_failure
from rsrg.physics.sign import SIGNS, Sign

THINNEST = 1e-3  # plate and needle of the figure: within 1% of their limits
ASPECTS, ALPHAS = 48, 21  # points along each axis of the map


@dataclass(frozen=True, eq=False)
class ShapeMap:
    """Steps to failure, infinite for the sphere, of spheroids of stretches (aspect, 1, 1).

    aspects: (n,), below 1 plates, above 1 needles. alphas: (m,). steps: for each sign, (m, n).
    bounds: 1/max(S, 1 − S) at each α, (m,).
    """

    aspects: Array
    alphas: Array
    steps: dict[Sign, Array]
    bounds: Array


def spheroid_steps(aspect: float, alpha: float, sign: Sign) -> float:
    """The least n at which χ_el⁻¹ ± n G has a zero eigenvalue, for stretches (aspect, 1, 1)."""
    return steps_to_failure(np.diag([aspect, 1.0, 1.0]), alpha, sign)


def spheroid_map(n_aspects: int = ASPECTS, n_alphas: int = ALPHAS) -> ShapeMap:
    """Steps to failure from plate to needle and over all α of a stable medium, for both signs."""
    u = np.linspace(-1.0, 1.0, n_aspects)
    aspects = THINNEST ** -(0.15 * u + 0.85 * u**3)  # close together about the sphere
    margin = 0.01 * (ALPHA_MAX - ALPHA_MIN)
    alphas = np.linspace(ALPHA_MIN + margin, ALPHA_MAX - margin, n_alphas)
    steps = {
        sign: np.array([[spheroid_steps(a, alpha, sign) for a in aspects] for alpha in alphas])
        for sign in SIGNS
    }
    bounds = np.array([least_steps_to_failure(alpha) for alpha in alphas])
    return ShapeMap(aspects, alphas, steps, bounds)
