"""The figures of the maps: projection, colours, what is drawn where, and no text covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells, equal_earth, inverse_equal_earth, land_rings
from carbonscape.fluxes.evaluation.maps import ANNUAL_TOTALS, growth_of
from carbonscape.fluxes.evaluation.truth import SEASONS, TRUTH_SCORES
from carbonscape.fluxes.evaluation.truth_gap import STEPS, TRUTH_GAP
from carbonscape.fluxes.evaluation.truth_maps import TRUTH_TOTALS
from carbonscape.fluxes.figures import growth as gpp_growth
from carbonscape.fluxes.figures import maps as gpp_maps
from carbonscape.fluxes.figures import truth as gpp_truth
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable, words, written
from helpers.synthetic_maps import grid

GPP = get_product("gpp")
ONE = ("fluxformer-igbp",)
THREE = ("fluxformer-igbp", "random_forest-igbp", "climatology-igbp")
FOUR = ("fluxformer-none", "fluxformer-esa_cci", "fluxformer-igbp", "fluxformer-igbp_esa_cci")


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


# --- numbers to draw ---------------------------------------------------------------------------


def annual(products, *, highest: float = 3000.0, cell: float = 10.0) -> xr.Dataset:
    """Maps whose value rises from south to north; the far south has none."""
    cells = grid(cell)
    lat = cells["lat"].values
    field = np.where(lat > -50, highest * (lat + 90) / (lat.max() + 90), np.nan)
    maps = np.tile(field[:, None], (len(products), 1, cells.sizes["lon"]))
    dataset = cells.assign(gpp=(("product", "lat", "lon"), maps.astype(np.float32)))
    dataset.attrs["year"] = 2016
    return dataset.assign_coords(product=list(products))


def truth_dataset(products) -> xr.Dataset:
    dataset = annual(products)
    dataset["truth"] = dataset["gpp"].isel(product=0, drop=True) * 1.1
    dataset["difference"] = dataset["gpp"] - dataset["truth"]
    dataset["zonal_truth"] = dataset["truth"].mean("lon")
    dataset["zonal_gpp"] = dataset["gpp"].mean("lon")
    return dataset


def totals(products, *, years=range(2011, 2021)) -> pd.DataFrame:
    rows = [
        (name, year, 120 + 4 * number + year % 3, np.nan, 1000, 130.0, 0.98)
        for number, name in enumerate(products)
        for year in years
    ]
    return ANNUAL_TOTALS.check(pd.DataFrame(rows, columns=ANNUAL_TOTALS.names), "test")


def truth_totals(products) -> pd.DataFrame:
    table = totals(products)[["product", "year", "total"]]
    return TRUTH_TOTALS.check(table.assign(truth=130.5, truth_land=131.0), "test")


def truth_scores(products, *, r2: float = 0.8) -> pd.DataFrame:
    groups = [("all", "all")]
    groups += [("climate", name) for name in CLIMATES]
    groups += [("season", name) for name in SEASONS]
    groups += [("igbp", "GRA")]
    rows = [
        (product, scope, group, 100, 1200, r2 - place / 50 - number / 7, 1 + number + place / 9)
        for place, (scope, group) in enumerate(groups)
        for number, product in enumerate(products)
    ]
    names = ["product", "scope", "group", "cells", "cell_months", "r2", "rmse"]
    table = pd.DataFrame(rows, columns=names).assign(bias=0.1, spread=3.0, bias_cells=0.1)
    table = table.assign(r2_cells=0.7, rmse_cells=1.2, cycle_r2=0.9, mean_r2=0.8, anomaly_r=0.3)
    return TRUTH_SCORES.check(table, "test")


def gap(products) -> pd.DataFrame:
    rows = [
        (product, step, name, 1000, 0.7 + place / 50 - number / 4, 1.0 + number / 2, 3.3, 0.1, text)
        for number, product in enumerate(products)
        for place, (step, (name, text)) in enumerate(STEPS.items())
    ]
    return TRUTH_GAP.check(pd.DataFrame(rows, columns=TRUTH_GAP.names), "test")


FIGURES = {
    "fig11": lambda p, land: gpp_maps.draw_fig11(annual(p), land=land, simulated=True, product=GPP),
    "fig16a": lambda p, land: gpp_maps.draw_fig16a(totals(p), simulated=True, product=GPP),
    "fig16b": lambda p, land: gpp_growth.draw_fig16b(
        growth_of(totals(p)), simulated=True, product=GPP
    ),
    "truth_map": lambda p, land: gpp_truth.draw_truth_map(
        truth_dataset(p), product=GPP, shown=p[0], land=land
    ),
    "truth_scores": lambda p, land: gpp_truth.draw_truth_scores(
        truth_scores(p), truth_totals(p), product=GPP
    ),
    "truth_gap": lambda p, land: gpp_truth.draw_truth_gap(gap(p), product=GPP),
}


# --- every figure ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("products", [THREE, FOUR], ids=["three", "four"])
def test_no_text_is_covered_or_cut_off(name, products, land, monkeypatch):
    require_readable(FIGURES[name](products, land), monkeypatch)


@pytest.mark.parametrize("name", FIGURES)
def test_every_product_is_named(name, land, monkeypatch):
    text = words(FIGURES[name](THREE, land), monkeypatch)
    for product in THREE:
        assert style.product_label(product, THREE) in text
    assert "imulated Earth" in text or "simulated Earth" in text


@pytest.mark.parametrize("name", ["fig16a", "fig16b", "truth_gap", "truth_map"])
def test_a_figure_has_the_same_bytes_each_time(name, land, tmp_path):
    first = written(FIGURES[name](ONE, land), tmp_path, "first")
    assert first[0].startswith(b"\x89PNG")
    assert first[1].startswith(b"%PDF")
    assert written(FIGURES[name](ONE, land), tmp_path, "second") == first


# --- the projection ----------------------------------------------------------------------------


def test_the_inverse_of_the_projection():
    lat = np.array([-90.0, -60.0, -12.3, 0.0, 45.0, 89.0])
    for lon in (-180.0, -77.7, 0.0, 120.0):
        x, y = equal_earth(np.full(lat.shape, lon), lat)
        for at in range(len(lat)):
            back_lon, back_lat = inverse_equal_earth([x[at]], [y[at]])
            assert back_lat[0] == pytest.approx(lat[at], abs=1e-5)
            assert back_lon[0, 0] == pytest.approx(lon * (1 - 1e-15), abs=1e-7) or abs(lon) == 180


def test_points_off_the_map_have_no_longitude():
    (x, _) = equal_earth(180.0, 60.0)
    _, y = equal_earth(0.0, 60.0)
    lon, _ = inverse_equal_earth([0.999 * x, 1.001 * x], [y])
    assert lon[0, 0] == pytest.approx(179.82, abs=0.01)
    assert np.isnan(lon[0, 1])


@pytest.mark.parametrize("order", [1, -1], ids=["north first", "south first"])
def test_every_pixel_has_the_value_of_its_cell(order, land):
    cells = grid(10.0).isel(lat=slice(None, None, order))
    values = np.add.outer(cells["lat"].values, cells["lon"].values / 1000)
    ax = Figure().add_subplot()
    image = draw_cells(
        ax, values, lat_bounds=cells["lat_bnds"], lon_bounds=cells["lon_bnds"], rings=land,
        cmap="viridis", norm=Normalize(), columns=400,
    )  # fmt: skip
    picture = image.get_array()
    left, right, bottom, top = image.get_extent()
    rows, columns = picture.shape
    for lon, lat in ((-175, 85), (-95, 35), (5, 5), (5, -5), (133, -44), (179, -55)):
        x, y = equal_earth(float(lon), float(lat))
        row = int((top - y) / (top - bottom) * rows)
        column = int((x - left) / (right - left) * columns)
        centre = (np.floor(lat / 10) * 10 + 5) + (np.floor(lon / 10) * 10 + 5) / 1000
        assert picture[row, column] == pytest.approx(centre), (lon, lat)
    assert picture.mask[0, 0], "the corner lies off the map"


def test_cells_without_a_value_are_left_to_the_grey_land(land):
    values = np.full((18, 36), np.nan)
    values[4, 20] = 1.0
    cells = grid(10.0)
    ax = Figure().add_subplot()
    image = draw_cells(
        ax, values, lat_bounds=cells["lat_bnds"], lon_bounds=cells["lon_bnds"], rings=land,
        cmap="viridis", norm=Normalize(0, 1), columns=600,
    )  # fmt: skip
    shown = ~np.ma.getmaskarray(image.get_array())
    # One cell of 40 to 50 degrees north is a known share of the map, whose area is equal-area.
    part = np.deg2rad(10) * (np.sin(np.deg2rad(50)) - np.sin(np.deg2rad(40)))
    left, right, bottom, top = image.get_extent()
    pixel = (right - left) * (top - bottom) / shown.size
    assert shown.sum() * pixel == pytest.approx(part, rel=0.03)
    patches = {patch.get_facecolor() for patch in ax.patches}
    assert (0.7686274509803922,) * 3 + (1.0,) in patches  # NO_DATA under the picture
    assert min(patch.get_zorder() for patch in ax.patches) < image.get_zorder() < 2


# --- looks ------------------------------------------------------------------------------------


def test_products_have_looks_of_their_own():
    looks = style.product_styles([*THREE, *FOUR])
    assert len({(look.color, look.marker) for look in looks.values()}) == len(looks) == 6
    assert (
        style.product_styles(THREE)["climatology-igbp"]
        == style.model_styles(["climatology"])["climatology"]
    )
    assert style.ordered_products(reversed(THREE)) == list(THREE)
    assert style.product_label("fluxformer-igbp", THREE) == "FluxFormer"
    assert style.product_label("fluxformer-igbp", FOUR) == "FluxFormer, IGBP"


# --- single figures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highest", "top"),
    [(310.0, 500), (3000.0, 3000), (3001.0, 3500), (5000.0, 3500), (np.nan, 500)],
)
def test_the_scale_ends_at_the_data_or_at_3500(highest, top):
    norm = gpp_maps.annual_norm(
        np.array([0.0, highest]) if highest == highest else np.full(2, np.nan)
    )
    assert (norm.vmin, norm.vmax) == (0, top)


def test_fig11_has_one_scale_for_all_panels(land, monkeypatch):
    maps = annual(THREE)
    maps["gpp"][1] *= 0.5
    figure = gpp_maps.draw_fig11(maps, land=land, simulated=False, product=GPP)
    images = [image for ax in figure.axes for image in ax.get_images()]
    assert len(images) == 3
    assert {image.norm.vmax for image in images} == {3000}
    assert images[1].get_array().max() == pytest.approx(1500)
    text = words(figure, monkeypatch)
    assert "GPP of 2016" in text
    assert "imulated" not in text


def test_fig16a_draws_the_totals(land):
    table = totals(THREE)
    (ax,) = gpp_maps.draw_fig16a(table.iloc[::-1], simulated=False, product=GPP).axes
    assert len(ax.lines) == 3
    for line, product in zip(ax.lines, THREE, strict=True):
        rows = table[table["product"] == product]
        assert list(line.get_xdata()) == rows["year"].tolist()
        assert list(line.get_ydata()) == rows["total"].tolist()


def test_fig16b_draws_each_slope_with_its_interval(land):
    table = growth_of(totals(THREE))
    (ax,) = gpp_growth.draw_fig16b(table.iloc[::-1], simulated=False, product=GPP).axes
    intervals, points = ax.lines[0:6:2], ax.lines[1:6:2]
    for place, product in enumerate(THREE):
        row = table.set_index("product").loc[product]
        assert list(intervals[place].get_xdata()) == [row["growth_low"], row["growth_high"]]
        assert list(points[place].get_xdata()) == [row["growth"]]
        label = ax.get_yticklabels()[place].get_text()
        assert label == f"{style.product_label(product, THREE)}, 2011–2020"


def test_fig16b_cuts_an_interval_of_one_degree_of_freedom(land):
    wave = 120 + np.array([1.0, 2, 2.5, 2, 1, 0, -0.5, 0, 1, 2])
    table = growth_of(pd.concat([totals(ONE), totals(THREE[1:2]).assign(total=wave)]))
    wide = table.iloc[1]
    assert wide["effective_years"] == 3
    (ax,) = gpp_growth.draw_fig16b(table, simulated=False, product=GPP).axes
    left, right = ax.get_xlim()
    assert wide["growth_low"] < left < min(table["growth"])
    assert max(table["growth"]) < right < wide["growth_high"]
    arrows = [line for line in ax.lines if line.get_marker() in "<>" and not line.get_clip_on()]
    assert [float(line.get_xdata()[0]) for line in arrows] == [left, right]


def test_fig16b_says_which_product_has_too_few_years(land, monkeypatch):
    table = pd.concat(
        [totals(THREE[:1]), totals(THREE[1:2], years=(2011, 2012)), totals(THREE[2:], years=[2011])]
    )
    figure = gpp_growth.draw_fig16b(growth_of(table), simulated=False, product=GPP)
    text = words(figure, monkeypatch)
    assert "No growth from a single year: Climatology" in text
    assert "No interval from fewer than five years: Random forest" in text
    require_readable(figure, monkeypatch)
    none = gpp_growth.draw_fig16b(
        growth_of(totals(THREE, years=[2011])), simulated=False, product=GPP
    )
    assert not none.axes
    assert "two years" in words(none, monkeypatch)


def test_the_truth_map_shows_the_product_asked_for(land, monkeypatch):
    maps = truth_dataset(THREE)
    maps["gpp"][1] *= 0.5
    maps["difference"][1] = maps["gpp"][1] - maps["truth"]
    figure = gpp_truth.draw_truth_map(maps, product=GPP, shown="random_forest-igbp", land=land)
    truth, product, difference = [image for ax in figure.axes for image in ax.get_images()]
    assert truth.get_array().max() == pytest.approx(3300)
    assert product.get_array().max() == pytest.approx(1500)
    assert difference.get_array().min() == pytest.approx(1500 - 3300)
    assert truth.norm.vmax == product.norm.vmax == 3500
    assert difference.norm.vmin == -difference.norm.vmax < -1000
    assert "Map: Random forest" in words(figure, monkeypatch)


def test_strongly_negative_r2_is_an_arrow_with_its_number(monkeypatch):
    table = truth_scores(THREE)
    table.loc[table["product"] == "climatology-igbp", "r2"] = -13.04
    table.loc[(table["product"] == "random_forest-igbp") & (table["group"] == "polar"), "r2"] = (
        np.nan
    )
    figure = gpp_truth.draw_truth_scores(table, truth_totals(THREE), product=GPP)
    text = words(figure, monkeypatch)
    assert text.count("−13.0") == 10
    assert "undefined" in text
    assert figure.axes[0].get_xlim()[0] > -0.7


def test_truth_scores_stand_in_their_rows():
    table = truth_scores(ONE)
    left, right, _ = gpp_truth.draw_truth_scores(table, truth_totals(ONE), product=GPP).axes
    rmse = table[table["scope"] != "igbp"]["rmse"].tolist()
    dots = [line for line in right.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in dots] == pytest.approx(rmse)
    assert [float(line.get_ydata()[0]) for line in dots] == list(range(10))
    assert [tick.get_text() for tick in left.get_yticklabels()][:3] == [
        "All land",
        "Tropical",
        "Arid",
    ]


def test_the_gap_shows_missing_steps_as_gaps(monkeypatch):
    table = gap(THREE)
    lost = (table["product"] == "random_forest-igbp") & table["step"].isin(["a", "b", "f"])
    figure = gpp_truth.draw_truth_gap(table[~lost], product=GPP)
    markers = [line for line in figure.axes[1].lines if line.get_marker() != "None"]
    assert len(markers) == 18 - 3
    text = words(figure, monkeypatch)
    assert "a  cross-validation" in text
    assert "f  cross-validation, by area" in text


def test_an_empty_gap_says_so(monkeypatch):
    assert "Nothing to show" in words(gpp_truth.draw_truth_gap(gap(()), product=GPP), monkeypatch)
