"""The answer of `rsrg critical` as tables, as notes, and as plain data for JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from rsrg.formatting import NONE, counted, length
from rsrg.physics.criticality import Crossing
from rsrg.physics.first_failure import CriticalAnswer, CriticalRow
from rsrg.physics.pairs import PAIR_NAMES
from rsrg.physics.readings import Reading
from rsrg.physics.sign import SIGN_NAMES, Sign
from rsrg.report.sign_text import STEPS
from rsrg.results.critical import SOURCES, critical_records
from rsrg.results.source_names import SOURCE_NAMES

SIDES = ("crossings", "compression")
MEANINGS = {
    "xx": "F = diag(1 + e, 1, 1)",
    "xy": "F = 1 + e (xy + yx), γ = 2e",
    "biaxial": "F = diag(1 + e, 1 + e, 1)",
    "isochoric": "F = diag(1 + e, (1 + e)^-½, (1 + e)^-½)",
    "hydrostatic": "F = (1 + e) 1",
}


def critical_answer_tables(answer: CriticalAnswer) -> Iterator[Table]:
    """A table for each sign; one row for each way to get M: what fails first."""
    for sign in dict.fromkeys(row.sign for row in answer.rows):
        table = _sign_table(sign)
        for heading in ("M from", "e > 0", "against", "e < 0", "against"):
            if heading.startswith("e "):
                table.add_column(heading, justify="right", no_wrap=True)
            else:
                table.add_column(heading, overflow="fold")
        for row in answer.rows:
            if row.sign == sign:
                table.add_row(_source(row), *_first(row))
        yield table


def critical_answer_heading(answer: CriticalAnswer) -> str:
    """Glass, strain, and how many steps lead to which length."""
    g, n0 = answer.glass, answer.n0
    last = answer.rows[-1]
    sizes = f"{length(answer.start)} to {_length(last)}"
    return (
        f"{g.name}: α = {g.alpha:.4f}, strain {strain_text(answer.strain)}, N0 = {n0}, "
        f"{counted(last.steps, 'step')} from {sizes}"
    )


def glasses_heading(answers: Sequence[CriticalAnswer]) -> str:
    """The strain and the steps, which are the same for all glasses."""
    answer, glasses = answers[0], counted(len(answers), "glass", "glasses")
    return (
        f"{glasses}, sum over blocks, strain {strain_text(answer.strain)}, "
        f"N0 = {answer.n0}, {counted(answer.rows[-1].steps, 'step')}"
    )


def strain_text(strain: str) -> str:
    """A kind of strain with the deformation that it means: `xx, F = diag(1 + e, 1, 1)`."""
    return f"{strain}, {MEANINGS[strain]}" if strain in MEANINGS else strain


def _sign_table(sign: Sign) -> Table:
    """A table without columns, named by a sign."""
    title = Text(f"{SIGN_NAMES[sign]}: each step {STEPS[sign]}")
    return Table(title=title, title_justify="left", box=None, pad_edge=False)


def _source(row: CriticalRow) -> str:
    """Reading and source; of the formula, which has no reading, the length where it ends."""
    name = SOURCE_NAMES[SOURCES[row.kind]].heading
    return f"{row.reading}, {name}" if row.reading else f"{name}, {_length(row)}"


def _length(row: CriticalRow) -> str:
    """L after the last step of a row."""
    return length(float(f"{row.length:.6g}"))


def _first(row: CriticalRow) -> tuple[str, str, str, str]:
    return (*_side(row.first), *_side(row.first_compression))


def _side(together: Sequence[Crossing]) -> tuple[str, str]:
    if not together:
        return NONE, ""
    return f"{together[0].strain:.5f}", ", ".join(c.direction for c in together)


def glasses_tables(answers: Sequence[CriticalAnswer]) -> Iterator[Table]:
    """A table for each sign: the first failure of each glass, sum over blocks, by reading."""
    first = answers[0]
    for sign in dict.fromkeys(row.sign for row in first.rows):
        table = _sign_table(sign)
        table.add_column("glass")
        table.add_column("α", justify="right")
        for row in _sums(first, sign):
            for side in ("e > 0", "e < 0"):
                table.add_column(f"{row.reading}\n{side}", justify="right")
        for answer in answers:
            cells = [
                cell
                for row in _sums(answer, sign)
                for cell in (_side(row.first)[0], _side(row.first_compression)[0])
            ]
            table.add_row(Text(answer.glass.name), f"{answer.glass.alpha:.3f}", *cells)
        yield table


def _sums(answer: CriticalAnswer, sign: Sign) -> list[CriticalRow]:
    """The sums of the readings that have a coupling on average."""
    sums = [r for r in answer.rows if (r.kind, r.sign) == ("sum", sign)]
    return [r for r in sums if Reading.parse(r.reading).continuum_sign]


def critical_answer_notes(answer: CriticalAnswer) -> list[str]:
    """What a reader of the table must know, in a few sentences."""
    low, high = answer.strain_limits
    lines = [
        "e: the first strain, outward from zero (stretched e > 0, compressed e < 0), where an "
        "eigenvalue of χ⁻¹ crosses zero and χ jumps from +∞ to −∞; against: the strain "
        f"(eigenvector) that the glass then no longer resists. {NONE}: none down to e = {low:.3g}, "
        f"up to {high:.3g}.",
        "M, the coupling of the blocks, from: the paper's log formula, or a reading of V(e), the "
        "body that they fill (do blocks move with the strain? do they fill an ellipsoid or a "
        "sphere?). sum: over all blocks within the volume of N0³, averaged exactly over "
        "orientations and shifts of their lattice; continuum: its limit N0 → ∞; roots are good to "
        f"{answer.rows[0].error:.0e}. `rsrg run` samples the sum (`blocks.count: volume`; bodies "
        "of exactly N0³ blocks have a slightly different mean). All later crossings: --json.",
        *_about_the_formula(answer),
        *_about_the_strain(answer),
    ]
    if answer.contraction == "six":
        lines.append("Contraction `six`, as in the paper: it breaks the symmetry about x.")
    return lines


def spread_note(answers: Sequence[CriticalAnswer]) -> Iterator[str]:
    """By which factor the strains that are shown differ, and on what they depend.

    Of one glass all sources are shown, of several the sum alone.
    """
    rows = [r for a in answers for r in a.rows if len(answers) == 1 or r.kind == "sum"]
    sides = [side for r in rows for side in (r.first, r.first_compression)]
    strains = [abs(side[0].strain) for side in sides if side]
    signs = len({r.sign for r in rows}) > 1
    if strains and max(strains) > 1.2 * min(strains):
        yield (
            f"|e| differs by a factor {max(strains) / min(strains):.2g}: it depends on "
            f"{'the sign, ' if signs else ''}the reading of V(e), N0 and the side, not only on the "
            "glass."
        )


def _about_the_formula(answer: CriticalAnswer) -> Iterator[str]:
    """Why the formula has two rows."""
    lengths = {_length(r): r for r in answer.rows if r.kind == "formula"}
    if len(lengths) == 2:
        (exact, part), (reached, whole) = lengths.items()
        yield (
            f"The log formula holds at any length: it stands at the sample's {exact}, after "
            f"{part.steps:.4g} steps, and at {reached}, where the {counted(whole.steps, 'step')} "
            "of the sum end, since a sum takes whole steps only. Compare the latter with it."
        )


def _about_the_strain(answer: CriticalAnswer) -> Iterator[str]:
    """What is peculiar to a kind of strain."""
    if answer.strain != "xx":
        yield "The paper's log formula is one of e_xx alone, and is left out."
    if answer.strain == "hydrostatic":
        yield "A sphere stays a sphere: the coupling is zero on average, and nothing fails."


def critical_answer_data(answer: CriticalAnswer) -> dict[str, Any]:
    """The answer for JSON: SI lengths, strains, eigenvectors written out in `pairs` order.

    `critical_strains` are the records of `rsrg.critical`. `rows` was there before, with names of
    its own (kind, strain, direction), which stand beside those of the records.
    """
    rows = [
        {**asdict(row), "source": SOURCES[row.kind], **{side: _named(row, side) for side in SIDES}}
        for row in answer.rows
    ]
    records = [asdict(record) for record in critical_records(answer)]
    return {**asdict(answer), "rows": rows, "critical_strains": records, "pairs": list(PAIR_NAMES)}


def _named(row: CriticalRow, side: str) -> list[dict[str, Any]]:
    """The critical strains of one side, by the names of the records and by the earlier ones."""
    return [
        {**asdict(c), "value": c.strain, "failing_strain": c.direction} for c in getattr(row, side)
    ]
