"""The pictures of docs/evidence/performance.md."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from tables import Direct, Lattices, Split

mpl.use("Agg")
from matplotlib import pyplot as plt


def scaling(pairs: Direct, lattice: Lattices, split: Split, path: Path) -> None:
    """Time against the number of blocks, by engine."""
    figure, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
    threads = max(pairs.rates)
    n = np.geomspace(300, 5e6, 50)
    rate = pairs.rates[threads]["rsrg"] * 1e9
    ax.loglog(n, n**2 / 2 / rate, color="0.3", label=f"direct, {threads} threads, n²/2 pairs")
    blocks = [row["blocks"] for row in lattice.values()]
    for way, marker, text in (
        ("rows", "o", "lattice without holes (rows), 1 thread"),
        ("transform", "s", "lattice with holes (FFT), 1 thread"),
    ):
        ax.loglog(blocks, [row[way] for row in lattice.values()], marker=marker, label=text)
    times = [row["ewald"] for row in split.values()]
    ax.loglog(list(split), times, marker="^", label=f"Ewald at 1e-7, {threads} threads")
    start = next(iter(split))
    ax.loglog(n, split[start]["ewald"] * n * np.log(n) / (start * np.log(start)), "k:", lw=0.8)
    ax.text(n[-1], ax.get_ylim()[0] * 2, "dotted: n log n", ha="right", fontsize=8)
    ax.set(xlabel="blocks", ylabel="time of one sum (s)", ylim=(1e-5, 1e4))
    ax.legend(fontsize=8)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def rates(pairs: Direct, path: Path) -> None:
    """The direct sum beside its peers, by threads."""
    figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    names = list(pairs.rates[max(pairs.rates)])
    for k, (threads, rates_) in enumerate(sorted(pairs.rates.items())):
        y = np.arange(len(names)) + 0.4 * k
        ax.barh(y, [rates_[m] for m in names], height=0.38, label=f"{threads} threads")
        for at, name in zip(y, names, strict=True):
            ax.text(rates_[name], at, f" {rates_[name]:.3g}", va="center", fontsize=8)
    ax.set_yticks(np.arange(len(names)) + 0.2, names)
    ax.set(xscale="log", xlabel="10⁹ unordered pairs a second")
    ax.invert_yaxis()
    ax.legend(fontsize=8)
    figure.savefig(path, dpi=150)
    plt.close(figure)
