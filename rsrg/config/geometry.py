"""The config's lengths, blocks and strain."""

import difflib
import math
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer, as_tuple, ascending, quantity
from rsrg.config.blocks import JitterSpec, PackingSpec, PositionsInput, PositionsSpec
from rsrg.config.on_resume import FIXED, OnResume
from rsrg.config.quantities import si_value
from rsrg.ensemble.blocks import Blocks, Offset, Orientation
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import LATTICES, nearest_distance
from rsrg.physics.readings import Count
from rsrg.physics.strain import Component, strain_direction

if TYPE_CHECKING:
    from rsrg.ensemble.point_set import PointSet

MAX_STRAINS = 10_000
MAX_N0 = 1000
MAX_LOG_RATIO = 700.0  # e^709 is the largest double
SAME_LENGTH = 1e-9  # tolerance of ln(R/L₁): unit conversion leaves a rounding error


class Lengths(ConfigModel):
    """From the size L₁ of the first blocks to the size R of the sample."""

    start: Annotated[Annotated[str, quantity("meter")] | None, FIXED] = Field(
        None,
        title="L₁, the size of the first blocks",
        description="a length with its unit, such as '50 angstrom'",
    )
    sample: Annotated[str, quantity("meter")] | None = Field(
        None,
        title="R, the size of the sample: the flow ends at the first L_n ≥ R",
        description="a length with its unit, such as '1 mm'",
    )
    log_ratio: Finite | None = Field(
        None,
        gt=0.0,
        le=MAX_LOG_RATIO,
        title="ln(R/L₁), in place of the two lengths",
        description="ln(R/L₁), a number greater than 0, at most 700",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        both = self.start is not None and self.sample is not None
        if self.log_ratio is not None and (self.start or self.sample):
            raise ValueError("must give either `start` and `sample`, or `log_ratio`, not both")
        if self.log_ratio is None and not both:
            raise ValueError("must give `start` and `sample`, or `log_ratio`")
        if both and not self.log_size_ratio() > SAME_LENGTH:
            raise ValueError("must have `sample` larger than `start`")
        if both and self.log_size_ratio() > MAX_LOG_RATIO:
            raise ValueError(f"must have ln(sample/start) at most {MAX_LOG_RATIO:g}")
        return self

    def log_size_ratio(self) -> float:
        """ln(R/L₁)."""
        if self.log_ratio is not None:
            return self.log_ratio
        return math.log(si_value(self.sample, "meter")) - math.log(si_value(self.start, "meter"))

    def start_meters(self) -> float | None:
        """L₁ in m, if a length was given."""
        return None if self.start is None else si_value(self.start, "meter")


def _lattice_unless_given(value: Any) -> Any:
    """Add a simple cubic lattice where neither lattice, packing nor positions is given."""
    if isinstance(value, dict) and not {"lattice", "packing", "positions"} & value.keys():
        return value | {"lattice": "sc"}
    return value


def _known_lattice(value: Any) -> Any:
    """The name of a lattice, if there is a record of it (see `physics.lattices`)."""
    if value not in list(LATTICES):
        *most, last = LATTICES
        close = difflib.get_close_matches(str(value), LATTICES, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise ValueError(f"must be {', '.join(most)} or {last}{hint}")
    return value


def _offer_lattices(schema: dict[str, Any]) -> None:
    schema["enum"] = list(LATTICES)


LatticeName = Annotated[
    str, BeforeValidator(_known_lattice), Field(json_schema_extra=_offer_lattices)
]


class BlocksSpec(ConfigModel):
    """How N0³ blocks make a super block: exactly one of `lattice`, `packing` and `positions`."""

    n0: Integer = Field(
        ge=2,
        le=MAX_N0,
        title="N0: N0³ blocks make a super block, N0 times as large",
        description=f"an integer from 2 to {MAX_N0}",
    )
    lattice: LatticeName | None = Field(
        None,
        title="the lattice of block centres; sc, simple cubic, where neither packing nor positions "
        "is given",
        description="sc, bcc, fcc or hcp",
    )
    orientation: Orientation = Field(
        "haar",
        title="haar: each draw turns the blocks at random, all rotations alike; fixed: none does",
        description="haar or fixed",
    )
    offset: Offset = Field(
        "random",
        title="random: each draw shifts the blocks at random; none: one stands at the centre",
        description="random or none",
    )
    count: Count = Field(
        "exact",
        title="exact: N0³ blocks in each draw; volume: all within the volume of N0³ blocks",
        description="exact or volume",
    )
    jitter: JitterSpec | None = Field(
        None,
        title="random displacements of the lattice points",
        description="a mapping with `width`",
    )
    packing: PackingSpec | None = Field(
        None, title="a random packing in place of a lattice", description="a mapping with `kind`"
    )
    positions: Annotated[PositionsSpec, PositionsInput] | None = Field(
        None,
        title="your own block centres in place of a lattice",
        description="the name of a file, or a mapping with `file`",
    )

    @model_validator(mode="before")
    @classmethod
    def _default(cls, value: Any) -> Any:
        return _lattice_unless_given(value)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [k for k in ("lattice", "packing", "positions") if getattr(self, k) is not None]
        if len(kinds) != 1:
            got = " and ".join(f"`{k}`" for k in kinds) or "none"
            raise ValueError(f"must give one of `lattice`, `packing` and `positions`, not {got}")
        if self.jitter is not None and self.lattice is None:
            raise ValueError(f"must have `jitter` with a `lattice` only, not with `{kinds[0]}`")
        if self.jitter is not None and self.lattice is not None:
            self.jitter.check(nearest_distance(self.lattice))
        if self.lattice is None and self.offset == "none":
            raise ValueError(f"must have `offset: random` with `{kinds[0]}`: it has no origin")
        return self

    def blocks(self, sample: "PointSet | None" = None) -> Blocks:
        """How the blocks of a super block are drawn. sample: content of the `positions` file.

        What follows from the draws, errors and controls, does not need the sample.
        """
        return Blocks(
            self.n0,
            self.lattice,
            self.orientation,
            self.offset,
            self.count,
            jitter=self.jitter.jitter() if self.jitter else None,
            packing=self.packing.packing() if self.packing else None,
            sample=sample,
        )


class Grid(ConfigModel):
    """Evenly spaced strains, both ends included."""

    start: Finite = Field(
        gt=-1.0,
        title="the lowest strain e",
        description="a strain greater than −1 (0.02 is 2%)",
    )
    stop: Finite = Field(
        gt=-1.0,
        le=100.0,
        title="the highest strain e; on resume, with as much more `count` that the spacing stays",
        description="a strain greater than −1, at most 100 (0.02 is 2%)",
    )
    count: Integer = Field(
        ge=2,
        le=MAX_STRAINS,
        title="how many strains, both ends included",
        description=f"an integer from 2 to {MAX_STRAINS}",
    )

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.stop > self.start:
            raise ValueError("must have `stop` greater than `start`")
        return self


StrainList = Annotated[
    tuple[Annotated[Finite, Field(gt=-1.0, le=100.0)], ...],
    BeforeValidator(as_tuple),
    ascending("must be in ascending order, each strain once"),
    Field(min_length=2, max_length=MAX_STRAINS),
]
Row = Annotated[tuple[Finite, Finite, Finite], BeforeValidator(as_tuple)]
Matrix = Annotated[tuple[Row, Row, Row], BeforeValidator(as_tuple)]


def _strain_list(values: Grid | tuple[float, ...]) -> list[float]:
    """The strains of a grid or list, ascending."""
    if isinstance(values, Grid):
        return list(np.linspace(values.start, values.stop, values.count).tolist())
    return [float(e) for e in values]


class StrainSpec(ConfigModel):
    """The static strain: F = 1 + e · direction, for a grid or list of strains e."""

    component: Annotated[Component | None, FIXED] = Field(
        None,
        title="the strained component; xx where no tensor is given; xy is a shear γ = 2e",
        description="xx, xy, xz, yy, yz or zz",
    )
    tensor: Annotated[Matrix | None, FIXED] = Field(
        None,
        title="D of the deformation F = 1 + e D, in place of a component",
        description="a direction, 3 rows of 3 numbers",
    )
    values: Annotated[
        Annotated[Grid, Tag("grid")] | Annotated[StrainList, Tag("list")],
        Discriminator(lambda v: "grid" if isinstance(v, dict | Grid) else "list"),
        OnResume("can only gain", _strain_list),
    ] = Field(
        title="the strains e, without unit",
        description=f"{{start, stop, count}}, or a list of 2 to {MAX_STRAINS} strains greater than "
        "−1, at most 100 (0.02 is 2%)",
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.component is not None and self.tensor is not None:
            raise ValueError("must give either `component` or `tensor`, not both")
        if not np.any(self.direction()):
            raise ValueError("must have a `tensor` that is not zero")
        determinants = np.linalg.det(self.deformations())
        for e, determinant in zip(self.strains(), determinants, strict=True):
            if not determinant > 0.0:
                raise ValueError(f"must keep det F > 0; at e = {e:g}, det F = {determinant:.4g}")
        return self

    def direction(self) -> Array:
        """The strain direction, (3, 3)."""
        if self.tensor is not None:
            return np.array(self.tensor, dtype=np.float64)
        return strain_direction(self.component or "xx")

    def strains(self) -> Array:
        """The strains e, ascending."""
        return np.array(_strain_list(self.values), dtype=np.float64)

    def deformations(self) -> Array:
        """F at every strain, (strains, 3, 3)."""
        return np.eye(3) + self.strains()[:, None, None] * self.direction()
