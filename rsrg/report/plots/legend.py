"""A legend of many entries, that covers no curve where that can be had."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import ScaledTranslation

ENTRY_WIDTH = 8.9  # of an entry, in sizes of its letters
BELOW = 3.2  # how far below the axes, under ticks and label, in sizes of the letters of a figure


def legend_size() -> float:
    """The letters of a legend in the style that is used, in points."""
    return float(FontProperties(size=rcParams["legend.fontsize"]).get_size_in_points())


def add_legend(ax: Axes, handles: Sequence[Artist]) -> None:
    """Below the axes where the layout of the figure makes room for it; else inside them."""
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure) or figure.get_layout_engine() is None:
        ax.legend(handles=handles, ncols=2)
        return
    width = 72.0 * figure.get_figwidth() * ax.get_position().width
    down = ScaledTranslation(0.0, -BELOW * rcParams["font.size"] / 72.0, figure.dpi_scale_trans)
    ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=ax.transAxes + down,
        borderaxespad=0.0,
        ncols=int(np.clip(width / (ENTRY_WIDTH * legend_size()), 1, len(handles))),
    )
