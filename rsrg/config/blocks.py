"""The config's blocks beyond perfect lattices: jitter, random packings, positions from a file."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer, as_tuple
from rsrg.config.on_resume import IGNORED
from rsrg.ensemble.blocks import Distribution, Jitter, Packing

RSA_SEPARATION = 0.8  # the default; near 0.9019 random sequential addition never ends
DATASET = re.compile(r"(.*\.(?:h5|hdf5)):(.+)", re.IGNORECASE)
_FRAME = re.compile(r"(.+)@(-?\d{1,9})")
Edge = Annotated[Finite, Field(gt=0.0)]


class JitterSpec(ConfigModel):
    """Displacements of the lattice points, in block sizes."""

    distribution: Distribution = Field(
        "gaussian", title="the distribution of the displacement", description="gaussian or uniform"
    )
    width: Finite = Field(
        gt=0.0,
        le=1.0,
        title="the standard deviation of each component, or the radius of the ball",
        description="a number greater than 0, at most 1, in block sizes",
    )
    min_separation: Finite = Field(
        0.5,
        ge=0.0,
        le=1.0,
        title="two blocks nearer than this are displaced again",
        description="a number from 0 to 1, in block sizes",
    )

    def jitter(self) -> Jitter:
        """The jitter as `ensemble` draws it."""
        return Jitter(self.distribution, self.width, self.min_separation)

    def check(self, nearest: float) -> None:
        """Raise ValueError if displaced blocks, `nearest` apart before, could come too close."""
        if self.min_separation >= nearest:
            raise ValueError(
                f"must have `jitter.min_separation` below the lattice's {nearest:.4g} block sizes"
            )
        if self.jitter().closest(nearest) == 0.0:
            raise ValueError(
                "must have `jitter.min_separation` greater than 0: two blocks can come arbitrarily "
                "close, and 1/r³ then has no variance, so no error bar would mean anything"
            )


class PackingSpec(ConfigModel):
    """A random packing of blocks."""

    kind: Literal["rsa", "poisson_disk"] = Field(
        title="random sequential addition, or Bridson's Poisson disks",
        description="rsa or poisson_disk",
    )
    min_separation: Finite | None = Field(
        None,
        ge=0.3,
        le=0.85,
        title="the least distance of two blocks; 0.8 with rsa",
        description="a number from 0.3 to 0.85, in block sizes",
    )

    @model_validator(mode="after")
    def _own_separation(self) -> Self:
        if self.kind == "poisson_disk" and self.min_separation is not None:
            raise ValueError(
                "must not have `min_separation` with poisson_disk: its density fixes it, about 0.83"
            )
        return self

    def packing(self) -> Packing:
        """The packing as `ensemble` draws it."""
        if self.kind == "poisson_disk":
            return Packing("poisson_disk", None)
        return Packing("rsa", self.min_separation or RSA_SEPARATION)


class PositionsSpec(ConfigModel):
    """Positions of blocks in a file, which is identified by a hash of its content.

    `blocks.h5:positions` names a dataset, and `dump.lammpstrj@-1` a frame, the last one.
    """

    file: Annotated[str, IGNORED] = Field(
        min_length=1,
        max_length=4000,
        title="the file with the positions",
        description="the name of a file, of 1 to 4000 characters: .npy, .h5 with a dataset, as "
        "blocks.h5:positions, or what "
        "ASE reads (LAMMPS, CIF, .xyz), with a frame if it has several, as glass.xyz@-1",
    )
    dataset: str | None = Field(
        None,
        min_length=1,
        title="the dataset of an HDF5 file",
        description="the name of a dataset in HDF5, not empty",
    )
    frame: Integer | None = Field(
        None,
        title="which frame of a file that has several",
        description="an integer: 0 is the first frame of the file, -1 the last",
    )
    box: Annotated[tuple[Edge, Edge, Edge], BeforeValidator(as_tuple)] | None = Field(
        None,
        title="the edges of the periodic box",
        description="three positive edges of a periodic box, in the units of the file",
    )
    sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        title="the hash by which the file is known; filled in by rsrg",
        description="the SHA-256 of the file, 64 hexadecimal digits",
    )

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """Take the dataset or the frame from the name of the file, as earlier configs have it."""
        if not isinstance(value, dict) or not isinstance(value.get("file"), str):
            return value
        if match := DATASET.fullmatch(value["file"]):
            return {"dataset": match[2]} | value | {"file": match[1]}
        if match := _FRAME.fullmatch(value["file"]):
            return {"frame": int(match[2])} | value | {"file": match[1]}
        return value


def as_positions(value: Any) -> Any:
    """A bare file name as a mapping; anything else as it is."""
    return {"file": value} if isinstance(value, str) else value


PositionsInput = BeforeValidator(as_positions, json_schema_input_type=str | PositionsSpec)
