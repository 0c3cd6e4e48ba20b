"""What one dataset of a run file is: its axes, its unit, its name in words, its equation."""

from dataclasses import dataclass

MATRIX = ("pair", "pair_kl")  # the axes of a tensor written as a 6 × 6 matrix
PLAIN_UNITS = ("", "1", "m", "s")  # pint and udunits read them; all others are scales


@dataclass(frozen=True)
class Entry:
    """What a dataset is: its dimensions, unit, long name, and equation of the paper.

    unit: as a person reads it, such as "1/(rho c_t^2)"; "" for texts.
    """

    dims: tuple[str, ...]
    unit: str
    long_name: str
    equation: str = ""

    @property
    def units(self) -> str:
        """The unit as programs read it: 1 for all numbers in units of the problem's own scales."""
        return self.unit if self.unit in PLAIN_UNITS else "1"

    @property
    def scale(self) -> str:
        """What a dimensionless number is measured in, such as "1/(rho c_t^2)"; "" for no scale."""
        return "" if self.unit in PLAIN_UNITS else self.unit

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of the dataset: long_name, and where they apply units, scale, equation."""
        given = {"units": self.units, "scale": self.scale, "equation": self.equation}
        return {"long_name": self.long_name, **{name: text for name, text in given.items() if text}}
