"""The config: what a run computes. Every field's description is the rule that its errors quote."""

import math
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from rsrg.config.base import as_tuple
from rsrg.config.flow import MAX_HARMONIC_N0, FlowSpec
from rsrg.config.geometry import SAME_LENGTH, BlocksSpec, Lengths, StrainSpec
from rsrg.config.materials import Materials, require_distinct
from rsrg.config.on_resume import (
    CAN_ONLY_GAIN,
    FIXED,
    IGNORED,
    OnResume,
    stated_rules,
)
from rsrg.config.run_config import CHUNKS, POOL_CHUNKS, TITLE, Checkpoint, RunConfig
from rsrg.config.sampling import MOST_SAMPLES, Sampling
from rsrg.ensemble.blocks import CHUNK
from rsrg.physics.arrays import Array
from rsrg.physics.materials import Material
from rsrg.physics.readings import READINGS, Reading
from rsrg.physics.recursion import whole_steps

MAX_STEPS = 10_000
LENGTHS_GROW = OnResume(
    "can only grow", Lengths.log_size_ratio, SAME_LENGTH, "ln(R/L₁)", "{:.6g}".format
)
ReadingName = Literal["fixed/ellipsoid", "affine/sphere", "affine/ellipsoid", "fixed/sphere"]


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("must name each reading once")
    return values


