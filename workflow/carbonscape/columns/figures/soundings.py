"""Figures 2 and 3: footprints of the soundings of single days, and the TCCON sites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.figures import style
from carbonscape.figures.maps import draw_world, equal_earth

#: Shares of the soundings below and above the ends of the colours.
_ENDS = (0.01, 0.99)

#: The GGG versions of TCCON: colour and marker.
_VERSIONS = {
    "GGG2014": style.SeriesStyle("#0072B2", "s"),
    "GGG2020": style.SeriesStyle("#D55E00", "o"),
    "GGG2020.1": style.SeriesStyle("#009E73", "D"),
}

#: Western, eastern, southern and northern edge of the inset, degrees; and the fewest sites in it
#: for which it is drawn.
_EUROPE = (-12.0, 30.0, 40.0, 62.0)
_CROWDED = 4

#: Half the height, and the width of one digit, of a number on the map, inches; and how far from
#: the middle of a marker numbers stand.
_HALF_HEIGHT, _DIGIT, _AWAY = 0.045, 0.058, 0.085


@style.styled
def draw_fig02(
    footprints: pd.DataFrame,
    *,
    land: list[np.ndarray],
    simulated: bool,
    days: Sequence[str] | None = None,
) -> Figure:
    """Draw the good soundings of single days, a panel a day, each on a scale of its own.

    Args:
        footprints: the table of ``evaluation.xco2_footprints``: day, instrument, lat, lon, xco2.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        days: the days, YYYY-MM-DD; one without soundings has an empty panel that says so. Those
            of the table if not given.

    Source: the XCO2 paper, figure 2.
    """
    days = sorted(set(footprints["day"])) if days is None else list(days)
    if not days:
        return style.empty_figure("Nothing to show: no good sounding of the days asked for.")
    figure = style.new_figure(height=3.05 * len(days) + 0.2)
    axes = figure.subplots(len(days), 1, squeeze=False)[:, 0]
    for ax, day in zip(axes, days, strict=True):
        draw_world(ax, land, south=-90.0)
        rows = footprints[footprints["day"] == day]
        names = [style.label(name) for name in sorted(set(rows["instrument"]))]
        title = f"{' and '.join(names)}, {day} " if names else f"{day} "
        ax.set_title(f"{title}({len(rows):,} good soundings)", loc="left")
        if rows.empty:
            ax.text(
                0.5, 0.5, "no good sounding of this day in this run", transform=ax.transAxes,
                ha="center", color=style.REFERENCE,
            )  # fmt: skip
            continue
        norm = quantile_norm(rows["xco2"].to_numpy())
        x, y = equal_earth(rows["lon"], rows["lat"])
        ax.scatter(
            x, y, c=rows["xco2"], cmap=style.COLUMN, norm=norm, s=4, lw=0, zorder=4,
            rasterized=True,
        )  # fmt: skip
        bar = figure.colorbar(
            ScalarMappable(norm, style.COLUMN), ax=ax, shrink=0.8, aspect=24, pad=0.02,
            extend="both",
        )  # fmt: skip
        bar.set_label(f"XCO₂ ({style.XCO2_UNIT})")
        bar.outline.set_linewidth(0.4)
    if len(days) > 1:
        style.panel_letters(axes)
    if simulated:
        style.say_simulated(figure)
    return figure


def quantile_norm(values: np.ndarray) -> Normalize:
    """Return a scale in whole ppm that leaves out the lowest and highest hundredth of values."""
    values = values[np.isfinite(values)]
    if not values.size:
        return Normalize(395, 415)
    low, high = np.quantile(values, _ENDS)
    return Normalize(np.floor(low), max(np.ceil(high), np.floor(low) + 2))


@style.styled
def draw_fig03(sites: pd.DataFrame, *, land: list[np.ndarray], simulated: bool) -> Figure:
    """Draw the TCCON sites as numbers on a map, and their names and months under it.

    Args:
        sites: a TCCON_SITES table.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 3 and table 1.
    """
    if sites.empty:
        return style.empty_figure("Nothing to show: no TCCON site has spectra in these months.")
    sites = sites.sort_values(["lat", "site"], ascending=[False, True], ignore_index=True)
    columns = min(3, len(sites))
    lines = -(-len(sites) // columns)
    figure = style.new_figure(height=4.2 + 0.14 * lines)
    world, names = figure.subplots(2, 1, height_ratios=[3.75, 0.14 * lines])
    draw_world(world, land, south=-60.0 if sites["lat"].min() > -60 else -90.0)
    numbers = pd.Series(np.arange(1, len(sites) + 1))
    west, east, south, north = _EUROPE
    inside = sites["lat"].between(south, north) & sites["lon"].between(west, east)
    crowded = bool(inside.sum() >= _CROWDED)
    shown = inside if crowded else inside & False
    inch = (style.FULL_WIDTH - 0.15) / np.diff(world.get_xlim())[0]
    _draw_sites(world, sites)
    _write_numbers(world, sites[~shown], numbers[~shown], inch=inch)
    if crowded:
        _draw_inset(world, sites[inside], numbers[inside], land)
    versions = [name for name in _VERSIONS if name in set(sites["version"])]
    handles = [
        Line2D([], [], ls="none", marker=_VERSIONS[name].marker, color=_VERSIONS[name].color,
               mec="white", mew=0.4, ms=4.6, label=f"{name} ({(sites['version'] == name).sum()})")
        for name in versions
    ]  # fmt: skip
    world.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(handles))
    world.set_title(f"TCCON sites ({len(sites)})", loc="left")
    names.set_axis_off()
    for number, row in enumerate(sites.itertuples()):
        column, line = divmod(number, lines)
        at = column / columns, 1 - (line + 0.5) / lines
        names.text(
            at[0] + 0.028, at[1], f"{number + 1}", transform=names.transAxes, ha="right",
            va="center", fontsize=7, fontweight="bold",
        )  # fmt: skip
        names.text(
            at[0] + 0.038, at[1], f"{row.site}, {row.first_month} to {row.last_month}",
            transform=names.transAxes, va="center", fontsize=7,
        )  # fmt: skip
    if simulated:
        style.say_simulated(figure)
    return figure


def _draw_sites(ax: Axes, sites: pd.DataFrame) -> None:
    """Draw a marker a site, whose look tells the version."""
    for version, look in _VERSIONS.items():
        rows = sites[sites["version"] == version]
        ax.scatter(
            *equal_earth(rows["lon"], rows["lat"]), fc=look.color, marker=look.marker,
            ec="white", lw=0.4, s=20, zorder=4,
        )  # fmt: skip


def _draw_inset(ax: Axes, sites: pd.DataFrame, numbers: pd.Series, land: list[np.ndarray]) -> None:
    """Draw Europe larger over the empty South Pacific, with the numbers of its sites."""
    west, east, south, north = _EUROPE
    # The map narrows to the north: southern corners are the widest.
    (left, right), _ = equal_earth([west, east], [south, south])
    _, (bottom, top) = equal_earth([0, 0], [south, north])
    inset = ax.inset_axes([0.0, 0.0, 0.29, 0.47])
    draw_world(inset, land)
    _draw_sites(inset, sites)
    inset.set(xlim=(left, right), ylim=(bottom, top), facecolor="white")
    inset.set_axis_on()
    inset.set(xticks=[], yticks=[])
    inset.spines[:].set(visible=True, color=style.REFERENCE, lw=0.6)
    inset.text(0.03, 0.96, "Europe", transform=inset.transAxes, va="top", fontsize=7)
    _write_numbers(inset, sites, numbers, inch=0.27 * style.FULL_WIDTH / (right - left))
    indicator = ax.indicate_inset_zoom(inset, edgecolor=style.REFERENCE, lw=0.6, alpha=1)
    for connector in indicator.connectors:
        connector.set_visible(False)  # they would cross two continents


def _write_numbers(ax: Axes, sites: pd.DataFrame, numbers: pd.Series, *, inch: float) -> None:
    """Write numbers beside markers, each where it covers least of what is already there.

    Args:
        inch: inches of the page to a unit of the map.
    """
    x, y = equal_earth(sites["lon"].to_numpy(), sites["lat"].to_numpy())
    px, py = x * inch, y * inch
    taken = [(a - 0.04, b - 0.04, a + 0.04, b + 0.04) for a, b in zip(px, py, strict=True)]
    angles = np.radians(np.arange(0, 360, 30))
    for number, a, b in zip(numbers, px, py, strict=True):
        half = _DIGIT * len(str(number)) / 2
        best = None
        for away in (_AWAY, 1.9 * _AWAY, 3 * _AWAY):
            for angle in angles:
                cx = a + (away + half - 0.02) * np.cos(angle)
                cy = b + away * np.sin(angle)
                box = (cx - half, cy - _HALF_HEIGHT, cx + half, cy + _HALF_HEIGHT)
                cost = sum(_overlap(box, other) for other in taken)
                if best is None or cost < best[0] - 1e-9:
                    best = cost, cx, cy, box, away
            if best[0] < 1e-9:
                break
        _, cx, cy, box, away = best
        taken.append(box)
        if away > _AWAY:
            ax.plot([a / inch, cx / inch], [b / inch, cy / inch], color=style.INK, lw=0.35,
                    zorder=3.5)  # fmt: skip
        ax.text(
            cx / inch, cy / inch, f"{number}", ha="center", va="center_baseline",
            fontsize=7, zorder=5,
        )  # fmt: skip


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return the area that two boxes (left, bottom, right, top) share."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)
