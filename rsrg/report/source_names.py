"""The sources of M in words."""

SOURCE_NAMES = {"lattice": "sum over blocks", "continuum": "exact continuum", "log": "log formula"}
