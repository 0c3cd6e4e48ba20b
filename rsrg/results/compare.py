"""`rsrg.compare`: a run with its formulas, or with another run."""

import os
from collections.abc import Iterator
from typing import overload

from rsrg.errors import ConfigError, RunFileError
from rsrg.records import Records
from rsrg.results.comparison import Choice, ComparisonRow, comparison
from rsrg.results.merged_runs import MergedRuns
from rsrg.results.opened import open_flow
from rsrg.results.run import Run
from rsrg.results.run_comparison import RunComparison, run_comparison

RunOrPath = Run | MergedRuns | str | os.PathLike[str]
Steps = Records[ComparisonRow]
Comparison = Steps | RunComparison | dict[str, Steps] | dict[str, RunComparison]


@overload
def compare(
    run: Run,
    other: None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> Steps: ...


@overload
def compare(
    run: MergedRuns,
    other: None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> dict[str, Steps]: ...


@overload
def compare(
    run: str | os.PathLike[str],
    other: None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> Steps | dict[str, Steps]: ...


@overload
def compare(
    run: Run,
    other: Run,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: None = None,
    channel: None = None,
) -> RunComparison: ...


@overload
def compare(
    run: RunOrPath,
    other: RunOrPath,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: None = None,
    channel: None = None,
) -> RunComparison | dict[str, RunComparison]: ...


def compare(
    run: RunOrPath,
    other: RunOrPath | None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> Comparison:
    """Compare a run with its formulas, step by step; or two runs with each other.

    run, other: a Run or MergedRuns, or the path of a file. material, reading: of these alone; by
    default the first glass and all readings of one run, all that two runs have in common. strain,
    channel: of one run; by default the strain of its grid nearest to where the sum fails, and the
    channel that is weakest there.

    Returns, for one run, a list of records (a notebook shows it as a table), one for each reading
    and step: the eigenvalue χ of the channel (in ρc_t²) by sum and by formulas, and how many
    standard errors of χ⁻¹ lie between. For two runs, a RunComparison: `critical_strains` and
    `eigenvalues` (of χ⁻¹ at the final length, in 1/ρc_t², at the strains that both have), each with
    its difference A − B and the joint standard error √(σ_A² + σ_B²); `settings`, what differs in
    their configs; `not_compared`, what only one has; and `correlated`, whether they have the same
    seed. Their draws are then the same, and joint errors do not hold.

    Of merged runs, a dictionary with one of these for each run, by its name. With a single run,
    each of the merged ones is compared with that; two files of merged runs are compared run by run
    where the parameters are the same, and the names are those of the first.

    Raises RunFileError where a run is not finished, not a run of a flow, or does not hold what was
    asked for, and where merged runs have no parameters in common; ConfigError where a strain or
    channel is named for two runs.

    Example:
        How far the critical strain by exact sum moves from N0 = 3 to N0 = 4:

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
        ...     runs = [
        ...         rsrg.run(rsrg.load_config(path, {"blocks.n0": n0}), f"{folder}/{n0}.h5")
        ...         for n0 in (3, 4)
        ...     ]
        ...     both = rsrg.compare(*runs)
        >>> first = both.critical_strains[0]
        >>> f"{first.source} {first.a:.4f} − {first.b:.4f} = {first.difference:.4f}"
        'lattice 0.4711 − 0.6042 = -0.1331'
        >>> [(s.key, s.a, s.b) for s in both.settings]
        [('blocks.n0', 3, 4)]

        Of one run, χ step by step; the last step at e = 0.5 is beyond the jump:

        >>> last = rsrg.compare(runs[0])[-1]
        >>> last.step, last.strain, round(last.chi, 1), round(last.chi_continuum, 1)
        (12, 0.5, -60.2, -6.7)
    """
    choice = Choice(material, reading, strain, channel)
    a = _opened(run)
    if other is None:
        if isinstance(a, Run):
            return steps(a, choice)
        return {name: steps(member, choice) for name, member in a.runs.items()}
    for name in ("strain", "channel"):
        if getattr(choice, name) is not None:
            raise ConfigError([f"`{name}` must be left out where two runs are compared"])
    b = _opened(other)
    if isinstance(a, Run) and isinstance(b, Run):
        return run_comparison(a, b, material, reading)
    return {
        name: run_comparison(one, another, material, reading) for name, one, another in _pairs(a, b)
    }


def steps(run: Run, choice: Choice) -> Steps:
    """All steps of all readings of one run, as records."""
    return Records(row for reading in comparison(run, choice) for row in reading)


def _opened(run: RunOrPath) -> Run | MergedRuns:
    return run if isinstance(run, Run | MergedRuns) else open_flow(run)


def _pairs(a: Run | MergedRuns, b: Run | MergedRuns) -> Iterator[tuple[str, Run, Run]]:
    """The runs to compare, where at least one is of merged runs, each pair with a name."""
    if isinstance(a, Run):
        if isinstance(b, MergedRuns):
            yield from ((name, a, run) for name, run in b.runs.items())
        return
    if isinstance(b, Run):
        yield from ((name, run, b) for name, run in a.runs.items())
        return
    same = [
        (one, other)
        for one, own in a.members.items()
        for other, others in b.members.items()
        if own == others
    ]
    if not same:
        raise RunFileError(
            "merged runs are compared where their parameters are the same; none of "
            f"{a.path} are those of a run of {b.path}"
        )
    yield from ((one, a.runs[one], b.runs[other]) for one, other in same)
