"""Arguments, options and exit codes that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

EXIT_FAILURE, EXIT_USAGE, EXIT_STOPPED = 1, 2, 75

ConfigPath = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML config.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run file (HDF5).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "-o", metavar="KEY VALUE", help="Override a config value: -o sampling.seed 7. Repeatable."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="No progress bar.")]
Threads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", help="Threads of the sums; default: one per core."),
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say what is done, and how.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="Compute chunks in N processes of one thread each."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Compute chunks on a Dask cluster: tcp://HOST:PORT, or a scheduler file FILE.json.",
    ),
]
Walltime = Annotated[
    str | None,
    typer.Option(
        "--walltime",
        metavar="D-HH:MM:SS",
        help="Stop in time to have saved by then, with exit code 75; also 30m, 5s. "
        "The end of a SLURM job is heeded by itself.",
    ),
]


def use_threads(threads: int | None) -> None:
    """Apply `--threads`."""
    if threads is not None:
        from rsrg.sums.jit import set_threads

        set_threads(threads)


def log_to_stderr(verbose: bool) -> None:
    """With -v, what the package logs: which engine sums, and why."""
    if verbose:
        import logging

        logging.basicConfig(format="%(message)s")
        logging.getLogger("rsrg").setLevel(logging.INFO)
