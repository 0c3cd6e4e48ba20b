"""`rsrg.compare`: a run with its formulas, or with another run."""

import os
from pathlib import Path
from typing import overload

from rsrg.errors import ConfigError
from rsrg.records import Records
from rsrg.results.comparison import Choice, ComparisonRow, comparison
from rsrg.results.run import Run, open_run
from rsrg.results.run_comparison import RunComparison, run_comparison

RunOrPath = Run | str | os.PathLike[str]


@overload
def compare(
    run: RunOrPath,
    other: None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> Records[ComparisonRow]: ...


@overload
def compare(
    run: RunOrPath,
    other: RunOrPath,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: None = None,
    channel: None = None,
) -> RunComparison: ...


def compare(
    run: RunOrPath,
    other: RunOrPath | None = None,
    *,
    material: str | None = None,
    reading: str | None = None,
    strain: float | None = None,
    channel: str | None = None,
) -> Records[ComparisonRow] | RunComparison:
    """Compare a run with its formulas, step by step; or two runs with each other.

    run, other: a Run, or the path of a run file. material, reading: of these alone; by default the
    first glass and all readings of one run, all that two runs have in common. strain, channel: of
    one run; by default the strain of its grid nearest to where the sum fails, and the channel that
    is weakest there.

    Returns, for one run, a list of records (a notebook shows it as a table), one for each reading
    and step: the eigenvalue χ of the channel (in ρc_t²) by sum and by formulas, and how many
    standard errors of χ⁻¹ lie between. For two runs, a RunComparison: `critical_strains` and
    `eigenvalues` (of χ⁻¹ at the final length, in 1/ρc_t², at the strains that both have), each with
    its difference A − B and the joint standard error √(σ_A² + σ_B²); `settings`, what differs in
    their configs; `not_compared`, what only one has; and `correlated`, whether they have the same
    seed. Their draws are then the same, and joint errors do not hold.

    Raises RunFileError where a run is not finished, not a run of a flow, or does not hold what was
    asked for; ConfigError where a strain or channel is named for two runs.

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
    if other is None:
        choice = Choice(material, reading, strain, channel)
        return Records(row for steps in comparison(_opened(run), choice) for row in steps)
    given = [
        name for name, value in (("strain", strain), ("channel", channel)) if value is not None
    ]
    if given:
        raise ConfigError([f"`{given[0]}` must be left out where two runs are compared"])
    return run_comparison(_opened(run), _opened(other), material, reading)


def _opened(run: RunOrPath) -> Run:
    return run if isinstance(run, Run) else open_run(Path(run))
