"""The example configs and studies that come with rsrg: their names, places and first lines."""

import difflib
import re
from pathlib import Path
from typing import Literal

from rsrg.errors import ConfigError

FOLDER = Path(__file__).parents[1] / "examples"  # in the source tree a link to configs/
STUDIES = "studies"
FIRST = "quickstart"
Kind = Literal["flow", "exact", "trajectory", "study"]
COMMANDS: dict[Kind, str] = {  # that carry out each kind
    "flow": "run",
    "exact": "exact",
    "trajectory": "run",
    "study": "sweep",
}
WORDS: dict[Kind, str] = {
    "flow": "a flow",
    "exact": "exact super blocks",
    "trajectory": "a trajectory",
    "study": "a study",
}


def example_names(*kinds: Kind) -> list[str]:
    """The names of all examples, or of those of some kinds: configs, then `studies/NAME`."""
    paths = [*sorted(FOLDER.glob("*.yaml")), *sorted(FOLDER.glob(f"{STUDIES}/*.yaml"))]
    names = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths]
    return [name for name in names if not kinds or kind_of(name) in kinds]


def kind_of(name: str) -> Kind:
    """What an example is: a config of a flow, exact super blocks or a trajectory, or a study."""
    if name.startswith(f"{STUDIES}/"):
        return "study"
    text = _text(name)
    if re.search("^positions:", text, re.MULTILINE):
        return "trajectory"
    return "exact" if re.search("^kind: exact", text, re.MULTILINE) else "flow"


def example_path(name: str, *kinds: Kind) -> Path:
    """The file of an example. Raises as `full_name`."""
    return FOLDER / f"{full_name(name, *kinds)}.yaml"


def full_name(name: str, *kinds: Kind) -> str:
    """The name of an example; of a study, `studies/` may be left out where no config has its name.

    Raises ConfigError, with the nearest name, for an unknown one.
    """
    known = example_names(*kinds)
    for full in (name, f"{STUDIES}/{name}"):
        if full in known:
            return full
    what = " or ".join(WORDS[kind] for kind in kinds) or "rsrg"
    if name in example_names():
        hint = f"it is another kind: rsrg {COMMANDS[kind_of(name)]} --example {name}"
        raise ConfigError([f"`{name}` must be an example of {what}; {hint}"])
    near = nearest_example(name, known)
    hint = f"did you mean {near}?" if near else f"they are {', '.join(known)}"
    raise ConfigError([f"`{name}` must be an example of {what}; {hint}"])


def example_data(name: str) -> list[Path]:
    """The files that an example reads: those of its name, but for the config itself."""
    return sorted(FOLDER.glob(f"{name}.npy"))


def nearest_example(name: str, known: list[str] | None = None) -> str | None:
    """The example whose name is nearest to a given one, if any is near."""
    names = example_names() if known is None else known
    ends = {n.removeprefix(f"{STUDIES}/"): n for n in reversed(names)}  # a config before a study
    close = difflib.get_close_matches(name.removeprefix(f"{STUDIES}/"), ends, n=1)
    return ends[close[0]] if close else None


def example_summary(name: str) -> str:
    """What an example is, in a line: its first comment."""
    return _text(name).partition("\n")[0].lstrip("# ")


def own_text(name: str, file: str) -> str:
    """The text of an example as a file of one's own.

    Its comments name that file; the base of a study is written out, so that it needs no other one.
    """
    text = _text(name)
    base = re.search(r"^base: \.\./(\S+)\.yaml.*$", text, re.MULTILINE)
    if base is not None:
        lines = re.sub(r"\A(#.*\n|\n)+", "", _text(base[1])).splitlines()
        written_out = "\n".join(f"  {line}" if line else "" for line in lines)
        text = text.replace(
            base[0], f"base:                                 # {base[1]}\n{written_out}"
        )
    return text.replace(f"configs/{name}.yaml", file).replace("configs/", "")


def _text(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
