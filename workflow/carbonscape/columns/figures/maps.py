"""Figures 9 to 12: annual means of the product and of OCO, mean, trend and anomalies."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from carbonscape.columns.figures.soundings import quantile_norm
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.marks import CROSS, POINT, mark_cells
from carbonscape.figures.views import map_height, shown_view

#: What the three medians of ``evaluation.maps.ANOMALIES`` are taken over.
_MEDIANS = {
    "north_of_60s": "land north of 60°S",
    "median": "all land",
    "area_weighted": "all land, cells weighted by area",
}

_NO_YEAR = "Nothing to show: this run has no whole calendar year."


@style.styled
def draw_fig09(
    annual: xr.Dataset, *, land: list[np.ndarray], simulated: bool, shown: str
) -> Figure:
    """Draw the annual means of the product, a panel a year, on one scale with figure 10.

    Args:
        annual: product and oco (year, lat, lon), ppm, of ``evaluation.xco2_maps``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.

    Source: the XCO2 paper, figure 9.
    """
    return _draw_annual(annual, "product", shown, land=land, simulated=simulated)


@style.styled
def draw_fig10(annual: xr.Dataset, *, land: list[np.ndarray], simulated: bool) -> Figure:
    """Draw the annual means of OCO, a panel a year, on one scale with figure 9.

    Args:
        annual: product and oco (year, lat, lon), ppm, of ``evaluation.xco2_maps``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 10.
    """
    return _draw_annual(annual, "oco", "oco", land=land, simulated=simulated)


def _draw_annual(
    annual: xr.Dataset, source: str, name: str, *, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw the annual means of one variable on the scale that holds the values of both."""
    if not annual.sizes["year"]:
        return style.empty_figure(_NO_YEAR)
    both = np.concatenate([annual[name].values.ravel() for name in ("product", "oco")])
    months = annual.attrs.get("months", 12)
    mean = "Annual mean XCO₂" if months == 12 else f"Mean XCO₂ of {months} months"
    return _draw_years(
        annual[source], annual, cmap=style.COLUMN, norm=quantile_norm(both), land=land,
        label=f"{mean}, {style.xco2_label(name)} ({style.XCO2_UNIT})", simulated=simulated,
    )  # fmt: skip


@style.styled
def draw_fig12(
    anomaly: xr.Dataset, *, land: list[np.ndarray], simulated: bool, shown: str
) -> Figure:
    """Draw the annual anomalies, value minus a median over land, a panel a year.

    Args:
        anomaly: maps (year, lat, lon), ppm, of ``evaluation.maps``, one a way of taking the
            median; the attribute ``shown`` names the one that is drawn.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.

    Source: the XCO2 paper, figure 12.
    """
    if not anomaly.sizes["year"]:
        return style.empty_figure(_NO_YEAR)
    chosen = anomaly.attrs["shown"]
    values = anomaly[chosen]
    over = _MEDIANS[chosen] if shown_view() is None else "the land of the region"
    return _draw_years(
        values, anomaly, cmap=style.DIVERGING, norm=symmetric(values.values), land=land,
        label=f"Annual mean XCO₂ minus its median over {over} ({style.XCO2_UNIT}); "
        f"{style.xco2_label(shown)}",
        simulated=simulated,
    )  # fmt: skip


def symmetric(values: np.ndarray, *, step: float = 0.5) -> Normalize:
    """Return a scale about zero that holds 98 % of the values, in steps of ``step`` ppm."""
    values = np.abs(values[np.isfinite(values)])
    highest = float(np.quantile(values, 0.98)) if values.size else 0.0
    limit = max(step, step * np.ceil(highest / step))
    return Normalize(-limit, limit)


def _draw_years(
    values: xr.DataArray,
    dataset: xr.Dataset,
    *,
    cmap: Colormap | str,
    norm: Normalize,
    land: list[np.ndarray],
    label: str,
    simulated: bool,
) -> Figure:
    """Draw a panel a year on one scale, whose bar stands in a free place if there is one."""
    years = values["year"].values.tolist()
    columns = 1 if len(years) == 1 else 2
    rows = -(-len(years) // columns)
    panel = style.FULL_WIDTH / columns
    bar = 0.2 if len(years) < rows * columns else 0.75
    figure = style.new_figure(height=rows * (map_height(panel) + 0.2) + bar)
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax, year in zip(axes.flat, years, strict=False):
        draw_cells(
            ax, values.sel(year=year).values, **bounds(dataset), rings=land, cmap=cmap, norm=norm,
            columns=2000 // columns,
        )  # fmt: skip
        ax.set_title(f"{year}", loc="left")
    if len(years) > 1:
        style.panel_letters(axes.flat[: len(years)])
    free = axes.flat[len(years) :]
    for ax in free:
        ax.set_axis_off()
    place = {"cax": free[0].inset_axes((0.08, 0.5, 0.84, 0.075))} if free.size else {}
    if not place:
        place = {"ax": list(axes.flat), "shrink": 0.6, "aspect": 38, "pad": 0.02}
    # As wide as the place of the bar: a product's name may be long. A unit stays with its word.
    joined = label.replace(" (", "\N{NO-BREAK SPACE}(")
    lines = [*textwrap.wrap(f"{joined};", 60 if free.size else 110), "land without a value is grey"]
    text = "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")
    draw_bar(figure, cmap, norm, label=text, **place)
    if simulated:
        style.say_simulated(figure)
    return figure


