"""From the moments of all frames to M of each, its mean with an error, and whether that is zero."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import fdtrc

from rsrg.config.trajectory import TrajectoryConfig
from rsrg.ensemble.autocorrelation import autocorrelation_time
from rsrg.physics.arrays import Array
from rsrg.physics.harmonic_parts import DEGREES, part_of_degree
from rsrg.physics.interaction import QUARTIC_NAMES, coupling_matrix
from rsrg.physics.pairs import PAIR_NAMES, weighted

ROUNDING = 1e-12  # of Σ 1/r³ per block: a part of the mean moments below it is zero by symmetry


def trajectory_axes(config: TrajectoryConfig) -> dict[str, Any]:
    """The axes of the run file of a trajectory, by path."""
    glasses = config.glasses()
    return {
        "axes/material": [m.name for m in glasses],
        "axes/alpha": [m.alpha for m in glasses],
        "axes/step": [1],
        "axes/frame": [frame.name for frame in config.positions],
        "axes/quartic": list(QUARTIC_NAMES),
        "axes/pair": list(PAIR_NAMES),
        "axes/pair_kl": list(PAIR_NAMES),
        "axes/degree": list(DEGREES),
        "axes/estimate": ["value", "stderr"],
    }


def trajectory_results(moments: Array, alphas: list[float]) -> dict[str, Any]:
    """The datasets `trajectory/…` from the moments of all frames per block, (frames, 15).

    The standard error of the mean of n frames is s √(τ/n), s their standard deviation and τ ≥ 1
    their autocorrelation time; infinite for one frame. τ is that of the parts of degree 2 and 4.
    """
    frames = Frames.of(moments)
    glasses = [frames.results(alpha) for alpha in alphas]
    stacked = {name: np.stack([g[name] for g in glasses]) for name in glasses[0]}
    return {
        **{f"trajectory/{name}": values for name, values in stacked.items()},
        "trajectory/probability": frames.probabilities(),
        "trajectory/autocorrelation": np.array(frames.autocorrelation),
    }


@dataclass(frozen=True)
class Frames:
    """The moments of frames, and how far successive ones repeat one another."""

    moments: Array
    autocorrelation: tuple[float, float]

    @classmethod
    def of(cls, moments: Array) -> "Frames":
        """With the autocorrelation time of what M depends on."""
        anisotropic = moments - part_of_degree(moments, 0)
        return cls(moments, autocorrelation_time(anisotropic))

    @property
    def per_independent(self) -> float:
        """How many frames count as one: τ, at least 1."""
        return max(1.0, self.autocorrelation[0])

    def results(self, alpha: float) -> dict[str, Array]:
        """M of each frame, its mean with a standard error, and their norms by degree."""
        m = _couplings(self.moments, alpha)
        parts = [_couplings(part_of_degree(self.moments, d), alpha) for d in DEGREES]
        return {
            "M": m,
            "mean": m.mean(axis=0),
            "mean_stderr": np.sqrt(self._variance_of_mean(m)),
            "norm": np.stack([_norm(part) for part in parts], axis=-1),
            "mean_norm": np.stack([_norm(part.mean(axis=0)) for part in parts]),
            "chance_norm": np.stack([self._chance_norm(part) for part in parts]),
        }

    def _variance_of_mean(self, values: Array) -> Array:
        n = len(values)
        if n < 2:
            return np.full(values.shape[1:], np.inf)
        return np.asarray(values.var(axis=0, ddof=1) * self.per_independent / n)

    def _chance_norm(self, m: Array) -> Array:
        """The root mean square of the norm of the mean of M over frames, were M zero on average."""
        variance = self._variance_of_mean(weighted(m, "tensor"))
        return np.asarray(np.sqrt(variance.sum()))

    def probabilities(self) -> Array:
        """How likely chance makes the mean of each degree as large as it is, or larger, (2,).

        In an isotropic ensemble the 2l + 1 numbers of degree l are independent, of mean zero and of
        one variance. So the squared norm of their mean, over what it is by chance, follows the F
        distribution of 2l + 1 and (2l + 1)(n/τ − 1) degrees of freedom. NaN where n ≤ τ.
        """
        return np.array([self._probability(degree) for degree in DEGREES])

    def _probability(self, degree: int) -> float:
        independent = len(self.moments) / self.per_independent
        if independent <= 1.0:
            return float("nan")
        part = _couplings(part_of_degree(self.moments, degree), 0.5)  # at any α the same
        trace = np.abs(part_of_degree(self.moments, 0)).max()
        size, chance = float(_norm(part.mean(axis=0))), float(self._chance_norm(part))
        if size < ROUNDING * trace:
            return 1.0
        if chance == 0.0:
            return 0.0
        numbers = 2 * degree + 1
        ratio = (size / chance) ** 2
        return float(fdtrc(numbers, numbers * (independent - 1.0), ratio))


def _couplings(moments: Array, alpha: float) -> Array:
    """M of each frame, one by one: what a product of matrices rounds depends on their number."""
    return np.stack([coupling_matrix(q, alpha, 1) for q in moments])


def _norm(m: Array) -> Array:
    """The Frobenius norm of a rank-4 tensor, Σ_ijkl M_ijkl² to the ½, from (..., 6, 6)."""
    return np.asarray(np.linalg.norm(weighted(m, "tensor"), axis=(-2, -1)))
