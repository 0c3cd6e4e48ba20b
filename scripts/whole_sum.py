"""Tables of docs/theory/steps.md: blocks summed at once beside two steps of the recursion.

python scripts/whole_sum.py            # everything, N0 = 2, 3, 4: about half an hour of one core
python scripts/whole_sum.py --quick    # N0 = 2 and few draws: half a minute
"""

import argparse
from dataclasses import dataclass, replace

import numpy as np

from rsrg.ensemble.whole_sum import Oscillators, Responses, at_once, in_two_steps, stability
from rsrg.paper.setting import EXAMPLE_ALPHA
from rsrg.paper.steps import SMALL, all_means, correlations, cube, cubes, means, share_of_others
from rsrg.physics.arrays import Array
from rsrg.physics.elastic import elastic_susceptibility
from rsrg.physics.interaction import coupling_from_moments
from rsrg.physics.pairs import inverse, weighted
from rsrg.physics.readings import Reading
from rsrg.physics.sign import SIGNS, sign_factor
from rsrg.physics.step_error import step_error

DRAWS = {2: 512, 3: 96, 4: 16}
COUNTED_CHUNKS = {2: 4000, 3: 1500, 4: 400}  # of 16 draws of the sum itself
STABILITY_DRAWS = {2: 64, 3: 16, 4: 4}
PROBES = 12  # random signs, for the share of s = s' in large cubes
STRAIN = 0.2
REST = Reading("fixed", "sphere")
STRAINED = (Reading("fixed", "ellipsoid"), Reading("affine", "sphere"))


@dataclass(frozen=True)
class Pair:
    """The same blocks at once and in two steps."""

    one: Responses
    two: Responses


def pair(n0: int, setting: Oscillators, draws: int) -> Pair:
    """Both ways to sum the same blocks."""
    return Pair(at_once(n0, setting, draws), in_two_steps(n0, setting, draws))


def added_along(m: Array, strained: Responses, rest: Responses) -> Array:
    """What strain adds to χ⁻¹ of each draw, along M and in units of it, (draws,).

    Σ ΔX_ijkl M_ijkl / Σ M_ijkl², ΔX the χ⁻¹ under strain less that of the same draw at rest.
    """
    hat = weighted(m, "tensor")
    change = inverse(strained.chi, "tensor") - inverse(rest.chi, "tensor")
    return np.asarray(np.einsum("nij,ij->n", weighted(change, "tensor"), hat) / np.sum(hat**2))


def sums_along(m: Array, reading: Reading, n0: int) -> Array:
    """The sum over exactly N0³ blocks, less the same at rest, along M and in units of it.

    Means of chunks of draws. (`exact_coupling` is the mean over bodies of fixed volume.)
    """
    setting = Oscillators(EXAMPLE_ALPHA, reading, STRAIN)
    chunks = setting.sampler(n0).chunks(0, range(COUNTED_CHUNKS[n0]))
    moments = setting.block_volume * chunks.moments[:, 0, 0] - chunks.unstrained
    hat = weighted(m, "tensor")
    sums = weighted(coupling_from_moments(moments, EXAMPLE_ALPHA), "tensor")
    return np.asarray(np.einsum("nij,ij->n", sums, hat) / np.sum(hat**2))


def mean_error(values: Array) -> str:
    """Mean and its standard error."""
    return f"{values.mean():.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.2f}"


def mean_spread(values: Array) -> str:
    """Mean and standard deviation over draws."""
    return f"{values.mean():.4f} ± {values.std(ddof=1):.4f}"


def print_means() -> None:
    """M(N0²) beside 2 M(N0)."""
    print("\n| reading | N0 | M_xxxx(N0²) | 2 M_xxxx(N0) | error per step |\n|---|---|---|---|---|")
    for row in all_means():
        a, b = row.one_step[0, 0], row.two_steps[0, 0]
        print(f"| {row.reading} | {row.n0} | {a:.5f} | {b:.5f} | {row.error:.3f} |")


def print_cubes(sizes: list[int]) -> None:
    """Cubes at once and in two steps; errors in brackets where a super block is unstable."""
    print(
        "\n| f | sign | N0 | χ at once: xxxx, xxyy, yzyz | χ in two steps | error per step | "
        "lowest eigenvalue: all, first, second |\n|---|---|---|---|---|---|---|"
    )
    for f in (SMALL, 1.0):
        for sign in SIGNS:
            for n0 in sizes:
                c = cubes(n0, f, sign)
                one, two = (
                    ", ".join(f"{x[i]:.3f}" for i in [(0, 0), (0, 3), (4, 4)])
                    for x in (c.one_step, c.two_steps)
                )
                lowest = ", ".join(f"{x:+.3f}" for x in c.lowest)
                error = f"{c.error:.3f}" if min(c.lowest) > 0.0 else f"({c.error:.3f})"
                print(f"| {f:g} | {sign} | {n0} | {one} | {two} | {error} | {lowest} |", flush=True)


