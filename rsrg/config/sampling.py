"""The config's sampling: how the coupling is computed, with how many draws, to which error."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rsrg.config.base import ConfigModel, Finite, Integer
from rsrg.config.on_resume import CAN_ONLY_FALL, CAN_ONLY_GROW, FIXED, MAY_CHANGE
from rsrg.ensemble.blocks import CHUNK

MIN_CHUNKS = 4  # fewer give no meaningful error bar
TARGET_CHUNKS = 16  # an error that decides when to stop must itself be known to 20 %
MOST_SAMPLES = 10**6  # with a target error, where no other bound is given


class Sampling(ConfigModel):
    """How the coupling is computed: sampled, averaged exactly, or only by the formulas."""

    estimator: Annotated[Literal["montecarlo", "exact", "formula"], FIXED] = Field(
        "montecarlo",
        title="montecarlo: draws of blocks; exact: their mean by quadrature; formula: no sum",
        description="montecarlo, exact or formula",
    )
    samples: Annotated[Integer, CAN_ONLY_GROW] = Field(
        512,
        ge=MIN_CHUNKS * CHUNK,
        le=10**9,
        multiple_of=CHUNK,
        title="draws (random placements of the blocks) in each step",
        description=f"a multiple of {CHUNK}, at least {MIN_CHUNKS * CHUNK}, at most 10⁹ (draws per "
        "step)",
    )
    seed: Annotated[Integer, FIXED] = Field(
        0,
        ge=0,
        lt=2**63,
        title="the seed of all random numbers",
        description="an integer from 0 to 2⁶³ − 1",
    )
    resample: Annotated[Literal["per_step", "once"], FIXED] = Field(
        "per_step",
        title="per_step: new draws in each step; once: those of the first step serve all",
        description="per_step or once",
    )
    target_error: Annotated[Finite | None, CAN_ONLY_FALL] = Field(
        None,
        gt=0.0,
        le=1.0,
        title="go on drawing until the standard error is below it; samples must be at least 256",
        description="a standard error, a number greater than 0, at most 1",
    )
    target_quantity: Annotated[Literal["coupling", "critical_strain"] | None, FIXED] = Field(
        None,
        title="whose error: coupling, M in 1/ρc_t², where not given; or each first critical strain",
        description="coupling or critical_strain",
    )
    max_samples: Annotated[Integer | None, MAY_CHANGE] = Field(
        None,
        ge=MIN_CHUNKS * CHUNK,
        le=10**9,
        multiple_of=CHUNK,
        title="draws per step at which the run gives up; a million where not given",
        description=f"a multiple of {CHUNK}, at least {MIN_CHUNKS * CHUNK} and `samples`, at most "
        "10⁹ (draws per step)",
    )

    @model_validator(mode="after")
    def _target(self) -> Self:
        if self.target_error is None:
            if self.target_quantity is not None or self.max_samples is not None:
                raise ValueError(
                    "must have `target_quantity` and `max_samples` with `target_error` only"
                )
            return self
        if self.estimator != "montecarlo":
            raise ValueError(f"must not have `target_error` with `{self.estimator}`: it has none")
        if self.samples < TARGET_CHUNKS * CHUNK:
            raise ValueError(
                f"must have `samples` of at least {TARGET_CHUNKS * CHUNK} with `target_error`, for "
                "the error itself to be known"
            )
        if self.max_samples is not None and self.max_samples < self.samples:
            raise ValueError("must have `max_samples` of at least `samples`")
        return self
