"""The readings of V(e): which blocks are summed over, and where they are.

`positions`: does the lattice stay (fixed) or move with the strain (affine)?
`domain`: do the N0³ blocks fill the ellipsoid F·sphere, or a sphere?
"""

from dataclasses import dataclass
from typing import Literal, Self, get_args

from rsrg.physics.arguments import check_word, shown
from rsrg.physics.errors import PhysicsError

Positions = Literal["fixed", "affine"]
Domain = Literal["ellipsoid", "sphere"]
Count = Literal["exact", "volume"]  # exactly N0³ blocks, or all inside the body


@dataclass(frozen=True, order=True)
class Reading:
    """One reading of V(e), written `positions/domain`. Raises PhysicsError for an unknown word."""

    positions: Positions
    domain: Domain

    def __post_init__(self) -> None:
        check_word("positions", self.positions, get_args(Positions))
        check_word("domain", self.domain, get_args(Domain))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reading named `positions/domain`, for example `affine/sphere`.

        Raises PhysicsError, listing the four names, for any other text.
        """
        known = [str(r) for r in READINGS]
        if not isinstance(text, str) or text not in known:
            raise PhysicsError(f"a reading must be one of {', '.join(known)}; got {shown(text)}")
        positions, domain = text.split("/")
        return cls(positions, domain)  # type: ignore[arg-type]

    @property
    def continuum_sign(self) -> int:
        """The continuum limit of M in units of G: +1, −1 or 0 (exact, see `continuum`)."""
        return {("fixed", "ellipsoid"): 1, ("affine", "sphere"): -1}.get(
            (self.positions, self.domain), 0
        )

    def block_volume(self, determinant: float) -> float:
        """V of one block in units of L³: det F where the blocks moved with the strain."""
        return determinant if self.positions == "affine" else 1.0

    def __str__(self) -> str:
        return f"{self.positions}/{self.domain}"


READINGS: tuple[Reading, ...] = (
    Reading("fixed", "ellipsoid"),
    Reading("affine", "sphere"),
    Reading("affine", "ellipsoid"),
    Reading("fixed", "sphere"),
)
