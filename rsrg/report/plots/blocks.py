"""The blocks of one draw, in the body that a reading of V(e) makes of a sphere of blocks."""

import numpy as np
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

from rsrg.physics.arrays import Array
from rsrg.report.style import BLUE, marker_size
from rsrg.results.block_positions import block_positions, body_matrix
from rsrg.results.run import Run

MANY = 2000  # markers: beyond, a vector graphic holds them as a picture
LINES = 12  # of longitude that show the body
BESIDE = 0.56  # of the width of a panel to each side: the box; the rest is for its labels


def draw_blocks(ax: Axes3D, run: Run, reading: str, strain: float, draw: int) -> None:
    """Draw the blocks of a draw at a strain of the grid, and the surface of their body.

    Lengths are in units of the block size L₁ of the first step; those of later steps look alike.

    Raises as `block_positions`.
    """
    positions = block_positions(run, reading, strain, draw)
    surface = np.tensordot(body_matrix(run.config, reading, strain), _sphere(), axes=1)
    ax.plot_wireframe(*surface, color="0.6", linewidth=0.4, alpha=0.6)
    ax.scatter(
        *positions.T,
        s=_marker_area(len(positions)),
        color=BLUE,
        edgecolor="white",
        linewidth=0.3,
        rasterized=len(positions) > MANY,
    )
    reach = np.abs(np.concatenate([surface.reshape(3, -1).T, positions])).max(axis=0)
    ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), zlim=(-reach[2], reach[2]))
    ax.set_box_aspect(reach, zoom=_zoom(ax, reach))
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_major_locator(MaxNLocator(4, integer=True))
    ax.set(xlabel="$x/L_1$", ylabel="$y/L_1$", zlabel="$z/L_1$")


def _zoom(ax: Axes3D, reach: Array) -> float:
    """How large a box of these edges is drawn, so that its labels stay inside the panel.

    matplotlib scales boxes to the length of their diagonal; seen from the side, a long one is wider
    than a cube.
    """
    azimuth = np.radians(ax.azim)
    width = abs(reach[0] * np.sin(azimuth)) + abs(reach[1] * np.cos(azimuth))
    return float(BESIDE * np.linalg.norm(reach) / width)


def _sphere() -> np.ndarray:
    """Points of the unit sphere on lines of longitude and latitude, (3, lines, points)."""
    theta, phi = np.meshgrid(
        np.linspace(0.0, np.pi, LINES + 1), np.linspace(0.0, 2.0 * np.pi, 2 * LINES + 1)
    )
    return np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])


def _marker_area(count: int) -> float:
    """In points²: 27 blocks are small balls, thousands of them are dots."""
    return (2.4 * marker_size() * np.cbrt(27.0 / count)) ** 2
