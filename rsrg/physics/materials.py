"""Glasses: sound velocities, density, α. The twelve of the paper's Table I come with it."""

from dataclasses import dataclass

from rsrg.physics.arguments import check_word
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError


@dataclass(frozen=True)
class Material:
    """A glass, known to the theory by α = 1 − c_t²/c_l² only.

    c_l, c_t in m/s and density in kg/m³ are None where only α is known.
    Raises PhysicsError unless 1/4 < α < 1.
    """

    name: str
    alpha: float
    c_l: float | None = None
    c_t: float | None = None
    density: float | None = None

    def __post_init__(self) -> None:
        check_alpha(self.alpha)

    @classmethod
    def from_velocities(
        cls, name: str, c_l: float, c_t: float, density: float | None = None
    ) -> "Material":
        """The glass with longitudinal and transverse sound velocities c_l, c_t in m/s.

        Raises PhysicsError unless both are positive and 1/4 < 1 − c_t²/c_l² < 1.
        """
        if not (c_l > 0.0 and c_t > 0.0):
            raise PhysicsError(f"`c_l` and `c_t` must be positive; got {c_l!r} and {c_t!r} m/s")
        return cls(name, 1.0 - (c_t / c_l) ** 2, c_l, c_t, density)

    @property
    def shear_modulus(self) -> float | None:
        """μ = ρc_t², in pascal, the unit of χ; None where density or velocity are not known."""
        if self.density is None or self.c_t is None:
            return None
        return self.density * self.c_t**2


@dataclass(frozen=True)
class TableRow:
    """A row of the paper's Table I as printed: velocities in km/s, α, e_crit^(1,2,3)."""

    name: str
    c_l: float
    c_t: float
    alpha: float
    critical: tuple[float, float, float]


TABLE_I: tuple[TableRow, ...] = (
    TableRow("a-SiO2", 5.80, 3.80, 0.573, (0.235, 0.157, 1.08)),
    TableRow("LaSF-7", 5.64, 3.60, 0.594, (0.231, 0.160, 1.13)),
    TableRow("BK7", 6.20, 3.80, 0.624, (0.227, 0.165, 1.20)),
    TableRow("SF4", 3.78, 2.24, 0.650, (0.225, 0.169, 1.27)),
    TableRow("LAT", 4.78, 2.80, 0.658, (0.225, 0.171, 1.30)),
    TableRow("SF59", 3.32, 1.92, 0.666, (0.225, 0.172, 1.32)),
    TableRow("V52", 4.15, 2.25, 0.705, (0.228, 0.180, 1.46)),
    TableRow("As2S3", 2.70, 1.46, 0.708, (0.229, 0.180, 1.47)),
    TableRow("BALNA", 4.30, 2.30, 0.714, (0.230, 0.182, 1.50)),
    TableRow("PS", 2.80, 1.50, 0.714, (0.230, 0.182, 1.50)),
    TableRow("a-Se", 2.00, 1.05, 0.723, (0.231, 0.184, 1.54)),
    TableRow("PMMA", 3.15, 1.57, 0.753, (0.239, 0.190, 1.69)),
)

GLASSES: dict[str, Material] = {
    row.name: Material.from_velocities(row.name, 1e3 * row.c_l, 1e3 * row.c_t) for row in TABLE_I
}


def glass(name: str) -> Material:
    """The glass of Table I with this name, α from its measured velocities.

    Raises PhysicsError, listing the known names, for any other.
    """
    check_word("material", name, GLASSES)
    return GLASSES[name]
