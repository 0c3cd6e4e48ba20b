"""The answer of `rsrg stability` as a table, as notes, and as plain data for JSON."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from rsrg.formatting import NONE, with_error
from rsrg.physics.bulk_stability import STRAIN_MAX
from rsrg.physics.materials import Material
from rsrg.physics.sign import SIGN_NAMES
from rsrg.physics.stability_rows import StabilityRow
from rsrg.physics.wave_vectors import ORIGIN


def stability_table(glass: Material, amplitude: float, rows: Sequence[StabilityRow]) -> Table:
    """One line for each kind of bulk and each sign."""
    title = f"{glass.name}: α = {glass.alpha:.4f}, χ' = f χ_el with f = {amplitude:g}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("blocks", "sign"):
        table.add_column(heading)
    for heading in ("lowest", "f_c", "unstable\nfrom e_xx"):
        table.add_column(heading, justify="right")
    table.add_column("softest mode")
    for row in rows:
        table.add_row(
            row.bulk if row.blocks is None else f"{row.bulk}, {row.blocks}",
            SIGN_NAMES[row.sign].removeprefix("the ").removesuffix(" sign"),
            with_error(row.eigenvalue, row.eigenvalue_error),
            with_error(row.critical_amplitude, row.critical_amplitude_error),
            with_error(row.strain, row.strain_error) if math.isfinite(row.strain) else NONE,
            _mode(row),
        )
    return table


def _mode(row: StabilityRow) -> str:
    if row.wave_vector is None:
        return f"on about {row.participating:.1f} blocks"
    length = math.hypot(*row.wave_vector)
    if length < 2.0 * ORIGIN:
        return f"k → 0 along {_vector([k / length for k in row.wave_vector])}"
    return f"k = {_vector([k / math.pi for k in row.wave_vector])} π"


def _vector(numbers: Sequence[float]) -> str:
    return "(" + ", ".join(f"{round(x, 3) + 0.0:.3g}" for x in numbers) + ")"


def stability_notes(amplitude: float, rows: Sequence[StabilityRow]) -> list[str]:
    """What a reader of the table must know."""
    lines = [
        "lowest: the lowest eigenvalue of (f χ_el)⁻¹ ± m(k) at rest, m the coupling of a block to "
        "all others, over all wave vectors k, in 1/ρc_t²; + with the paper's sign, − with the "
        "Hamiltonian's. Negative: unstable, with no "
        "renormalization at all.",
        "f_c: stable for f < f_c; the paper takes f = 1. Unstable from: the least stretch e_xx, "
        f"up to {STRAIN_MAX:g}, at f = {amplitude:g}, blocks moving with it; {NONE}: none. k: in "
        "radians per block size, along the axes of the lattice.",
    ]
    if any(row.blocks for row in rows):
        lines.append(
            "rsa: mean and standard error of a few random packings in periodic boxes, no two "
            "blocks nearer than 0.8. The larger the box, the lower the lowest eigenvalue of it."
        )
    return lines


def stability_data(
    glass: Material, amplitude: float, rows: Sequence[StabilityRow]
) -> dict[str, Any]:
    """The answer for JSON; a strain of null: none."""
    data = [asdict(row) for row in rows]
    for row in data:
        row["strain"] = row["strain"] if math.isfinite(row["strain"]) else None
    return {
        "glass": asdict(glass),
        "amplitude": amplitude,
        "strain_max": STRAIN_MAX,
        "rows": data,
    }
