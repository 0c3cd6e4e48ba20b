"""The config's flow: how χ is updated, whether blocks are unequal, and χ of the first blocks."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer
from rsrg.ensemble.initial import Correlation, Kind
from rsrg.ensemble.subpools import POOL_UNIT
from rsrg.physics.pairs import Contraction
from rsrg.physics.quenched import PoolUpdate
from rsrg.physics.recursion import Update
from rsrg.physics.sign import Sign

DEFAULT_POOL = 4096
MAX_POOL = 2**24
MAX_HARMONIC_N0 = 10  # an unstable super block takes 6 s there, and a matrix of 0.3 GB
GIVEN: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {  # required, and optional
    "elastic": ((), ("amplitude",)),
    "lognormal": (("width",), ("correlation",)),
    "gaussian": (("width",), ("correlation",)),
    "levels": ((), ("levels", "temperature")),
    "file": (("path",), ()),
}
KINDS = "elastic, or a mapping with `kind` lognormal, gaussian, levels or file"


class InitialSpec(ConfigModel):
    """χ of the first blocks, in units of ρc_t²."""

    kind: Kind = Field(
        title="the distribution of χ of the first blocks; elastic: all have f χ_el",
        description="elastic, lognormal, gaussian, levels or file",
    )
    amplitude: Finite | None = Field(
        None,
        gt=0.0,
        le=1e3,
        title="f: the first blocks have f times the elastic χ; 1 where not given",
        description="a number greater than 0, at most 1000: f of χ' = f χ_el",
    )
    width: Finite | None = Field(
        None,
        gt=0.0,
        le=2.0,
        title="w, the relative width: 0.3 is about 30%; must be given with lognormal and gaussian",
        description="a number greater than 0, at most 2",
    )
    correlation: Correlation | None = Field(
        None,
        title="shared: one random number for all channels of a block; independent: one for each; "
        "independent where not given",
        description="shared or independent",
    )
    levels: Integer | None = Field(
        None,
        ge=4,
        le=64,
        title="energy levels of a random block; 8 where not given",
        description="an integer from 4 to 64",
    )
    temperature: Finite | None = Field(
        None,
        ge=1e-3,
        le=1e3,
        title="k_B T in units of the spread of the levels; 1 where not given",
        description="a number from 0.001 to 1000 (of the level spread)",
    )
    path: str | None = Field(
        None,
        min_length=1,
        title="a file with χ of each block",
        description="the path, not empty, of a .npy file, (P, 6, 6), in ρc_t²",
    )

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        given = {k for k in InitialSpec.model_fields if k != "kind" and getattr(self, k)}
        needed, allowed = GIVEN[self.kind]
        for key in needed:
            if key not in given:
                raise ValueError(f"must give `{key}` with `kind: {self.kind}`")
        for key in sorted(given - {*needed, *allowed}):
            raise ValueError(f"must not give `{key}` with `kind: {self.kind}`")
        return self


def _as_mapping(value: Any) -> Any:
    """`elastic` as a mapping, anything else as it is."""
    return {"kind": "elastic"} if value == "elastic" else value


def _as_written(value: InitialSpec) -> Any:
    """`elastic` alone as a plain word, as in older configs; anything else as a mapping."""
    written = value.model_dump(exclude_none=True)
    return "elastic" if written == {"kind": "elastic"} else written


Initial = Annotated[
    InitialSpec,
    BeforeValidator(_as_mapping, json_schema_input_type=Literal["elastic"] | InitialSpec),
    PlainSerializer(_as_written),
]


def _is_default_sign(value: Sign) -> bool:
    """Whether to leave the sign out of the resolved config, as configs had none before."""
    return value == "paper"


class FlowSpec(ConfigModel):
    """How χ flows from step to step."""

    update: PoolUpdate = Field(
        "resummed",
        title="resummed: χ⁻¹ ← χ⁻¹ ± M (3.8); second_order: χ ← χ ∓ χMχ (3.3); harmonic: all "
        f"orders, blocks as coupled oscillators, n0 up to {MAX_HARMONIC_N0}",
        description="resummed or second_order (or harmonic, with `disorder: quenched`)",
    )
    contraction: Contraction = Field(
        "tensor",
        title="tensor: shear pairs count twice, as in Eq. 3.3; six: once, the paper's 6×6 algebra",
        description="tensor or six",
    )
    sign: Sign = Field(
        "paper",
        exclude_if=_is_default_sign,
        title="the sign of M in each step: the paper's, or that of the Hamiltonian",
        description="paper or hamiltonian: whether a step adds M to χ⁻¹, or takes it away",
    )
    initial: Initial = Field(
        InitialSpec(kind="elastic"), title="χ of the first blocks", description=KINDS
    )
    disorder: Literal["annealed", "quenched"] = Field(
        "annealed",
        title="annealed: all blocks of a size are equal; quenched: each has its own χ",
        description="annealed or quenched",
    )
    pool: Integer | None = Field(
        None,
        ge=POOL_UNIT,
        le=MAX_POOL,
        multiple_of=POOL_UNIT,
        title="how many unequal blocks stand for all of one size; 4096 where not given",
        description=f"a multiple of {POOL_UNIT}, at least {POOL_UNIT}, at most {MAX_POOL} (blocks "
        "of a quenched flow)",
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.quenched:
            return self
        if self.update == "harmonic":
            raise ValueError("must have `disorder: quenched` with `update: harmonic`")
        if self.pool is not None:
            raise ValueError("must have `disorder: quenched` where `pool` is given")
        if self.initial.kind != "elastic":
            raise ValueError(f"must have `disorder: quenched` with `kind: {self.initial.kind}`")
        return self

    @property
    def quenched(self) -> bool:
        """Whether blocks are unequal, and so followed as a pool."""
        return self.disorder == "quenched"

    @property
    def annealed_update(self) -> Update:
        """The update of the annealed flow beside a quenched one; for harmonic, that of Eq. 3.8."""
        return "resummed" if self.update == "harmonic" else self.update

    @property
    def amplitude(self) -> float:
        """f of χ' = f χ_el, where the annealed flow begins; 1 where blocks follow another law."""
        return self.initial.amplitude or 1.0

    @property
    def blocks(self) -> int:
        """P, the number of blocks in the pool; 0 where the flow is annealed."""
        return (self.pool or DEFAULT_POOL) if self.quenched else 0
