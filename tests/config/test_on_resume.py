"""Every field of the config says, itself or by its parent, what a resume may do with it."""

from typing import get_args

import pytest

from rsrg.config.on_resume import (
    CAN_ONLY_GROW,
    FIXED,
    IGNORED,
    Rule,
    all_fields,
    inner_model,
    rule_of,
    without_ignored,
)
from rsrg.config.run_config import config_rules
from rsrg.config.schema import RULES, Config
from rsrg.config.trajectory import TrajectoryConfig

LEAVES = [key for key, field in all_fields(Config) if inner_model(field.annotation) is None]


@pytest.mark.parametrize("key", LEAVES)
def test_every_leaf_has_a_known_rule(key):
    """A new field of Config, of its sampling, or of its strain must decide."""
    rule = rule_of(key, RULES)
    assert rule is not None, f"say what a resume may do with {key}: Annotated[..., FIXED]"
    assert rule.rule in get_args(Rule)


def test_each_rule_is_used():
    rules = [*RULES.values(), *config_rules(TrajectoryConfig).values()]
    assert {rule.rule for rule in rules} == set(get_args(Rule))


def test_a_field_without_a_rule_is_noticed():
    assert rule_of("sampling.new", RULES) is None
    assert rule_of("new", RULES) is None


def test_a_field_follows_the_nearest_parent():
    rules = {"a": CAN_ONLY_GROW, "a.b": FIXED}
    assert rule_of("a.c", rules) is CAN_ONLY_GROW
    assert rule_of("a.b.c", rules) is FIXED
    assert rule_of("ab", rules) is None


def test_what_is_ignored_is_left_out_at_any_depth():
    rules = {"a.b": IGNORED, "c": IGNORED}
    settings = {"a": {"b": 1, "d": 2}, "c": {"e": 3}, "f": [4]}
    assert without_ignored(settings, rules) == {"a": {"d": 2}, "f": [4]}


def test_only_title_and_checkpoint_change_no_number(config):
    left_out = set(config.model_dump()) - set(config.numerical_settings())
    assert left_out == {"title", "checkpoint"}
