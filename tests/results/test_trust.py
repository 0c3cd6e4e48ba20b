"""The trust light: every check speaks up where there is reason to, and only there."""

from contextlib import closing

import numpy as np
import pytest

import rsrg
from rsrg.results.trust import Check, trust, worst


@pytest.fixture
def checked(changed, tmp_path):
    """checked(**lines): the checks of a run of the small config with lines replaced, by subject."""

    def run(**lines):
        with closing(rsrg.run(changed(**lines), tmp_path / "run.h5")) as done:
            return {c.subject: c for c in trust(done)}

    return run


class Shown:
    """A finished run, some of whose datasets say something else."""

    def __init__(self, run, **datasets):
        self.run = run
        self.datasets = {name.replace("__", "/"): value for name, value in datasets.items()}

    def __getattr__(self, name):
        return getattr(self.run, name)

    def read(self, name):
        return self.datasets[name] if name in self.datasets else self.run.read(name)


@pytest.fixture
def run(finished):
    with closing(rsrg.open_run(finished)) as opened:
        yield opened


def check(run, subject):
    return {c.subject: c for c in trust(run)}[subject]


def test_worst():
    levels = ("good", "note", "care", "bad")
    for n, level in enumerate(levels):
        checks = [Check("", known, "") for known in levels[: n + 1]]
        assert worst(checks) == ("good" if level == "note" else level)
    assert worst([]) == "good"


@pytest.mark.parametrize(
    ("samples", "level", "known"),
    [(64, "care", "41%"), (288, "good", "17%")],  # 1/√(2·3), 1/√(2·17)
)
def test_few_chunks(checked, samples, level, known):
    found = checked(sampling=f"{{samples: {samples}, seed: 3}}")["chunks of draws"]
    assert (found.level, f"known to {known}" in found.reason) == (level, True)


def test_spacing_of_strains(checked):
    """Two strains far apart: interpolation makes most of the error; many strains: it does not."""
    wide = checked(
        strain="{values: [0.0, 0.2, 1.0, 2.0]}", lengths="{start: 50 angstrom, sample: 1 mm}",
        sampling="{samples: 512, seed: 3}",
    )  # fmt: skip
    assert wide["spacing of strains"].level == "care"
    assert "apart" in wide["spacing of strains"].reason


def test_correlated_chunks(run):
    tau = run.read("coupling/autocorrelation").copy()
    assert check(run, "independent draws").level == "good"
    tau[0, 0] = 4.0, 0.5  # six standard errors from 1
    found = check(Shown(run, coupling__autocorrelation=tau), "independent draws")
    assert (found.level, "up to 4 chunks" in found.reason) == ("bad", True)


def test_edge_of_grid(checked):
    cut = checked(
        strain="{values: [0.0, 0.1, 0.2, 0.3, 0.37, 0.4]}",
        lengths="{start: 50 angstrom, sample: 1 mm}",
    )
    assert cut["edge of the grid"].level == "care"
    assert "take larger strains too" in cut["edge of the grid"].reason


def test_failed_before_the_first_strain(checked):
    late = checked(
        strain="{values: [0.8, 0.9, 1.0, 1.1]}", lengths="{start: 50 angstrom, sample: 1 mm}"
    )
    assert late["edge of the grid"].level == "bad"
    assert "has failed already" in late["edge of the grid"].reason


def second_order(run, **steps):
    """Its check where a run of second order has these steps, by source, and −1 elsewhere."""
    config = run.config.model_copy(
        update={"flow": run.config.flow.model_copy(update={"update": "second_order"})}
    )

    class Flowed(Shown):
        def values(self, name, source="lattice", **index):
            never = np.full_like(run.values(name, source, **index), -1)
            return steps.get(f"{name.removeprefix('flow/')}_{source}", never)

    shown = Flowed(run)
    shown.config = config
    return check(shown, "second order")


def test_second_order_in_its_range(run):
    found = second_order(run)
    assert (found.level, found.reason) == (
        "good",
        "χ stays positive definite and finite everywhere.",
    )


@pytest.mark.parametrize(("name", "word"), [("runaway", "ran above"), ("transition", "overshoots")])
def test_second_order_beyond_its_range(run, name, word):
    """Of the sum, its numbers are useless there; of a formula alone, one should know."""
    steps = run.values("flow/runaway_step").copy()
    steps[...] = -1
    steps[1, 0, 3:] = 2
    found = second_order(run, **{f"{name}_step_lattice": steps})
    assert found.level == "bad"
    assert f"{word}" in found.reason
    assert "at 2 of 5 strains, from e = 0.6 on" in found.reason
    found = second_order(run, **{f"{name}_step_continuum": steps})
    assert (found.level, "exact continuum" in found.reason) == ("note", True)


def test_unstable_super_blocks(run):
    share = np.zeros((2, 4, 2, 5))

    class Pooled(Shown):
        snapshot = frozenset({"pool/unstable", *run.snapshot.names("")})

    assert check(Pooled(run, pool__unstable=share), "super blocks").level == "good"
    share[0, 3, 1, 0] = 0.25
    found = check(Pooled(run, pool__unstable=share), "super blocks")
    assert (found.level, "0.25" in found.reason) == ("bad", True)


def test_target_without_a_crossing(checked):
    aimed = "{samples: 256, seed: 3, target_error: 0.5, target_quantity: critical_strain}"
    found = checked(sampling=aimed, strain="{values: [0.0, 0.001, 0.002]}")["target error"]
    assert (found.level, "none to aim at" in found.reason) == ("care", True)


def test_target_met(checked):
    found = checked(sampling="{samples: 256, seed: 3, target_error: 0.5}")["target error"]
    assert (found.level, ": met," in found.reason) == ("good", True)


def test_exact_runs_have_nothing_sampled(checked):
    checks = checked(sampling="{estimator: exact}", blocks="{n0: 2, count: volume}")
    assert not {"chunks of draws", "independent draws", "spacing of strains"} & checks.keys()


def test_changed_versions(run):
    sessions = [s | {"notes": "versions changed: numpy 2.0 → 2.1"} for s in run.provenance]

    class Noted(Shown):
        provenance = sessions

    found = check(Noted(run), "sessions")
    assert (found.level, "numpy 2.0 → 2.1" in found.reason) == ("note", True)
