"""The maps of XCO2 against the true ones: what only a simulated Earth can show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.columns.evaluation.skill import BASELINES
from carbonscape.columns.figures.maps import bounds, draw_bar, symmetric
from carbonscape.figures import style
from carbonscape.figures.layout import legend_columns
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.model_rows import HALO
from carbonscape.figures.views import bar_place, map_height

#: R2 under this is an arrow at the edge of its panel, with its number.
R2_FLOOR = -1.0

#: How far the axis of R2 goes on under the floor, so that numbers there cover no marker.
_BEYOND_ROOM = 0.7

_SCOPES = ("global", "season", "tropomi", "continent")
_GROUPS = {"all": "All land", "observed": "Gases observed", "climatology": "Gases: climatology"}
_BANDS = "#f4f4f2"

#: What stands for each error of a scheme: face and marker.
_STEPS = {
    "rmse": ("white", "o", "held-out samples against soundings"),
    "rmse_truth": ("fill", "o", "the same against the truth"),
    "map_rmse": ("line", "", "the whole map against the truth"),
}


@style.styled
def draw_truth(
    maps: xr.Dataset,
    scores: pd.DataFrame,
    gap: pd.DataFrame,
    *,
    land: list[np.ndarray],
    shown: str,
    simulated: bool,
) -> Figure:
    """Draw where the shown product is wrong, what every product scores, and what was promised.

    Args:
        maps: bias and rmse (ppm) and correlation (lat, lon) of ``evaluation.xco2_truth``.
        scores: an XCO2_TRUTH_SCORES table.
        gap: an XCO2_TRUTH_GAP table; may be empty.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        shown: the product of the maps, ``<model>-<time input>``.
        simulated: whether the title says that the Earth is a simulated one.
    """
    groups = _groups(scores)
    steps = _step_rows(gap)
    lower = 0.15 * max(len(groups), 5) + 0.55
    middle = max(2.1, 0.15 * len(steps) + 0.75)
    upper = map_height(style.FULL_WIDTH / 2) + 0.634
    figure = style.new_figure(height=upper + middle + lower + 0.75)
    rows = figure.add_gridspec(3, 2, height_ratios=[upper, middle, lower])
    axes = [figure.add_subplot(rows[at // 2, at % 2]) for at in range(6)]
    _draw_maps(figure, axes[:3], maps, land)
    looks = style.product_styles(scores["product"])
    _draw_gap(axes[3], gap, steps, looks)
    _draw_scores(axes[4], scores, groups, looks, "rmse")
    _draw_scores(axes[5], scores, groups, looks, "r2_detrended")
    axes[4].set_yticks(range(len(groups)), [text for _, _, text in groups])
    axes[5].set_yticks(range(len(groups)), [""] * len(groups))
    style.panel_letters(axes)
    handles = _handles(looks)
    columns = legend_columns(handle.get_label() for handle in handles)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    # Above all panels: the name of a product is too long for the title of each map.
    style.say_above(figure, f"maps of {style.xco2_label(shown)}", simulated=simulated)
    return figure


def _draw_maps(figure: Figure, axes: list[Axes], maps: xr.Dataset, land: list[np.ndarray]) -> None:
    """Draw bias, RMSE and correlation of each cell, each with its colour bar."""
    rmse = maps["rmse"].values[np.isfinite(maps["rmse"].values)]
    highest = float(np.quantile(rmse, 0.98)) if rmse.size else 1.0
    looks = {
        "bias": (style.DIVERGING, symmetric(maps["bias"].values), "Bias"),
        "rmse": (style.COLUMN, Normalize(0, max(0.5, 0.5 * np.ceil(highest / 0.5))), "RMSE"),
        "correlation": (style.DIVERGING, Normalize(-1, 1), "Anomalies"),
    }
    labels = {
        "bias": f"Mean of map minus truth ({style.XCO2_UNIT})",
        "rmse": f"Over all months ({style.XCO2_UNIT})",
        "correlation": "Correlation with the truth",
    }
    for ax, (variable, (cmap, norm, title)) in zip(axes, looks.items(), strict=True):
        draw_cells(
            ax, maps[variable].values, **bounds(maps), rings=land, cmap=cmap, norm=norm,
            columns=1000,
        )  # fmt: skip
        ax.set_title(title, loc="left")
        # Inside the panel's own place: the bar stays close to a map that is lower than its place.
        place = ax.inset_axes(bar_place(left=0.15))
        extend = {"bias": "both", "rmse": "max", "correlation": "neither"}[variable]
        draw_bar(figure, cmap, norm, label=labels[variable], extend=extend, cax=place)


def _groups(scores: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return scope, group and label of the rows of the lower panels, from the top."""
    chosen = scores[scores["scope"].isin(_SCOPES)].drop_duplicates(["scope", "group"])
    found = [(row.scope, row.group, _GROUPS.get(row.group, row.group))
             for row in chosen.itertuples()]  # fmt: skip
    return sorted(found, key=lambda row: _SCOPES.index(row[0]))


def _step_rows(gap: pd.DataFrame) -> list[tuple[str, str]]:
    """Return product and scheme of the rows of the panel of schemes, from the top."""
    schemes = style.ordered(gap["scheme"])
    found = set(zip(gap["product"], gap["scheme"], strict=True))
    return [
        (product, scheme)
        for product in style.ordered_products(gap["product"])
        for scheme in schemes
        if (product, scheme) in found
    ]


