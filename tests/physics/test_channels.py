"""Eigenchannels: their names, their vectors, degenerate spaces, continuity."""

from typing import get_args

import numpy as np
import pytest

from rsrg.physics.channels import (
    eigenchannels,
    follow_channels,
    strain_channels,
)
from rsrg.physics.continuum import continuum_coupling
from rsrg.physics.elastic import elastic_susceptibility, inverse_elastic_susceptibility
from rsrg.physics.pairs import CONTRACTIONS, pair_weights, unweighted, weighted
from rsrg.physics.strain import Component, strain_direction
from rsrg.physics.strain_text import strain_components, strain_text

XX = strain_channels(strain_direction("xx"))
COMPLIANCE = inverse_elastic_susceptibility(0.7, "tensor")


def as_strain(vector):
    """A Mandel vector as the symmetric 3×3 strain it stands for."""
    xx, xy, xz, yy, yz, zz = vector / pair_weights("tensor")
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def random_symmetric(count, seed=0):
    a = np.random.default_rng(seed).normal(size=(count, 6, 6))
    return a + a.swapaxes(-1, -2)


def test_names_for_e_xx():
    assert XX.names == ("xx+yy+zz", "2xx-yy-zz", "yy-zz", "xy", "xz", "yz")
    strains = [as_strain(v) for v in XX.vectors]
    np.testing.assert_allclose(strains[0], np.eye(3) / np.sqrt(3), atol=1e-15)
    np.testing.assert_allclose(strains[1], np.diag([2, -1, -1]) / np.sqrt(6), atol=1e-15)
    np.testing.assert_allclose(strains[2], np.diag([0, 1, -1]) / np.sqrt(2), atol=1e-15)
    for strain, (i, j) in zip(strains[3:], ((0, 1), (0, 2), (1, 2)), strict=True):
        expected = np.zeros((3, 3))
        expected[i, j] = expected[j, i] = np.sqrt(0.5)
        np.testing.assert_allclose(strain, expected, atol=1e-15)


@pytest.mark.parametrize("letter", "xyz")
def test_lab_axes_give_lab_names_with_the_odd_axis_doubled(letter):
    for sign in (1.0, -1.0):
        names = strain_channels(sign * strain_direction(letter * 2)).names
        others = sorted(set("xyz") - {letter})
        assert f"2{letter * 2}-{others[0] * 2}-{others[1] * 2}" in names
        assert f"{others[0] * 2}-{others[1] * 2}" in names
        assert {"xy", "xz", "yz"} <= set(names)


@pytest.mark.parametrize("component", get_args(Component))
def test_names_are_six_and_vectors_orthonormal(component, rotations):
    for q in (np.eye(3), *rotations[:3]):
        channels = strain_channels(q @ strain_direction(component) @ q.T)
        assert len(set(channels.names)) == 6
        np.testing.assert_allclose(
            channels.vectors @ channels.vectors.T, np.eye(6), atol=1e-14
        )  # orthonormal axes to rounding


def test_channels_of_a_pure_shear_do_not_depend_on_rounding(rotations):
    """Principal stretches −1, 0, 1: no axis is odd by size, so the choice must be made by rule."""
    middle = []
    for q in (np.eye(3), *rotations):
        direction = q @ strain_direction("xy") @ q.T
        axial = as_strain(strain_channels(direction).vectors[1])
        odd = np.linalg.eigh(axial)[1][:, 2]
        middle.append(round(float(odd @ direction @ odd), 6))
    assert len(set(middle)) == 1


@pytest.mark.parametrize("contraction", CONTRACTIONS)
def test_eigenvalues_are_those_of_the_weighted_matrix(contraction):
    x = random_symmetric(50)
    values, vectors = eigenchannels(x, contraction, XX)
    matrix = weighted(x, contraction)
    # SPLIT = 1e-10 turns an eigenvector by 1e-10/gap; the Rayleigh quotient squares that
    np.testing.assert_allclose(np.sort(values), np.linalg.eigvalsh(matrix), atol=1e-12)
    residual = matrix @ vectors.swapaxes(-1, -2) - vectors.swapaxes(-1, -2) * values[:, None, :]
    np.testing.assert_allclose(residual, 0.0, atol=1e-7)  # 1e-10 × scale 10 × gaps down to 0.01
    identity = np.broadcast_to(np.eye(6), (50, 6, 6))
    np.testing.assert_allclose(vectors @ vectors.swapaxes(-1, -2), identity, atol=1e-13)


@pytest.mark.parametrize("component", get_args(Component))
def test_degenerate_spaces_are_split_along_the_reference(component):
    """χ_el: five equal eigenvalues. Each vector must be the reference itself, always the same."""
    channels = strain_channels(strain_direction(component))
    values, vectors = eigenchannels(elastic_susceptibility(0.7), "tensor", channels)
    np.testing.assert_allclose(values, [6, 2, 2, 2, 2, 2], rtol=1e-13)
    overlap = np.abs(np.einsum("ci,ci->c", vectors, channels.vectors))
    # eigh mixes the split levels by rounding/SPLIT = 1e-16/1e-10
    np.testing.assert_allclose(overlap, 1.0, atol=1e-5)
    again = eigenchannels(elastic_susceptibility(0.7), "tensor", channels)
    np.testing.assert_array_equal(again[1], vectors)


