"""What `rsrg doctor` finds on one subject."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Check:
    """One subject. text: what there is; advice: what to do where that is not as it should be.

    state: "ok"; "note" where something optional is missing; "wrong" where rsrg fails or crawls.
    """

    name: str
    text: str
    state: State = "ok"
    advice: str = ""
