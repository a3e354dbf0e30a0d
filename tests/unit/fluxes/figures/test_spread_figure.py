"""Figure 9: maps on one scale, series with their spread, and no text covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.figures import style
from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.evaluation.map_spread import MEMBER_TOTALS
from carbonscape.fluxes.figures.spread import draw_fig09, setting_look, spread_norm
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable
from helpers.synthetic_maps import grid

ONE = ("fluxformer_annual-igbp_esa_cci",)
FOUR = tuple(f"fluxformer_annual-{pft}" for pft in ("none", "esa_cci", "igbp", "igbp_esa_cci"))


def draw(products, *, years=range(2001, 2021)):
    """Draw a spread that rises from south to north."""
    land = land_rings(Path("resources/geography/land_110m.geojson").resolve())
    cells = grid(10.0)
    field = np.linspace(100, 0, cells.sizes["lat"])[:, None] * np.ones(cells.sizes["lon"])
    maps = cells.assign(annual_std=(("product", "lat", "lon"), np.stack([field] * len(products))))
    maps = maps.assign_coords(product=list(products)).assign_attrs(year=2001)
    rows = [
        (name, year, epochs, 120 + 5 * at + epochs / 100)
        for at, name in enumerate(products)
        for year in years
        for epochs in (150, 250, 350)
    ]
    totals = MEMBER_TOTALS.check(pd.DataFrame(rows, columns=MEMBER_TOTALS.names), "test")
    return draw_fig09(maps, totals, product=get_product("gpp"), land=land, simulated=True)


@pytest.mark.parametrize(("products", "years"), [(FOUR, range(2001, 2021)), (ONE, [2016])])
def test_no_text_is_covered_or_cut_off(products, years, monkeypatch):
    figure = draw(products, years=years)
    text = require_readable(figure, monkeypatch)
    assert all(style.product_label(name, products) in text for name in products)


def test_bars_are_one_standard_deviation_about_the_mean_and_stand_apart():
    series = next(ax for ax in draw(FOUR).axes if ax.get_xlabel() == "Year")
    bars = [bar.lines[2][0].get_segments() for bar in series.containers]
    # Members at 121.5, 122.5 and 123.5 PgC: mean 122.5, standard deviation 1.
    assert bars[0][0][:, 1].tolist() == pytest.approx([121.5, 123.5])
    places = [segments[0][0, 0] for segments in bars]
    assert places == sorted(set(places))
    assert np.mean(places) == pytest.approx(2001)
    assert len({setting_look(name).color for name in FOUR}) == 4


def test_the_scale_ends_in_steps_of_twenty():
    assert spread_norm(np.array([1.0, np.nan])).vmax == 20
    assert spread_norm(np.linspace(0, 61, 1000)).vmax == 60
    assert spread_norm(xr.DataArray([np.nan]).values).vmax == 20
