"""The subpools that a pool is made of: they never mix, so their scatter gives honest errors."""

from rsrg.ensemble.blocks import CHUNK

SUBPOOLS = 16
POOL_UNIT = SUBPOOLS * CHUNK  # pools are multiples of it: whole chunks in each subpool
