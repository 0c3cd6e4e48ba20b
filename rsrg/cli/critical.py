"""What `rsrg critical` prints and draws."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rsrg.cli.waiting import waiting
from rsrg.errors import ConfigError
from rsrg.execution.clock import CLOCK
from rsrg.formatting import duration_text
from rsrg.physics.coupling_source import exact_sums_made
from rsrg.physics.failure_surface import RAYS, Plane, reading_surfaces
from rsrg.physics.first_failure import EXACT_READINGS, Loading, critical_answer
from rsrg.physics.materials import Material
from rsrg.report.console import console, print_json, print_wrapped
from rsrg.report.critical_answer import (
    critical_answer_data,
    critical_answer_heading,
    critical_answer_notes,
    critical_answer_tables,
    glasses_heading,
    glasses_tables,
    spread_note,
)
from rsrg.report.fitted_table import print_table
from rsrg.report.style import check_format
from rsrg.results.critical import SOURCES

# How many exact sums it takes, about, to say how long it will be.
SUMS_OF_ROOTS = 90  # to find the zeros between strains of the grid
SUMS_OF_SURFACES = 2 * 14 * RAYS  # of two readings


def _sums_made(n0: int, expected: int) -> Callable[[], str]:
    """How many of about so many exact sums are made from now on, in words, and the time left."""
    before, started = exact_sums_made(), CLOCK.monotonic()

    def text() -> str:
        made = exact_sums_made() - before
        words = f"exact sums over N0 = {n0}: {made} of about {max(expected, made)}"
        if not 0 < made < expected:
            return words
        left = (CLOCK.monotonic() - started) / made * (expected - made)
        return f"{words}, about {duration_text(left)} left"

    return text


def failing_strains(
    glasses: Sequence[Material], loading: Loading, signs: Sequence[Any], as_json: bool
) -> None:
    """The first failure of one glass by every source of M; of several, by the sum over blocks."""
    sums = len(EXACT_READINGS) * len(loading.grid()) + SUMS_OF_ROOTS
    with waiting(_sums_made(loading.n0, sums)):
        answers = [critical_answer(glass, loading, signs) for glass in glasses]
    one = len(answers) == 1
    if as_json:
        data = [critical_answer_data(answer) for answer in answers]
        print_json(data[0] if one else data)
        return
    out = console()
    print_wrapped(out, critical_answer_heading(answers[0]) if one else glasses_heading(answers))
    for table in critical_answer_tables(answers[0]) if one else glasses_tables(answers):
        out.print()
        print_table(out, table, names=1 if one else 2, group=2)
    out.print()
    for line in (*critical_answer_notes(answers[0]), *spread_note(answers)):
        print_wrapped(out, line)


def failing_plane(
    glasses: Sequence[Material],
    loading: Loading,
    signs: Sequence[Any],
    names: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """The failure surface of one glass in the plane of two strains: a picture, or numbers."""
    from rsrg.report.surface_figure import surface_figure
    from rsrg.storage.atomic import make_folder

    first, comma, second = names.partition(",")
    if not comma or len(glasses) != 1:
        raise ConfigError(
            [f"`--plane` must name two strains, such as xx,yy, and one glass; got {names!r}"]
        )
    glass, plane = glasses[0], Plane.from_names(first, second)
    picture = output or Path("runs") / f"critical_{first}_{second}.png"
    check_format(picture)
    with waiting(_sums_made(loading.n0, SUMS_OF_SURFACES)):
        surfaces = reading_surfaces(plane, glass.alpha, loading, signs)
    if as_json:
        rows = [
            {
                "reading": str(reading),
                "source": SOURCES[kind],
                "kind": kind,  # as before; `source` has the name of the records
                "sign": sign,
                **vars(surface),
            }
            for (reading, kind, sign), surface in surfaces.items()
        ]
        print_json(
            {"glass": glass.name, "alpha": glass.alpha, "plane": plane.names, "surfaces": rows}
        )
        return
    make_folder(picture)
    steps = f"N0 = {loading.n0}, {loading.steps} steps"
    title = f"{glass.name}, α = {glass.alpha:.3f}: strains that break it, {steps}"
    surface_figure(title, plane, surfaces, picture)
    print(f"failure surface of {glass.name} in the plane {first}, {second}: {picture}")
