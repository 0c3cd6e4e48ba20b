"""Commands: exit codes, messages without tracebacks, tables, pictures, JSON."""

import json
import shutil
import subprocess
import sys

import pytest

GOOD = """\
schema_version: 1
materials: [a-SiO2]
lengths: {start: 50 angstrom, sample: 20 nm}
blocks: {n0: 2}
strain: {component: xx, values: {start: 0.0, stop: 0.6, count: 5}}
readings: [fixed/ellipsoid]
sampling: {samples: 64}
"""
ALL = ["smoke", "quickstart", "table1", "twelve_glasses"]
COMMANDS = ["run", "resume", "validate", "inspect", "compare", "report", "materials", "schema"]
COMMANDS += ["init", "doctor", "critical", "stability", "reproduce", "sweep", "status", "merge"]


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


def strict(text):
    """JSON as the standard has it: no NaN, no Infinity."""

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def clear(result, code, *words):
    """It ended with this code, and one clear message on stderr, no traceback."""
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_help_lists_the_commands(command):
    done = command("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
    assert "75" in done.stdout
    for name in COMMANDS:
        assert command(name, "-h").returncode == 0


@pytest.mark.parametrize(
    "code",
    [
        "import rsrg; dir(rsrg)",
        "import rsrg.cli",
        "import sys; sys.argv = ['rsrg', '--help']\n"
        "from rsrg.cli.app import main\ntry:\n    main()\nexcept SystemExit:\n    pass",
    ],
    ids=["import", "cli", "help"],
)
def test_starts_light(code):
    heavy = "{'numba', 'h5py', 'scipy', 'matplotlib', 'numpy', 'pint', 'pydantic'}"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nassert not {heavy} & set(sys.modules)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [["schema"], ["materials"], ["validate", "CONFIG"]], ids=str)
def test_asking_needs_no_engine(arguments, configs):
    """Of scipy, pint itself loads the bare package; its parts are what takes time."""
    heavy = "{'numba', 'h5py', 'matplotlib', 'scipy.linalg', 'scipy.spatial', 'scipy.optimize'}"
    words = [str(configs / "quickstart.yaml") if a == "CONFIG" else a for a in arguments]
    code = (
        f"import sys; sys.argv = ['rsrg', *{words!r}]\nfrom rsrg.cli.app import main\n"
        f"try:\n    main()\nexcept SystemExit:\n    pass\nassert not {heavy} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_smoke(smoke):
    done, folder = smoke
    assert done.returncode == 0, done.stderr
    assert "a-SiO2" in done.stdout
    assert "soft" in done.stdout
    assert "fixed/ellipsoid" in done.stdout
    assert (folder / "runs" / "smoke.h5").exists()
    assert (folder / "runs" / "smoke.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_run_again_is_refused(smoke, configs, run_file, command, monkeypatch):
    before = run_file.read_bytes()
    monkeypatch.chdir(smoke[1])
    clear(command("run", configs / "smoke.yaml"), 1, "exists already", "rsrg resume", "--restart")
    assert run_file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["materials"], 0),
        (["inspect", "missing.h5"], 1),
        (["frobnicate"], 2),
        (["validate", "good.yaml", "-o", "blocks.n0", "1"], 2),
        (["critical", "--alpha", "2"], 2),
    ],
    ids=str,
)
def test_a_process_ends_as_a_call_in_this_one(command, rsrg_process, good, arguments, code):
    """What the other tests call in their own process, a shell sees."""
    process = rsrg_process(*arguments)
    out, err = process.communicate()
    called = command(*arguments)
    assert (process.returncode, out, err) == (code, called.stdout, called.stderr)
    assert called.returncode == code
    assert "Traceback" not in err


def test_resume_of_a_finished_run_prints_the_table(command, run_file, tmp_path):
    shutil.copy2(run_file, tmp_path / "run.h5")
    done = command("resume", "run.h5")
    assert done.returncode == 0
    assert "fixed/ellipsoid" in done.stdout