def test_rounding_does_not_choose_the_names():
    """The degenerate pair yy−zz, yz of an axial strain, with rounding errors thrown in."""
    x = COMPLIANCE + 12 * continuum_coupling(0.2, 0.7)
    _, vectors = eigenchannels(x, "tensor", XX)
    for noise in random_symmetric(20, seed=4):
        _, noisy = eigenchannels(x + 1e-16 * noise, "tensor", XX)
        overlap = np.abs(np.einsum("ci,ci->c", vectors, noisy))
        np.testing.assert_allclose(overlap, 1.0, atol=1e-5)  # (1e-16/1e-10)², generously


def test_susceptibility_near_the_transition_keeps_its_other_channels():
    """χ with one eigenvalue 1e12: the five small ones are still eigenvalues."""
    small = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    basis = np.linalg.qr(random_symmetric(1, seed=9)[0])[0]
    inverse = basis @ np.diag([1e-12, *(1 / small)]) @ basis.T
    chi = unweighted((basis * np.array([1e12, *small])) @ basis.T, "tensor")
    from_inverse, _ = eigenchannels(unweighted(inverse, "tensor"), "tensor", XX)
    np.testing.assert_allclose(np.sort(from_inverse)[1:], np.sort(1 / small), rtol=1e-9)
    from_chi, _ = eigenchannels(chi, "tensor", XX)
    # entries of size 1e12 hold numbers of order 1 to 1e-4
    np.testing.assert_allclose(np.sort(from_chi)[:5], small, atol=1e-2)


def test_followed_names_survive_a_slow_turn_of_the_eigenvectors():
    """An eigenvector that turns from 2xx−yy−zz to xx+yy+zz keeps the name it started with."""
    strains = np.linspace(0.0, 1.0, 41)
    dilation, axial = XX.vectors[:2]
    path = []
    for e in strains:
        c, s = np.cos(np.pi / 2 * e), np.sin(np.pi / 2 * e)
        u, v = c * dilation + s * axial, c * axial - s * dilation
        path.append(unweighted(np.eye(6) * 5 + np.outer(u, u) + 2 * np.outer(v, v), "tensor"))
    values, vectors = follow_channels(np.array(path), strains, path[0], "tensor", XX)
    np.testing.assert_allclose(values[:, 0], 6.0, rtol=1e-12)
    np.testing.assert_allclose(values[:, 1], 7.0, rtol=1e-12)
    np.testing.assert_allclose(abs(vectors[-1, 0] @ axial), 1.0, atol=1e-8)
    unfollowed, _ = eigenchannels(path[-1], "tensor", XX)
    np.testing.assert_allclose(unfollowed[:2], [7.0, 6.0], rtol=1e-12)


def test_followed_names_do_not_depend_on_the_grid():
    """Two strains alone name the channels as forty do: the matrices between are filled in."""
    fine = np.linspace(0.05, 2.0, 40)
    path = np.array([COMPLIANCE + 12 * continuum_coupling(e, 0.5) for e in fine])
    many, _ = follow_channels(path, fine, COMPLIANCE, "tensor", XX)
    few, _ = follow_channels(path[[0, -1]], fine[[0, -1]], COMPLIANCE, "tensor", XX)
    np.testing.assert_allclose(few[-1], many[-1], atol=1e-9)  # SPLIT times entries of size 1


def test_followed_from_the_smallest_strain_in_both_directions():
    strains = np.linspace(-0.4, 0.6, 21)
    path = np.array([COMPLIANCE + 12 * continuum_coupling(e, 0.7) for e in strains])
    values, vectors = follow_channels(path, strains, COMPLIANCE, "tensor", XX)
    assert values.shape == (21, 6)
    assert vectors.shape == (21, 6, 6)
    np.testing.assert_allclose(
        np.sort(values), np.linalg.eigvalsh(weighted(path, "tensor")), atol=1e-9
    )  # SPLIT times entries of size 1, at worst
    np.testing.assert_allclose(values[:, 2], values[:, 5], atol=1e-9)  # yy−zz and yz, degenerate
    np.testing.assert_allclose(values[:, 3], values[:, 4], atol=1e-9)  # xy and xz
    steps = np.abs(np.einsum("nci,nci->nc", vectors[1:], vectors[:-1]))
    assert steps.min() > 0.9  # neighbours stay neighbours


S = np.sqrt(0.5)


@pytest.mark.parametrize(
    ("mandel", "text"),
    [
        ([1, 0, 0, 1, 0, 1], "xx+yy+zz"),
        ([-1, 0, 0, -1, 0, -1], "xx+yy+zz"),
        ([0.68, 0, 0, 1, 0, 1], "0.68xx+yy+zz"),
        ([0, 1, 0, 0, 0, 0], "xy"),
        ([0, 0, 0, 0, -1, 0], "yz"),
        ([0, 0, 0, S, 0, -S], "yy-zz"),
        ([0, 0, 0, -S, 0, S], "yy-zz"),
        ([0, 0, 0, S, 0, -np.nextafter(S, 1)], "yy-zz"),  # one rounding error must not turn it
        ([2, 0, 0, -1, 0, -1], "xx-0.50yy-0.50zz"),
        ([2, 0, 0, -1, 0, -np.nextafter(1, 2)], "xx-0.50yy-0.50zz"),
        ([1, np.sqrt(2) / 2, 0, 0, 0, 0], "xx+0.50xy"),
    ],
)
def test_describe_strain(mandel, text):
    assert text_of(np.array(mandel, dtype=float), "tensor") == text


def text_of(vector, contraction):
    return strain_text(strain_components(vector, contraction))


def test_describe_strain_knows_the_contraction():
    assert text_of(np.array([1.0, 1.0, 0, 0, 0, 0]), "six") == "xx+xy"
