"""The stress–strain curve of a run, glass by glass: Fig. 1 from the M that is stored."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from rsrg.physics.arrays import Array
from rsrg.physics.elastic import inverse_start
from rsrg.physics.sign import sign_factor
from rsrg.physics.stress_strain import StressStrain, stress_strain
from rsrg.results.run import Run
from rsrg.results.source import Setting

POINTS = 241  # strains of a curve


@dataclass(frozen=True)
class StressCurves:
    """σ_xx(e), ρc_t², of every glass and reading by a source, (materials, readings, strains).

    NaN beyond the first failure, in whatever channel: a body that broke does not follow it.
    """

    strains: Array
    stress: dict[str, Array]


def stress_curves(run: Run) -> StressCurves | None:
    """By every source of M, from its M at the strains of the run, joined by a cubic spline.

    σ_xx(e) = ∫₀^e (χ_el + χ)_xxxx de', χ⁻¹ = χ_el⁻¹/f ± Σ M over the steps. None where the strain
    is not e_xx from 0 on, or the update is not the resummed one.
    """
    setting, strains = Setting.from_config(run.config), run.read("axes/strain")
    fits = setting.along_x and strains[0] == 0.0 and len(strains) > 3
    if not (fits and setting.rule.resummed):
        return None
    curves = {source: _curves(run, setting, source) for source in run.sources()}
    return StressCurves(np.linspace(0.0, float(strains[-1]), POINTS), curves)


def _curves(run: Run, setting: Setting, source: str) -> Array:
    """σ_xx of every glass and reading by one source, (materials, readings, POINTS)."""
    factor = sign_factor(setting.rule.sign)
    coupling = run.values("coupling/M", source)
    steps = float(setting.weights.sum())
    total = coupling.sum(axis=1) if source == "lattice" else steps * coupling
    if source == "log":
        total = total[:, None]
    ends = _first_failures(run, source)
    rows = []
    for alpha, of_glass, end in zip(run.read("axes/alpha"), total, ends, strict=True):
        start = inverse_start(float(alpha), setting.rule.contraction, setting.rule.amplitude)
        curves = (_curve(setting, start + factor * m, float(alpha)) for m in of_glass)
        rows.append([_until_broken(c, float(e)) for c, e in zip(curves, end, strict=True)])
    return np.array(rows)


def _first_failures(run: Run, source: str) -> Array:
    """Where every glass fails first by a source, (materials, readings); infinite for nowhere."""
    strains = np.asarray(run.values("critical/strain", source))
    first = np.where(np.isfinite(strains), strains, np.inf).min(axis=-1)
    return first if first.ndim == 2 else first[:, None]


def _curve(setting: Setting, inverse_chi: Array, alpha: float) -> StressStrain:
    return stress_strain(
        _splined(setting.strains, inverse_chi), alpha, float(setting.strains[-1]), POINTS
    )


def _splined(strains: Array, inverse_chi: Array) -> Callable[[float], Array]:
    spline = CubicSpline(strains, inverse_chi)
    return lambda e: np.asarray(spline(e))


def _until_broken(curve: StressStrain, failure: float) -> Array:
    """Up to a first failure, or to where χ_xxxx of the curve itself is infinite."""
    first = min((failure, *curve.poles))
    return np.where(curve.strains < first, curve.stress, np.nan)
