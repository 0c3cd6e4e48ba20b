import pytest

from rsrg.sums import jit


@pytest.fixture
def restore_threads():
    yield
    jit.set_threads(None)
