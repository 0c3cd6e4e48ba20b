"""The picture of the two signs: where χ⁻¹ loses its positive eigenvalues, reading by reading."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from rsrg.paper.page.style import RC, panel_letter, save
from rsrg.paper.setting import COUPLED, EXAMPLE_ALPHA
from rsrg.paper.signs import N0, STEPS, lowest_eigenvalues
from rsrg.physics.coupling_source import Continuum, LatticeMean
from rsrg.physics.sign import Sign
from rsrg.report.style import BLUE, ORANGE

STRAINS = np.linspace(-0.6, 2.0, 105)
STYLES: dict[Sign, tuple[str, str]] = {
    "paper": (BLUE, "the paper's sign, $\\chi^{-1} + nM$"),
    "hamiltonian": (ORANGE, "the Hamiltonian's, $\\chi^{-1} - nM$"),
}


def sign_figure(folder: Path) -> list[Path]:
    """Lowest eigenvalue of χ⁻¹ after all steps, both signs, both coupled readings."""
    with rc_context(RC):
        figure = Figure(figsize=(9.6, 4.2), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for ax, reading, letter in zip(axes, COUPLED, "ab", strict=True):
            for sign, (colour, label) in STYLES.items():
                exact = lowest_eigenvalues(LatticeMean(reading, N0), STRAINS, sign)
                limit = lowest_eigenvalues(Continuum(reading), STRAINS, sign)
                ax.plot(STRAINS, exact, color=colour, linewidth=1.8, label=label)
                ax.plot(STRAINS, limit, color=colour, linewidth=1.1, linestyle="--")
            ax.axhline(0.0, color="black", linewidth=0.8)
            ax.axvline(0.0, color="black", linewidth=0.4)
            ax.set(ylim=(-0.5, 0.4), xlabel=r"strain $e = e_{xx}$", title=str(reading))
            panel_letter(ax, letter)
        axes[0].set_ylabel(r"lowest eigenvalue of $\chi^{-1}$   ($1/\rho c_t^2$)")
        axes[0].plot([], [], "--", color="black", linewidth=1.1, label="continuum")
        axes[0].legend(loc="upper right", fontsize=8)
        figure.suptitle(
            f"The glass fails where a curve falls below zero: α = {EXAMPLE_ALPHA}, $N_0$ = {N0}, "
            f"{STEPS} steps"
        )
    return save(figure, folder, "figure_sign")
