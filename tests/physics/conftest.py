"""Slow twins shared by the physics tests, written straight from the printed equations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def _printed_lambda(n, alpha):
    d = np.eye(3)

    def e(subscripts, *operands):
        return np.einsum(f"{subscripts}->ijkl", *operands)

    first = 0.25 * (
        e("ik,jl", d, d) - 3 * e("ik,j,l", d, n, n)
        + e("il,jk", d, d) - 3 * e("il,j,k", d, n, n)
        + e("jl,ik", d, d) - 3 * e("jl,i,k", d, n, n)
        + e("jk,il", d, d) - 3 * e("jk,i,l", d, n, n)
    )  # fmt: skip
    second = 0.5 * alpha * (
        -(e("ij,kl", d, d) + e("ik,jl", d, d) + e("jk,il", d, d))
        + 3 * (e("i,j,kl", n, n, d) + e("i,k,jl", n, n, d) + e("i,l,jk", n, n, d)
               + e("j,k,il", n, n, d) + e("j,l,ik", n, n, d) + e("k,l,ij", n, n, d))
        - 15 * e("i,j,k,l", n, n, n, n)
    )  # fmt: skip
    return first + second


def _six(tensor):
    return np.array([[tensor[ij + kl] for kl in PAIRS] for ij in PAIRS])


def _four(six):
    tensor = np.empty((3, 3, 3, 3))
    for a, (i, j) in enumerate(PAIRS):
        for b, (k, m) in enumerate(PAIRS):
            for p, q in ((i, j), (j, i)):
                for r, s in ((k, m), (m, k)):
                    tensor[p, q, r, s] = six[a, b]
    return tensor


def _rotate(six, q):
    return _six(np.einsum("abcd,ia,jb,kc,ld->ijkl", _four(six), q, q, q, q))


def _sphere(degree):
    """Directions and weights: exact for polynomials up to this degree, ∫ dΩ/4π = Σ w."""
    u, w = np.polynomial.legendre.leggauss(degree // 2 + 1)
    phi = 2 * np.pi * np.arange(degree + 1) / (degree + 1)
    u, phi = (x.ravel() for x in np.meshgrid(u, phi, indexing="ij"))
    s = np.sqrt(1 - u**2)
    n = np.stack((s * np.cos(phi), s * np.sin(phi), u), axis=-1)
    return n, np.repeat(w, degree + 1) / (2 * (degree + 1))


@pytest.fixture
def printed_lambda():
    """Λ̃_ijkl(n), (3, 3, 3, 3), term by term as Eq. 2.13 prints it."""
    return _printed_lambda


@pytest.fixture
def six():
    """Components X_ijkl as a plain 6×6 matrix, one by one."""
    return _six


@pytest.fixture
def four():
    """A plain 6×6 matrix as the tensor X_ijkl, one by one."""
    return _four


@pytest.fixture
def rotate():
    """A plain 6×6 matrix rotated as a rank-4 tensor."""
    return _rotate


@pytest.fixture
def sphere():
    """Gauss product quadrature over directions."""
    return _sphere


@pytest.fixture
def rotations():
    """Ten random rotations."""
    return Rotation.random(10, random_state=7).as_matrix()


@pytest.fixture
def general_strain():
    """A deformation without any symmetry, turned out of the axes: three unequal stretches."""
    return np.array([[1.10, 0.30, 0.05], [-0.10, 0.90, 0.20], [0.15, 0.02, 1.30]])
