"""The exact mean of a lattice sum over Haar-random orientation and uniform offset.

With a uniform offset a displacement d of the lattice occurs γ(d) times per draw on average, γ the
covariogram of the body (`count: volume`). For a ball of radius R holding N0³ blocks,
γ = N0³ (1 − 3t/2 + t³/2) with t = |d|/2R < 1; an ellipsoid is a ball in the coordinates F⁻¹x.
Written as an average over the direction n of the displacement after the strain, every reading is

    M = (1/4π) ∫ dΩ/4π Λ̃(n) S(x(|F⁻¹n|)),   S(x) = Σ_{d x < 1} d⁻³ (1 − 3/2 dx + 1/2 (dx)³),

with x = s/2R₀ (fixed/ellipsoid), 1/(2Rs) (affine/sphere), constant for the other two, which
therefore vanish: ∫ Λ̃ dΩ = 0. (For affine positions dΩ of the unstrained direction is
dΩ/(det F s³), which cancels the s³ of |Fd|⁻³.) S needs prefix sums over shells only.
"""

import warnings
from collections.abc import Callable

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.directions import quartic_average
from rsrg.physics.elastic import check_alpha
from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import coupling_from_moments
from rsrg.physics.lattices import lattice_shells
from rsrg.physics.readings import Domain, Positions, Reading
from rsrg.physics.strain import deformation_gradient, principal_stretches
from rsrg.physics.super_block_size import body_radius, check_n0

# The integrand is C¹ at the breaks. Along the polar axis they are resolved exactly; around it, for
# three unequal axes, the midpoint rule converges as a power only, and a last change of 1e-9 meant
# an error of 6e-12 (e_xy = 0.3, N0 = 3).
RTOL = 1e-9
LARGEST_EXACT_N0 = 1000  # of an exact mean, as of configs; its time goes with N0³
LARGEST_REACH = 1e4  # block sizes, of the longest displacement; the time goes with its cube
SLOW_N0 = 400  # beyond, one mean takes more than about 5 s
N0_CUBED_SECONDS = 7e-8  # of a mean, N0 ≥ 100, on one core, roughly


def _pair_profile(distances: Array, counts: Array) -> Callable[[Array], Array]:
    """S(x) of the module's docstring, by prefix sums over the shells."""
    sums = [
        np.concatenate(([0.0], np.cumsum(counts * distances**power))) for power in (-3.0, -2.0, 0.0)
    ]

    def profile(x: Array) -> Array:
        shells = np.searchsorted(distances, 1.0 / x)
        a, b, c = (prefix[shells] for prefix in sums)
        return np.asarray(a - 1.5 * x * b + 0.5 * x**3 * c, dtype=np.float64)

    return profile


def haar_mean_moments(
    deformation: float | Array,
    n0: int,
    reading: Reading,
    lattice: str = "sc",
    rtol: float = RTOL,
) -> Array:
    """Mean of (V/N0³) Σ_{s≠s'} n_a n_b n_c n_d / r³ over orientation and offset, (15,).

    Material-independent; M = Λ̃[moments]/4π. rtol: see `quartic_average`. Raises as
    `exact_coupling`.
    """
    if check_n0(n0) > LARGEST_EXACT_N0:
        raise PhysicsError(
            f"`n0` must be at most {LARGEST_EXACT_N0} for an exact sum: one of more takes minutes, "
            f"and the continuum limit is less than 1/n0 away; got {n0!r}"
        )
    f = deformation_gradient(deformation)
    diameter = 2.0 * body_radius(n0, float(np.linalg.det(f)), reading)
    power = reading.continuum_sign

    def x_of_s(s: Array) -> Array:
        return s**power / diameter

    stretches, _ = principal_stretches(f)
    reach = 1.0 / x_of_s(1.0 / stretches)
    if reach.max() > LARGEST_REACH:
        raise PhysicsError(
            f"`deformation` must keep blocks in reach of {LARGEST_REACH:,.0f} block sizes for an "
            f"exact sum; got {reach.max():.6g}"
        )
    distances, counts = lattice_shells(lattice, float(reach.max()))
    crossed = distances[distances > reach.min()]
    breaks = crossed / diameter if reading.domain == "sphere" else diameter / crossed
    profile = _pair_profile(distances, counts)
    return quartic_average(lambda s: profile(x_of_s(s)), f, breaks, rtol=rtol)


def exact_coupling(
    deformation: float | Array,
    alpha: float,
    n0: int,
    positions: Positions = "affine",
    domain: Domain = "sphere",
    lattice: str = "sc",
) -> Array:
    """Coupling matrix M of one renormalization step: the exact mean of the sum over N0³ blocks.

        M = (V/N0³) (1/4π) Σ_{s≠s'} Λ̃(n)/r³, averaged,

    Eq. 3.7 with the 1/N0³ of Eq. 3.3. The blocks are the points of a lattice inside an ellipsoid
    or a sphere of volume N0³ V, V the volume of one block. The mean is over all orientations and
    offsets of the lattice, because a glass has no axes of its own. Nothing is sampled: the mean is
    one integral over directions (derived at the head of `rsrg.physics.haar_mean`). For N0 → ∞ it
    tends to `continuum_coupling`, with corrections of order 1/N0.

    deformation: the deformation gradient F, (3, 3); a number e means diag(1 + e, 1, 1).
    alpha: α = 1 − c_t²/c_l², between 1/4 and 1.
    n0: N0, an integer from 2 to 1000; N0³ blocks make a super block. More than 400 take from 5 s to
    a minute, of which it warns (RuntimeWarning).
    positions: `fixed` (block centres stay) or `affine` (they move with F).
    domain: the body that the blocks fill, `ellipsoid` or `sphere`.
    lattice: `sc`, `bcc`, `fcc` or `hcp`.

    Returns M in units of 1/ρc_t², (6, 6): plain tensor components M_ijkl, with the pairs ij and kl
    in the order xx, xy, xz, yy, yz, zz.

    Raises PhysicsError for det F ≤ 0, α outside (1/4, 1), an `n0` out of range, or an unknown name;
    ConvergenceError, with the last estimate, for extreme aspect ratios.

    Example:
        27 blocks reach three quarters of the continuum limit, M_xxxx = −0.01986:

        >>> import rsrg
        >>> m = rsrg.exact_coupling(0.2, 0.7, n0=3, positions="fixed", domain="ellipsoid")
        >>> m.shape, round(float(m[0, 0]), 5)
        ((6, 6), -0.01445)
    """
    check_alpha(alpha)  # before the quadrature, which takes long
    if SLOW_N0 < check_n0(n0) <= LARGEST_EXACT_N0:
        warnings.warn(
            f"the exact mean over N0 = {n0} takes about {N0_CUBED_SECONDS * n0**3:.0f} s; "
            "`continuum_coupling` is its limit, less than 1/N0 away",
            RuntimeWarning,
            stacklevel=2,
        )
    moments = haar_mean_moments(deformation, n0, Reading(positions, domain), lattice)
    return coupling_from_moments(moments, alpha)
