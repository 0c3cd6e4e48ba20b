"""What each kind of run needs before it begins: its state, new or saved, and enough memory."""

from typing import cast

from rsrg.config.exact import ExactConfig
from rsrg.config.run_config import RunConfig
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.execution.exact_state import ExactState
from rsrg.execution.executor import Executor
from rsrg.execution.plan import require_memory as require_flow_memory
from rsrg.execution.run_state import RunState
from rsrg.execution.sampler import require_room
from rsrg.execution.state import State
from rsrg.storage.run_file import EXACT, TRAJECTORY, Snapshot


def initial_state(config: RunConfig, executor: Executor | None) -> RunState:
    """The state of a run before any work. Raises ConfigError where it needs too much memory."""
    require_memory(config, executor)
    if isinstance(config, ExactConfig):
        return ExactState.initial(config)
    if isinstance(config, TrajectoryConfig):
        from rsrg.execution.trajectory_state import TrajectoryState  # with engines and readers

        return TrajectoryState.initial(config)
    require_room(cast(Config, config))
    return State.initial(cast(Config, config))


def saved_state(snapshot: Snapshot) -> RunState:
    """The state that a run file holds."""
    kind = snapshot.attributes.get("filetype")
    if kind == TRAJECTORY:
        from rsrg.execution.trajectory_state import TrajectoryState

        return TrajectoryState.from_run_file(snapshot)
    return (ExactState if kind == EXACT else State).from_run_file(snapshot)


def require_memory(config: RunConfig, executor: Executor | None) -> None:
    """Raise ConfigError where a run needs more memory than there is.

    The frames of a trajectory lie where they are summed: on a cluster, in its machines.
    """
    if isinstance(config, Config):
        require_flow_memory(config)
    elif isinstance(config, TrajectoryConfig) and (executor is None or executor.starts_at_once):
        from rsrg.execution.trajectory_timing import require_trajectory

        require_trajectory(config, None if executor is None else executor.workers)
