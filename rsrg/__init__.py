"""rsrg: real-space renormalization of interacting glass blocks, the sum itself.

The names below are loaded when first used, so that `import rsrg` costs nothing.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rsrg.config.loading import load_config
    from rsrg.config.schema import Config
    from rsrg.ensemble.packing_stability import PackingStability, packing_stability
    from rsrg.errors import ConfigError, RsrgError, RunFileError
    from rsrg.execution.engine import resume, run
    from rsrg.physics.bulk_stability import BulkStability, bulk_stability
    from rsrg.physics.continuum import continuum_coupling
    from rsrg.physics.criticality import Crossing, critical_strains
    from rsrg.physics.errors import ConvergenceError, PhysicsError
    from rsrg.physics.haar_mean import exact_coupling
    from rsrg.physics.hill import hill_tensor
    from rsrg.physics.interaction import coupling_matrix
    from rsrg.physics.log_formula import log_formula_coupling
    from rsrg.physics.super_block import super_block_response
    from rsrg.physics.super_block_expansion import (
        super_block_expansion,
        super_block_second_order,
    )
    from rsrg.results.compare import compare
    from rsrg.results.critical import critical
    from rsrg.results.merged_runs import MergedRuns
    from rsrg.results.opened import open_run
    from rsrg.results.run import Run
    from rsrg.studies.merge import merge
    from rsrg.studies.status import status
    from rsrg.studies.sweep import sweep
    from rsrg.sums.coupled_blocks import harmonic_response
    from rsrg.sums.engines import pair_moments

    __version__: str

if sys.platform == "win32":
    raise ImportError("rsrg runs on Linux and macOS; on Windows, install it within WSL")

_HOME = {
    "BulkStability": "rsrg.physics.bulk_stability",
    "Config": "rsrg.config.schema",
    "ConfigError": "rsrg.errors",
    "ConvergenceError": "rsrg.physics.errors",
    "Crossing": "rsrg.physics.criticality",
    "MergedRuns": "rsrg.results.merged_runs",
    "PackingStability": "rsrg.ensemble.packing_stability",
    "PhysicsError": "rsrg.physics.errors",
    "RsrgError": "rsrg.errors",
    "Run": "rsrg.results.run",
    "RunFileError": "rsrg.errors",
    "bulk_stability": "rsrg.physics.bulk_stability",
    "compare": "rsrg.results.compare",
    "continuum_coupling": "rsrg.physics.continuum",
    "coupling_matrix": "rsrg.physics.interaction",
    "critical": "rsrg.results.critical",
    "critical_strains": "rsrg.physics.criticality",
    "exact_coupling": "rsrg.physics.haar_mean",
    "harmonic_response": "rsrg.sums.coupled_blocks",
    "hill_tensor": "rsrg.physics.hill",
    "load_config": "rsrg.config.loading",
    "log_formula_coupling": "rsrg.physics.log_formula",
    "merge": "rsrg.studies.merge",
    "open_run": "rsrg.results.opened",
    "packing_stability": "rsrg.ensemble.packing_stability",
    "pair_moments": "rsrg.sums.engines",
    "resume": "rsrg.execution.engine",
    "run": "rsrg.execution.engine",
    "status": "rsrg.studies.status",
    "super_block_expansion": "rsrg.physics.super_block_expansion",
    "super_block_response": "rsrg.physics.super_block",
    "super_block_second_order": "rsrg.physics.super_block_expansion",
    "sweep": "rsrg.studies.sweep",
}

__all__ = [
    "BulkStability",
    "Config",
    "ConfigError",
    "ConvergenceError",
    "Crossing",
    "MergedRuns",
    "PackingStability",
    "PhysicsError",
    "RsrgError",
    "Run",
    "RunFileError",
    "bulk_stability",
    "compare",
    "continuum_coupling",
    "coupling_matrix",
    "critical",
    "critical_strains",
    "exact_coupling",
    "harmonic_response",
    "hill_tensor",
    "load_config",
    "log_formula_coupling",
    "merge",
    "open_run",
    "packing_stability",
    "pair_moments",
    "resume",
    "run",
    "status",
    "super_block_expansion",
    "super_block_response",
    "super_block_second_order",
    "sweep",
]


if not TYPE_CHECKING:  # type checkers know the names above, and no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("rsrg")
        if name not in _HOME:
            raise AttributeError(f"module 'rsrg' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
