"""What each engine of rsrg takes, and how far it is from the exact sum."""

import math
import statistics
import time
from collections.abc import Callable

import numpy as np
import peers
from scipy.spatial.transform import Rotation

from rsrg.ensemble.blocks import CHUNK, Blocks
from rsrg.ensemble.draws import draw_chunks
from rsrg.ensemble.sampling import Sampler
from rsrg.physics.haar_mean import exact_coupling
from rsrg.physics.interaction import QUARTICS, quartic_tensor
from rsrg.physics.lattices import lattice_points
from rsrg.physics.readings import Reading
from rsrg.physics.symmetry import stabilizer_projector
from rsrg.sums.batch import batch_means
from rsrg.sums.engines import pair_moments
from rsrg.sums.lattice import find_lattice, lattice_moments

GENERAL = np.array([[1.2, 0.15, -0.05], [0.02, 0.9, 0.1], [0.07, -0.12, 1.05]])
DIRECT_TO = 110_000  # points; beyond, direct is extrapolated as n²


def median_seconds(function: Callable[[], object], rounds: int) -> float:
    """Median wall time; the first call, which may compile, is not counted."""
    function()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def usual_sampler(n0: int) -> Sampler:
    """Three readings at 16 strains each: the mixture of a usual run."""
    readings = tuple(
        Reading(*r) for r in (("fixed", "ellipsoid"), ("affine", "sphere"), ("affine", "ellipsoid"))
    )
    strains = np.array([np.diag([1.0 + e, 1.0, 1.0]) for e in np.linspace(0.0, 0.6, 16)])
    return Sampler(Blocks(n0, "sc", "haar", "random", "exact"), 1, readings, strains)


