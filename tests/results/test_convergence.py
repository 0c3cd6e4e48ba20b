"""The error of M against draws: its last point is the run's own, and more draws make it fall."""

from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.results.convergence import convergence

TEXT = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 50 angstrom, sample: 35 nm}
blocks: {n0: 3}
strain: {values: [0.0, 0.4, 0.8]}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 512, seed: 5}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.h5"
    with closing(rsrg.run(config_from_text(TEXT, "x.yaml"), path)) as done:
        yield done


def test_last_point_is_that_of_the_run(run):
    found = convergence(run, 0, 1)
    assert found.strain == 0.4
    assert found.draws.tolist() == [64, 128, 256, 512]
    stored = run.values("coupling/M_stderr", material=0, strain=1).max(axis=(0, 2, 3))
    plain = run.read("coupling/plain_stderr")[0, :, 1]
    # the same sums in the same order, but for batches of strains: rounding
    np.testing.assert_allclose(found.controlled[:, -1], stored, rtol=1e-9)
    np.testing.assert_allclose(found.plain[:, -1], plain, rtol=1e-9)
    reduction = run.read("coupling/variance_reduction")[0, :, 1]
    np.testing.assert_allclose(list(found.saved.values())[-1], reduction, rtol=1e-8)


def test_error_falls_with_the_draws(run):
    """From 64 to 512 draws by √8 = 2.8; an error from 4 chunks is itself known to 41% only.

    With controls by more, as few draws cannot afford all of them.
    """
    found = convergence(run, 0, 1)
    plain, controlled = (e[:, 0] / e[:, -1] for e in (found.plain, found.controlled))
    assert np.all((plain > 1.2) & (plain < 7.0))
    assert np.all(controlled > 1.2)


def test_controls_save_more_and_more(run):
    saved = list(convergence(run, 0, 1).saved.values())
    assert len(saved) == 3
    assert np.all(saved[0] > 1.0)
    # a control added by least squares may lose by chance, never much: 1/64 per component
    assert np.all(saved[-1] > 0.8 * saved[0])


def test_exact_means_do_not_converge(tmp_path):
    text = TEXT.replace("{samples: 512, seed: 5}", "{estimator: exact}").replace(
        "{n0: 3}", "{n0: 3, count: volume}"
    )
    with closing(rsrg.run(config_from_text(text, "x.yaml"), tmp_path / "run.h5")) as done:
        assert convergence(done, 0, 1) is None
