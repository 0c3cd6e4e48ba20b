"""Equations that only the claims need: (2.7), (3.2), (3.4) to (3.6), (4.1), (4.4), Fig. 1."""

import numpy as np
import pytest

from rsrg.paper.claims.flow import random_levels
from rsrg.physics.channels import strain_channels
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.errors import PhysicsError
from rsrg.physics.last_term import (
    critical_length,
    inverse_sixth_sum,
    last_term,
    thermal_phonon_temperature,
)
from rsrg.physics.linear_response import level_response
from rsrg.physics.log_formula import log_formula_coupling
from rsrg.physics.pairs import PAIRS, unweighted, weighted
from rsrg.physics.recursion import second_order
from rsrg.physics.relaxation import (
    channel_ratio,
    fixed_point_multipliers,
    relaxation_flow,
    relaxation_step,
)
from rsrg.physics.stress_strain import stress_strain
from rsrg.physics.volume_average import literal_coupling, volume_averages

ALPHA = 0.7


def free_energy(energies, stress, strain):
    """−ln Z of H + Σ e_A T_A at k_B T = 1."""
    h = np.diag(energies).astype(complex)
    for e, (i, j) in zip(strain, PAIRS, strict=True):
        h += e * stress[i, j]
    return -np.log(np.exp(-np.linalg.eigvalsh(h)).sum())


@pytest.mark.parametrize("degenerate", [False, True])
def test_level_response_is_the_curvature_of_the_free_energy(degenerate):
    """Isothermal linear response: χ_rel + χ_res = ∂²F/∂e_A ∂e_B, with sign and all."""
    energies, stress = random_levels(3, 5)
    if degenerate:
        energies[1] = energies[0]
    stress = 0.05 * stress
    h = 1e-2  # fourth order in h × stress: 1e-7, rounding 1e-16/h²
    curvature = np.empty((6, 6))
    for a in range(6):
        for b in range(6):
            total = 0.0
            for sa in (1, -1):
                for sb in (1, -1):
                    strain = np.zeros(6)
                    strain[a] += sa * h
                    strain[b] += sb * h
                    total += sa * sb * free_energy(energies, stress, strain)
            curvature[a, b] = total / (4 * h**2)
    rel, res = level_response(energies, stress)
    np.testing.assert_allclose(rel + res, curvature, atol=1e-4 * np.abs(curvature).max())


def test_level_response_term_by_term():
    energies, stress = random_levels(5, 4)
    p = np.exp(-2.0 * energies)
    p /= p.sum()
    rel, res = np.zeros((6, 6)), np.zeros((6, 6), dtype=complex)
    for a, (i, j) in enumerate(PAIRS):
        for b, (k, m) in enumerate(PAIRS):
            t, s = stress[i, j], stress[k, m]
            for n in range(4):
                rel[a, b] -= p[n] * (t[n, n] * s[n, n]).real
                for o in range(4):
                    rel[a, b] += p[n] * p[o] * (t[n, n] * s[o, o]).real
                    if n != o:
                        gap = energies[n] - energies[o]
                        res[a, b] -= (p[o] - p[n]) * t[n, o] * s[o, n] / gap
    found = level_response(energies, stress, temperature=0.5, volume=4.0)
    np.testing.assert_allclose(found[0], 2.0 * rel / 4.0, rtol=1e-11, atol=1e-13)  # rounding
    np.testing.assert_allclose(found[1], res.real / 4.0, rtol=1e-11, atol=1e-13)


def test_level_response_is_negative_whatever_the_levels():
    for seed in range(20):
        for chi in level_response(*random_levels(seed, 6)):
            values = np.linalg.eigvalsh(weighted(chi, "tensor"))
            assert values[-1] < 1e-12 * np.abs(values).max()  # rounding


def test_level_response_refuses_the_impossible():
    energies, stress = random_levels(1, 3)
    with pytest.raises(PhysicsError, match="`stress`"):
        level_response(energies[:2], stress)
    with pytest.raises(PhysicsError, match="`temperature`"):
        level_response(energies, stress, temperature=0.0)


