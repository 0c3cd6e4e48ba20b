"""`rsrg resume -n`: what is left of a run, without doing it."""

import re

import rsrg

TIME = r"  time about .* on this machine \(measured on one chunk\)\n"


def test_of_a_stopped_run(command, config, tmp_path):
    rsrg.run(config, "run.h5", walltime=1e-6)  # one chunk, which every session does
    before = (tmp_path / "run.h5").read_bytes()
    done = command("resume", "-n", "run.h5")
    assert re.fullmatch(rf"run\.h5: 11 chunks of 12 left\n{TIME}", done.stdout), done
    assert (tmp_path / "run.h5").read_bytes() == before


def test_of_a_finished_run_and_of_more(command, finished, tmp_path):
    (tmp_path / "run.h5").write_bytes(finished.read_bytes())
    assert command("resume", "-n", "run.h5").stdout == "run.h5: 0 chunks of 12 left\n"
    more = command("resume", "-n", "run.h5", "-o", "sampling.samples", "128")
    assert more.stdout.startswith("run.h5: 12 chunks of 24 left\n")
    refused = command("resume", "-n", "run.h5", "-o", "blocks.n0", "3")
    assert (refused.returncode, refused.stderr) == (
        2, "rsrg: `blocks.n0` cannot change on resume: 2 in the file, 3 asked for\n",
    )  # fmt: skip


def test_of_exact_super_blocks(command):
    command("exact", "--example", "exact_small", "--output", "run.h5", "--walltime", "0.01s", "-q")
    assert re.fullmatch(
        r"run\.h5: \d+ chunks of \d+ left\n", command("resume", "-n", "run.h5").stdout
    )