def batched(draws: int, rounds: int) -> dict[int, dict[str, float]]:
    """Seconds a configuration by N0 and way, one thread: drawing, selecting, placing, summing."""
    found = {}
    for n0 in (2, 3, 4, 5, 6, 8, 10):
        sampler = usual_sampler(n0)
        chunks = max(1, draws // CHUNK // (1 + n0**6 // 10**5))

        def call(engine: str, sampler: Sampler = sampler, chunks: int = chunks) -> None:
            b = sampler.blocks
            rotations, offsets = draw_chunks(b, 1, 0, range(chunks))
            given = sampler.lattice, rotations, offsets, sampler.bodies, b.n0**3, b.count, CHUNK
            if engine == "both":
                batch_means(*given, controlled=len(sampler.bodies) - 1)
            else:
                batch_means(*given, engine=engine)

        each = chunks * CHUNK * len(sampler.bodies)
        ways = ("pairs", "rows", "auto", "both")
        found[n0] = {w: median_seconds(lambda w=w: call(w), rounds) / each for w in ways}
    return found


def ball(n0: int) -> np.ndarray:
    """A strained, rotated ball of N0³ cubic lattice points, about."""
    rng = np.random.default_rng(0)
    radius = (0.75 * n0**3 / math.pi) ** (1 / 3)
    points = lattice_points("sc", radius + 1.0) + rng.random(3)
    points = points[np.linalg.norm(points, axis=1) < radius]
    return points @ (GENERAL @ Rotation.random(rng=rng).as_matrix()).T


def lattices(n0s: list[int]) -> dict[int, dict[str, float]]:
    """Seconds by N0, one thread: finding the lattice, rows, transform of 9 sites in 10, direct."""
    found = {}
    for n0 in n0s:
        points = ball(n0)
        holes = find_lattice(points[np.random.default_rng(1).random(len(points)) < 0.9])
        lattice = find_lattice(points)
        rounds = 5 if n0 < 200 else 1
        found[n0] = {
            "blocks": float(len(points)),
            "find": median_seconds(lambda p=points: find_lattice(p), rounds),
            "rows": median_seconds(lambda s=lattice: lattice_moments(s), rounds),
            "transform": median_seconds(lambda s=holes: lattice_moments(s), rounds),
        }
        if len(points) < DIRECT_TO:
            by_pairs = median_seconds(lambda p=points: pair_moments(p, engine="direct"), 1)
            found[n0] |= {"direct": by_pairs, "error": _error(points, "lattice", None)[0]}
    return found


def _error(points: np.ndarray, engine: str, tolerance: float | None) -> tuple[float, float]:
    """Errors against the direct sum: of all relative to the trace; of l = 2, 4 to themselves."""
    exact = pair_moments(points, engine="direct")
    error = pair_moments(points, engine=engine, tolerance=tolerance) - exact
    traceless = np.eye(15) - stabilizer_projector(np.eye(3))
    trace = np.einsum("aabb", quartic_tensor(exact))
    parts = [np.linalg.norm(quartic_tensor(q @ traceless)) for q in (error, exact)]
    return float(np.abs(error).max() / trace), float(parts[0] / parts[1])


def cloud(n: int) -> np.ndarray:
    """n random points, one per unit volume."""
    return np.random.default_rng(0).uniform(0.0, n ** (1 / 3), (n, 3))


def ewald(ns: list[int], tolerance: float = 1e-7) -> dict[int, dict[str, float]]:
    """Seconds by number of points at this tolerance, all threads, and of the direct sum."""
    found = {}
    for n in ns:
        points = cloud(n)
        rounds = 3 if n <= 10**6 else 1
        split = median_seconds(lambda p=points: pair_moments(p, "ewald", tolerance), rounds)
        found[n] = {"ewald": split}
        if n < DIRECT_TO:
            found[n]["direct"] = median_seconds(lambda p=points: pair_moments(p, "direct"), 3)
            found[n] |= _fmm3d(points, tolerance)
    return found


def _fmm3d(points: np.ndarray, tolerance: float) -> dict[str, float]:
    """Seconds of FMM3D for l = 2 and 4 of the same sum; nothing where it is not installed."""
    try:
        peer = peers.fmm3d_sum(tolerance)
    except ImportError:
        print("FMM3D is not installed: left out")
        return {}
    traceless = np.eye(15) - stabilizer_projector(np.eye(3))
    exact = pair_moments(points, "direct") @ traceless
    error = np.abs(peer(points) @ traceless - exact).max() / np.abs(exact).max()
    print(f"FMM3D at {len(points)} points: differs by {error:.1e}")
    return {"FMM3D": median_seconds(lambda: peer(points), 1)}


def tolerances(n: int) -> dict[float, dict[str, float]]:
    """Seconds and errors of the split sum by the tolerance asked for."""
    points = cloud(n)
    found = {}
    for tolerance in 10.0 ** -np.arange(4, 12):
        trace, rest = _error(points, "ewald", tolerance)
        taken = median_seconds(lambda t=tolerance: pair_moments(points, "ewald", t), 1)
        found[float(tolerance)] = {"seconds": taken, "trace": trace, "rest": rest}
    return found


def haar_means() -> dict[int, float]:
    """Seconds of the exact Haar mean for a general F, by N0."""
    reading = {"positions": "fixed", "domain": "ellipsoid"}
    return {
        n0: median_seconds(lambda n=n0: exact_coupling(GENERAL, 0.7, n, **reading), 3)
        for n0 in (8, 64)
    }


def rounding(n: int) -> float:
    """Largest error of the direct sum relative to Σ 1/r³, against 80-bit long double."""
    points = cloud(n)
    wide = points.astype(np.longdouble)
    total = np.zeros(15, dtype=np.longdouble)
    for s in range(1, n):
        d = wide[s] - wide[:s]
        w = np.sum(d * d, axis=1) ** np.longdouble(-3.5)
        total += [np.sum(w * d[:, a] * d[:, b] * d[:, c] * d[:, e]) for a, b, c, e in QUARTICS]
    exact = np.asarray(2.0 * total, dtype=np.float64)
    error = np.abs(pair_moments(points, engine="direct") - exact).max()
    return float(error / np.einsum("aabb", quartic_tensor(exact)))
