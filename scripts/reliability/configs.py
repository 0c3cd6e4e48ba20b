"""Configs made by Hypothesis, most of them wrong: a config, or every problem in plain words."""

import json
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rsrg.config.loading import config_from_text
from rsrg.config.schema import Config
from rsrg.errors import RsrgError
from rsrg.execution.engine import run
from rsrg.execution.plan import plan
from rsrg.physics.errors import ConvergenceError, PhysicsError

LIMIT = 10.0  # s of processor time for one config
HANG = 120.0  # s of anything
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30),
    st.sampled_from(["1e999999 m ** 999999", "9" * 400 + " m", "1 m^9^9^9", "1 / 0 s", "-1 nm"]),
    st.lists(st.floats(), max_size=3), st.dictionaries(st.text(max_size=5), st.integers()),
)  # fmt: skip


def some(*right: Any) -> st.SearchStrategy[Any]:
    """One of the right values, or now and then anything."""
    good = st.sampled_from(right)
    return st.integers(0, 29).flatmap(lambda n: junk if n == 13 else good)


lengths = st.fixed_dictionaries(
    {}, optional={"start": some("50 angstrom", "5 nm"), "sample": some("35 nm", "20 nm", "1 m"),
                  "log_ratio": some(0.5, 3, 1000)}
)  # fmt: skip
CONFIGS = st.fixed_dictionaries(
    {
        "schema_version": some(1),
        "materials": some("all", ["PMMA"], [{"alpha": 0.7}], [{"c_l": "2 km/s", "c_t": "1 km/s"}]),
        "lengths": st.one_of(st.just({"start": "50 angstrom", "sample": "20 nm"}), lengths),
        "blocks": st.fixed_dictionaries(
            {"n0": some(2, 3)},
            optional={"lattice": some("sc", "bcc", "fcc"), "orientation": some("haar", "fixed"),
                      "offset": some("random", "none"), "count": some("exact", "volume")},
        ),
        "strain": st.fixed_dictionaries(
            {"values": some([0.0, 0.5], [-0.9, 3.0], {"start": 0.0, "stop": 0.6, "count": 3})},
            optional={"component": some("xx", "xy", "zz"),
                      "tensor": some([[1, 0, 0], [0, -1, 0], [0, 0, 0]], [[0, 1, 2]])},
        ),
        "readings": some(["fixed/ellipsoid"], ["affine/sphere", "fixed/sphere"]),
    },
    optional={
        "title": some("a title"),
        "flow": st.fixed_dictionaries({}, optional={"update": some("resummed", "second_order"),
                                                    "contraction": some("tensor", "six")}),
        "sampling": st.fixed_dictionaries(
            {}, optional={"estimator": some("montecarlo", "exact", "formula"),
                          "samples": some(64, 80), "seed": some(0, 2**62)}),
        "checkpoint": st.fixed_dictionaries({}, optional={"every": some("1 s", "1 hour")}),
    },
)  # fmt: skip


PLAIN = """{schema_version: 1, materials: all, lengths: {start: 5 nm, sample: 20 nm},
 blocks: {n0: 2}, strain: {values: [0.0, 0.5]}, readings: [affine/sphere], sampling: {samples: 64}}
"""


def measure(times: int, running: int) -> dict[str, Any]:
    """Load `times` configs, and run the first `running` valid ones that are small."""
    found = {"configs": 0, "valid": 0, "run": 0, "bad": 0, "slowest (s)": 0.0}

    @settings(
        max_examples=times, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(CONFIGS)
    def check(data: dict[str, Any]) -> None:
        began, computed = time.monotonic(), time.process_time()
        found["configs"] += 1
        try:
            config = config_from_text(json.dumps(data))
            found["valid"] += 1
            if found["run"] < running and plan(config).pairs < 1e8:
                found["run"] += 1
                _run(config)
        except (RsrgError, PhysicsError, ConvergenceError):
            pass
        took = time.process_time() - computed
        found["slowest (s)"] = max(found["slowest (s)"], round(took, 2))
        if took > LIMIT or time.monotonic() - began > HANG:
            raise TimeoutError(f"longer than {LIMIT} s: {json.dumps(data)}")

    _run(config_from_text(PLAIN))  # compiles the kernels
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of numpy is one that a user would see
        try:
            check()
        except Exception as error:
            found["bad"] += 1
            found["error"] = repr(error)
    return found


def _run(config: Config) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(config, Path(folder) / "run.h5")
