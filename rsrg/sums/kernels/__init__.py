"""Compiled kernels: arrays and scalars in, sums out, nothing checked."""
