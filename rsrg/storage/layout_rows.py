"""The layout of run files as rows of a table, for the documentation."""

from dataclasses import dataclass

from rsrg.storage.layout import ENTRIES, FROM_CHUNK_MEANS, file_dims

SCHEMA_2 = ("axes/strength", "axes/distance", "axes/temperature", "axes/super_block", "axes/norm")
SCHEMA_2_PREFIXES = ("axes/formula", "critical/failing_strain", "exact/")
SCHEMA_3 = ("coupling/largest_stderr", "axes/frame", "axes/degree")
DERIVED = ("flow/chi", "flow/deviation", "flow/eigenvalues")


@dataclass(frozen=True)
class LayoutRow:
    """One dataset: path, axes as they lie in a file, units, scale, name, equation of the paper.

    since: the schema that had it first. stored: whether a file of today holds it; else rsrg derives
    it when it is read.
    """

    path: str
    axes: tuple[str, ...]
    units: str
    scale: str
    long_name: str
    equation: str
    since: int
    stored: bool


def layout_rows() -> list[LayoutRow]:
    """All datasets in the order of the layout."""
    return [
        LayoutRow(
            path, file_dims(path, e.dims), e.units, e.scale, e.long_name, e.equation,
            _since(path), not _derived(path),
        )
        for path, e in ENTRIES.items()
    ]  # fmt: skip


def _since(path: str) -> int:
    if path in SCHEMA_3 or "_below_zero" in path or path.startswith("trajectory/"):
        return 3
    return 2 if path in SCHEMA_2 or path.startswith(SCHEMA_2_PREFIXES) else 1


def _derived(path: str) -> bool:
    return path in FROM_CHUNK_MEANS or (path.startswith(DERIVED) and path != "flow/chi_start")
