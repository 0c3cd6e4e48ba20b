"""What Figures 2 and 10 draw is the program's own geometry."""

import numpy as np
import pytest

from rsrg.paper.geometry import DRAWN_N0, OFFSET, bodies, failing_strains
from rsrg.paper.page.drawings import exposed_faces


def test_bodies_hold_n0_cubed_blocks_and_their_volume():
    for body in bodies():
        assert len(np.unique(body.sites, axis=0)) == DRAWN_N0**3
        blocks = DRAWN_N0**3 * np.linalg.det(body.place)
        volume = 4 / 3 * np.pi * np.linalg.det(body.outline)
        assert volume == pytest.approx(blocks, rel=1e-12)
        places = (body.sites + OFFSET) @ body.place.T @ np.linalg.inv(body.outline).T
        # block centres reach half a block's diagonal at most beyond the surface
        assert np.linalg.norm(places, axis=1).max() < 1 + np.sqrt(3) / 2 / 3.7


def test_moments_of_the_bodies_follow_the_strain():
    rest, literal, fixed, affine = (
        np.var((b.sites + OFFSET) @ b.place.T, axis=0) for b in bodies(0.5)
    )
    np.testing.assert_allclose(literal / rest, [2.25, 1, 1], rtol=1e-12)  # (1 + e)²
    # R²/5 along each axis; 216 blocks cut a sphere to some percent
    np.testing.assert_allclose(fixed[0] / fixed[1], 2.25, rtol=0.12)
    np.testing.assert_allclose(affine[0] / affine[1], 1.0, rtol=0.12)


def test_exposed_faces():
    assert exposed_faces(np.array([[0, 0, 0]])).shape == (6, 4, 3)
    assert len(exposed_faces(np.array([[0, 0, 0], [1, 0, 0]]))) == 10
    cube = np.array(list(np.ndindex(3, 3, 3)))
    assert len(exposed_faces(cube)) == 54


def test_three_failing_strains():
    dilation, squeeze, shear = failing_strains()
    assert [round(f.critical, 4) for f in (dilation, squeeze, shear)] == [0.2278, 0.1788, 1.4404]
    d = np.diag(dilation.strain)
    np.testing.assert_allclose(d[1:], 1.0, atol=1e-7)  # root to 1e-8
    assert 0 < d[0] < 1  # Fig. 9
    np.testing.assert_allclose(np.abs(np.diag(squeeze.strain)), [0, 1, 1], atol=1e-7)
    assert np.trace(squeeze.strain) == pytest.approx(0.0, abs=1e-7)
    np.testing.assert_allclose(shear.strain, [[0, 0, 0], [0, 0, 1], [0, 1, 0]], atol=1e-7)
