"""Other programs read a run file: each where it is installed."""

import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray

import rsrg
from rsrg.storage.layout import ENTRIES

GROUPS = ("coupling", "critical", "flow")
ENGINES = {  # netcdf4 reads texts as such, and xarray must not decode them again
    "h5netcdf": {"engine": "h5netcdf"},
    "netcdf4": {"engine": "netcdf4", "concat_characters": False},
}


@pytest.fixture(params=ENGINES)
def engine(request):
    if request.param == "netcdf4":
        pytest.importorskip("netCDF4")
    return ENGINES[request.param]


@pytest.mark.parametrize("group", GROUPS)
def test_xarray(finished, engine, group):
    run = rsrg.open_run(finished)
    with xarray.open_dataset(finished, group=f"/{group}", **engine) as data:
        along = {"material": ["alpha"], "step": ["length", "length_ratio"]}
        wanted = {c for dim, names in along.items() if dim in data.dims for c in names}
        assert wanted <= {*data.coords}
        assert data.alpha.dims == ("material",)
        assert data.material.values.tolist() == run.read("axes/material").tolist()
        name = {"coupling": "M", "critical": "strain", "flow": "inverse_eigenvalues"}[group]
        own = data[name].transpose(*ENTRIES[f"{group}/{name}"].dims)
        np.testing.assert_array_equal(own.values, run.read(f"{group}/{name}"))


def test_a_tree_is_written_again_as_netcdf(finished, engine, tmp_path):
    tree = xarray.open_datatree(finished, **engine).load()
    tree.to_netcdf(tmp_path / "again.nc", engine=engine["engine"])
    tree.close()
    assert (tmp_path / "again.nc").exists()


def test_units(finished):
    """Each is read by pint, and by udunits where that is there; texts have none."""
    pint = pytest.importorskip("pint")
    units = {entry.units for entry in ENTRIES.values()} - {""}
    assert units == {"1", "m", "s"}
    registry = pint.UnitRegistry()
    assert [str(registry.parse_units(u).dimensionality) for u in ("1", "m")] == [
        "dimensionless",
        "[length]",
    ]
    with h5py.File(finished) as file:
        assert file["flow/inverse_eigenvalues"].attrs["scale"] == "1/(rho c_t^2)"
        assert not [v for v in file.attrs.values() if isinstance(v, bool | np.bool_)]


def test_udunits():
    cf_units = pytest.importorskip("cf_units")
    for entry in ENTRIES.values():
        assert entry.units == "" or not cf_units.Unit(entry.units).is_unknown()


def test_pint_xarray(finished):
    pytest.importorskip("pint_xarray")
    with xarray.open_dataset(finished, engine="h5netcdf", group="/flow") as data:
        values = data.inverse_eigenvalues.drop_vars([*data.inverse_eigenvalues.coords])
        assert str(values.pint.quantify().pint.units) in ("", "dimensionless")


@pytest.mark.filterwarnings("ignore")  # PyTables warns of the lists of axes, which it cannot read
def test_pytables(finished):
    tables = pytest.importorskip("tables")
    run = rsrg.open_run(finished)
    with tables.open_file(finished) as file:
        names = [n._v_pathname.strip("/") for n in file.walk_nodes("/", "Leaf")]
        assert "flow/inverse_eigenvalues" in names
        assert file.root.axes.material.read().astype(str).tolist() == list(
            run.read("axes/material")
        )
        np.testing.assert_array_equal(file.root.critical.strain.read(), run.read("critical/strain"))


@pytest.mark.skipif(shutil.which("octave-cli") is None, reason="Octave is not installed")
@pytest.mark.parametrize("group", ["axes", *GROUPS])
def test_octave(finished, group):
    code = f"s = load('-hdf5', '{finished}', '{group}'); printf('%d', numfields(s.{group}));"
    shown = subprocess.run(
        ["octave-cli", "--no-gui", "--eval", code], capture_output=True, text=True, check=True
    ).stdout
    with h5py.File(finished) as file:
        assert int(shown) == len(file[group])


def in_r(*lines):
    """What R prints; skips where R or the package that the first line loads is not installed."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    if subprocess.run(["Rscript", "-e", lines[0]], capture_output=True, check=False).returncode:
        pytest.skip(f"R has no such package: {lines[0]}")
    code = "; ".join(lines)
    return subprocess.run(
        ["Rscript", "-e", code], capture_output=True, text=True, check=True
    ).stdout.split()


INVERSE = "flow/inverse_eigenvalues"


def first_number(path):
    """The first of INVERSE: of the first glass, without strain."""
    return float(rsrg.open_run(path).read(INVERSE).flat[0])


def test_r(finished):
    """As the documentation has it: the axes in reverse order."""
    run = rsrg.open_run(finished)
    steps, materials = len(run.read("axes/step")), run.read("axes/material")
    shown = in_r(
        "library(rhdf5)",
        f"x <- h5read('{finished}', '{INVERSE}')",
        "cat(dim(x), format(x[1, 1, 1, 1, 1], digits = 15))",
        f"cat('', h5read('{finished}', 'axes/material'))",
    )
    assert shown[:5] == [str(n) for n in (5, 6, 2, steps, len(materials))]
    assert float(shown[5]) == pytest.approx(first_number(finished), rel=1e-14)
    assert shown[6:] == " ".join(materials).split()


def test_netcdf_in_r(finished):
    """Numbers and the names of their axes; its ncdf4 crashes over texts of fixed length."""
    shown = in_r(
        "library(ncdf4)",
        f"f <- nc_open('{finished}', suppress_dimvals = TRUE)",
        f"v <- f$var[['{INVERSE}']]",
        "cat(sapply(v$dim, function(d) basename(d$name)))",
        "cat('', format(ncvar_get(f, v)[1, 1, 1, 1, 1], digits = 15))",
    )
    assert shown[:5] == ["strain", "channel", "reading", "step", "material"]
    assert float(shown[5]) == pytest.approx(first_number(finished), rel=1e-14)


@pytest.mark.skipif(shutil.which("h5dump") is None, reason="h5dump is not installed")
def test_h5dump(finished):
    call = ["h5dump", "-m", "%.15g", "-d", f"/{INVERSE}"]
    shown = subprocess.run([*call, finished], capture_output=True, text=True, check=True).stdout
    assert f"{first_number(finished):.15g}" in shown


@pytest.mark.skipif(shutil.which("ncdump") is None, reason="ncdump is not installed")
def test_ncdump(finished):
    shown = subprocess.run(
        ["ncdump", "-h", finished], capture_output=True, text=True, check=True
    ).stdout
    assert "inverse_eigenvalues(material, step, reading, channel, strain)" in shown
    assert 'string inverse_eigenvalues:coordinates = "alpha length_ratio length"' in shown


def test_a_run_left_open_does_not_disturb_the_end_of_python(finished):
    code = f"import rsrg; run = rsrg.open_run({str(finished)!r}); run.critical_strains()"
    for _ in range(3):
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
