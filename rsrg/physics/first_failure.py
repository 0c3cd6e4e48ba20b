"""Which strain breaks a glass first, and in which direction: by formula, continuum and sum."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rsrg.physics.channels import Channels, strain_channels
from rsrg.physics.coupling_source import (
    ROOT_ERROR,
    Continuum,
    ExactCoupling,
    LatticeMean,
    LogFormula,
    formula_steps,
)
from rsrg.physics.criticality import Crossing, crossings
from rsrg.physics.errors import PhysicsError
from rsrg.physics.materials import GLASSES, Material, glass
from rsrg.physics.pairs import Contraction, pair_weights
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import whole_steps
from rsrg.physics.sign import SIGNS, Sign
from rsrg.physics.strain_path import StrainPath, strain_path

SPACING = 0.05  # of principal strains between which zeros are sought
E_XX = strain_path("xx")
EXACT_READINGS = READINGS[:3]  # fixed/sphere never fails either, as affine/ellipsoid


@dataclass(frozen=True)
class CriticalRow:
    """Critical strains from one source after `steps` steps; L_n in m.

    crossings: for e > 0, ascending. compression: for e < 0, from zero outward. error: of each
    strain. Nothing is sampled, so it is that of the root finder.
    """

    sign: Sign
    kind: str
    reading: str
    n0: int
    steps: float
    length: float
    crossings: tuple[Crossing, ...]
    compression: tuple[Crossing, ...]
    error: float = ROOT_ERROR

    @property
    def first(self) -> tuple[Crossing, ...]:
        """What fails first for e > 0: the lowest crossing, and those degenerate with it."""
        return _together(self.crossings)

    @property
    def first_compression(self) -> tuple[Crossing, ...]:
        """The same for e < 0."""
        return _together(self.compression)


def _together(rows: tuple[Crossing, ...]) -> tuple[Crossing, ...]:
    return tuple(c for c in rows if abs(c.strain - rows[0].strain) <= ROOT_ERROR)


@dataclass(frozen=True)
class CriticalAnswer:
    """The rows for one glass under one kind of strain, and what they were computed with.

    start, sample: in m. strain_limits: between which strains critical ones were sought.
    """

    glass: Material
    start: float
    sample: float
    n0: int
    contraction: Contraction
    strain: str
    strain_limits: tuple[float, float]
    rows: tuple[CriticalRow, ...]


@dataclass(frozen=True)
class Loading:
    """How a glass is strained and grown: the path, the steps' size, L₁ and R in m.

    Raises PhysicsError unless 0 < start < sample < ∞ and n0 is an integer ≥ 2, and for an unknown
    contraction.
    """

    path: StrainPath = E_XX
    start: float = 50e-10
    sample: float = 1e-3
    n0: int = 3
    contraction: Contraction = "tensor"

    def __post_init__(self) -> None:
        if not 0.0 < self.start < self.sample < math.inf:
            raise PhysicsError(
                "`sample` must be larger than `start`, both positive; got "
                f"{self.sample!r} and {self.start!r} m"
            )
        whole_steps(self.log_ratio, self.n0)
        pair_weights(self.contraction)

    @property
    def log_ratio(self) -> float:
        """ln(R/L₁)."""
        return math.log(self.sample / self.start)

    @property
    def steps(self) -> int:
        """Whole steps that first reach R."""
        return whole_steps(self.log_ratio, self.n0)

    @property
    def channels(self) -> Channels:
        """Names of the channels of this strain."""
        return strain_channels(self.path.direction)

    def grid(self) -> np.ndarray:
        """Strains between which zeros are sought, ascending, 0 among them."""
        low, high = self.path.limits()
        spacing = SPACING / self.path.scale
        sides = [np.linspace(0.0, end, math.ceil(abs(end) / spacing) + 1) for end in (low, high)]
        return np.unique(np.concatenate(sides))

    def crossings(
        self, source: ExactCoupling, alpha: float, steps: float, sign: Sign
    ) -> tuple[tuple[Crossing, ...], tuple[Crossing, ...]]:
        """Critical strains for e > 0, ascending, and for e < 0, from zero outward."""
        zeros = crossings(
            lambda e: source.inverse_chi(
                self.path.deformation(e), alpha, steps, self.contraction, sign
            ),
            self.grid(),
            self.contraction,
            self.channels,
        )
        outward = sorted(zeros, key=lambda c: (abs(c.strain), c.channel))
        return (
            tuple(c for c in outward if c.strain > 0.0),
            tuple(c for c in outward if c.strain < 0.0),
        )


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
        values = {"material": material, "c_l": c_l, "c_t": c_t, "alpha": alpha}
        names = [f"`{name}`" for name, value in values.items() if value is not None]
        raise PhysicsError(
            "the glass must be given by exactly one of `material`, both `c_l` and `c_t`, or "
            f"`alpha`; got {' and '.join(names) or 'none of them'}"
        )
    if material is not None:
        return glass(material)
    if c_l is not None and c_t is not None:
        return Material.from_velocities("this glass", c_l, c_t)
    return Material("this glass", alpha if alpha is not None else math.nan)


def choose_glasses(
    material: str | None = None,
    c_l: float | None = None,
    c_t: float | None = None,
    alpha: float | None = None,
) -> tuple[Material, ...]:
    """The glass of `choose_glass`; with `material` = all, the twelve of Table I."""
    if isinstance(material, str) and material == "all" and c_l is c_t is alpha is None:
        return tuple(GLASSES.values())
    return (choose_glass(material, c_l, c_t, alpha),)


def critical_answer(
    glass: Material,
    loading: Loading | None = None,
    signs: Sequence[Sign] = tuple(SIGNS),
    readings: Sequence[Reading] = EXACT_READINGS,
) -> CriticalAnswer:
    """Critical strains of a glass under a strain, from block size L₁ to R, with each sign.

    The paper's formula (of e_xx alone) at R, and at the L_n ≥ R that whole steps reach; at that L_n
    also, for each reading, the exact continuum and the exact mean of the lattice sum.

    Raises PhysicsError for an unknown sign, and α outside (1/4, 1).
    """
    load = loading or Loading()

    def row(sign: Sign, source: ExactCoupling, steps: float, reading: str = "") -> CriticalRow:
        both = load.crossings(source, glass.alpha, steps, sign)
        length = load.start * load.n0**steps
        return CriticalRow(sign, source.kind, reading, load.n0, steps, length, *both)

    def rows(sign: Sign) -> Iterator[CriticalRow]:
        if load.path.name == "xx":
            formula = LogFormula(load.n0)
            yield row(sign, formula, formula_steps(load.log_ratio, load.n0))
            yield row(sign, formula, load.steps)
        for reading in readings:
            yield row(sign, Continuum(reading), load.steps, str(reading))
            yield row(sign, LatticeMean(reading, load.n0), load.steps, str(reading))

    all_rows = tuple(r for sign in signs for r in rows(sign))
    path, limits = load.path.name, load.path.limits()
    return CriticalAnswer(
        glass, load.start, load.sample, load.n0, load.contraction, path, limits, all_rows
    )
