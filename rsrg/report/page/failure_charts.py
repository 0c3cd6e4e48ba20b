"""What fails: the strain that costs nothing as a deformed cube; the stress–strain curve."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rsrg.physics.pairs import PAIRS
from rsrg.report.critical_table import SHOWN_AS_ONE
from rsrg.report.html.chart import Chart, Choice, take
from rsrg.report.page.eigenvalue_charts import DASHES
from rsrg.report.page.view import View
from rsrg.report.style import BLUE, COLOURS, ORANGE
from rsrg.results.source_names import SOURCE_NAMES
from rsrg.results.stress import stress_curves

AMPLITUDE = 0.35  # of the largest component of the strain that is drawn
CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
EDGES = [0, 1, 3, 2, 0, 4, 5, 7, 6, 4, 5, 1, 3, 7, 6, 2]  # one line along all edges of the cube
FACES = np.array([(0, 1, 3), (0, 3, 2), (4, 5, 7), (4, 7, 6), (0, 1, 5), (0, 5, 4),
                  (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 3, 7), (1, 7, 5)])  # fmt: skip
PLACE: dict[str, Choice] = {"material": "glass", "reading": "reading"}
CAMERA = {"eye": {"x": 1.45, "y": -1.8, "z": 0.9}}
MARGIN = {"l": 0, "r": 0, "t": 10, "b": 10}


def failure_charts(view: View) -> Iterator[Chart]:
    """The cube where something fails, and the curve where the strain is e_xx."""
    if (cube := _cube(view)) is not None:
        yield cube
    if (curve := _stress(view)) is not None:
        yield curve


def _cube(view: View) -> Chart | None:
    """The cube that the failing strain of the first source deforms."""
    failing = _failing_strains(view)
    if failing is None or not np.isfinite(failing).any():
        return None
    corners = np.einsum("mrij,kj->mrki", AMPLITUDE * failing, CORNERS) + CORNERS
    numbers = view.numbers
    for axis, name in enumerate("xyz"):
        numbers.add(f"corner_{name}", ("material", "reading", "corner"), corners[..., axis])
        numbers.add(f"edge_{name}", ("material", "reading", "edge"), corners[:, :, EDGES, axis])
    numbers.add_texts("failing", ("material", "reading"), _titles(view))
    text = {
        "text": take("failing", **PLACE), "showarrow": False, "xref": "paper", "yref": "paper",
        "x": 0, "y": 0, "xanchor": "left",
    }  # fmt: skip
    return Chart(
        key="cube",
        title="The strain that fails",
        caption="A cube before (dashed) and under the strain whose eigenvalue of χ⁻¹ is zero at "
        "the first failure: it costs nothing. Its size is chosen to be seen.",
        alt="A cube deformed by the eigenvector of the inverse susceptibility that fails first, "
        "for the chosen glass and reading; its components stand in the table of critical strains.",
        traces=_cube_traces(),
        layout={"scene": {"camera": CAMERA}, "annotations": [text], "margin": MARGIN},
        controls=view.controls("glass", "reading"),
        height=430,
        turns=True,
    )


def _cube_traces() -> list[dict[str, Any]]:
    """The edges of the cube before; its faces and edges as they are deformed."""
    before = dict(zip("xyz", CORNERS[EDGES].T.tolist(), strict=True))
    grey = {"color": {"$theme": "axis"}, "width": 3, "dash": "dash"}
    return [
        {"type": "scatter3d", "mode": "lines", "name": "before", **before, "line": grey},
        {
            "type": "mesh3d", **{n: take(f"corner_{n}", **PLACE) for n in "xyz"},
            **dict(zip("ijk", FACES.T.tolist(), strict=True)), "color": BLUE, "opacity": 0.35,
            "flatshading": True, "hoverinfo": "skip", "name": "deformed",
        },
        {
            "type": "scatter3d", "mode": "lines", "name": "deformed",
            **{n: take(f"edge_{n}", **PLACE) for n in "xyz"}, "line": {"color": ORANGE, "width": 5},
        },
    ]  # fmt: skip


def _failing_strains(view: View) -> np.ndarray | None:
    """The strain tensor that fails first, (materials, readings, 3, 3), largest component 1."""
    source = view.sources[0]
    suffix = "" if source == "lattice" else f"_{source}"
    if f"critical/failing_strain{suffix}" not in view.run.snapshot:
        return None
    tensors = np.full((len(view.glasses), len(view.readings), 3, 3), np.nan)
    for f in view.first_failures():
        at: dict[str, Any] = {"material": f.material, "reading": f.reading}
        values = view.run.values("critical/strain", source, **at)
        place = int(np.argmin(np.abs(np.where(np.isfinite(values), values, np.inf) - f.value)))
        six = view.run.values("critical/failing_strain", source, **at)[place]
        for (i, j), value in zip(PAIRS, six, strict=True):
            tensors[f.material, f.reading, i, j] = tensors[f.material, f.reading, j, i] = value
    return tensors


def _titles(view: View) -> list[list[str]]:
    rows = []
    for i in range(len(view.glasses)):
        rows.append([_title(view, i, j) for j in range(len(view.readings))])
    return rows


def _title(view: View, material: int, reading: int) -> str:
    """Where what fails: `at e = 0.4549: xx+0.01yy+0.01zz`."""
    e = view.first_failure(material, reading)
    if e is None:
        return "no failure on these strains"
    at = (view.glasses[material], view.readings[reading])
    names = {
        r.failing_strain or r.channel
        for r in view.records
        if r.source == view.sources[0]
        and r.material == at[0]
        and r.reading in (at[1], "")
        and abs(r.value - e) < SHOWN_AS_ONE
    }
    return f"at e = {e:.4g}: {' and '.join(sorted(names))}"


def _stress(view: View) -> Chart | None:
    curves = stress_curves(view.run)
    if curves is None:
        return None
    view.numbers.add("stress_strain", ("strain",), curves.strains)
    count = len(view.readings)
    stresses = {s: np.repeat(v, count // v.shape[1], axis=1) for s, v in curves.stress.items()}
    for name, end in zip(
        ("stress_last", "stress_highest"), _ends(stresses, curves.strains), strict=True
    ):
        view.numbers.add(name, ("material", "reading"), end)
    traces = []
    for source, values in stresses.items():
        view.numbers.add(f"stress_{source}", ("material", "reading", "strain"), values)
        colour = COLOURS[list(SOURCE_NAMES).index(source)]
        dash = {"lattice": "solid", "continuum": "dash"}.get(source, DASHES["log"])
        traces.append({
            "type": "scatter", "mode": "lines", "name": SOURCE_NAMES[source].name,
            "x": take("stress_strain"), "y": take(f"stress_{source}", **PLACE),
            "line": {"color": colour, "dash": dash},
        })  # fmt: skip
    return Chart(
        key="stress",
        title="Stress against strain",
        caption="σ_xx = ∫ (χ_el + χ)_xxxx de (Eqs. 2.4, 2.5), up to the first failure: a body that "
        "broke follows no curve. Where χ_xxxx is infinite there, σ_xx rises without limit.",
        alt="Stress along the strain for the chosen glass and reading, by the sum over blocks and "
        "by the formulas; each ends where the glass fails.",
        traces=traces,
        layout={
            "xaxis": {"title": {"text": "strain e"}, "range": [0, take("stress_last", **PLACE)]},
            "yaxis": {
                "title": {"text": "σ<sub>xx</sub> (ρc<sub>t</sub>²)"},
                "range": [0, take("stress_highest", **PLACE)],
            },
        },
        controls=view.controls("glass", "reading"),
        height=400,
    )


def _ends(stress: dict[str, np.ndarray], strains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last strain and the highest stress that any curve reaches, (materials, readings)."""
    known = np.any([np.isfinite(v) for v in stress.values()], axis=0)
    last = np.where(known, strains, 0.0).max(axis=-1)
    highest = np.max([np.nanmax(v, axis=-1) for v in stress.values()], axis=0)
    return 1.05 * last, 1.05 * highest
