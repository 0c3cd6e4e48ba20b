"""Table I: the paper's 36 numbers, ours by formula, and the same table from the lattice sums."""

import math
from dataclasses import dataclass

from rsrg.paper.agreement import rounds_to
from rsrg.paper.setting import TABLE_LOG, TEXT_LOG, formula_critical
from rsrg.physics.coupling_source import STRAIN_MAX, LatticeMean
from rsrg.physics.materials import TABLE_I, TableRow, glass
from rsrg.physics.pairs import CONTRACTIONS, Contraction
from rsrg.physics.readings import READINGS
from rsrg.physics.recursion import whole_steps

CHANNELS = ("xx+yy+zz", "yy-zz", "yz")  # of e_crit^(1), e_crit^(2), e_crit^(3)
DIGITS = (3, 3, 2)  # decimals that Table I prints
SUM_N0 = (2, 3, 4, 8)
LOG_RATIOS = (TABLE_LOG, TEXT_LOG)
VELOCITY_ROUNDING = 0.005  # km/s: the velocities are printed to two decimals


@dataclass(frozen=True)
class FormulaCell:
    """One row of Table I by the paper's formula; None where a channel never crosses below 3.

    difference: ours − paper's, before rounding. matches: ours rounds to what is printed.
    """

    glass: str
    alpha: float
    log_ratio: float
    contraction: Contraction
    ours: tuple[float | None, float | None, float | None]
    paper: tuple[float, float, float]

    @property
    def difference(self) -> tuple[float | None, ...]:
        """Ours − the paper's."""
        pairs = zip(self.ours, self.paper, strict=True)
        return tuple(None if a is None else a - b for a, b in pairs)

    @property
    def matches(self) -> tuple[bool, ...]:
        """Whether ours, rounded to the digits of the table, is what it prints."""
        triples = zip(self.ours, self.paper, DIGITS, strict=True)
        return tuple(a is not None and rounds_to(a, b, d) for a, b, d in triples)


@dataclass(frozen=True)
class SumCell:
    """Critical strains of one glass from the exact mean of the lattice sum, by channel."""

    glass: str
    alpha: float
    reading: str
    n0: int
    log_ratio: float
    steps: int
    contraction: Contraction
    critical: dict[str, float]

    @property
    def reached(self) -> float:
        """ln(L_n/L₁) after whole steps."""
        return self.steps * math.log(self.n0)


@dataclass(frozen=True)
class AlphaRow:
    """α as printed and from the velocities beside it, with the interval their rounding leaves."""

    glass: str
    printed: float
    computed: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """In the third digit."""
        return not rounds_to(self.computed, self.printed, 3)

    @property
    def allowed(self) -> bool:
        """Whether velocities rounded to two decimals, and α to three, leave room for it."""
        return self.low - 0.0005 <= self.printed <= self.high + 0.0005


@dataclass(frozen=True)
class Tables:
    """Everything tabulated."""

    formula: tuple[FormulaCell, ...]
    sums: tuple[SumCell, ...]
    alphas: tuple[AlphaRow, ...]


def formula_cell(row: TableRow, log_ratio: float, contraction: Contraction) -> FormulaCell:
    """One row of Table I, α as printed."""
    strains = formula_critical(row.alpha, log_ratio, contraction, STRAIN_MAX)
    e1, e2, e3 = (strains.get(channel) for channel in CHANNELS)
    return FormulaCell(row.name, row.alpha, log_ratio, contraction, (e1, e2, e3), row.critical)


def formula_table(log_ratio: float, contraction: Contraction) -> tuple[FormulaCell, ...]:
    """Table I by the formula, (12,)."""
    return tuple(formula_cell(row, log_ratio, contraction) for row in TABLE_I)


def sum_table(log_ratio: float, contraction: Contraction, n0: int) -> tuple[SumCell, ...]:
    """Table I from the sums over N0³ blocks, one cell per reading and glass."""
    n = whole_steps(log_ratio, n0)
    return tuple(
        SumCell(
            row.name,
            row.alpha,
            str(reading),
            n0,
            log_ratio,
            n,
            contraction,
            {
                c.channel: c.strain
                for c in LatticeMean(reading, n0).critical_strains(
                    row.alpha, n, contraction, STRAIN_MAX
                )
            }
            if reading.continuum_sign
            else {},  # exactly no coupling, at any strain
        )
        for reading in READINGS
        for row in TABLE_I
    )


def alpha_table() -> tuple[AlphaRow, ...]:
    """α of Table I against 1 − c_t²/c_l² of its own columns, (12,)."""
    d = VELOCITY_ROUNDING
    return tuple(
        AlphaRow(
            row.name,
            row.alpha,
            glass(row.name).alpha,
            1.0 - ((row.c_t + d) / (row.c_l - d)) ** 2,
            1.0 - ((row.c_t - d) / (row.c_l + d)) ** 2,
        )
        for row in TABLE_I
    )


def tables() -> Tables:
    """All tables: both contractions, both lengths, every N0 and reading."""
    cases = [(log, c) for log in LOG_RATIOS for c in CONTRACTIONS]
    return Tables(
        tuple(cell for case in cases for cell in formula_table(*case)),
        tuple(cell for case in cases for n0 in SUM_N0 for cell in sum_table(*case, n0)),
        alpha_table(),
    )
