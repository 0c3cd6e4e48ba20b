"""The table of contents of a run file: every dataset's axes, units, name and equation."""

from dataclasses import dataclass

from rsrg.storage.entry import MATRIX, Entry
from rsrg.storage.trajectory_layout import TRAJECTORY_ENTRIES

LATTICE = ("material", "step", "reading", "strain")
CONTINUUM, LOG = LATTICE, ("material", "step", "strain")


AXES: dict[str, Entry] = {
    "material": Entry(("material",), "", "glass"),
    "alpha": Entry(("material",), "1", "1 - c_t^2/c_l^2", "after 2.13"),
    "step": Entry(("step",), "1", "steps taken, n", "3.8"),
    "length": Entry(("step",), "m", "block size L_n after n steps", "3.8"),
    "length_ratio": Entry(("step",), "1", "block size L_n / L_1 after n steps", "3.8"),
    "reading": Entry(("reading",), "", "positions/domain, the reading of V(e)", "4.1"),
    "strain": Entry(("strain",), "1", "strain e, F = 1 + e direction", "2.1"),
    "direction": Entry(("row", "column"), "1", "strain direction"),
    "row": Entry(("row",), "", "Cartesian index"),
    "column": Entry(("column",), "", "Cartesian index"),
    "pair": Entry(("pair",), "", "index pair ij", "before 3.8"),
    "pair_kl": Entry(("pair_kl",), "", "index pair kl", "before 3.8"),
    "quartic": Entry(("quartic",), "", "index quadruple abcd of the moments"),
    "channel": Entry(("channel",), "", "eigenvector of 1/chi, named as it is at small strain"),
    "estimate": Entry(("estimate",), "", "value and standard error"),
    "crossing": Entry(("crossing",), "1", "number of the crossing, from e = 0 outwards"),
    "monomial": Entry(("monomial",), "", "monomial of the components of a lattice axis"),
    "chunk": Entry(("chunk",), "1", "chunk of 16 draws"),
    "session": Entry(("session",), "1", "session of work on the file"),
    "generation": Entry(("generation",), "1", "steps taken by the blocks of a pool, 0 the first"),
    "generation_length_ratio": Entry(("generation",), "1", "their size L_n / L_1"),
    "block": Entry(("block",), "1", "block of a pool"),
    "part": Entry(("part",), "1", "subpool, a part of a pool that mixes with no other"),
    "level": Entry(("level",), "1", "eigenvalue of the inverse of chi of a block, lowest first"),
    "moment": Entry(("moment",), "", "moment of a distribution"),
    "summary": Entry(("summary",), "", "summary of the critical strains of the blocks of a pool"),
    "quantile": Entry(("quantile",), "1", "share of blocks below"),
    "bin": Entry(("bin",), "1/(rho c_t^2)", "lower edge of a bin; the last has no upper edge"),
    "strength": Entry(("strength",), "1", "gamma^2 / (rho c_t^2 L^3 epsilon)"),
    "distance": Entry(("distance",), "1", "distance r / L of nearest blocks"),
    "temperature": Entry(("temperature",), "1", "k_B T / epsilon"),
    "super_block": Entry(("super_block",), "1", "super block of an ensemble"),
    "norm": Entry(("norm",), "", "what is measured of a super block"),
    "formula": Entry(("formula",), "", "equation of the paper held against the exact super block"),
    "frame": Entry(("frame",), "", "frame of a trajectory: file, dataset and number"),
    "degree": Entry(
        ("degree",), "1", "degree of the spherical harmonics as which a part of M turns"
    ),
}


@dataclass(frozen=True)
class Source:
    """A source of M: the ending of its datasets' names, their axes, and its name in words."""

    suffix: str
    dims: tuple[str, ...]
    long_name: str
    equation: str


SOURCES = {
    "lattice": Source("", LATTICE, "sum over blocks", "3.7"),
    "continuum": Source("_continuum", CONTINUUM, "exact continuum limit", "4.1"),
    "log": Source("_log", LOG, "log formula of the paper", "4.2"),
}


