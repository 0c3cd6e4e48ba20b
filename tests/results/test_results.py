"""What a run finds: reference critical strains, errors, and every kind of strain."""

import numpy as np
import pytest

import rsrg
from rsrg.config.geometry import Lengths
from rsrg.physics.materials import TABLE_I
from rsrg.physics.recursion import RUNAWAY
from rsrg.results.chunk_means import MomentArrays
from rsrg.results.compute import compute_results
from rsrg.results.side_by_side import MEMORY, glass_bytes, glasses_at_once
from rsrg.storage.layout import ENTRIES

WIDE = "{component: xx, values: {start: 0.0, stop: 2.0, count: 21}}"
TO_A_MILLIMETRE = "{start: 50 angstrom, sample: 1 mm}"


def strains_of(run, material="alpha=0.7", reading="fixed/ellipsoid", source="lattice"):
    return [
        r
        for r in run.critical_strains()
        if (r.material, r.reading, r.source) == (material, reading, source)
    ]


@pytest.fixture(scope="module")
def exact(changed, tmp_path_factory):
    config = changed(
        blocks="{n0: 3, count: volume}",
        sampling="{estimator: exact}",
        strain=WIDE,
        lengths=TO_A_MILLIMETRE,
    )
    return rsrg.run(config, tmp_path_factory.mktemp("exact") / "run.h5")


def test_exact_run_has_the_reference_strains(exact):
    """PHYSICS §7: N0 = 3, n = 12, α = 0.7."""
    assert len(exact.read("axes/step")) == 12
    found = [r.value for r in strains_of(exact)]
    assert found == pytest.approx([0.47114], abs=0.5e-5)  # the digits given
    found = strains_of(exact, reading="affine/sphere")
    assert [r.value for r in found] == pytest.approx([1.70456, 1.70456], abs=0.5e-5)
    assert {r.channel for r in found} == {"yy-zz", "yz"}


@pytest.mark.parametrize("reading", ["fixed/ellipsoid", "affine/sphere"])
def test_exact_run_is_the_function_based_root(exact, reading):
    def coupling(e):
        return rsrg.exact_coupling(e, 0.7, 3, *reading.split("/"))

    expected = rsrg.critical_strains(coupling, 0.7, 12)
    found = strains_of(exact, reading=reading)
    assert [r.channel for r in found] == [c.channel for c in expected]
    # both find roots to 1e-8
    assert [r.value for r in found] == pytest.approx([c.strain for c in expected], abs=2e-8)
    assert not any(r.stderr for r in found)


def test_formula_run_ends_at_the_sample(changed, tmp_path):
    """PHYSICS §7, real-valued n: affine/sphere 0.4860 twice, 0.7042; fixed/ellipsoid 0.2127."""
    config = changed(sampling="{estimator: formula}", strain=WIDE, lengths=TO_A_MILLIMETRE)
    run = rsrg.run(config, tmp_path / "run.h5")
    found = [r.value for r in strains_of(run, reading="affine/sphere", source="continuum")]
    assert found == pytest.approx([0.4860, 0.4860, 0.7042], abs=0.5e-4)  # the digits given
    found = [r.value for r in strains_of(run, source="continuum")]
    assert found[0] == pytest.approx(0.2127, abs=0.5e-4)


def test_table_one(tmp_path, request):
    """All 36 numbers of the paper's Table I, as printed."""
    config = rsrg.load_config(request.config.rootpath / "configs" / "table1.yaml")
    run = rsrg.run(config, tmp_path / "run.h5")
    for row in TABLE_I:
        found = sorted(r.value for r in strains_of(run, row.name, "", "log"))
        assert len(found) == 3
        printed = sorted(row.critical)
        # three printed digits, and half a unit more for the printed α, which has three, too
        digits = [1e-3 if e < 1 else 1e-2 for e in printed]
        assert np.all(np.abs(np.subtract(found, printed)) <= digits), row.name


def test_sampled_run_agrees_with_the_exact_one(changed, tmp_path):
    """count: volume, N0 = 3: within 4 standard errors, interpolation included."""
    lines = {"blocks": "{n0: 3, count: volume}", "lengths": TO_A_MILLIMETRE}
    strain = "{component: xx, values: {start: 0.0, stop: 1.0, count: 21}}"
    sampled = rsrg.run(
        changed(sampling="{samples: 512, seed: 5}", strain=strain, **lines), tmp_path / "s.h5"
    )
    (found,) = strains_of(sampled)
    assert 0 < found.stderr < 0.03
    assert abs(found.value - 0.47114) < 4 * found.stderr
    means = rsrg.run(
        changed(sampling="{estimator: exact}", strain=strain, **lines), tmp_path / "e.h5"
    )
    m, e = sampled.read("coupling/M"), means.read("coupling/M")
    # 12 steps × 2 × 2 × 21 × 36 correlated numbers: 5 standard errors
    assert np.all(np.abs(m - e) <= 5 * sampled.read("coupling/M_stderr") + 1e-14)
    chi = sampled.read("flow/inverse_eigenvalues"), means.read("flow/inverse_eigenvalues")
    stderr = sampled.read("flow/inverse_eigenvalues_stderr")
    assert np.all(np.abs(chi[0] - chi[1]) <= 5 * stderr + 1e-12)


