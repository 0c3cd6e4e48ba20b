"""The config of an ensemble of exact super blocks, for `rsrg exact`."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer, as_tuple, ascending
from rsrg.config.on_resume import CAN_ONLY_GROW, FIXED, IGNORED
from rsrg.config.run_config import CHUNKS, TITLE, Checkpoint, RunConfig
from rsrg.ensemble.super_blocks import SUPER_BLOCK_CHUNK, LevelLaw
from rsrg.physics.elastic import ALPHA_MAX, ALPHA_MIN

MIN_CHUNKS = 4  # fewer give no meaningful error bar
MIN_SUPER_BLOCKS = MIN_CHUNKS * SUPER_BLOCK_CHUNK


Rising = Annotated[
    tuple[Annotated[Finite, Field(gt=0.0)], ...],
    BeforeValidator(as_tuple),
    ascending("must be in rising order, each once"),
    Field(min_length=1, max_length=100),
    FIXED,
]


class LevelsSpec(ConfigModel):
    """The distribution of the two levels of a block and of its stress.

    Energies are in units of ε, the largest splitting of a block.
    """

    kind: Annotated[Literal["tunnelling", "gaussian"], FIXED] = Field(
        title="the distribution of the levels", description="tunnelling or gaussian"
    )
    asymmetry: Annotated[Finite | None, FIXED] = Field(
        None,
        ge=0.0,
        title="largest asymmetry Δ of a tunnelling system",
        description="the largest Δ, a number of at least 0, in units of ε, with `tunnelling` only",
    )
    splitting: Annotated[Finite | None, FIXED] = Field(
        None,
        gt=0.0,
        lt=1.0,
        title="smallest tunnel splitting Δ₀",
        description="the smallest Δ₀, between 0 and 1, the largest, with `tunnelling` only",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = (self.asymmetry is not None, self.splitting is not None)
        if self.kind == "tunnelling" and not all(given):
            raise ValueError("must have `asymmetry` and `splitting` with `kind: tunnelling`")
        if self.kind == "gaussian" and any(given):
            raise ValueError("must have `asymmetry` and `splitting` with `kind: tunnelling` only")
        return self

    def law(self) -> LevelLaw:
        """The law itself."""
        return LevelLaw(self.kind, self.asymmetry or 0.0, self.splitting or 0.0)


class ExactSampling(ConfigModel):
    """How many super blocks are drawn."""

    super_blocks: Annotated[Integer, CAN_ONLY_GROW] = Field(
        ge=MIN_SUPER_BLOCKS,
        le=10**7,
        multiple_of=SUPER_BLOCK_CHUNK,
        title="super blocks in all",
        description=f"a multiple of {SUPER_BLOCK_CHUNK}, at least {MIN_SUPER_BLOCKS}, "
        "at most 10⁷ (super blocks drawn)",
    )
    seed: Annotated[Integer, FIXED] = Field(
        0,
        ge=0,
        lt=2**63,
        title="the seed of all random numbers",
        description="an integer from 0 to 2⁶³ − 1",
    )


class ExactConfig(RunConfig):
    """An ensemble of exact super blocks of N0 = 2: eight two-level blocks each."""

    schema_version: Annotated[Literal[1], FIXED] = Field(
        title="the format of the config itself", description="1"
    )
    kind: Annotated[Literal["exact"], FIXED] = Field(
        title="says that this is no flow", description="exact"
    )
    title: Annotated[str, IGNORED] = Field(
        "", max_length=1000, title="what tables and pictures are headed with", description=TITLE
    )
    alpha: Annotated[Finite, FIXED] = Field(
        gt=ALPHA_MIN,
        lt=ALPHA_MAX,
        title="α = 1 − c_t²/c_l² of the medium",
        description="1 − c_t²/c_l², a number between 0.25 and 1",
    )
    levels: LevelsSpec = Field(
        title="the distribution of the blocks", description="a mapping with `kind`"
    )
    strengths: Rising = Field(
        title="how strongly blocks couple to strain, γ²",
        description="γ²/(ρc_t² L³ ε), a list of 1 to 100 positive numbers in rising order",
    )
    distances: Rising = Field(
        (1.0,),
        title="how far nearest blocks are apart",
        description="r/L of nearest blocks, a list of 1 to 100 positive numbers in rising order",
    )
    temperatures: Rising = Field(
        title="temperatures of the blocks",
        description="k_B T/ε, a list of 1 to 100 positive numbers in rising order",
    )
    sampling: ExactSampling = Field(
        title="how many super blocks", description="a mapping with `super_blocks`"
    )
    checkpoint: Annotated[Checkpoint, IGNORED] = Field(
        Checkpoint(), title="how often a run is saved", description="a mapping with `every`"
    )

    def chunks(self) -> int:
        """Chunks of super blocks."""
        return self.sampling.super_blocks // SUPER_BLOCK_CHUNK

    def chunk_totals(self) -> dict[str, int]:
        """Chunks in all, by the dataset that counts those done."""
        return {CHUNKS: self.chunks()}
