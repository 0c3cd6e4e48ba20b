"""Two runs side by side, and a run with its formulas: `rsrg.compare` and its command."""

import json

import numpy as np
import pytest

import rsrg
from rsrg.errors import ConfigError, NotARunError, RunFileError
from rsrg.formatting import difference_text, sigmas_text, with_error
from rsrg.results.chi_square import GROUPS_PER_COMBINATION, Sampled, SummedCoupling, chi_square

STRAIN = "{component: xx, values: {start: 0.0, stop: 3.0, count: 13}}"
MILLIMETRE = "{start: 50 angstrom, sample: 1 mm}"
LINES = {"strain": STRAIN, "lengths": MILLIMETRE, "blocks": "{n0: 3, count: volume}"}
EXACT = "{estimator: exact}"


@pytest.fixture(scope="module")
def ran(changed, tmp_path_factory):
    """A run of the small config with some lines replaced, to one millimetre; each once."""
    folder, runs = tmp_path_factory.mktemp("compared"), {}

    def make(**lines):
        key = json.dumps(lines)
        if key not in runs:
            runs[key] = rsrg.run(changed(**LINES | lines), folder / f"{len(runs)}.h5")
        return runs[key]

    return make


def sampled(seed, samples=256):
    return {"sampling": f"{{samples: {samples}, seed: {seed}}}"}


def test_two_samples_agree_within_joint_errors(ran):
    """The same physics, other draws: every critical strain and χ² are what chance allows."""
    a, b = ran(**sampled(3)), ran(**sampled(4))
    result = rsrg.compare(a, b)
    assert (result.correlated, result.not_compared) == (False, [])
    assert [(s.key, s.a, s.b) for s in result.settings] == [("sampling.seed", 3, 4)]
    rows = [r for r in result.critical_strains if r.source == "lattice"]
    assert len(rows) == 6  # two glasses; the dilation, and two degenerate channels
    records = {(r.material, r.reading, r.source, r.channel): r for r in a.critical_strains()}
    for r in rows:
        own = records[r.material, r.reading, r.source, r.channel]
        assert (r.a, r.a_stderr) == (own.value, own.stderr)
        assert r.difference == r.a - r.b
        assert r.stderr == pytest.approx(np.hypot(r.a_stderr, r.b_stderr), rel=1e-15)  # rounding
        assert abs(r.sigmas) < 4.0
    assert all(r.difference == 0.0 for r in result.critical_strains if r.source != "lattice")
    for r in result.eigenvalues:
        if r.source == "lattice":
            assert r.probability > 1e-4
            assert r.degrees == 2 * 16 // GROUPS_PER_COMBINATION


def test_the_largest_difference_is_found(ran):
    a, b = ran(**sampled(3)), ran(**sampled(4))
    at = {"material": 1, "reading": 0, "step": -1}
    values = [r.values("flow/inverse_eigenvalues", **at) for r in (a, b)]
    errors = [r.values("flow/inverse_eigenvalues_stderr", **at) for r in (a, b)]
    joint = np.hypot(*errors)
    sigmas = np.abs(values[0] - values[1]) / np.where(joint > 0.0, joint, np.inf)
    k, c = np.unravel_index(np.argmax(sigmas), sigmas.shape)
    (row,) = (
        r
        for r in rsrg.compare(a, b, material="alpha=0.7", reading="fixed/ellipsoid").eigenvalues
        if r.source == "lattice"
    )
    assert (row.strain, row.channel) == (a.read("axes/strain")[k], a.read("axes/channel")[c])
    assert abs(row.sigmas) == pytest.approx(sigmas[k, c], rel=1e-12)  # rounding
    assert (row.a, row.b, row.strains) == (values[0][k, c], values[1][k, c], 13)


def test_a_sum_is_held_against_its_exact_mean(ran):
    """The error is then that of the sample alone."""
    result = rsrg.compare(ran(**sampled(3)), ran(sampling=EXACT))
    for r in result.critical_strains:
        if r.source == "lattice":
            assert (r.b_stderr, r.stderr) == (0.0, r.a_stderr)
            assert abs(r.sigmas) < 4.0
    (chi,) = {r.degrees for r in result.eigenvalues if r.source == "lattice"}
    assert chi == 16 // GROUPS_PER_COMBINATION


def test_exact_sums_differ_by_what_they_differ(ran):
    """N0 = 3 and 9: flows of 12 and 6 steps to the same length, without any error."""
    a, b = ran(sampling=EXACT), ran(sampling=EXACT, blocks="{n0: 9, count: volume}")
    result = rsrg.compare(a, b)
    assert not result.correlated
    assert {r.sigmas for r in result.critical_strains} == {None}
    assert {r.stderr for r in result.eigenvalues} == {0.0}
    first = next(r for r in result.critical_strains if r.reading == "fixed/ellipsoid")
    assert first.difference == first.a - first.b < -0.1
    assert {r.chi_square for r in result.eigenvalues} == {None}


