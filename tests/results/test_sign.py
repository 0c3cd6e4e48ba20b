"""Both signs of the flow, |χ|⁻¹ ← |χ|⁻¹ ± M, and the amplitude of its start, in every update."""

import json

import numpy as np
import pytest

import rsrg
from rsrg.errors import ConfigError
from rsrg.physics.interaction import lambda_tilde_from_moments
from rsrg.physics.pairs import inverse, weighted

TO_A_MILLIMETRE = "{start: 50 angstrom, sample: 1 mm}"
WIDE = "{component: xx, values: {start: 0.0, stop: 2.0, count: 21}}"
EXACT = {"blocks": "{n0: 3, count: volume}", "sampling": "{estimator: exact}"}
POOL = "pool: 256, disorder: quenched"
WIDTH = "initial: {kind: lognormal, width: 0.2}"


@pytest.fixture(scope="module")
def run_of(changed, tmp_path_factory):
    def run(**sections):
        return rsrg.run(changed(**sections), tmp_path_factory.mktemp("sign") / "run.h5")

    return run


def first(run, reading, source="lattice"):
    own = [c for c in run.critical_strains() if (c.reading, c.source) == (reading, source)]
    return min(c.value for c in own if c.material == "alpha=0.7")


def test_the_readings_change_places(run_of):
    """PHYSICS §8.1: with the Hamiltonian's sign 1.8536 and 0.5025, not 0.4711 and 1.7046."""
    run = run_of(flow="{sign: hamiltonian}", strain=WIDE, lengths=TO_A_MILLIMETRE, **EXACT)
    # the digits given
    assert first(run, "fixed/ellipsoid") == pytest.approx(1.8536, abs=0.5e-4)
    assert first(run, "affine/sphere") == pytest.approx(0.5025, abs=0.5e-4)
    for reading in run.config.readings:
        positions, domain = reading.split("/")

        def limit(e, positions=positions, domain=domain):
            return rsrg.continuum_coupling(e, 0.7, positions, domain)

        expected = rsrg.critical_strains(limit, 0.7, 12, sign="hamiltonian")
        # both find roots to 1e-8
        found = first(run, reading, "continuum")
        assert found == pytest.approx(expected[0].strain, abs=2e-8)


def test_only_a_product_of_amplitude_and_steps_matters(run_of):
    """(f χ_el)⁻¹ + n M is singular where χ_el⁻¹ + f n M is: half the start, twice the steps."""
    half = run_of(
        flow="{initial: {kind: elastic, amplitude: 0.5}}",
        lengths="{log_ratio: 13.1}",  # 12 steps of ln 3
        strain=WIDE,
        **EXACT,
    )
    whole = run_of(lengths="{log_ratio: 6.5}", strain=WIDE, **EXACT)  # 6 steps
    assert (half.config.steps(), whole.config.steps()) == (12, 6)
    for source in ("lattice", "continuum", "log"):
        readings = half.readings(source)
        for reading in readings:
            a, b = (
                [
                    c.value
                    for c in run.critical_strains()
                    if (c.source, c.reading) == (source, reading)
                ]
                for run in (half, whole)
            )
            assert a == pytest.approx(b, abs=2e-8)  # roots of both to 1e-8
    np.testing.assert_allclose(half.read("flow/chi_start"), 0.5 * whole.read("flow/chi_start"))


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("update", ["resummed", "second_order"])
def test_a_sampled_flow_is_its_recursion(run_of, update, sign):
    """χ⁻¹ ± Σ M, and χ ∓ χMχ step by step, with the M that the run stores."""
    run = run_of(flow=f"{{update: {update}, sign: {sign}}}")
    m = run.read("coupling/M") * (1.0 if sign == "paper" else -1.0)
    start = run.read("flow/chi_start")[:, None, None]
    if update == "resummed":
        expected = inverse(
            inverse(start, "tensor")[None] + np.cumsum(np.moveaxis(m, 1, 0), 0), "tensor"
        )
    else:
        chi, expected = weighted(np.broadcast_to(start, m[:, 0].shape), "tensor"), []
        for step in np.moveaxis(weighted(m, "tensor"), 1, 0):
            chi = chi - chi @ step @ chi
            expected.append(chi)
        expected = np.array(expected)
    found = np.moveaxis(run.read("flow/chi"), 1, 0)
    if update == "second_order":
        found = weighted(found, "tensor")
    # rounding of a few 6×6 products and inversions of numbers up to 1e3
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    # the errors are those of the same draws, whatever the sign
    assert (run.read("flow/inverse_eigenvalues_stderr")[:, 0, :, 1:] > 0.0).all()


def test_a_step_of_each_sign_is_opposite(run_of):
    """Resummed, the first step changes χ_el⁻¹ by +M or −M, and their mean is χ_el⁻¹."""
    runs = [run_of(flow=f"{{sign: {sign}}}") for sign in ("paper", "hamiltonian")]
    start = inverse(runs[0].read("flow/chi_start"), "tensor")[:, None, None]
    first_step = [inverse(r.read("flow/chi")[:, 0], "tensor") for r in runs]
    # rounding of two inversions of numbers of order 1
    np.testing.assert_allclose(0.5 * (first_step[0] + first_step[1]) - start, 0.0, atol=1e-13)
    assert np.abs(first_step[0] - first_step[1]).max() > 0.01  # M of e = 0.8


