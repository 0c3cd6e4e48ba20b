"""The tables as rows of text, for both pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rsrg.formatting import NONE
from rsrg.paper.claims.claim import Claim, Number
from rsrg.paper.setting import COUPLED
from rsrg.paper.tables import CHANNELS, DIGITS, SUM_N0, FormulaCell, SumCell, Tables
from rsrg.physics.materials import TABLE_I


@dataclass(frozen=True)
class TextTable:
    """A caption, headings, and rows of cells."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _strain(value: float | None, decimals: int = 5) -> str:
    return NONE if value is None else f"{value:.{decimals}f}"


def formula_text(cells: Sequence[FormulaCell]) -> TextTable:
    """Ours, the paper's and the difference for three critical strains."""
    first = cells[0]
    headings = ["glass", "α"]
    for i, channel in enumerate(CHANNELS, start=1):
        headings += [f"e_crit^({i}) {channel}: ours", "paper", "difference"]
    rows = []
    for cell in cells:
        row = [cell.glass, f"{cell.alpha:.3f}"]
        for ours, paper, gap, d in zip(cell.ours, cell.paper, cell.difference, DIGITS, strict=True):
            row += [_strain(ours), f"{paper:.{d}f}", NONE if gap is None else f"{gap:+.5f}"]
        rows.append(tuple(row))
    matches = sum(sum(c.matches) for c in cells)
    caption = (
        f"Table I by the formula: contraction {first.contraction}, "
        f"ln(R/L₁) = {first.log_ratio:.5g}. {matches} of 36 round to the printed digits."
    )
    return TextTable(caption, tuple(headings), tuple(rows))


def sum_text(cells: Sequence[SumCell], reading: str) -> TextTable:
    """Critical strains of one reading for each N0; channel by channel."""
    own = [c for c in cells if c.reading == reading]
    first = own[0]
    steps = {c.n0: c.steps for c in own}
    rows = []
    for printed in TABLE_I:
        row = [printed.name]
        for n0 in SUM_N0:
            (cell,) = (c for c in own if c.glass == printed.name and c.n0 == n0)
            row.append(_cell(cell))
        rows.append(tuple(row))
    return TextTable(
        f"Table I from the sums over blocks: {reading}, contraction {first.contraction}, "
        f"ln(R/L₁) = {first.log_ratio:.5g} in whole steps n. Exact mean; strains "
        "up to 3. (affine/ellipsoid and fixed/sphere: exactly no coupling, so no critical strain.)",
        ("glass", *(f"N0 = {n0}, n = {steps[n0]}" for n0 in SUM_N0)),
        tuple(rows),
    )


def _cell(cell: SumCell) -> str:
    """Strain and channels, those that fail together joined."""
    together: dict[str, list[str]] = {}
    for channel, strain in cell.critical.items():
        together.setdefault(f"{strain:.5f}", []).append(channel)
    return "; ".join(f"{e} {', '.join(names)}" for e, names in together.items()) or NONE


def all_tables(tables: Tables) -> list[TextTable]:
    """Every table of the page, the paper's own first."""
    texts = []
    cases = list(dict.fromkeys((c.log_ratio, c.contraction) for c in tables.formula))
    for log_ratio, contraction in sorted(cases, key=lambda c: (-c[0], c[1])):
        own = [
            c for c in tables.formula if (c.log_ratio, c.contraction) == (log_ratio, contraction)
        ]
        texts.append(formula_text(own))
    for log_ratio, contraction in sorted(cases, key=lambda c: (-c[0], c[1] != "tensor")):
        sums = [c for c in tables.sums if (c.log_ratio, c.contraction) == (log_ratio, contraction)]
        texts += [sum_text(sums, str(reading)) for reading in COUPLED]
    rows = tuple(
        (
            r.glass,
            f"{r.printed:.3f}",
            f"{r.computed:.4f}",
            f"{r.low:.4f} … {r.high:.4f}",
            "yes" if r.differs else "no",
            "yes" if r.allowed else "no",
        )
        for r in tables.alphas
    )
    headings = ("glass", "α printed", "1 − c_t²/c_l²", "velocities ± 0.005 km/s allow")
    caption = "α of Table I against its own columns"
    return [
        *texts,
        TextTable(caption, (*headings, "third digit differs", "allowed (α ± 0.0005)"), rows),
    ]


def number_text(number: Number) -> str:
    """`what: value ± error (paper: …)`, with ✓ or ✗ where it decides."""
    value = NONE if math.isnan(number.value) else f"{number.value:.6g}"
    text = f"{number.what}: {value}"
    if number.error and math.isfinite(number.value):
        text += f" ± {number.error:.0e}"
    if number.paper is not None:
        text += f" (paper {number.paper:.5g})"
    return text + {True: " ✓", False: " ✗", None: ""}[number.agrees]


def summary(claims: Sequence[Claim]) -> str:
    """How many claims got each verdict; those that hold by construction are not counted."""
    verdicts = [c.verdict for c in claims if c.verdict != "holds by construction"]
    counted = (
        f"{verdicts.count(v)} {v}{' …' if v == 'reproduced only if' else ''}"
        for v in ("reproduced", "reproduced only if", "not reproduced")
        if v in verdicts
    )
    rest = len(claims) - len(verdicts)
    besides = f" ({rest} more hold by construction.)" if rest else ""
    return f"{len(verdicts)} claims: {', '.join(counted)}.{besides}"