def formula_entries(source: Source) -> dict[str, Entry]:
    """The datasets of a source of M that is compared with the sum over blocks."""
    final = tuple(d for d in source.dims if d != "step")
    return {
        f"coupling/M{source.suffix}": Entry(
            (*final, *MATRIX), "1/(rho c_t^2)", f"M of a step, {source.long_name}", source.equation
        ),
        **_source_entries(source),
        f"flow/deviation{source.suffix}": Entry(
            (*LATTICE, "channel"),
            "standard errors",
            f"inverse eigenvalues, sum minus {source.long_name}",
        ),
    }


def _source_entries(source: Source) -> dict[str, Entry]:
    """The datasets that every source of M has: its flow and its critical strains."""
    suffix, dims, name = source.suffix, source.dims, source.long_name
    final = tuple(d for d in dims if d != "step")
    places = (*dims, "channel")
    return {
        f"flow/chi{suffix}": Entry((*dims, *MATRIX), "rho c_t^2", f"chi, {name}", "3.3, 3.8"),
        f"flow/eigenvalues{suffix}": Entry(
            places, "rho c_t^2", f"eigenvalues of chi, {name}", "3.8"
        ),
        f"flow/inverse_eigenvalues{suffix}": Entry(
            places, "1/(rho c_t^2)", f"eigenvalues of the inverse of chi, {name}", "3.8"
        ),
        f"flow/transition_step{suffix}": Entry(
            final, "1", f"first step after which chi is not positive definite, -1 never, {name}"
        ),
        f"flow/runaway_step{suffix}": Entry(
            final, "1", f"first step after which chi exceeds 1e6 rho c_t^2, -1 never, {name}"
        ),
        f"critical/strain{suffix}": Entry(
            (*(d for d in final if d != "strain"), "crossing"),
            "1",
            f"critical strain, NaN where there is none on the grid, {name}",
            "Table I",
        ),
        f"critical/channel{suffix}": Entry(
            (*(d for d in final if d != "strain"), "crossing"), "", f"channel that fails, {name}"
        ),
        f"critical/failing_strain{suffix}": Entry(
            (*(d for d in final if d != "strain"), "crossing", "pair"),
            "1",
            f"eigenvector that fails, components of strain in xyz, the largest 1, {name}",
        ),
    }


def _with_errors(entries: dict[str, Entry]) -> dict[str, Entry]:
    named = ("chi", "eigenvalues", "inverse_eigenvalues", "strain")
    errors = {}
    for path, e in entries.items():
        if path.split("/")[1] in named:
            errors[f"{path}_stderr"] = Entry(e.dims, e.unit, f"standard error of {e.long_name}")
    return entries | errors


POOL = ("material", "generation", "reading", "strain")
POOL_FINAL = ("material", "reading", "strain")
INVERSE_CHI_UNIT = "1/(rho c_t^2)"


def _distribution_entries(name: str, meaning: str) -> dict[str, Entry]:
    dims = (*POOL, name)
    return {
        f"pool/{name}_moments": Entry(
            (*dims, "moment"),
            INVERSE_CHI_UNIT,
            f"{meaning}: mean, std; skewness, excess kurtosis (no unit)",
        ),
        f"pool/{name}_moments_stderr": Entry(
            (*dims, "moment"), INVERSE_CHI_UNIT, f"standard error of the moments of: {meaning}"
        ),
        f"pool/{name}_quantiles": Entry(
            (*dims, "quantile"), INVERSE_CHI_UNIT, f"{meaning}: quantiles"
        ),
        f"pool/{name}_histogram": Entry((*dims, "bin"), "1", f"{meaning}: blocks in each bin"),
    }


def _failing_entries(ending: str, loading: str) -> dict[str, Entry]:
    """Critical strains of the blocks of a pool on one side of e = 0."""
    dims = ("material", "generation", "reading", "summary")
    return {
        f"pool/critical_strain{ending}": Entry(
            ("material", "generation", "reading", "block"),
            "1",
            f"strain at which a block fails first, {loading}; NaN where it does not on the grid",
        ),
        f"pool/critical_summary{ending}": Entry(
            dims,
            "1",
            f"critical strains: mean, median, std, share of blocks that fail, {loading}",
        ),
        f"pool/critical_summary{ending}_stderr": Entry(
            dims, "1", f"standard error of the summary of critical strains, {loading}"
        ),
    }


