"""YAML text: lines, overrides, and hostile files."""

import math
import subprocess
import sys
from itertools import pairwise

import pytest

from rsrg.config.loading import config_from_source
from rsrg.config.yaml_source import (
    MAX_BYTES,
    MAX_DEPTH,
    override,
    parse_source,
    read_source,
    read_value,
)
from rsrg.errors import ConfigError


def test_lines():
    source = parse_source("a: 1\n# a word\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "f.yaml")
    assert source.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    assert source.place(("a",)) == "f.yaml:1, a"
    assert source.place(("b", 0)) == "f.yaml:4, b.0"
    assert source.place(("b", 1, "d")) == "f.yaml:6, b.1.d"
    assert source.place(("b", 1, "new")) == "f.yaml:5, b.1.new"  # the nearest parent
    assert source.place(("z",)) == "f.yaml, z"
    assert source.place(()) == "f.yaml, the whole file"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4), ("1.0e-4", 1e-4), ("1e4", 1e4), (".5", 0.5), ("7", 7), ("-3", -3),
        ("0x10", 16), ("0o10", 8), ("010", 10), ("12:30", "12:30"), ("yes", "yes"), ("no", "no"),
        ("on", "on"), ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        (".inf", math.inf), ("[1, 2]", [1, 2]), ("{a: 1e-3}", {"a": 1e-3}), ("'7'", "7"),
        ("2026-01-02", "2026-01-02"), ("__import__('os').getcwd()", "__import__('os').getcwd()"),
    ],
)  # fmt: skip
def test_scalars_are_yaml_1_2(text, value):
    found = read_value(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number():
    assert math.isnan(read_value(".nan"))


@pytest.mark.parametrize("text", ["!!python/object/apply:os.getcwd []", "!x 1"])
def test_tags(text):
    with pytest.raises(ConfigError, match="must hold plain values, no YAML tags"):
        read_value(text)


def test_override_sets_and_forgets_the_line():
    source = parse_source("a: {b: 1, c: 2}\n", "f.yaml")
    changed = override(source, {"a.b": 7, "d.e": 8})
    assert changed.data == {"a": {"b": 7, "c": 2}, "d": {"e": 8}}
    assert source.data == {"a": {"b": 1, "c": 2}}  # untouched
    assert changed.place(("a", "c")) == "f.yaml:1, a.c"


def test_every_bad_override_at_once():
    source = parse_source("a: 1\nb: [1]\n")
    with pytest.raises(ConfigError) as caught:
        override(source, {"a.x": 1, "b.7": 2, ".": 3})
    assert len(caught.value.problems) == 3


def test_too_large(tmp_path):
    path = tmp_path / "big.yaml"
    path.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError) as caught:
        read_source(path)
    rule = f"a config must be smaller than 100 kB; got {MAX_BYTES + 1} bytes ({path})"
    assert caught.value.problems == [rule]


def test_too_deep():
    deep = "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)
    with pytest.raises(ConfigError, match=f"must not nest deeper than {MAX_DEPTH} levels"):
        parse_source(f"a: {deep}")


def test_just_deep_enough():
    """The deepest list is empty: it is the value of a path of MAX_DEPTH names."""
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parse_source(f"a: {deep}").data["a"] != []
    assert read_value(deep) != []


@pytest.mark.parametrize("brackets", [1000, 5000, 40_000])
def test_far_too_deep(brackets):
    with pytest.raises(ConfigError, match=f"must not nest deeper than {MAX_DEPTH} levels"):
        parse_source("a: " + "[" * brackets + "]" * brackets)


def test_alias_to_itself():
    """Refused: read as null it would be a silent guess."""
    with pytest.raises(ConfigError, match=r"nest deeper|alias"):
        parse_source("a: &a [*a]")


@pytest.mark.parametrize("text", ["a: &x {n: 1}\nb: *x\n", "a: &x {n: 1}\nb: {<<: *x, m: 3}\n"])
def test_aliases_and_merge_keys_are_refused(text):
    with pytest.raises(ConfigError) as caught:
        parse_source(text)
    assert caught.value.problems == ["a config must not use YAML aliases (*name, <<) (config:2)"]


def test_merge_key_without_alias():
    with pytest.raises(ConfigError) as caught:
        parse_source("blocks: {<<: {n0: 3}}\n")
    assert "<<" in str(caught.value)


def test_billion_laughs():
    """Nine levels of nine aliases: 3·10⁸ values from a page. Refused at once, in little memory."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{k}: &{k} [{', '.join(9 * [f'*{j}'])}]" for j, k in pairwise("abcdefghi")]
    code = (
        "import resource, sys\n"
        "from rsrg.errors import ConfigError\n"
        "from rsrg.config.yaml_source import parse_source\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "try:\n    parse_source(sys.stdin.read())\n"
        "except ConfigError as error:\n    print('refused:', error)\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            timeout=15,  # a page is read in milliseconds; importing takes one or two seconds
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail("still expanding aliases after 15 s")
    assert done.stdout.startswith("refused:"), done.stderr[-300:]


@pytest.mark.parametrize("key", ["a.b.c", "sampling.sead", "flow.initial.kind"])
def test_an_error_in_what_an_override_added_names_the_override(key):
    source = override(read_source("configs/smoke.yaml"), {key: 3})
    with pytest.raises(ConfigError) as caught:
        config_from_source(source)
    assert f"(-o {key})" in str(caught.value)
    assert "smoke.yaml" not in str(caught.value)