def test_relaxation_and_resonance_add_to_3_3():
    """(3.2) with χ_res ← χ_res − χ_res M χ_res is (3.3) for the sum, as PHYSICS §3 says."""
    m = log_formula_coupling(0.2, ALPHA, 3)
    res = -elastic_susceptibility(ALPHA)
    rel = 1.3 * elastic_susceptibility(0.6)
    rels, ress = relaxation_flow(rel, res, m, 1, "flowing")
    np.testing.assert_allclose(rels[1] + ress[1], second_order(rel + res, m), atol=1e-13)


@pytest.mark.parametrize("contraction", ["tensor", "six"])
def test_minus_two_is_fixed_whatever_m(contraction):
    m = log_formula_coupling(0.4, ALPHA, 3)
    res = -elastic_susceptibility(ALPHA)
    np.testing.assert_allclose(relaxation_step(-2 * res, res, m, contraction), -2 * res, atol=1e-13)


def test_multipliers_are_the_growth_of_small_deviations():
    m = log_formula_coupling(0.3, ALPHA, 3)
    res = -elastic_susceptibility(ALPHA)
    columns, size = [], 1e-6  # of χ of order 1
    basis = [(i, j) for i in range(6) for j in range(i, 6)]
    for i, j in basis:
        delta = np.zeros((6, 6))
        delta[i, j] = delta[j, i] = size
        moved = relaxation_step(-2 * res + unweighted(delta, "tensor"), res, m)
        change = weighted(moved + 2 * res, "tensor") / size
        columns.append([change[a, b] for a, b in basis])
    growth = np.sort(np.linalg.eigvals(np.array(columns).T).real)
    # second order in the deviation
    np.testing.assert_allclose(fixed_point_multipliers(res, m), growth, atol=1e-5)
    with pytest.raises(PhysicsError, match="`resonance`"):
        fixed_point_multipliers(-res, m)


def test_frozen_flow_reaches_minus_two_where_it_hardens():
    m = 0.05 * np.diag([1.0, 0.5, 0.5, 1.0, 0.5, 1.0])  # M > 0 in every channel
    res = -elastic_susceptibility(ALPHA)
    rel, ress = relaxation_flow(-1.5 * res, res, m, 400)
    for vector in strain_channels(np.diag([1.0, 0, 0])).vectors:
        assert channel_ratio(rel, ress, vector)[-1] == pytest.approx(-2.0, abs=1e-9)
    with pytest.raises(PhysicsError, match="`mode`"):
        relaxation_flow(rel[0], res, m, 1, "melting")


def test_last_term():
    stiffness = 3e10
    assert inverse_sixth_sum() == pytest.approx(8.401923975, rel=1e-7)  # Born & Huang's A₆
    ratio = last_term(1e-8, stiffness) / last_term(2e-8, stiffness)
    assert ratio == pytest.approx(8.0, rel=1e-12)
    c = inverse_sixth_sum() / (8 * np.pi)
    # at L_c it is the number C alone
    assert last_term(critical_length(stiffness), stiffness) == pytest.approx(c, rel=1e-12)
    assert last_term(1e-8, stiffness, reduced_loss=1e-3) == pytest.approx(
        1e-6 * last_term(1e-8, stiffness), rel=1e-12
    )
    assert thermal_phonon_temperature(50e-10, 3800.0) == pytest.approx(36.474, abs=1e-3)
    for call in (
        lambda: critical_length(0.0),
        lambda: last_term(-1.0, stiffness),
        lambda: thermal_phonon_temperature(np.nan, 1.0),
    ):
        with pytest.raises(PhysicsError, match="must be positive"):
            call()


@pytest.mark.parametrize("cutoff", [0.9, 0.5, 0.1])
def test_volume_average_is_4_4(cutoff):
    """Numerators and denominator of (4.4) over the ellipsoid less a ball, in r and cos θ."""
    e = 0.4
    u, w = np.polynomial.legendre.leggauss(80)
    g = 1 / np.sqrt(1 - u**2 + (u / (1 + e)) ** 2)
    x, v = np.polynomial.legendre.leggauss(60)
    r = cutoff + (g[:, None] - cutoff) * (x + 1) / 2  # dr r² dΩ f/r³
    shells = ((g - cutoff) / 2)[:, None] * v / r
    weight = w * shells.sum(axis=1)
    x2, x4 = (weight @ u**k / weight.sum() for k in (2, 4))
    y2z2 = weight @ (1 - u**2) ** 2 / 8 / weight.sum()
    # 60 nodes on 1/r over a decade, 80 on g: both converge as (distance to the pole)^-120
    np.testing.assert_allclose(volume_averages(e, cutoff), (x2, x4, y2z2), rtol=1e-10)


