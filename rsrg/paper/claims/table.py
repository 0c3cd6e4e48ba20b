"""Claims about Table I and the critical strains by formula."""

from rsrg.paper import setting
from rsrg.paper.claims.call_text import call_text, constant_text
from rsrg.paper.claims.claim import Claim, Number, between, equal, printed, shown, truncated
from rsrg.paper.setting import EXAMPLE_ALPHA, TABLE_LOG, TEXT_LOG, formula_critical
from rsrg.paper.tables import CHANNELS, alpha_table, formula_table
from rsrg.physics.coupling_source import ROOT_ERROR
from rsrg.physics.materials import TABLE_I
from rsrg.physics.pairs import Contraction

AT_20 = "ln(R/L₁) = 20, where R = 1 mm and L₁ = 50 Å give 12.206"


def matching(log_ratio: float = TEXT_LOG, contraction: Contraction = "six") -> int:
    """How many of Table I's 36 numbers round to what it prints."""
    return sum(sum(cell.matches) for cell in formula_table(log_ratio, contraction))


def table_i() -> Claim:
    """The 36 critical strains of Table I."""
    count = "numbers of 36 that round to the printed digits"
    return Claim(
        "table-1",
        "Table I",
        "Twelve glasses, three critical strains each",
        (equal(count, matching(TEXT_LOG), 36, 0),),
        call_text(matching),
        AT_20,
        (
            equal(count, matching(TABLE_LOG), 36, 0),
            shown(f"{count}, contraction tensor", matching(TABLE_LOG, "tensor")),
        ),
        finding="1",
    )


def lowest_and_highest(log_ratio: float = TEXT_LOG) -> tuple[float, float]:
    """Smallest and largest of the 24 strains e_crit^(1), e_crit^(2) of Table I, by formula."""
    cells = formula_table(log_ratio, "six")
    values = [e for cell in cells for e in cell.ours[:2] if e is not None]
    return min(values), max(values)


def _range(key: str, where: str, statement: str, low: float, high: float) -> Claim:
    def numbers(log_ratio: float) -> tuple[Number, ...]:
        smallest, largest = lowest_and_highest(log_ratio)
        return (
            between("smallest e_crit^(1,2)", smallest, low, high, low, ROOT_ERROR),
            between("largest e_crit^(1,2)", largest, low, high, high, ROOT_ERROR),
        )

    call = call_text(lowest_and_highest)
    return Claim(key, where, statement, numbers(TEXT_LOG), call, AT_20, numbers(TABLE_LOG), "1")


def abstract() -> Claim:
    """The abstract's range of critical strains, 0.15 to 0.25."""
    statement = "The critical strains lie between 0.15 and 0.25"
    return _range("range", "Abstract, Secs. I and V", statement, 0.15, 0.25)


def experiments() -> Claim:
    """The range of measured critical strains, 0.1 to 0.3."""
    statement = "The critical strains agree with measured ones, of order 0.1 to 0.3"
    return _range("experiments", "Sec. IV, before Table I", statement, 0.1, 0.3)


def example() -> Claim:
    """The three critical strains of the example α = 0.7."""

    def three(log_ratio: float, cut: bool) -> tuple[Number, ...]:
        strains = formula_critical(EXAMPLE_ALPHA, log_ratio)
        numbers = []
        stated = ((0.228, 3), (0.178, 3), (1.44, 2))
        for i, (channel, (paper, decimals)) in enumerate(zip(CHANNELS, stated, strict=True)):
            what = f"e_crit^({i + 1}), {channel}"
            value = strains.get(channel, float("nan"))
            number = printed(what, value, paper, decimals, ROOT_ERROR)
            if cut and i == 1:
                agrees = truncated(value, 3) == paper
                number = Number(f"{what}, cut after 3 digits", value, paper, ROOT_ERROR, agrees)
            numbers.append(number)
        return tuple(numbers)

    return Claim(
        "example",
        "Sec. IV, after Fig. 9",
        "α = 0.7 breaks at e = 0.228, 0.178 and 1.44",
        three(TEXT_LOG, False),
        call_text(formula_critical, 0.7, constant_text(setting, "TEXT_LOG")),
        f"{AT_20}, and the second number is cut, not rounded: Table I's own rule gives 0.179",
        three(TABLE_LOG, True),
        finding="1, a",
        comment="–: this channel never crosses.",
    )


