"""Which strain breaks a glass first, and in which direction: by formula, continuum and sum."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rsrg.physics.coupling_source import (
    ROOT_ERROR,
    STRAIN_MAX,
    Continuum,
    ExactCoupling,
    LatticeMean,
    LogFormula,
    formula_steps,
)
from rsrg.physics.criticality import Crossing
from rsrg.physics.errors import PhysicsError
from rsrg.physics.materials import Material, glass
from rsrg.physics.pairs import Contraction
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import whole_steps


@dataclass(frozen=True)
class CriticalRow:
    """Critical strains from one source after `steps` steps, ascending; L_n in m.

    error: of each strain. Nothing is sampled, so it is that of the root finder.
    """

    kind: str
    reading: str
    n0: int
    steps: float
    length: float
    crossings: tuple[Crossing, ...]
    error: float = ROOT_ERROR

    @property
    def first(self) -> tuple[Crossing, ...]:
        """What fails first: the lowest crossing, and those degenerate with it; () for none."""
        lowest = self.crossings[:1]
        return tuple(c for c in self.crossings if abs(c.strain - lowest[0].strain) <= ROOT_ERROR)


@dataclass(frozen=True)
class CriticalAnswer:
    """The rows for one glass under e_xx, and what they were computed with; start, sample in m."""

    glass: Material
    start: float
    sample: float
    n0: int
    contraction: Contraction
    strain_max: float
    rows: tuple[CriticalRow, ...]


def choose_glass(
    material: str | None = None,
    c_l: float | None = None,
    c_t: float | None = None,
    alpha: float | None = None,
) -> Material:
    """A glass by exactly one of: its name in Table I, both velocities in m/s, or α.

    Raises PhysicsError for none, several, an unknown name, or α outside (1/4, 1).
    """
    given = [material is not None, c_l is not None or c_t is not None, alpha is not None]
    if sum(given) != 1 or (c_l is None) != (c_t is None):
        raise PhysicsError(
            "the glass must be given by exactly one of `material`, both `c_l` and `c_t`, or "
            f"`alpha`; got material={material!r}, c_l={c_l!r}, c_t={c_t!r}, alpha={alpha!r}"
        )
    if material is not None:
        return glass(material)
    if c_l is not None and c_t is not None:
        return Material.from_velocities("this glass", c_l, c_t)
    return Material("this glass", alpha if alpha is not None else math.nan)


def critical_answer(
    glass: Material,
    start: float = 50e-10,
    sample: float = 1e-3,
    n0: int = 3,
    contraction: Contraction = "tensor",
    readings: Sequence[Reading] = READINGS[:3],
    strain_max: float = STRAIN_MAX,
) -> CriticalAnswer:
    """Critical strains e_xx of a glass between block size `start` and `sample`, both in m.

    The paper's formula at R, and at the L_n ≥ R that whole steps reach; at that L_n also, for each
    reading, the exact continuum and the exact mean of the lattice sum.

    Raises PhysicsError unless 0 < start < sample < ∞, n0 ≥ 2 and strain_max > 0.
    """
    if not 0.0 < start < sample < math.inf:
        raise PhysicsError(
            f"`sample` must be larger than `start`, both positive; got {sample!r} and {start!r} m"
        )
    n = whole_steps(math.log(sample / start), n0)

    def row(source: ExactCoupling, steps: float, reading: str = "") -> CriticalRow:
        strains = source.critical_strains(glass.alpha, steps, contraction, strain_max)
        return CriticalRow(source.kind, reading, n0, steps, start * n0**steps, tuple(strains))

    def rows() -> Iterator[CriticalRow]:
        formula = LogFormula(n0)
        yield row(formula, formula_steps(math.log(sample / start), n0))
        yield row(formula, n)
        for reading in readings:
            yield row(Continuum(reading), n, str(reading))
            yield row(LatticeMean(reading, n0), n, str(reading))

    return CriticalAnswer(glass, start, sample, n0, contraction, strain_max, tuple(rows()))
