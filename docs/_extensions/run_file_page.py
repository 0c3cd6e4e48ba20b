"""The reference of the run file, from its table of contents."""

from collections.abc import Iterator

from tables import table

from rsrg.storage.layout import ENTRIES, Entry

HEADINGS = ("dataset", "axes", "units", "what it holds", "equation")
GROUPS = {
    "axes": "The axes: what stands along each dimension of the other datasets.",
    "coupling": "M and the sums it is made of.",
    "flow": "χ step by step, and its eigenvalues.",
    "critical": "Critical strains.",
    "pool": "Unequal blocks: only in runs with `flow.disorder: quenched`.",
    "exact": "Exact super blocks: only in files of `rsrg exact`.",
    "checkpoint": "How far the run is.",
    "provenance": "The sessions that worked on the file.",
}


def run_file() -> str:
    """Every dataset that a run file may hold."""
    return "\n".join(_sections())


def _sections() -> Iterator[str]:
    for group, text in GROUPS.items():
        inside = {p: e for p, e in ENTRIES.items() if p.startswith(f"{group}/")}
        yield f"## `/{group}`\n\n{text}\n"
        yield table(HEADINGS, [_row(p.partition("/")[2], e) for p, e in inside.items()])


def _row(name: str, entry: Entry) -> tuple[str, ...]:
    scale = getattr(entry, "scale", "")
    units = f"{entry.units}, in {scale}" if scale else entry.units
    return f"`{name}`", ", ".join(entry.dims), units, entry.long_name, entry.equation
