"""Templates to one HTML file that needs no network: style and scripts are inside it."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rsrg.errors import RsrgError
from rsrg.formatting import finite
from rsrg.report.html.chart import Chart
from rsrg.report.html.numbers import Numbers
from rsrg.storage.atomic import replace_text
from rsrg.storage.provenance import version_text

HERE = "rsrg.report.html"


@cache
def _environment(package: str) -> Environment:
    """Templates of this package, and of the one that a page belongs to; all values are escaped."""
    loaders = [PackageLoader(name) for name in dict.fromkeys((package, HERE))]
    environment = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["resource"] = _resource
    return environment


def _resource(name: str) -> Markup:
    """A style sheet or script of this package, as it is."""
    return Markup(files(HERE).joinpath("templates", name).read_text(encoding="utf-8"))


def render(package: str, template: str, **context: Any) -> str:
    """A page or text from the template of a package, which may extend `base.html.j2`."""
    return _environment(package).get_template(template).render(**context)


def rsrg_version() -> str:
    """The version of rsrg that writes a page."""
    return version_text()


def plotly_source() -> str:
    """The script of the installed plotly, as one text. Raises RsrgError where it is missing."""
    try:
        return files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    except (ImportError, OSError):
        raise RsrgError(
            "an HTML report needs plotly for its figures: pip install plotly, or rsrg with the "
            "extra `report`. Tables and pictures need no more: add --output FILE.png"
        ) from None


def plotly_script(shared: Path | None = None) -> Markup:
    """The element that loads plotly: the script itself; or of a file, written if it is missing.

    shared: the folder of a page that keeps the script in a file beside it. Raises RsrgError where
    plotly is missing, or that file cannot be written.
    """
    source = plotly_source()
    if shared is None:
        return (
            Markup("<script>")
            + Markup(source.replace("</script", "<\\/script"))
            + Markup("</script>")
        )
    name = f"plotly-{version('plotly')}.min.js"
    if not (shared / name).exists():
        _write_script(shared / name, source)
    return Markup('<script src="{}"></script>').format(name)


def _write_script(path: Path, source: str) -> None:
    """Write the script that pages share, completely or not at all."""
    try:
        replace_text(path, source)
    except OSError as error:
        raise RsrgError(f"cannot write the script {path}: {error.strerror or error}") from error


def figure_data(charts: Sequence[Chart], numbers: Numbers) -> Markup:
    """Figures and numbers as JSON that may stand inside a page."""
    data = {"charts": {c.key: c.specification() for c in charts}, "numbers": numbers.encoded()}
    text = json.dumps(finite(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&":  # so that no text can end the script it stands in
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
