"""The standard deviation of the map of XCO2: where, when, and whether it tells the errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.columns.figures.maps import bounds
from carbonscape.evaluation.seasons import ALL, SEASONS
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height

#: Looks of the bands of latitude (colours of Okabe and Ito, colour-blind safe), and of all land.
_BANDS = {
    ALL: style.SeriesStyle(style.INK, "", "-"),
    "60-90 N": style.SeriesStyle("#0072B2", "o", "-"),
    "30-60 N": style.SeriesStyle("#56B4E9", "s", "-"),
    "0-30 N": style.SeriesStyle("#E69F00", "^", "-"),
    "0-30 S": style.SeriesStyle("#D55E00", "v", "-"),
    "30-60 S": style.SeriesStyle("#7B3294", "D", "-"),
}

#: What groups are called where the name in the table is no word of a figure.
_GROUPS = {ALL: "All", "observed": "Gases observed", "climatology": "Gases: climatology"}

_SHADE = "#f4f4f2"

#: Shares that the factors were fitted for, their columns, looks, names and places in a row.
_SHARES = (
    (0.68, "coverage", "#0072B2", "o", "68 % interval", -0.14),
    (0.95, "coverage95", "#D55E00", "s", "95 % interval", 0.14),
)

#: Share of the cells and seasons that the scale of the maps holds.
_HELD = 0.99

_STD = f"standard deviation ({style.XCO2_UNIT})"


@style.styled
def draw_spread(
    maps: xr.Dataset,
    months: pd.DataFrame,
    groups: pd.DataFrame,
    bins: pd.DataFrame,
    *,
    land: list[np.ndarray],
    simulated: bool,
    shown: str,
) -> Figure:
    """Draw the standard deviation on maps of one scale, by month, and beside held-out errors.

    Args:
        maps: mean (lat, lon) and seasonal (season, lat, lon), ppm, of ``evaluation.spread_maps``.
        months: an XCO2_SPREAD_MONTHS table.
        groups: an XCO2_SPREAD_GROUPS table.
        bins: an XCO2_SPREAD_BINS table.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.
    """
    rows = map_height(style.FULL_WIDTH / 2) + 0.2
    above, below = 3 * rows + 0.55, 0.155 * max(len(groups), 9) + 1.15
    figure = style.new_figure(height=above + below + 0.2)
    top, bottom = figure.subfigures(2, 1, height_ratios=[above, below])
    axes = top.subplots(3, 2)
    flat = [*axes.flat]
    _draw_maps(top, [flat[0], *flat[2:]], maps, land)
    _draw_months(flat[1], months)
    left, right = bottom.subplots(1, 2)
    _draw_coverage(left, groups)
    _draw_bins(right, bins)
    style.panel_letters([*flat, left, right])
    text = f"map of {style.xco2_label(shown)}; land without a value is grey"
    style.say_above(figure, text, simulated=simulated)
    return figure


def _draw_maps(top: Figure, axes: list[Axes], maps: xr.Dataset, land: list[np.ndarray]) -> None:
    """Draw the mean of all months and of each season on one scale."""
    seasonal = maps["seasonal"].values
    found = seasonal[np.isfinite(seasonal)]
    held = float(np.quantile(found, _HELD)) if found.size else 0.0
    norm = Normalize(0, max(0.1, 0.1 * np.ceil(held / 0.1 - 1e-9)))
    first, last = (maps.attrs[f"{end}_month"] for end in ("first", "last"))
    panels = {f"Mean, {first} to {last}": maps["mean"].values}
    panels |= {name: maps["seasonal"].sel(season=name).values for name in SEASONS}
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        draw_cells(
            ax, values, **bounds(maps), rings=land, cmap=style.DENSITY, norm=norm, columns=1000
        )
        ax.set_title(title, loc="left")
        if not np.isfinite(values).any():
            box = {"fc": "white", "ec": "none", "pad": 2}
            ax.text(0.5, 0.5, "no month", transform=ax.transAxes, ha="center", zorder=5, bbox=box)
    over = found.size and found.max() > norm.vmax
    bar = top.colorbar(
        ScalarMappable(norm, style.DENSITY), ax=axes[1:], location="bottom", shrink=0.6,
        aspect=40, pad=0.02, extend="max" if over else "neither",
    )  # fmt: skip
    bar.set_label(f"Mean {_STD}")
    bar.outline.set_linewidth(0.4)


def _draw_months(ax: Axes, months: pd.DataFrame) -> None:
    """Draw the mean of each calendar month, a line a band of latitude."""
    for name, look in _BANDS.items():
        band = months[months["band"] == name]
        if len(band):
            width = 1.8 if name == ALL else 1.0
            ax.plot(
                band["month"], band["std"], color=look.color, marker=look.marker, ls=look.line,
                lw=width, ms=3, mec="white", mew=0.3, label=_band(name),
            )  # fmt: skip
    ax.set_title("By month and latitude", loc="left")
    ax.set_xticks(range(1, 13), list("JFMAMJJASOND"))
    ax.set_xlim(0.7, 12.3)
    ax.set_ylim(0, 1.08 * months["std"].max() if len(months) else 1)
    ax.set_ylabel(f"Mean ({style.XCO2_UNIT})")
    ax.grid(axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.48, -0.13), ncols=3, borderaxespad=0,
              columnspacing=1.0, labelspacing=0.25)  # fmt: skip


def _band(name: str) -> str:
    """Return what a band of latitude is called: '60–90° N'."""
    span, _, side = name.partition(" ")
    return f"{span.replace('-', '–')}° {side}" if side else "All land"


def _draw_coverage(ax: Axes, groups: pd.DataFrame) -> None:
    """Draw the share of errors within the interval, a row a group, beside what was fitted."""
    ax.set_title("Held-out errors inside, by group", loc="left")
    scopes = groups["scope"].tolist()
    for row, one in enumerate(groups.to_dict("records")):
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_SHADE, lw=0, zorder=0)
        if row and scopes[row - 1] != scopes[row]:
            ax.axhline(row - 0.5, color=style.REFERENCE, lw=0.5, zorder=1)
        for _, name, color, marker, _, apart in _SHARES:
            ends = [one[f"{name}_low"], one[f"{name}_high"]]
            ax.plot([100 * end for end in ends], [row + apart] * 2, color=color, lw=1.2, zorder=2)
            ax.plot(100 * one[name], row + apart, color=color, marker=marker, ms=4.2, ls="none",
                    mec="white", mew=0.35, zorder=3)  # fmt: skip
    for share, _, color, *_ in _SHARES:
        ax.axvline(100 * share, color=color, lw=0.8, ls=(0, (3, 2)), zorder=1)
    ax.set_yticks(range(len(groups)), [_group(one) for one in groups.itertuples()])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, 103)
    ax.grid(axis="x")
    ax.set_xlabel("Share of the errors (%)")
    handles = [
        Line2D([], [], color=color, marker=marker, ms=4.2, lw=1.2, label=text)
        for _, _, color, marker, text, _ in _SHARES
    ]
    handles.append(
        Line2D([], [], color=style.REFERENCE, lw=0.8, ls=(0, (3, 2)), label="share fitted")
    )
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.4, -0.19), ncols=3,
              borderaxespad=0, columnspacing=1.0)  # fmt: skip


def _group(one: tuple) -> str:
    """Return the name of a group with its number of samples."""
    name = _band(one.group) if one.scope == "latitude" else _GROUPS.get(one.group, one.group)
    return f"{name}, n = {one.samples:,}"


def _draw_bins(ax: Axes, bins: pd.DataFrame) -> None:
    """Draw the errors in bins of the standard deviation, and the line of equal numbers."""
    ax.set_title("Held-out errors by standard deviation", loc="left")
    columns = ["std", "error", "error_high", "rmse"]
    highest = float(np.nanmax(bins[columns].to_numpy(dtype=float), initial=0)) or 1.0
    limit = 1.06 * highest
    ax.plot([0, limit], [0, limit], color=style.REFERENCE, lw=0.8, zorder=1)
    ends = np.abs(bins[["error_low", "error_high"]].sub(bins["error"], axis=0)).to_numpy().T
    ax.errorbar(
        bins["std"], bins["error"], yerr=ends, color="#0072B2", marker="o", ls="none", ms=4.2,
        mec="white", mew=0.35, elinewidth=1.0, zorder=3, label="68 % of the errors are smaller",
    )  # fmt: skip
    ax.plot(bins["std"], bins["rmse"], color=style.INK, marker="o", mfc="white", ls="none", ms=3.6,
            mew=0.8, zorder=2.5, label="RMSE")  # fmt: skip
    ax.set(xlim=(0, limit), ylim=(0, limit), xlabel=f"Mean {_STD}",
           ylabel=f"Error ({style.XCO2_UNIT})")  # fmt: skip
    ax.grid()
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.19), ncols=2, borderaxespad=0,
              columnspacing=1.0)  # fmt: skip
