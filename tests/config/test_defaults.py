"""What a config says beyond the defaults."""

from rsrg.config.defaults import settings_given
from rsrg.config.loading import config_from_text

SHORT = """\
schema_version: 1
materials: [{alpha: 0.7}]
lengths: {log_ratio: 12.2}
blocks: {n0: 3}
strain: {values: [0.0, 0.5]}
readings: [fixed/ellipsoid]
"""


def given(text):
    return {s.key: (s.value, s.default) for s in settings_given(config_from_text(text, "x"))}


def test_required_settings_have_no_default():
    found = given(SHORT)
    assert found["blocks.n0"] == (3, None)
    assert found["lengths.log_ratio"] == (12.2, None)
    assert found["readings"] == (["fixed/ellipsoid"], None)
    assert not {"sampling.samples", "flow.update", "blocks.lattice", "title"} & found.keys()


def test_changed_settings_stand_beside_their_defaults():
    found = given(SHORT + "sampling: {samples: 128}\nflow: {update: second_order}\ntitle: a\n")
    assert found["sampling.samples"] == (128, 512)
    assert found["flow.update"] == ("second_order", "resummed")
    assert found["title"] == ("a", "")
    assert "sampling.seed" not in found


def test_what_is_given_as_the_default_is_no_change():
    assert given(SHORT + "sampling: {samples: 512, seed: 0}\n") == given(SHORT)
