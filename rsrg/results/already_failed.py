"""Glasses that have failed already at the smallest strain of a run: when first, is not known."""

from rsrg.physics.loading import outward
from rsrg.results.run import Run


def already_failed(run: Run, source: str, material: int, reading: int) -> float | None:
    """The strain nearest to zero, if the glass has failed there by a source; else None.

    What crosses zero at larger strains is then no first failure.
    """
    if run.config.flow.annealed_update != "resummed":
        return None
    strains = run.read("axes/strain")
    k = outward(strains)[0]
    at = {"material": material, "reading": reading, "step": -1, "strain": k}
    lowest = run.values("flow/inverse_eigenvalues", source, **at).min()
    return float(strains[k]) if lowest < 0.0 else None
