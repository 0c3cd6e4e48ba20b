"""Draws and writes what `rsrg.runs.paper` computed."""

from rsrg.report.paper.folder import reproduce

__all__ = ["reproduce"]
