"""The axis of lengths of a page's figures: ticks are sizes that the flow passes through."""

from typing import Any

import numpy as np

from rsrg.report.lengths import Lengths

TICKS = 6  # at most


def length_axis(lengths: Lengths) -> dict[str, Any]:
    """A logarithmic axis, with some of the lengths as ticks, in the unit that reads best."""
    count = len(lengths.values)
    shown = np.unique(np.linspace(0, count - 1, min(TICKS, count)).round().astype(int))
    return {
        "title": {"text": "length L"},
        "type": "log",
        "tickvals": [float(lengths.values[n]) for n in shown],
        "ticktext": [lengths.text(int(n)) for n in shown],
    }
