"""Places and regions of figures."""

from __future__ import annotations

from carbonscape.columns.evaluation.places import HOTSPOTS, XCO2_HOTSPOTS


def test_the_six_places_are_those_of_the_paper() -> None:
    # Section 3.3: Pennsylvania, New York, Colombia, Jiangsu, Shanghai, Kawasaki as (a) to (f).
    assert [one.name for one in HOTSPOTS] == [
        "shippingport", "new_york", "colombia", "jiangsu", "shanghai", "kawasaki",
    ]  # fmt: skip
    assert [one.lon < 0 for one in HOTSPOTS] == [True, True, True, False, False, False]
    assert XCO2_HOTSPOTS.key == ("place",)
