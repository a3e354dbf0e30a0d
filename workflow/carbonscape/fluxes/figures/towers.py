"""Figure 1: where the towers stand and how many samples each class gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from carbonscape.figures import style
from carbonscape.figures.maps import draw_world, equal_earth

#: Western, eastern, southern and northern edge of the inset, degrees; and the fewest sites in it
#: for which it is drawn.
_EUROPE = (-11.0, 30.0, 35.5, 64.0)
_CROWDED = 15


@style.styled
def draw_fig01(towers: pd.DataFrame, classes: pd.DataFrame, *, land: list[np.ndarray]) -> Figure:
    """Draw the site map by climate, and samples by climate and by IGBP class.

    Args:
        towers: a TOWER_MAP table of ``evaluation.towers``.
        classes: a TOWER_CLASSES table of ``evaluation.towers``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.

    Source: the GPP paper, figure 1.
    """
    figure = style.new_figure(height=5.9)
    grid = figure.add_gridspec(2, 2, height_ratios=[2.0, 1], width_ratios=[1, 1.6])
    world = figure.add_subplot(grid[0, :])
    by_climate = figure.add_subplot(grid[1, 0])
    by_igbp = figure.add_subplot(grid[1, 1])
    _draw_map(world, towers, land)
    _draw_climates(by_climate, classes[classes["scope"] == "climate"])
    _draw_igbp(by_igbp, classes[classes["scope"] == "igbp"])
    style.panel_letters([world, by_climate, by_igbp])
    return figure


def _climate_style(name: str) -> style.SeriesStyle:
    """Return the look of a climate; a class outside the five is grey."""
    return style.CLIMATE_STYLES.get(name, style.SeriesStyle("#777777", "X"))


def _draw_map(ax: Axes, towers: pd.DataFrame, land: list[np.ndarray]) -> None:
    """Draw the sites on a world map, and Europe larger where many stand close together."""
    draw_world(ax, land, south=-60.0 if towers["lat"].min() > -60 else -90.0)
    _draw_sites(ax, towers, size=15)
    west, east, south, north = _EUROPE
    in_europe = towers["lon"].between(west, east) & towers["lat"].between(south, north)
    if in_europe.sum() >= _CROWDED:
        _draw_inset(ax, towers[in_europe], land)
    handles = []
    for climate in style.ordered(towers["climate"]):
        look = _climate_style(climate)
        text = f"{style.label(climate)} ({(towers['climate'] == climate).sum()})"
        handles.append(_marker(look.marker, look.color, look.color, text))
    unused = int((towers["samples"] == 0).sum())
    if unused:
        handles.append(_marker("o", "none", style.REFERENCE, f"hollow: no samples ({unused})"))
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.005), ncols=len(handles),
        handletextpad=0.1, columnspacing=1.2,
    )  # fmt: skip
    ax.set_title(f"Sites ({len(towers)})", loc="left")


def _draw_sites(ax: Axes, towers: pd.DataFrame, *, size: float) -> None:
    """Draw one marker a site, hollow where a site has no sample."""
    for climate in style.ordered(towers["climate"]):
        look = _climate_style(climate)
        members = towers[towers["climate"] == climate]
        used = members["samples"] > 0
        place = {"s": size, "marker": look.marker, "zorder": 4}
        x, y = equal_earth(members["lon"], members["lat"])
        ax.scatter(x[used], y[used], fc=look.color, ec="white", lw=0.4, **place)
        ax.scatter(x[~used], y[~used], fc="none", ec=look.color, lw=0.9, **place)


def _draw_inset(ax: Axes, towers: pd.DataFrame, land: list[np.ndarray]) -> None:
    """Draw Europe at three times the scale over the empty South Pacific."""
    west, east, south, north = _EUROPE
    # The map narrows to the north: southern corners are the widest.
    (left, right), _ = equal_earth([west, east], [south, south])
    _, (bottom, top) = equal_earth([0, 0], [south, north])
    inset = ax.inset_axes([0.0, 0.0, 0.3, 0.46])
    draw_world(inset, land)
    _draw_sites(inset, towers, size=13)
    inset.set(xlim=(left, right), ylim=(bottom, top))
    inset.set_axis_on()
    inset.set(xticks=[], yticks=[], facecolor="white")
    inset.spines[:].set(visible=True, color=style.REFERENCE, lw=0.6)
    inset.text(0.03, 0.96, "Europe", transform=inset.transAxes, va="top", fontsize=7)
    indicator = ax.indicate_inset_zoom(inset, edgecolor=style.REFERENCE, lw=0.6, alpha=1)
    for connector in indicator.connectors:
        connector.set_visible(False)  # they would cross two continents


def _marker(marker: str, face: str, edge: str, text: str) -> Line2D:
    """Return a legend entry that is a marker alone."""
    return Line2D([], [], ls="none", marker=marker, mfc=face, mec=edge, ms=4.2, label=text)


def _draw_climates(ax: Axes, classes: pd.DataFrame) -> None:
    """Draw samples by climate as lying bars, whose names are long."""
    rows = np.arange(len(classes))
    colors = [_climate_style(name).color for name in classes["group"]]
    ax.barh(rows, classes["samples"], color=colors, height=0.68)
    for row, samples, sites in zip(rows, classes["samples"], classes["sites"], strict=True):
        ax.annotate(
            f"{samples:,} ({sites})", (samples, row), (3, 0), textcoords="offset points",
            va="center", fontsize=7,
        )  # fmt: skip
    ax.set_yticks(rows, [style.label(name) for name in classes["group"]])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.set_xlim(0, max(1, classes["samples"].max()) * 1.3)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(_thousands)
    ax.set_xlabel("Samples (site-months); sites in brackets")
    ax.set_title("Climate", loc="left")


def _draw_igbp(ax: Axes, classes: pd.DataFrame) -> None:
    """Draw samples by IGBP class as standing bars, with sites under each."""
    columns = np.arange(len(classes))
    ax.bar(columns, classes["samples"], color="#7f8c8d", width=0.72)
    many = len(classes) > 12
    for column, samples in zip(columns, classes["samples"], strict=True):
        ax.annotate(
            f"{samples:,}", (column, samples), (0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, rotation=90 if many else 0,
        )  # fmt: skip
    form = "{} ({})" if many else "{}\n{}"
    names = [form.format(*pair) for pair in zip(classes["group"], classes["sites"], strict=True)]
    ax.set_xticks(columns, names, rotation=90 if many else 0)
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.6, len(classes) - 0.4)
    ax.set_ylim(0, max(1, classes["samples"].max()) * (1.25 if many else 1.12))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter(_thousands)
    ax.set_ylabel("Samples (site-months)")
    ax.set_xlabel("IGBP class, and its number of sites")
    ax.set_title("Land cover", loc="left")


def _thousands(value: float, _: int) -> str:
    """Return a tick's label with a comma between thousands."""
    return f"{value:,.0f}"
