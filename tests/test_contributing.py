"""CONTRIBUTING.md names files that exist."""

import re

import pytest


@pytest.fixture
def text(request):
    return (request.config.rootpath / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_named_is_there(text, request):
    root = request.config.rootpath
    names = re.findall(r"`([a-z_]+(?:/[a-z_0-9]+)*\.(?:py|md))`", text)
    assert len(set(names)) > 30  # the walk and the recipes
    missing = [n for n in names if not (root / n).exists() and not (root / "rsrg" / n).exists()]
    assert missing == []


def test_every_package_stands_in_the_picture(text, request):
    folders = [p.parent.name for p in (request.config.rootpath / "rsrg").glob("*/__init__.py")]
    assert len(folders) == 11
    picture = text.split("```")[1].replace("│", " ")
    assert [f for f in folders if f"{f}/" not in picture] == []


def test_files_stay_readable(request):
    """No file of more than 350 lines: it would hold two subjects."""
    root = request.config.rootpath
    files = [p for folder in ("rsrg", "tests", "scripts") for p in (root / folder).rglob("*.py")]
    long = {str(p): n for p in files if (n := len(p.read_text("utf-8").splitlines())) > 350}
    assert long == {}
