"""The figure of the authors' own map: every panel on its scale, no text cut off or covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.evaluation.authors_table import AUTHORS_COMPARISON
from carbonscape.fluxes.figures.authors import draw_authors
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable
from helpers.synthetic_maps import grid

GPP = get_product("gpp")


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


def maps() -> xr.Dataset:
    cells = grid(10.0)
    shape = (cells.sizes["lat"], cells.sizes["lon"])
    level = np.broadcast_to(9 * np.cos(np.radians(cells["lat"].values))[:, None], shape)
    fields = {"ours": level, "theirs": level + 0.4, "bias": np.full(shape, -0.4)}
    fields |= {"rmse": np.full(shape, 1.2), "r": np.full(shape, 0.9)}
    attrs = {"product": "fluxformer_annual-igbp_esa_cci", "months": 228}
    attrs |= {"first_month": "2001-01", "last_month": "2019-12"}
    return cells.assign({n: (("lat", "lon"), v) for n, v in fields.items()}).assign_attrs(attrs)


def table(years=range(2001, 2020), *, whole: bool = True) -> pd.DataFrame:
    rows = []
    for period in ("all", *map(str, years)):
        row = dict.fromkeys(AUTHORS_COMPARISON.names, 1.0)
        total = 128 + 0.1 * int(period[2:] if period != "all" else 0)
        total = total if whole else np.nan
        row |= {"product": "fluxformer-esa_cci", "period": period, "months": 12, "cells": 9}
        rows.append(row | {"ours": total, "theirs": total - 3})
    return AUTHORS_COMPARISON.check(pd.DataFrame(rows), "authors")


def test_no_text_is_covered_and_scales_are_even(land, monkeypatch) -> None:
    figure = draw_authors(maps(), table(), product=GPP, land=land)
    norms = [image.norm for ax in figure.axes for image in ax.get_images()]
    assert [norm.vmax for norm in norms] == [10, 10, 0.5, 1.5, 1]
    assert [norm.vmin for norm in norms] == [0, 0, -0.5, 0, -1]
    assert "228 months, 2001-01 to 2019-12" in require_readable(figure, monkeypatch)


def test_without_a_whole_year_words_stand_in_the_panel_of_totals(land) -> None:
    figure = draw_authors(maps(), table(whole=False), product=GPP, land=land)
    (ax,) = [ax for ax in figure.axes if "cells of both" in ax.get_title(loc="left")]
    assert "No year" in ax.texts[0].get_text()
    assert not ax.lines
