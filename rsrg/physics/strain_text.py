"""An eigenvector of χ⁻¹ as the strain that it is, in numbers and as text."""

import numpy as np

from rsrg.physics.arrays import Array
from rsrg.physics.pairs import PAIR_NAMES, Contraction, pair_weights


def strain_components(vector: Array, contraction: Contraction) -> Array:
    """An eigenvector as the strain it is: e_xx, e_xy, …, e_zz, (6,), the largest component 1."""
    strain = vector / pair_weights(contraction)
    strain = strain / strain[np.argmax(np.abs(strain) > 0.999 * np.abs(strain).max())]
    if np.sum(strain) < -0.005:  # a sum of zero, to the digits shown, turns nothing
        strain = -strain
    return strain


def strain_text(components: Array) -> str:
    """`strain_components` as a sum: `0.68xx+yy+zz`, `yy-zz`, `yz`; "" where they are unknown."""
    text = ""
    for coefficient, name in zip(np.nan_to_num(components), PAIR_NAMES, strict=True):
        size = f"{abs(coefficient):.2f}"
        if size != "0.00":
            text += ("-" if coefficient < 0 else "+") + ("" if size == "1.00" else size) + name
    return text.removeprefix("+")
