"""Figures 12 and A1: what is drawn where, what is left out and said, and no text covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

from carbonscape.archives.srex import read_regions
from carbonscape.figures import style
from carbonscape.figures.maps import equal_earth, land_rings
from carbonscape.fluxes.evaluation.regions import RegionNumbers, region_numbers
from carbonscape.fluxes.figures.regions import draw_fig12, draw_figa1
from carbonscape.products.registry import get_product
from helpers.drawing import drawn_texts, require_readable, written
from helpers.synthetic_maps import write_years

GPP = get_product("gpp")
TWO = ("fluxformer-igbp", "climatology-igbp")
SIX = (
    "fluxformer-none", "fluxformer-igbp_esa_cci", "random_forest-igbp_esa_cci",
    "linear_regression-igbp_esa_cci", "blend-igbp_esa_cci", "climatology-igbp_esa_cci",
)  # fmt: skip


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


@pytest.fixture
def numbers(project: Path, tmp_path: Path):
    """Numbers of products whose flux is 1, 2, ... gC m-2 d-1 everywhere north of 60 S."""

    def make(products, *, cell: float = 5.0, without: slice | None = None) -> RegionNumbers:
        shape = (12, round(180 / cell), round(360 / cell))
        files = {}
        for number, name in enumerate(products, start=1):
            gpp = np.full(shape, float(number))
            gpp[:, -round(30 / cell) :] = np.nan
            if without is not None and number == 1:
                gpp[:, without] = np.nan
            (path,) = write_years(tmp_path / name, gpp, [2015], cell)
            files[name] = {2015: Path(path)}
        regions = read_regions(project / "resources" / "regions" / "srex.csv")
        return region_numbers(GPP, files, regions)

    return make


def fig12(found: RegionNumbers, *, simulated: bool = False):
    return draw_fig12(found.latitude, found.regions, product=GPP, simulated=simulated)


# --- every text --------------------------------------------------------------------------------


@pytest.mark.parametrize("products", [TWO, SIX], ids=["two", "six"])
def test_no_text_of_figure_12_is_covered_or_small(numbers, products, monkeypatch):
    figure = fig12(numbers(products), simulated=True)
    text = require_readable(figure, monkeypatch)
    assert min(one.get_fontsize() for one in drawn_texts(figure, monkeypatch)) >= 7
    assert "imulated Earth" in text
    for product in products:
        assert style.product_label(product, products) in text


@pytest.mark.parametrize("cell", [5.0, 30.0])
def test_no_text_of_figure_a1_is_covered_or_small(numbers, cell, land, monkeypatch):
    figure = draw_figa1(numbers(TWO[:1], cell=cell).mask, land=land)
    require_readable(figure, monkeypatch)
    texts = drawn_texts(figure, monkeypatch)
    assert min(text.get_fontsize() for text in texts) >= 7
    shown = {text.get_text() for text in texts}
    assert {"AMZ", "CEU", "SAU", "TIB  Tibetan Plateau", "CGI  Canada/Greenl./Icel."} <= shown


def test_the_figures_have_the_same_bytes_each_time(numbers, land, tmp_path):
    found = numbers(TWO)
    for number, draw in enumerate(
        (lambda: fig12(found), lambda: draw_figa1(found.mask, land=land))
    ):
        first = written(draw(), tmp_path, f"first{number}")
        assert first[0].startswith(b"\x89PNG")
        assert written(draw(), tmp_path, f"second{number}") == first


# --- figure 12 ---------------------------------------------------------------------------------


def test_lines_show_the_means_and_sums_of_the_bands(numbers):
    found = numbers(TWO)
    mean, summed, _ = fig12(found).axes
    for ax, column in ((mean, "mean"), (summed, "per_degree")):
        for line, product in zip(ax.lines, TWO, strict=True):
            rows = found.latitude[found.latitude["product"] == product].set_index("south")
            at = list(line.get_ydata()).index(-7.5)
            assert line.get_xdata()[at] == rows.loc[-10.0, column]
        assert ax.get_xlim()[0] == 0
    # The flux is the same everywhere: 1 gC m-2 d-1 and 2.
    assert np.nanmax(mean.lines[0].get_xdata()) == pytest.approx(365)
    assert np.nanmin(mean.lines[1].get_xdata()) == pytest.approx(730)
    # No cell lies south of 60 S.
    assert mean.get_ylim() == (-62, 92)


def test_marks_show_the_sums_of_the_regions_in_their_order(numbers):
    found = numbers(TWO)
    ax = fig12(found).axes[2]
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == [*found.mask["abbreviation"].values, "none"]
    for number, (line, product) in enumerate(zip(ax.lines, TWO, strict=True)):
        rows = found.regions[found.regions["product"] == product]
        assert list(line.get_ydata()) == rows["total"].tolist()
        # Beside each other in the column of the region.
        assert np.abs(line.get_xdata() - np.arange(27)).max() < 0.5
        assert (line.get_xdata()[0] > 0) == (number == 1)
    assert ax.get_xlabel() == ""


def test_a_region_without_a_cell_is_left_out_and_named(numbers, monkeypatch):
    figure = fig12(numbers(TWO, cell=30.0))
    names = [label.get_text() for label in figure.axes[2].get_xticklabels()]
    assert "AMZ" not in names
    assert "NEB" in names
    note = figure.axes[2].get_xlabel()
    assert note.startswith("Left out, without a cell with twelve months: ALA, CNA, AMZ, CEU,")
    require_readable(figure, monkeypatch)


def test_a_long_list_of_regions_left_out_takes_several_lines(numbers, monkeypatch):
    found = numbers(TWO, cell=30.0)
    found.regions.loc[found.regions["region"] != "NEB", "total"] = np.nan
    figure = fig12(found)
    note = figure.axes[2].get_xlabel()
    assert all(len(line) <= 110 for line in note.splitlines())
    assert note.replace("\n", " ").count(", ") > 20
    require_readable(figure, monkeypatch)


def test_a_product_without_a_value_in_a_region_is_named(numbers, monkeypatch):
    # North Australia lies between 10 and 30 S: rows 20 to 23 of 5 degrees.
    found = numbers(TWO, without=slice(20, 24))
    figure = fig12(found)
    assert figure.axes[2].get_xlabel() == "FluxFormer has none in: NAU"
    names = [label.get_text() for label in figure.axes[2].get_xticklabels()]
    at = names.index("NAU")
    first, second = figure.axes[2].lines
    assert np.isnan(first.get_ydata()[at])
    assert second.get_ydata()[at] > 0


# --- figure A1 ---------------------------------------------------------------------------------


def test_neighbouring_regions_have_different_colours(numbers, land):
    mask = numbers(TWO[:1]).mask
    (image,) = draw_figa1(mask, land=land).axes[0].get_images()
    picture = image.get_array()
    left, right, bottom, top = image.get_extent()
    rows, columns = picture.shape

    def colour(lat: float, lon: float) -> float:
        x, y = equal_earth(lon, lat)
        row, column = (top - y) / (top - bottom) * rows, (x - left) / (right - left) * columns
        return picture[int(row), int(column)]

    for one, two in (
        ((40, 70), (40, 87)),  # CAS and TIB
        ((40, 87), (40, 110)),  # TIB and EAS
        ((0, 10), (0, 35)),  # WAF and EAF
        ((65, 10), (50, 30)),  # NEU and CEU
        ((-5, -60), (-10, -42)),  # AMZ and NEB
        ((-20, 130), (-40, 130)),  # NAU and SAU
        ((25, 0), (0, 10)),  # SAH and WAF
    ):
        assert colour(*one) != colour(*two), (one, two)
    assert picture.mask[int((top - equal_earth(0, -58)[1]) / (top - bottom) * rows), columns // 2]


def test_every_region_has_its_outline_on_the_map(numbers, land):
    mask: xr.Dataset = numbers(TWO[:1]).mask
    ax = draw_figa1(mask, land=land).axes[0]
    outlines = [line for line in ax.lines if to_rgb(line.get_color()) == to_rgb(style.INK)]
    assert len(outlines) == 26
    for line in outlines:
        points = line.get_xydata()
        assert (points[0] == points[-1]).all()
    # A corner of the Tibetan Plateau: 30 N, 100 E.
    corner = np.array(equal_earth(100.0, 30.0))
    assert np.abs(outlines[20].get_xydata() - corner).sum(axis=1).min() < 1e-9
