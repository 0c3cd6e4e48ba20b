"""Whether chunks are as independent as their error bars take them to be."""

import numpy as np

from rsrg.physics.arrays import Array

WINDOW = 5.0  # autocorrelation times after which the sum ends (Sokal's window)


def autocorrelation_time(chunks: Array) -> tuple[float, float]:
    """τ = 1 + 2 Σ_t ρ_t of chunk values in their order, and its standard error; τ is 1 for none.

    chunks: (chunks, series), series of the same process, whose ρ_t are averaged. The sum ends at
    the first t ≥ WINDOW τ (Sokal 1996); its error is τ √(2(2t + 1)/(chunks · independent series)).
    The mean of a series with τ has a standard error √τ times that of independent values. Meant for
    values that follow one another: where they alternate, τ < 1, it comes out too large. In short
    series it comes out too small: as 2.3 where τ = 3 in 64 chunks, as 2.9 in 500.
    """
    n = len(chunks)
    centred = chunks - chunks.mean(axis=0)
    varying = centred.std(axis=0) > 0.0
    if n < 4 or not varying.any():
        return 1.0, np.inf
    x = centred[:, varying] / centred[:, varying].std(axis=0)
    tau = 1.0
    for t in range(1, n):
        # 1/n: what taking the sample's mean away does to every ρ_t of independent values
        tau += 2.0 * (float((x[t:] * x[:-t]).sum(axis=0).mean()) / n + (1.0 - t / n) / n)
        if t >= WINDOW * tau:
            break
    independent = _independent(x)
    return tau, float(abs(tau) * np.sqrt(2.0 * (2.0 * t + 1.0) / (n * independent)))


def _independent(x: Array) -> float:
    """How many independent series these are worth: (Σλ)²/Σλ² of their correlations, at least 1."""
    correlations = x.T @ x / len(x)
    return max(1.0, float(np.trace(correlations) ** 2 / (correlations**2).sum()))
