"""Strains as text: which two of several differ most."""

import pytest

from rsrg.physics.strain_text import most_unlike


@pytest.mark.parametrize(
    ("strains", "ends"),
    [
        (["yz"], ["yz"]),
        (["yy-zz", "yy-zz"], ["yy-zz"]),
        # the alphabet has 0.20xx first, though it lies on the other side of the dilation
        (["xx+0.21yy+0.21zz", "xx+0.01yy+0.01zz"], ["xx+0.01yy+0.01zz", "xx+0.21yy+0.21zz"]),
        (
            ["xx+0.50yy+0.50zz", "0.20xx+yy+zz", "xx+yy+zz", "xx+0.01yy+0.01zz"],
            ["xx+0.01yy+0.01zz", "0.20xx+yy+zz"],
        ),
        (["xx-0.10yy-0.10zz", "xx+0.10yy+0.10zz", "xx"], ["xx-0.10yy-0.10zz", "xx+0.10yy+0.10zz"]),
        # cos θ = 1/√(1 + 2·0.5²) for shear, which counts twice, and 1/√(1 + 0.6²) for yy
        (["xx", "xx+0.50xy", "xx+0.60yy"], ["xx+0.50xy", "xx+0.60yy"]),
        (["xx+0.50xy", "xx", "xx+0.60yy", "0.10xx+zz"], ["xx+0.50xy", "0.10xx+zz"]),
    ],
)
def test_most_unlike(strains, ends):
    assert most_unlike(strains) == ends
