"""The picture of the literal reading: how wide χ⁻¹ becomes, and which blocks fail."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rsrg.paper.literal import N0, STEPS, STRAINS, LiteralFlow, closure_variances, literal_flow
from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.physics.sign import Sign
from rsrg.report.style import BLUE, ORANGE, length_axis

COLOURS = {"sc": BLUE, "fcc": ORANGE}
MARKERS: dict[Sign, str] = {"paper": "o", "hamiltonian": "s"}
WORDS: dict[Sign, str] = {"paper": "paper's sign", "hamiltonian": "Hamiltonian's sign"}
FIRST_LENGTH = 5.0  # nm


def literal_figure(folder: Path) -> list[Path]:
    """Pools on simple cubic and face-centred cubic places, both signs, and the moment closure."""
    flows = {
        (lattice, sign): literal_flow(lattice, sign) for lattice in COLOURS for sign in MARKERS
    }
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        lengths = FIRST_LENGTH * N0 ** np.arange(STEPS + 1.0)
        for (lattice, sign), flow in flows.items():
            _pool(left, right, lengths, flow, lattice, sign)
        for lattice, colour in COLOURS.items():
            left.plot(lengths[1:], closure_variances(lattice)[1:], color=colour, linewidth=1.2)
        left.plot([], [], color="black", linewidth=1.2, label="moment closure")
        length_axis(left, lengths[1:])
        left.set_xticks(lengths[1:], [f"{length:g}" for length in lengths[1:]])
        left.set(yscale="log", xlabel="length L (nm)")
        left.set_ylabel(r"relative variance of $\chi^{-1}$, e = 0")
        right.set_xlabel(r"strain $e = e_{xx}$")
        right.set_ylabel("share of blocks that have failed at 135 nm")
        left.legend(fontsize=8)
        right.legend(fontsize=8)
        for ax, letter in ((left, "a"), (right, "b")):
            panel_letter(ax, letter)
        figure.suptitle("affine/ellipsoid: no coupling on average, yet unequal blocks fail")
    return save(figure, folder, "figure_literal")


def _pool(
    left: Axes, right: Axes, lengths: np.ndarray, flow: LiteralFlow, lattice: str, sign: Sign
) -> None:
    style: dict[str, Any] = {
        "color": COLOURS[lattice],
        "marker": MARKERS[sign],
        "markersize": 5,
        "markerfacecolor": "white" if sign == "hamiltonian" else COLOURS[lattice],
        "label": f"{lattice}, {WORDS[sign]}",
    }
    value, error = flow.variance[1:].T
    left.errorbar(lengths[1:], value, yerr=error, linestyle="none", **style)
    share, error = flow.failed.T
    right.errorbar(STRAINS, share, yerr=error, linewidth=1.0, **style)
