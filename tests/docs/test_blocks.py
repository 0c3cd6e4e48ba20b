"""Every command and Python block of README and docs runs, and prints what the page shows.

`console`: lines after `$ ` are commands, the lines below each one what it prints. `python`: code; a
`text` block right below it is what it prints. A comment right above a block says more:

    <!-- long -->               minutes: carried out with --long only; its options always checked
    <!-- elsewhere: REASON -->  not carried out here; its options are checked
    <!-- file: NAME -->         written to that file, for the blocks below it
    <!-- exit: N -->            its last command ends with this exit code, in place of 0

In what is shown, `…` is any text, and alone in a line any lines. What differs from machine to
machine and from run to run is compared by its kind alone (VARYING): times, dates, rates, sizes of
memory and files, processes and hosts, versions of rsrg.
"""

import contextlib
import doctest
import io
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pytest
import typer

from rsrg.cli.app import app
from rsrg.cli.overrides import join_overrides

FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*?) -->\n)?^(?P<fence>```+)(?P<language>[^\n`]*)\n"
    r"(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
LEFT_OUT = "…"  # in what is shown: any text; alone in a line: any lines
VARYING = (  # what differs from machine to machine, and from run to run
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "DATE"),
    (r"\d[\d.,]* (?:chunks|pairs)/s", "RATE"),
    (r"(?:\d+ h )?(?:\d+ min )?\b\d[\d.]* (?:ms|s|min|h)\b", "TIME"),
    (r"\d[\d.,]* (?:kB|MB|GB)\b", "SIZE"),
    (r"process \d+ on [\w.-]+", "PROCESS"),
    (r"rsrg \d+\.\d+\S*(?: \([^)]*\))?", "VERSION"),
    (r"(?m)[ \t]+$", ""),
)


@dataclass(frozen=True)
class Block:
    """A fenced block. line: of its fence. mark: the comment above it."""

    line: int
    language: str
    text: str
    mark: str

    @property
    def here(self) -> bool:
        """Whether it is carried out in each run of the tests."""
        return not self.mark.startswith(("long", "elsewhere"))

    @property
    def exit_code(self) -> int:
        """The exit code of its last command."""
        return int(self.mark.removeprefix("exit: ")) if self.mark.startswith("exit:") else 0

    def commands(self) -> list[tuple[str, str]]:
        """Commands of a console block, each with what it shows below."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        joined = (p.replace("\\\n", " ").partition("\n") for p in parts)
        return [(command, shown) for command, _, shown in joined]

    def rsrg_calls(self) -> list[str]:
        """Every call of rsrg in a block of commands, also within a line of a shell."""
        lines = [c for c, _ in self.commands()] if self.language == "console" else [self.text]
        found = (re.findall(r"(?:^|[;&|(] ?|until |do )(rsrg [^;&|\n)>]*)", x, re.M) for x in lines)
        return [call.strip() for calls in found for call in calls]


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page."""
    return [
        Block(page.count("\n", 0, m.start()) + 1, m["language"].strip(), m["text"], m["mark"] or "")
        for m in FENCE.finditer(page)
    ]


def differs(shown: str, printed: str) -> bool:
    """Whether a page shows something else than what was printed, apart from what varies."""
    lines = _steady(shown).strip("\n").splitlines()
    pattern = "".join(
        "(?:.*\n)*" if line.strip() == LEFT_OUT else _pattern(line) + "\n" for line in lines
    )
    return re.fullmatch(pattern, _steady(printed).strip("\n") + "\n") is None


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split(LEFT_OUT)))


def _steady(text: str) -> str:
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return re.sub(r"\n?([^\n]*TIME[^\n]*)\n", r" \1 ", text)  # which may wrap elsewhere


ROOT = Path(__file__).parents[2]
PAGES = {
    str(p.relative_to(ROOT)): blocks(p.read_text(encoding="utf-8"))
    for p in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if not {"_build", "_extensions"} & set(p.parts) and p.name != "figures.md"
}  # figures.md: tests/report/test_gallery.py
COMMANDS = {name: page for name, page in PAGES.items() if any(b.rsrg_calls() for b in page)}
CARRIED_OUT = {
    name: page
    for name, page in PAGES.items()
    if any(b.language in ("console", "python") for b in page)
}
QUICKSTART = "rsrg run --example quickstart"


@pytest.fixture(scope="session")
def quickstart(made_once):
    """A folder with the quickstart, run once, and what the command printed."""

    def fill(folder):
        (folder / "configs").symlink_to(ROOT / "configs")
        code = "from rsrg.cli.app import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, *shlex.split(QUICKSTART)[1:]],
            cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")

    return made_once("docs_quickstart", fill)


