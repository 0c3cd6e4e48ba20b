"""Errors: caught by one name, and whole out of another process."""

import pickle

import numpy as np
import pytest

import rsrg
from rsrg.config.loading import config_from_text
from rsrg.errors import ConfigError, RsrgError
from rsrg.execution.open_executor import open_executor
from rsrg.physics.errors import ConvergenceError, PhysicsError

ERRORS = [
    ConfigError(["`n0` must be an integer", "`alpha` is missing"]),
    PhysicsError("`alpha` must lie between 0.25 and 1"),
    ConvergenceError("the sum did not settle", np.array([0.3, 0.2]), 0.01),
]


def kinds(error=RsrgError):
    """All of rsrg's kinds of errors."""
    return [error, *(kind for child in error.__subclasses__() for kind in kinds(child))]


def test_any_message_is_pickled():
    """Also of kinds that are still to come: they must take what they are called with."""
    of_a_text = set(kinds()) - {ConfigError, ConvergenceError}
    for error in [*ERRORS, *(kind("a text") for kind in of_a_text)]:
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy)) == (type(error), str(error))
        assert vars(copy).keys() == vars(error).keys()


def test_an_error_in_a_worker_process_is_that_error():
    """Both problems of a config, each as it was."""
    with open_executor(workers=1) as executor:
        future = executor.submit(config_from_text, "{materials: [1], lengths: 3}")
        with pytest.raises(ConfigError) as caught:
            future.result()
    with pytest.raises(ConfigError) as here:
        config_from_text("{materials: [1], lengths: 3}")
    assert caught.value.problems == here.value.problems
    assert len(here.value.problems) > 1


def test_bad_numbers_and_what_does_not_settle_are_errors_of_rsrg():
    """And of Python's kinds, as they were before."""
    assert {rsrg.RsrgError, ValueError} <= {*rsrg.PhysicsError.__mro__}
    assert {rsrg.RsrgError, ArithmeticError} <= {*rsrg.ConvergenceError.__mro__}
    with pytest.raises(rsrg.RsrgError, match="`alpha`"):
        rsrg.exact_coupling(0.2, 2.0, 3)
