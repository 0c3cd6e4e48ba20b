"""Ratios of means with their standard errors, and what is concluded from them."""

import numpy as np
import pytest

from rsrg.ensemble.super_blocks import NORMS, SUPER_BLOCK_CHUNK
from rsrg.results.exact_cases import ExactCase, Measured, right_up_to
from rsrg.results.exact_results import EQUATIONS, exact_results


def norms(number, seed=0):
    rng = np.random.default_rng(seed)
    return 1.0 + rng.random((len(NORMS), 2, 1, 3, number))


def test_ratios_of_means():
    n = norms(5 * SUPER_BLOCK_CHUNK)
    results, mean = exact_results(n), dict(zip(NORMS, n.mean(axis=-1), strict=True))
    close = {"rtol": 1e-14}  # rounding of two means
    expected = {
        "3.3": mean["error_3.3"] / mean["change"],
        "3.3 with stress term": mean["error_with_stress_term"] / mean["change"],
        "3.2": mean["relaxation_error_3.2"] / mean["relaxation_change"],
    }
    for name, row in zip(EQUATIONS, results["exact/relative_error"], strict=True):
        np.testing.assert_allclose(row, expected[name], **close)
    change = mean["change"] / mean["chi"]
    np.testing.assert_allclose(results["exact/relative_change"], change, **close)
    np.testing.assert_allclose(
        results["exact/projection"], mean["projection"] / mean["change"], **close
    )


def test_standard_errors_are_the_spread_of_ensembles():
    """That of 40 super blocks is the spread over 200 other ensembles of 40."""
    ensembles = [exact_results(norms(5 * SUPER_BLOCK_CHUNK, seed)) for seed in range(200)]
    ratios = np.array([e["exact/relative_error"] for e in ensembles])
    errors = np.array([e["exact/relative_error_stderr"] for e in ensembles])
    spread = ratios.std(axis=0)
    mean_error = np.sqrt((errors**2).mean(axis=0))
    # of a spread from 200 numbers 5%, of the jackknife with 5 groups 35%/√200: four of these
    np.testing.assert_allclose(mean_error, spread, rtol=4 * np.hypot(0.05, 0.025))


def case(coupling, error, stderr=0.001, temperature=1.0):
    m = Measured(1.0, 0.0)
    return ExactCase(coupling, 1.0, temperature, m, m, {"3.3": Measured(error, stderr)})


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((0.01, 0.05, 0.2), (0.1, False)),
        ((0.01, 0.05, 0.09), (1.0, True)),
        ((0.2, 0.05, 0.01), (None, False)),  # right by chance at large x does not count
        ((0.01, 0.0999, 0.2), (0.01, False)),  # within two standard errors: not known
    ],
)
def test_where_a_formula_is_right(errors, expected):
    cases = [case(x, e) for x, e in zip((0.01, 0.1, 1.0), errors, strict=True)]
    assert list(right_up_to(cases[::-1], "3.3")) == [(1.0, *expected)]


def test_distance_enters_as_its_cube():
    m = Measured(1.0, 0.0)
    assert ExactCase(8.0, 2.0, 1.0, m, m, {}).coupling == 1.0