def draw_bar(
    figure: Figure,
    cmap: Colormap | str,
    norm: Normalize,
    *,
    label: str,
    extend: str = "both",
    **place: object,
) -> None:
    """Draw a lying colour bar in a place of its own (``cax``) or under panels (``ax``)."""
    place |= {"orientation": "horizontal"} if "cax" in place else {"location": "bottom"}
    bar = figure.colorbar(ScalarMappable(norm, cmap), extend=extend, **place)
    bar.set_label(label)
    bar.outline.set_linewidth(0.4)


def bounds(dataset: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the edges of the cells for ``draw_cells``: those of the file, or half-way between."""
    found = {}
    for name in ("lat", "lon"):
        if f"{name}_bnds" in dataset:
            found[f"{name}_bounds"] = dataset[f"{name}_bnds"].values
            continue
        centres = dataset[name].values.astype(np.float64)
        half = np.abs(np.diff(centres)).min() / 2
        found[f"{name}_bounds"] = np.column_stack([centres - half, centres + half])
    return found


@style.styled
def draw_fig11(trend: xr.Dataset, *, land: list[np.ndarray], simulated: bool, shown: str) -> Figure:
    """Draw the mean of all years, the trend of the annual means, and how sure the trend is.

    Points stand where the trend is not told from that of the mean over all cells, crosses where it
    is not told from zero.

    Args:
        trend: mean7 (lat, lon), ppm, trend and the ends of its two intervals (lat, lon), ppm yr-1,
            of ``evaluation.cell_growth``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.

    Source: the XCO2 paper, figure 11, which has no intervals.
    """
    mean, slope = trend["mean7"].values, trend["trend"].values
    if not np.isfinite(mean).any():
        return style.empty_figure(_NO_YEAR)
    half = (trend["trend_high"].values - trend["trend_low"].values) / 2
    # Three maps on a page, whatever the shape of a region.
    height = min(map_height(style.FULL_WIDTH, world=0.385), 3.2)
    figure = style.new_figure(height=3 * (height + 0.22) + 0.4)
    axes = figure.subplots(3, 1)
    cells = bounds(trend)
    growth = f"({style.GROWTH_UNIT})"
    panels = (
        (mean, style.COLUMN, quantile_norm(mean), "both", f"XCO₂ ({style.XCO2_UNIT})",
         "Mean of the annual means", ""),
        (slope, style.SEQUENTIAL, _trend_norm(slope), "both", f"Slope of XCO₂ {growth}",
         "Trend of the annual means", "a trend needs two years"),
        (half, style.DENSITY, _half_norm(half), "max", f"Half width {growth}",
         "95 % interval of the trend", "an interval needs five years"),
    )  # fmt: skip
    images = []
    for ax, (values, cmap, norm, extend, label, title, lacks) in zip(axes, panels, strict=True):
        images.append(draw_cells(ax, values, rings=land, cmap=cmap, norm=norm, **cells))
        ax.set_title(title, loc="left")
        bar = figure.colorbar(ScalarMappable(norm, cmap), ax=[ax], extend=extend, shrink=0.85,
                              aspect=22, pad=0.02)  # fmt: skip
        bar.set_label(label)
        bar.outline.set_linewidth(0.4)
        if lacks and not np.isfinite(values).any():
            box = {"fc": "white", "ec": "none", "pad": 2}
            ax.text(0.5, 0.5, lacks, transform=ax.transAxes, ha="center", zorder=5, bbox=box)
    _mark_trend(figure, axes[1], images[1], trend)
    style.panel_letters(axes)
    text = f"{style.xco2_label(shown)}; land without a value is grey"
    style.say_above(figure, text, simulated=simulated)
    return figure


def _mark_trend(figure: Figure, ax: Axes, image: AxesImage, trend: xr.Dataset) -> None:
    """Mark the cells whose trend is not told from that of their mean, and from zero."""
    looks = {
        "apart": (POINT, "not told from the trend of the mean over land"),
        "trend": (CROSS, "not told from zero"),
    }
    handles = []
    for name, (look, text) in looks.items():
        where = (trend[f"{name}_low"].values <= 0) & (trend[f"{name}_high"].values >= 0)
        if where.any():
            mark_cells(ax, image, where, look=look, **bounds(trend))
            handles.append(Line2D([], [], label=text, **look))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=2, markerscale=1.6)


def _half_norm(values: np.ndarray) -> Normalize:
    """Return a scale from 0 in steps of 0.1 ppm yr-1 that leaves out the highest hundredth."""
    values = values[np.isfinite(values)]
    highest = float(np.quantile(values, 0.99)) if values.size else 0.0
    return Normalize(0, max(0.1, 0.1 * np.ceil(highest / 0.1)))


def _trend_norm(values: np.ndarray) -> Normalize:
    """Return a scale in steps of 0.05 ppm yr-1 that leaves out the outer hundredths."""
    values = values[np.isfinite(values)]
    low, high = np.quantile(values, (0.01, 0.99)) if values.size else (2.0, 2.5)
    low, high = 0.05 * np.floor(low / 0.05), 0.05 * np.ceil(high / 0.05)
    return Normalize(low, max(high, low + 0.1))
