"""Statistics of a pool: the distribution of χ⁻¹ and its width; failed blocks, critical strains.

Errors are the scatter of the pool's independent subpools: σ = s/√SUBPOOLS, s that of the statistic
taken in each subpool. They miss what all subpools have in common, that each has P/SUBPOOLS blocks:
a bias of relative order SUBPOOLS/P per step (docs/theory/disorder.md has its size).
"""

from typing import Literal

import numpy as np

from rsrg.ensemble.subpools import SUBPOOLS
from rsrg.physics.arrays import Array
from rsrg.physics.channels import Channels, follow_channels
from rsrg.physics.loading import Side, along, sides_of
from rsrg.physics.pairs import Contraction, inverse, unweighted, weighted

MOMENT_NAMES = ("mean", "std", "skewness", "kurtosis")
SUMMARY_NAMES = ("mean", "median", "std", "share")
QUANTILES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
STD_ROUNDING = 1e-12  # a standard deviation below this share of the mean is none
RARE = 0.01  # share of failed blocks, below which a variance of χ⁻¹ is worth the name
QUARTILES = (0.25, 0.5, 0.75)
SIGMAS = 3.0  # standard errors from which a trend is one
SIDES = ("", "_below_zero")  # of names: the only side of e = 0 or e > 0; e < 0 beside it
AVERAGING_EXPONENT = -3.0  # of L in the variance of averages of independent blocks
EDGES = np.linspace(-1.0, 2.0, 61)  # 1/ρc_t²; the histogram has a bin beyond either end, too


def by_subpool(values: Array, axis: int) -> Array:
    """Values with the axis of blocks split into subpools, which come first: (SUBPOOLS, ...)."""
    shape = (*values.shape[:axis], SUBPOOLS, -1, *values.shape[axis + 1 :])
    return np.moveaxis(values.reshape(shape), axis, 0)


def scatter(values: Array) -> Array:
    """Standard error of a statistic from its values in each subpool, (SUBPOOLS, ...)."""
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(SUBPOOLS))


def scatter_of_share(happened: np.ndarray) -> tuple[Array, Array]:
    """The share of blocks, over the last axis, that something happened to, and its error."""
    share = happened.astype(np.float64)
    return share.mean(axis=-1), scatter(by_subpool(share, share.ndim - 1).mean(axis=-1))


def moments(values: Array) -> Array:
    """Mean, standard deviation, skewness and excess kurtosis over axis −2; (..., c, 4).

    Equal numbers have no skewness and no kurtosis: both are 0.
    """
    mean = values.mean(axis=-2, keepdims=True)
    d = values - mean
    std = np.sqrt((d**2).mean(axis=-2))
    std = np.where(std > STD_ROUNDING * np.abs(mean[..., 0, :]), std, 0.0)
    size = np.where(std > 0.0, std, 1.0)
    u = d / size[..., None, :] * (std[..., None, :] > 0.0)
    square = u * u
    third, fourth = (square * u).mean(axis=-2), (square * square).mean(axis=-2)
    kurtosis = np.where(std > 0.0, fourth - 3.0, 0.0)
    return np.stack((mean[..., 0, :], std, third, kurtosis), axis=-1)


def histogram(values: Array) -> np.ndarray:
    """Blocks below the first of EDGES, between them, above the last; over axis −2, (..., c, 62)."""
    place = np.moveaxis(np.searchsorted(EDGES, values, side="right"), -2, -1)
    rows = place.reshape(-1, place.shape[-1])
    counts = np.array([np.bincount(row, minlength=len(EDGES) + 1) for row in rows])
    return counts.reshape(*place.shape[:-1], -1)


def inverse_eigenvalues(chi: Array, contraction: Contraction) -> Array:
    """Eigenvalues of χ⁻¹, ascending, (..., 6), in 1/ρc_t², without inverting χ."""
    values = np.linalg.eigvalsh(weighted(chi, contraction))
    with np.errstate(divide="ignore"):
        return np.sort(1.0 / values, axis=-1)


def channel_vectors(
    means: Array, strains: Array, contraction: Contraction, channels: Channels
) -> Array:
    """The eigenvectors v_c of means of χ⁻¹, plain, (readings, strains, 6, 6), as rows.

    Named by continuity from zero strain.
    """
    mean = np.moveaxis(means, 1, 0)
    origin = int(np.argmin(np.abs(strains)))
    _, vectors = follow_channels(mean, strains, mean[origin], contraction, channels)
    return np.moveaxis(vectors, 0, 1)


