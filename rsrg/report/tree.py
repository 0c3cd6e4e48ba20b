"""What is in a run file: its tree, or one node with its numbers."""

from typing import Any

import numpy as np
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from rsrg.results.opened_file import OpenedFile

MAX_VALUES, MAX_TEXT = 6, 120  # of a list that stands in the tree: numbers, and characters
HIDDEN = ("config", "config_text")  # long texts, shown by `rsrg inspect RUN config`


def node_rows(opened: OpenedFile, node: str = "/") -> list[dict[str, Any]]:
    """Path, dims, shape, type, units, long name and equation of the datasets at or under a node."""
    rows = []
    key = node.strip("/")
    for name in opened.snapshot.datasets(node, [key] if key in opened.derived else ()):
        entry = opened.entry(name)
        if name in opened.snapshot:
            dims, shape, kind = opened.snapshot.describe(name)
        else:
            values = opened.read(name)
            dims, shape, kind = entry.dims, values.shape, str(values.dtype)
        rows.append(
            {
                "path": name,
                "dims": list(dims),
                "shape": list(shape),
                "type": kind,
                "units": entry.units,
                "scale": entry.scale,
                "long_name": entry.long_name,
                "equation": entry.equation,
            }
        )
    return rows


def shown_attributes(opened: OpenedFile) -> dict[str, Any]:
    """The root attributes that fit on a line."""
    return {k: _native(v) for k, v in opened.attributes.items() if k not in HIDDEN}


def _native(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def file_tree(opened: OpenedFile, node: str = "/") -> Tree:
    """The tree of a run file for the terminal."""
    size = f"{opened.snapshot.size / 1e6:.1f} MB"
    tree = Tree(f"[bold]{escape(str(opened.path))}[/]  {opened.summary}, {size}")
    if node == "/":
        attributes = tree.add("attributes")
        for key, value in shown_attributes(opened).items():
            attributes.add(Text(f"{key} = {value}"), style="dim")
    groups: dict[str, Tree] = {}
    for row in node_rows(opened, node):
        group, name = row["path"].rsplit("/", 1)
        if group not in groups:
            groups[group] = tree.add(f"[bold]{group}[/]")
        axes = ", ".join(f"{d} {n}" for d, n in zip(row["dims"], row["shape"], strict=True))
        unit = opened.entry(row["path"]).unit
        units = f"  [{unit}]".replace("[", r"\[") if unit else ""
        text = f"{name}  ({axes})  {row['type']}{units}  [dim]{row['long_name']}[/]"
        groups[group].add(text + _few_values(opened, row["path"], row["shape"]))
    return tree


def _few_values(opened: OpenedFile, path: str, shape: list[int]) -> str:
    """The values of a list short enough to stand in the tree."""
    if len(shape) != 1 or shape[0] > MAX_VALUES:
        return ""
    values = [f"{v:.6g}" if isinstance(v, np.floating) else str(v) for v in opened.read(path)]
    text = ", ".join(values)
    return f" = {escape(text)}" if len(text) <= MAX_TEXT else ""


def dataset_text(opened: OpenedFile, name: str) -> str:
    """The values of one dataset, shortened, with its range."""
    values = opened.read(name)
    text = np.array2string(np.asarray(values), threshold=200, precision=6, max_line_width=110)
    if not np.issubdtype(np.asarray(values).dtype, np.floating):
        return text
    finite = values[np.isfinite(values)]
    missing = values.size - finite.size
    span = f"from {finite.min():.6g} to {finite.max():.6g}" if finite.size else "none finite"
    return f"{text}\n{values.size} values, {span}, {missing} not finite"
