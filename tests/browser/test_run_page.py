"""The report of a run in a browser: quiet, alone, and everything on it moves what it should."""

import re
from contextlib import closing

import pytest

import rsrg


@pytest.fixture
def page(see, run_page):
    return see(run_page)


def test_quiet_and_alone(page):
    keys = page.page.eval_on_selector_all("figure", "all => all.map(f => f.dataset.chart)")
    assert {"strain", "flow", "deviation", "draws", "saved", "cube", "stress", "blocks"} <= set(
        keys
    )
    for key in keys:
        page.figure(key)
    page.page.wait_for_timeout(300)  # what comes late would come now
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith("blob:")] == [f"file://{page.path}"]


def test_names_are_text_and_never_markup(page):
    assert 'two <glasses> & "more"' in page.page.locator("h1").inner_text()
    assert "<script>alert(1)</script>" in page.page.locator("#verdict").text_content()
    assert page.page.locator("script").count() == 3  # numbers, plotly, ours


def test_tables_sort_filter_and_copy(page):
    box = page.page.locator("#critical")
    heading = box.get_by_role("button", name="critical strain e")
    column = "rows => rows.filter(r => !r.hidden).map(r => Number(r.cells[6].dataset.value))"

    def strains():
        return box.locator("tbody tr").evaluate_all(column)

    before = strains()
    heading.click()
    assert strains() == sorted(before) != before
    heading.click()
    assert strains() == sorted(before, reverse=True)
    assert box.locator("th[aria-sort=descending]").inner_text().startswith("critical strain e")
    box.locator("select.filter").first.select_option("a-SiO2")
    shown = box.locator("tbody tr:visible")
    assert 0 < shown.count() < len(before)
    assert set(shown.locator("th").all_inner_texts()) == {"a-SiO2"}

    box.get_by_role("button", name="Copy as CSV").click()
    page.page.wait_for_selector("#critical .said[data-copied]")
    text = box.locator(".said").get_attribute("data-copied")
    assert text.splitlines()[0].startswith("glass,α,reading,source,channel")
    assert len(text.splitlines()) == shown.count() + 1
    box.get_by_role("button", name="Copy as LaTeX").click()
    page.page.wait_for_function(
        "document.querySelector('#critical .said').dataset.copied.startsWith('\\\\begin{tabular}')"
    )
    assert "$\\alpha$" in box.locator(".said").get_attribute("data-copied")


def test_menus_and_slider_show_the_numbers_of_the_run(page, run_page):
    """Each choice shows what the run file holds, to the seven digits of the page."""
    with closing(rsrg.open_run(run_page.with_suffix(".h5"))) as run:
        values = run.values("flow/inverse_eigenvalues")  # material, step, reading, strain, channel
    drawn = page.curves("strain")

    def among(wanted):
        return any(
            y == pytest.approx(list(wanted), rel=1e-6) for y in drawn if len(y) == len(wanted)
        )

    assert among(values[0, -1, 0, :, 0])
    page.choose("strain", "glass", 1)
    page.choose("strain", "reading", 1)
    drawn = page.curves("strain")
    assert among(values[1, -1, 1, :, 0])
    assert not among(values[0, -1, 0, :, 0])
    drawn = page.curves("flow")  # the menus of one name go together
    page.choose("flow", "strain", 9)
    drawn = page.curves("flow")
    assert among(values[1, :, 1, 9, 0])
    assert page.figure("flow").locator("output").inner_text() == "e = 1.8"
    page.choose("flow", "strain", 2)
    drawn = page.curves("flow")
    assert among(values[1, :, 1, 2, 0])


def test_sign_menu(page):
    before = page.curves("strain")
    page.choose("strain", "sign", 1)
    after = page.curves("strain")
    assert before != after
    sums = [i for i, y in enumerate(before) if len(y) == 11 and y != after[i]]
    assert sums  # at e = 0 both signs start alike
    assert all(before[i][0] == pytest.approx(after[i][0], rel=1e-6) for i in sums)


