"""Exact super blocks beside Eqs. 3.1 to 3.3: the numbers behind the claims and the figure."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from rsrg.ensemble.super_blocks import NORMS, LevelLaw, SuperBlockEnsemble
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.physics.arrays import Array
from rsrg.physics.pairs import weighted
from rsrg.physics.super_block import super_block_response
from rsrg.physics.super_block_expansion import super_block_expansion, super_block_second_order

SEED, LEVELS = 2016, 8
DIRECTION = np.array([4.0, 2.0, 1.0]) / np.sqrt(21.0)  # of the second block; no axis of symmetry
DISTANCES = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)
STRENGTHS = np.array([0.01, 0.04, 0.16, 0.64, 2.56])  # γ²/(ρc_t² r³ ε)
TEMPERATURES = np.array([0.1, 0.3, 1.0, 3.0])  # k_B T/ε
CHUNKS = range(2)


@dataclass(frozen=True)
class PairErrors:
    """Errors of the change of χ of two blocks at a distance, over the exact change.

    first_order: Eq. 3.3. whole: with the stress term. perturbed: by Eq. 3.1. relaxation,
    resonance: of the changes of χ_rel by Eq. 3.2, and of χ_res. projection: the change by Eq. 3.3
    along the exact one. change: the exact one itself, over χ̄.
    """

    first_order: float
    whole: float
    perturbed: float
    relaxation: float
    resonance: float
    projection: float
    change: float


def pair_of_blocks(mean_stress: bool) -> tuple[Array, np.ndarray]:
    """Two random blocks of 8 levels: energies, (2, 8), and stress, (2, 3, 3, 8, 8).

    Energies and stresses have a variance of about 1, with k_B T = 1 and ρc_t² L³ = 1. Without mean
    stress: four levels, each twice, with stresses T and −T.
    """
    levels = LEVELS if mean_stress else LEVELS // 2
    rng = np.random.Generator(np.random.Philox(SEED))
    shape = (2, 3, 3, levels, levels)
    t = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    t = t + t.swapaxes(1, 2)
    stress = (t + t.conj().swapaxes(-1, -2)) / 4.0
    energies = rng.normal(size=(2, levels))
    if mean_stress:
        return energies, stress
    both = np.einsum("sijnm,pq->sijnpmq", stress, np.diag([1.0, -1.0]))
    return np.repeat(energies, 2, axis=1), both.reshape(2, 3, 3, LEVELS, LEVELS)


@cache
def pair_errors(distance: float, mean_stress: bool) -> PairErrors:
    """The errors for two blocks so far apart, in block sizes; 64 states."""
    place = np.array([np.zeros(3), distance * DIRECTION])
    arguments = (*pair_of_blocks(mean_stress), place, EXAMPLE_ALPHA, 1.0)
    rel, res = super_block_response(*arguments)
    perturbed = np.sum(super_block_second_order(*arguments), axis=0)
    x = super_block_expansion(*arguments)
    start_rel, start_res = x.uncoupled_relaxation, x.uncoupled_resonance
    change, by_33 = (weighted(y - x.uncoupled, "tensor") for y in (rel + res, x.first_order))

    def error(predicted: Array, exact: Array, start: Array) -> float:
        return _size(predicted - exact) / _size(exact - start)

    return PairErrors(
        first_order=error(x.first_order, rel + res, x.uncoupled),
        whole=error(x.whole_first_order, rel + res, x.uncoupled),
        perturbed=error(perturbed, rel + res, x.uncoupled),
        relaxation=error(x.relaxation, rel, start_rel),
        resonance=error(x.resonance, res, start_res),
        projection=float(np.sum(by_33 * change) / np.sum(change**2)),
        change=_size(rel + res - x.uncoupled) / _size(x.uncoupled),
    )


def _size(chi: Array) -> float:
    """√(Σ_ijkl χ_ijkl²)."""
    return float(np.linalg.norm(weighted(chi, "tensor")))


@cache
def tunnelling_errors() -> dict[str, Array]:
    """Relative errors of 16 super blocks of eight tunnelling systems, (strength, temperature).

    The ratios of means of `rsrg exact`: of Eq. 3.3, and of Eq. 3.3 with its stress term.
    """
    law = LevelLaw("tunnelling", asymmetry=1.0, splitting=0.01)
    ensemble = SuperBlockEnsemble(law, EXAMPLE_ALPHA, STRENGTHS, np.ones(1), TEMPERATURES, SEED)
    mean = dict(zip(NORMS, ensemble.norms(CHUNKS)[:, :, 0].mean(axis=-1), strict=True))
    names = {"3.3": "error_3.3", "3.3 with stress term": "error_with_stress_term"}
    return {formula: mean[name] / mean["change"] for formula, name in names.items()}
