"""Memory of a run: flat in the number of samples, but for the chunk means that it keeps."""

import subprocess
import sys

RUN = """\
import sys, tracemalloc
import rsrg
from rsrg.config.loading import config_from_text
def run(n):
    text = sys.argv[1].replace("samples: 64", f"samples: {n}")
    return rsrg.run(config_from_text(text, "small.yaml"), f"{sys.argv[2]}/{sys.argv[3]}_{n}.h5")
run(64)  # compiles or loads the kernels
tracemalloc.start()
done = run(int(sys.argv[3]))
peak = tracemalloc.get_traced_memory()[1]
names = ("coupling/moments", "coupling/moments_unstrained", "coupling/harmonics")
print(peak, sum(done.read(name).nbytes for name in names))
"""


def memory(text, folder, samples):
    """The most that Python and numpy held at once in a run, and the size of raw chunk means."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, text, str(folder), str(samples)],
        capture_output=True, text=True, check=True, timeout=500,
    )  # fmt: skip
    return [int(word) for word in ran.stdout.split()]


def test_memory_is_flat_in_the_number_of_samples(text, tmp_path):
    """Four times the samples take room for their chunk means and for nothing else.

    These are there three times at once: in hand, with the controls taken out, and as bytes of the
    file; and half of one as temporary rows. Anything kept for each draw would be 16 of them. Both
    runs have 64 groups, which is what the replicates take.
    """
    text = text.replace("a-SiO2, ", "").replace(", affine/sphere", "")  # less to trace
    few, few_raw = memory(text, tmp_path, 1024)
    many, many_raw = memory(text, tmp_path, 4096)
    assert many_raw == 4 * few_raw
    assert many - few < 3.5 * (many_raw - few_raw)
