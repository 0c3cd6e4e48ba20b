"""The flow of χ with its errors, eigenvalue by eigenvalue, and the same for the formulas."""

from dataclasses import dataclass, replace

import numpy as np

from rsrg.ensemble.coupling import CouplingMoments
from rsrg.physics.arrays import Array
from rsrg.physics.channels import Channels, follow_channels
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.pairs import Contraction, contract, weighted
from rsrg.physics.recursion import Update, flow, iterate
from rsrg.physics.sign import Sign, sign_factor

STDERR_ROUNDING = 1e-13  # a standard error below this share of its value is rounding only


@dataclass(frozen=True)
class FlowRule:
    """How χ flows: the update, the contraction, the names of the channels, the sign, the start.

    amplitude: f of χ' = f χ_el.
    """

    update: Update
    contraction: Contraction
    channels: Channels
    sign: Sign = "paper"
    amplitude: float = 1.0

    def start(self, alpha: float) -> Array:
        """χ' = f χ_el of the first blocks, plain, ρc_t², (6, 6)."""
        return self.amplitude * elastic_susceptibility(alpha)

    @property
    def resummed(self) -> bool:
        """Whether χ⁻¹ is what is iterated (3.8); else χ itself (3.3)."""
        return self.update == "resummed"


@dataclass(frozen=True)
class ChannelFlow:
    """χ and its eigenvalues along the flow, with standard errors (zero for a formula).

    chi: (steps + 1, ..., strains, 6, 6), plain, ρc_t². eigenvalues (of χ) and inverse_eigenvalues
    (of χ⁻¹): (steps + 1, ..., strains, 6), in channel order. Steps of events: see Flow.
    """

    chi: Array
    eigenvalues: Array
    eigenvalues_stderr: Array
    inverse_eigenvalues: Array
    inverse_eigenvalues_stderr: Array
    transition_step: np.ndarray
    runaway_step: np.ndarray


def _follow(x: Array, strains: Array, rule: FlowRule) -> tuple[Array, Array]:
    """`follow_channels` of x, (steps + 1, ..., strains, 6, 6), from strain to strain.

    At step 0 nothing has flowed yet: that is the matrix without strain, where the names begin.
    """
    path = np.moveaxis(x, -3, 0)
    unstrained = np.broadcast_to(path[:, :1], path.shape)[0]
    values, vectors = follow_channels(path, strains, unstrained, rule.contraction, rule.channels)
    return np.moveaxis(values, 0, -2), np.moveaxis(vectors, 0, -3)


def reciprocal(x: Array) -> Array:
    """1/x, with ±inf at ±0."""
    with np.errstate(divide="ignore"):
        return 1.0 / x


@dataclass(frozen=True)
class _Followed:
    """The iterated matrix X = χ⁻¹ (resummed) or χ (second order), its eigenvalues and vectors."""

    x: Array
    values: Array
    vectors: Array


def _mean_flow(
    couplings: Array, start: Array, strains: Array, rule: FlowRule
) -> tuple[ChannelFlow, _Followed]:
    path = flow(start, sign_factor(rule.sign) * couplings, rule.update, rule.contraction)
    x = path.inverse if rule.resummed else path.chi
    followed = _Followed(x, *_follow(x, strains, rule))
    values = followed.values
    inverses, eigenvalues = values, reciprocal(values)
    if not rule.resummed:
        inverses, eigenvalues = eigenvalues, inverses
    result = ChannelFlow(
        chi=path.chi,
        eigenvalues=eigenvalues,
        eigenvalues_stderr=np.zeros_like(values),
        inverse_eigenvalues=inverses,
        inverse_eigenvalues_stderr=np.zeros_like(values),
        transition_step=path.transition_step,
        runaway_step=path.runaway_step,
    )
    return result, followed


def formula_flow(alpha: float, couplings: Array, strains: Array, rule: FlowRule) -> ChannelFlow:
    """The flow through given couplings, (steps, ..., strains, 6, 6): no errors."""
    return _mean_flow(couplings, rule.start(alpha), strains, rule)[0]


def lattice_flow(
    alpha: float, moments: CouplingMoments, strains: Array, rule: FlowRule
) -> ChannelFlow:
    """The flow through the coupling of each step, with jackknife errors where it was sampled.

    The matrix that the update iterates, X = χ⁻¹ (resummed) or χ (second order), is iterated for
    every leave-one-out coupling too. The errors of its eigenvalues follow to first order, with the
    eigenvectors fixed: δλ = v·δX·v.
    """
    result, mean = _mean_flow(moments.coupling(alpha), rule.start(alpha), strains, rule)
    if moments.groups is None:
        return result
    stderr, values = moments.groups.stderr, mean.values
    hat = weighted(_changes(alpha, moments, mean.x, rule), rule.contraction)
    shifts = np.einsum("...ci,g...ij,...cj->g...c", mean.vectors, hat, mean.vectors, optimize=True)
    values_stderr = stderr(np.zeros_like(values), shifts)
    values_stderr[values_stderr < STDERR_ROUNDING * np.abs(values)] = 0.0
    errors, inverse_errors = values_stderr / values**2, values_stderr
    if not rule.resummed:
        errors, inverse_errors = inverse_errors, errors
    return replace(result, eigenvalues_stderr=errors, inverse_eigenvalues_stderr=inverse_errors)


def chi_stderr(alpha: float, moments: CouplingMoments, rule: FlowRule) -> Array:
    """Standard error of each component of χ along a sampled flow, (steps + 1, ..., 6, 6), plain.

    Where χ⁻¹ is iterated, that of χ follows to first order, δχ = −χ δ(χ⁻¹) χ.
    """
    couplings = sign_factor(rule.sign) * moments.coupling(alpha)
    path = flow(rule.start(alpha), couplings, rule.update, rule.contraction)
    if rule.resummed:
        inverse_changes = _changes(alpha, moments, path.inverse, rule)
        changes = -_sandwich(path.chi, inverse_changes, rule.contraction)
    else:
        changes = _changes(alpha, moments, path.chi, rule)
    return moments.stderr(np.zeros_like(path.chi), changes)


def _changes(alpha: float, moments: CouplingMoments, mean: Array, rule: FlowRule) -> Array:
    """The iterated matrix of every leave-one-out coupling less that of the mean, (groups, ...)."""
    replicates = np.moveaxis(moments.coupling_replicates(alpha), 0, 1)  # (steps, groups, ...)
    couplings = sign_factor(rule.sign) * replicates
    iterated = iterate(rule.start(alpha), couplings, rule.update, rule.contraction)
    return np.moveaxis(iterated, 1, 0) - mean


def _sandwich(outer: Array, inner: Array, contraction: Contraction) -> Array:
    """X Y X under the contraction."""
    return contract(contract(outer, inner, contraction), outer, contraction)
