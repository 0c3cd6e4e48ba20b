"""Figures 2 and 10: drawings in three dimensions from the program's own geometry."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from rsrg.paper.geometry import DRAWN_STRAIN, OFFSET, Body, FailingStrain
from rsrg.paper.page.style import RC, save
from rsrg.physics.arrays import Array
from rsrg.report.style import BLUE, GREEN, ORANGE, SKY

AMPLITUDE = 0.28  # of the drawn failing strains
EDGE = 4  # blocks along the edge of the cube of Fig. 10
TITLES = {
    "fixed/sphere": "no strain",
    "affine/ellipsoid": "affine/ellipsoid: blocks and\nbody deform (Sec. II D), M = 0",
    "fixed/ellipsoid": "fixed/ellipsoid: blocks stay,\nbody is an ellipsoid, M → +G",
    "affine/sphere": "affine/sphere: a sphere inside\na strained bulk, M → −G",
}
COLOURS = {
    "fixed/sphere": GREEN,
    "affine/ellipsoid": SKY,
    "fixed/ellipsoid": ORANGE,
    "affine/sphere": BLUE,
}
ELEVATION, AZIMUTH = 20.0, -62.0  # degrees
_EL, _AZ = np.radians([ELEVATION, AZIMUTH])
VIEW = np.array([np.cos(_EL) * np.cos(_AZ), np.cos(_EL) * np.sin(_AZ), np.sin(_EL)])
LIGHT = np.array([0.45, -0.75, 0.9]) / np.linalg.norm([0.45, -0.75, 0.9])


def exposed_faces(sites: np.ndarray) -> Array:
    """The faces of unit cubes at integer sites that no other cube covers, (m, 4, 3)."""
    taken = set(map(tuple, sites.tolist()))
    faces = []
    for axis in range(3):
        for sign in (-1, 1):
            step = np.zeros(3, dtype=int)
            step[axis] = sign
            corners = np.zeros((4, 3))
            u, v = (a for a in range(3) if a != axis)
            corners[:, u] = [-0.5, 0.5, 0.5, -0.5]
            corners[:, v] = [-0.5, -0.5, 0.5, 0.5]
            corners[:, axis] = 0.5 * sign
            faces += [
                site + corners for site in sites if tuple((site + step).tolist()) not in taken
            ]
    return np.array(faces)


def _shaded(faces: Array, colour: str) -> Array:
    """Colours of faces lit from one side, (m, 3)."""
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 3] - faces[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    outward = np.sign(np.einsum("fi,fi->f", normal, faces.mean(axis=1) - faces.mean(axis=(0, 1))))
    light = 0.62 + 0.38 * np.clip((normal * outward[:, None]) @ LIGHT, -0.6, 1.0)
    return np.clip(np.array(to_rgb(colour)) * light[:, None] + 0.12, 0.0, 1.0)


def _blocks(ax: Any, faces: Array, colour: str, alpha: float = 1.0) -> None:
    ax.add_collection3d(
        Poly3DCollection(
            faces,
            facecolors=_shaded(faces, colour),
            edgecolors="0.25",
            linewidths=0.35,
            alpha=alpha,
        )
    )


def _frame(ax: Any, reach: tuple[float, float, float], zoom: float = 1.2) -> None:
    for setter, r in zip((ax.set_xlim, ax.set_ylim, ax.set_zlim), reach, strict=True):
        setter(-r, r)
    ax.set_box_aspect(reach, zoom=zoom)
    ax.view_init(elev=ELEVATION, azim=AZIMUTH)
    ax.set_axis_off()


def _triad(ax: Any, origin: Array, size: float) -> None:
    for direction, name in zip(np.eye(3), "xyz", strict=True):
        ax.quiver(*origin, *(size * direction), color="0.2", linewidth=1.1, arrow_length_ratio=0.25)
        ax.text(*(origin + 1.25 * size * direction), name, fontsize=8, ha="center", va="center")


def bodies_figure(folder: Path, bodies: Sequence[Body]) -> list[Path]:
    """Draw Fig. 2: the sphere of blocks, and what each reading of V(e) makes of it."""
    with rc_context(RC):
        figure = Figure(figsize=(11.0, 3.7))
        for i, body in enumerate(bodies):
            ax: Any = figure.add_axes(
                (0.01 + 0.247 * i, 0.0, 0.24, 0.8), projection="3d", computed_zorder=False
            )
            name = str(body.reading)
            faces = (exposed_faces(body.sites) + OFFSET) @ body.place.T
            _blocks(ax, faces, COLOURS[name])
            turn = np.linspace(0.0, 2.0 * np.pi, 121)
            for ring in (
                np.stack((np.cos(turn), 0 * turn, np.sin(turn)), axis=1),
                np.stack((np.cos(turn), np.sin(turn), 0 * turn), axis=1),
                np.stack((0 * turn, np.cos(turn), np.sin(turn)), axis=1),
            ):
                line = 1.12 * ring @ body.outline.T  # a little outside, so that corners stay within
                line[ring @ np.linalg.inv(body.outline) @ VIEW < 0.0] = np.nan  # the far side
                ax.plot(*line.T, color="black", linewidth=1.1, zorder=9)
            _frame(ax, (6.2, 4.6, 4.6), zoom=1.25)
            _triad(ax, np.array([-5.5, -4.4, -4.4]), 2.0)
            figure.text(0.13 + 0.247 * i, 0.79, TITLES[name], ha="center", fontsize=9)
        figure.suptitle(
            f"Fig. 2: a sphere of $6^3$ blocks under $e_{{xx}}$ = {DRAWN_STRAIN:g}, and the "
            "readings of V(e); black: outline of the body, drawn a little outside"
        )
    return save(figure, folder, "figure_02")


def directions_figure(folder: Path, failing: Sequence[FailingStrain]) -> list[Path]:
    """Draw Fig. 10: a cube of blocks in the three strains that it no longer resists."""
    sites = np.array(list(np.ndindex(EDGE, EDGE, EDGE)))
    cube = exposed_faces(sites) - 0.5 * (EDGE - 1)
    with rc_context(RC):
        figure = Figure(figsize=(10.0, 4.1))
        for i, (fail, colour) in enumerate(zip(failing, (GREEN, ORANGE, BLUE), strict=True)):
            ax: Any = figure.add_axes(
                (0.01 + 0.33 * i, 0.0, 0.32, 0.82), projection="3d", computed_zorder=False
            )
            _blocks(ax, cube @ (np.eye(3) + AMPLITUDE * fail.strain).T, colour)
            _edges(ax, 0.5 * EDGE)
            _arrows(ax, fail.strain, 0.5 * EDGE)
            _frame(ax, (3.6, 3.6, 3.6), zoom=1.15)
            _triad(ax, np.array([-3.3, -3.3, -3.3]), 1.2)
            text = f"({i + 1}) ${_formula(fail.strain)}$\nfails at e = {fail.critical:.4f}"
            figure.text(0.17 + 0.33 * i, 0.82, text, ha="center", fontsize=9.5)
        figure.suptitle("Fig. 10: the strains that break the glass, α = 0.7, ln(R/L₁) = 20, 6×6")
    return save(figure, folder, "figure_10")


def _edges(ax: Any, half: float) -> None:
    for axis in range(3):
        u, v = (a for a in range(3) if a != axis)
        for a in (-half, half):
            for b in (-half, half):
                line = np.zeros((2, 3))
                line[:, axis], line[:, u], line[:, v] = (-half, half), a, b
                ax.plot(*line.T, color="black", linewidth=1.1, linestyle=":", zorder=8)


def _arrows(ax: Any, strain: Array, half: float) -> None:
    """Displacement of the middle of each face that is seen."""
    for axis in range(3):
        for sign in (-1.0, 1.0):
            middle = np.zeros(3)
            middle[axis] = sign * half
            if middle @ VIEW < 0.0:
                continue  # the far side
            move = strain @ middle * 0.5
            if np.linalg.norm(move) > 1e-6:
                start = middle * 1.32 if move @ middle >= 0 else middle * 1.15 - move
                ax.quiver(
                    *start, *move, color="black", linewidth=1.8, arrow_length_ratio=0.3, zorder=10
                )


def _formula(strain: Array) -> str:
    text = ""
    for i, j, name in ((0, 0, "xx"), (1, 1, "yy"), (2, 2, "zz"), (1, 2, "yz")):
        c = strain[i, j]
        if abs(c) > 5e-3:
            size = "" if abs(abs(c) - 1) < 5e-3 else f"{abs(c):.2f}\\,"
            text += (" - " if c < 0 else " + ") + f"{size}e_{{{name}}}"
    return text.removeprefix(" + ").strip()
