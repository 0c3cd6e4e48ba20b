"""Axes to draw into: those that a user gives, or those of a new figure.

Only a new figure needs pyplot, which shows it in a notebook with the backend that the user has.
"""

from typing import cast

from matplotlib.axes import Axes
from mpl_toolkits.mplot3d import Axes3D

from rsrg.errors import RsrgError


def plane_axes(ax: Axes | None) -> Axes:
    """The given axes, or those of a new figure. Raises RsrgError for 3-D axes, or no axes."""
    if isinstance(ax, Axes3D) or not isinstance(ax, Axes | None):
        given = "3-D axes" if isinstance(ax, Axes3D) else type(ax).__name__
        raise RsrgError(f"`ax` must be axes of a plane, as plt.subplots() makes; got {given}")
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


def space_axes(ax: Axes | None) -> Axes3D:
    """The given axes, or those of a new figure. Raises RsrgError unless they are 3-D."""
    if isinstance(ax, Axes3D):
        return ax
    if ax is not None:
        raise RsrgError(
            '`ax` must be 3-D axes, as plt.subplots(subplot_kw={"projection": "3d"}) makes; '
            f"got {type(ax).__name__}"
        )
    from matplotlib import pyplot

    figure = pyplot.figure(layout="constrained")
    return cast(Axes3D, figure.add_subplot(projection="3d"))
