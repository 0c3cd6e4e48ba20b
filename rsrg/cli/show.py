"""Commands that show: configs, run files, comparisons, glasses, the schema."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rsrg.cli.options import (
    AsJson,
    ConfigPath,
    Overrides,
    RunPath,
    load_any,
    one_blas_thread,
    print_positions,
)
from rsrg.errors import ConfigError, RunFileError

if TYPE_CHECKING:
    from rsrg.config.exact import ExactConfig
    from rsrg.config.trajectory import TrajectoryConfig

CONFIGS = ("config", "config_text")  # attributes that `inspect` prints
OtherRun = Annotated[
    Path | None, typer.Argument(metavar="[OTHER]", help="A second run, to compare with.")
]
ComparedGlass = Annotated[
    str | None, typer.Option(help="Glass; default: the first, or all of two runs.")
]
ComparedReading = Annotated[
    str | None,
    typer.Option(
        help="Reading: whether blocks move and what they fill, as affine/sphere; default: all."
    ),
]
ComparedStrain = Annotated[
    float | None,
    typer.Option(
        help="Strain e (0.1 is 10%), the nearest of the run; default: where the sum fails."
    ),
]
ComparedChannel = Annotated[
    str | None,
    typer.Option(
        help="Eigenvector of χ⁻¹ by its name, as yy-zz; default: of the lowest eigenvalue."
    ),
]


def validate(config: ConfigPath, o: Overrides = None, as_json: AsJson = False) -> None:
    """Check a config and say what it asks for; every problem is listed at once."""
    from rsrg.config.schema import Config
    from rsrg.config.trajectory import TrajectoryConfig
    from rsrg.execution.plan import plan
    from rsrg.report.console import print_json
    from rsrg.report.plan_text import print_plan

    loaded = load_any(config, o)
    if isinstance(loaded, TrajectoryConfig):
        _print_valid_trajectory(config, loaded, as_json)
        return
    if not isinstance(loaded, Config):
        _print_valid_exact(config, loaded, as_json)
        return
    if loaded.blocks.positions is not None:
        from rsrg.execution.sampler import require_room  # loads the sums; few configs need it

        require_room(loaded)
    planned = plan(loaded)
    if as_json:
        print_json({"valid": True, "config": json.loads(loaded.resolved()), **asdict(planned)})
        return
    print(f"{config} is valid.")
    print_plan(planned)
    print_positions(loaded)


def _print_valid_exact(path: Path, config: "ExactConfig", as_json: bool) -> None:
    """Say what a valid config of exact super blocks asks for."""
    from rsrg.report.console import print_json
    from rsrg.report.plan_text import exact_size

    sizes = [len(a) for a in (config.strengths, config.distances, config.temperatures)]
    if as_json:
        print_json({"valid": True, "config": json.loads(config.resolved())})
        return
    print(f"{path} is valid.")
    print(exact_size(config.sampling.super_blocks, sizes))


def _print_valid_trajectory(path: Path, config: "TrajectoryConfig", as_json: bool) -> None:
    """Say what a valid config of a trajectory asks for."""
    from rsrg.formatting import counted
    from rsrg.report.console import print_json

    if as_json:
        print_json({"valid": True, "config": json.loads(config.resolved())})
        return
    counts = [frame.blocks or 0 for frame in config.positions]
    low, high = min(counts), max(counts)
    blocks = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    ball = "the largest ball of each" if config.domain == "sphere" else "all of each"
    print(f"{path} is valid.")
    print(f"{counted(len(counts), 'frame')} of {blocks} blocks: {ball} is summed over")


def inspect(
    run: RunPath,
    node: Annotated[
        str,
        typer.Argument(
            metavar="[NODE]", help="A group or dataset, as critical/strain; or config, config_text."
        ),
    ] = "/",
    as_json: AsJson = False,
) -> None:
    """Show a run file, also while it runs: status and tree, or the numbers of one dataset."""
    from rsrg.report.console import console, print_json
    from rsrg.report.tree import dataset_text, file_tree, node_rows, shown_attributes
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.opened import open_any

    opened = open_any(run)
    if node in CONFIGS:
        if isinstance(opened, MergedRuns):
            name = next(iter(opened.members))
            raise RunFileError(f"{run} has a config for each run: rsrg inspect {run}/{name} {node}")
        text = str(opened.attributes[node])
        if as_json:
            print_json({node: text if node == "config_text" else json.loads(text)})
        else:
            print(text)
        return
    rows = node_rows(opened, node)
    single = [r["path"].strip("/") for r in rows] == [node.strip("/")]
    if as_json:
        values = {"values": opened.read(node)} if single else {}
        print_json({"attributes": shown_attributes(opened), "datasets": rows, **values})
        return
    console().print(file_tree(opened, node))
    if single:
        print(dataset_text(opened, node))


def compare(
    run: RunPath,
    other: OtherRun = None,
    material: ComparedGlass = None,
    reading: ComparedReading = None,
    strain: ComparedStrain = None,
    channel: ComparedChannel = None,
    as_json: AsJson = False,
) -> None:
    """Compare a run with the formulas, step by step; or two runs with one another.

    One run: χ after each step, and deviations in standard errors. Two runs:
    critical strains and χ⁻¹ side by side, in joint standard errors. Of merged
    runs, each: by itself, with another run, or with that of the same
    parameters in another merged file.
    """
    from rsrg.report.compared import comparison_data, print_compared
    from rsrg.report.console import print_json
    from rsrg.results.compare import Comparison
    from rsrg.results.compare import compare as compared
    from rsrg.results.opened import open_flow

    if other is not None and (strain, channel) != (None, None):
        raise ConfigError(["`--strain` and `--channel` are for one run; leave them out for two"])
    files = [open_flow(path) for path in (run, other) if path is not None]
    result: Comparison
    if other is None:
        result = compared(
            files[0], material=material, reading=reading, strain=strain, channel=channel
        )
    else:
        with one_blas_thread():
            result = compared(*files, material=material, reading=reading)
    if as_json:
        print_json(comparison_data(result, files))
    else:
        print_compared(result, files)


def materials(as_json: AsJson = False) -> None:
    """List the twelve glasses of the paper's Table I, which configs can name."""
    from rsrg.physics.materials import GLASSES
    from rsrg.report.console import console, print_json
    from rsrg.report.fitted_table import print_table
    from rsrg.report.glass_table import glass_table

    if as_json:
        print_json([asdict(m) for m in GLASSES.values()])
        return
    print_table(console(), glass_table())


def schema(
    kind: Annotated[
        Literal["flow", "exact", "trajectory", "study"],
        typer.Argument(
            metavar="[KIND]", help="Of which file: flow (a config), exact, trajectory or study."
        ),
    ] = "flow",
) -> None:
    """Print the JSON schema of a config or study, for editors that complete and check YAML."""
    from rsrg.report.console import print_json
    from rsrg.studies.json_schema import json_schema

    print_json(json_schema(kind))