def _draw_gap(
    ax: Axes,
    gap: pd.DataFrame,
    steps: list[tuple[str, str]],
    looks: Mapping[str, style.SeriesStyle],
) -> None:
    """Draw what each scheme said of the error, and the error of the whole map."""
    ax.set_title("Error by cross-validation and of the map", loc="left")
    if gap.empty:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "no product was cross-validated", transform=ax.transAxes, ha="center",
                color=style.REFERENCE)  # fmt: skip
        return
    table = gap.set_index(["product", "scheme"])
    for row, key in enumerate(steps):
        color = looks[key[0]].color
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        if row and steps[row - 1][0] != key[0]:
            ax.axhline(row - 0.5, color=style.REFERENCE, lw=0.5, zorder=1)
        values = table.loc[key]
        for name, (face, marker, _) in _STEPS.items():
            if face == "line":
                ax.plot([values[name]] * 2, [row - 0.5, row + 0.5], color=color, lw=1.2, zorder=2)
                continue
            filled = face == "fill"
            ax.plot(
                values[name], row, marker=marker, ms=4.2, mfc=color if filled else "white",
                mec="white" if filled else color, mew=0.35 if filled else 0.8, ls="none", zorder=3,
            )  # fmt: skip
    ax.set_yticks(range(len(steps)), [style.label(scheme) for _, scheme in steps])
    ax.set_ylim(len(steps) - 0.5, -0.5)
    ax.set_xlim(0, 1.08 * gap[list(_STEPS)].to_numpy().max())
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_xlabel(f"RMSE ({style.XCO2_UNIT})")
    ax.legend(handles=_step_handles(), loc="upper center", bbox_to_anchor=(0.35, -0.2),
              fontsize=7, borderaxespad=0, labelspacing=0.25)  # fmt: skip


def _step_handles() -> list[Line2D]:
    """Return legend entries for the errors of a scheme."""
    handles = []
    for face, marker, text in _STEPS.values():
        if face == "line":
            handles.append(Line2D([], [], color=style.INK, lw=1.2, label=text))
            continue
        look = {"mfc": style.INK if face == "fill" else "white", "mec": style.INK}
        handles.append(Line2D([], [], ls="none", marker=marker, ms=4, label=text, **look))
    return handles


def _draw_scores(
    ax: Axes,
    scores: pd.DataFrame,
    groups: list[tuple[str, str, str]],
    looks: Mapping[str, style.SeriesStyle],
    metric: str,
) -> None:
    """Draw one score of every product and group; hollow where a baseline does better."""
    table = scores.set_index(["product", "scope", "group"])
    offsets = np.linspace(-0.24, 0.24, len(looks)) if len(looks) > 1 else [0.0]
    for row, (scope, group, _) in enumerate(groups):
        beyond = 0
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        if row and groups[row - 1][0] != scope:
            ax.axhline(row - 0.5, color=style.REFERENCE, lw=0.5, zorder=1)
        for (product, look), offset in zip(looks.items(), offsets, strict=True):
            if (product, scope, group) not in table.index:
                continue
            found = table.loc[(product, scope, group)]
            if pd.isna(found[metric]):
                continue
            if metric != "rmse" and found[metric] < R2_FLOOR:
                _write_beyond(ax, found[metric], row, look.color, number=beyond)
                beyond += 1
                continue
            filled = found["beats_baseline"] or product.split("-", 1)[0] in BASELINES
            ax.plot(
                found[metric], row + offset, ls="none", marker=look.marker, ms=look.size(4.6),
                mfc=look.color if filled else "white", mec="white" if filled else look.color,
                mew=0.35 if filled else 0.8, zorder=3,
            )  # fmt: skip
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    chosen = scores[scores["scope"].isin(_SCOPES)][metric].dropna()
    if metric == "rmse":
        ax.set_title(f"RMSE against the truth ({style.XCO2_UNIT})", loc="left")
        ax.set_xlim(0, 1.08 * chosen.max() if len(chosen) else 1)
    else:
        ax.set_title("R² against the truth, without the trend", loc="left")
        ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
        low = float(chosen.min()) if len(chosen) else 0.0
        # Room at the left for the numbers of those that are beyond, clear of the markers.
        ax.set_xlim(R2_FLOOR - _BEYOND_ROOM if low < R2_FLOOR else min(0.0, low) - 0.05, 1.03)


def _write_beyond(ax: Axes, value: float, y: float, color: str, *, number: int) -> None:
    """Write an R2 under the floor at the edge of its row, after ``number`` others."""
    edge = ax.get_yaxis_transform()
    if number == 0:
        ax.plot(0.012, y, marker="<", ms=3, color=color, transform=edge)
    ax.annotate(
        style.number(value, decimals=1), (0.012, y), (4 + 26 * number, 0), xycoords=edge,
        textcoords="offset points", va="center", fontsize=7, color=color, path_effects=HALO,
    )  # fmt: skip


def _handles(looks: Mapping[str, style.SeriesStyle]) -> list[Line2D]:
    """Return the legend of the products."""
    handles = [
        Line2D([], [], ls="none", marker=look.marker, color=look.color, mec="white", mew=0.35,
               ms=look.size(5), label=style.xco2_label(name, looks))
        for name, look in looks.items()
    ]  # fmt: skip
    text = "hollow: not better than the baseline"
    handles.append(Line2D([], [], ls="none", marker="o", mfc="white", mec=style.INK, ms=4.2,
                          label=text))  # fmt: skip
    return handles
