"""The other sign from the same sums: what a run with that sign has."""

from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.results.other_sign import other_sign


@pytest.mark.parametrize(
    "lines",
    [{}, {"sampling": "{estimator: exact}", "blocks": "{n0: 2, count: volume}"}],
    ids=["sampled", "exact"],
)
def test_as_a_run_with_that_sign(changed, tmp_path, lines):
    with closing(rsrg.run(changed(**lines), tmp_path / "paper.h5")) as run:
        found = other_sign(run)
    flow = "{sign: hamiltonian}"
    with closing(rsrg.run(changed(flow=flow, **lines), tmp_path / "other.h5")) as twin:
        assert found.sign == "hamiltonian"
        assert set(found.inverse_eigenvalues) == set(twin.sources())
        for source, values in found.inverse_eigenvalues.items():
            stored = twin.values("flow/inverse_eigenvalues", source, step=-1)
            stored = stored if source != "log" else stored[:, None]
            # three steps added one by one, or at once: rounding of χ⁻¹ of order 1
            np.testing.assert_allclose(values, stored, rtol=0, atol=1e-13)
        if not lines:
            stored = twin.values("flow/inverse_eigenvalues_stderr", step=-1)
            np.testing.assert_allclose(found.stderr, stored, rtol=1e-6, atol=1e-13)


def test_second_order_has_none(changed, tmp_path):
    with closing(rsrg.run(changed(flow="{update: second_order}"), tmp_path / "run.h5")) as run:
        assert other_sign(run) is None
