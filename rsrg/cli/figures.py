"""What `rsrg report --figures` writes: the figures of a run at journal size."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rsrg.cli.options import say
from rsrg.errors import RunFileError

if TYPE_CHECKING:
    from rsrg.results.run import Run


class FigureFormat(StrEnum):
    """A format of pictures."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def refuse_figures(path: Path, image_format: FigureFormat | None) -> None:
    """Raise RunFileError where figures are asked for: this path is not one run of the flow."""
    if image_format is not None:
        raise RunFileError(f"`--figures` needs the run file of a flow; got {path}")


def report_figures(run: "Run", image_format: FigureFormat, material: str | None) -> None:
    """Write the figures of a run beside its file, and say where."""
    from rsrg.report.plots.write_figures import write_figures
    from rsrg.results.block_positions import positions_fault

    folder = run.path.with_name(f"{run.path.stem}_figures")
    paths = write_figures(run, folder, str(image_format), material)
    print(f"figures: {', '.join(p.name for p in paths)} in {folder}")
    if fault := positions_fault(run):
        say(f"no figure of the blocks: {fault}")
