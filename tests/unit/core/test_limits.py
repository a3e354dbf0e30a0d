"""The bounds of what is read: each larger than what the archives hold, each described."""

from __future__ import annotations

from carbonscape.core.limits import MAP_PIXELS, SERIES, TOWER_MONTHS, limits


def test_every_bound_is_described_and_positive():
    found = limits()
    assert len(found) > 15
    for name, limit in found.items():
        assert limit.most > 0, name
        assert limit.what, name
        assert limit.real, name


def test_bounds_leave_room_for_what_the_archives_hold():
    assert TOWER_MONTHS.most >= 5 * 34 * 12
    assert SERIES.most >= 10 * 3_000_000
    assert MAP_PIXELS.most == 933_120_000
