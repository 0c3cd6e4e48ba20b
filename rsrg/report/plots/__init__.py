"""Plots of a run as matplotlib Axes, for notebooks and for papers: one file for each plot."""
