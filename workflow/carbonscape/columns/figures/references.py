"""XCO2 beside what others measure and compute: CAMS-EGG4 in every cell, spectra at every site."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.columns.figures.maps import bounds, draw_bar, symmetric
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import bar_place, map_height

#: Inches of a site's row.
_ROW = 0.17

_INSTRUMENTS = {"oco2": ("#0072B2", "o", -0.16), "oco3": ("#D55E00", "s", 0.16)}


@style.styled
def draw_egg4(
    differences: xr.Dataset, *, land: list[np.ndarray], simulated: bool, shown: str
) -> Figure:
    """Draw how far the product lies from CAMS-EGG4 in every cell, over all common months.

    Args:
        differences: difference and rmse (lat, lon), ppm, of ``evaluation.reanalysis``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.
    """
    values = {name: differences[name].values for name in ("difference", "rmse")}
    there = values["rmse"][np.isfinite(values["rmse"])]
    if not there.size:
        return style.empty_figure("Nothing to show: no month has the product and CAMS-EGG4.")
    highest = max(0.5, 0.5 * np.ceil(float(np.quantile(there, 0.98)) / 0.5))
    looks = {
        "difference": (style.DIVERGING, symmetric(values["difference"]), "both",
                       f"Mean of product minus CAMS-EGG4 ({style.XCO2_UNIT})"),
        "rmse": (style.COLUMN, Normalize(0, highest), "max",
                 f"Root mean square difference ({style.XCO2_UNIT})"),
    }  # fmt: skip
    figure = style.new_figure(height=map_height(style.FULL_WIDTH / 2) + 1.15)
    axes = figure.subplots(1, 2)
    for ax, (name, (cmap, norm, extend, label)) in zip(axes, looks.items(), strict=True):
        draw_cells(
            ax, values[name], **bounds(differences), rings=land, cmap=cmap, norm=norm, columns=1000
        )
        place = ax.inset_axes(bar_place(left=0.03))
        draw_bar(figure, cmap, norm, label=label, extend=extend, cax=place)
    style.panel_letters(axes)
    first, last = (differences.attrs[f"{end}_month"] for end in ("first", "last"))
    text = f"{style.xco2_label(shown)}, {first} to {last}; land without a value is grey"
    style.say_above(figure, text, simulated=simulated)
    return figure


@style.styled
def draw_kernels(sites: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw what OCO and TCCON differ by at every site, with averaging kernels and without.

    Args:
        sites: an XCO2_KERNEL_SITES table.
        simulated: whether the Earth is a simulated one, which the title then says.
    """
    if sites.empty:
        return style.empty_figure("Nothing to show: no sounding meets a spectrum.")
    names = sites["site"].drop_duplicates().sort_values().tolist()
    figure = style.new_figure(height=_ROW * len(names) + 1.2)
    ax = figure.subplots()
    for row in range(0, len(names), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f4f4f2", lw=0, zorder=0)
    ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
    for one in sites.itertuples():
        color, marker, offset = _INSTRUMENTS[one.instrument]
        y = names.index(one.site) + offset
        look = {"ls": "none", "marker": marker, "ms": 4, "zorder": 3}
        if np.isfinite(one.kernels):
            ax.plot([one.plain, one.kernels], [y, y], color=color, lw=0.6, zorder=2)
            ax.plot(one.kernels, y, mfc=color, mec=color, mew=0.8, **look)
        ax.plot(one.plain, y, mfc="white", mec=color, mew=0.8, **{**look, "zorder": 2.5})
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_xlabel(f"Mean of OCO minus TCCON ({style.XCO2_UNIT})")
    figure.legend(handles=_handles(sites), loc="outside lower center", ncols=4)
    if simulated:
        style.say_simulated(figure)
    return figure


def _handles(sites: pd.DataFrame) -> list[Line2D]:
    """Return the legend: instruments that there are, and what is filled."""
    handles = [
        Line2D([], [], ls="none", marker=marker, color=color, ms=4, label=style.label(name))
        for name, (color, marker, _) in _INSTRUMENTS.items()
        if (sites["instrument"] == name).any()
    ]
    for face, text in (
        (style.INK, "priors and kernels applied"),
        ("white", "as the files give it"),
    ):
        look = {"mfc": face, "mec": style.INK}
        handles.append(Line2D([], [], ls="none", marker="o", ms=4, label=text, **look))
    return handles
