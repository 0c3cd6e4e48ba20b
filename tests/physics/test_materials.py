"""The glasses of Table I."""

import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.physics.materials import GLASSES, TABLE_I, Material, glass


def test_alpha_is_one_minus_the_squared_velocity_ratio():
    for row in TABLE_I:
        assert glass(row.name).alpha == pytest.approx(1 - row.c_t**2 / row.c_l**2, rel=1e-14)
        assert glass(row.name).c_l == pytest.approx(1e3 * row.c_l)  # m/s
    assert glass("a-SiO2").alpha == pytest.approx(0.57075, abs=1e-5)  # 1 − (3.80/5.80)² by hand
    assert len(GLASSES) == 12


def test_printed_alpha_differs_from_its_own_columns_in_eight_rows():
    """PHYSICS §6.9. The velocities as printed, rounded to three digits like the α column."""
    differ = {row.name for row in TABLE_I if round(glass(row.name).alpha, 3) != row.alpha}
    agree = {"BK7", "SF59", "As2S3", "BALNA"}
    assert differ == {row.name for row in TABLE_I} - agree


def test_the_differences_exceed_what_rounded_velocities_can_explain():
    """Velocities good to ±0.005 km/s give α an interval; the printed α of some rows is outside."""
    outside = set()
    for row in TABLE_I:
        low = 1 - ((row.c_t + 0.005) / (row.c_l - 0.005)) ** 2
        high = 1 - ((row.c_t - 0.005) / (row.c_l + 0.005)) ** 2
        if not low - 0.0005 <= row.alpha <= high + 0.0005:
            outside.add(row.name)
    assert outside == set()


def test_unknown_glass_lists_the_known_ones():
    with pytest.raises(PhysicsError, match=r"`material` must be one of a-SiO2, .*; got 'window'"):
        glass("window")


def test_bad_velocities():
    for c_l, c_t in ((0.0, 1.0), (5.0, -1.0), (float("nan"), 1.0)):
        with pytest.raises(PhysicsError, match="`c_l` and `c_t` must be positive; got"):
            Material.from_velocities("bad", c_l, c_t)
    with pytest.raises(PhysicsError, match="`alpha`"):  # c_t too near c_l: negative bulk modulus
        Material.from_velocities("bad", 1.0, 0.9)
    with pytest.raises(PhysicsError, match="`alpha`"):
        Material("bad", 0.2)
