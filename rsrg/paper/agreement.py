"""When two numbers agree: to the digits that are printed, or in their order of magnitude."""


def rounds_to(value: float, paper: float, decimals: int) -> bool:
    """Whether a number rounds to what the paper prints."""
    return bool(round(value, decimals) == paper)


def same_order(value: float, paper: float) -> bool:
    """Whether two numbers of one sign are within a factor √10 of each other."""
    return bool(10.0**-0.5 < value / paper < 10.0**0.5)
