"""The calls in docs/howto/figures.md: they run, and save the pictures that the page shows."""

import re
from pathlib import Path

import matplotlib
import pytest

import rsrg

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "figures.md"


@pytest.fixture
def open_run(changed, tmp_path, monkeypatch):
    """One small quenched run, in place of those of the page."""
    config = changed(
        materials="[a-SiO2, PMMA]",
        strain="{component: xx, values: {start: 0.0, stop: 2.0, count: 5}}",
        flow="{disorder: quenched, pool: 256, initial: {kind: lognormal, width: 0.3}}",
    )
    run = rsrg.run(config, tmp_path / "run.h5")
    monkeypatch.setattr(rsrg, "open_run", lambda path: run)


def test_calls_of_the_page(open_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    Path("docs/pictures").mkdir(parents=True)
    text = PAGE.read_text()
    with matplotlib.rc_context():
        import matplotlib.pyplot as plt

        exec("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), {})
        plt.close("all")
    shown = {Path(name) for name in re.findall(r"!\[.*?\]\((.*?)\)", text)}
    assert len(shown) == 6
    assert {Path("..") / p.relative_to("docs") for p in Path("docs/pictures").iterdir()} == shown
    assert all((PAGE.parent / name).exists() for name in shown)
