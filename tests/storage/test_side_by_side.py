"""Runs in several threads of one process: their files do not know of each other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from rsrg.storage.atomic import save
from rsrg.storage.encoding import encode
from rsrg.storage.foreign import read_foreign
from rsrg.storage.run_file import Snapshot

THREADS, ROUNDS = 8, 12
LARGE = 20_000  # numbers, so that a dataset is compressed, too


def written(n):
    """The bytes of a run file, different for each n."""
    values = np.random.default_rng(n).standard_normal(LARGE)
    attributes = {"schema_version": 2, "title": f"run {n}"}
    return encode(attributes, {"axes/strain": values, "axes/material": [f"glass {n}"] * (n + 1)})


def together(function):
    """The results of a function of n in as many threads, which begin at the same moment."""
    barrier = Barrier(THREADS)

    def begin(n):
        barrier.wait()
        return [function(n) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def test_encoding():
    alone = [written(n) for n in range(THREADS)]
    assert len(set(alone)) == THREADS
    assert together(written) == [[content] * ROUNDS for content in alone]


def test_reading(tmp_path):
    for n in range(THREADS):
        save(tmp_path / f"{n}.h5", written(n))

    def read(n):
        with Snapshot(tmp_path / f"{n}.h5") as snapshot:
            content = snapshot.content()
            return (
                snapshot.attributes["title"],
                list(snapshot.read("axes/material")),
                snapshot.read("axes/strain").tobytes(),
                read_foreign(content, "axes/strain", LARGE).tobytes(),
            )

    alone = [read(n) for n in range(THREADS)]
    assert len(set(map(str, alone))) == THREADS
    assert together(read) == [[values] * ROUNDS for values in alone]
