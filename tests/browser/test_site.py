"""The documentation site in a browser: quiet, alone, and accessible in both themes."""

from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "docs" / "_build" / "html"
PAGES = ("index.html", "tutorials/own_glass.html", "reference/config.html", "theory/readings.html")


@pytest.fixture(params=PAGES)
def file(request):
    """A page of the built site."""
    path = SITE / request.param
    if not path.exists():
        pytest.skip("the site is not built: scripts/site.sh")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(see, file, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = see(file, scheme=scheme)
    found = axe.Axe().run(page.page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_quiet_and_alone(see, file):
    """No error in the console, nothing asked of a network, nothing wider than a phone."""
    page = see(file, width=390)
    page.page.wait_for_load_state("networkidle")
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith("file://")] == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
