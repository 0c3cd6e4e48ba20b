"""Two runs side by side: critical strains, and eigenvalues of χ⁻¹ at the final length.

Differences are A − B, in joint standard errors √(σ_A² + σ_B²), which hold where the two runs have
draws of their own. Only strains that both runs have are compared; nothing is interpolated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from rsrg.config.on_resume import rule_of
from rsrg.config.resume_rules import settings_differences
from rsrg.config.run_config import config_rules
from rsrg.formatting import NONE, difference_text, sigmas_text, with_error
from rsrg.physics.arrays import Array
from rsrg.records import Records
from rsrg.results.chi_square import ChiSquare, SummedCoupling, chi_square
from rsrg.results.common_places import CommonPlaces
from rsrg.results.critical_record import CriticalStrainRecord
from rsrg.results.run import Run

ROUNDING = 1e-12  # of an eigenvalue: a difference below this is none


@dataclass(frozen=True)
class ChangedSetting:
    """A setting that differs, by its dotted key; None where a config has none."""

    key: str
    a: object
    b: object


@dataclass(frozen=True)
class CriticalStrainDifference:
    """A critical strain of two runs: a, b with standard errors; NaN where a run has none.

    stderr: the joint standard error of `difference`, a − b; 0 where both are exact. sigmas: their
    ratio; None where there is no error.
    """

    material: str
    reading: str
    source: str
    channel: str
    a: float
    a_stderr: float
    b: float
    b_stderr: float
    difference: float
    stderr: float
    sigmas: float | None

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        a, b = (
            NONE if math.isnan(value) else with_error(value, stderr)
            for value, stderr in ((self.a, self.a_stderr), (self.b, self.b_stderr))
        )
        return {
            "glass": self.material,
            "reading": self.reading or NONE,
            "source of M": self.source,
            "channel": self.channel,
            "critical strain e, A": a,
            "B": b,
            "A − B": difference_text(self.difference, self.stderr),
            "in joint σ": sigmas_text(self.sigmas),
        }


@dataclass(frozen=True)
class EigenvalueDifference:
    """The eigenvalues of χ⁻¹ of two runs at the final length, in 1/ρc_t², at all common strains.

    strains: how many they are. strain, channel, a, b, difference, stderr, sigmas: of the pair that
    is farthest apart, in joint standard errors, or by itself where there is none. chi_square: of
    the sums over blocks, in as many independent combinations as `degrees`; probability: that it is
    as large by chance. All three are None where there is no error.
    """

    material: str
    reading: str
    source: str
    strains: int
    strain: float
    channel: str
    a: float
    b: float
    difference: float
    stderr: float
    sigmas: float | None
    chi_square: float | None
    degrees: int | None
    probability: float | None

    def table_row(self) -> dict[str, str]:
        """Its row in a table: texts by heading."""
        return {
            "glass": self.material,
            "reading": self.reading or NONE,
            "source of M": self.source,
            "strain e": f"{self.strain:.4g}",
            "channel": self.channel,
            "eigenvalue of χ⁻¹ (1/ρc_t²), A − B": difference_text(self.difference, self.stderr),
            "in joint σ": sigmas_text(self.sigmas),
            "χ²": NONE if self.chi_square is None else f"{self.chi_square:.1f}/{self.degrees}",
            "probability": NONE if self.probability is None else f"{self.probability:.2g}",
        }


@dataclass(frozen=True)
class RunComparison:
    """What two runs have in common, how far they are apart, and what cannot be compared.

    a, b: paths. correlated: whether they share random numbers, so that joint errors do not hold.
    settings: what differs in their configs. not_compared: what only one has, in sentences.
    """

    a: str
    b: str
    correlated: bool
    settings: list[ChangedSetting]
    not_compared: list[str]
    critical_strains: Records[CriticalStrainDifference]
    eigenvalues: Records[EigenvalueDifference]


def run_comparison(
    a: Run, b: Run, material: str | None = None, reading: str | None = None
) -> RunComparison:
    """Compare two finished runs, of all glasses and readings that both have or of one.

    Raises RunFileError unless both are finished, and hold the glass and reading that are named.
    """
    a.require_finished()
    b.require_finished()
    places = CommonPlaces.of(a, b, material, reading)
    correlated = _share_draws(a, b)
    return RunComparison(
        a=str(a.path),
        b=str(b.path),
        correlated=correlated,
        settings=_settings(a, b),
        not_compared=places.not_compared(),
        critical_strains=Records(_critical_strains(places) if places.same_direction else ()),
        eigenvalues=Records(_eigenvalues(places, correlated) if places.same_lengths else ()),
    )


def _share_draws(a: Run, b: Run) -> bool:
    """Whether draws come from the same random numbers: a draw is a function of its seed."""
    drawn = all(run.config.sampling.estimator == "montecarlo" for run in (a, b))
    one, other = ({seed for seed, _ in run.chunks_per_seed} for run in (a, b))
    return drawn and not one.isdisjoint(other)


def _settings(a: Run, b: Run) -> list[ChangedSetting]:
    """The settings that differ, without those that change no number."""
    rules = config_rules(type(a.config))
    return [
        ChangedSetting(key, one, other)
        for key, one, other in settings_differences(a.config, b.config)
        if (rule := rule_of(key, rules)) is None or rule.rule != "ignored"
    ]


def _critical_strains(places: CommonPlaces) -> Iterator[CriticalStrainDifference]:
    """Crossings of the same glass, reading, source and channel, the lowest with the lowest."""
    ones, others = (_by_place(run.critical_strains()) for run in (places.a, places.b))
    for source, reading, material in places.all():
        at = (material, reading, source)
        channels = dict.fromkeys(p[3] for p in (*ones, *others) if p[:3] == at)
        for channel in channels:
            pairs = zip_longest(ones.get((*at, channel), ()), others.get((*at, channel), ()))
            for one, other in pairs:
                yield _critical_difference((*at, channel), one, other)


Place = tuple[str, str, str, str]  # material, reading, source, channel


def _by_place(records: list[CriticalStrainRecord]) -> dict[Place, list[CriticalStrainRecord]]:
    rows: dict[Place, list[CriticalStrainRecord]] = {}
    for r in records:
        rows.setdefault((r.material, r.reading, r.source, r.channel), []).append(r)
    return rows


def _critical_difference(
    place: Place, one: CriticalStrainRecord | None, other: CriticalStrainRecord | None
) -> CriticalStrainDifference:
    (a, a_stderr), (b, b_stderr) = (
        (np.nan, 0.0) if r is None else (r.value, r.stderr) for r in (one, other)
    )
    stderr = float(np.hypot(a_stderr, b_stderr))
    sigmas = (a - b) / stderr if stderr > 0.0 and np.isfinite(a - b) else None
    return CriticalStrainDifference(*place, a, a_stderr, b, b_stderr, a - b, stderr, sigmas)


def _eigenvalues(places: CommonPlaces, correlated: bool) -> Iterator[EigenvalueDifference]:
    runs = (places.a, places.b)
    has_chi = not correlated and all("coupling/moments" in run for run in runs)
    sums = [SummedCoupling.of(run) for run in runs] if has_chi else None
    for source, reading, material in places.all():
        (a, a_stderr), (b, b_stderr) = places.final_eigenvalues(source, reading, material)
        difference, stderr = _differences(a, b), np.hypot(a_stderr, b_stderr)
        known = stderr > 0.0
        sigmas = np.divide(difference, stderr, out=np.zeros_like(stderr), where=known)
        measure = np.abs(sigmas if known.any() else difference)
        k, c = np.unravel_index(int(np.argmax(measure)), measure.shape)
        chi = None
        if source == "lattice" and sums is not None and known.any():
            chi = _chi_square(places, sums, reading, material)
        yield EigenvalueDifference(
            material=material,
            reading=reading,
            source=source,
            strains=len(a),
            strain=float(places.strains[k]),
            channel=places.channels[c],
            a=float(a[k, c]),
            b=float(b[k, c]),
            difference=float(difference[k, c]),
            stderr=float(stderr[k, c]),
            sigmas=float(sigmas[k, c]) if known[k, c] else None,
            chi_square=chi.value if chi else None,
            degrees=chi.degrees if chi else None,
            probability=chi.probability if chi else None,
        )


def _differences(a: Array, b: Array) -> Array:
    """a − b, 0 where they agree to rounding."""
    difference = a - b
    return np.where(np.abs(difference) <= ROUNDING * np.abs(a), 0.0, difference)


def _chi_square(
    places: CommonPlaces, sums: list[SummedCoupling], reading: str, material: str
) -> ChiSquare | None:
    one, other = (
        coupling.at(run.material_index(material), run.readings("lattice").index(reading), strains)
        for coupling, run, strains in zip(
            sums, (places.a, places.b), places.strain_indices, strict=True
        )
    )
    return chi_square(one, other)
