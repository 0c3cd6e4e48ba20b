"""Print, for each glass, which amplitude f makes half of its blocks fail at small strains.

rsrg sweep configs/studies/yielding.yaml
python scripts/yielding.py runs/yielding
"""

import sys
from pathlib import Path

import numpy as np

import rsrg
from rsrg.physics.readings import READINGS
from rsrg.physics.yielding import YIELD_STRAINS, yielding

HALF = 0.5


def crossing(x: np.ndarray, share: np.ndarray) -> float:
    """Where a share first reaches HALF, by straight lines; NaN where it does not."""
    above = np.flatnonzero(share >= HALF)
    if len(above) == 0 or above[0] == 0:
        return float("nan")
    k = above[0]
    return float(np.interp(HALF, share[k - 1 : k + 1], x[k - 1 : k + 1]))


def main(folder: Path) -> None:
    """One row for each glass, strain and sign."""
    runs = [rsrg.open_run(path) for path in sorted(folder.glob("*.h5"))]
    print(
        "glass   sign         e     f n of equal blocks  f, unequal  width  f that fails at e = 0"
    )
    for sign in ("paper", "hamiltonian"):
        own = sorted(
            (r for r in runs if r.config.flow.sign == sign), key=lambda r: r.config.flow.amplitude
        )
        f = np.array([r.config.flow.amplitude for r in own])
        shares = np.array([r.read("pool/failed")[:, -1, 0] for r in own])  # runs, glasses, strains
        width = np.sqrt([r.read("pool/relative_variance")[:, 1, 0, 0] for r in own])
        strains = own[0].read("axes/strain")
        for i, glass in enumerate(own[0].config.glasses()):
            at_rest = crossing(f, shares[:, i, 0])
            for e in YIELD_STRAINS:
                k = int(np.flatnonzero(strains == e)[0])
                needed = crossing(f, shares[:, i, k])
                product = yielding(glass, e, READINGS[0], sign).product
                scatter = np.interp(needed, f, width[:, i])
                print(
                    f"{glass.name:7} {sign:11} {e:5.2f} {product:12.0f} {needed:18.2f} "
                    f"{scatter:10.3f} {at_rest:10.2f}"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
