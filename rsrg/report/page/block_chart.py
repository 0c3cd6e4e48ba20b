"""The blocks of one draw inside their strained body, in 3-D."""

from typing import Any

import numpy as np

from rsrg.report.html.chart import Chart, Choice, Control, take
from rsrg.report.page.failure_charts import CAMERA, MARGIN
from rsrg.report.page.view import View
from rsrg.results.block_positions import block_positions, body_matrix, positions_fault

STRAINS = 11  # of the slider, at most
MOST = 4096  # blocks that are drawn
ANGLES = np.linspace(0.0, 2.0 * np.pi, 61)
PLACE: dict[str, Choice] = {"reading": "reading", "some": "block_strain"}


def block_chart(view: View) -> Chart | None:
    """Positions of the run's first draw. None for more than MOST blocks, or a file that is gone."""
    config = view.run.config
    if not _drawable(view) or positions_fault(view.run):
        return None
    shown = np.unique(np.linspace(0, len(view.strains) - 1, STRAINS).round().astype(int))
    strains = view.strains[shown]
    _add_numbers(view, strains)
    titles = {f"{n}axis": {"title": {"text": f"{n} / L<sub>1</sub>"}} for n in "xyz"}
    options = [f"e = {e:.4g}" for e in strains]
    return Chart(
        key="blocks",
        title="The blocks of one draw in their body",
        caption=f"About N0³ = {config.blocks.n0**3} blocks, the first draw of the run; the lines "
        "are the body's surface. Its other draws are turned and shifted otherwise.",
        alt="Positions of the blocks inside the strained body, in three dimensions, for the chosen "
        "reading and strain.",
        traces=_traces(config.blocks.n0),
        layout={"scene": {**titles, "camera": CAMERA}, "margin": MARGIN, "showlegend": False},
        controls=[
            *view.controls("reading"),
            Control("block_strain", "Strain", options, "slider", len(options) // 3),
        ],
        height=500,
        turns=True,
    )


def block_notes(view: View) -> list[str]:
    """Why there is no figure of the blocks, where only their file of positions is missing."""
    fault = positions_fault(view.run) if _drawable(view) else ""
    return [f"The figure of the blocks is left out: {fault}."] if fault else []


def _drawable(view: View) -> bool:
    """Whether the run places blocks, and not more of them than can be drawn."""
    config = view.run.config
    return config.blocks.n0**3 <= MOST and config.sampling.estimator != "formula"


def _add_numbers(view: View, strains: np.ndarray) -> None:
    """Positions of the blocks, NaN beyond the last, and the lines of the body, at each strain."""
    draws = [[block_positions(view.run, r, float(e)) for e in strains] for r in view.readings]
    count = max(len(p) for row in draws for p in row)
    positions = np.full((len(view.readings), len(strains), count, 3), np.nan)
    for j, row in enumerate(draws):
        for k, points in enumerate(row):
            positions[j, k, : len(points)] = points
    config = view.run.config
    bodies = np.array(
        [[_circles() @ body_matrix(config, r, float(e)).T for e in strains] for r in view.readings]
    )
    for axis, name in enumerate("xyz"):
        dims = ("reading", "some", "block")
        view.numbers.add(f"block_{name}", dims, positions[..., axis])
        view.numbers.add(f"body_{name}", dims, bodies[..., axis])


def _traces(n0: int) -> list[dict[str, Any]]:
    """Markers of the blocks, and lines of the body."""
    return [
        {
            "type": "scatter3d", "mode": "markers", "name": "blocks",
            **{n: take(f"block_{n}", **PLACE) for n in "xyz"},
            "marker": {
                "size": max(3.0, 26.0 / n0), "color": take("block_z", **PLACE),
                "colorscale": "Viridis", "line": {"color": {"$theme": "ground"}, "width": 0.5},
            },
        },
        {
            "type": "scatter3d", "mode": "lines", "name": "body", "hoverinfo": "skip",
            **{n: take(f"body_{n}", **PLACE) for n in "xyz"},
            "line": {"color": {"$theme": "axis"}, "width": 2},
        },
    ]  # fmt: skip


def _circles() -> np.ndarray:
    """Meridians and parallels on the unit sphere as one line, NaN between them, (n, 3)."""
    c, s, gap = np.cos(ANGLES), np.sin(ANGLES), np.full((1, 3), np.nan)
    lines = []
    for phi in np.linspace(0.0, np.pi, 6, endpoint=False):
        lines += [np.stack((c, s * np.cos(phi), s * np.sin(phi)), axis=-1), gap]
    for h in (-0.75, -0.4, 0.0, 0.4, 0.75):
        r = np.sqrt(1.0 - h**2)
        lines += [np.stack((np.full_like(c, h), r * c, r * s), axis=-1), gap]
    return np.concatenate(lines)
