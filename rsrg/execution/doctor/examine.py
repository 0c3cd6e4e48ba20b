"""All checks of `rsrg doctor`, and what follows from them."""

from rsrg.execution.doctor.check import Check
from rsrg.execution.doctor.machine import machine
from rsrg.execution.doctor.places import places
from rsrg.execution.doctor.software import software
from rsrg.execution.doctor.speed import speed


def examine() -> list[Check]:
    """Every check, in about two seconds; longer where kernels are to be compiled first."""
    return [*software(), *machine(), *places(), speed()]


def verdict(checks: list[Check]) -> str:
    """What the checks come to, in a sentence."""
    wrong = [check.name for check in checks if check.state == "wrong"]
    if wrong:
        return f"Something is wrong: {', '.join(wrong)}. See there what to do."
    return "All is well."
