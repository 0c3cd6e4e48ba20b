"""What a reader sees of each source of M: its names, and what it is in a line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceNames:
    """The names of a source. heading: of a column. name: in legends, menus and sentences.

    latex: in a table for a paper. meaning: of the name, for who reads it first.
    """

    heading: str
    name: str
    latex: str
    meaning: str


SOURCE_NAMES = {
    "lattice": SourceNames(
        "sum", "sum over blocks", "sum",
        "the interaction Λ summed block by block, by Monte Carlo over the orientation and places "
        "of the blocks, or its exact mean",
    ),
    "continuum": SourceNames(
        "continuum", "exact continuum", "continuum",
        "the same sum in the limit N0 → ∞, in closed form",
    ),
    "log": SourceNames(
        "log formula", "log formula", "Eqs.~4.2--4.5",
        "the paper's replacement of the sum, Eqs. 4.2 to 4.5",
    ),
}  # fmt: skip
