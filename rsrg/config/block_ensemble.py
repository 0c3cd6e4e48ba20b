"""From a config: the positions of blocks to be drawn, and the χ of the first blocks.

The config itself does no input or output; the files that it names, positions of blocks and
susceptibilities of the first ones, are read here.
"""

from pathlib import Path

import numpy as np

from rsrg.config.flow import InitialSpec
from rsrg.config.geometry import BlocksSpec
from rsrg.config.positions import read_sample
from rsrg.ensemble.blocks import Blocks
from rsrg.ensemble.initial import InitialLaw
from rsrg.errors import ConfigError
from rsrg.physics.arrays import Array


def block_ensemble(spec: BlocksSpec) -> Blocks:
    """How the blocks of a super block are drawn.

    Raises ConfigError where a positions file cannot be read.
    """
    return spec.blocks(read_sample(spec.positions) if spec.positions else None)


def initial_law(spec: InitialSpec) -> InitialLaw:
    """The distribution of χ of a pool's first blocks. Raises ConfigError for an unreadable file."""
    default = InitialLaw(spec.kind)
    return InitialLaw(
        kind=spec.kind,
        amplitude=spec.amplitude or default.amplitude,
        width=spec.width or default.width,
        correlation=spec.correlation or default.correlation,
        levels=spec.levels or default.levels,
        temperature=spec.temperature or default.temperature,
        blocks=None if spec.path is None else _read_blocks(spec.path),
    )


def _read_blocks(path: str) -> Array:
    """χ of the first blocks, (P, 6, 6), from a .npy file."""
    try:
        with Path(path).open("rb") as file:
            return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, EOFError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else "not an array"
    raise ConfigError([f"`path` must be the path of a .npy file; cannot read {path}: {reason}"])
