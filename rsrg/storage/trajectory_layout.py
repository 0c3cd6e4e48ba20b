"""The datasets of the run file of a trajectory: axes, units, names and equations."""

from rsrg.storage.entry import MATRIX, Entry

FRAMES = ("material", "frame")
TRAJECTORY_ENTRIES: dict[str, Entry] = {
    "trajectory/moments": Entry(
        ("frame", "quartic"),
        "1/L^3",
        "sum n_a n_b n_c n_d / r^3 over ordered pairs of the blocks of a frame, per block, raw",
        "3.7",
    ),
    "trajectory/blocks": Entry(("frame",), "1", "blocks of a frame that were summed over"),
    "trajectory/spacing": Entry(
        ("frame",), "units of the file", "block size: the cube root of the mean volume of a block"
    ),
    "trajectory/engine": Entry(("frame",), "", "what did the sum of a frame"),
    "trajectory/M": Entry((*FRAMES, *MATRIX), "1/(rho c_t^2)", "M of each frame", "3.7"),
    "trajectory/mean": Entry(
        ("material", *MATRIX), "1/(rho c_t^2)", "mean of M over frames", "3.7"
    ),
    "trajectory/mean_stderr": Entry(
        ("material", *MATRIX),
        "1/(rho c_t^2)",
        "standard error of that mean, with the correlation of successive frames",
    ),
    "trajectory/norm": Entry(
        (*FRAMES, "degree"), "1/(rho c_t^2)", "Frobenius norm of the part of M of each degree"
    ),
    "trajectory/mean_norm": Entry(
        ("material", "degree"), "1/(rho c_t^2)", "the same of the mean of M over frames"
    ),
    "trajectory/chance_norm": Entry(
        ("material", "degree"),
        "1/(rho c_t^2)",
        "what that norm is by chance, in the root mean square, where the mean of M is zero",
    ),
    "trajectory/probability": Entry(
        ("degree",), "1", "probability that chance makes the norm of the mean as large, or larger"
    ),
    "trajectory/autocorrelation": Entry(
        ("estimate",), "frames", "autocorrelation time of M and its standard error"
    ),
}