def test_without_strain_nothing_flows(finished):
    """e = 0: M = 0, χ stays χ_el, and there is neither error nor deviation."""
    run = rsrg.open_run(finished)
    start = run.read("flow/chi_start")
    chi = run.read("flow/chi")[..., 0, :, :]
    np.testing.assert_allclose(chi, np.broadcast_to(start[:, None, None], chi.shape), atol=1e-12)
    np.testing.assert_allclose(run.read("coupling/M_stderr")[..., 0, :, :], 0, atol=1e-14)
    assert not run.read("flow/deviation_continuum")[..., 0, :].any()


def check_numbers(run):
    """No NaN anywhere but in `/critical`, and no infinity in χ⁻¹ or M."""
    for name in ENTRIES:
        if name not in run.snapshot or name.startswith("critical/"):
            continue
        values = np.asarray(run.read(name))
        if values.dtype.kind == "f":
            assert not np.isnan(values).any(), name
            if name.startswith(("coupling/", "flow/chi", "flow/inverse")):
                assert np.isfinite(values).all(), name


def test_second_order_runs_away_and_says_so(changed, tmp_path):
    config = changed(
        flow="{update: second_order}", strain=WIDE, lengths="{log_ratio: 20}", blocks="{n0: 2}"
    )
    run = rsrg.run(config, tmp_path / "run.h5")
    check_numbers(run)
    assert run.critical_strains() == []  # χ never changes sign
    runaway = run.read("flow/runaway_step")
    assert (runaway > 0).any()
    assert (runaway[..., 0] == -1).all()  # not without strain
    for index in np.argwhere(runaway > 0):
        i, j, k = index
        n = runaway[i, j, k]
        chi = run.read("flow/chi")[i, :, j, k]  # step n is row n − 1
        assert np.abs(chi[n - 1]).max() > RUNAWAY
        assert n == 1 or np.abs(chi[n - 2]).max() <= RUNAWAY
        np.testing.assert_array_equal(chi[n - 1 :], np.broadcast_to(chi[n - 1], chi[n - 1 :].shape))


def test_second_order_is_the_recursion(finished, changed, tmp_path):
    """χ ← χ − χMχ with each shear pair twice, step by step, written as matrices."""
    run = rsrg.run(changed(flow="{update: second_order}"), tmp_path / "run.h5")
    w = np.sqrt([1, 2, 2, 1, 2, 1])
    w = w[:, None] * w
    chi = run.read("flow/chi_start")[:, None, None] * w
    for n in range(3):
        chi = chi - chi @ (run.read("coupling/M")[:, n] * w) @ chi
        got = run.read("flow/chi")[:, n] * w
        np.testing.assert_allclose(got, chi, rtol=1e-12, atol=1e-12)  # three products


def test_resummed_is_the_recursion(finished):
    run = rsrg.open_run(finished)
    w = np.sqrt([1, 2, 2, 1, 2, 1])
    w = w[:, None] * w
    inverse = np.linalg.inv(run.read("flow/chi_start") * w)[:, None, None]
    total = inverse + (run.read("coupling/M") * w).sum(axis=1)
    got = run.read("flow/chi")[:, -1] * w
    np.testing.assert_allclose(np.linalg.inv(got), total, rtol=1e-9, atol=1e-12)  # inverted twice
    values = np.sort(run.read("flow/inverse_eigenvalues")[:, -1], axis=-1)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(total), atol=1e-8)  # SPLIT of channels


STRAINS = {
    "shear": "{component: xy, values: {start: 0.0, stop: 0.6, count: 5}}",
    "compression": "{component: xx, values: {start: -0.6, stop: 0.4, count: 6}}",
    "zz": "{component: zz, values: [0.0, 0.1, 0.3]}",
    "tensor": "{tensor: [[1, 0.2, 0], [0, -0.3, 0], [0.1, 0, 0]], values: [0.0, 0.2, 0.4, 0.6]}",
    "rotation": "{tensor: [[0, 1, 0], [-1, 0, 0], [0, 0, 0]], values: [0.0, 0.2, 0.4]}",
    "two": "{component: xx, values: [0.1, 0.2]}",
}


