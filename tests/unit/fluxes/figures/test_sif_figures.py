"""Figure 8: what is drawn where, on one scale that does not favour a sign, and its caption."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import land_rings
from carbonscape.figures.registry import words_of
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES
from carbonscape.fluxes.figures.sif import CORRELATION, draw_fig08
from carbonscape.products.registry import get_product
from carbonscape.report.page import render_caption
from helpers.drawing import lab, require_readable, words, written
from helpers.synthetic_maps import grid

GPP = get_product("gpp")
ONE = ("fluxformer-igbp",)
THREE = ("fluxformer-igbp", "random_forest-igbp", "climatology-igbp")
FOUR = ("fluxformer-none", "fluxformer-esa_cci", "fluxformer-igbp", "fluxformer-igbp_esa_cci")


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


def maps(products) -> xr.Dataset:
    """Correlations that rise from south to north; the far south has none."""
    cells = grid(10.0)
    lat = cells["lat"].values
    field = np.where(lat > -50, lat / 100, np.nan)
    r = np.tile(field[:, None], (len(products), 1, cells.sizes["lon"])).astype(np.float32)
    dataset = cells.assign(r=(("product", "lat", "lon"), r))
    dataset.attrs = {"first_month": "2018-05", "last_month": "2019-12"}
    return dataset.assign_coords(product=list(products))


def climates(products) -> pd.DataFrame:
    """A table in which no cell is polar."""
    rows = []
    for number, product in enumerate(products):
        for place, name in enumerate(("all", *CLIMATES)):
            r = 0.8 - place / 4 - number / 20
            row = dict.fromkeys(SIF_CLIMATES.names, np.nan)
            row |= {"product": product, "climate": name, "cells": 0, "area": 0.0}
            if name != "polar":
                row |= {"cells": 9, "area": 1.0, "months": 20, "positive": 0.5, "r": r}
                row |= {"r_p05": r - 0.2, "r_p25": r - 0.1, "r_p75": r + 0.05, "r_p95": r + 0.1}
            rows.append(row)
    return SIF_CLIMATES.check(pd.DataFrame(rows), "test")


def draw(products, land, *, simulated: bool = False):
    return draw_fig08(
        maps(products), climates(products), product=GPP, land=land, simulated=simulated
    )


@pytest.mark.parametrize("products", [ONE, THREE, FOUR], ids=["one", "three", "four"])
def test_no_text_is_covered_or_cut_off(products, land, monkeypatch):
    figure = draw(products, land, simulated=True)
    drawn = require_readable(figure, monkeypatch)
    assert "2018-05 to 2019-12" in drawn
    assert "Simulated Earth" in drawn
    for product in products:
        assert style.product_label(product, products) in drawn


def test_a_real_earth_is_not_called_simulated(land, monkeypatch):
    assert "imulated" not in words(draw(ONE, land), monkeypatch)


def test_all_maps_share_a_scale_that_is_even_about_zero(land):
    figure = draw(THREE, land)
    images = [image for ax in figure.axes for image in ax.get_images()]
    assert len(images) == 3
    assert {(image.norm.vmin, image.norm.vmax) for image in images} == {(-1, 1)}
    assert {image.cmap.name for image in images} == {"correlation"}
    picture = images[0].get_array()
    assert picture.max() == pytest.approx(0.85)
    assert picture.min() == pytest.approx(-0.45)


def test_the_distribution_stands_in_its_rows(land, monkeypatch):
    figure = draw(THREE, land)
    ax = next(ax for ax in figure.axes if ax.get_xlabel().startswith("r: median"))
    table = climates(THREE).set_index(["climate", "product"])
    rows = [text.get_text() for text in ax.get_yticklabels()]
    assert rows == ["All land", *(style.label(name) for name in CLIMATES)]
    markers = [line for line in ax.lines if line.get_marker() not in ("None", "")]
    for number, (climate, product) in enumerate(itertools.product(("all", *CLIMATES), THREE)):
        x, y = (float(values[0]) for values in markers[number].get_data())
        assert round(y) == number // 3
        np.testing.assert_allclose(x, table.loc[(climate, product), "r"])
    widths = [np.ptp(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 3.0]
    np.testing.assert_allclose(widths[:15], 0.15)
    assert words(figure, monkeypatch).count("no cell") == 1


def test_a_figure_has_the_same_bytes_each_time(land, tmp_path):
    first = written(draw(ONE, land), tmp_path, "first")
    assert first[0].startswith(b"\x89PNG")
    assert written(draw(ONE, land), tmp_path, "second") == first


def test_equal_steps_of_r_look_equal_on_both_sides_of_zero():
    colors = lab(CORRELATION(np.linspace(0, 1, 25))[:, :3])
    steps = np.linalg.norm(np.diff(colors, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.3
    assert np.all(np.diff(colors[:13, 0]) > 0)
    assert np.all(np.diff(colors[12:, 0]) < 0)
    assert colors[12, 0] > 95


# --- caption -----------------------------------------------------------------------------------


@pytest.mark.parametrize("archive", ["real", "simulated"])
def test_the_caption_says_what_was_compared(project: Path, archive: str):
    path = project / "workflow" / "report" / "fluxes" / "fig08.rst"
    config = yaml.safe_load((project / "config" / "config.yaml").read_text(encoding="utf-8"))
    config["gpp"]["sif"] |= {"first_month": "2015-03", "min_months": 17}
    said = render_caption(
        path.read_text(encoding="utf-8"), config | {"archive": archive}, words_of("gpp")
    )
    assert "2015-03 to 2019-12" in said
    assert "r needs 17 months" in said
    assert "figure 8 of the GPP paper" in said
    assert ("simulated" in said) is (archive == "simulated")
