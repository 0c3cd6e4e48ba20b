"""An eigenvector of χ⁻¹ as the strain that it is, in numbers and as text."""

import re
from collections.abc import Sequence

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


def most_unlike(strains: Sequence[str]) -> list[str]:
    """Of strains as text, the two with the largest angle between them; or the one that all are.

    The angle is that of the tensors, cos θ = |A : B|/(|A| |B|). The one farther from the
    dilation comes first; of two as far, the one that does in `strains`.
    """
    names = list(dict.fromkeys(strains))
    unit = np.array([_unit(name) for name in names])
    cosines = np.abs(unit @ unit.T)
    pair = sorted(int(i) for i in np.unravel_index(np.argmin(cosines), cosines.shape))
    dilation = np.abs(unit @ _unit("xx+yy+zz"))
    ends = sorted(pair, key=lambda i: round(float(dilation[i]), 9))
    return [names[i] for i in dict.fromkeys(ends)]


def _unit(text: str) -> Array:
    """A strain from its text, in Mandel components, of length 1, (6,)."""
    vector = np.zeros(6)
    for sign, size, name in re.findall(r"([+-]?)([\d.]*)([xyz]{2})", text):
        vector[PAIR_NAMES.index(name)] = float(f"{sign}{size or 1}")
    weighted = vector * pair_weights("tensor")
    return np.asarray(weighted / np.linalg.norm(weighted))
