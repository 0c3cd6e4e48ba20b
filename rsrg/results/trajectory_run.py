"""The run file of a trajectory, opened for reading."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rsrg.config.stored import stored_config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.errors import NotARunError
from rsrg.formatting import NONE, plain
from rsrg.records import Records
from rsrg.results.name_index import name_index
from rsrg.results.run_html import trajectory_run_html
from rsrg.results.shown_by import trajectory_plots
from rsrg.results.stored_run import StoredRun
from rsrg.storage.run_file import Snapshot

if TYPE_CHECKING:
    from rsrg.report.plots.trajectory_plots import TrajectoryPlots

BY_CHANCE = 0.01  # a mean that chance makes as large so often is called zero


@dataclass(frozen=True)
class FrameRecord:
    """One frame: how many blocks were summed over, their size in units of the file, and by what.

    norms: the Frobenius norm of the part of M of degree 2 and of degree 4, in 1/ρc_t².
    """

    frame: str
    blocks: int
    spacing: float
    engine: str
    norms: tuple[float, float]

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        two, four = map(plain, self.norms)
        return {
            "frame": self.frame,
            "blocks": f"{self.blocks:,}",
            "block size": plain(self.spacing),
            "engine": self.engine,
            "|M₂|": two,
            "|M₄|": four,
        }


@dataclass(frozen=True)
class MeanRecord:
    """The part of one degree of the mean of M over frames, of one glass: is it zero?

    norm: its Frobenius norm, in 1/ρc_t². chance: what that is by chance, in the root mean square,
    where the mean is zero. probability: that chance makes it as large, or larger.
    """

    material: str
    degree: int
    norm: float
    chance: float
    probability: float

    @property
    def zero(self) -> bool | None:
        """Whether the mean is zero within its errors; None where that is unknown."""
        return None if math.isnan(self.probability) else self.probability >= BY_CHANCE

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        return {
            "glass": self.material,
            "degree": str(self.degree),
            "|mean of M|": plain(self.norm),
            "by chance": NONE if self.zero is None else plain(self.chance),
            "probability": NONE if self.zero is None else f"{self.probability:.2g}",
            "zero within errors?": {True: "yes", False: "no", None: "unknown"}[self.zero],
        }


class TrajectoryRun(StoredRun):
    """M of every frame of a trajectory, its mean and errors: the datasets `trajectory/…`.

    It is opened, read and closed as a `Run`. Raises NotARunError for a run of another kind.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        if not isinstance(config := stored_config(snapshot), TrajectoryConfig):
            raise NotARunError(f"{self.path} holds no trajectory")
        self.config: TrajectoryConfig = config

    def material_index(self, name: str | None) -> int:
        """The index of a glass on the axis `material`; the first where no name is given.

        Raises RunFileError, naming the glasses of the run, for an unknown one.
        """
        names = [glass.name for glass in self.config.glasses()]
        return 0 if name is None else name_index("material", name, names, self.path)

    def frames(self, material: str | None = None) -> Records[FrameRecord]:
        """A record of each frame, with the norms of M of a glass; a notebook shows it as a table.

        Raises RunFileError unless the run is finished and has that glass.
        """
        self.require_finished()
        names = ("blocks", "spacing", "engine")
        blocks, spacing, engines = (self.read(f"trajectory/{name}") for name in names)
        norms = self.read("trajectory/norm")[self.material_index(material)]
        rows = zip(self.read("axes/frame"), blocks, spacing, engines, norms, strict=True)
        return Records(
            FrameRecord(str(f), int(n), float(size), str(e), (float(m[0]), float(m[1])))
            for f, n, size, e, m in rows
        )

    def means(self) -> Records[MeanRecord]:
        """A record of the mean of M of each glass and degree, and whether that is zero.

        Raises RunFileError unless the run is finished.
        """
        self.require_finished()
        norm, chance = (self.read(f"trajectory/{name}") for name in ("mean_norm", "chance_norm"))
        probability = self.read("trajectory/probability")
        return Records(
            MeanRecord(
                glass.name,
                int(degree),
                float(norm[i, k]),
                float(chance[i, k]),
                float(probability[k]),
            )
            for i, glass in enumerate(self.config.glasses())
            for k, degree in enumerate(self.read("axes/degree"))
        )

    @property
    def plot(self) -> "TrajectoryPlots":
        """The pictures of the run: `run.plot.coupling()` and `run.plot.norm()`."""
        self._require_open()
        return trajectory_plots(self)

    def _html(self) -> str:
        return trajectory_run_html(self)
