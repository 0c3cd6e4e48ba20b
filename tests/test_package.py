"""What travels with the package: its names for type checkers, its version, how to cite it."""

import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version

import pytest
from ruamel.yaml import YAML

import rsrg
from rsrg.storage import provenance


@pytest.fixture
def root(request):
    return request.config.rootpath


@pytest.fixture
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def mypy(root, tmp_path):
    """What mypy says of a script that imports rsrg, of which it sees the public names alone."""
    (tmp_path / "rsrg").mkdir()
    shutil.copy(root / "rsrg" / "__init__.py", tmp_path / "rsrg")

    def check(text):
        (tmp_path / "script.py").write_text(text)
        options = ["--ignore-missing-imports", "--config-file=", "--no-error-summary"]
        done = subprocess.run(
            [sys.executable, "-m", "mypy", *options, "script.py"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    return check


def test_typos_of_public_names_fail_type_checks(mypy):
    used = "; ".join(f"rsrg.{name}" for name in [*rsrg.__all__, "__version__"])
    (told,) = mypy(f'import rsrg; {used}\nrsrg.opn_run("a.h5")\n').splitlines()
    assert told.startswith('script.py:2: error: Module has no attribute "opn_run"')


def test_the_version_is_written_once(project, root):
    assert "version" not in project["project"]
    assert "version" in project["project"]["dynamic"]
    assert rsrg.__version__ == version("rsrg")
    assert "version" not in YAML(typ="safe").load(root / "CITATION.cff")


VERSIONS = {
    "0.1.0.dev329+g0cda9f56e": ("0cda9f56e", False, "0.1.0.dev329 (commit 0cda9f56e)"),
    "0.1.0.dev329+g0cda9f56e.d20260102":
        ("0cda9f56e", True, "0.1.0.dev329 (commit 0cda9f56e, changed)"),
    "0.2.0": ("", False, "0.2.0"),
}  # fmt: skip


@pytest.mark.parametrize("installed", VERSIONS)
def test_an_installed_version_names_its_commit(monkeypatch, tmp_path, installed):
    commit, changed, text = VERSIONS[installed]
    monkeypatch.setattr(provenance, "version", lambda name: installed)
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "rsrg" / "storage" / "x.py"))
    provenance.git_state.cache_clear()
    try:
        assert provenance.git_state() == (commit, changed)
        assert provenance.version_text() == text
    finally:
        provenance.git_state.cache_clear()


def test_version_of_the_source_tree(command, root):
    head = ["git", "-C", str(root), "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout
    assert f"(commit {commit[:9]}" in command("--version").stdout


def test_citation(root, project):
    """The keys that the Citation File Format 1.2.0 requires; the rest is as in pyproject.toml."""
    cff = YAML(typ="safe").load(root / "CITATION.cff")
    assert cff["cff-version"] == "1.2.0"
    assert all(cff[key] for key in ("message", "title", "authors"))
    assert [author["name"] for author in cff["authors"]] == [
        author["name"] for author in project["project"]["authors"]
    ]
    assert cff["license"] == project["project"]["license"]
    assert cff["keywords"] == project["project"]["keywords"]
    (paper,) = cff["references"]
    assert paper["url"] == project["project"]["urls"]["Paper"]
    assert all(paper[key] for key in ("authors", "title", "type"))


def test_pythons_that_are_promised(project):
    named = {c.rpartition(" ")[2] for c in project["project"]["classifiers"] if "3." in c}
    assert named == {"3.11", "3.12", "3.13"}
    assert project["project"]["requires-python"] == ">=3.11"
    assert "Typing :: Typed" in project["project"]["classifiers"]


def test_windows():
    """One line that says what to do, before anything is imported that is not there."""
    code = "import sys; sys.platform = 'win32'; import rsrg"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: rsrg runs on Linux and macOS; on Windows, install it within WSL"
    )
    assert done.stderr.count("File ") == 2
