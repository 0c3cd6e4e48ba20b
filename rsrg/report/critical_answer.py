"""The answer of `rsrg critical` as a table, as notes, and as plain data for JSON."""

from dataclasses import asdict
from typing import Any

from rich.table import Table

from rsrg.formatting import NONE, length
from rsrg.physics.first_failure import CriticalAnswer, CriticalRow
from rsrg.physics.pairs import PAIR_NAMES

NAMES = {"formula": "log formula (paper)", "continuum": "exact continuum", "sum": "sum over blocks"}


def critical_answer_table(answer: CriticalAnswer) -> Table:
    """One row for each way to get M: what fails first, and all that fails up to strain_max."""
    g = answer.glass
    title = f"{g.name}: α = {g.alpha:.4f}, strain e_xx, N0 = {answer.n0}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("M from", "reading of V(e)", "n", "L_n", "breaks at e", "error", "against"):
        justify = "right" if heading in ("n", "L_n", "breaks at e") else "left"
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_column("then")
    for row in answer.rows:
        table.add_row(
            NAMES[row.kind],
            row.reading or "any",
            f"{row.steps:.4g}",
            length(float(f"{row.length:.6g}")),  # 1 mm, not 1000 µm less rounding
            *_first(row),
            _rest(row),
        )
    return table


def _first(row: CriticalRow) -> tuple[str, str, str]:
    if not row.first:
        return NONE, "exact", ""
    return f"{row.first[0].strain:.5f}", "exact", ", ".join(c.direction for c in row.first)


def _rest(row: CriticalRow) -> str:
    later = row.crossings[len(row.first) :]
    return "; ".join(f"{c.strain:.5f} {c.direction}" for c in later)


def critical_answer_notes(answer: CriticalAnswer) -> list[str]:
    """What a reader of the table must know, in two or three sentences."""
    lines = [
        f"The lowest strain in (0, {answer.strain_max:g}] where an eigenvalue of χ⁻¹ crosses zero, "
        "χ from +∞ to −∞, and the strain (eigenvector) that the glass then no longer resists. "
        f"{NONE}: none.",
        "exact: no sampling; the mean over lattice orientation and offset is a quadrature, roots "
        f"are good to {answer.rows[0].error:.0e}. One lattice draw scatters about this mean: "
        "`rsrg run` samples it.",
    ]
    strains = [r.first[0].strain for r in answer.rows if r.first]
    if strains and max(strains) > 1.2 * min(strains):
        lines.append(
            f"The answers differ by a factor {max(strains) / min(strains):.2g}: they depend on the "
            "reading of V(e) and on N0, not only on the glass."
        )
    if answer.contraction == "six":
        lines.append("Contraction `six`, as in the paper: it breaks the symmetry about x.")
    return lines


def critical_answer_data(answer: CriticalAnswer) -> dict[str, Any]:
    """The answer for JSON: SI lengths, strains, eigenvectors written out in `pairs` order."""
    return {**asdict(answer), "pairs": list(PAIR_NAMES)}
