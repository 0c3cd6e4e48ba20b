"""The pictures of what lies beyond the paper, in the order of importance."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rsrg.paper.page.last_term_figure import last_term_figure
from rsrg.paper.page.literal_figure import literal_figure
from rsrg.paper.page.shape_figure import shape_figure
from rsrg.paper.page.sign_figure import sign_figure
from rsrg.paper.page.stability_figure import stability_figure
from rsrg.paper.page.steps_figure import steps_figure
from rsrg.paper.page.super_block_figure import super_block_figure


@dataclass(frozen=True)
class Picture:
    """A picture with a name of its own: what it is of, its caption, and how it is drawn.

    subject: a few words for the progress of `reproduce`. draw: writes stem.png and stem.svg into a
    folder.
    """

    stem: str
    subject: str
    caption: str
    draw: Callable[[Path], object]


BEYOND = (
    Picture(
        "figure_sign",
        "the sign of the flow",
        "The sign of the flow: lowest eigenvalue of χ⁻¹ at 1 mm against e_xx, α = 0.7, exact sum "
        "over 27 blocks and continuum. With the Hamiltonian's sign the readings change places.",
        sign_figure,
    ),
    Picture(
        "figure_super_block",
        "exact super blocks",
        "All states of a super block against the expansion: where Eqs. 3.2 and 3.3 are right, and "
        "where they fail.",
        super_block_figure,
    ),
    Picture(
        "figure_shape",
        "the shape term",
        "One sum never fails: how many times n the shape term ±G must be added before a spheroid "
        "fails, over all aspect ratios and α.",
        shape_figure,
    ),
    Picture(
        "figure_steps",
        "two steps against one",
        "Two steps at N0 against one at N0²: the error per step of the exact means, and of cubes "
        "of coupled oscillators.",
        steps_figure,
    ),
    Picture(
        "figure_stability",
        "stability of the bulk",
        "The bulk without renormalization: the amplitude f_c of χ' = f χ_el from which an infinite "
        "lattice of blocks is unstable, against strain.",
        stability_figure,
    ),
    Picture(
        "figure_literal",
        "the literal reading, where the mean coupling is zero",
        "Sec. II D literally, a-SiO2: the mean coupling is zero, and unequal blocks break the "
        "glass. Left: relative variance of χ⁻¹ without strain against L, pools (marks) and moment "
        "closure (lines). Right: share of failed blocks at 135 nm against strain.",
        literal_figure,
    ),
    Picture(
        "figure_last_term",
        "the last term of (3.3)",
        "The last term of (3.3) as it stands, over χ_el, against the size of a block.",
        last_term_figure,
    ),
)
