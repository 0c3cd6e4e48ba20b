"""Disorder: draws of blocks, estimators of the coupling, and statistics carried to the results."""