def print_bodies(sizes: list[int], draws: dict[int, int]) -> None:
    """At f = 1/4: mean and spread of χ, and what the strain adds to χ⁻¹ along ±M(N0²)."""
    print(
        "\n| sign | N0 | draws | reading | χ_xxxx at once | in two steps | χ_yzyz at once | "
        "in two steps | added by strain over M(N0²): at once | in two steps | 2 M of N0³ blocks |"
        "\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for sign in SIGNS:
        for n0 in sizes:
            setting = Oscillators(EXAMPLE_ALPHA, REST, 0.0, SMALL, sign)
            rest = pair(n0, setting, draws[n0])
            print_body(sign, n0, "at rest", rest, ["", "", ""])
            for reading in STRAINED:
                under = pair(n0, replace(setting, reading=reading, deformation=STRAIN), draws[n0])
                exact = means(reading, n0)
                m = sign_factor(sign) * exact.one_step
                sizes_along = [
                    mean_error(added_along(m, x, y))
                    for x, y in ((under.one, rest.one), (under.two, rest.two))
                ]
                twice = mean_error(2.0 * sums_along(exact.one_step, reading, n0))
                print_body(sign, n0, str(reading), under, [*sizes_along, twice])


def print_body(sign: str, n0: int, name: str, p: Pair, added: list[str]) -> None:
    """One row: mean and spread of χ over draws, and what strain adds."""
    cells = [mean_spread(x.chi[:, i, i]) for i in (0, 4) for x in (p.one, p.two)]
    row = [sign, str(n0), str(len(p.one.chi)), name, *cells, *added]
    print("| " + " | ".join(row) + " |", flush=True)


def print_stability(sizes: list[int], draws: dict[int, int]) -> None:
    """At f = 1: the share of unstable super blocks, and the mean lowest eigenvalue."""
    print(
        "\n| sign | reading | N0 | draws | lowest at once | first step | second step | "
        "unstable: at once | first | second |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for sign in SIGNS:
        for reading in (REST, *STRAINED):
            strain = 0.0 if reading == REST else STRAIN
            for n0 in sizes:
                setting = Oscillators(EXAMPLE_ALPHA, reading, strain, 1.0, sign)
                two = in_two_steps(n0, setting, draws[n0])
                values = [stability(n0, setting, draws[n0]), two.first_lowest.ravel(), two.lowest]
                name = "at rest" if reading == REST else str(reading)
                row = [sign, name, str(n0), str(draws[n0])]
                row += [f"{x.mean():+.3f} ± {x.std(ddof=1):.3f}" for x in values]
                row += [f"{(x < 0).mean():.0%}" for x in values]
                print("| " + " | ".join(row) + " |", flush=True)


def print_correlations() -> None:
    """⟨T_s T_s'⟩ for s ≠ s'."""
    print("\n| n | f | sign | share of s ≠ s' in χ |\n|---|---|---|---|")
    for n, f in ((2, 1.0), (3, 1.0), (3, SMALL), (4, SMALL), (6, SMALL)):
        for sign in SIGNS:
            print(f"| {n} | {f:g} | {sign} | {share_of_others(n, f, sign):.3f} |", flush=True)
    for n in (9, 16):  # too many blocks to solve for each
        for sign in SIGNS:
            blocks = cube(n, SMALL * elastic_susceptibility(EXAMPLE_ALPHA), sign)
            own, error = blocks.own_response(PROBES)
            response = blocks.response()
            share, noise = step_error(own, response), step_error(response + error, response)
            print(f"| {n} | {SMALL:g} | {sign} | {share:.3f} ± {noise:.3f} |", flush=True)
    print("\n| n | f | sign | size at distance 1, √2, √3, 2, 3, 4 |\n|---|---|---|---|")
    for n, f in ((3, 1.0), (9, SMALL), (16, SMALL)):
        for sign in SIGNS:
            c = correlations(n, f, sign)
            wanted = [x for x in (1.0, 2**0.5, 3**0.5, 2.0, 3.0, 4.0) if x <= c.distances[-1]]
            sizes = [c.sizes[np.argmin(np.abs(c.distances - x))] for x in wanted]
            print(f"| {n} | {f:g} | {sign} | " + ", ".join(f"{x:.4f}" for x in sizes) + " |")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="N0 = 2 and few draws")
    quick = parser.parse_args().quick
    sizes = [2] if quick else [2, 3, 4]
    few = {2: 8}
    print_means()
    print_cubes(sizes)
    print_correlations()
    print_bodies(sizes, few if quick else DRAWS)
    print_stability(sizes, few if quick else STABILITY_DRAWS)


if __name__ == "__main__":
    main()
