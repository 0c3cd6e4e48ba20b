"""Which chunks are still to be computed, against a look at each chunk by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rsrg.results.chunk_means import MomentArrays

READINGS, STRAINS = 2, 3
# Chunks are computed in rows, so that what is missing has long stretches that are alike
STRETCHES = st.lists(
    st.tuples(arrays.arrays(bool, (READINGS, STRAINS)), st.integers(1, 150)), min_size=1, max_size=4
)


def arrays_with(stretches):
    """Moments that are there, chunk by chunk, where the flags of its stretch say so."""
    there = np.repeat([flags for flags, _ in stretches], [n for _, n in stretches], axis=0)
    moments = np.where(np.moveaxis(there, 0, -1)[None, ..., None], 1.0, np.nan)
    return MomentArrays(np.repeat(moments, 15, axis=-1), np.ones((1, len(there), 15))), there


@given(STRETCHES, st.integers(1, 200))
def test_every_missing_sum_is_asked_for_once_and_none_else(stretches, size):
    means, there = arrays_with(stretches)
    asked = np.zeros(there.shape, int)
    starts = []
    for chunks, (readings, strains) in means.missing(0, 0, lambda chunk, cases: size):
        assert 1 <= len(chunks) <= size
        asked[np.ix_(chunks, readings, strains)] += 1
        starts.append(chunks.start)
    assert np.array_equal(asked, ~there)
    assert starts == sorted(starts)


@given(STRETCHES)
def test_the_first_incomplete_chunk(stretches):
    means, there = arrays_with(stretches)
    complete = there.all(axis=(1, 2))
    for chunk in range(0, len(there), 7):
        expected = next((n for n in range(chunk, len(there)) if not complete[n]), len(there))
        assert means.first_incomplete(0, chunk) == expected
    assert means.chunks_complete()[0] == means.first_incomplete(0, 0)


def test_units_stay_as_long_as_they_may_be_where_all_is_missing():
    means, _ = arrays_with([(np.zeros((READINGS, STRAINS), bool), 10)])
    units = [len(chunks) for chunks, _ in means.missing(0, 0, lambda chunk, cases: 4)]
    assert units == [4, 4, 2]
