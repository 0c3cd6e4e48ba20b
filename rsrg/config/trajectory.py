"""The config of a trajectory: M of every frame, each summed over its own blocks."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer, as_tuple
from rsrg.config.blocks import DATASET, Edge
from rsrg.config.materials import Materials, require_distinct
from rsrg.config.on_resume import FIXED, IGNORED, OnResume
from rsrg.config.run_config import CHUNKS, TITLE, Checkpoint, RunConfig
from rsrg.physics.materials import Material

FrameDomain = Literal["sphere", "all"]
MAX_FRAMES = 100_000  # 30 MB of a run file: the place and the hash of each
TIGHTEST, LOOSEST = 1e-11, 1e-4  # tolerances that the Ewald sums serve
_NUMBER = r"-?\d{1,9}"
_CHOICE = re.compile(rf"(.+)@({_NUMBER}|(?:{_NUMBER})?:(?:{_NUMBER})?(?::(?:{_NUMBER})?)?)")
_SLICE = re.compile(rf"(?:{_NUMBER})?:(?:{_NUMBER})?(?::(?:{_NUMBER})?)?")


class FrameSpec(ConfigModel):
    """Frames of a file or of several; after loading one frame, known by a hash of its content.

    `dump.lammpstrj@::10` names every tenth frame, `frames.h5:positions@-1` the last one of a
    dataset of shape (frames, n, 3), and `frames/*.npy` all files of that pattern.
    """

    file: Annotated[str, IGNORED] = Field(
        min_length=1,
        max_length=4000,
        title="the file with the frames, or a pattern for several",
        description="the name of a file, or a pattern as frames/*.npy, of 1 to 4000 characters: "
        ".npy or .h5:dataset of shape (n, 3) or (frames, n, 3), or what ASE reads; with some of "
        "its frames, as dump.lammpstrj@::10",
    )
    dataset: str | None = Field(
        None,
        min_length=1,
        title="the dataset of an HDF5 file",
        description="the name of a dataset in HDF5, not empty",
    )
    frame: (
        Annotated[Integer | str, BeforeValidator(lambda value: _checked_choice(value))] | None
    ) = Field(
        None,
        title="which frames of a file that has several; all where none is given",
        description="an integer (0 is the first frame, -1 the last) or a slice, as '100:200'",
    )
    box: Annotated[tuple[Edge, Edge, Edge], BeforeValidator(as_tuple)] | None = Field(
        None,
        title="the edges of the periodic box of these frames",
        description="three positive edges of a periodic box, in the units of the file",
    )
    blocks: Integer | None = Field(
        None,
        title="how many blocks the frame has; filled in by rsrg",
        description="an integer",
    )
    start: Annotated[Integer | None, IGNORED] = Field(
        None,
        title="where the frame begins in its file; filled in by rsrg",
        description="an integer, in bytes",
    )
    length: Annotated[Integer | None, IGNORED] = Field(
        None,
        title="how long the frame is in its file; filled in by rsrg",
        description="an integer, in bytes",
    )
    sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        title="the hash by which the frame is known; filled in by rsrg",
        description="the SHA-256 of the frame, 64 hexadecimal digits",
    )

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """Take the frames and the dataset from the name of the file."""
        if not isinstance(value, dict) or not isinstance(value.get("file"), str):
            return value
        if match := _CHOICE.fullmatch(value["file"]):
            chosen = match[2] if ":" in match[2] else int(match[2])
            value = {"frame": chosen} | value | {"file": match[1]}
        if match := DATASET.fullmatch(value["file"]):
            value = {"dataset": match[2]} | value | {"file": match[1]}
        return value

    @property
    def name(self) -> str:
        """The frame in a word: file, dataset and number."""
        dataset = f":{self.dataset}" if self.dataset else ""
        number = "" if self.frame is None else f"@{self.frame}"
        return f"{self.file.rpartition('/')[2]}{dataset}{number}"

    @property
    def identity(self) -> tuple[Any, ...]:
        """What the numbers of the frame depend on."""
        return self.sha256, self.frame or 0, self.box  # a file of one frame may gain others


def _checked_choice(value: Any) -> Any:
    if isinstance(value, str) and not _SLICE.fullmatch(value):
        raise ValueError("must be an integer or a slice as '100:200', '::10'")
    *_, step = value.split(":") if isinstance(value, str) and value.count(":") == 2 else [""]
    if step and int(step) == 0:
        raise ValueError("must not have a step of 0")
    return value


def as_frames(value: Any) -> Any:
    """One name or mapping, or a list of them, as mappings; anything else as it is."""
    if isinstance(value, str | dict):
        value = [value]
    return tuple(map(_as_frame, value)) if isinstance(value, list | tuple) else value


def _as_frame(value: Any) -> Any:
    """A name as a mapping, also where YAML took the colon at the end of a slice for its own."""
    if isinstance(value, dict) and len(value) == 1:
        name, nothing = next(iter(value.items()))
        value = f"{name}:" if nothing is None and "@" in name else value
    return {"file": value} if isinstance(value, str) else value


def _identities(frames: tuple[FrameSpec, ...]) -> list[tuple[Any, ...]]:
    return [frame.identity for frame in frames]


CONTINUED = OnResume("can only be continued", _identities)


class TrajectoryConfig(RunConfig):
    """All settings of a trajectory, checked and never changed. It comes from `load_config`.

    Its fields are the keys of the YAML file; `positions` are the single frames.
    """

    model_config = ConfigDict(json_schema_extra={"description": "All settings of a trajectory."})
    unit: ClassVar[str] = "frame"

    schema_version: Annotated[Literal[1], FIXED] = Field(
        title="the format of the config itself", description="1"
    )
    kind: Annotated[Literal["trajectory"], FIXED] = Field(
        "trajectory", title="says that this is no flow", description="trajectory"
    )
    title: Annotated[str, IGNORED] = Field(
        "", max_length=1000, title="what tables and pictures are headed with", description=TITLE
    )
    materials: Materials = Field(
        title="the glasses: names of Table I, or mappings with a name and sound velocities",
        description="`all`, or a list of 1 to 1000 glasses",
    )
    positions: Annotated[
        tuple[FrameSpec, ...],
        BeforeValidator(as_frames, json_schema_input_type=str | FrameSpec | list[str | FrameSpec]),
        Field(min_length=1, max_length=MAX_FRAMES),
        CONTINUED,
    ] = Field(
        title="the frames, in their order: files, patterns, or slices of files of many frames",
        description="the name of a file, such as dump.lammpstrj@::10 or frames/*.npy, a mapping "
        f"with `file`, or a list of 1 to {MAX_FRAMES} of these",
    )
    box: Annotated[tuple[Edge, Edge, Edge] | None, BeforeValidator(as_tuple), FIXED] = Field(
        None,
        title="the edges of the periodic box of all frames for which none is given",
        description="three positive edges of a periodic box, in the units of the files",
    )
    domain: Annotated[FrameDomain, FIXED] = Field(
        "sphere",
        title="sphere: the blocks of a frame in the largest ball inside its box; all: all of them",
        description="sphere or all",
    )
    tolerance: Annotated[Finite | None, FIXED] = Field(
        None,
        ge=TIGHTEST,
        le=LOOSEST,
        title="relative error of the sums that is allowed; where none is given, rounding alone",
        description=f"a number from {TIGHTEST:g} to {LOOSEST:g}",
    )
    checkpoint: Annotated[Checkpoint, IGNORED] = Field(
        Checkpoint(), title="how often a run is saved", description="a mapping with `every`"
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        require_distinct(self.materials)
        return self

    def glasses(self) -> tuple[Material, ...]:
        """The glasses of the config, with velocities and density in SI units where given."""
        return tuple(m.material() for m in self.materials)

    def chunks(self) -> int:
        """The number of frames: each is one chunk of work."""
        return len(self.positions)

    def chunk_totals(self) -> dict[str, int]:
        """Frames in all, by the dataset that counts those done."""
        return {CHUNKS: self.chunks()}
