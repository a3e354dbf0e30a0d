"""Figure 13: six places of high XCO2."""

from __future__ import annotations

import numpy as np

from carbonscape.columns.figures.hotspots import COVER, draw_fig13
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.figures.layout import placed_texts
from helpers.xco2_windows import hotspots

LOOK = {"land": [], "simulated": False, "shown": "at_bilstm-none"}
RING = [np.array([[-80.0, 30], [-70, 30], [-70, 45], [-80, 30]])]


def test_places_share_the_scale_of_a_row_and_say_their_value() -> None:
    maps, table = hotspots()
    figure = draw_fig13(maps, table, **LOOK | {"land": RING})
    panels = [ax.images[0] for ax in figure.axes if ax.images]
    assert len(panels) == 3 * 6 + 1
    norms = {(image.cmap.name, image.norm.vmin, image.norm.vmax) for image in panels}
    assert len(norms) == 3
    text = " ".join(one.text for one in placed_texts(figure))
    first = table.set_index("place").loc["shippingport"]
    assert f"{first['xco2']:.2f} ppm" in text
    assert "windows 28° high" in text
    assert all(name in text for name, _ in COVER)


def test_every_class_but_water_has_a_colour() -> None:
    assert len(COVER) == len(IGBP_CLASSES) - 1
    assert len({color for _, color in COVER}) == len(COVER)


def test_a_run_without_the_year_says_so() -> None:
    maps, table = hotspots()
    empty = maps.assign(xco2=maps["xco2"] * np.nan)
    (text,) = placed_texts(draw_fig13(empty, table, **LOOK))
    assert text.text == "Nothing to show: at these places the maps have no value in a whole 2020."