@pytest.mark.parametrize("kind", STRAINS)
def test_every_strain_works(changed, tmp_path, kind):
    run = rsrg.run(changed(strain=STRAINS[kind]), tmp_path / "run.h5")
    check_numbers(run)
    run.critical_strains()
    assert ("log" in run.sources()) == (kind in ("compression", "two"))


def test_a_rotation_is_no_strain(changed, tmp_path):
    """F = 1 + e·(antisymmetric): an equal stretch of x and y; turned about z nothing else."""
    turned = rsrg.run(changed(strain=STRAINS["rotation"]), tmp_path / "a.h5")
    m = turned.read("coupling/M")
    np.testing.assert_allclose(m[..., 0, 0], m[..., 3, 3], atol=1e-14)  # x as y
    np.testing.assert_allclose(m[..., 0, 0] - m[..., 0, 3], 2 * m[..., 1, 1], atol=1e-14)


def test_strains_along_x_and_z_are_the_same_physics(changed, tmp_path):
    lines = {"blocks": "{n0: 2, count: volume}", "sampling": "{estimator: exact}"}
    runs = [
        rsrg.run(
            changed(strain=f"{{component: {c}, values: [0.0, 0.2, 0.4]}}", **lines),
            tmp_path / f"{c}.h5",
        )
        for c in ("xx", "zz")
    ]
    x, z = (np.sort(r.read("flow/inverse_eigenvalues"), axis=-1) for r in runs)
    np.testing.assert_allclose(x, z, atol=1e-9)  # quadratures to 1e-11, channels split at 1e-10


def test_lengths(finished):
    run = rsrg.open_run(finished)
    np.testing.assert_allclose(run.read("axes/length"), [1e-8, 2e-8, 4e-8], rtol=1e-14)  # L₁ 2ⁿ
    np.testing.assert_array_equal(run.read("axes/length_ratio"), [2, 4, 8])


def test_failing_strains_are_stored(exact):
    """Of an exact run: the eigenvector that `critical_strains` gives, and the one of χ itself."""
    (record,) = strains_of(exact)
    (crossing,) = rsrg.critical_strains(
        lambda e: rsrg.exact_coupling(e, 0.7, 3, "fixed", "ellipsoid"), 0.7, 12
    )
    assert (record.failing_strain, record.channel) == ("xx+0.14yy+0.14zz", "xx+yy+zz")
    assert record.failing_strain == crossing.direction
    stored = exact.read("critical/failing_strain")[-1, 0, 0]
    # two roots good to 1e-8
    np.testing.assert_allclose(stored, crossing.components, atol=1e-7)


def test_failing_strains_of_a_sampled_run(changed, tmp_path):
    """Close to those of the exact mean, whose M is within a few per cent of the sampled one."""
    sections = {"strain": WIDE, "lengths": TO_A_MILLIMETRE, "materials": "[{alpha: 0.7}]"}
    run = rsrg.run(changed(blocks="{n0: 3}", **sections), tmp_path / "run.h5")
    record = min(strains_of(run), key=lambda r: r.value)
    parts = run.read("critical/failing_strain")[0, 0, 0]
    assert record.failing_strain.startswith("xx+0.1")
    np.testing.assert_allclose(parts, [1, 0, 0, 0.14, 0, 0.14], atol=0.02)
    shear = [r for r in strains_of(run, reading="affine/sphere") if r.value < 2.0]
    assert {r.failing_strain for r in shear} == {r.channel for r in shear} == {"yy-zz", "yz"}


def test_glasses_side_by_side_have_the_bits_of_one_after_the_other(changed, tmp_path):
    run = rsrg.run(changed(materials="all"), tmp_path / "run.h5")
    moments = MomentArrays.from_run_file(run, run.config)
    alone, together = (compute_results(run.config, moments, threads=n) for n in (1, 3))
    for name, values in alone.items():
        np.testing.assert_array_equal(together[name], values, err_msg=name)


def test_fewer_glasses_side_by_side_where_they_take_much_memory(changed):
    small = changed(materials="all")
    many = changed(materials="all", sampling="{samples: 1024, seed: 3}")
    large = many.model_copy(update={"lengths": Lengths(log_ratio=690.0)})
    assert glasses_at_once(small, 8) == 8
    assert glasses_at_once(small, 99) == 12  # there are no more
    assert glasses_at_once(large, 8) * glass_bytes(large) <= max(MEMORY, glass_bytes(large))
    assert 1 <= glasses_at_once(large, 8) < 8