def test_shared_draws_are_said(ran, command):
    """More draws of the same seed: the first are the same."""
    a, b = ran(**sampled(3)), ran(**sampled(3, 320))
    result = rsrg.compare(a, b)
    assert result.correlated
    assert {r.chi_square for r in result.eigenvalues} == {None}
    shown = " ".join(command("compare", a.path, b.path).stdout.split())
    assert "A and B have the same seed" in shown
    assert "joint standard errors do not hold" in shown


def test_what_cannot_be_compared_is_said(ran):
    a = ran(**sampled(3))
    b = ran(
        **sampled(4),
        materials="[{alpha: 0.7}, {name: a-SiO2, alpha: 0.6}, BK7]",
        readings="[affine/sphere, fixed/sphere]",
        strain="{component: xx, values: [0.0, 0.5, 0.6, 3.0]}",
        lengths="{start: 50 angstrom, sample: 35 nm}",
    )
    result = rsrg.compare(a, b)
    assert result.not_compared == [
        "glass in B only: BK7",
        "a-SiO2 is another glass in B: α = 0.570749 in A, 0.6 in B",
        "reading in A only: fixed/ellipsoid",
        "reading in B only: fixed/sphere",
        "A and B have 3 strains in common, of 13 in A and 4 in B: χ⁻¹ is compared there alone",
        "the flows end at different lengths, 2.657 mm (12 steps) in A and 45 nm (2 steps) in B: "
        "critical strains differ by that, and χ⁻¹ is not compared",
    ]
    assert result.eigenvalues == []
    assert {r.reading for r in result.critical_strains} <= {"affine/sphere", ""}


def test_only_common_strains_are_compared(ran):
    """Every second strain of A: the eigenvalues there, at the same strains."""
    coarse = "{component: xx, values: {start: 0.0, stop: 3.0, count: 7}}"
    a, b = ran(sampling=EXACT), ran(sampling=EXACT, strain=coarse)
    result = rsrg.compare(a, b)
    assert {r.strains for r in result.eigenvalues} == {7}
    # the same function of strain, to rounding, whatever the grid
    assert max(abs(r.difference) for r in result.eigenvalues) < 1e-12
    assert max(abs(r.difference) for r in result.critical_strains) < 2e-8  # roots to 1e-8 each


def test_other_directions_are_not_compared(ran):
    few = sampled(5, 64) | {"lengths": "{start: 50 angstrom, sample: 10 nm}"}
    other = ran(**few, strain="{component: xy, values: [0.0, 0.5]}")
    result = rsrg.compare(ran(**sampled(3)), other)
    assert (result.critical_strains, result.eigenvalues) == ([], [])
    assert "A and B are strained in different directions: no strain of A is one of B" in (
        result.not_compared
    )


def test_chi_square_is_that_of_independent_numbers():
    """Correlated numbers, 64 groups on each side: mean and variance of χ² over 500 trials."""
    rng, groups, numbers = np.random.default_rng(1), 64, 20
    mixing = rng.standard_normal((numbers, numbers))

    def vector():
        each = rng.standard_normal((groups, numbers)) @ mixing
        mean = each.mean(axis=0)
        return Sampled(mean, (each - mean) / np.sqrt(groups * (groups - 1)))

    found = [chi_square(vector(), vector()) for _ in range(500)]
    (degrees,) = {c.degrees for c in found}
    assert degrees == 2 * groups // GROUPS_PER_COMBINATION
    # 4 standard errors of the mean, 0.7; and that much for variances known to 1/8, which favour
    # combinations whose variance is overestimated
    assert (
        abs(np.mean([c.value for c in found]) - degrees) < 4.0 * np.sqrt(2.0 * degrees / 500) + 1.5
    )
    assert np.std([c.value for c in found]) == pytest.approx(np.sqrt(2.0 * degrees), rel=0.25)
    shifted = Sampled(vector().values + 3.0, vector().deviations)
    assert chi_square(shifted, vector()).probability < 1e-6
    exact = Sampled(np.zeros(numbers), np.empty((0, numbers)))
    assert chi_square(exact, exact) is None