POOL_ENTRIES: dict[str, Entry] = {
    "pool/failed": Entry(POOL, "1", "share of blocks whose chi is not positive definite", "3.8"),
    "pool/failed_stderr": Entry(POOL, "1", "standard error of the share of failed blocks"),
    "pool/relative_variance": Entry(
        POOL, "1", "sum of variances of the inverse of chi over sum of squared means"
    ),
    "pool/relative_variance_stderr": Entry(POOL, "1", "standard error of the relative variance"),
    "pool/relative_variance_parts": Entry(
        (*POOL, "part"), "1", "relative variance of each subpool"
    ),
    "pool/narrowing": Entry(
        POOL_FINAL, "1", "slope of ln relative variance against ln L, while few blocks have failed"
    ),
    "pool/narrowing_stderr": Entry(POOL_FINAL, "1", "standard error of that slope"),
    **_distribution_entries("level", "ordered eigenvalues of the inverse of chi of a block"),
    **_distribution_entries(
        "channel", "inverse of chi of a block in the eigenvectors of the pool's mean"
    ),
    **_failing_entries("", "loaded outwards from e = 0"),
    **_failing_entries("_below_zero", "loaded from e = 0 to e < 0, of strains on both sides"),
    "pool/unstable": Entry(
        POOL,
        "1",
        "share of super blocks with a negative lowest Hessian eigenvalue, sign of flow.sign",
    ),
    "pool/unstable_stderr": Entry(POOL, "1", "standard error of that share"),
    "pool/stability_quantiles": Entry(
        (*POOL, "quantile"),
        INVERSE_CHI_UNIT,
        "lowest Hessian eigenvalue of a super block, sign of flow.sign: quantiles",
    ),
    "pool/initial_sha256": Entry(
        ("material",), "", "SHA-256 of chi of the first blocks, float64 (block, 6, 6)"
    ),
    "pool/chi": Entry(
        ("material", "reading", "strain", "block", *MATRIX), "rho c_t^2", "chi, pool in hand", "3.3"
    ),
    "pool/chi_next": Entry(
        ("material", "reading", "strain", "block", *MATRIX),
        "rho c_t^2",
        "chi, pool that grows from it, NaN where not done",
    ),
    "pool/stability": Entry(
        ("material", "reading", "strain", "block"),
        INVERSE_CHI_UNIT,
        "lowest Hessian eigenvalue of the newest super blocks, sign of flow.sign",
    ),
    "checkpoint/pool_chunks_done": Entry(
        ("step",), "1", "chunks of super blocks done in each step"
    ),
}

CASE = ("strength", "distance", "temperature")
EXACT_ENTRIES: dict[str, Entry] = {
    "exact/norms": Entry(
        ("norm", *CASE, "super_block"),
        "rho c_t^2",
        "norms of chi, of its exact change by the interaction, and of errors of that change, raw",
        "2.17",
    ),
    "exact/relative_error": Entry(
        ("formula", *CASE), "1", "mean error of the change of chi over its mean", "3.2, 3.3"
    ),
    "exact/relative_error_stderr": Entry(("formula", *CASE), "1", "standard error of that ratio"),
    "exact/relative_change": Entry(
        CASE, "1", "mean change of chi by the interaction over mean chi"
    ),
    "exact/relative_change_stderr": Entry(CASE, "1", "standard error of that ratio"),
    "exact/projection": Entry(
        CASE, "1", "change by Eq. 3.3 along the exact one, over it: 1 if right, -1 if opposite"
    ),
    "exact/projection_stderr": Entry(CASE, "1", "standard error of that ratio"),
}

