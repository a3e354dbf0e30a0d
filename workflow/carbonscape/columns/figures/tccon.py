"""Figures 6, 7 and 8: OCO and the product against TCCON, pooled, site by site and as series."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from carbonscape.columns.figures import scatter as xco2_scatter
from carbonscape.figures import style
from carbonscape.figures.maps import draw_world, equal_earth

#: The satellites' own values, beside which the product stands.
OCO = "oco"

#: Letters of a title that two panels beside each other have room for.
_TITLE = 42

#: The end of the scale of the bias at sites is this at least, ppm.
_LEAST_BIAS = 0.5

#: Looks of the three series of figure 8, in the paper's colours as Okabe and Ito have them.
SERIES = {
    "tccon": style.SeriesStyle("#009E73", "s", "none"),
    "oco": style.SeriesStyle("#0072B2", "^", "none"),
    "product": style.SeriesStyle("#E69F00", "o", "-"),
}

_EQUAL = {"color": style.REFERENCE, "lw": 0.7, "zorder": 1.5}


@style.styled
def draw_fig06(
    site_scores: pd.DataFrame,
    sites: pd.DataFrame,
    density: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    land: list[np.ndarray],
    shown: str,
    simulated: bool,
) -> Figure:
    """Draw the bias of OCO and of the product at TCCON sites, and scatters of all months.

    Args:
        site_scores: product, site and the scores of its months, among them bias (ppm).
        sites: a TCCON_SITES table.
        density: dataset (``oco`` or a product), observed, predicted (centres, ppm) and share.
        scores: dataset, samples, r2, rmse, mae, bias, slope and intercept.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        shown: the product, ``<model>-<time input>``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 6.
    """
    if density.empty:
        return style.empty_figure("Nothing to show: no month of a TCCON site has a value.")
    datasets = (OCO, shown)
    figure = style.new_figure(height=5.6)
    grid = figure.add_gridspec(2, 2, height_ratios=[1, 1.85])
    maps = [figure.add_subplot(grid[0, at]) for at in (0, 1)]
    panels = [figure.add_subplot(grid[1, at]) for at in (0, 1)]
    norm = _bias_norm(site_scores[site_scores["product"].isin(datasets)]["bias"])
    for ax, dataset in zip(maps, datasets, strict=True):
        _draw_bias(ax, site_scores[site_scores["product"] == dataset], sites, norm, land)
        _set_title(ax, f"{style.xco2_label(dataset)} minus TCCON")
    bar = figure.colorbar(
        ScalarMappable(norm, style.DIVERGING), ax=maps, location="bottom", shrink=0.5, aspect=36,
        pad=0.02, extend="both",
    )  # fmt: skip
    bar.set_label(f"Mean bias at a site ({style.XCO2_UNIT}); ×: no common month")
    bar.outline.set_linewidth(0.4)
    shares = xco2_scatter.share_norm(density["share"])
    limits = xco2_scatter.square_limits(density)
    mesh = None
    for ax, dataset in zip(panels, datasets, strict=True):
        bins = density[density["dataset"] == dataset]
        _set_title(ax, style.xco2_label(dataset))
        ax.set_xlabel(f"TCCON XCO₂ ({style.XCO2_UNIT})")
        if bins.empty:
            ax.set(xlim=limits, ylim=limits, aspect="equal")
            ax.text(0.5, 0.5, "no common month", transform=ax.transAxes, ha="center",
                    color=style.REFERENCE)  # fmt: skip
            continue
        row = scores[scores["dataset"] == dataset].iloc[0]
        mesh = xco2_scatter.draw_pairs(ax, bins, row, norm=shares, limits=limits)
    panels[0].set_ylabel(f"XCO₂ of OCO or of the product ({style.XCO2_UNIT})")
    xco2_scatter.share_bar(figure, mesh, panels, text="of the months")
    style.panel_letters([*maps, *panels])
    figure.legend(handles=xco2_scatter.line_handles(), loc="outside lower center", ncols=2)
    if simulated:
        style.say_simulated(figure)
    return figure


def _set_title(ax: Axes, text: str) -> None:
    """Set the title of one of two panels, in lines that fit, the letter before it counted."""
    ax.set_title(textwrap.fill(f"(a) {text}", _TITLE).removeprefix("(a) "), loc="left")


def _bias_norm(bias: pd.Series) -> Normalize:
    """Return a scale about zero in steps of 0.5 ppm that holds nine tenths of the sites."""
    size = np.abs(bias.dropna().to_numpy())
    highest = float(np.quantile(size, 0.9)) if size.size else 0.0
    limit = max(_LEAST_BIAS, 0.5 * np.ceil(highest / 0.5))
    return Normalize(-limit, limit)


def _draw_bias(
    ax: Axes, scores: pd.DataFrame, sites: pd.DataFrame, norm: Normalize, land: list[np.ndarray]
) -> None:
    """Draw the bias of each site on a map; sites without a common month are crosses."""
    draw_world(ax, land, south=-60.0 if sites["lat"].min() > -60 else -90.0)
    placed = sites[["site", "lat", "lon"]].merge(scores[["site", "bias"]], "left", on="site")
    x, y = equal_earth(placed["lon"], placed["lat"])
    known = placed["bias"].notna()
    ax.scatter(x[~known], y[~known], c=style.INK, marker="x", lw=0.8, s=12, zorder=4)
    ax.scatter(
        x[known], y[known], c=placed["bias"][known], cmap=style.DIVERGING, norm=norm,
        ec=style.INK, lw=0.5, s=24, zorder=5,
    )  # fmt: skip


@style.styled
def draw_fig07(
    pairs: pd.DataFrame, site_scores: pd.DataFrame, *, shown: str, simulated: bool
) -> Figure:
    """Draw the product against TCCON, a panel a site, all on one scale.

    Args:
        pairs: a TCCON_PAIRS table.
        site_scores: product, site, samples, r2, rmse, mae, bias, slope and intercept.
        shown: the product, ``<model>-<time input>``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 7.
    """
    pairs = pairs[pairs["product"] == shown]
    if pairs.empty:
        return style.empty_figure("Nothing to show: no month of a TCCON site has a value.")
    scores = site_scores[site_scores["product"] == shown].set_index("site")
    names = sorted(set(pairs["site"]))
    rows, columns = _places(len(names), most=5)
    width = style.FULL_WIDTH if columns > 1 else style.COLUMN_WIDTH + 0.4
    side = (width - 0.6) / columns
    figure = style.new_figure(width=width, height=rows * (side + 0.12) + 0.75)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    limits = (
        float(np.floor(pairs[["observed", "predicted"]].to_numpy().min())) - 1,
        float(np.ceil(pairs[["observed", "predicted"]].to_numpy().max())) + 1,
    )
    color = SERIES["product"].color
    for ax, name in zip(axes.flat, names, strict=False):
        site = pairs[pairs["site"] == name]
        ax.plot(limits, limits, **_EQUAL)
        for trained, face in ((True, "none"), (False, color)):
            part = site[site["in_sample"] == trained]
            ax.scatter(
                part["observed"], part["predicted"], s=9, marker="o", fc=face,
                ec=color if trained else "white", lw=0.6 if trained else 0.25, zorder=2.5,
            )  # fmt: skip
        ax.set(xlim=limits, ylim=limits, aspect="equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(3 if columns > 2 else 5, steps=[1, 2, 5, 10]))
        ax.set_title(name, loc="left", fontsize=7.5)
        _write_site_scores(ax, scores.loc[name], small=columns > 2)
    _finish(figure, axes, len(names))
    for column in axes.T:
        bottom = [ax for ax in column if ax.axison]
        if bottom:
            bottom[-1].set_xlabel(f"TCCON XCO₂ ({style.XCO2_UNIT})")
    figure.supylabel(f"{style.xco2_label(shown)} XCO₂ ({style.XCO2_UNIT})", fontsize=7.5)
    handles = [Line2D([], [], label="1:1", **_EQUAL)]
    handles += [
        Line2D([], [], ls="none", marker="o", ms=3.6, mfc=face, mec=edge, mew=0.6, label=text)
        for face, edge, text in (
            (color, "white", "month and cell without a training sample"),
            ("none", color, "month and cell of a training sample"),
        )
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3 if columns > 1 else 1)
    if simulated:
        style.say_simulated(figure)
    return figure


def _write_site_scores(ax: Axes, scores: pd.Series, *, small: bool) -> None:
    """Write the scores of one site into its panel."""
    r2 = "–" if pd.isna(scores["r2"]) else style.number(scores["r2"])
    texts = [f"R² {r2}", f"RMSE {style.number(scores['rmse'])}", f"n {int(scores['samples'])}"]
    ax.text(
        0.05, 0.96, "\n".join(texts), transform=ax.transAxes, va="top",
        fontsize=7, linespacing=1.25,
        bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1},
    )  # fmt: skip


def _places(count: int, *, most: int) -> tuple[int, int]:
    """Return rows and columns for panels: as square as may be, ``most`` columns at most."""
    columns = min(most, max(1, int(np.ceil(np.sqrt(count)))))
    return -(-count // columns), columns


def _finish(figure: Figure, axes: np.ndarray, count: int) -> None:
    """Empty the places without a panel; give the last panel of each column its labels."""
    for ax in axes.flat[count:]:
        ax.set_axis_off()
    for column in axes.T:
        shown = [ax for ax in column if ax.axison]
        if shown:
            shown[-1].tick_params(labelbottom=True)


@style.styled
def draw_fig08(series: pd.DataFrame, *, shown: str, simulated: bool) -> Figure:
    """Draw the monthly series of TCCON, OCO and the product, a panel a site.

    Args:
        series: site, year, month, tccon, oco and product (ppm; missing where there is none).
        shown: the product, ``<model>-<time input>``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 8.
    """
    if series.empty:
        return style.empty_figure("Nothing to show: no TCCON site has months in this run.")
    names = sorted(set(series["site"]))
    columns = 1 if len(names) <= 4 else 2 if len(names) <= 10 else 3
    rows = -(-len(names) // columns)
    height = {1: 1.35, 2: 1.15, 3: 1.0}[columns]
    figure = style.new_figure(height=rows * height + 0.75)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    # January 2015 stands at 2015: ticks are the beginnings of years.
    series = series.assign(at=series["year"] + (series["month"] - 1) / 12)
    months = pd.DataFrame({"at": np.arange(
        round(12 * series["at"].min()), round(12 * series["at"].max()) + 1)})  # fmt: skip
    for ax, name in zip(axes.flat, names, strict=False):
        site = series[series["site"] == name]
        site = site.assign(index=np.rint(12 * site["at"]).astype(int)).set_index("index")
        whole = site.reindex(months["at"])  # a month without a row breaks the line
        for column, look in sorted(SERIES.items(), reverse=True, key=lambda item: item[0]):
            ax.plot(
                months["at"] / 12, whole[column], color=look.color, marker=look.marker,
                ls=look.line, lw=0.7, ms=2.4 if columns == 3 else 3, mec="white", mew=0.2,
                zorder={"product": 2, "tccon": 3, "oco": 4}[column],
            )  # fmt: skip
        ax.set_title(name, loc="left", fontsize=7.5, pad=2)
        ax.grid(axis="y")
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    first, last = months["at"].min() / 12, (months["at"].max() + 1) / 12
    if last - first > 1.5:
        axes[0, 0].xaxis.set_major_locator(
            MaxNLocator(4 if columns == 3 else 8, steps=[1, 2, 5, 10], integer=True)
        )
    else:
        every = months["at"][:: 1 if len(months) <= 6 else 3]
        axes[0, 0].set_xticks(every / 12, [f"{at // 12}-{at % 12 + 1:02d}" for at in every])
    axes[0, 0].set_xlim(first - 0.05, last + 0.02)
    _finish(figure, axes, len(names))
    figure.supylabel(f"XCO₂ ({style.XCO2_UNIT})", fontsize=7.5)
    labels = {"tccon": "TCCON", "oco": style.label(OCO), "product": style.xco2_label(shown)}
    handles = [
        Line2D([], [], color=look.color, marker=look.marker, ls=look.line, ms=4, mec="white",
               mew=0.25, label=labels[name])
        for name, look in SERIES.items()
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    if simulated:
        style.say_simulated(figure)
    return figure
