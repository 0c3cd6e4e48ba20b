"""Errors of the equations: bad numbers, and numerical failures that carry what they reached."""

from rsrg.errors import InputError, RsrgError
from rsrg.physics.arrays import Array


class PhysicsError(InputError, ValueError):
    """A number breaks a physical rule; the message names the thing, the rule and the value.

    Example:
        >>> import rsrg
        >>> try:
        ...     rsrg.exact_coupling(0.2, alpha=1.5, n0=3)
        ... except rsrg.PhysicsError as error:
        ...     print(error)
        `alpha` = 1 − c_t²/c_l² must lie between 0.25 and 1; got 1.5
    """


class ConvergenceError(RsrgError, ArithmeticError):
    """A numerical method stopped short; `estimate` and `change` say how far it came.

    Example:
        >>> import numpy, rsrg
        >>> error = rsrg.ConvergenceError("the sum did not settle", numpy.array(0.3), 0.01)
        >>> print(error, error.estimate)
        the sum did not settle (last change 1.0e-02) 0.3
    """

    def __init__(self, message: str, estimate: Array, change: float) -> None:
        super().__init__(message, estimate, change)
        self.estimate = estimate
        self.change = change

    def __str__(self) -> str:
        return f"{self.args[0]} (last change {self.change:.1e})"
