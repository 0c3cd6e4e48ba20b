"""Which engine `pair_moments` takes, and that every way gives the same numbers."""

import numpy as np
import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.interaction import quartic_tensor
from rsrg.sums import engines
from rsrg.sums.engines import LATTICE_FROM, choose_engine, pair_moments
from rsrg.sums.ewald import nufft


def cloud(n: int) -> np.ndarray:
    return np.random.default_rng(n).random((n, 3)) * n ** (1 / 3)


def box(side: int) -> np.ndarray:
    return np.stack(np.indices((side, side, side))).reshape(3, -1).T.astype(float)


@pytest.mark.parametrize(
    ("points", "tolerance", "engine", "reason"),
    [
        (cloud(LATTICE_FROM - 1), None, "direct", "fewer than 2,000 blocks"),
        (box(10), None, "direct", "fewer than 2,000 blocks"),
        (box(13), None, "lattice", "all blocks are sites of one lattice"),
        (box(13), 1e-4, "lattice", "all blocks are sites of one lattice"),  # exact, and faster
        (cloud(3000), None, "direct", "no well-filled lattice, no tolerance given"),
        (cloud(3000), 1e-7, "direct", "ewald would take longer at tolerance 1e-07"),
        (cloud(60_000), None, "direct", "no well-filled lattice, no tolerance given"),
        (cloud(60_000), 1e-7, "ewald", "no well-filled lattice, tolerance 1e-07"),
    ],
)
def test_automatic_choice(points, tolerance, engine, reason):
    choice = choose_engine(points, "auto", tolerance)
    assert (choice.engine, choice.reason) == (engine, reason)


def test_without_finufft(monkeypatch):
    monkeypatch.setattr(nufft.importlib.util, "find_spec", lambda name: None)
    choice = choose_engine(cloud(60_000), "auto", 1e-7)
    assert choice.engine == "direct"
    assert "needs pip install 'rsrg[nufft]'" in choice.reason


def test_a_slow_sum_warns_of_what_would_be_faster(monkeypatch):
    """Where the caller stands, with both times; not where pair by pair was asked for."""
    monkeypatch.setattr(engines, "SLOW", 1e-3)
    monkeypatch.setattr(engines, "direct_moments", lambda points: np.zeros(15))
    monkeypatch.setattr(engines, "available_threads", lambda: 1)
    points = cloud(100_000)
    both = (
        r"the sum over 100,000 blocks goes pair by pair, which takes about 3 s; with .* about 1 s"
    )
    with pytest.warns(RuntimeWarning, match=both.replace(".*", "`tolerance=1e-07` it .*")) as told:
        pair_moments(points)
    assert told[0].filename == __file__
    pair_moments(points, engine="direct")
    monkeypatch.setattr(nufft.importlib.util, "find_spec", lambda name: None)
    library = r'finufft \(pip install "rsrg\[nufft\]"\) it .*'
    with pytest.warns(RuntimeWarning, match=both.replace(".*", library)):
        pair_moments(points, tolerance=1e-7)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-8])
def test_ewald_by_name(tolerance):
    points = cloud(5000)
    exact = pair_moments(points, engine="direct")
    trace = np.einsum("aabb", quartic_tensor(exact))
    error = np.abs(pair_moments(points, "ewald", tolerance) - exact).max()
    assert error < tolerance * trace  # what `tolerance` promises of the trace; the rest is less


def test_ewald_names_coincident_points():
    points = cloud(5000)
    points[4321] = points[17]
    with pytest.raises(PhysicsError, match="must be distinct points; got points 17 and 4321"):
        pair_moments(points, "ewald", 1e-6)


@pytest.mark.parametrize(
    ("engine", "tolerance", "message"),
    [
        ("ewald", None, "engine `ewald` must be given a `tolerance`, such as 1e-7; got none"),
        ("ewald", 1e-12, "`tolerance` must be from 1e-11 to 0.0001; got 1e-12"),
        ("auto", 0.1, "`tolerance` must be from 1e-11 to 0.0001; got 0.1"),
        ("auto", "small", "`tolerance` must be from 1e-11 to 0.0001; got 'small'"),
        ("auto", np.nan, "`tolerance` must be from 1e-11 to 0.0001; got nan"),
    ],
)
def test_bad_tolerance(engine, tolerance, message):
    with pytest.raises(PhysicsError, match=message):
        pair_moments(cloud(300), engine, tolerance)
