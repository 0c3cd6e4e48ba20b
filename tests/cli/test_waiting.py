"""Commands that compute before they print: on a terminal they say what they do meanwhile."""

import io

import pytest

from rsrg.cli import critical, waiting
from rsrg.physics import coupling_source


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Heard:
    """Stands for rich's Progress: hears the text at the beginning and at the end."""

    texts: list

    def __init__(self, _, present, elapsed, *, disable, **options):
        self.present = present

    def __enter__(self):
        self.texts.append(self.present.render(None).plain)
        return self

    def __exit__(self, *error):
        self.texts.append(self.present.render(None).plain)

    def add_task(self, *arguments, **options):
        pass


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(Heard, "texts", [], raising=False)
    monkeypatch.setattr(waiting, "Progress", Heard)
    return Heard.texts


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_shows_the_text_and_then_nothing(monkeypatch, terminal):
    err = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", err)
    with waiting.waiting(lambda: "sums: 3 of 5"):
        pass
    assert ("sums: 3 of 5" in err.getvalue()) == terminal


@pytest.mark.parametrize(
    ("arguments", "expected"), [((), 330), (("--plane", "xx,yy", "--json"), 2016)]
)
def test_critical_counts_its_sums(command, heard, arguments, expected):
    """About as many as it says: the time left is worth telling."""
    coupling_source._lattice_moments.cache_clear()  # other tests make some of these sums
    options = ("--alpha", "0.61", "--n0", "2", "--sign", "paper")
    assert command("critical", *options, *arguments).returncode == 0
    first, last = heard
    assert first == f"exact sums over N0 = 2: 0 of about {expected}"
    made = int(last.split(": ")[1].split(" of")[0])
    assert 0.5 * expected < made < 1.5 * expected


def test_the_time_left_follows_from_the_sums_so_far(clock, monkeypatch):
    made = iter([100, 125, 300])
    monkeypatch.setattr(critical, "exact_sums_made", lambda: next(made))
    text = critical._sums_made(500, 100)
    clock.turn(25.0)
    assert text() == "exact sums over N0 = 500: 25 of about 100, about 1 min 15 s left"
    assert text() == "exact sums over N0 = 500: 200 of about 200"


def test_stability_counts_its_rows(command, heard, monkeypatch):
    def rows(alpha, amplitude):
        raise ArithmeticError  # what it would take 20 s to compute
        yield

    monkeypatch.setattr("rsrg.physics.stability_rows.lattice_rows", rows)
    command("stability", "--alpha", "0.7")
    assert heard == 2 * ["stability of the bulk: 0 of 8 rows"]


def test_reproduce_says_what_it_does(command, heard, monkeypatch):
    monkeypatch.setattr("rsrg.paper.reproduce.reproduce", lambda *arguments: [])
    assert "page: " in command("reproduce").stdout
    assert heard == 2 * ["the paper again"]
