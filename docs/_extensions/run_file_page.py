"""The reference of the run file, from its table of contents."""

from collections.abc import Iterator

from tables import table

from rsrg.storage.layout_rows import LayoutRow, layout_rows

HEADINGS = (
    "dataset", "axes in the file", "units", "scale", "what it holds", "equation", "since schema",
    "in the file",
)  # fmt: skip
GROUPS = {
    "axes": "The axes: what stands along each dimension of the other datasets.",
    "coupling": "M and the sums it is made of.",
    "flow": "χ step by step, and its eigenvalues.",
    "critical": "Critical strains.",
    "pool": "Unequal blocks: only in runs with `flow.disorder: quenched`.",
    "exact": "Exact super blocks: only in files of `rsrg exact`.",
    "trajectory": "M of every frame: only in files of a trajectory.",
    "checkpoint": "How far the run is.",
    "provenance": "The sessions that worked on the file.",
}


def run_file() -> str:
    """Every dataset that a run file may hold."""
    return "\n".join(_sections())


def _sections() -> Iterator[str]:
    rows = layout_rows()
    for group, text in GROUPS.items():
        yield f"## `/{group}`\n\n{text}\n"
        inside = [row for row in rows if row.path.startswith(f"{group}/")]
        yield table(HEADINGS, [_row(row) for row in inside])


def _row(row: LayoutRow) -> tuple[str, ...]:
    name = row.path.partition("/")[2]
    there = "yes" if row.stored else "follows from the rest"
    return (
        f"`{name}`", ", ".join(row.axes), row.units, row.scale, row.long_name, row.equation,
        str(row.since), there,
    )  # fmt: skip
