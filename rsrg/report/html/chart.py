"""A figure of a page: plotly traces whose numbers follow the menus and sliders above it.

In place of a list of numbers a trace holds a reference to an array of the page, made by `take`; the
script of the page puts in the values for what is chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Choice = int | str  # an index; or the name of the control that chooses it


@dataclass(frozen=True)
class Control:
    """A menu or slider that chooses an index. Controls of one name go together on a page.

    options: what the indices are called. start: the index at first.
    """

    name: str
    label: str
    options: Sequence[str]
    kind: Literal["menu", "slider"] = "menu"
    start: int = 0


@dataclass(frozen=True)
class Chart:
    """A figure. title: what it shows, in a line. caption: how to read it. alt: for who cannot see.

    traces, layout: as plotly takes them, with references. height: px. turns: whether it is in 3-D.
    """

    key: str
    title: str
    caption: str
    alt: str
    traces: Sequence[dict[str, Any]]
    layout: dict[str, Any]
    controls: Sequence[Control] = ()
    height: int = 420
    turns: bool = False

    @property
    def shown_controls(self) -> list[Control]:
        """Those that leave a choice."""
        return [c for c in self.controls if len(c.options) > 1]

    def specification(self) -> dict[str, Any]:
        """For the script of the page."""
        return {
            "traces": list(self.traces),
            "layout": self.layout,
            "controls": {c.name: c.start for c in self.controls},
        }


def take(array: str, **at: Choice) -> dict[str, Any]:
    """A reference to an array of the page, at an index of its axes: a number or a control's name.

    The one axis that is left, if any, becomes the list of numbers.
    """
    return {"$take": {"array": array, "at": at}}


def band(x: dict[str, Any], y: dict[str, Any], stderr: dict[str, Any], axis: Literal["x", "y"]) -> (
    dict[str, Any]
):  # fmt: skip
    """The x or y of a closed outline from y − stderr to y + stderr."""
    return {"$band": {"x": x, "y": y, "stderr": stderr, "axis": axis}}
