"""The stress–strain curve of Fig. 1: σ_xx(e) = ∫ χ_tot de along e_xx."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility

SLOPE_STEP = 1e-4  # of a fourth-order difference: truncation 1e-16, rounding 1e-12
NORMAL = np.ix_([0, 3, 5], [0, 3, 5])  # the pairs xx, yy, zz
POLE_GAP = 2e-3  # strains this near to a pole are left to the spline: 0/0 there


@dataclass(frozen=True)
class StressStrain:
    """χ_tot,xxxx and σ_xx, both in ρc_t², against strain, (n,); where χ is infinite, and residues.

    Beyond the first pole the integral is a principal value: a body that broke there does not
    follow it.
    """

    strains: Array
    susceptibility: Array
    stress: Array
    poles: tuple[float, ...]
    residues: tuple[float, ...]


def inverse_response(inverse_chi: Callable[[float], Array]) -> Callable[[float], float]:
    """1/χ_xxxx(e) = det X/(X_yyyy X_zzzz − X_yyzz²), X the normal block of χ⁻¹.

    Smooth where χ_xxxx is infinite. No shear pair couples to the normal ones by symmetry, so both
    contractions agree.
    """

    def g(e: float) -> float:
        x = inverse_chi(e)[NORMAL]
        minor = x[1, 1] * x[2, 2] - x[1, 2] * x[2, 1]
        with np.errstate(divide="ignore"):  # χ_xxxx is zero where the minor is: 1/χ is infinite
            return float(np.linalg.det(x) / minor)

    return g


def stress_strain(
    inverse_chi: Callable[[float], Array],
    alpha: float,
    strain_max: float,
    count: int = 1201,
) -> StressStrain:
    """σ_xx(e) = ∫₀^e (χ_el + χ(e'))_xxxx de', in ρc_t² (Fig. 1, Eqs. 2.4 and 2.5).

    inverse_chi: e → χ⁻¹, plain, (6, 6), in 1/ρc_t². Each simple pole r/(e − e_c) is taken out and
    integrated in closed form, r ln|1 − e/e_c|; the smooth rest is a cubic spline through `count`
    strains. Raises PhysicsError for α outside (1/4, 1).
    """
    g = inverse_response(inverse_chi)
    strains = np.linspace(0.0, strain_max, count)
    values = np.array([g(float(e)) for e in strains])
    changes = np.flatnonzero(np.diff(values <= 0.0))
    roots = [float(brentq(g, strains[i], strains[i + 1], xtol=1e-14)) for i in changes]
    poles = [e for e in roots if abs(g(e)) < 1.0]  # where 1/χ jumps through infinity, χ is zero
    residues = [1.0 / _slope(g, e) for e in poles]
    elastic = float(elastic_susceptibility(alpha)[0, 0])
    with np.errstate(divide="ignore", invalid="ignore"):  # a sample may lie on a pole
        chi = 1.0 / values
        rest, logs = elastic + chi, np.zeros(count)
        keep = np.ones(count, dtype=bool)
        for e, r in zip(poles, residues, strict=True):
            rest = rest - r / (strains - e)
            logs += r * np.log(np.abs(1.0 - strains / e))
            keep &= np.abs(strains - e) > POLE_GAP
    smooth = CubicSpline(strains[keep], rest[keep]).antiderivative()
    return StressStrain(
        strains, elastic + chi, np.asarray(smooth(strains)) + logs, tuple(poles), tuple(residues)
    )


def _slope(g: Callable[[float], float], e: float) -> float:
    h = SLOPE_STEP
    return (8.0 * (g(e + h) - g(e - h)) - (g(e + 2 * h) - g(e - 2 * h))) / (12.0 * h)
