"""The same sum by other hands: each peer as its users would write it well, if it is installed.

A peer maps positions, (n, 3), to the 15 moments. `c_peers` are compiled on the spot.
"""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rsrg.physics.interaction import QUARTICS

# Before any OpenMP library is loaded: its threads would spin on for milliseconds after their work,
# on the processors of whoever is measured next.
os.environ["OMP_WAIT_POLICY"] = "passive"

Peer = Callable[[np.ndarray], np.ndarray]
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]
BLOCK = 1024  # rows at a time, so that (rows, n) arrays stay in the cache


def numpy_broadcast(positions: np.ndarray) -> np.ndarray:
    """Broadcasting over all pairs, as one first writes it; its rate does not grow with n."""
    d = positions[:, None, :] - positions[None, :, :]
    r = np.linalg.norm(d, axis=2)
    np.fill_diagonal(r, np.inf)
    n = d / r[:, :, None]
    return np.array([np.sum(np.prod(n[:, :, q], axis=2) / r**3) for q in QUARTICS])


def numpy_blocked(positions: np.ndarray) -> np.ndarray:
    """Blocks of rows that stay in the cache, the 15 sums by one matrix product."""
    q = np.zeros(15)
    for start in range(0, len(positions), 64):
        d = positions[start : start + 64, None, :] - positions[None, :, :]
        r2 = np.einsum("ija,ija->ij", d, d)
        r2[r2 == 0.0] = np.inf
        w = r2**-3.5
        x, y, z = d[..., 0], d[..., 1], d[..., 2]
        products = np.stack([x * x, x * y, x * z, y * y, y * z, z * z]).reshape(6, -1)
        gram = (products * w.ravel()) @ products.T
        q += _from_gram(gram)
    return q


_PRODUCTS = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]


def _from_gram(gram: np.ndarray) -> np.ndarray:
    """The 15 quartics from Σ w (d_a d_b)(d_c d_d), (6, 6)."""
    return np.array([gram[_PRODUCTS.index(q[:2]), _PRODUCTS.index(q[2:])] for q in QUARTICS])


