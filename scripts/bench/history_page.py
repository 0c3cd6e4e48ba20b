"""The page on the history of speed, from what asv measured.

    pip install asv virtualenv
    asv run --config scripts/bench/asv.conf.json --machine two-cores COMMITS
    python scripts/bench/history_page.py

COMMITS: a range as git has it, `HEAD^!` for the last one. Measure on an idle machine: the figures
are ratios, but a neighbour takes caches, too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import Results, iter_results_for_machine
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

BENCH = Path(__file__).parent
DOCS = BENCH.parents[1] / "docs"
MACHINE = "two-cores"
SLOWER = 1.1  # than the commit before: worth a look
QUOTE = "'"
SHOWN = 8  # commits in the table; the picture has all


@dataclass(frozen=True)
class Row:
    """One benchmark at one set of parameters: its name, its yardstick, its ratios by commit."""

    name: str
    unit: str
    ratios: list[float]


def commits() -> list[Results]:
    """What was measured of each commit, oldest first."""
    found = iter_results_for_machine(str(BENCH / "speeds"), MACHINE)
    return sorted(found, key=lambda result: result.date)


def rows(measured: list[Results]) -> list[Row]:
    """All benchmarks at all their parameters."""
    config = Config.load(str(BENCH / "asv.conf.json"))
    config.results_dir = str(BENCH / "speeds")
    found = []
    for name, benchmark in sorted(Benchmarks.load(config).items()):
        combinations = list(product(*benchmark["params"]))
        values = [_values(r, name, benchmark["params"], len(combinations)) for r in measured]
        for k, chosen in enumerate(combinations):
            label = _label(name, benchmark["param_names"], chosen)
            found.append(Row(label, benchmark["unit"], [v[k] for v in values]))
    return found


def _label(name: str, parameters: list[str], chosen: tuple[str, ...]) -> str:
    """As `run, N0 = 2`. asv writes texts as Python does."""
    texts = [f"{p} = {v.strip(QUOTE)}" for p, v in zip(parameters, chosen, strict=True)]
    return ", ".join([name.rsplit("track_", 1)[-1].replace("_", " "), *texts])


def _values(result: Results, name: str, params: list[list[str]], number: int) -> list[float]:
    """The ratios of a commit, NaN where it could not be measured."""
    if name not in result.get_all_result_keys():
        return [np.nan] * number
    return [np.nan if v is None else v for v in result.get_result_value(name, params)]


def table(measured: list[Results], found: list[Row]) -> str:
    """The last commits; bold where more than SLOWER times what the commit before took."""
    days = [datetime.fromtimestamp(r.date / 1000, UTC).strftime("%d %b") for r in measured]
    heads = [f"{day}<br>`{r.commit_hash[:7]}`" for day, r in zip(days, measured, strict=True)]
    lines = [["", "in times of", *heads[-SHOWN:]]]
    lines.append(["---"] * len(lines[0]))
    for row in found:
        cells = [_cell(row.ratios, k) for k in range(len(row.ratios))]
        lines.append([row.name, row.unit, *cells[-SHOWN:]])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(ratios: list[float], k: int) -> str:
    if np.isnan(ratios[k]):
        return ""
    text = f"{ratios[k]:.3g}"
    return f"**{text}**" if k and ratios[k] > SLOWER * ratios[k - 1] else text


def picture(found: list[Row], path: Path) -> None:
    """Each benchmark over its first figure, commit by commit."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(row.name.split(",")[0], []).append(row)
    figure = Figure((10.0, 5.0), layout="constrained")
    axes = figure.subplots(2, -(-len(groups) // 2), sharex=True, sharey=True)
    for axis in axes.flat[len(groups) :]:
        axis.set_axis_off()
    for axis, (name, members) in zip(axes.flat, groups.items(), strict=False):
        _panel(axis, name, members)
    figure.supxlabel("commits measured, oldest first")
    figure.supylabel("time over that of the first")
    figure.savefig(path, dpi=150)


def _panel(axis: Axes, name: str, members: list[Row]) -> None:
    for row in members:
        first = next((r for r in row.ratios if not np.isnan(r)), np.nan)
        label = row.name.partition(" = ")[2]
        axis.plot(np.array(row.ratios) / first, "o-", markersize=3, label=label)
    axis.set_title(name)
    axis.axhline(1.0, color="0.7", linewidth=0.8, zorder=0)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(members) > 1:
        axis.legend(fontsize=7, frameon=False)


def page(measured: list[Results], found: list[Row]) -> str:
    """The whole page."""
    return f"""# History of speed

Times of rsrg over those of a yardstick that takes turns with it: a slower day of the machine
changes both, so the figures of different days can be compared. Bold: more than 10% slower than
the commit before. `asv` measures, `python scripts/bench/history_page.py` writes this page.

![each benchmark, commit by commit](../pictures/speed_history.png)

{table(measured, found)}

*C* is C's direct sum of as many pairs, one thread (`scripts/bench/peers.c`): 1 is its rate. *run*
and *pool* are whole runs of equal and of unequal blocks, from the config to the run file, one
thread, readings fixed/ellipsoid and affine/sphere at eight strains; *lattice* is by rows, *ewald*
at 10⁵ random points and 1e-7. *exact mean* is over C's sum of one body of 512 blocks. *results* is
a run of exact means for twelve glasses and 41 strains, over numpy's eigenvalues of 20,000 matrices.
Commands are over a process that imports numpy.

## Is my change slower?

<!-- elsewhere: makes environments and measures for minutes -->
```bash
pip install asv virtualenv
asv continuous --config scripts/bench/asv.conf.json --factor 1.1 main HEAD
```

compares two commits, each installed in an environment of its own, and lists what became more than
10% slower or faster. Measure again what it lists, with `-b NAME`: beside other work on the machine
single figures move by some percent.

<!-- elsewhere: makes environments and measures for minutes -->
```bash
asv run --config scripts/bench/asv.conf.json --machine {MACHINE} HEAD^!
```

adds the last commit to this history. How rsrg stands beside its peers, in the newest versions that
could be installed, is on the page [Performance](performance.md).
"""


def main() -> None:
    """Write the page and its picture."""
    measured = commits()
    found = rows(measured)
    picture(found, DOCS / "pictures" / "speed_history.png")
    (DOCS / "evidence" / "history.md").write_text(page(measured, found), encoding="utf-8")


if __name__ == "__main__":
    main()
