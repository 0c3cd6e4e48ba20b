"""The page of the paper: quiet, alone, on a phone too; it sorts, filters, and is accessible."""

import json

import pytest

from rsrg.paper.reproduce import reproduce

PHONE = 390  # px


@pytest.fixture(scope="session")
def folder(made_once):
    """As in the tests of the paper, which share it."""
    return made_once("paper", lambda folder: reproduce(folder, lambda message: None))


@pytest.fixture(scope="session")
def verdicts(folder):
    data = json.loads((folder / "paper.json").read_text(encoding="utf-8"))
    return [claim["verdict"] for claim in data["claims"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone_and_is_accessible(see, folder, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown = see(folder / "paper.html", width=PHONE, scheme=scheme)
    assert shown.page.evaluate("document.documentElement.scrollWidth") == PHONE
    ground = shown.page.evaluate("getComputedStyle(document.querySelector('img')).backgroundColor")
    assert ground == "rgb(255, 255, 255)"  # which the pictures are drawn for
    found = axe.Axe().run(shown.page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert shown.errors == []
    assert [url for url in shown.requests if not url.startswith("data:")] == [shown.page.url]


def test_claims_are_filtered_and_sorted(see, folder, verdicts):
    page = see(folder / "paper.html").page
    menu = page.locator(".claims select.filter")
    for verdict, label in (("not reproduced", "✗ not reproduced"), ("reproduced", "✓ reproduced")):
        menu.select_option(label=label)
        shown = page.locator(".claims tbody tr:visible").count()
        assert shown == verdicts.count(verdict) > 0
    menu.select_option(label="all")
    page.locator(".claims button.sort", has_text="verdict").click()
    shown = page.locator(".claims td.verdict-cell").all_text_contents()
    assert len(shown) == len(verdicts)
    assert shown[0] == "✓ reproduced"
    assert shown[-1] == "≡ holds by construction"


def test_headings_are_printed(see, folder):
    page = see(folder / "paper.html").page
    page.emulate_media(media="print")
    assert page.locator(".claims button.sort", has_text="verdict").is_visible()
    assert not page.locator("#theme").is_visible()