def torch_sum(threads: int) -> Peer:
    """PyTorch, compiled, rows in blocks; sums by row, which it fuses into one loop."""
    import torch

    torch.set_num_threads(threads)

    @torch.compile(dynamic=False)
    def block(rows: torch.Tensor, all_: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x, y, z = (rows[:, None, a] - all_[None, :, a] for a in range(3))
        r2 = x * x + y * y + z * z
        w = torch.where(r2 > 0.0, torch.sqrt(r2) / (r2 * r2 * r2 * r2), 0.0)
        d = (x, y, z)
        return tuple((w * d[a] * d[b] * d[c] * d[e]).sum(1) for a, b, c, e in QUARTICS)

    def call(positions: np.ndarray) -> np.ndarray:
        p = torch.from_numpy(positions)
        parts = [[q.sum() for q in block(rows, p)] for rows in p.split(BLOCK)]
        return np.array(parts, dtype=float).sum(axis=0)

    return call


def jax_sum(threads: int) -> Peer:
    """JAX, jitted, rows in blocks (its CPU threads cannot be set: it takes all)."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def block(rows: jax.Array, all_: jax.Array) -> jax.Array:
        x, y, z = (rows[:, None, a] - all_[None, :, a] for a in range(3))
        r2 = x * x + y * y + z * z
        w = jnp.where(r2 > 0.0, jnp.sqrt(r2) / (r2 * r2 * r2 * r2), 0.0)
        d = (x, y, z)
        return jnp.stack([(w * d[a] * d[b] * d[c] * d[e]).sum() for a, b, c, e in QUARTICS])

    @jax.jit
    def whole(p: jax.Array) -> jax.Array:
        return jax.lax.map(lambda rows: block(rows, p), p.reshape(-1, BLOCK, 3)).sum(axis=0)

    return lambda positions: np.asarray(whole(jnp.asarray(positions)))


def keops_sum(threads: int) -> Peer:
    """KeOps lazy tensors on the CPU."""
    from pykeops.numpy import LazyTensor

    def call(positions: np.ndarray) -> np.ndarray:
        d = LazyTensor(positions[:, None, :]) - LazyTensor(positions[None, :, :])
        r2 = (d**2).sum(-1)
        w = (r2 + (-r2).step()).power(-4) * r2.sqrt()  # where r = 0: a power of 1 times 0
        x, y, z = (d.elem(a) for a in range(3))
        e = (x, y, z)
        terms = [w * e[a] * e[b] * e[c] * e[f] for a, b, c, f in QUARTICS]
        joined = terms[0]
        for term in terms[1:]:
            joined = joined.concat(term)
        return np.asarray(joined.sum(axis=1)).sum(axis=0)

    return call


def c_library(folder: Path) -> ctypes.CDLL:
    """The C peers, compiled."""
    library = folder / "peers.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(["cc", *FLAGS, "-o", library, source, "-lm"], check=True)
    return ctypes.CDLL(os.fspath(library))


def c_peers(library: ctypes.CDLL, threads: int) -> dict[str, Peer]:
    """Plain C, and AVX-512 intrinsics where this processor has them."""

    def peer(name: str) -> Peer:
        function = getattr(library, name)

        def call(positions: np.ndarray) -> np.ndarray:
            axes = [np.ascontiguousarray(a) for a in positions.T]
            out = np.empty(15)
            pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in (*axes, out)]
            function(ctypes.c_long(len(positions)), *pointers, ctypes.c_int(threads))
            return out

        return call

    names = {"C, omp simd": "direct_simd", "C, AVX-512": "direct_avx512"}
    return {label: peer(name) for label, name in names.items() if hasattr(library, name)}


def python_peers(threads: int) -> dict[str, Peer]:
    """Those that are installed."""
    peers: dict[str, Peer] = {"numpy, blocked": numpy_blocked}
    for label, make in (("PyTorch", torch_sum), ("JAX", jax_sum), ("KeOps", keops_sum)):
        try:
            peers[label] = make(threads)
        except ImportError:
            print(f"{label} is not installed: left out")
    return peers


def fma_peak(library: ctypes.CDLL, threads: int) -> float | None:
    """10⁹ flops a second of multiply-adds in registers; None without AVX-512."""
    if not hasattr(library, "fma_peak"):
        return None
    library.fma_peak.restype = ctypes.c_double
    best = 0.0
    for _ in range(5):
        started = time.perf_counter()
        flops = library.fma_peak(ctypes.c_long(5_000_000), ctypes.c_int(threads))
        best = max(best, flops / (time.perf_counter() - started) / 1e9)
    return best


def fmm3d_sum(eps: float) -> Peer:
    """FMM3D's Laplace sums: Q but for its isotropic part, which they cannot give.

    With d = x − y, Σ d_a ∂_b ∂_c ∂_d (1/r) = −15 Q_abcd + 3 (δ_bc B_ad + δ_bd B_ac + δ_cd B_ab),
    and B_ab = Σ d_a d_b / r⁵ is ⅓ Σ ∂_a ∂_b (1/r) but for its trace. Hessians of one charge and of
    twelve dipoles, along d with weights 1 and y_a, at once.
    """
    import fmm3dpy  # found when the peer is made

    def call(positions: np.ndarray) -> np.ndarray:
        n = len(positions)
        y = np.ascontiguousarray((positions - positions.mean(axis=0)).T)
        charges, dipoles = np.zeros((13, n)), np.zeros((13, 3, n))
        charges[12] = 1.0
        for d in range(3):
            dipoles[4 * d, d] = 1.0
            for a in range(3):
                dipoles[4 * d + 1 + a, d] = y[a]
        out = fmm3dpy.lfmm3d(eps=eps, sources=y, charges=charges, dipvec=dipoles, pg=3, nd=13)
        xx, yy, zz, xy, xz, yz = np.moveaxis(out.hess, 1, 0)
        hess = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        b = hess[:, :, 12].sum(axis=-1) / 3.0
        weighted = np.einsum("as,bcds->abcd", y, hess[:, :, [0, 4, 8]])
        own = hess[:, :, [[1, 5, 9], [2, 6, 10], [3, 7, 11]]].sum(axis=-1)
        third = own.transpose(2, 0, 1, 3) - weighted  # a dipole's potential is −v·∇(1/r)
        one = np.eye(3)
        traces = sum(np.einsum(k, one, b) for k in ("bc,ad->abcd", "bd,ac->abcd", "cd,ab->abcd"))
        q = 4.0 * np.pi * (3.0 * traces - third) / 15.0  # its kernel is 1/(4πr)
        return np.array([q[k] for k in QUARTICS])

    return call