@pytest.mark.parametrize("sign", ["paper", "hamiltonian"])
@pytest.mark.parametrize("update", ["resummed", "second_order", "harmonic"])
def test_a_pool_flows_with_the_sign(run_of, update, sign):
    """The first super block of a pool, from the positions and blocks of its draw, by einsum."""
    from rsrg.execution.sampler import config_pool_step
    from rsrg.physics.quenched import pair_interaction

    run = run_of(
        materials="[{alpha: 0.7}]",
        lengths="{log_ratio: 0.5}",
        strain="{values: [0.0, 0.3]}",
        readings="[affine/sphere]",
        flow=f"{{update: {update}, sign: {sign}, {POOL}, {WIDTH}}}",
    )
    step = config_pool_step(run.config)
    law_blocks = _first_blocks(run)
    placed = step.blocks(0, range(1))
    positions, index = placed.positions, placed.block_index
    case, factor = 1, 1.0 if sign == "paper" else -1.0  # e = 0.3
    blocks = weighted(law_blocks[index[0, case]], "tensor")
    m = factor * weighted(pair_interaction(positions[0, case], 0.7, 1.3), "tensor")
    n = len(blocks)
    if update == "harmonic":
        hessian = np.einsum("stij->sitj", m).copy()
        for s in range(n):
            hessian[s, :, s] += np.linalg.inv(blocks[s])
        response = np.linalg.inv(hessian.reshape(6 * n, 6 * n)).reshape(n, 6, n, 6)
        expected = np.einsum("sitj->ij", response) / n
        lowest = np.linalg.eigvalsh(hessian.reshape(6 * n, 6 * n))[0]
        # of 48 rows, near singular ones lose digits
        assert run.read("pool/stability")[0, 0, 1, 0] == pytest.approx(lowest, abs=1e-11)
    else:
        mean = blocks.mean(axis=0)
        b = np.einsum("sij,stjk,tkl->il", blocks, m, blocks) / n
        r = np.linalg.inv(mean)
        expected = mean - b if update == "second_order" else np.linalg.inv(r + r @ b @ r)
    found = weighted(run.read("pool/chi")[0, 0, 1, 0], "tensor")
    # sums of 64 terms and an inversion, on the scale of χ² M
    np.testing.assert_allclose(found, expected, atol=1e-11 * max(1.0, np.abs(expected).max() ** 2))


def _first_blocks(run):
    from rsrg.config.block_ensemble import initial_law
    from rsrg.ensemble.initial import initial_pool

    flow = run.config.flow
    return initial_pool(initial_law(flow.initial), 0.7, flow.blocks, run.config.sampling.seed)


def test_configs_without_a_sign_keep_their_names(changed):
    """What is stored, and the digest that names files of sweeps, are as before there was a sign."""
    config = changed()
    assert "sign" not in json.loads(config.resolved())["flow"]
    assert config.flow.sign == "paper"
    assert changed(flow="{sign: paper}").digest() == config.digest()
    other = changed(flow="{sign: hamiltonian}")
    assert other.digest() != config.digest()
    assert type(other).model_validate_json(other.resolved()) == other
    half = changed(flow="{initial: {kind: elastic, amplitude: 0.5}}")
    assert type(half).model_validate_json(half.resolved()).flow.amplitude == 0.5
    assert changed(flow="{initial: {kind: elastic}}").digest() == config.digest()


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ("{sign: plus}", "paper or hamiltonian"),
        ("{initial: {kind: elastic, amplitude: 0}}", "greater than 0"),
        (f"{{{POOL}, initial: {{kind: levels, amplitude: 2}}}}", "`amplitude` with `kind: levels`"),
    ],
)
def test_mistakes_are_told(changed, flow, words):
    with pytest.raises(ConfigError, match=words):
        changed(flow=flow)


def test_a_resume_cannot_change_the_sign(run_of):
    run = run_of(flow="{sign: hamiltonian}", lengths="{log_ratio: 0.5}")
    with pytest.raises(
        ConfigError, match=r"`flow\.sign` .*'hamiltonian' in the file, 'paper' asked"
    ):
        rsrg.resume(run.path, {"flow.sign": "paper"})


def test_the_table_names_the_sign(run_of, command):
    run = run_of(flow="{sign: hamiltonian}", lengths="{log_ratio: 0.5}")
    printed = command("report", str(run.path)).stdout
    assert "the Hamiltonian's sign: each step takes M away" in " ".join(printed.split())
    assert "the Hamiltonian's sign" in command("compare", str(run.path)).stdout


def test_lambda_is_the_same(run_of):
    """M itself has no sign of its own: it is the sum over blocks, Eq. 3.7."""
    run = run_of(flow="{sign: hamiltonian}", **EXACT)
    moments = run.read("coupling/moments")[0, 0, -1, 0]
    m = run.read("coupling/M")[1, 0, 0, -1]
    # one contraction, to rounding; fixed places, so V = 1
    np.testing.assert_allclose(m, lambda_tilde_from_moments(moments, 0.7) / (4 * np.pi), atol=1e-14)
