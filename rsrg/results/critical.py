"""Which strain breaks a glass, by the formulas and by the exact sum, without a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rsrg.config.python_values import plain_value
from rsrg.config.quantities import si_value
from rsrg.errors import ConfigError
from rsrg.formatting import NONE, length, with_error
from rsrg.physics.arrays import Array
from rsrg.physics.criticality import Crossing
from rsrg.physics.errors import PhysicsError
from rsrg.physics.first_failure import (
    CriticalAnswer,
    CriticalRow,
    Loading,
    choose_glasses,
    critical_answer,
)
from rsrg.physics.materials import Material
from rsrg.physics.pairs import Contraction
from rsrg.physics.sign import SIGNS, Sign
from rsrg.physics.strain_path import StrainPath, strain_path
from rsrg.records import Records

SOURCES = {"sum": "lattice", "continuum": "continuum", "formula": "log"}  # as a run names them


@dataclass(frozen=True)
class GlassCriticalStrain:
    """One critical strain of a glass, after `steps` steps from L₁ to a sample of size `length`.

    sign, source, reading: which coupling M; the source log, the paper's formula, has no reading.
    value: the strain e; negative for compression. channel: the eigenvector of χ⁻¹ that fails, by
    its name at small strain; failing_strain: as it is at e. first: whether no other fails before
    it on its side of e = 0.
    """

    material: str
    alpha: float
    sign: Sign
    source: str
    reading: str
    strain: str
    n0: int
    steps: float
    length: float
    value: float
    channel: str
    failing_strain: str
    first: bool

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        return {
            "glass": self.material,
            "α": f"{self.alpha:.4f}",
            "sign": self.sign,
            "source of M": self.source,
            "reading": self.reading or NONE,
            "L after the last step": length(float(f"{self.length:.6g}")),
            f"critical strain e, {self.strain} (dimensionless)": with_error(self.value, 0.0),
            "channel": self.channel,
            "strain that fails": self.failing_strain,
            "fails first": "yes" if self.first else "no",
        }


def critical(
    material: str | Sequence[str] | None = None,
    *,
    c_l: Any = None,
    c_t: Any = None,
    alpha: float | None = None,
    strain: str | Array | StrainPath = "xx",
    n0: int = 3,
    start: Any = "50 angstrom",
    sample: Any = "1 mm",
    contraction: Contraction = "tensor",
    sign: Sign | None = None,
) -> Records[GlassCriticalStrain]:
    """Which strains break a glass, stretched and compressed: by formula, continuum and exact sum.

    The flow is Eq. 3.8, χ⁻¹ ← χ⁻¹ ± M in each step from L₁ to R, from χ' = χ_el (Eq. 2.10). M is
    that of the paper's formula (4.2 to 4.5, for a strain e_xx alone), and in each reading of V(e)
    the mean of the sum over N0³ blocks, of bodies of fixed volume, over orientation and offset of
    the lattice (3.7), and its limit for N0 → ∞. Nothing is sampled: strains are good to 1e-8.

    The glass is given in one of three ways.
    material: the name of a glass of Table I, `all` twelve of them, or a list of names.
    c_l, c_t: both sound velocities, as texts with their unit such as "5.9 km/s", or as quantities
    of pint or astropy.
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.

    strain: xx, yy, zz, xy, xz, yz, biaxial, isochoric or hydrostatic; or a matrix D, (3, 3), for
    F = 1 + e D.
    n0: N0³ blocks make a super block.
    start, sample: L₁ and R, as texts with their unit or quantities.
    contraction: `tensor` counts shear pairs twice, as the sum of Eq. 3.3 does; `six` once.
    sign: `paper` adds M in each step, `hamiltonian` takes it away, as follows from Eq. 2.14; both
    where none is given.

    Returns a list of records, one for each critical strain e, with material, alpha, sign, source
    (lattice: the sum; continuum; log: the formula), reading, strain, n0, steps, length (in m, after
    these steps), value (e), channel, failing_strain and first (whether no other fails before it).
    The formula is given at R, after a fraction of a step, and at the length that whole steps reach.
    Sources that break nowhere have no record. A notebook shows a table; pandas.DataFrame takes it.

    Raises ConfigError for a velocity or length without its unit; PhysicsError (a ValueError) for
    none or several ways to give the glass, an unknown glass, strain or sign, α outside (1/4, 1),
    n0 below 2, and R not larger than L₁.

    Example:
        >>> import rsrg
        >>> for c in rsrg.critical(alpha=0.7, sign="paper"):
        ...     if c.first and c.value > 0 and c.steps == 12 and c.reading != "affine/sphere":
        ...         print(f"{c.source:9} {c.value:.4f} {c.channel}")
        log       0.2942 yy-zz
        log       0.2942 yz
        continuum 0.3267 xx+yy+zz
        lattice   0.4711 xx+yy+zz
    """
    velocities = [_si(name, v, "meter/second") for name, v in (("c_l", c_l), ("c_t", c_t))]
    first, last = (_si(name, v, "meter") for name, v in (("start", start), ("sample", sample)))
    path = strain if isinstance(strain, StrainPath) else strain_path(plain_value(strain))
    loading = Loading(path, first or 0.0, last or 0.0, plain_value(n0), contraction)
    signs = tuple(SIGNS) if sign is None else (sign,)
    glasses = _glasses(material, (velocities[0], velocities[1]), plain_value(alpha))
    answers = (critical_answer(glass, loading, signs) for glass in glasses)
    return Records(record for answer in answers for record in critical_records(answer))


def _si(name: str, value: Any, unit: str) -> float | None:
    """A text with its unit or a quantity in SI units; None where none is given."""
    if value is None:
        return None
    text = plain_value(value)
    try:
        return si_value(text, unit)
    except ValueError as error:
        raise ConfigError([f"`{name}` {error}; got {text!r}"]) from None


def _glasses(
    material: str | Sequence[str] | None,
    velocities: tuple[float | None, float | None],
    alpha: float | None,
) -> Iterator[Material]:
    given = plain_value(material)
    if given == []:
        raise PhysicsError("`material` must name a glass; got []")
    for name in given if isinstance(given, list) else [given]:
        yield from choose_glasses(name, *velocities, alpha)


def critical_records(answer: CriticalAnswer) -> Iterator[GlassCriticalStrain]:
    """The critical strains of an answer, each as a record."""
    for row in answer.rows:
        for crossing in (*row.crossings, *row.compression):
            yield _record(answer, row, crossing)


def _record(answer: CriticalAnswer, row: CriticalRow, crossing: Crossing) -> GlassCriticalStrain:
    return GlassCriticalStrain(
        material=answer.glass.name,
        alpha=answer.glass.alpha,
        sign=row.sign,
        source=SOURCES[row.kind],
        reading=row.reading,
        strain=answer.strain,
        n0=row.n0,
        steps=row.steps,
        length=row.length,
        value=crossing.strain,
        channel=crossing.channel,
        failing_strain=crossing.direction,
        first=crossing in (*row.first, *row.first_compression),
    )