def test_inspect(command, run_file):
    done = command("inspect", run_file)
    assert done.returncode == 0
    for word in ("finished", "/coupling", "moments", "eigenvalues", "status = finished"):
        assert word in done.stdout
    done = command("inspect", run_file, "critical/strain")
    assert done.returncode == 0
    assert "not finite" in done.stdout
    assert "n0: 3" in command("inspect", run_file, "config_text").stdout
    tree = strict(command("inspect", run_file, "flow", "--json").stdout)
    assert {"path", "dims", "shape", "type", "units", "long_name", "equation"} <= set(
        tree["datasets"][0]
    )


def test_inspect_of_what_is_not_there(command, run_file):
    clear(command("inspect", run_file, "nonsense"), 1, "no node /nonsense", "/coupling")
    clear(command("inspect", "missing.h5"), 1, "no such run file: missing.h5")


def test_compare(command, run_file):
    done = command("compare", run_file)
    assert done.returncode == 0
    assert "χ, continuum" in done.stdout
    assert "σ" in done.stdout
    arguments = ["--reading", "affine/sphere", "--strain", "0.6", "--channel", "yz", "--json"]
    rows = strict(command("compare", run_file, "--material", "soft", *arguments).stdout)
    assert [r["step"] for r in rows] == [1, 2, 3, 4, 5]
    assert {r["channel"] for r in rows} == {"yz"}
    assert {r["material"] for r in rows} == {"soft"}
    assert all(r["strain"] == pytest.approx(0.6) for r in rows)
    clear(command("compare", run_file, "--channel", "nope"), 1, "`channel` must be one of", "nope")
    clear(command("compare", run_file, "--material", "nope"), 1, "`material` must be one of")


def test_report(command, run_file, tmp_path):
    rows = strict(command("report", run_file, "--json").stdout)
    fields = {"material", "reading", "source", "channel", "value", "stderr", "failing_strain"}
    assert fields == set(rows[0])
    done = command("report", run_file, "--output", tmp_path / "p.svg", "--material", "soft")
    assert done.returncode == 0
    assert "<svg" in (tmp_path / "p.svg").read_text()
    clear(command("report", run_file, "--material", "nope", "--output", "q.png"), 1, "`material`")


@pytest.mark.parametrize("target", ["picture.xyz", "no/such/folder/picture.png"])
def test_report_to_an_impossible_picture(command, run_file, target):
    clear(command("report", run_file, "--output", target), 1, target)


def test_materials(command):
    done = command("materials")
    assert done.returncode == 0
    assert "PMMA" in done.stdout
    assert len(strict(command("materials", "--json").stdout)) == 12


@pytest.mark.parametrize("name", ALL)
def test_every_config_is_valid(command, configs, name):
    done = command("validate", configs / f"{name}.yaml")
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stdout
    assert strict(command("validate", configs / f"{name}.yaml", "--json").stdout)["valid"]


def test_schema(command):
    schema = strict(command("schema").stdout)
    assert {"materials", "blocks", "strain"} <= set(schema["properties"])
    # what every example writes: `all`, names, mappings
    texts = json.dumps(schema["properties"]["materials"])
    assert '"all"' in texts
    assert '"type": "string"' in texts


@pytest.mark.parametrize("kind", ["flow", "exact", "trajectory", "study"])
def test_schema_for_editors(command, kind):
    """A list says how many items it has; a description what a value means, and its rule."""
    schema = strict(command("schema", kind).stdout)
    keys = [found for found in nested(schema) if found.get("type") == "array"]
    assert keys
    assert [key for key in keys if "minItems" not in key or "minLength" in key] == []
    settings = [found for found in nested(schema) if "title" in found and "description" in found]
    settings = [found for found in settings if "properties" not in found]
    assert len(settings) > 10
    assert [s for s in settings if not s["description"].startswith(f"{s['title']}; ")] == []


def nested(value):
    """All mappings of a schema that say what a value is."""
    if isinstance(value, dict):
        if "type" in value or "description" in value:
            yield value
        for inner in value.values():
            yield from nested(inner)
    for inner in value if isinstance(value, list) else ():
        yield from nested(inner)


