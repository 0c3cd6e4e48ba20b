"""The pictures of what lies beyond the paper, in the order of importance."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rsrg.paper.page.last_term_figure import last_term_figure
from rsrg.paper.page.literal_figure import literal_figure
from rsrg.paper.page.shape_figure import shape_figure
from rsrg.paper.page.sign_figure import sign_figure
from rsrg.paper.page.stability_figure import stability_alt, stability_figure
from rsrg.paper.page.steps_figure import steps_figure
from rsrg.paper.page.super_block_figure import super_block_figure


@dataclass(frozen=True)
class Picture:
    """A picture with a name of its own: what it is of, its caption, and how it is drawn.

    subject: a few words for the progress of `reproduce`. alt: what it shows, for who cannot see it.
    draw: writes stem.png and stem.svg into a folder.
    """

    stem: str
    subject: str
    caption: str
    alt: str
    draw: Callable[[Path], object]


BEYOND = (
    Picture(
        "figure_sign",
        "the sign of the flow",
        "The sign of the flow: lowest eigenvalue of χ⁻¹ at 1 mm against e_xx, α = 0.7, exact sum "
        "over 27 blocks and continuum. With the Hamiltonian's sign the readings change places.",
        "Two panels, fixed/ellipsoid and affine/sphere, of the lowest eigenvalue against strain "
        "from −0.6 to 2. All curves start at 0.17. With the paper's sign the one of "
        "fixed/ellipsoid crosses zero near e = 0.5 and that of affine/sphere late; with the "
        "Hamiltonian's it is the other way round.",
        sign_figure,
    ),
    Picture(
        "figure_super_block",
        "exact super blocks",
        "All states of a super block against the expansion: where Eqs. 3.2 and 3.3 are right, and "
        "where they fail.",
        "Two panels with logarithmic axes of the error of the expansion over the exact change. "
        "(a) Against the distance of two blocks: where there is stress, (3.3) stays 6% wrong "
        "until its missing term is added; then the error falls as a power. (3.2) is wrong by "
        "100% up to 16 block sizes. (b) Against the interaction of eight tunnelling systems, "
        "for four temperatures: it grows with the interaction.",
        super_block_figure,
    ),
    Picture(
        "figure_shape",
        "the shape term",
        "One sum never fails: how many times n the shape term ±G must be added before a spheroid "
        "fails, over all aspect ratios and α.",
        "Four panels. (a) Steps to failure against aspect ratio, for both signs: a peak at the "
        "sphere, never below 1.667. (b) The least of all spheroids against α, above a bound "
        "that is never below 1. (c, d) Maps of the steps over aspect ratio and α for both "
        "signs, largest along a line at the sphere.",
        shape_figure,
    ),
    Picture(
        "figure_steps",
        "two steps against one",
        "Two steps at N0 against one at N0²: the error per step of the exact means, and of cubes "
        "of coupled oscillators.",
        "Three panels. (a) The error per step against N0 from 2 to 8: it rises from 0.4 to 0.8, "
        "for exact means and coupled oscillators. (b) The lowest eigenvalue of cubes of "
        "oscillators at once and in two steps: they differ for both signs. (c) The correlation "
        "of stresses that the paper takes to be zero, against distance: it falls as r⁻³.",
        steps_figure,
    ),
    Picture(
        "figure_stability",
        "stability of the bulk",
        "The bulk without renormalization: the amplitude f_c of χ' = f χ_el from which an infinite "
        "lattice of blocks is unstable, against strain.",
        stability_alt(),
        stability_figure,
    ),
    Picture(
        "figure_literal",
        "the literal reading, where the mean coupling is zero",
        "Sec. II D literally, a-SiO2: the mean coupling is zero, and unequal blocks break the "
        "glass. Left: relative variance of χ⁻¹ without strain against L, pools (marks) and moment "
        "closure (lines). Right: share of failed blocks at 135 nm against strain.",
        "Two panels for sc and fcc blocks and both signs. (a) The relative variance against "
        "length from 15 to 135 nm: for sc it grows from 0.1, for fcc it stays near 0.008. (b) "
        "The share of failed blocks against strain up to 1.6: sc with the paper's sign nine in "
        "ten from e = 0.8 on, fcc seven in ten at 1.6; with the Hamiltonian's sign three in "
        "ten, and none.",
        literal_figure,
    ),
    Picture(
        "figure_last_term",
        "the last term of (3.3)",
        "The last term of (3.3) as it stands, over χ_el, against the size of a block.",
        "Two panels. (a) The last term against block size for twelve glasses, on logarithmic "
        "axes: it falls as the cube of the size, and at 50 Å it is below 10⁻³ of χ. (b) For "
        "each glass the size at which it would be as large as other terms: 0.7 to 6 Å, below "
        "the 27 Å of (3.6) and the 50 Å of the first blocks.",
        last_term_figure,
    ),
)
