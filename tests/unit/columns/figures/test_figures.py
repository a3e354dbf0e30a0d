"""The figures of XCO2: what is drawn where, shared scales, gaps, and no text covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from carbonscape.columns.figures import maps as xco2_maps
from carbonscape.columns.figures import scatter as xco2_scatter
from carbonscape.columns.figures import soundings as xco2_soundings
from carbonscape.columns.figures import tccon as xco2_tccon
from carbonscape.columns.figures import truth as xco2_truth
from carbonscape.columns.figures import validation as xco2_validation
from carbonscape.figures import style
from carbonscape.figures.maps import land_rings
from helpers import xco2_tables as made
from helpers.drawing import require_readable, words, written

SHOWN = made.SHOWN
NAMES = ("fig02", "fig03", "fig05", "fig06", "fig07", "fig08", "fig09", "fig10", "fig11", "fig12",
         "truth", "validation")  # fmt: skip
NAMED = {"shown": SHOWN, "simulated": True}
TWO_YEARS = (2015, 2016)


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    """The larger outlines: islands cost time and show nothing more."""
    rings = land_rings(project / "resources" / "geography" / "land_110m.geojson")
    return [ring for ring in rings if len(ring) > 60]


def draw(
    name: str, land: list[np.ndarray], *, sites: int = 2, years=TWO_YEARS, shown: str = SHOWN
) -> Figure:
    """Draw a figure of the made tables."""
    world = {"land": land, "simulated": True}
    figures = {
        "fig02": lambda: xco2_soundings.draw_fig02(made.footprints(), **world),
        "fig03": lambda: xco2_soundings.draw_fig03(made.tccon_sites(sites), **world),
        "fig05": lambda: xco2_scatter.draw_fig05(*made.seasons(), **NAMED),
        "fig06": lambda: xco2_tccon.draw_fig06(
            made.site_scores(sites), made.tccon_sites(sites), *made.pooled(sites),
            land=land, **NAMED,
        ),
        "fig07": lambda: xco2_tccon.draw_fig07(made.pairs(sites), made.site_scores(sites), **NAMED),
        "fig08": lambda: xco2_tccon.draw_fig08(made.series(sites), **NAMED),
        "fig09": lambda: xco2_maps.draw_fig09(made.annual(years), shown=shown, **world),
        "fig10": lambda: xco2_maps.draw_fig10(made.annual(years), **world),
        "fig11": lambda: xco2_maps.draw_fig11(made.trend(years), shown=shown, **world),
        "fig12": lambda: xco2_maps.draw_fig12(made.anomaly(years), shown=shown, **world),
        "truth": lambda: xco2_truth.draw_truth(*made.truth(), shown=shown, **world),
        "validation": lambda: xco2_validation.draw_validation(made.validation(), simulated=True),
    }  # fmt: skip
    return figures[name]()


def images(figure: Figure) -> list:
    return [image for ax in figure.axes for image in ax.get_images()]


# --- every figure ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_covered_and_the_earth_is_named(name, land, monkeypatch):
    figure = draw(name, land)
    text = require_readable(figure, monkeypatch)
    assert "imulated Earth" in text
    if name not in ("fig03",):
        assert "ppm" in text


@pytest.mark.parametrize("name", ["fig09", "fig11", "fig12", "truth"])
@pytest.mark.parametrize("years", [1, 2, 7])
def test_the_longest_name_of_a_product_is_readable(name, years, land, monkeypatch):
    span = range(2015, 2015 + years)
    figure = draw(name, land, years=span, shown="latitude_month_year-background_anomaly")
    text = require_readable(figure, monkeypatch)
    assert "departure" in text
    if name == "fig11":
        lacks = {1: "a trend needs two", 2: "an interval needs five", 7: "not told from zero"}
        assert [said in text for said in lacks.values()] == [
            years == 1, years < 5, years == 7
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sites"),
    [("fig03", 23), ("fig07", 23), ("fig07", 7), ("fig08", 23), ("fig07", 1), ("fig08", 1)],
)
def test_any_number_of_sites_is_readable(name, sites, land, monkeypatch):
    figure = draw(name, land, sites=sites)
    text = require_readable(figure, monkeypatch)
    for site in list(made.SITES)[:sites]:
        assert site in text


def test_seven_years_of_maps_are_readable(land, monkeypatch):
    figure = draw("fig12", land, years=range(2015, 2022))
    require_readable(figure, monkeypatch)
    assert len(images(figure)) == 7


@pytest.mark.parametrize("name", ["fig02", "fig08"])
def test_a_figure_has_the_same_bytes_each_time(name, land, tmp_path):
    first = written(draw(name, land), tmp_path, "first")
    assert first[0].startswith(b"\x89PNG")
    assert written(draw(name, land), tmp_path, "second") == first


def test_a_run_without_such_numbers_says_so(land, monkeypatch):
    world = {"land": land, "simulated": True}
    nothing = [
        xco2_soundings.draw_fig02(made.footprints(()), **world),
        xco2_soundings.draw_fig03(made.tccon_sites(2).iloc[:0], **world),
        xco2_scatter.draw_fig05(*made.seasons(()), **NAMED),
        xco2_tccon.draw_fig06(
            made.site_scores(2), made.tccon_sites(2), made.pooled(2)[0].iloc[:0],
            made.pooled(2)[1], land=land, **NAMED,
        ),
        xco2_tccon.draw_fig07(made.pairs(2).iloc[:0], made.site_scores(2), **NAMED),
        xco2_tccon.draw_fig08(made.series(2).iloc[:0], **NAMED),
        xco2_maps.draw_fig10(made.annual(()), **world),
        xco2_maps.draw_fig12(made.anomaly(()), shown=SHOWN, **world),
        xco2_validation.draw_validation(made.validation(()), simulated=True),
    ]  # fmt: skip
    for figure in nothing:
        assert "Nothing to show" in words(figure, monkeypatch)


# --- looks -------------------------------------------------------------------------------------


def test_models_and_sources_have_names_and_looks_of_their_own():
    models = ("at_bilstm", "mlp", "xgboost", "latitude_month_year", "growth_persistence")
    looks = style.model_styles(models)
    assert len({look.color for look in looks.values()}) == 5
    assert len({look.marker for look in looks.values()}) == 5
    assert style.xco2_label("oco") == "OCO-2/3"
    assert style.xco2_label("egg4") == "CAMS-EGG4"
    assert style.xco2_label(SHOWN) == "At-BiLSTM"
    both = (SHOWN, "at_bilstm-year_fraction")
    assert style.xco2_label(SHOWN, both) == "At-BiLSTM, no time input"
    assert style.xco2_label(both[1]) == "At-BiLSTM, year as an input"
    assert style.label("none") == "Without PFT"  # of GPP: untouched
    assert style.ordered(["transfer", "temporal", "sample", "spatial"]) == list(style.SCHEMES)


# --- soundings and sites -----------------------------------------------------------------------


def test_fig02_shows_each_day_and_says_what_is_missing(land, monkeypatch):
    table = made.footprints(made.DAYS[:1])
    figure = xco2_soundings.draw_fig02(table, land=land, simulated=False, days=made.DAYS)
    text = words(figure, monkeypatch)
    assert f"OCO-2, 2018-01-20 ({len(table):,} good soundings)" in text
    assert "2021-12-04 (0 good soundings)" in text
    assert "no good sounding of this day" in text
    assert "imulated" not in text
    assert [len(c.get_offsets()) for c in figure.axes[0].collections] == [len(table)]


def test_fig03_numbers_sites_from_the_north(land, monkeypatch):
    text = words(draw("fig03", land, sites=23), monkeypatch)
    assert "TCCON sites (23)" in text
    assert "GGG2014 (6)" in text
    assert "Europe" in text
    lines = text.splitlines()
    assert lines[lines.index("easttroutlake01, 2014-12 to 2021-06") - 1] == "1"
    assert lines[lines.index("lauder03, 2014-12 to 2021-06") - 1] == "23"
    assert "Europe" not in words(draw("fig03", land, sites=2), monkeypatch)


# --- scatters ----------------------------------------------------------------------------------


def test_fig05_has_every_share_in_its_bin_and_the_scores(monkeypatch):
    density, scores = made.seasons()
    figure = xco2_scatter.draw_fig05(density, scores, **NAMED)
    text = words(figure, monkeypatch)
    for season in scores.to_dict("records"):
        assert f"n = {season['samples']:,}" in text
        assert f"RMSE = {season['rmse']:.2f} ppm" in text
    bins = density[density["season"] == "MAM"]
    mesh = figure.axes[0].collections[0]
    shares, corners = mesh.get_array(), mesh.get_coordinates()
    assert shares.sum() == pytest.approx(1)
    place = bins.iloc[7]
    row, column = np.argwhere(shares == place["share"])[0]
    corner = corners[row, column] + 0.25
    found = bins[(bins["observed"] == corner[0]) & (bins["predicted"] == corner[1])]
    assert found["share"].tolist() == [place["share"]]
    equal, fitted = figure.axes[0].lines
    assert list(equal.get_xdata()) == list(equal.get_ydata())
    slope = scores.set_index("season")["slope"]["MAM"]
    assert np.diff(fitted.get_ydata()) / np.diff(fitted.get_xdata()) == pytest.approx(slope)
    assert len({ax.get_xlim() for ax in figure.axes[:4]}) == 1


def test_a_season_without_samples_has_no_panel(monkeypatch):
    text = words(xco2_scatter.draw_fig05(*made.seasons(("JJA", "DJF")), **NAMED), monkeypatch)
    assert "(a) June to August (JJA)" in text
    assert "(b) December to February (DJF)" in text
    assert "MAM" not in text


def test_fig06_colours_sites_by_their_bias_and_crosses_the_others(land):
    scores, sites = made.site_scores(6), made.tccon_sites(6)
    lost = (scores["product"] == "oco") & (scores["site"] == "saga01")
    figure = xco2_tccon.draw_fig06(
        scores[~lost], sites, *made.pooled(6), land=land, **NAMED
    )  # fmt: skip
    crosses, dots = figure.axes[0].collections
    assert len(crosses.get_offsets()) == 1
    expected = scores[(scores["product"] == "oco") & ~lost].set_index("site")["bias"]
    order = [site for site in sites["site"] if site != "saga01"]
    assert dots.get_array().tolist() == pytest.approx(expected[order].tolist())
    norms = {(dots.norm.vmin, dots.norm.vmax)}
    norms |= {(c.norm.vmin, c.norm.vmax) for c in figure.axes[1].collections[1:]}
    ((low, high),) = norms
    assert low == -high


def test_fig06_without_a_month_of_oco(land, monkeypatch):
    density, scores = made.pooled(2)
    figure = xco2_tccon.draw_fig06(
        made.site_scores(2).query("product != 'oco'"), made.tccon_sites(2),
        density.query("dataset != 'oco'"), scores.query("dataset != 'oco'"), land=land, **NAMED,
    )  # fmt: skip
    assert "no common month" in words(figure, monkeypatch)


def test_fig07_shows_training_months_hollow_on_one_scale():
    pairs = made.pairs(3)
    figure = xco2_tccon.draw_fig07(pairs, made.site_scores(3), **NAMED)
    own = pairs[pairs["product"] == SHOWN]
    for ax, (_, rows) in zip(figure.axes, own.groupby("site"), strict=False):
        hollow, filled = ax.collections
        assert len(hollow.get_offsets()) == rows["in_sample"].sum() > 0
        assert len(filled.get_offsets()) == (~rows["in_sample"]).sum()
        assert hollow.get_facecolor().size == 0
    panels = [ax for ax in figure.axes if ax.axison]
    assert len(panels) == 3
    assert len({ax.get_xlim() for ax in panels} | {ax.get_ylim() for ax in panels}) == 1


def test_fig08_breaks_the_line_where_months_are_missing():
    table = made.series(1)
    gone = (table["year"] == 2017) & (table["month"] == 5)
    (ax,) = xco2_tccon.draw_fig08(table[~gone], **NAMED).axes
    lines = {line.get_color(): line for line in ax.lines}
    product = lines[xco2_tccon.SERIES["product"].color]
    at = np.argmin(np.abs(product.get_xdata() - (2017 + 4 / 12)))
    assert np.isnan(product.get_ydata()[at])
    assert not np.isnan(product.get_ydata()[at + 1])
    oco = lines[xco2_tccon.SERIES["oco"].color]
    assert np.isfinite(oco.get_ydata().astype(float)).sum() == table[~gone]["oco"].notna().sum()
    assert oco.get_linestyle() == "None"


def test_fig08_of_a_few_months_names_them(monkeypatch):
    table = made.series(1, first=2015 * 12 + 6, last=2015 * 12 + 11)
    text = words(xco2_tccon.draw_fig08(table, **NAMED), monkeypatch)
    assert "2015-07" in text
    assert "2015-12" in text


# --- maps --------------------------------------------------------------------------------------


def test_product_and_soundings_share_one_scale(land):
    figures = [draw(name, land) for name in ("fig09", "fig10")]
    norms = {(i.norm.vmin, i.norm.vmax) for f in figures for i in images(f)[:2]}
    assert len(norms) == 1
    (low, high), maps = norms.pop(), made.annual(TWO_YEARS)
    for name in ("product", "oco"):
        values = maps[name].values[np.isfinite(maps[name].values)]
        assert np.mean((values >= low) & (values <= high)) > 0.97
    seen = [np.ma.getmaskarray(images(f)[0].get_array()).mean() for f in figures]
    assert seen[1] > seen[0], "gaps of the soundings are not left out"


def test_a_run_without_a_whole_year_says_of_how_many_months_it_shows_means(land, monkeypatch):
    maps = made.annual((2015,))
    maps.attrs["months"] = 6
    figure = xco2_maps.draw_fig09(maps, shown=SHOWN, land=land, simulated=False)
    assert "Mean XCO₂ of 6 months, At-BiLSTM (ppm)" in words(figure, monkeypatch)


def test_anomalies_are_coloured_about_zero(land):
    pictures = images(draw("fig12", land))[:2]
    assert {picture.norm.vmin + picture.norm.vmax for picture in pictures} == {0}
    assert {picture.cmap.name for picture in pictures} == {style.DIVERGING}


def test_the_anomaly_that_is_asked_for_is_drawn_and_named(land, monkeypatch):
    assert "minus its median over land north of 60°S" in words(draw("fig12", land), monkeypatch)
    maps = made.anomaly().assign_attrs(shown="median")
    figure = xco2_maps.draw_fig12(maps, shown=SHOWN, land=land, simulated=False)
    assert "minus its median over all land (ppm)" in words(figure, monkeypatch)
    first = images(draw("fig12", land))[0].get_array().mean()
    assert images(figure)[0].get_array().mean() == pytest.approx(first + 0.5, abs=1e-3)


def test_the_trend_of_one_year_is_not_drawn(land, monkeypatch):
    text = words(draw("fig11", land, years=(2015,)), monkeypatch)
    assert "a trend needs two years" in text


# --- truth and validation ----------------------------------------------------------------------


def markers(ax) -> list:
    return [line for line in ax.lines if line.get_marker() not in ("None", "<", ">")]


def test_the_truth_shows_errors_and_what_cross_validation_said(land, monkeypatch):
    maps, scores, gap = made.truth()
    figure = xco2_truth.draw_truth(maps, scores, gap, land=land, **NAMED)
    panel = figure.axes[3]
    filled = [line for line in markers(panel) if line.get_markerfacecolor() != "white"]
    assert sorted(float(line.get_xdata()[0]) for line in filled) == sorted(gap["rmse_truth"])
    rmse = markers(figure.axes[4])
    hollow = [line for line in rmse if line.get_markerfacecolor() == "white"]
    shown = scores[scores["scope"] != "year"]
    baseline = shown["product"] == "latitude_month_year-none"
    assert len(rmse) == len(shown)
    assert len(hollow) == (~shown["beats_baseline"] & ~baseline).sum() > 0
    assert "Latitude, month, year" in words(figure, monkeypatch)


def test_the_truth_without_cross_validation(land, monkeypatch):
    maps, scores, gap = made.truth((SHOWN,))
    figure = xco2_truth.draw_truth(maps, scores, gap.iloc[:0], land=land, **NAMED)
    assert "no product was cross-validated" in words(figure, monkeypatch)


def test_validation_shows_every_score_or_an_arrow(monkeypatch):
    table = made.validation()
    figure = xco2_validation.draw_validation(table, simulated=False)
    r2 = markers(figure.axes[0])
    within = table[table["r2"] >= xco2_validation.R2_FLOOR]
    assert sorted(float(line.get_xdata()[0]) for line in r2) == pytest.approx(sorted(within["r2"]))
    arrows = [line for line in figure.axes[0].lines if line.get_marker() == "<"]
    assert len(arrows) == 5, "a row without time input whose R2 lies under the floor"
    hollow = [line for line in r2 if line.get_markerfacecolor() == "white"]
    models = ~within["model"].isin(xco2_validation.BASELINES)
    assert len(hollow) == (models & ~within["beats_baseline"]).sum()
    trend = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert sorted(float(line.get_xdata()[0]) for line in trend) == [0.1, 0.78, 0.78, 0.78]
    text = words(figure, monkeypatch)
    for part in ("Blocks of years (20,123)", "OCO-2 to OCO-3", "Growth", "best baseline",
                 "a straight line in time alone"):  # fmt: skip
        assert part in text


def test_validation_of_a_run_without_baselines_has_no_line_of_them(monkeypatch):
    table = made.validation(("sample",), ("none",))
    table = table[~table["model"].isin(xco2_validation.BASELINES)]
    figure = xco2_validation.draw_validation(table.assign(baseline="none"), simulated=True)
    references = [line for line in figure.axes[2].lines if len(line.get_xdata()) == 2]
    assert references == []


def test_another_product_is_not_shown_instead(monkeypatch):
    keywords = {"shown": "mlp-none", "simulated": True}
    figure = xco2_tccon.draw_fig07(made.pairs(2), made.site_scores(2), **keywords)
    assert "Nothing to show" in words(figure, monkeypatch)
