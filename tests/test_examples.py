"""The examples in the docstrings of all public names give what they show."""

import doctest
import inspect

import pytest

import rsrg

PARSER = doctest.DocTestParser()


def public_objects():
    """Every public name of rsrg, and every public method and property of its classes."""
    for name in rsrg.__all__:
        thing = getattr(rsrg, name)
        yield name, thing
        if inspect.isclass(thing):
            own = [c for c in thing.__mro__ if c.__module__.startswith("rsrg.")]
            members = {k: v for c in reversed(own) for k, v in vars(c).items()}
            for member, value in members.items():
                function = getattr(value, "fget", None) or getattr(value, "__func__", value)
                ours = inspect.isfunction(function) and function.__module__.startswith("rsrg.")
                if ours and not member.startswith("_"):
                    yield f"{name}.{member}", function


OBJECTS = dict(public_objects())


def carry_out(name, names):
    """Carry out the example of a public object among these names; it may add to them."""
    test = PARSER.get_doctest(inspect.getdoc(OBJECTS[name]) or "", names, name, None, None)
    report = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    assert report == [], "".join(report)
    names.update(test.globs)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_docstring_ends_with_an_example(name):
    _, _, example = (inspect.getdoc(OBJECTS[name]) or "").rpartition("\nExample:\n")
    assert PARSER.get_examples(example)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_example_gives_what_it_shows(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    if "." in name:  # the example of a method goes on from that of its class
        carry_out(name.partition(".")[0], names)
    carry_out(name, names)
    assert list(tmp_path.iterdir()) == []
