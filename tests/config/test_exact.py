"""The config of exact super blocks: its errors name line, rule and value."""

import pytest

from rsrg.config.exact import ExactConfig
from rsrg.config.loading import config_from_source, exact_config_from_source, load_exact_config
from rsrg.config.on_resume import all_fields, inner_model, rule_of
from rsrg.config.resume_rules import extended_config
from rsrg.config.run_config import config_rules
from rsrg.config.yaml_source import parse_source
from rsrg.errors import ConfigError

TEXT = """\
schema_version: 1
kind: exact
alpha: 0.7
levels: {kind: tunnelling, asymmetry: 1.0, splitting: 0.01}
strengths: [0.1, 1.0]
temperatures: [0.3, 3.0]
sampling: {super_blocks: 32, seed: 1}
"""


def load(text):
    return exact_config_from_source(parse_source(text, "exact.yaml"))


def changed(**lines):
    return "".join(
        f"{key}: {lines.get(key, value)}\n"
        for key, value in (row.split(": ", 1) for row in TEXT.splitlines())
    )


@pytest.mark.parametrize("name", ["exact", "exact_small"])
def test_configs_round_trip(name, request):
    config = load_exact_config(request.config.rootpath / "configs" / f"{name}.yaml")
    again = ExactConfig.model_validate_json(config.resolved())
    assert again == config
    assert again.digest() == config.digest()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"alpha": 0.2}, "`alpha` must be 1 − c_t²/c_l², a number between 0.25 and 1; got 0.2"),
        ({"strengths": "[]"}, "`strengths` must be γ²"),
        ({"strengths": "[1.0, 0.1]"}, "`strengths` must be in rising order, each once"),
        (
            {"temperatures": "[0.0, 1.0]"},
            "`temperatures` must be k_B T/ε, a list of 1 to 100 positive",
        ),
        ({"levels": "{kind: tuneling}"}, r"must be tunnelling or gaussian \(did you mean tunnel"),
        ({"levels": "{kind: tunnelling}"}, "`levels` must have `asymmetry` and `splitting` with"),
        ({"levels": "{kind: gaussian, splitting: 0.1}"}, "with `kind: tunnelling` only"),
        ({"sampling": "{super_blocks: 36}"}, "must be a multiple of 8, at least 32"),
        ({"sampling": "{superblocks: 32}"}, "did you mean `super_blocks`"),
    ],
)
def test_mistakes(lines, message):
    with pytest.raises(ConfigError, match=message) as error:
        load(changed(**lines))
    line = TEXT.splitlines().index(next(r for r in TEXT.splitlines() if r.startswith(*lines))) + 1
    assert f"(exact.yaml:{line}, " in str(error.value)


def test_a_flow_is_another_kind():
    with pytest.raises(ConfigError, match=r"for the command `rsrg exact` \(exact.yaml:2, kind\)"):
        config_from_source(parse_source(TEXT, "exact.yaml"))


def test_every_field_says_what_a_resume_may_do():
    rules = config_rules(ExactConfig)
    leaves = [key for key, f in all_fields(ExactConfig) if inner_model(f.annotation) is None]
    assert [key for key in leaves if rule_of(key, rules) is None] == []


def test_more_super_blocks_only():
    config = load(TEXT)
    assert extended_config(config, {"sampling.super_blocks": 64}).sampling.super_blocks == 64
    assert extended_config(config, {"title": "other"}).digest() == config.digest()
    for key, value in (("sampling.seed", 2), ("alpha", 0.6), ("levels.splitting", 0.1)):
        with pytest.raises(ConfigError, match=f"`{key}` cannot change on resume"):
            extended_config(config, {key: value})
    with pytest.raises(ConfigError, match="`strengths` cannot change on resume"):
        extended_config(config, {"strengths": [0.1, 1.0, 10.0]})
    more = extended_config(config, {"sampling.super_blocks": 64})
    with pytest.raises(ConfigError, match="can only grow on resume: 64 in the file, 32 asked for"):
        extended_config(more, {"sampling.super_blocks": 32})