def test_volume_average_without_a_cutoff_is_that_of_the_sphere():
    values = [volume_averages(0.5, c) for c in (1e-3, 1e-30, 1e-300)]
    limits = np.array([1 / 3, 1 / 5, 1 / 15])
    gaps = [np.abs(np.subtract(v, limits)).max() for v in values]
    assert gaps[0] > gaps[1] > gaps[2]
    np.testing.assert_allclose(gaps[1] / gaps[2], 10.0, rtol=0.02)  # as 1/ln(1/cutoff)
    np.testing.assert_allclose(volume_averages(0.0, 0.5), limits, rtol=1e-13)
    for bad in (0.0, 1.0, -1.0):
        with pytest.raises(PhysicsError, match="`cutoff`"):
            volume_averages(0.2, bad)


def test_literal_4_1_in_cartesian_shells():
    """(1/2π) ∫ d³r Λ̃/r³ over the ellipsoid less the unit ball, which holds no Λ̃ on average."""
    e = 0.3
    g = continuum_coupling(e, ALPHA, "fixed", "ellipsoid")
    np.testing.assert_allclose(literal_coupling(e, ALPHA), 2 * g, rtol=1e-15)
    u, w = np.polynomial.legendre.leggauss(60)
    log_g = -0.5 * np.log(1 - u**2 + (u / (1 + e)) ** 2)
    lambda_xxxx = 1 - 3 * u**2 + ALPHA / 2 * (-3 + 18 * u**2 - 15 * u**4)
    by_hand = (w @ (lambda_xxxx * log_g)) * 2 * np.pi / (2 * np.pi)
    assert literal_coupling(e, ALPHA)[0, 0] == pytest.approx(by_hand, rel=1e-12)


def test_stress_of_a_known_pole():
    """The dilation alone softens, as 1 − e/e_c: χ_xxxx and σ_xx are known in closed form."""
    start = inverse_elastic_susceptibility(ALPHA, "tensor")
    elastic = elastic_susceptibility(ALPHA)[0, 0]
    pole = 0.31
    dilation = np.array([1, 0, 0, 1, 0, 1]) / np.sqrt(3)
    stiff = 1 / (dilation @ start @ dilation)
    part = stiff / 3  # of χ_el,xxxx
    projector = np.outer(dilation, dilation) / stiff
    curve = stress_strain(lambda e: start - e / pole * projector, ALPHA, 0.6)
    assert curve.poles == pytest.approx((pole,), abs=1e-13)
    assert curve.residues == pytest.approx((-pole * part,), rel=1e-9)  # the difference
    e = curve.strains
    away = np.abs(e - pole) > 1e-6  # a sample lies on the pole, where σ is infinite
    assert np.isinf(curve.stress[~away]).all()
    log = np.log(np.abs(1 - e[away] / pole))
    expected = (2 * elastic - part) * e[away] - part * pole * log
    np.testing.assert_allclose(curve.stress[away], expected, atol=1e-7)  # residue × ln


def test_stress_without_coupling_is_hookes_law():
    start = inverse_elastic_susceptibility(ALPHA, "tensor")
    curve = stress_strain(lambda e: start, ALPHA, 0.5)
    assert curve.poles == curve.residues == ()
    modulus = 2 * elastic_susceptibility(ALPHA)[0, 0]  # χ_el twice: χ_tot = χ_el + χ
    np.testing.assert_allclose(curve.stress, modulus * curve.strains, rtol=1e-12, atol=1e-14)


def test_stress_is_the_integral_of_the_susceptibility():
    start = inverse_elastic_susceptibility(ALPHA, "tensor")
    curve = stress_strain(lambda e: start + 10 * log_formula_coupling(e, ALPHA, 3), ALPHA, 0.4)
    slope = np.gradient(curve.stress, curve.strains, edge_order=2)
    smooth = np.all([np.abs(curve.strains - p) > 0.05 for p in curve.poles], axis=0)
    # second-order differences on 1200 steps of 3e-4, third derivative of order r/0.05³
    np.testing.assert_allclose(slope[smooth], curve.susceptibility[smooth], rtol=1e-4)
