"""Examples without a source tree: listed, written, run, and offered by shells."""

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from rsrg.config.examples import FOLDER, example_names, example_path, example_summary, kind_of
from rsrg.config.loading import load_config, load_exact_config
from rsrg.studies.study import load_study

LOADERS = {
    "flow": load_config,
    "exact": load_exact_config,
    "trajectory": load_config,
    "study": load_study,
}


def test_the_examples_are_the_configs(configs):
    assert FOLDER.resolve() == configs  # a link in the source tree: nothing is there twice
    assert {example_path(n).resolve() for n in example_names()} == set(configs.rglob("*.yaml"))


def test_init_lists_every_example_with_a_line(command):
    done = command("init")
    lines = done.stdout.splitlines()
    for name in example_names():
        (line,) = [row for row in lines if row.split()[0] == name]
        assert line.rstrip().endswith(example_summary(name))
        assert len(example_summary(name).split()) > 4
    assert "rsrg init NAME" in lines[-1]


def test_each_example_stands_beside_its_command(command):
    """The command that takes it: `run` refuses exact super blocks and studies."""
    rows = [line.split() for line in command("init").stdout.splitlines()[:-1]]
    beside = {row[0]: row[1] for row in rows}
    assert beside["smoke"] == "run"
    assert beside["exact_small"] == "exact"
    assert beside["studies/yielding"] == "sweep"
    listed = json.loads(command("init", "--json").stdout)
    assert {example["name"]: example["command"] for example in listed} == beside
    assert "rsrg COMMAND --example NAME" in command("init").stdout


@pytest.mark.parametrize("name", example_names())
def test_what_init_writes_means_what_the_example_means(command, tmp_path, name):
    done = command("init", name)
    assert done.returncode == 0, done.stderr
    path = tmp_path / f"{name.split('/')[-1]}.yaml"
    kind = kind_of(name)
    own, example = LOADERS[kind](path), LOADERS[kind](example_path(name))
    if kind == "study":
        own, example = own.members, example.members
    if kind == "trajectory":
        own, example = own.digest(), example.digest()  # its frames lie elsewhere
    assert own == example
    text = path.read_text()
    assert "configs/" not in text
    assert "../" not in text
    first = text.splitlines()[0]
    schema = json.loads(
        (tmp_path / first.removeprefix("# yaml-language-server: $schema=")).read_text()
    )
    validator = jsonschema.Draft202012Validator(schema)
    data = YAML(typ="safe").load(text)
    assert [error.message for error in validator.iter_errors(data)] == []
    assert not validator.is_valid(data | {"smaples": 1})


@pytest.mark.parametrize(
    ("kind", "key", "wrong"),
    [
        ("flow", "sampling", {"samples": 10}),
        ("flow", "blocks", {"n0": 3, "positions": 7}),
        ("exact", "alpha", "big"),
        ("trajectory", "domain", "cube"),
        ("trajectory", "positions", 7),
        ("study", "product", {"blocks.n0": 3}),
        ("study", "base", {"blocks": {"n0": "three"}}),
    ],
    ids=str,
)
def test_schemas_refuse_what_loading_refuses(command, kind, key, wrong):
    examples = {
        "flow": "quickstart",
        "exact": "exact",
        "trajectory": "trajectory",
        "study": "studies/yielding",
    }
    data = YAML(typ="safe").load(example_path(examples[kind]))
    validator = jsonschema.Draft202012Validator(json.loads(command("schema", kind).stdout))
    assert validator.is_valid(data)
    assert not validator.is_valid(data | {key: wrong})


def test_init_overwrites_nothing(command, tmp_path):
    (tmp_path / "smoke.yaml").write_text("mine")
    (tmp_path / "rsrg-flow.schema.json").write_text("mine too")
    done = command("init", "smoke")
    assert done.returncode == 1
    assert "smoke.yaml exists already" in done.stderr
    assert command("init", "smoke", "--output", "new/other.yaml").returncode == 0
    assert command("init", "smoke", "--output", "own.yaml").returncode == 0
    assert (tmp_path / "smoke.yaml").read_text() == "mine"
    assert (tmp_path / "rsrg-flow.schema.json").read_text() == "mine too"
    assert "rsrg run new/other.yaml" in (tmp_path / "new" / "other.yaml").read_text()


def test_an_example_runs_without_a_file(command, tmp_path):
    done = command("run", "--example", "smoke", "-q")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "smoke.h5").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["run", "--example", "exact"],
            ["an example of a flow or a trajectory;", "rsrg exact --example exact"],
        ),
        (["sweep", "--example", "smoke"], ["an example of a study;", "rsrg run --example smoke"]),
        (["run", "quikstart.yaml"], ["the example quickstart?", "rsrg run --example quickstart"]),
        (["run", "my.yaml"], ["rsrg init quickstart", "rsrg run --example quickstart"]),
        (
            ["exact", "exact_smal.yml"],
            ["rsrg init exact_small", "rsrg exact --example exact_small"],
        ),
        (["sweep", "yieldin.yaml"], ["rsrg sweep --example studies/yielding"]),
        (["run", "good.yml"], ["did you mean good.yaml?", "rsrg init", "--example"]),
        (["run", "--example", "quikstart"], ["did you mean quickstart?"]),
        (["run", "--example", "exact"], ["an example of a flow"]),
        (["init", "yeilding"], ["did you mean studies/yielding?"]),
        (["run"], ["got neither"]),
        (["run", "good.yaml", "--example", "smoke"], ["got both"]),
    ],
    ids=" ".join,
)
def test_what_is_not_there(command, tmp_path, arguments, words):
    (tmp_path / "good.yaml").write_text("{}")
    done = command(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


SHELLS = {
    "bash": lambda words: {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)},
    "zsh": lambda words: {"_TYPER_COMPLETE_ARGS": words},
    "fish": lambda words: {
        "_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"
    },
}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rsrg re", ["resume", "report", "reproduce"]),
        ("rsrg run --examp", ["--example"]),
        ("rsrg run --example q", ["quickstart"]),
        ("rsrg sweep --example studies/y", ["studies/yielding"]),
        ("rsrg init exact_", ["exact_small"]),
        ("rsrg schema st", ["study"]),
    ],
)
def test_shells_complete(command, monkeypatch, shell, words, offered):
    for name, value in ({"_RSRG_COMPLETE": f"complete_{shell}"} | SHELLS[shell](words)).items():
        monkeypatch.setenv(name, value)
    out = command().stdout
    assert all(word in out for word in offered)
    assert "materials" not in out  # which begins with none of these


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_of_the_shell_that_is_used(command, monkeypatch, shell):
    monkeypatch.setattr("shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    done = command("--show-completion")
    assert done.returncode == 0
    assert f"_RSRG_COMPLETE=complete_{shell}" in done.stdout


def test_a_study_may_be_named_without_its_folder(command, tmp_path):
    done = command("init", "yielding")
    assert done.returncode == 0
    assert "Next: rsrg sweep yielding.yaml" in done.stdout
    assert example_path("yielding", "study") == example_path("studies/yielding")
    names = example_names()
    both = [n for n in names if f"studies/{n}" in names]
    for name in both:  # a config has the name alone, except where only a study is meant
        assert example_path(name).parent.name != "studies"
        assert example_path(name, "study").parent.name == "studies"
    assert both
