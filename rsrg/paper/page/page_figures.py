"""The figures of the page in their order, each with its caption and a text that stands for it."""

from dataclasses import dataclass

from rsrg.paper.page.beyond import BEYOND


@dataclass(frozen=True)
class PageFigure:
    """A figure of the page. stem: of its files. alt: what it shows, for who cannot see it."""

    stem: str
    caption: str
    alt: str


def _eigenvalue(number: int, caption: str, formula: str) -> PageFigure:
    """One of Figs. 3 to 9: the formula on the left, sums and continuum on the right."""
    return PageFigure(
        f"figure_{number:02d}",
        f"Fig. {number}: {caption}",
        f"Two panels against eccentricity from 0 to 1. (a) The log formula, with the values that "
        f"the paper states: {formula}. (b) Exact continuum as lines and sums over blocks as marks, "
        "for N0 = 2, 3 and 8 in the readings fixed/ellipsoid and affine/sphere, which lie on "
        "different sides of the value without strain.",
    )


PAPER = (
    PageFigure(
        "figure_01",
        "Fig. 1: Stress and total susceptibility along e_xx, integrated; dashed beyond the first "
        "failure.",
        "Two panels against strain from 0 to 0.6. (a) Stress: by the log formula and in "
        "affine/sphere it rises almost straight; in fixed/ellipsoid it turns up steeply before its "
        "first failure at e = 0.28. (b) The susceptibility, with the poles at which it fails.",
    ),
    PageFigure(
        "figure_02",
        "Fig. 2: A sphere of blocks, strained, in each reading of V(e).",
        "Four drawings of cubic blocks: a sphere without strain; affine/ellipsoid, where blocks "
        "and body deform; fixed/ellipsoid, where the blocks stay and the body is an ellipsoid; and "
        "affine/sphere, a sphere of blocks that have moved.",
    ),
    _eigenvalue(3, "First and second eigenvalue.", "it starts at 1, where the paper states 0.1"),
    _eigenvalue(4, "Third eigenvalue.", "it falls from 2 to 0.18, ten times of what it states"),
    _eigenvalue(
        5,
        "Coefficient of e_xx in the third eigenvector.",
        "it falls from −2 to −6.5 and rises again a little, as stated",
    ),
    _eigenvalue(
        6,
        "Fourth eigenvalue.",
        "it starts at 6, where the paper states 0.6, and has a pole at 0.580, as stated",
    ),
    _eigenvalue(
        7,
        "Fifth eigenvalue.",
        "it starts at 2, where the paper states 0.2, and has a pole at 0.529, as stated",
    ),
    _eigenvalue(
        8,
        "Sixth eigenvalue.",
        "it starts at 1, where the paper states 0.1, and has a pole at 0.912, as stated",
    ),
    _eigenvalue(
        9,
        "Coefficient of e_xx in the fourth eigenvector.",
        "it falls from 1, as stated, to 0.31, where the paper states 0.4",
    ),
    PageFigure(
        "figure_10",
        "Fig. 10: Three strains that break the glass: eigenvectors at their critical strains.",
        "Three deformed cubes with arrows: (1) stretched along y and z and less along x, fails at "
        "e = 0.2278; (2) stretched along y and pressed along z, fails at e = 0.1788; (3) sheared "
        "in the plane of y and z, fails at e = 1.4404.",
    ),
)
FIGURES = tuple(PageFigure(p.stem, p.caption, p.alt) for p in BEYOND) + PAPER
