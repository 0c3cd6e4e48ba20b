"""The text of docs/evidence/performance.md, from what was measured."""

from dataclasses import dataclass

FLOPS = 46  # of one pair: 15 quartic moments; a root and a division are not counted
Lattices = dict[int, dict[str, float]]
Split = dict[int, dict[str, float]]


@dataclass(frozen=True)
class Direct:
    """Rates of the direct sum and its peers at n points, 10⁹ pairs a second, by threads.

    peaks: 10⁹ flops a second of multiply-adds by threads, None where not measured.
    """

    n: int
    rates: dict[int, dict[str, float]]
    peaks: dict[int, float | None]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _direct(pairs: Direct) -> str:
    rows = []
    for threads, rates in pairs.rates.items():
        peak = pairs.peaks[threads]
        for name, rate in sorted(rates.items(), key=lambda item: -item[1]):
            share = "" if peak is None else f"{rate * FLOPS / peak:.0%}"
            rows.append([str(threads), name, f"{rate:.3g}", f"{rates['rsrg'] / rate:.3g}", share])
    return _table(["threads", "", "10⁹ pairs/s", "rsrg is × as fast", "of FMA peak"], rows)


def _batched(batch: dict[int, dict[str, float]], best_c: float) -> str:
    rows = []
    for n0, by in batch.items():
        pairs = n0**3 * (n0**3 - 1) / 2
        rate = pairs / by["auto"] / 1e9
        times = [f"{by[way] * 1e6:.3g}" for way in ("pairs", "rows", "auto")]
        control = f"{by['both'] / by['auto']:.2f}"
        rows.append([str(n0), *times, f"{rate:.3g}", f"{rate / best_c:.2f}", control])
    head = [
        "N0",
        "pairs, µs",
        "rows, µs",
        "auto, µs",
        "auto, 10⁹ pairs/s",
        "of the best C, sums alone",
        "time with the control",
    ]
    return _table(head, rows)


def _lattices(lattice: Lattices, rate: float) -> str:
    rows = []
    for n0, by in lattice.items():
        direct = by.get("direct", by["blocks"] ** 2 / 2 / rate / 1e9)
        shown = f"{direct:.3g}" if "direct" in by else f"({direct:.3g})"
        error = f"{by['error']:.0e}" if "error" in by else ""
        times = [f"{by[way]:.2g}" for way in ("find", "rows", "transform")]
        rows.append(
            [str(n0), f"{by['blocks']:,.0f}", *times, shown, f"{direct / by['rows']:,.0f}", error]
        )
    head = ["N0", "blocks", "find, s", "rows, s", "transform, s", "direct, s", "direct / rows"]
    return _table([*head, "rows − direct"], rows)


def _split(split: Split, rate: float) -> str:
    rows = []
    for n, by in split.items():
        direct = by.get("direct", n**2 / 2 / rate / 1e9)
        shown = f"{direct:.3g}" if "direct" in by else f"({direct:.3g})"
        each = f"{by['ewald'] / n * 1e6:.2f}"
        fmm = f"{by['FMM3D']:.3g}" if "FMM3D" in by else ""
        ratio = f"{direct / by['ewald']:.3g}"
        rows.append([f"{n:,}", f"{by['ewald']:.3g}", each, shown, ratio, fmm])
    head = ["points", "Ewald, s", "µs a point", "direct, s", "direct / Ewald", "FMM3D, s"]
    return _table(head, rows)


def _tolerances(errors: dict[float, dict[str, float]]) -> str:
    rows = [
        [f"{t:.0e}", f"{by['trace']:.0e}", f"{by['rest']:.0e}", f"{by['seconds']:.2f}"]
        for t, by in errors.items()
    ]
    return _table(["tolerance", "error of the trace", "error of l = 2, 4", "s"], rows)


