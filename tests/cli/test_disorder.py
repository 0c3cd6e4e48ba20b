"""What a quenched run prints and draws, and the plain words about its relative variance."""

import re

import pytest

import rsrg
from rsrg.config.loading import load_config
from rsrg.report.disorder_table import disorder_notes, verdict

QUENCHED = """\
schema_version: 1
materials: [a-SiO2, PMMA]
lengths: {start: 1 nm, sample: 4 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.8, count: 3}}
readings: [fixed/ellipsoid]
flow: {disorder: quenched, pool: 256}
sampling: {samples: 64, seed: 3}
"""


@pytest.mark.parametrize(
    ("slope", "error", "words"),
    [
        (-3.02, 0.01, "the relative variance of χ⁻¹ falls with L as fast as that of averages"),
        (-1.0, 0.01, "the relative variance of χ⁻¹ falls with L, slower than that of averages"),
        (
            -0.02,
            0.01,
            "the relative variance of χ⁻¹ does not fall with L: ",
        ),  # two errors say nothing
        (0.3, 0.01, "it grows with L: as L^(+0.300 ± 0.010), over 3 lengths, from that after"),
        (float("nan"), float("nan"), "cannot be said"),
    ],
)
def test_verdict(slope, error, words):
    assert words in verdict(slope, error, 3)


def test_run_and_report(command, tmp_path):
    (tmp_path / "q.yaml").write_text(QUENCHED)
    ran = command("run", "q.yaml", "--output", "q.h5", "--no-progress")
    assert ran.returncode == 0, ran.stderr
    assert "a-SiO2: 256 unequal blocks" in ran.stdout
    words = " ".join(ran.stdout.split())
    assert re.search(
        r"fixed/ellipsoid, e = 0: the relative variance of χ⁻¹ .* over 2 lengths", words
    )
    assert "share of failed blocks" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert (tmp_path / "q_pool.png").stat().st_size > 10_000
    reported = command("report", "q.h5", "--material", "PMMA", "--output", "x.svg")
    assert "PMMA: 256 unequal blocks" in reported.stdout
    assert (tmp_path / "x_pool.svg").exists()
    planned = command("run", "-n", "q.yaml")
    assert "a pool of 256 blocks at each" in planned.stdout


def test_bad_blocks_end_in_one_line(command, tmp_path):
    text = QUENCHED.replace("pool: 256", "initial: {kind: file, path: none.npy}")
    (tmp_path / "q.yaml").write_text(text)
    ran = command("run", "q.yaml", "--output", "q.h5", "--no-progress")
    assert ran.returncode == 2
    assert ran.stderr == (
        "rsrg: `path` must be the path of a .npy file; cannot read none.npy: "
        "No such file or directory\n"
    )


def test_two_shares_and_critical_strains_of_zero_are_explained(tmp_path):
    """Blocks of many levels: some fail without strain, some that fail are positive again at 0.8."""
    config = load_config({
        "schema_version": 1,
        "materials": [{"alpha": 0.7}],
        "lengths": {"log_ratio": 4.0},
        "blocks": {"n0": 2},
        "strain": {"values": [0.0, 0.2, 0.4, 0.8]},
        "readings": ["affine/sphere"],
        "sampling": {"samples": 256},
        "flow": {"disorder": "quenched", "pool": 256, "initial": {"kind": "levels"}},
    })  # fmt: skip
    run = rsrg.run(config, tmp_path / "levels.h5")
    share = run.read("pool/critical_summary")[0, :, 0, 3]
    assert (share > run.read("pool/failed")[0, :, 0, -1]).any()
    notes = " ".join(disorder_notes(run))
    assert "positive again beyond" in notes
    assert "fail without strain: their critical strain is 0" in notes


def test_what_does_not_happen_is_not_explained(tmp_path):
    (tmp_path / "q.yaml").write_text(QUENCHED)
    run = rsrg.run(load_config(tmp_path / "q.yaml"), tmp_path / "q.h5")
    assert run.read("pool/failed")[..., 0].max() == 0.0
    assert "without strain" not in " ".join(disorder_notes(run))
