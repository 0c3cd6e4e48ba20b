"""Couplings M known as an exact function of strain: the log formula, the continuum, lattice sums.

A new source of M is a subclass of `ExactCoupling` with the one method `coupling`; the flow of χ⁻¹
and its critical strains follow from it. What does not depend on the glass is cached, so that twelve
glasses cost little more than one.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.continuum import continuum_moments
from rsrg.physics.criticality import Crossing, critical_strains
from rsrg.physics.elastic import check_alpha, inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.haar_mean import RTOL, haar_mean_moments
from rsrg.physics.interaction import coupling_from_moments, lambda_tilde_from_moments
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.pairs import Contraction
from rsrg.physics.readings import Reading
from rsrg.physics.sign import Sign, sign_factor
from rsrg.physics.strain import deformation_gradient
from rsrg.physics.super_block_size import check_n0

ROOT_ERROR = 1e-8  # what `critical_strains` promises
STRAIN_MAX = 3.0  # up to which critical strains are searched
CACHED = 2**16  # deformations whose 15 moments are kept: about 30 MB


class ExactCoupling(ABC):
    """A coupling M of one RG step, known as an exact function of the strain.

    A subclass gives `coupling`. kind: a word for tables, such as "continuum".
    """

    kind: ClassVar[str]

    @abstractmethod
    def coupling(self, deformation: float | Array, alpha: float) -> Array:
        """M of one step, Eq. 3.7, in 1/ρc_t², plain components, (6, 6).

        deformation: F, (3, 3), or a number e for diag(1 + e, 1, 1). Raises PhysicsError for
        det F ≤ 0 (a number: e ≤ −1) or α outside (1/4, 1).
        """

    def inverse_chi(
        self,
        deformation: float | Array,
        alpha: float,
        steps: float,
        contraction: Contraction = "tensor",
        sign: Sign = "paper",
    ) -> Array:
        """χ_n⁻¹ = (χ_el)⁻¹ ± n M, Eq. 3.8, in 1/ρc_t², plain components, (6, 6).

        steps: n, may be a fraction. deformation and errors: see `coupling`.
        """
        start = inverse_elastic_susceptibility(alpha, contraction)
        return start + sign_factor(sign) * steps * self.coupling(deformation, alpha)

    def critical_strains(
        self,
        alpha: float,
        steps: float,
        contraction: Contraction = "tensor",
        strain_max: float = STRAIN_MAX,
        sign: Sign = "paper",
    ) -> list[Crossing]:
        """Strains e_xx in (0, strain_max] where χ_n⁻¹ turns singular, ascending.

        To ROOT_ERROR or better. Raises PhysicsError as `physics.criticality.critical_strains`.
        """
        return critical_strains(
            lambda e: self.coupling(e, alpha), alpha, steps, contraction, strain_max, sign
        )


@dataclass(frozen=True)
class LogFormula(ExactCoupling):
    """The paper's closed form, Eqs. 4.2 to 4.5, for one step of factor N0; of e_xx only."""

    n0: int = 3
    kind: ClassVar[str] = "formula"

    def coupling(self, deformation: float | Array, alpha: float) -> Array:
        """M = 2 ln N0 times the matrix of Eq. 4.2, in 1/ρc_t², plain components, (6, 6).

        Raises PhysicsError unless deformation is a number e > −1, 1/4 < α < 1, and N0 is an
        integer ≥ 2.
        """
        if np.ndim(deformation) != 0:
            got = np.asarray(deformation).tolist()
            raise PhysicsError(
                f"`deformation` must be a number e_xx for the log formula; got {got}"
            )
        return log_formula_coupling(float(deformation), alpha, self.n0)


@dataclass(frozen=True)
class Continuum(ExactCoupling):
    """The exact continuum limit of one reading: +G, −G or 0, whatever N0."""

    reading: Reading
    kind: ClassVar[str] = "continuum"

    def coupling(self, deformation: float | Array, alpha: float) -> Array:
        """M = ±G or 0 (see `continuum_coupling`), in 1/ρc_t², plain components, (6, 6)."""
        moments = _continuum_moments(_key(deformation))
        return self.reading.continuum_sign * lambda_tilde_from_moments(moments, check_alpha(alpha))


@dataclass(frozen=True)
class LatticeMean(ExactCoupling):
    """The sum over N0³ blocks of a lattice, averaged exactly over its orientation and offset.

    rtol: relative error of M.
    """

    reading: Reading
    n0: int = 3
    lattice: str = "sc"
    rtol: float = RTOL
    kind: ClassVar[str] = "sum"

    def coupling(self, deformation: float | Array, alpha: float) -> Array:
        """M of one step (see `exact_coupling`), in 1/ρc_t², plain components, (6, 6)."""
        key = _key(deformation)
        moments = _lattice_moments(key, self.n0, self.reading, self.lattice, self.rtol)
        return coupling_from_moments(moments, alpha)


def _key(deformation: float | Array) -> bytes:
    """F as bytes, which a cache can hold."""
    return deformation_gradient(deformation).tobytes()


def _gradient(key: bytes) -> Array:
    return np.frombuffer(key).reshape(3, 3)


@lru_cache(maxsize=CACHED)
def _continuum_moments(key: bytes) -> Array:
    return _read_only(continuum_moments(_gradient(key)))


@lru_cache(maxsize=CACHED)
def _lattice_moments(key: bytes, n0: int, reading: Reading, lattice: str, rtol: float) -> Array:
    return _read_only(haar_mean_moments(_gradient(key), n0, reading, lattice, rtol))


def exact_sums_made() -> int:
    """How many exact means over a lattice this process has computed, each for one strain."""
    return _lattice_moments.cache_info().misses


def _read_only(moments: Array) -> Array:
    moments.flags.writeable = False  # one array serves every caller
    return moments


def formula_steps(log_ratio: float, n0: int = 3) -> float:
    """n = ln(R/L₁)/ln N0, a real number: a formula is continuous in ln L.

    Raises PhysicsError unless n0 is an integer ≥ 2.
    """
    return log_ratio / math.log(check_n0(n0))