def page(
    machine: str,
    pairs: Direct,
    batch: dict[int, dict[str, float]],
    lattice: Lattices,
    split: Split,
    errors: dict[float, dict[str, float]],
    means: dict[int, float],
    precision: float,
    sections: str,
) -> str:
    """The whole page. sections: more of them, as text."""
    one, most = pairs.rates[1], pairs.rates[max(pairs.rates)]
    best_c = max(rate for name, rate in one.items() if name.startswith("C,"))
    haar = ", ".join(f"{t * 1e3:.0f} ms at N0 = {n0}" for n0, t in means.items())
    return f"""# Performance

Everything here is written by `python scripts/bench/run.py`: contenders take turns, figures are
medians of wall times. A section that names a script of its own may be of a later run of that alone.
Ratios carry over to other machines, absolute times do not.

Measured on {machine}.

![time against the number of blocks](../pictures/performance_scaling.png)

## Which engine when

An engine is a way to do the sum over pairs. `pair_moments(positions)` takes `direct` below 2,000
blocks; above, `lattice` where all blocks are sites of one lattice (strained or not), else `direct`.
With `tolerance=` it takes `ewald` where that is expected to be faster. Runs sum bodies of 125
blocks (N0 = 5) and more by rows of the lattice, smaller ones pair by pair. `-v` says which, and so
does `rsrg.open_run(…).provenance`.

## The direct sum

{pairs.n:,} points, {FLOPS} flops a pair (15 quartic moments), {_peak_words(pairs)}.

{_direct(pairs)}

![rates of the direct sum](../pictures/performance_direct.png)

*C, AVX-512* is written in intrinsics with two iterations in flight, *C, omp simd* is plain C (gcc
-O3 -march=native -ffast-math); both in `scripts/bench/peers.c`. *numpy, broadcasting* is what one
first writes; *numpy, blocked* keeps blocks of rows in the cache and sums by one matrix product.
PyTorch is compiled, JAX jitted. numpy, JAX and KeOps sum 2,048 points: their rates do not grow with
more. All give the same numbers to 1e-10 of Σ 1/r³ before they are timed. Peers that are not in
the table were not installed. Rounding: the largest error against 80-bit long double, at 8,192
points, is {precision:.0e} of Σ 1/r³.

## Many small bodies

One thread; a configuration is drawn, cut out of the lattice (exactly N0³ blocks), placed and
summed: pair by pair eight side by side, one in each lane of a vector, or by rows of the lattice.
Three readings at 16 strains, so that a third of the bodies is cut out once for all
strains, as in a usual run. The last but one column compares with {best_c:.3g}·10⁹ pairs/s, C's
best on one thread for sums alone. With the control, the sum over all blocks within the body's
volume is there too, beside that over exactly N0³ of them: runs draw both
(docs/theory/sampling.md).

{_batched(batch, best_c)}

## Lattice bodies

One thread, a strained and rotated ball. *find* is what `pair_moments` needs to see that points
are a lattice; *rows* the sum where the body has no holes, *transform* where one site in ten is
empty. Direct times in parentheses are extrapolated as n².

{_lattices(lattice, one["rsrg"])}

## Random points: Ewald

Tolerance 1e-7, {max(pairs.rates)} threads, random points in a cube; direct in parentheses is
extrapolated. FMM3D, at the same precision, gives l = 2 and 4 only.

{_split(split, most["rsrg"])}

What is asked for and what is reached, against the direct sum at 10⁵ points, l = 2 and 4 relative
to themselves:

{_tolerances(errors)}

## The exact Haar mean

For three unequal axes: {haar}.

{sections}"""


def _peak_words(pairs: Direct) -> str:
    known = {t: p for t, p in pairs.peaks.items() if p is not None}
    if not known:
        return "no FMA peak measured (no AVX-512)"
    words = ", ".join(f"{p:.0f} Gflop/s on {t} thread(s)" for t, p in known.items())
    return f"FMA peak in the same run {words}"