@pytest.fixture
def folder(quickstart, tmp_path, monkeypatch):
    """A working folder with the configs of the package, and the finished quickstart."""
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "runs").mkdir()
    for file in (quickstart / "runs").iterdir():
        shutil.copy(file, tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


def carried_out(command, run_command, quickstart):
    """Exit code, what a command prints, and its messages, each line of which begins with rsrg:."""
    if command == QUICKSTART:
        return 0, (quickstart / "printed.txt").read_text(encoding="utf-8"), ""
    words = shlex.split(command)
    target = words[words.index(">") + 1] if ">" in words else None
    done = run_command(*words[1 : words.index(">") if target else None])
    if target:
        Path(target).write_text(done.stdout, encoding="utf-8")
    return done.returncode, "" if target else done.stdout, done.stderr


def check_console(block, place, *tools):
    """Carry out the commands of a block."""
    commands = block.commands()
    for i, (command, shown) in enumerate(commands):
        assert command.startswith("rsrg "), f"{place}: only rsrg can be carried out: {command}"
        code, printed, messages = carried_out(command, *tools)
        printed += messages if "rsrg: " in shown or code else ""  # notes vary with the load
        expected = block.exit_code if i == len(commands) - 1 else 0
        assert code == expected, f"{place}: {command}\n{printed}"
        if shown.strip():
            assert not differs(shown, printed), f"{place}: {command} prints\n{printed}"


def check_python(code, shown, place, names):
    """Carry out code of a page, whose names later code of the page knows."""
    if code.startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(code, names, place, None, None)
        report = []
        doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
        assert report == [], f"{place}: {''.join(report)}"
        names.update(test.globs)
        return
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, place, "exec"), names)
    if shown is not None:
        assert not differs(shown, out.getvalue()), f"{place} prints\n{out.getvalue()}"


@pytest.mark.parametrize("name", CARRIED_OUT)
def test_page(name, command, folder, quickstart, request):
    page, names = CARRIED_OUT[name], {}
    long = request.config.getoption("--long")
    with matplotlib.rc_context():
        for block, after in zip(page, [*page[1:], None], strict=True):
            place = f"{name}:{block.line}"
            if not block.here and not (long and block.mark.startswith("long")):
                if block.language == "python" and not block.text.startswith(">>>"):
                    compile(block.text, place, "exec")
            elif block.mark.startswith("file: "):
                Path(block.mark.removeprefix("file: ")).write_text(block.text, encoding="utf-8")
            elif block.language == "console":
                check_console(block, place, command, quickstart)
            elif block.language == "python":
                below = after is not None and after.language == "text"
                check_python(block.text, after.text if below else None, place, names)
        if "matplotlib.pyplot" in str(names.get("plt", "")):
            names["plt"].close("all")


@pytest.mark.parametrize("name", COMMANDS)
def test_options_exist(name):
    """Also of commands that are not carried out: each has the arguments and options it is given."""
    commands = typer.main.get_command(app).commands
    for block in COMMANDS[name]:
        for call in block.rsrg_calls():
            _, verb, *words = shlex.split(call.partition(" 2>")[0])
            if verb.startswith("-"):
                continue
            assert verb in commands, f"{name}:{block.line}: {call}"
            try:
                commands[verb].make_context(verb, join_overrides(words))
            except Exception as error:
                if type(error).__name__ == "Exit":  # --help
                    continue
                pytest.fail(f"{name}:{block.line}: {call}: {error!r}")


@pytest.mark.parametrize("name", PAGES)
def test_no_block_escapes(name):
    """Commands and code stand in blocks that are carried out, or say why they are not."""
    for block in PAGES[name]:
        if block.language not in ("console", "python", "bash", "{code-cell} python"):
            assert not re.search(r"^\$ ", block.text, re.M), f"{name}:{block.line}: not `console`"
        if block.language == "bash":
            assert block.mark.startswith("elsewhere: "), f"{name}:{block.line}: not carried out"


def test_the_comparison_can_fail():
    assert differs("a 0.1\n", "a 0.2\n")
    assert differs("a\nb\n", "a\n")
    assert not differs("a\n…\nd\n", "a\nb\nc\nd\n")
    assert differs("a\n…\nd\n", "a\nb\nc\ne\n")
    assert not differs("took 3 s, 1.5 MB, x…z\n", "took 1 min 7 s, 22 MB, xyz\n")
    assert differs("took 3 m\n", "took 4 m\n")


def test_marks_are_known():
    for name, page in PAGES.items():
        for block in page:
            known = re.match(r"(long$|elsewhere: .{8}|file: \S+$|exit: \d+$|$)", block.mark)
            assert known, f"{name}:{block.line}: <!-- {block.mark} -->"
