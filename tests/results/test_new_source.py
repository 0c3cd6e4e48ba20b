"""A source of M from outside the package: a class and its entry in the layout, nothing else."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import rsrg
from rsrg.physics.coupling_source import Continuum, ExactCoupling
from rsrg.physics.readings import Reading
from rsrg.results import formulas
from rsrg.results.formulas import FormulaSource
from rsrg.storage import layout


@dataclass(frozen=True)
class HalfContinuum(ExactCoupling):
    """Half of the exact continuum coupling."""

    reading: Reading
    kind: ClassVar[str] = "half"

    def coupling(self, deformation, alpha):
        return 0.5 * Continuum(self.reading).coupling(deformation, alpha)


@pytest.fixture
def run(changed, tmp_path, monkeypatch):
    """A run long enough to fail, with the new source among its formulas."""
    source = layout.Source("_half", layout.CONTINUUM, "half of the continuum", "4.1")
    monkeypatch.setitem(layout.SOURCES, "half", source)
    for name, entry in layout.formula_entries(source).items():
        monkeypatch.setitem(layout.ENTRIES, name, entry)

    def make(setting):
        return FormulaSource(setting, "_half", [HalfContinuum(r) for r in setting.readings])

    monkeypatch.setattr(formulas, "FORMULAS", formulas.FORMULAS)
    formulas.FORMULAS.append(make)
    config = changed(lengths="{log_ratio: 8}", strain="{values: [0.0, 0.5, 1.0, 1.5, 2.0]}")
    yield rsrg.run(config, tmp_path / "run.h5")
    formulas.FORMULAS.remove(make)


def test_has_all_results(run):
    assert run.sources() == ["lattice", "continuum", "log", "half"]
    m = run.values("coupling/M", source="half")
    np.testing.assert_array_equal(m, 0.5 * run.values("coupling/M", source="continuum"))
    start = run.read("flow/chi_start")[0]
    inverse = np.linalg.inv(run.values("flow/chi", source="half", material=0, step=-1)[0, 2])
    steps = len(run.read("axes/step"))
    plain = np.linalg.inv(start) + steps * m[0, 0, 2]
    # `tensor` counts shear pairs twice, so compare where no shear enters: the xx, yy, zz block
    some = np.ix_((0, 3, 5), (0, 3, 5))
    np.testing.assert_allclose(inverse[some], plain[some], rtol=1e-12)  # rounding of two inverses


def test_breaks_later_than_the_whole(run):
    def first(source):
        records = [r for r in run.critical_strains() if r.source == source]
        return min((r.value for r in records if r.reading == "fixed/ellipsoid"), default=np.inf)

    assert 0.0 < first("continuum") < first("half")


def test_deviates_from_the_sum(run):
    deviation = run.read("flow/deviation_half")
    assert deviation.shape == run.read("flow/deviation_continuum").shape
    assert np.isfinite(deviation[:, :, :, 1:]).all()  # without strain nothing has an error