def channel_values(chi: Array, vectors: Array, contraction: Contraction) -> Array:
    """v_c·χ⁻¹·v_c of the blocks of one reading and strain, χ (P, 6, 6); (P, 6).

    With the eigenvectors of their mean of χ⁻¹ the mean over the blocks is an eigenvalue of that.
    """
    compliance = weighted(inverse(chi, contraction), contraction)
    return np.einsum("ci,pij,cj->pc", vectors, compliance, vectors, optimize=True)


def relative_variance(chi: Array, contraction: Contraction) -> Array:
    """Σ_ab Var(χ⁻¹_ab)/Σ_ab ⟨χ⁻¹_ab⟩² over axis −3, Mandel components: no rotation changes it."""
    return _relative_variance(weighted(inverse(chi, contraction), contraction))


def _relative_variance(x: Array) -> Array:
    """The same from χ⁻¹ in Mandel components."""
    return np.asarray(x.var(axis=-3).sum(axis=(-2, -1)) / (x.mean(axis=-3) ** 2).sum(axis=(-2, -1)))


def critical_strain(lowest: Array, strains: Array, side: Side = "e > 0") -> Array:
    """The strain at which each block fails first, loaded from e = 0 to a side, (readings, P).

    NaN where it does not. lowest: the lowest eigenvalue of χ⁻¹, (readings, strains, P). Straight
    lines between strains; a block that has failed at the first strain of the side has that strain.
    """
    ahead = along(strains, side)
    e, y = strains[ahead], np.moveaxis(lowest[:, ahead], 1, 0)
    if len(e) == 0:
        return np.full(lowest.shape[::2], np.nan)
    failed = y < 0.0
    after = failed.argmax(axis=0)
    before = np.maximum(after - 1, 0)
    low, high = (np.take_along_axis(y, i[None], axis=0)[0] for i in (before, after))
    share = np.divide(low, low - high, out=np.zeros_like(low), where=after > 0)
    return np.where(failed.any(axis=0), e[before] + share * (e[after] - e[before]), np.nan)


def critical_quartiles(critical: Array) -> Array:
    """Quartiles of critical strains on one side, (..., P), NaN for none, (..., 3), nearest first.

    Blocks that do not fail count as beyond the grid: a quartile there is infinite.
    """
    beyond = np.where(np.isnan(critical), np.inf, np.abs(critical))
    quartiles = np.quantile(beyond, QUARTILES, axis=-1, method="nearest")
    return np.moveaxis(_sign(critical) * quartiles, 0, -1)


def _sign(critical: Array) -> float:
    """Of critical strains on one side, NaN for none: −1 where they lie at e < 0."""
    return -1.0 if np.nansum(critical) < 0.0 else 1.0


def few_failed(failed: Array) -> np.ndarray:
    """Whether less than RARE of the blocks have failed so far, by their share (generations, ...).

    Beyond, 1/χ has no variance.
    """
    return np.logical_and.accumulate(failed < RARE, axis=0)


Trend = Literal["unknown", "as averages", "slower", "constant", "grows"]


def width_trend(exponent: float, error: float) -> Trend:
    """How the relative variance of χ⁻¹ goes with L, from `variance_exponent` and its error.

    At SIGMAS standard errors: it falls as fast as that of averages of independent blocks (L⁻³) or
    slower, is constant, or grows.
    """
    if not np.isfinite(exponent):
        return "unknown"
    if exponent < -SIGMAS * error:
        return "as averages" if exponent < AVERAGING_EXPONENT + SIGMAS * error else "slower"
    return "grows" if exponent > SIGMAS * error else "constant"


def summary(critical: Array) -> Array:
    """Mean, median, std and share, (..., 4), of critical strains, (..., P), NaN for none.

    Mean and std are of those that fail on the grid, share; the median counts the others as beyond
    the grid, and is NaN where half of them are.
    """
    fails = np.isfinite(critical)
    count = fails.sum(axis=-1)
    known = np.where(fails, critical, 0.0)
    some = np.maximum(count, 1)
    mean = np.where(count > 0, known.sum(axis=-1) / some, np.nan)
    square = np.where(fails, (critical - mean[..., None]) ** 2, 0.0).sum(axis=-1) / some
    ordered = np.sort(np.abs(critical), axis=-1)  # NaN last
    half = critical.shape[-1] // 2
    median = _sign(critical) * 0.5 * (ordered[..., half - 1] + ordered[..., half])
    std = np.where(count > 0, np.sqrt(square), np.nan)
    return np.stack((mean, median, std, count / critical.shape[-1]), axis=-1)


