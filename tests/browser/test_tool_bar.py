"""The tools of a figure, and the axis of deviations, as a browser draws them."""

from contextlib import closing

import numpy as np
import pytest

import rsrg

BOXES = """([key, part]) => [...document.querySelectorAll(
  `figure[data-chart='${key}'] ${part}`)].map(e => e.getBoundingClientRect())
  .filter(b => b.width > 0).map(b => [b.left, b.top, b.right, b.bottom])"""
FIGURES = ("strain", "flow", "deviation", "stress", "draws")


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("width", [1280, 390])
def test_tools_do_not_cover_the_legend(see, run_page, width):
    page = see(run_page, width=width)
    for key in FIGURES:
        page.figure(key).locator(".plot").hover(position={"x": width / 3, "y": 200})
        tools = page.page.evaluate(BOXES, [key, ".modebar-btn"])
        entries = page.page.evaluate(BOXES, [key, ".legend .legendtext"])
        assert tools, key
        assert entries, key
        assert not any(overlap(t, e) for t in tools for e in entries), key


@pytest.mark.parametrize("width", [820, 390])
def test_a_touch_screen_has_no_tools(see, run_page, width):
    page = see(run_page, width=width, touch=True)
    for key in FIGURES:
        page.figure(key)
        assert page.page.evaluate(BOXES, [key, ".modebar-btn"]) == []


def test_deviations_are_told_as_they_are(see, run_page):
    """Drawn on an axis that is logarithmic beyond 3, copied and hovered as the run has them."""
    with closing(rsrg.open_run(run_page.with_suffix(".h5"))) as run:
        stored = run.read("flow/deviation_continuum")  # material, step, reading, strain, channel
    page = see(run_page)
    page.choose("deviation", "strain", 2)
    page.figure("deviation")
    drawn, told = page.page.evaluate(
        "() => { const plot = document.querySelector(\"figure[data-chart='deviation'] .plot\");"
        "return [plot.data[0].y, plot.data[0].customdata]; }"
    )
    expected = stored[0, :, 0, 2, 0]
    np.testing.assert_allclose(told, expected, rtol=1e-6)  # the page has seven digits
    size = np.abs(expected)
    place = np.where(size <= 3.0, 2.0 * size / 3.0, 2.0 + np.log10(np.maximum(size, 3.0) / 3.0))
    np.testing.assert_allclose(drawn, np.sign(expected) * place, rtol=1e-5, atol=1e-6)
    page.figure("deviation").get_by_role("button", name="Copy these numbers").click()
    said = page.page.locator("figure[data-chart='deviation'] figcaption .said[data-copied]")
    said.wait_for(state="attached")
    rows = [line.split(",") for line in said.get_attribute("data-copied").splitlines()]
    copied = [float(row[2]) for row in rows[1 : 1 + len(told)]]
    np.testing.assert_allclose(copied, expected, rtol=1e-6)
