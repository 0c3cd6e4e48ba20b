"""Errors of the equations: bad numbers, and numerical failures that carry what they reached."""

from rsrg.physics.arrays import Array


class PhysicsError(ValueError):
    """A number breaks a physical rule; the message names the thing, the rule and the value."""


class ConvergenceError(ArithmeticError):
    """A numerical method stopped short; `estimate` and `change` say how far it came."""

    def __init__(self, message: str, estimate: Array, change: float) -> None:
        super().__init__(f"{message} (last change {change:.1e})")
        self.estimate = estimate
        self.change = change
