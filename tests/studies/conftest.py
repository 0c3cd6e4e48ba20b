"""Studies that are carried out, and merged files as they are read."""

import pytest
import xarray

from rsrg.execution.open_executor import open_executor
from rsrg.storage.layout import ENTRIES
from rsrg.studies.study import load_study
from rsrg.studies.sweep import Sweep


@pytest.fixture(scope="module")
def swept(tmp_path_factory, text):
    """Carries a study on in a folder of its own: (study, folder)."""

    def carry_on(body, base=text):
        place = tmp_path_factory.mktemp("study")
        (place / "small.yaml").write_text(base)
        (place / "study.yaml").write_text(body)
        study = load_study(place / "study.yaml")
        with open_executor() as executor:
            Sweep(study, place / "runs", lambda t: None, lambda p: None, executor).work()
        return study, place / "runs"

    return carry_on


@pytest.fixture(scope="module")
def grid(swept):
    """Two sizes of the super block and three seeds: six runs."""
    return swept("base: small.yaml\nproduct: {blocks.n0: [3, 2], sampling.seed: [3, 4, 5]}\n")


@pytest.fixture
def opened():
    """Reads all of a merged file."""
    return _opened


def _opened(path):
    """All of a merged file, the axes in the order of the layout: in the file, strains are last."""
    tree = xarray.open_datatree(path, engine="h5netcdf").load()
    for group, node in tree.children.items():
        for name, array in node.ds.data_vars.items():
            if "strain" in array.dims and f"{group}/{name}" in ENTRIES:
                own = ENTRIES[f"{group}/{name}"].dims
                swept = [d for d in array.dims if d not in own]
                tree[group][name] = array.transpose(*swept, *own)
    return tree