def test_summed_coupling_is_what_the_flow_adds(ran):
    """χ⁻¹ = χ'⁻¹ + Σ M, as matrices, and the jackknife's errors of it."""
    run = ran(**sampled(3))
    got = SummedCoupling.of(run).at(1, 0, np.arange(13))
    expected = run.read("coupling/M")[1, :, 0].sum(axis=0)
    np.testing.assert_allclose(got.values.reshape(13, 6, 6), expected, rtol=0, atol=1e-13)
    # steps are independent only on average: the jackknife of the sum and the sum of the
    # jackknives' variances agree as variances of 16 groups do
    variance = (got.deviations**2).sum(axis=0).reshape(13, 6, 6)
    of_steps = (run.read("coupling/M_stderr")[1, :, 0] ** 2).sum(axis=0)
    known = of_steps > 1e-12 * of_steps.max()
    assert np.median(variance[known] / of_steps[known]) == pytest.approx(1.0, abs=0.5)


def test_the_command(ran, command):
    a, b = ran(**sampled(3)), ran(**sampled(4))
    done = command("compare", a.path, b.path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == [f"A: {a.path}", f"B: {b.path}", "sampling.seed: 3 in A, 4 in B"]
    assert max(map(len, lines)) <= 80
    row = next(r for r in rsrg.compare(a, b).critical_strains if r.source == "lattice")
    assert any(f"{row.sigmas:+.1f}".replace("-", "−") in line for line in lines if "xx+" in line)
    text = " ".join(done.stdout.split())
    for term in ("Joint σ:", "χ²:", "The same in A and B: continuum"):
        assert term in text
    data = json.loads(command("compare", a.path, b.path, "--json").stdout)
    assert data["settings"] == [{"key": "sampling.seed", "a": 3, "b": 4}]
    assert data["critical_strains"][0]["channel"] == row.channel


def test_the_same_run_twice(finished, command):
    done = command("compare", finished, finished)
    assert done.returncode == 0
    shown = " ".join(done.stdout.split())
    assert "Both runs have the same settings." in shown
    assert "The same in A and B: sum, fixed/ellipsoid; sum, affine/sphere; continuum," in shown
    assert "channel" not in shown  # no table


def test_what_is_refused(ran, command, request, tmp_path, config):
    run = ran(sampling=EXACT)
    for wrong in ({"material": "PMMA"}, {"reading": "fixed/sphere"}):
        with pytest.raises(RunFileError, match="must be one of"):
            rsrg.compare(run, run, **wrong)
    for wrong in ({"strain": 0.5}, {"channel": "yy-zz"}):
        with pytest.raises(ConfigError, match="must be left out where two runs are compared"):
            rsrg.compare(run, run, **wrong)
    assert command("compare", run.path, run.path, "--strain", "0.5").returncode == 2
    source = request.config.rootpath / "configs" / "exact_small.yaml"
    exact = tmp_path / "exact.h5"
    command("exact", source, "--output", exact, "-q", "--walltime", "0.001s")
    with pytest.raises(NotARunError, match="exact super blocks and no flow"):
        rsrg.compare(run, exact)
    rsrg.run(config, tmp_path / "stopped.h5", walltime=1e-6)
    with pytest.raises(RunFileError, match="is stopped"):
        rsrg.compare(run, tmp_path / "stopped.h5")


def test_one_run_by_name_and_from_python(ran):
    run = ran(**sampled(3))
    rows = rsrg.compare(str(run.path), reading="fixed/ellipsoid", strain=0.5, channel="yy-zz")
    assert [r.step for r in rows] == list(range(1, 13))
    assert {(r.material, r.strain, r.channel) for r in rows} == {("a-SiO2", 0.5, "yy-zz")}
    assert len(rsrg.compare(run)) == 2 * 12


def test_a_notebook_shows_tables(ran):
    """A row for each record, with its numbers as the command prints them."""
    a, b = ran(**sampled(3)), ran(**sampled(4))
    result, rows = rsrg.compare(a, b), rsrg.compare(a)
    for records in (result.critical_strains, result.eigenvalues, rows):
        assert records._repr_html_().count("<tr>") == 1 + len(records)
    first = result.critical_strains[0]
    assert (
        f"<td>{with_error(first.a, first.a_stderr)}</td>" in result.critical_strains._repr_html_()
    )


def test_texts_of_differences():
    assert difference_text(-0.00143, 0.0014) == "−0.0014(14)"
    assert difference_text(0.5, 0.0) == "+0.50000"
    assert difference_text(float("nan"), 0.1) == "–"
    assert [sigmas_text(x) for x in (-2.94, 0.0, None)] == ["−2.9", "+0.0", "–"]


def test_an_exact_sum_has_differences_and_no_deviations(ran, command):
    done = command("compare", ran(sampling=EXACT).path)
    assert "difference" in done.stdout
    assert "deviation" not in done.stdout
    assert "Differences: sum minus formula" in done.stdout
    assert "σ" not in done.stdout
