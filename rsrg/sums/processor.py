"""The vector instructions that kernels are compiled to, and the rates to expect of them."""

from dataclasses import dataclass

import llvmlite.binding as llvm

from rsrg.sums.compiler import numba

FLOPS_OF_PAIR = 46  # of the 15 quartic moments of a pair, without a root and a division
# The direct sum reaches 0.64 of the peak where a core has two units for fused multiply-add, as the
# best C does (docs/evidence/performance.md): half of that and less where a core has one unit, or is
# shared with another thread.
LEAST_SHARE, LARGEST_SHARE = 0.25, 0.7
TURBO = 1.6  # times the clock that systems tell, which may be the nominal one
CLOCKS = (2.0, 4.0)  # GHz, where the system tells none


@dataclass(frozen=True)
class VectorUnit:
    """The widest vectors that kernels use. lanes: doubles in one. flops: of a core in a cycle."""

    name: str
    lanes: int
    flops: int


KINDS = (
    ("avx512f", VectorUnit("AVX-512", 8, 32)),
    ("fma", VectorUnit("AVX2 with FMA", 4, 16)),
    ("avx", VectorUnit("AVX", 4, 8)),
    ("sse2", VectorUnit("SSE2", 2, 4)),
    ("neon", VectorUnit("NEON", 2, 8)),
)
SCALAR = VectorUnit("no vectors", 1, 2)


def vectors() -> VectorUnit:
    """The widest vectors of the processor that numba compiles for."""
    chosen = numba.config.CPU_FEATURES
    if chosen is None:
        features = {name for name, there in llvm.get_host_cpu_features().items() if there}
    else:
        features = {f[1:] for f in chosen.split(",") if f.startswith("+")}
    return next((kind for feature, kind in KINDS if feature in features), SCALAR)


def expected_rate(kind: VectorUnit, gigahertz: float | None) -> tuple[float, float]:
    """From and to how many pairs one thread sums in a second. gigahertz: None where unknown."""
    low, high = CLOCKS if gigahertz is None else (gigahertz, TURBO * gigahertz)
    peak = 1e9 * kind.flops / FLOPS_OF_PAIR
    return LEAST_SHARE * low * peak, LARGEST_SHARE * high * peak
