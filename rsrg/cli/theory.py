"""Commands on the theory itself: the paper again, the strain that breaks a glass, its stability."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rsrg.cli.options import (
    Alpha,
    AsJson,
    LongitudinalVelocity,
    TransverseVelocity,
    one_blas_thread,
)
from rsrg.errors import ConfigError

if TYPE_CHECKING:
    from rsrg.physics.stability_rows import StabilityRow

Glass = Annotated[str | None, typer.Option(help="A glass of Table I.")]
GlassOrAll = Annotated[
    str | None, typer.Option(help="A glass of Table I, or `all` twelve of them.")
]
Amplitude = Annotated[
    float, typer.Option(help="f: the first blocks have f times the elastic χ; the paper: 1.")
]
Packing = Annotated[
    int | None,
    typer.Option(metavar="N", help="Random packings of N blocks, too; default: none."),
]
BlocksAcross = Annotated[int, typer.Option("--n0", help="N0³ blocks make a super block.")]
Start = Annotated[str, typer.Option(help="L1, the size of the first blocks, with its unit.")]
Sample = Annotated[str, typer.Option(help="R, the size of the sample, with its unit.")]
ContractionName = Annotated[
    str, typer.Option(help="tensor: shear pairs count twice, as in Eq. 3.3; six: once.")
]
SignName = Annotated[
    str | None,
    typer.Option(
        help="paper (a step adds M to χ⁻¹) or hamiltonian (takes it away); default: both."
    ),
]
Strain = Annotated[
    str | None,
    typer.Option(
        help="xx (default), yy, zz, xy, xz, yz, biaxial, isochoric, hydrostatic, or a matrix "
        "D for F = 1 + e D: '[[1,0,0],[0,-1,0],[0,0,0]]'."
    ),
]
PlaneNames = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Draw all strains that break the glass in the plane of two, such as xx,yy.",
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Picture of --plane (.png, .svg, .pdf); default: runs/critical_A_B.png.",
    ),
]


def reproduce(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            metavar="FOLDER",
            help="Where pages and figures go, in place of earlier ones.",
        ),
    ] = Path("runs/paper"),
    as_json: AsJson = False,
) -> None:
    """Compute the paper again: Table I, Figures 1 to 10, and a verdict on every claim."""
    from rsrg.cli.waiting import waiting
    from rsrg.paper.page.tables_text import summary
    from rsrg.paper.reproduce import reproduce as write_paper

    with one_blas_thread(), waiting(lambda: "the paper again"):
        claims = write_paper(output, lambda text: print(f"{text} …", file=sys.stderr))
    if as_json:
        print((output / "paper.json").read_text(encoding="utf-8"), end="")
        return
    print(f"{summary(claims)}\npage: {output / 'paper.html'}")


def stability(
    material: Glass = None,
    c_l: LongitudinalVelocity = None,
    c_t: TransverseVelocity = None,
    alpha: Alpha = None,
    amplitude: Amplitude = 1.0,
    packing: Packing = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the bulk of a glass is stable by itself, without renormalization."""
    from rsrg.config.quantities import si_option
    from rsrg.physics.first_failure import choose_glass
    from rsrg.report.console import console, print_json, print_wrapped
    from rsrg.report.fitted_table import print_table
    from rsrg.report.stability_answer import stability_data, stability_notes, stability_table

    c = [si_option(name, v, "meter/second") for name, v in (("c-l", c_l), ("c-t", c_t))]
    glass = choose_glass(material, c[0], c[1], alpha)
    rows = _stability_rows(glass.alpha, amplitude, packing)
    if as_json:
        print_json(stability_data(glass, amplitude, rows))
        return
    out = console()
    print_table(out, stability_table(glass, amplitude, rows), names=2)
    for line in stability_notes(amplitude, rows):
        print_wrapped(out, line)


def _stability_rows(alpha: float, amplitude: float, packing: int | None) -> "list[StabilityRow]":
    """The rows of all lattices, then those of random packings of some blocks, if asked for."""
    from rsrg.cli.waiting import waiting
    from rsrg.physics.lattices import LATTICES
    from rsrg.physics.sign import SIGNS
    from rsrg.physics.stability_rows import lattice_rows

    rows: list[StabilityRow] = []
    packings: list[StabilityRow] = []
    total = len(SIGNS) * (len(LATTICES) + (packing is not None))

    def present() -> str:
        return f"stability of the bulk: {len(packings) + len(rows)} of {total} rows"

    with one_blas_thread(), waiting(present):
        if packing is not None:
            from rsrg.ensemble.packing_rows import packing_rows

            packings.extend(packing_rows(packing, alpha, amplitude))
        rows.extend(lattice_rows(alpha, amplitude))
    return rows + packings


def critical(
    material: GlassOrAll = None,
    c_l: LongitudinalVelocity = None,
    c_t: TransverseVelocity = None,
    alpha: Alpha = None,
    n0: BlocksAcross = 3,
    start: Start = "50 angstrom",
    sample: Sample = "1 mm",
    contraction: ContractionName = "tensor",
    sign: SignName = None,
    strain: Strain = None,
    plane: PlaneNames = None,
    output: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Say which strain breaks a glass, without a run: by formula, continuum and exact sum."""
    from rsrg.cli.critical import failing_plane, failing_strains
    from rsrg.config.quantities import si_option
    from rsrg.config.yaml_source import read_value
    from rsrg.physics.first_failure import Loading, choose_glasses
    from rsrg.physics.sign import SIGNS
    from rsrg.physics.strain_path import strain_path

    c = [si_option(name, v, "meter/second") for name, v in (("c-l", c_l), ("c-t", c_t))]
    size = [si_option(name, v, "meter") for name, v in (("start", start), ("sample", sample))]
    glasses = choose_glasses(material, c[0], c[1], alpha)
    kind = strain or "xx"
    path = strain_path(read_value(kind) if kind.startswith("[") else kind)
    loading = Loading(path, size[0], size[1], n0, contraction)  # type: ignore[arg-type]
    signs = tuple(SIGNS) if sign is None else (sign,)
    if plane is None and output is not None:
        raise ConfigError(["`--output` must come with `--plane`: only a surface is drawn"])
    if plane is not None and strain is not None:
        raise ConfigError(["`--strain` must not come with `--plane`, which names its own strains"])
    with one_blas_thread():
        if plane is None:
            failing_strains(glasses, loading, signs, as_json)
        else:
            failing_plane(glasses, loading, signs, plane, output, as_json)