class Config(RunConfig):
    """All settings of a run, checked and never changed. It comes from `load_config`.

    Its fields are the keys of the YAML file: `config.sampling.seed` is `sampling: {seed: ...}`.

    Example:
        >>> import pathlib, tempfile, rsrg
        >>> text = '''
        ... schema_version: 1
        ... materials: [{alpha: 0.7}]
        ... lengths: {start: 50 angstrom, sample: 1 mm}
        ... blocks: {n0: 3, count: volume}
        ... strain: {values: [0.0, 0.5, 2.0]}
        ... readings: [fixed/ellipsoid]
        ... sampling: {estimator: exact}
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.yaml")
        ...     _ = path.write_text(text)
        ...     config = rsrg.load_config(path)
        >>> config.blocks.n0, config.sampling.estimator
        (3, 'exact')
    """

    model_config = ConfigDict(json_schema_extra={"description": "All settings of a run."})

    schema_version: Annotated[Literal[1], FIXED] = Field(
        title="the format of the config itself", description="1"
    )
    title: Annotated[str, IGNORED] = Field(
        "",
        max_length=1000,
        title="what tables, pictures and reports are headed with",
        description=TITLE,
    )
    materials: Materials = Field(
        title="the glasses: names of Table I, or mappings with a name and sound velocities",
        description="`all`, or a list of 1 to 1000 glasses",
    )
    lengths: Annotated[Lengths, LENGTHS_GROW] = Field(
        title="from which block size to which sample size χ flows",
        description="{start, sample} or {log_ratio}",
    )
    blocks: Annotated[BlocksSpec, FIXED] = Field(
        title="how many blocks make a super block, and where they are",
        description="a mapping with `n0`",
    )
    strain: StrainSpec = Field(
        title="which strain, and how large", description="a mapping with `values`"
    )
    readings: Annotated[
        tuple[ReadingName, ...],
        BeforeValidator(as_tuple),
        AfterValidator(_distinct),
        Field(min_length=1),
        CAN_ONLY_GAIN,
    ] = Field(
        title="positions/domain: whether blocks move with the strain, and which body they fill",
        description=f"a list of one or more of {', '.join(str(r) for r in READINGS)}",
    )
    flow: Annotated[FlowSpec, FIXED] = Field(
        FlowSpec(),
        title="how χ flows from step to step",
        description="a mapping with update, contraction, initial",
    )
    sampling: Sampling = Field(
        Sampling(),
        title="how M is computed, with how many draws",
        description="a mapping with estimator, samples, seed",
    )
    checkpoint: Annotated[Checkpoint, IGNORED] = Field(
        Checkpoint(), title="how often a run is saved", description="a mapping with `every`"
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        require_distinct(self.materials)
        b = self.blocks
        if self.sampling.estimator == "exact" and not (
            b.blocks().known_mean and b.count == "volume"
        ):
            raise ValueError(
                "`sampling.estimator: exact` must come with a `blocks.lattice` without jitter, "
                "`count: volume`, `orientation: haar` and `offset: random`, for which the mean is "
                "known"
            )
        if self.sampling.target_quantity == "critical_strain" and self.flow.update != "resummed":
            raise ValueError(
                "`sampling.target_quantity: critical_strain` must come with `flow.update: "
                "resummed`: second order has no crossing"
            )
        drawn = b.count == "exact" and self.sampling.estimator == "montecarlo"
        if self.flow.quenched and not drawn:
            raise ValueError(
                "`flow.disorder: quenched` must come with `sampling.estimator: montecarlo` and "
                "`blocks.count: exact`, for a super block is N0³ blocks on the places of one draw"
            )
        if self.flow.update == "harmonic" and b.n0 > MAX_HARMONIC_N0:
            raise ValueError(
                f"`flow.update: harmonic` must have n0 ≤ {MAX_HARMONIC_N0}: an unstable super "
                f"block takes a matrix of 6 N0³ rows; n0 = {b.n0} gives {6 * b.n0**3} rows"
            )
        if self.steps() > MAX_STEPS:
            raise ValueError(
                f"the flow must take at most {MAX_STEPS} steps; it takes {self.steps()}"
            )
        return self

    def glasses(self) -> tuple[Material, ...]:
        """The glasses of the config, with velocities and density in SI units where these are given.

        Example:
            With the `config` of the example of `Config`:

            >>> [(glass.name, glass.alpha) for glass in config.glasses()]
            [('alpha=0.7', 0.7)]
        """
        return tuple(m.material() for m in self.materials)

    def steps(self) -> int:
        """The number of renormalization steps, n = ⌈ln(R/L₁)/ln N0⌉: L₁ N0ⁿ first reaches R.

        Example:
            With the `config` of the example of `Config`, from 50 Å to 1 mm with N0 = 3:

            >>> config.steps()
            12
        """
        return whole_steps(self.lengths.log_size_ratio(), self.blocks.n0)

    def step_weights(self) -> Array:
        """The share of each step that is taken, (steps,): 1, or less for a formula's last step.

        A sum over blocks goes by whole factors N0 and ends at or beyond R; a formula is continuous
        in ln L, and ends exactly at R.

        Example:
            With the `config` of the example of `Config`:

            >>> float(config.step_weights().sum())
            12.0
        """
        weights = np.ones(self.steps())
        if self.sampling.estimator == "formula":
            ratio = self.lengths.log_size_ratio() / math.log(self.blocks.n0)
            weights[-1] = ratio - (self.steps() - 1)
        return weights

    def chunks(self) -> int:
        """Chunks of draws in each step; one, holding the exact mean, where nothing is drawn.

        Example:
            With the `config` of the example of `Config`:

            >>> config.chunks()
            1
        """
        return self.sampling.samples // CHUNK if self.sampling.estimator == "montecarlo" else 1

    def most_samples(self) -> int:
        """The largest number of draws in each step that sampling for a target error may take.

        Example:
            With the `config` of the example of `Config`, which sets no bound of its own:

            >>> config.most_samples()
            1000000
        """
        return self.sampling.max_samples or max(MOST_SAMPLES, self.sampling.samples)

    def reading_list(self) -> tuple[Reading, ...]:
        """The readings of V(e): whether blocks move with the strain, and which body they fill.

        Example:
            With the `config` of the example of `Config`:

            >>> [(r.positions, r.domain) for r in config.reading_list()]
            [('fixed', 'ellipsoid')]
        """
        return tuple(Reading.parse(r) for r in self.readings)

    def chunk_totals(self) -> dict[str, int]:
        """Chunks in all of each kind of work, by the dataset that counts those done.

        Example:
            With the `config` of the example of `Config`, one exact mean for each of 12 steps:

            >>> config.chunk_totals()
            {'checkpoint/chunks_done': 12}
        """
        formula = self.sampling.estimator == "formula"
        totals = {CHUNKS: 0 if formula else self.steps() * self.chunks()}
        if self.flow.quenched:
            totals[POOL_CHUNKS] = self.steps() * (self.flow.blocks // CHUNK)
        return totals


RULES = stated_rules(Config)  # what a resume may change, by dotted key
