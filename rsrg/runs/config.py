"""The config: what a run computes. Every field's description is the rule that its errors quote."""

import difflib
import hashlib
import json
import math
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    model_validator,
)

from rsrg.ensemble.draws import CHUNK, Blocks, Count, Offset, Orientation
from rsrg.physics.arrays import Array
from rsrg.physics.lattices import Lattice
from rsrg.physics.materials import GLASSES, Material
from rsrg.physics.pairs import Contraction
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import Update
from rsrg.physics.strain import Component, strain_direction
from rsrg.runs.quantities import si_value

MAX_STEPS = 10_000
MAX_STRAINS = 10_000
MAX_N0 = 1000
Finite = Annotated[float, Field(allow_inf_nan=False)]


def _quantity(unit: str) -> AfterValidator:
    def check(text: str) -> str:
        si_value(text, unit)
        return text

    return AfterValidator(check)


class Part(BaseModel):
    """A part of the config: frozen, strict, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MaterialSpec(Part):
    """A glass of the paper's Table I by name, or one's own by c_l and c_t, or by alpha."""

    name: str | None = Field(None, description="a name")
    alpha: Finite | None = Field(
        None, gt=0.25, lt=1.0, description="a number between 0.25 and 1 (1 − c_t²/c_l²)"
    )
    c_l: Annotated[str, _quantity("meter/second")] | None = Field(
        None, description="a velocity with its unit, such as '5.9 km/s'"
    )
    c_t: Annotated[str, _quantity("meter/second")] | None = Field(
        None, description="a velocity with its unit, such as '3.7 km/s'"
    )
    density: Annotated[str, _quantity("kilogram/meter**3")] | None = Field(
        None, description="a density with its unit, such as '2.2 g/cm3'"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = {k for k in ("alpha", "c_l", "c_t") if getattr(self, k) is not None}
        if given == {"c_l", "c_t"} or given == {"alpha"}:
            if given != {"alpha"}:
                _check_velocities(self.c_l, self.c_t)
        elif given:
            raise ValueError("must give either `alpha`, or both `c_l` and `c_t`")
        elif self.name not in GLASSES:
            close = difflib.get_close_matches(self.name or "", GLASSES, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise ValueError(
                f"must be one of {', '.join(GLASSES)}{hint}, "
                "or have its `c_l` and `c_t`, or `alpha`"
            )
        elif self.density is not None:
            raise ValueError("must give `c_l` and `c_t`, or `alpha`, where `density` is given")
        return self

    def material(self) -> Material:
        """The glass itself, in SI units."""
        density = si_value(self.density, "kilogram/meter**3") if self.density else None
        if self.alpha is not None:
            return Material(self.name or f"alpha={self.alpha:g}", self.alpha, density=density)
        if self.c_l is None or self.c_t is None:
            return GLASSES[str(self.name)]
        c_l, c_t = (si_value(c, "meter/second") for c in (self.c_l, self.c_t))
        name = self.name or f"c_l={self.c_l} c_t={self.c_t}"
        return Material.from_velocities(name, c_l, c_t, density)


def _check_velocities(c_l: str | None, c_t: str | None) -> None:
    alpha = 1.0 - (si_value(c_t, "meter/second") / si_value(c_l, "meter/second")) ** 2
    if not 0.25 < alpha < 1.0:
        raise ValueError(f"must have 0.25 < 1 − c_t²/c_l² < 1, a stable medium; it is {alpha:.4g}")


def _materials(value: Any) -> Any:
    """`all`, or names among mappings, as mappings."""
    if value == "all":
        value = list(GLASSES)
    if isinstance(value, list):
        return tuple({"name": v} if isinstance(v, str) else v for v in value)
    return value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Lengths(Part):
    """From the size L₁ of the first blocks to the size R of the sample."""

    start: Annotated[str, _quantity("meter")] | None = Field(
        None, description="a length with its unit, such as '50 angstrom'"
    )
    sample: Annotated[str, _quantity("meter")] | None = Field(
        None, description="a length with its unit, such as '1 mm'"
    )
    log_ratio: Finite | None = Field(
        None, gt=0.0, le=1000.0, description="ln(R/L₁), a number between 0 and 1000"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        both = self.start is not None and self.sample is not None
        if self.log_ratio is not None and (self.start or self.sample):
            raise ValueError("must give either `start` and `sample`, or `log_ratio`, not both")
        if self.log_ratio is None and not both:
            raise ValueError("must give `start` and `sample`, or `log_ratio`")
        if both and not self.log_size_ratio() > 0.0:
            raise ValueError("must have `sample` larger than `start`")
        return self

    def log_size_ratio(self) -> float:
        """ln(R/L₁)."""
        if self.log_ratio is not None:
            return self.log_ratio
        return math.log(si_value(self.sample, "meter") / si_value(self.start, "meter"))

    def start_meters(self) -> float | None:
        """L₁ in m, if a length was given."""
        return None if self.start is None else si_value(self.start, "meter")


class BlocksSpec(Part):
    """How N0³ blocks make a super block."""

    n0: int = Field(ge=2, le=MAX_N0, description=f"an integer from 2 to {MAX_N0}")
    lattice: Lattice = Field("sc", description="sc, bcc or fcc")
    orientation: Orientation = Field("haar", description="haar or fixed")
    offset: Offset = Field("random", description="random or none")
    count: Count = Field("exact", description="exact or volume")


class Grid(Part):
    """Evenly spaced strains, both ends included."""

    start: Finite = Field(gt=-1.0, description="a strain greater than −1")
    stop: Finite = Field(gt=-1.0, le=100.0, description="a strain greater than −1, at most 100")
    count: int = Field(ge=2, le=MAX_STRAINS, description=f"an integer from 2 to {MAX_STRAINS}")

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.stop > self.start:
            raise ValueError("must have `stop` greater than `start`")
        return self


def _ascending(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(b <= a for a, b in pairwise(values)):
        raise ValueError("must be in ascending order, each strain once")
    return values


StrainList = Annotated[
    tuple[Annotated[Finite, Field(gt=-1.0, le=100.0)], ...],
    BeforeValidator(_tuple),
    AfterValidator(_ascending),
    Field(min_length=2, max_length=MAX_STRAINS),
]
Row = Annotated[tuple[Finite, Finite, Finite], BeforeValidator(_tuple)]
Matrix = Annotated[tuple[Row, Row, Row], BeforeValidator(_tuple)]


class StrainSpec(Part):
    """The static strain: F = 1 + e · direction, for a grid or list of strains e."""

    component: Component | None = Field(None, description="xx, xy, xz, yy, yz or zz")
    tensor: Matrix | None = Field(None, description="a direction, 3 rows of 3 numbers")
    values: Annotated[
        Annotated[Grid, Tag("grid")] | Annotated[StrainList, Tag("list")],
        Discriminator(lambda v: "grid" if isinstance(v, dict | Grid) else "list"),
    ] = Field(description="{start, stop, count}, or a list of two or more strains greater than −1")

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
        if isinstance(self.values, Grid):
            return np.linspace(self.values.start, self.values.stop, self.values.count)
        return np.array(self.values, dtype=np.float64)

    def deformations(self) -> Array:
        """F at every strain, (strains, 3, 3)."""
        return np.eye(3) + self.strains()[:, None, None] * self.direction()


ReadingName = Literal["fixed/ellipsoid", "affine/sphere", "affine/ellipsoid", "fixed/sphere"]


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("must name each reading once")
    return values


class FlowSpec(Part):
    """How χ flows from step to step."""

    update: Update = Field("resummed", description="resummed or second_order")
    contraction: Contraction = Field("tensor", description="tensor or six")
    initial: Literal["elastic"] = Field("elastic", description="elastic")


class Sampling(Part):
    """How the coupling is found: sampled, averaged exactly, or by the formulas alone."""

    estimator: Literal["montecarlo", "exact", "formula"] = Field(
        "montecarlo", description="montecarlo, exact or formula"
    )
    samples: int = Field(
        512,
        ge=2 * CHUNK,
        le=10**9,
        multiple_of=CHUNK,
        description=f"draws per step in all, a multiple of {CHUNK}, at least {2 * CHUNK}",
    )
    seed: int = Field(0, ge=0, lt=2**63, description="an integer from 0 to 2⁶³ − 1")
    resample: Literal["per_step", "once"] = Field("per_step", description="per_step or once")


class Checkpoint(Part):
    """When a run is saved."""

    every: Annotated[str, _quantity("second")] = Field(
        "30 s", description="a time with its unit, such as '30 s'"
    )


class Config(Part):
    """Everything that a run computes, validated and frozen."""

    schema_version: Literal[1] = Field(description="1")
    title: str = Field("", max_length=1000, description="a text")
    materials: Annotated[
        tuple[MaterialSpec, ...], BeforeValidator(_materials), Field(min_length=1, max_length=1000)
    ] = Field(description="`all`, or a list of glasses")
    lengths: Lengths = Field(description="{start, sample} or {log_ratio}")
    blocks: BlocksSpec = Field(description="a mapping with `n0`")
    strain: StrainSpec = Field(description="a mapping with `values`")
    readings: Annotated[
        tuple[ReadingName, ...],
        BeforeValidator(_tuple),
        AfterValidator(_distinct),
        Field(min_length=1),
    ] = Field(description=f"a list of {', '.join(str(r) for r in READINGS)}")
    flow: FlowSpec = Field(FlowSpec(), description="a mapping with update, contraction, initial")
    sampling: Sampling = Field(Sampling(), description="a mapping with estimator, samples, seed")
    checkpoint: Checkpoint = Field(Checkpoint(), description="a mapping with `every`")

    @model_validator(mode="after")
    def _together(self) -> Self:
        names = [m.name for m in self.glasses()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"`materials` must have distinct names; {name!r} stands twice")
        b = self.blocks
        isotropic = b.orientation == "haar" and b.offset == "random"
        if self.sampling.estimator == "exact" and not (isotropic and b.count == "volume"):
            raise ValueError(
                "`sampling.estimator: exact` must come with `blocks.count: volume`, "
                "`orientation: haar` and `offset: random`, for which the mean is known"
            )
        if self.steps() > MAX_STEPS:
            raise ValueError(
                f"the flow must take at most {MAX_STEPS} steps; it takes {self.steps()}"
            )
        return self

    _text: str | None = PrivateAttr(None)

    def with_text(self, text: str) -> Self:
        """This config, remembering the text that it was read from."""
        self._text = text
        return self

    def text(self) -> str:
        """The text that the config was read from; the resolved config where there was none."""
        return self.resolved() if self._text is None else self._text

    def glasses(self) -> tuple[Material, ...]:
        """The materials in SI units."""
        return tuple(m.material() for m in self.materials)

    def steps(self) -> int:
        """n = ⌈ln(R/L₁)/ln N0⌉: the first L_n = L₁ N0ⁿ that reaches R."""
        ratio = self.lengths.log_size_ratio() / math.log(self.blocks.n0)
        return max(1, math.ceil(ratio * (1.0 - 1e-12)))

    def step_weights(self) -> Array:
        """The share of each step that is taken, (steps,): 1, but a formula's last step ends at R.

        A lattice sum steps by whole factors N0; a formula is continuous in ln L.
        """
        weights = np.ones(self.steps())
        if self.sampling.estimator == "formula":
            ratio = self.lengths.log_size_ratio() / math.log(self.blocks.n0)
            weights[-1] = ratio - (self.steps() - 1)
        return weights

    def chunks(self) -> int:
        """Chunks of draws in each step; one, holding the exact mean, where nothing is drawn."""
        return self.sampling.samples // CHUNK if self.sampling.estimator == "montecarlo" else 1

    def block_ensemble(self) -> Blocks:
        """How blocks are drawn."""
        b = self.blocks
        return Blocks(b.n0, b.lattice, b.orientation, b.offset, b.count)

    def reading_list(self) -> tuple[Reading, ...]:
        """The readings."""
        return tuple(Reading.parse(r) for r in self.readings)

    def resolved(self) -> str:
        """The config with all defaults filled in, as canonical JSON."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), sort_keys=True)

    def digest(self) -> str:
        """SHA-256 of all that changes numbers: the resolved config without title and checkpoint."""
        data = json.loads(self.resolved())
        for neutral in ("title", "checkpoint"):
            data.pop(neutral)
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
