"""Figures 7, 10 and 13: what is drawn where, on which scale, and no text covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.figures import style
from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.figures.variability import (
    draw_fig07,
    draw_fig10,
    draw_fig13,
    flux_norm,
    variability_norm,
)
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable, words, written
from helpers.synthetic_maps import grid

GPP = get_product("gpp")
ONE = ("fluxformer-igbp",)
FOUR = ("fluxformer-none", "fluxformer-esa_cci", "fluxformer-igbp", "fluxformer-igbp_esa_cci")
LONG = ("fluxformer_annual-igbp", "linear_regression-igbp", "climatology-igbp")
SPANS = ((2001, 2020), (2001, 2018), (2003, 2016))


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


def maps(products, *, spans=None, highest: float = 0.3) -> xr.Dataset:
    """Variability that rises from south to north; the far south has none."""
    cells = grid(10.0)
    lat = cells["lat"].values
    field = np.where(lat > -50, highest * (lat + 90) / (lat.max() + 90), np.nan)
    ratio = np.tile(field[:, None], (len(products), 1, cells.sizes["lon"])).astype(np.float32)
    dataset = cells.assign(variability=(("product", "lat", "lon"), ratio))
    dataset = dataset.assign_coords(product=list(products))
    spans = spans or [(2001, 2020)] * len(products)
    for at, name in enumerate(("first_year", "last_year")):
        dataset[name] = ("product", [span[at] for span in spans])
    return dataset


def covers(*, flux: bool) -> xr.Dataset:
    """More trees, fewer shrubs and a little less grass with ESA-CCI."""
    cells = grid(10.0)
    shares = np.ones((3, cells.sizes["lat"], cells.sizes["lon"]), dtype=np.float32)
    shares *= np.array([0.5, -0.25, -0.05], dtype=np.float32)[:, None, None]
    dataset = cells.assign(cover_difference=(("cover", "lat", "lon"), shares))
    dataset = dataset.assign_coords(cover=["tree", "shrub", "grass"])
    dataset.attrs["year"] = 2001
    if flux:
        dataset["flux_difference"] = (("lat", "lon"), 420 * shares[0])
        dataset.attrs["model"] = "fluxformer_annual"
    return dataset


def draw(products, land, *, spans=None, simulated: bool = True):
    dataset = maps(products, spans=spans)
    return draw_fig13(dataset, product=GPP, land=land, simulated=simulated)


FIGURES = {
    "one": lambda land: draw(ONE, land),
    "settings": lambda land: draw_fig07(maps(FOUR), product=GPP, land=land, simulated=True),
    "years": lambda land: draw(LONG, land, spans=SPANS),
    "flux": lambda land: draw_fig10(covers(flux=True), product=GPP, land=land, simulated=True),
    "cover": lambda land: draw_fig10(covers(flux=False), product=GPP, land=land, simulated=True),
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_covered_or_cut_off(name, land, monkeypatch):
    figure = FIGURES[name](land)
    assert "Simulated Earth" in require_readable(figure, monkeypatch)


def images_of(figure):
    return [image for ax in figure.axes for image in ax.get_images()]


def test_every_setting_has_a_panel_on_one_scale(land, monkeypatch):
    figure = FIGURES["settings"](land)
    text = words(figure, monkeypatch)
    for name in FOUR:
        assert style.product_label(name, FOUR) in text
    assert "annual GPP / its mean, 2001 to 2020" in text
    images = images_of(figure)
    assert len(images) == 4
    assert [image.norm.vmax for image in images] == pytest.approx([0.3] * 4)
    assert {image.norm.vmin for image in images} == {0}


def test_years_stand_over_the_panels_where_they_differ(land, monkeypatch):
    text = words(draw(LONG, land, spans=SPANS, simulated=False), monkeypatch)
    assert "Linear regression, 2001 to 2018" in text
    assert "Climatology, 2003 to 2016" in text
    assert "its mean," not in text
    assert "imulated" not in text


def test_without_a_map_of_three_years_words_stand_there(land, monkeypatch):
    empty = maps(ONE).isel(product=[])
    text = words(draw_fig07(empty, product=GPP, land=land, simulated=True), monkeypatch)
    assert "no map has three years" in text


@pytest.mark.parametrize(
    ("values", "highest"),
    [([0.01, 0.02], 0.05), ([0.12] * 99 + [9.0], 0.15), ([0.9, 0.8], 0.5), ([np.nan], 0.05)],
)
def test_single_cells_do_not_decide_the_scale(values, highest):
    norm = variability_norm(np.array(values))
    assert (norm.vmin, norm.vmax) == (0, pytest.approx(highest))


def test_differences_of_the_flux_are_even_about_zero():
    norm = flux_norm(np.array([-420.0, 100.0, np.nan]))
    assert (norm.vmin, norm.vmax) == (-500, 500)
    assert flux_norm(np.array([np.nan])).vmax == 100


def test_flux_and_covers_have_their_places_and_scales(land, monkeypatch):
    figure = FIGURES["flux"](land)
    text = words(figure, monkeypatch)
    for title in ("(a) GPP, Annual FluxFormer", "(b) Tree cover", "(c) Shrub", "(d) Grass cover"):
        assert title in text
    assert "GPP of 2001 with ESA-CCI minus that with IGBP (gC m⁻² yr⁻¹)" in text
    images = images_of(figure)
    assert [image.norm.vmax for image in images] == [300, 1, 1, 1]
    middles = [np.ma.median(image.get_array()) for image in images]
    assert middles == pytest.approx([210, 0.5, -0.25, -0.05])


def test_without_the_flux_three_covers_are_drawn_and_no_panel_is_empty(land, monkeypatch):
    figure = FIGURES["cover"](land)
    text = words(figure, monkeypatch)
    assert "(a) Tree cover" in text
    assert "GPP" not in text
    assert len(images_of(figure)) == 3


def test_a_figure_has_the_same_bytes_each_time(land, tmp_path):
    assert written(draw(LONG, land), tmp_path, "one") == written(draw(LONG, land), tmp_path, "two")
