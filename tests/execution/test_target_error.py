"""Runs that end when an error is small enough: where, whatever happened on the way."""

import shutil
import signal

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.errors import ConfigError
from rsrg.execution.target_error import largest_error, next_round
from rsrg.report.sampling_note import sampling_notes
from rsrg.results.chunk_means import MomentArrays

TEXT = """\
schema_version: 1
materials: [{alpha: 0.7}, {alpha: 0.5}]
lengths: {start: 50 angstrom, sample: 20 nm}
blocks: {n0: 2}
strain: {values: [0.0, 0.2, 0.4]}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 256, seed: 3, target_error: 6e-4}
checkpoint: {every: 1 hour}
"""


def config(**overrides):
    text = TEXT
    for key, value in overrides.items():
        text = text.replace("seed: 3", f"seed: 3, {key}: {value}")
    return config_from_text(text)


def tighter(error):
    return config_from_text(TEXT.replace("6e-4", str(error)))


@pytest.fixture(scope="module")
def reached(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / "run.h5"
    rsrg.run(config(), path)
    return path


def test_ends_at_the_first_round_that_meets_it(reached):
    run = rsrg.open_run(reached)
    assert run.status == "finished"
    assert run.read("coupling/M_stderr").max() <= 6e-4
    samples = run.config.sampling.samples
    assert samples > 256  # or nothing was tested
    fewer = int(np.ceil(samples / 1.25 / 16)) * 16  # the round before
    whole, some = MomentArrays.from_run_file(run.snapshot, run.config), slice(fewer // 16)
    before = MomentArrays(
        whole.moments[..., some, :],
        whole.unstrained[:, some],
        whole.volume[..., some, :],
        whole.number[..., some],
    )
    assert largest_error(config(), before) > 6e-4
    assert run.progress == (2 * samples // 16, 2 * samples // 16)  # two steps


def test_the_draws_are_those_of_a_plain_run(reached, tmp_path):
    samples = rsrg.open_run(reached).config.sampling.samples
    text = TEXT.replace("samples: 256", f"samples: {samples}").replace(", target_error: 6e-4", "")
    plain = rsrg.run(config_from_text(text), tmp_path / "plain.h5")
    for name in ("coupling/moments", "coupling/M_stderr", "critical/strain"):
        np.testing.assert_array_equal(plain.read(name), rsrg.open_run(reached).read(name))


def test_stopped_and_resumed_ends_with_the_same_bits(reached, tmp_path, same):
    path, sent = tmp_path / "run.h5", []

    def stop_once(after):
        def watch(progress):
            if progress.done >= after and len(sent) < 2 and after not in sent:
                sent.append(after)
                signal.raise_signal(signal.SIGINT)

        return watch

    assert rsrg.run(config(), path, watch=stop_once(20)).status == "stopped"
    assert rsrg.resume(path, watch=stop_once(60)).status == "stopped"
    assert rsrg.resume(path).status == "finished"
    same(path, reached)


def test_a_smaller_target_does_only_new_work(reached, tmp_path, same):
    path = tmp_path / "run.h5"
    shutil.copy2(reached, path)
    made = []
    done = rsrg.open_run(path).progress[0]
    run = rsrg.resume(path, {"sampling.target_error": 4.5e-4}, watch=lambda p: made.append(p.done))
    assert made[0] == done < run.progress[0]
    assert run.read("coupling/M_stderr").max() <= 4.5e-4
    rsrg.run(tighter(4.5e-4), tmp_path / "direct.h5")
    same(path, tmp_path / "direct.h5")


def test_cap(tmp_path):
    run = rsrg.run(config(max_samples=384), tmp_path / "run.h5")
    assert run.config.sampling.samples == 384
    assert "not met" in sampling_notes(run)[-1]
    assert "`max_samples` 384" in sampling_notes(run)[-1]
    more = rsrg.resume(tmp_path / "run.h5", {"sampling.max_samples": 10**6})
    assert "met" in sampling_notes(more)[-1]
    assert "not met" not in sampling_notes(more)[-1]


def test_critical_strain_as_target(tmp_path):
    text = TEXT.replace("[0.0, 0.2, 0.4]", "{start: 0.0, stop: 2.0, count: 9}")
    text = text.replace("6e-4", "0.02, target_quantity: critical_strain")
    text = text.replace("sample: 20 nm", "sample: 1 um").replace(", affine/sphere", "")
    run = rsrg.run(config_from_text(text), tmp_path / "run.h5")
    errors = run.read("critical/sampling_stderr")[..., 0]
    assert np.isfinite(errors).all()
    assert errors.max() <= 0.02
    # interpolation between nine strains adds what no draws can take away
    assert np.all(run.read("critical/strain_stderr")[..., 0] >= errors)


def test_variance_reduction_is_the_ratio_of_the_errors(reached):
    """Against the scatter of chunk means themselves, the plain estimate of an error."""
    run = rsrg.open_run(reached)
    moments = run.read("coupling/moments")
    assert np.all(run.read("coupling/variance_reduction")[:, :, 1:] > 2.0)
    largest = run.read("coupling/M_stderr").max(axis=(1, 4, 5))
    ratio = (run.read("coupling/plain_stderr") / largest) ** 2
    np.testing.assert_allclose(ratio[:, :, 1:], run.read("coupling/variance_reduction")[:, :, 1:])
    from rsrg.physics.interaction import lambda_tilde_from_moments

    m = lambda_tilde_from_moments(moments[:, 0, 1], 0.7) / (4 * np.pi)  # fixed: V = 1
    plain = m.std(axis=1, ddof=1).max() / np.sqrt(m.shape[1])
    # groups of chunks of unequal size scatter otherwise: 64 groups know an error to 9%
    assert run.read("coupling/plain_stderr")[0, 0, 1] == pytest.approx(plain, rel=0.3)


def test_no_target_no_round():
    plain = config_from_text(TEXT.replace(", target_error: 6e-4", ""))
    assert next_round(plain, MomentArrays(np.empty(0), np.empty(0))) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("target_error: 6e-4", "target_error: 0", "`target_error` must be a standard error, "
         "a number greater than 0, at most 1; got 0 "),
        ("target_error: 6e-4", "max_samples: 512", "`sampling` must have `target_quantity` and "
         "`max_samples` with `target_error` only; "),
        ("samples: 256", "estimator: formula", "`sampling` must not have `target_error` with "
         "`formula`: it has none; "),
        ("samples: 256", "samples: 64", "`sampling` must have `samples` of at least 256 with "
         "`target_error`, for the error itself to be known; "),
        ("seed: 3", "max_samples: 128", "`sampling` must have `max_samples` of at least `samples`"),
        ("readings:", "flow: {update: second_order}\nreadings:", "`sampling.target_quantity: "
         "critical_strain` must come with `flow.update: resummed`: second order has no crossing"),
    ],
)  # fmt: skip
def test_broken_targets(old, new, message):
    text = TEXT.replace(old, new)
    if "second_order" in new:
        text = text.replace("6e-4", "6e-4, target_quantity: critical_strain")
    with pytest.raises(ConfigError) as caught:
        config_from_text(text)
    assert caught.value.problems[0].startswith(message)


def test_targets_are_not_eased_on_resume(reached):
    for override, message in (
        ({"sampling.target_error": 1e-2}, "`sampling.target_error` can only fall on resume"),
        ({"sampling.max_samples": 256}, "`sampling` must have `max_samples` of at least `samples`"),
    ):
        with pytest.raises(ConfigError) as caught:
            rsrg.resume(reached, override)
        assert any(p.startswith(message) for p in caught.value.problems), caught.value.problems
