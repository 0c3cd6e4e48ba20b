"""How far two steps of the recursion are from the one step that covers the same blocks."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.errors import PhysicsError
from rsrg.physics.pairs import weighted


def step_error(two_steps: Array, one_step: Array) -> float:
    """|X₂ − X₁|/|X₁|, the error of a step relative to what an exact step would add.

    X₁: the change of χ⁻¹ (or the coupling M) by one step over N0⁶ blocks; X₂: by two steps of N0³
    blocks. In an exact scheme X₂ = X₁. Each of two steps has to add X₁/2 and adds X₂/2, so this
    is the error per step. Plain, (6, 6), both in 1/ρc_t²; the norm is that of all 81 components.

    Raises PhysicsError where X₁ vanishes.
    """
    size = _norm(one_step)
    if size == 0.0:
        raise PhysicsError(
            f"`one_step` must not vanish, as the error is relative to it; got a norm of {size}"
        )
    return _norm(two_steps - one_step) / size


def _norm(x: Array) -> float:
    """(Σ_ijkl X_ijkl²)^½."""
    return float(np.linalg.norm(weighted(x, "tensor")))
