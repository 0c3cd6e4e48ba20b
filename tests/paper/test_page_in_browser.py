"""The page of the paper in a browser: it fits a phone, sorts, filters, and axe finds nothing."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, folder):
    """opened(…): the page, of which no message is left unread and no other file is asked for."""
    pages = []

    def open_page(**context):
        page = browser.new_page(**context)
        page.on("console", lambda message: pytest.fail(message.text))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto((folder / "paper.html").as_uri())
        assert [url for url in requests if not url.startswith("data:")] == [page.url]
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_fits_a_phone_and_is_accessible(opened, colours):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    page = opened(viewport=PHONE, color_scheme=colours)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    found = axe.Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_claims_are_filtered_and_sorted(opened, data):
    page = opened(viewport={"width": 1280, "height": 900})
    for verdict, label in (("not reproduced", "✗ not reproduced"), ("reproduced", "✓ reproduced")):
        page.locator(".claims select.filter").select_option(label=label)
        count = sum(c["verdict"] == verdict for c in data["claims"])
        assert page.locator(".claims tbody tr:visible").count() == count > 0
    page.locator(".claims select.filter").select_option(label="all")
    page.locator(".claims button.sort", has_text="verdict").click()
    shown = page.locator(".claims td.verdict-cell").all_text_contents()
    assert len(shown) == len(data["claims"])
    assert shown[0] == "✓ reproduced"
    assert shown[-1] == "≡ holds by construction"


def test_headings_are_printed(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.locator(".claims button.sort", has_text="verdict").is_visible()
    assert not page.locator("#theme").is_visible()
