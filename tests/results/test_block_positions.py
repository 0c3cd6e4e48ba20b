"""The blocks of a draw are those whose pairs the run has summed."""

import numpy as np
import pytest

import rsrg
from rsrg.ensemble.blocks import CHUNK
from rsrg.errors import RunFileError
from rsrg.results.block_positions import block_positions, body_matrix

STEP, CHUNK_SHOWN, STRAIN = 0, 1, 3  # e = 0.6 of the small config
BLOCKS = {
    "lattice": "{n0: 2}",
    "volume": "{n0: 3, lattice: fcc, count: volume}",
    "no offset": "{n0: 3, offset: none}",  # all distances are tied: the order of points decides
    "jittered": "{n0: 2, jitter: {width: 0.1}}",
    "packing": "{n0: 2, packing: {kind: rsa, min_separation: 0.6}}",
}


@pytest.mark.parametrize("blocks", BLOCKS)
def test_pair_sums_are_in_the_mean_of_the_chunk(blocks, changed, tmp_path):
    """All 16 draws of a chunk: the mean of their sums per N0³ is what the run file holds."""
    run = rsrg.run(changed(blocks=BLOCKS[blocks], materials="[a-SiO2]"), tmp_path / "run.h5")
    stored = run.read("coupling/moments")[STEP, :, STRAIN, CHUNK_SHOWN]
    draws = range(CHUNK_SHOWN * CHUNK, (CHUNK_SHOWN + 1) * CHUNK)
    for reading, expected in zip(run.config.readings, stored, strict=True):
        drawn = [block_positions(run, reading, 0.6, draw) for draw in draws]
        mean = sum(rsrg.pair_moments(y) for y in drawn) / CHUNK / run.config.blocks.n0**3
        # rounding of some 10⁴ terms in another order, of sums of order one
        np.testing.assert_allclose(mean, expected, atol=1e-12, rtol=0.0)


@pytest.mark.parametrize("reading", ["fixed/ellipsoid", "affine/sphere"])
def test_blocks_fill_their_body(reading, changed, tmp_path):
    config = changed(blocks="{n0: 4, count: volume}")
    run = rsrg.run(config, tmp_path / "run.h5")
    surface = body_matrix(config, reading, 0.6)
    volume_of_blocks = 64.0 * (1.6 if reading.startswith("affine") else 1.0)
    # rounding of a product of a few numbers
    assert 4.0 * np.pi / 3.0 * np.linalg.det(surface) == pytest.approx(volume_of_blocks, rel=1e-12)
    inside = np.linalg.norm(block_positions(run, reading, 0.6) @ np.linalg.inv(surface).T, axis=1)
    assert inside.max() <= 1.0 + 1e-9  # as the sums count a block on the surface
    assert inside.max() > 0.8  # and the outermost of 64 blocks lies near it


def test_refusals(finished):
    run = rsrg.open_run(finished)
    with pytest.raises(RunFileError, match="`reading` must be one of fixed/ellipsoid, affine/sph"):
        block_positions(run, "sphere", 0.2)
    with pytest.raises(RunFileError, match=r"`strain` must lie on the grid, 0 … 0\.8; got 2"):
        block_positions(run, "affine/sphere", 2.0)
    for draw in (-1, 64):
        with pytest.raises(
            RunFileError, match=f"`draw` must be an integer from 0 to 63; got {draw}"
        ):
            block_positions(run, "affine/sphere", 0.2, draw)