def third_strain(contraction: Contraction = "tensor") -> float:
    """e_crit of yz for α = 0.7 at ln(R/L₁) = 20."""
    return formula_critical(EXAMPLE_ALPHA, TABLE_LOG, contraction)["yz"]


def symmetry() -> Claim:
    """Shear yz fails last: by symmetry it must fail with yy−zz."""
    second = formula_critical(EXAMPLE_ALPHA, TABLE_LOG, "tensor")["yy-zz"]
    return Claim(
        "third-strain",
        "Sec. IV, Fig. 8, Table I",
        "Shear in the yz plane fails last, at e = 1.44, too big to be observed",
        (
            printed(
                "e_crit^(3), every shear pair counted twice", third_strain(), 1.44, 2, ROOT_ERROR
            ),
            shown("e_crit^(2), the same", second, ROOT_ERROR),
        ),
        call_text(third_strain),
        "shear pairs are counted once (plain 6×6 products), which breaks the symmetry about x: "
        "yy−zz and yz are one shear, turned by 45°",
        (printed("e_crit^(3), plain 6×6", third_strain("six"), 1.44, 2, ROOT_ERROR),),
        finding="5",
    )


def agreeing_alphas() -> int:
    """Rows of Table I whose α is 1 − c_t²/c_l² of their own columns to the third digit."""
    return sum(not row.differs for row in alpha_table())


def alpha_column() -> Claim:
    """The α column follows from the velocities beside it."""
    allowed = sum(row.allowed for row in alpha_table())
    return Claim(
        "alpha-column",
        "Table I",
        "α = 1 − c_t²/c_l²",
        (equal("rows of 12 that agree in the third digit", agreeing_alphas(), 12, 0),),
        call_text(agreeing_alphas),
        "α was computed from velocities with more digits: rounding to ±0.005 km/s allows it",
        (equal("rows of 12 within what rounded velocities allow", allowed, 12, 0),),
        finding="9, c",
        comment="Differing: " + ", ".join(row.glass for row in alpha_table() if row.differs) + ".",
    )


def mean_alpha() -> float:
    """The mean of Table I's α column."""
    return sum(row.alpha for row in TABLE_I) / len(TABLE_I)


def average_alpha() -> Claim:
    """The average of α is 0.7."""
    return Claim(
        "alpha-average",
        "Sec. IV, before Fig. 3",
        "The average value of α is 0.7",
        (printed("mean of the column", mean_alpha(), 0.7, 1),),
        call_text(mean_alpha),
    )


def relative_spread(which: int) -> float:
    """Spread (max − min)/mean over Table I of e_crit^(which), over the same of α."""

    def spread(values: list[float]) -> float:
        return (max(values) - min(values)) * len(values) / sum(values)

    cells = formula_table(TABLE_LOG, "six")
    strains = [e for cell in cells if (e := cell.ours[which - 1]) is not None]
    return spread(strains) / spread([row.alpha for row in TABLE_I])


def insensitive() -> Claim:
    """Critical strains are less sensitive to the glass than α is."""
    numbers = tuple(
        between(
            f"relative spread of e_crit^({i}) over that of α",
            relative_spread(i),
            0.0,
            1.0,
            error=1e-6,  # two roots, over the strain and over the spread of α
        )
        for i in (3, 2, 1)
    )
    return Claim(
        "insensitive",
        "Sec. IV, before Table I; Sec. V",
        "The critical strains are not very sensitive to α",
        numbers,
        call_text(relative_spread, 3),
        "the third strain is left out",
        numbers[1:],
        comment="Not very sensitive: the relative spread over the twelve glasses is below α's.",
    )


TABLE = (
    example,
    symmetry,
    average_alpha,
    insensitive,
    table_i,
    alpha_column,
    abstract,
    experiments,
)
