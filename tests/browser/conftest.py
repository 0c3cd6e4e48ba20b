"""A headless Chromium, and pages to look at. Without a browser the tests skip, unless demanded.

RSRG_BROWSER: the path of Chromium; set, it must be there (as `.ci/run` sets it).
"""

import os
import shutil

import pytest

import rsrg
from rsrg.config.loading import config_from_text

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
TEXT = """\
schema_version: 1
title: two <glasses> & "more"
materials: [a-SiO2, {name: "<script>alert(1)</script>", alpha: 0.7}]
lengths: {start: 50 angstrom, sample: 1 mm}
blocks: {n0: 3}
strain: {component: xx, values: {start: 0.0, stop: 2.0, count: 11}}
readings: [fixed/ellipsoid, affine/sphere]
sampling: {samples: 64, seed: 3}
"""


@pytest.fixture(scope="session")
def chromium():
    """The browser, opened once."""
    demanded = os.environ.get("RSRG_BROWSER")
    path = demanded or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium; or RSRG_BROWSER=/path/of/it")
    playwright = (
        pytest.importorskip("playwright.sync_api")
        if demanded is None
        else __import__("playwright.sync_api", fromlist=["sync_playwright"])
    )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


class Seen:
    """An open page, and what went wrong on it: messages of its console, and requests."""

    def __init__(self, page, path):
        self.page, self.path = page, path
        self.errors, self.requests = [], []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(f"file://{path}")

    def _console(self, message):
        if message.type in ("error", "assert"):
            self.errors.append(message.text)

    def figure(self, key):
        """A figure, drawn: it is when it comes near the window."""
        figure = self.page.locator(f"figure[data-chart='{key}']")
        figure.scroll_into_view_if_needed()
        self.page.wait_for_selector(f"figure[data-chart='{key}'] .main-svg", state="attached")
        return figure

    def curves(self, key):
        """The numbers of the curves of a figure as they are drawn: lists of y."""
        self.figure(key)
        return self.page.evaluate(
            "key => document.querySelector(`figure[data-chart='${key}'] .plot`)"
            ".data.map(trace => Array.from(trace.y ?? []))",
            key,
        )

    def choose(self, key, control, index):
        """Move a menu or slider of a figure."""
        self.page.evaluate(
            "([key, control, index]) => { const input = document.querySelector("
            "`figure[data-chart='${key}'] [data-control='${control}']`); input.value = index;"
            "input.dispatchEvent(new Event('input', {bubbles: true})); }",
            [key, control, index],
        )
        self.page.wait_for_timeout(50)


@pytest.fixture
def see(chromium):
    """see(path, width=…, scheme=…, touch=…): open a page file; closed after the test."""
    contexts = []

    def look(path, width=1200, scheme="light", touch=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=touch,
            is_mobile=touch,
        )  # fmt: skip
        contexts.append(context)
        return Seen(context.new_page(), path)

    yield look
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def run_page(made_once):
    """The report of a finished run of two glasses, one of them with a name that is markup."""

    def fill(folder):
        run = rsrg.run(config_from_text(TEXT, "two.yaml"), folder / "two.h5")
        from rsrg.report.page.write import write_report

        write_report(run)

    return made_once("run_page", fill) / "two.html"