def test_body_turns(page):
    """A drag turns the body of blocks: the camera moves, and so do the pixels."""
    figure = page.figure("blocks")
    canvas = figure.locator("canvas").first
    canvas.wait_for(state="attached")
    eye = (
        "document.querySelector(\"figure[data-chart='blocks'] .plot\")"
        "._fullLayout.scene._scene.getCamera().eye.x"
    )
    before, picture = page.page.evaluate(eye), figure.locator(".plot").screenshot()
    box = figure.locator(".plot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 120, y + 30, steps=6)
    page.page.mouse.up()
    page.page.wait_for_timeout(200)
    assert abs(page.page.evaluate(eye) - before) > 0.05
    assert figure.locator(".plot").screenshot() != picture
    blocks = page.page.evaluate(
        "document.querySelector(\"figure[data-chart='blocks'] .plot\").data[0].x.length"
    )
    assert blocks == 27


def luminance(colour):
    return sum(float(x) for x in re.findall(r"[\d.]+", colour)[:3])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_themes(see, run_page, scheme):
    page = see(run_page, scheme=scheme)
    ground, text = (
        page.page.evaluate(f"getComputedStyle(document.body).{name}")
        for name in ("backgroundColor", "color")
    )
    assert (luminance(ground) > luminance(text)) == (scheme == "light")
    page.figure("strain")
    font = "document.querySelector(\"figure[data-chart='strain'] .plot\")._fullLayout.font.color"
    before = page.page.evaluate(font)
    for expected in ("light", "dark", "system"):
        page.page.locator("#theme").click()
        assert page.page.locator("#theme").inner_text() == f"Theme: {expected}"
        ground = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = expected == "light" or (expected == "system" and scheme == "light")
        assert (luminance(ground) > 382) == light
        assert (page.page.evaluate(font) == before) == (light == (scheme == "light"))


def test_phone(see, run_page):
    """At 390 px nothing but tables, inside their own frames, is wider than the window."""
    page = see(run_page, width=390)
    for key in ("strain", "flow", "blocks"):
        page.figure(key)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.page.eval_on_selector_all(
        ".plot .main-svg", "all => all.map(svg => svg.getBoundingClientRect().width)"
    )
    assert max(widths) <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(see, run_page, scheme):
    """axe-core finds nothing at all in either theme, with every figure drawn."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = see(run_page, scheme=scheme)
    for key in page.page.eval_on_selector_all("figure", "all => all.map(f => f.dataset.chart)"):
        page.figure(key)
    found = axe.Axe().run(page.page).response["violations"]
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_keyboard(page):
    """The first Tab offers to skip to the content; menus and sliders answer to arrows."""
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.figure("flow")
    slider = page.figure("flow").locator("input[type=range]")
    slider.focus()
    before = page.curves("flow")
    page.page.keyboard.press("ArrowRight")
    assert page.curves("flow") != before


def test_pdf(page):
    """On paper: figures drawn, without menus, in the light theme."""
    pdf = page.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
    assert 3 <= pages <= 30
    assert page.errors == []
    page.page.emulate_media(media="print")
    assert not page.page.locator(".tools").first.is_visible()


def test_shared_script(see, run_page, tmp_path):
    """Many pages with one script beside them work as well; the script is read from its file."""
    from rsrg.report.page.write import write_report

    with closing(rsrg.open_run(run_page.with_suffix(".h5"))) as run:
        target = write_report(run, tmp_path / "shared.html", shared_script=True)
    assert target.stat().st_size < 1e6
    page = see(target)
    page.figure("strain")
    scripts = sorted(p.name for p in tmp_path.glob("plotly-*.min.js"))
    assert len(scripts) == 1
    assert page.requests == [f"file://{target}", f"file://{tmp_path / scripts[0]}"]
    assert page.errors == []
