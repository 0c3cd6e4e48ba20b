"""Runs: config, the HDF5 store, and the engine that carries one to its end."""
