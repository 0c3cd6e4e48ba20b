"""Writes docs/run_file.md: what a run file holds, from the layout. Run from the repository root."""
# ruff: noqa: E501 (lines of the page)

from pathlib import Path

from rsrg.storage.layout_rows import LayoutRow, layout_rows

HEAD = """\
# The run file

Written by `scripts/run_file_page.py` from `rsrg/storage/layout.py`.

A run file is HDF5 (schema 3) after 512 bytes with its checksum, which HDF5 skips. Numbers in units of ρc_t² and the
like are dimensionless for programs: `units` is 1, and `scale` says what they are measured in. `long_name` and
`equation` (of the paper) are attributes, too. Every group has the axes of its datasets as dimension scales, and
`alpha` (along `material`), `length` and `length_ratio` (along `step`) as coordinates.
In `/coupling` and `/flow` the axis `strain` lies last: neighbouring strains share draws and M is symmetric, so they
compress to half the size. `rsrg` itself gives all arrays with the axes in the order of earlier schemas.
`critical/channel` is a table of numbers with `flag_values` and `flag_meanings`; `rsrg` gives the names.

## What is not in the file

A file holds no number twice. `rsrg.open_run(file)["flow/chi"]` gives these with the bits that they had at the end of the
run; elsewhere they take a line:

- `flow/eigenvalues` = 1 / `flow/inverse_eigenvalues`; their errors are those of the inverse over its square. (With
  `update: second_order` they are in the file.)
- `flow/chi` after n steps is the inverse of χ'⁻¹ ± (M₁ + … + M_n), χ' = `flow/chi_start`, + for `flow.sign: paper`; inverse
  and product with weights √2 on shear pairs where `contraction` is `tensor`. `flow/chi_continuum` and `_log`: n M.
- `flow/deviation_*` = (sum − formula) / `flow/inverse_eigenvalues_stderr`.
- `coupling/M_stderr`, `flow/chi_stderr`, `coupling/harmonics` follow from the chunk means: `run.read` computes them in
  seconds. `coupling/largest_stderr` is in the file. Merged files hold χ, eigenvalues and deviations, and none of these three.

## Reading it

    xarray.open_dataset("run.h5", engine="h5netcdf", group="/flow")
    xarray.open_dataset("run.h5", engine="netcdf4", group="/flow", concat_characters=False)
    s = load("-hdf5", "run.h5", "flow");        % Octave, one group at a time; axes are reversed

With `netcdf4`, texts need `concat_characters=False`: that library has decoded them already. Texts with letters beyond
ASCII, such as a glass named µ, cannot be read by Octave. A reader of axes in C order, such as h5py, sees them as below.

## Datasets

| dataset | axes in the file | units | scale | what | equation | since schema | in the file |
|---|---|---|---|---|---|---|---|
"""


def line(row: LayoutRow) -> str:
    """One row of the table in Markdown."""
    cells = (
        f"`{row.path}`", ", ".join(row.axes), row.units, row.scale, row.long_name, row.equation,
        str(row.since), "yes" if row.stored else "derived",
    )  # fmt: skip
    return "| " + " | ".join(c.replace("|", r"\|") for c in cells) + " |"


if __name__ == "__main__":
    Path("docs/run_file.md").write_text(
        HEAD + "\n".join(map(line, layout_rows())) + "\n", encoding="utf-8"
    )