@pytest.mark.parametrize("joined", [False, True])
def test_override(command, good, joined):
    pair = ["sampling.seed=7"] if joined else ["sampling.seed", "7"]
    shown = strict(command("validate", good, "-o", *pair, "--json").stdout)
    assert shown["config"]["sampling"]["seed"] == 7


def test_override_is_never_evaluated(command, good):
    done = command("validate", good, "-o", "title", "__import__('os').getcwd()", "--json")
    assert strict(done.stdout)["config"]["title"] == "__import__('os').getcwd()"


def test_broken_config(command, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD.replace("n0: 2", "n0: 1").replace("samples: 64", "sampels: 64"))
    for name in ("run", "validate"):
        done = command(name, path)
        clear(done, 2, "`n0` must be", "did you mean `samples`?", "bad.yaml:4", "bad.yaml:7")
        assert len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "runs").exists()


def test_usage(command, good, run_file):
    assert command("frobnicate").returncode == 2
    assert command("run").returncode == 2
    clear(command("run", "missing.yaml"), 2, "no such config file")
    clear(command("validate", good, "-o", "blocks.n", "3"), 2, "did you mean `n0`?")
    clear(command("resume", run_file, "-o", "blocks.n0", "4"), 2, "cannot change on resume")
    clear(command("resume", "missing.h5"), 1, "no such run file")


@pytest.mark.parametrize("threads", ["0", "-1", "100000"])
def test_impossible_threads(command, good, threads):
    refused = command("run", good, "--threads", threads)
    clear(refused, 2)
    assert "of at least 1; got" in refused.stderr or "from 1 to" in refused.stderr


def test_dry_run_writes_nothing(command, good, tmp_path):
    done = command("run", good, "--dry-run")
    assert done.returncode == 0
    assert "2 steps" in done.stdout
    assert "pairs" in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["good.yaml"]


def test_quiet(command, good):
    done = command("run", good, "-q", "--output", "q.h5")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_picture_never_overwrites_the_run(command, good, tmp_path):
    """A run file named like a picture: refused, or kept; never lost."""
    done = command("run", good, "--output", "result.png", "-q")
    if done.returncode == 0:
        assert (tmp_path / "result.png").read_bytes().startswith(b"rsrg-run sha256")
    else:
        clear(done, 2)


@pytest.mark.parametrize("title", ["SiO2 [after doping] 1", "odd [/] title", "a [bold]b"])
def test_titles_are_shown_as_they_are(command, good, title):
    done = command("run", good, "--no-progress", "-o", "title", json.dumps(title))
    assert done.returncode == 0, done.stderr[-300:]
    assert title in done.stdout


def test_extreme_strain_ends_in_a_message(command, good):
    """Whatever physics refuses, a user reads why, not a traceback."""
    values = "{start: -0.9999999999, stop: 100, count: 5}"
    estimator = ["-o", "sampling.estimator", "formula"]
    done = command("run", good, "-q", "-o", "strain.values", values, *estimator)
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


def test_longest_flow(command, good):
    """log_ratio up to 1000 is allowed: e^1000 is no double."""
    lengths = "{log_ratio: 1000}"
    estimator = ["-o", "sampling.estimator", "formula"]
    done = command("run", good, "-q", "-o", "lengths", lengths, *estimator)
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


def test_reproduce_into_a_place_that_cannot_be(command, good):
    clear(command("reproduce", "--output", f"{good}/folder"), 1, "good.yaml")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "--example", "smoke", "-q"), 2),
        (("materials",), 0),
        (("validate", "good.yaml"), 0),
        (("schema",), 0),
        (("init",), 0),
        (("critical", "--material", "BK7"), 0),
    ],
)
def test_a_setting_that_numba_refuses_stops_the_commands_that_sum(
    rsrg_process, good, arguments, code
):
    before = "import os; os.environ['NUMBA_NUM_THREADS'] = '0'"
    process = rsrg_process(*arguments, before=before)
    _, err = process.communicate()
    rule = "rsrg: `NUMBA_NUM_THREADS` must be an integer of at least 1; got '0' (environment)\n"
    assert (process.returncode, err) == (code, rule if code else "")
