"""The config that a run file holds."""

from pathlib import Path

from pydantic import ValidationError

from rsrg.config.exact import ExactConfig
from rsrg.config.position_content import found_again, frames_found_again
from rsrg.config.run_config import RunConfig
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig
from rsrg.errors import RunFileError
from rsrg.storage.run_file import EXACT, TRAJECTORY, Snapshot

KINDS: dict[str, type[RunConfig]] = {EXACT: ExactConfig, TRAJECTORY: TrajectoryConfig}
ATTRIBUTES = ("status", "created", "updated", "config", "config_text")


def stored_config(snapshot: Snapshot) -> RunConfig:
    """The config of a run file, of the kind that the file is, with the text it was read from.

    Raises RunFileError where it, or another attribute that every run has, is missing or invalid.
    """
    attributes = snapshot.attributes
    missing = [name for name in ATTRIBUTES if name not in attributes]
    if missing:
        raise RunFileError(f"{snapshot.path} must have the attributes {', '.join(missing)}")
    kind = KINDS.get(str(attributes.get("filetype")), Config)
    try:
        config = kind.model_validate_json(str(attributes["config"]))
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise RunFileError(f"{snapshot.path} must hold a valid config: {reason}") from None
    return _with_positions(config, snapshot.path.parent).with_text(str(attributes["config_text"]))


def _with_positions(config: RunConfig, folder: Path) -> RunConfig:
    """The config with the present path of its positions files, where these moved with the run."""
    if isinstance(config, TrajectoryConfig):
        frames = frames_found_again(config.positions, folder)
        return config.model_copy(update={"positions": frames})
    if not isinstance(config, Config) or config.blocks.positions is None:
        return config
    positions = found_again(config.blocks.positions, folder)
    blocks = config.blocks.model_copy(update={"positions": positions})
    return config.model_copy(update={"blocks": blocks})
