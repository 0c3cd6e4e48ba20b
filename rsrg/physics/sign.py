"""The sign of the flow: which way the coupling M moves the size of χ.

Eq. 2.7 makes χ negative: strain lowers the energy of a block. With the Hamiltonian of (2.14),
Eq. 3.3 holds for this χ to first order in Λ, so its size flows as |χ|⁻¹ ← |χ|⁻¹ − M. The paper
takes χ as positive and keeps +M. Both are computed: `paper` and `hamiltonian`.
"""

from typing import Literal

from rsrg.physics.arguments import check_word

Sign = Literal["paper", "hamiltonian"]
SIGNS: dict[Sign, float] = {"paper": 1.0, "hamiltonian": -1.0}
SIGN_NAMES: dict[Sign, str] = {"paper": "the paper's sign", "hamiltonian": "the Hamiltonian's sign"}


def sign_factor(sign: str) -> float:
    """The factor of M in χ⁻¹ ← χ⁻¹ ± M: +1 for `paper`, −1 for `hamiltonian`.

    Raises PhysicsError for another word.
    """
    check_word("sign", sign, SIGNS)
    return SIGNS[sign]  # type: ignore[index]
