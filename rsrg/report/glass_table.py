"""The twelve glasses of the paper's Table I as a table."""

from rich.table import Table

from rsrg.physics.materials import GLASSES, TABLE_I


def glass_table() -> Table:
    """Name, velocities, α from them, and α as the paper prints it."""
    table = Table(box=None, pad_edge=False)
    for heading in ("glass", "c_l (km/s)", "c_t (km/s)", "α = 1 − c_t²/c_l²", "α as printed"):
        table.add_column(heading, justify="left" if heading == "glass" else "right")
    for row in TABLE_I:
        alpha = f"{GLASSES[row.name].alpha:.4f}"
        table.add_row(row.name, f"{row.c_l:.2f}", f"{row.c_t:.2f}", alpha, f"{row.alpha:.3f}")
    return table
