"""Each field of a config names its bounds in its description: the rule that its errors quote."""

import dataclasses
import re
from typing import get_args

import annotated_types as at
import pytest
from pydantic.fields import FieldInfo

import rsrg
from rsrg.config.exact import ExactConfig
from rsrg.config.on_resume import all_fields
from rsrg.config.schema import Config
from rsrg.config.trajectory import TrajectoryConfig

BOUNDS = (at.Ge, at.Gt, at.Le, at.Lt, at.MultipleOf, at.MinLen, at.MaxLen)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
POSITIVE = ("positive", "greater than 0")
NOT_EMPTY = ("not empty", "1 to", "one or more", "of a file")
FIELDS = [
    (f"{kind.__name__}.{key}", field)
    for kind in (Config, ExactConfig, TrajectoryConfig)
    for key, field in all_fields(kind)
]


def metadata(annotation):
    """All constraints in an annotation, those of elements of a list, too."""
    for note in getattr(annotation, "__metadata__", ()):
        yield from note.metadata if isinstance(note, FieldInfo) else [note]
    for inner in get_args(annotation):
        yield from metadata(inner)


def bounds(field):
    notes = [*field.metadata, *metadata(field.annotation)]
    flat = [m for n in notes for m in (n.metadata if isinstance(n, FieldInfo) else [n])]
    return [(type(n), dataclasses.astuple(n)[0]) for n in flat if isinstance(n, BOUNDS)]


def stated_numbers(text):
    """The numbers in a description; 10⁹ and 2⁶³ − 1 as the numbers they are."""
    powers = re.findall(r"(\d+)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    numbers = [float(base) ** float(power.translate(SUPERSCRIPTS)) for base, power in powers]
    plain = text.replace("−1", "-1").replace("one or more", "1 or more")
    return {*numbers, *map(float, re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain))}


def states(text, kind, value):
    if kind is at.MinLen and value == 1:
        return any(words in text for words in NOT_EMPTY)
    if kind is at.Gt and value == 0.0 and any(words in text for words in POSITIVE):
        return True
    return float(value) in stated_numbers(text)


def test_there_are_bounds_to_check():
    assert sum(len(bounds(field)) for _, field in FIELDS) > 60
    assert (at.Gt, -1.0) in bounds(dict(FIELDS)["Config.strain.values"])
    assert not states("a multiple of 16, at least 64", at.Le, 10**9)


@pytest.mark.parametrize(("key", "field"), FIELDS, ids=[key for key, _ in FIELDS])
def test_a_description_states_every_bound(key, field):
    for kind, value in bounds(field):
        assert states(field.description, kind, value), (kind.__name__, value, field.description)


def test_the_length_of_a_quantity_is_stated():
    long = f"50.{'0' * 40} angstrom"
    with pytest.raises(rsrg.ConfigError, match="such as '50 angstrom', of at most 40 characters"):
        rsrg.load_config({"schema_version": 1, "lengths": {"start": long, "sample": "1 mm"}})
