"""Studies: which runs they ask for, what they are called, and every mistake with its place."""

import pytest

from rsrg.config.loading import config_from_text
from rsrg.errors import ConfigError
from rsrg.studies.study import load_study


@pytest.fixture
def study(tmp_path, text):
    """Writes a study beside its base config and loads it."""
    (tmp_path / "small.yaml").write_text(text)

    def load(body):
        (tmp_path / "study.yaml").write_text(body)
        return load_study(tmp_path / "study.yaml")

    return load


def seeds_and_sizes(study):
    return [(m.config.sampling.seed, m.config.blocks.n0) for m in study.members]


def test_product_is_every_combination(study):
    found = study("base: small.yaml\nproduct: {sampling.seed: [1, 2, 3], blocks.n0: [2, 3]}\n")
    assert seeds_and_sizes(found) == [(1, 2), (1, 3), (2, 2), (2, 3), (3, 2), (3, 3)]
    assert found.members[1].parameters == {"sampling.seed": 1, "blocks.n0": 3}


def test_zip_goes_side_by_side(study):
    found = study("base: small.yaml\nzip: {sampling.seed: [1, 2], blocks.n0: [2, 3]}\n")
    assert seeds_and_sizes(found) == [(1, 2), (2, 3)]


def test_runs_are_listed(study):
    found = study("base: small.yaml\nruns:\n- {sampling.seed: 5}\n- {blocks.n0: 4}\n- {}\n")
    assert seeds_and_sizes(found) == [(5, 2), (3, 4), (3, 2)]


def test_inline_base(study, text):
    body = "".join(f"  {line}\n" for line in text.splitlines())
    found = study(f"base:\n{body}product: {{sampling.seed: [3, 4]}}\n")
    assert found.members[0].config == config_from_text(text)


def test_a_member_is_the_config_with_its_values(study, changed):
    found = study("base: small.yaml\nproduct: {sampling.seed: [4]}\n")
    assert found.members[0].config == changed(sampling="{samples: 64, seed: 4}")


def test_names_follow_content_alone(study):
    """Other members, another order, another file name or title: the same run, the same name."""
    one = study("base: small.yaml\nproduct: {sampling.seed: [1, 2], blocks.n0: [2, 3]}\n")
    other = study("base: small.yaml\nruns: [{blocks.n0: 3, sampling.seed: 2, title: new}]\n")
    assert other.members[0].file == one.members[3].file
    assert len({m.file for m in one.members}) == 4


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("bse: small.yaml\nproduct: {sampling.seed: [1]}\n",
         ["unknown key `bse`; did you mean `base`? ({}:1, bse)",
          "`base` is missing; it must be the path of a config, or a config ({})"]),
        ("base: small.yaml\n",
         ["a study must give one of `product`, `zip` or `runs`; got none ({})"]),
        ("base: small.yaml\nzip: {sampling.seed: [1]}\nruns: []\n",
         ["a study must give one of `product`, `zip` or `runs`; got `zip` and `runs` ({})"]),
        ("base: 3\nruns: [{}]\n",
         ["`base` must be the path of a config, or a config; got 3 ({}:1, base)"]),
        ("base: small.yaml\nproduct: {sampling.seed: 1}\n",
         ["`product` must be a mapping of keys such as sampling.seed to lists of values; "
          "got {{'sampling.seed': 1}} ({}:2, product)"]),
        ("base: small.yaml\nzip: {sampling.seed: [1, 2], blocks.n0: [2]}\n",
         ["`zip` must have lists of one length; sampling.seed has 2, blocks.n0 has 1 ({}:2, zip)"]),
        ("base: small.yaml\nruns: [1]\n",
         ["`runs` must be a list of mappings of keys such as sampling.seed to values; got [1] "
          "({}:2, runs)"]),
        ("base: small.yaml\nproduct:\n  sampling.seed: [1, 2]\n  blocks.n0: [2, 1]\n",
         ["`n0` must be an integer from 2 to 1000; got 1 ({}:4, blocks.n0)"]),
        ("base: small.yaml\nruns:\n- {blocks.n0: 1}\n- {blocks.latice: sc}\n"
         "- {sampling.seed: -1}\n",
         ["`n0` must be an integer from 2 to 1000; got 1 ({}:3, blocks.n0)",
          "unknown key `latice`; did you mean `lattice`? ({}:4, blocks.latice)",
          "`seed` must be an integer from 0 to 2⁶³ − 1; got -1 ({}:5, sampling.seed)"]),
        ("base: small.yaml\nruns:\n- {sampling..seed: 1}\n",
         ["`{}:3, sampling..seed` must name a key such as sampling.seed; got 'sampling..seed'"]),
        ("base: small.yaml\nproduct:\n  title:\n  - one\n  - two\n",
         ["runs must differ in what changes numbers; the same: {}:4, title = one; "
          "{}:5, title = two"]),
        ("base: small.yaml\nproduct: {sampling.seed: [1, 2, 1]}\n",
         ["runs must differ in what changes numbers; the same: {}:2, sampling.seed = 1; "
          "{}:2, sampling.seed = 1"]),
    ],
)  # fmt: skip
def test_mistakes(study, tmp_path, body, problems):
    with pytest.raises(ConfigError) as caught:
        study(body)
    place = tmp_path / "study.yaml"
    assert caught.value.problems == [problem.format(place, place) for problem in problems]


def test_mistakes_in_the_base_stand_in_its_file(study, tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        study("base: other.yaml\nruns: [{}]\n")
    assert caught.value.problems[0].startswith(f"no such config file: {tmp_path / 'other.yaml'}")
    (tmp_path / "bad.yaml").write_text(text.replace("n0: 2", "n0: 0"))
    with pytest.raises(ConfigError) as caught:
        study("base: bad.yaml\nproduct: {sampling.seed: [1, 2]}\n")
    assert caught.value.problems == [  # once, not once for each member
        f"`n0` must be an integer from 2 to 1000; got 0 ({tmp_path / 'bad.yaml'}:5, blocks.n0)"
    ]


def test_a_study_that_explodes_is_refused(study, tmp_path):
    many = ", ".join(map(str, range(101)))
    with pytest.raises(ConfigError, match="at most 10000 runs; got 10201"):
        study(f"base: small.yaml\nproduct: {{sampling.seed: [{many}], blocks.n0: [{many}]}}\n")


def test_the_study_that_comes_with_rsrg(request):
    found = load_study(request.config.rootpath / "configs" / "studies" / "sizes_and_seeds.yaml")
    assert seeds_and_sizes(found) == [(1, 2), (2, 2), (3, 2), (1, 3), (2, 3), (3, 3)]
