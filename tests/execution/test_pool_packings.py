"""Quenched runs whose blocks are on no perfect lattice: jittered, packed, from a file."""

import numpy as np
import pytest

import rsrg
from rsrg.sums.packing import random_sequential_addition


@pytest.fixture(scope="module")
def packed(changed, tmp_path_factory):
    """A quenched config on each kind of blocks that is no perfect lattice."""
    path = tmp_path_factory.mktemp("positions") / "glass.npy"
    np.save(path, random_sequential_addition(4000, 0.7, np.random.default_rng(5)))

    edge = float(np.cbrt(4000))

    def make(kind, update="resummed"):
        blocks = {
            "jitter": "jitter: {width: 0.1}",
            "rsa": "packing: {kind: rsa}",
            "poisson_disk": "packing: {kind: poisson_disk}",
            "positions": f"positions: {{file: '{path}', box: [{edge}, {edge}, {edge}]}}",
        }[kind]
        return changed(
            blocks=f"{{n0: 2, {blocks}}}",
            flow=f"{{update: {update}, disorder: quenched, pool: 256}}",
            strain="{component: xx, values: [0.0, 0.3]}",
            lengths="{start: 1 nm, sample: 4 nm}",
        )

    return make


@pytest.mark.parametrize("kind", ["jitter", "rsa", "poisson_disk", "positions"])
def test_packings_resumed_and_threads(stop_after, packed, tmp_path, same, with_threads, kind):
    """Bits of one thread uninterrupted, and of two threads stopped in a step and resumed."""
    config = packed(kind)
    with with_threads(1) as executor:
        whole = rsrg.run(config, tmp_path / "whole.h5", executor=executor)
    assert whole.status == "finished"
    assert np.isfinite(whole.read("pool/chi")).all()
    assert (whole.read("pool/relative_variance")[:, 1] > 0).all()  # places make blocks unequal
    with with_threads(2) as executor:
        rsrg.run(config, tmp_path / "run.h5", watch=stop_after(14), executor=executor)
    assert rsrg.resume(tmp_path / "run.h5").status == "finished"
    same(tmp_path / "run.h5", tmp_path / "whole.h5")


def test_harmonic_on_a_packing(packed, tmp_path):
    run = rsrg.run(packed("rsa", "harmonic"), tmp_path / "run.h5")
    assert np.isfinite(run.read("pool/stability_quantiles")[:, 1:]).all()