def describe_pool(
    chi: Array, strains: Array, contraction: Contraction, channels: Channels
) -> dict[str, Array]:
    """All statistics of the pool of one glass, χ (readings, strains, P, 6, 6), by name.

    One reading and strain at a time, as its blocks take several times their memory meanwhile.
    """
    cases = chi.shape[:2]
    eigenvalues, means = np.empty(chi.shape[:-1]), np.empty((*cases, 6, 6))
    whole, parts = np.empty(cases), np.empty((SUBPOOLS, *cases))
    for case in np.ndindex(cases):
        blocks = chi[case]
        eigenvalues[case] = inverse_eigenvalues(blocks, contraction)
        x = weighted(inverse(blocks, contraction), contraction)
        means[case] = unweighted(x.mean(axis=0), contraction)
        whole[case], parts[:, *case] = _relative_variance(x), _relative_variance(by_subpool(x, 0))
    failed, failed_stderr = scatter_of_share(eigenvalues[..., 0] < 0.0)
    statistics = {
        "failed": failed,
        "failed_stderr": failed_stderr,
        "relative_variance": whole,
        "relative_variance_stderr": scatter(parts),
        "relative_variance_parts": np.moveaxis(parts, 0, -1),
    }
    for side, ending in zip(sides_of(strains), SIDES, strict=False):
        critical = critical_strain(eigenvalues[..., 0], strains, side)
        statistics |= {
            f"critical_strain{ending}": critical,
            f"critical_summary{ending}": summary(critical),
            f"critical_summary{ending}_stderr": scatter(summary(by_subpool(critical, 1))),
        }
    vectors = channel_vectors(means, strains, contraction, channels)
    rows: dict[str, list[Array]] = {}
    for case in np.ndindex(cases):
        named = channel_values(chi[case], vectors[case], contraction)
        for name, values in (("level", eigenvalues[case]), ("channel", named)):
            for kind, row in _distribution(values).items():
                rows.setdefault(f"{name}_{kind}", []).append(row)
    return statistics | {n: np.array(r).reshape(*cases, *r[0].shape) for n, r in rows.items()}


def _distribution(values: Array) -> dict[str, Array]:
    """Moments with errors, quantiles and a histogram of numbers of each block, (P, 6)."""
    return {
        "moments": moments(values),
        "moments_stderr": scatter(moments(by_subpool(values, 0))),
        "quantiles": np.quantile(values, QUANTILES, axis=0).T,
        "histogram": histogram(values),
    }


def variance_exponent(
    parts: Array, whole: Array, failed: Array, lengths: Array
) -> tuple[Array, Array]:
    """Slope of ln(relative variance) against ln L over the steps after the first, and its error.

    parts: (generations, ..., SUBPOOLS), from the first blocks on. whole: of the whole pool, failed:
    its failed share, (generations, ...). Only generations of which less than RARE has failed count:
    beyond, 1/χ has no variance. Averages of independent blocks narrow as L⁻³: slope −3; slope zero:
    the distribution keeps its width. NaN where fewer than two generations count, or there is no
    width.

    Blocks of one subpool come to share ancestors: per step their mean wanders by about SUBPOOLS/P
    of the variance. The variance within subpools lacks that, and that of the whole pool has too
    much of it. The slope is the mean of both, and half of their difference is added to the scatter
    of the subpools in quadrature.
    """
    x = np.log(lengths[1:])
    counts = few_failed(failed)[1:]
    within = _slopes(x, parts[1:], counts[..., None])
    overall = _slopes(x, whole[1:], counts)
    mean, error = within.mean(axis=-1), scatter(np.moveaxis(within, -1, 0))
    return 0.5 * (mean + overall), np.hypot(error, 0.5 * (mean - overall))


def _slopes(x: Array, widths: Array, counts: np.ndarray) -> Array:
    """Least-squares slopes of ln widths, (generations, ...), against x where they count; or NaN."""
    good = counts & (widths > 0.0)
    y = np.log(np.where(good, widths, 1.0))
    n = np.maximum(good.sum(axis=0), 1)
    x = x.reshape(-1, *[1] * (widths.ndim - 1))
    d = np.where(good, x - np.where(good, x, 0.0).sum(axis=0) / n, 0.0)
    spread = (d**2).sum(axis=0)
    empty = np.full(n.shape, np.nan)
    return np.asarray(np.divide((d * y).sum(axis=0), spread, where=spread > 0.0, out=empty))