ENTRIES: dict[str, Entry] = {
    **{f"axes/{name}": entry for name, entry in AXES.items()},
    "coupling/moments": Entry(
        ("step", "reading", "strain", "chunk", "quartic"),
        "1/L^3",
        "chunk means of sum n_a n_b n_c n_d / r^3 over ordered pairs, per block, raw",
        "3.7",
    ),
    "coupling/moments_unstrained": Entry(
        ("step", "chunk", "quartic"),
        "1/L^3",
        "the same of the unstrained sphere, the control",
        "3.7",
    ),
    "coupling/moments_volume": Entry(
        ("step", "reading", "strain", "chunk", "quartic"),
        "1/L^3",
        "the same of the blocks within the body's volume, of known mean, a control",
        "3.7",
    ),
    "coupling/number_volume": Entry(
        ("step", "reading", "strain", "chunk"),
        "1",
        "chunk means of the number of blocks within the body's volume, over N0^3, a control",
    ),
    "coupling/chunks": Entry(("step",), "1", "chunks of draws in each step, of a merged run"),
    "coupling/harmonics": Entry(
        ("step", "chunk", "monomial"),
        "1",
        "chunk means of monomials of the turned lattice axes, summed over the axes, a control",
    ),
    "coupling/autocorrelation": Entry(
        ("reading", "strain", "estimate"),
        "chunks",
        "autocorrelation time of the moments' chunk means and its standard error",
    ),
    "coupling/plain_stderr": Entry(
        ("material", "reading", "strain"),
        "1/(rho c_t^2)",
        "largest standard error of M by plain sampling of the same draws",
    ),
    "coupling/largest_stderr": Entry(
        ("material", "reading", "strain"),
        INVERSE_CHI_UNIT,
        "largest standard error of M, over steps and components",
    ),
    "coupling/variance_reduction": Entry(
        ("material", "reading", "strain"),
        "1",
        "largest variance of M by plain sampling, over the largest as it is",
    ),
    "coupling/M": Entry(
        (*LATTICE, *MATRIX), "1/(rho c_t^2)", "M of each step, sum over blocks", "3.7"
    ),
    "coupling/M_stderr": Entry((*LATTICE, *MATRIX), "1/(rho c_t^2)", "standard error of M"),
    "flow/chi_start": Entry(
        ("material", *MATRIX), "rho c_t^2", "chi before the first step", "3.10"
    ),
    **_with_errors(_source_entries(SOURCES["lattice"])),
    "critical/bootstrap_stderr": Entry(
        ("material", "reading", "crossing"), "1", "half the central 68 % of the bootstrap"
    ),
    "critical/sampling_stderr": Entry(
        ("material", "reading", "crossing"), "1", "standard error of critical strain by sampling"
    ),
    **formula_entries(SOURCES["continuum"]),
    **formula_entries(SOURCES["log"]),
    **POOL_ENTRIES,
    **EXACT_ENTRIES,
    **TRAJECTORY_ENTRIES,
    "checkpoint/chunks_done": Entry(("step",), "1", "chunks done in each step"),
    "provenance/started": Entry(("session",), "", "when the session began (UTC)"),
    "provenance/ended": Entry(("session",), "", "when the session last saved (UTC)"),
    "provenance/host": Entry(("session",), "", "where"),
    "provenance/versions": Entry(("session",), "", "software"),
    "provenance/engine": Entry(("session",), "", "what did the sums: pairs, rows or exact mean"),
    "provenance/sampling": Entry(("session",), "s", "seconds spent on chunks of draws"),
    "provenance/reason": Entry(("session",), "", "why the session ended"),
    "provenance/notes": Entry(("session",), "", "what is worth knowing about the session"),
}

FROM_CHUNK_MEANS = ("coupling/M_stderr", "flow/chi_stderr", "coupling/harmonics")  # see results


def is_raw(name: str) -> bool:
    """Whether a dataset holds values of single chunks of draws."""
    return name == "coupling/chunks" or "chunk" in ENTRIES[name].dims


def file_dims(name: str, dims: tuple[str, ...]) -> tuple[str, ...]:
    """The axes of a dataset as they lie in a file, the strains last where they are many numbers.

    Neighbouring strains share their draws, and M is symmetric, to the last bit: side by side they
    compress to half the size (see `docs/reference/run_file.md`).
    """
    if "strain" not in dims or not name.startswith(("coupling/", "flow/")):
        return dims
    return (*(d for d in dims if d != "strain"), "strain")
