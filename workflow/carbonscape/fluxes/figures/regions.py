"""Figures 12 and A1: a flux by latitude and by SREX region, and where these regions lie."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.projection import equal_earth, project_ring
from carbonscape.figures.views import degrees_text, zoomed
from carbonscape.products.product import Product

#: Pale colours that all can tell apart (Paul Tol's "light" scheme); neighbours differ.
_PALE = ("#99DDFF", "#EEDD88", "#FFAABB", "#44BB99", "#DDDDDD", "#EE8866")

#: Columns of the list of names under the map of the regions.
_NAME_COLUMNS = 4

#: Characters of a line of the note under the panel of regions.
_NOTE_WIDTH = 110


@style.styled
def draw_fig12(
    latitude: pd.DataFrame, regions: pd.DataFrame, *, product: Product, simulated: bool
) -> Figure:
    """Draw every product by latitude, mean and sum, and by region, all in the same panels.

    A region in which no product has a value is left out and named under the panel.

    Args:
        latitude: a LATITUDE_BANDS table of ``evaluation.regions``.
        regions: a REGION_SUMS table of the same.
        product: the flux.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 12; the sum per degree of latitude is this project's.
    """
    looks = style.product_styles(latitude["product"])
    figure = style.new_figure(height=5.4 + 0.18 * -(-len(looks) // 3))
    panels = figure.subplot_mosaic([["mean", "sum"], ["regions", "regions"]])
    mean, summed, by_region = (panels[name] for name in ("mean", "sum", "regions"))
    for ax, column in ((mean, "mean"), (summed, "per_degree")):
        _profiles(ax, latitude, looks, column)
    mean.set_xlabel(f"Mean {product.label} of the cells ({style.ANNUAL_UNIT})")
    summed.set_xlabel(f"{product.label} per degree of latitude ({style.TOTAL_UNIT} degree⁻¹)")
    mean.set_title("(a) By latitude", loc="left")
    by_region.set_title("(b) By SREX region", loc="left")
    _by_region(by_region, regions, looks)
    by_region.set_ylabel(f"{product.label} ({style.TOTAL_UNIT})")
    handles, _ = mean.get_legend_handles_labels()
    names = [style.product_label(name, looks) for name in looks]
    figure.legend(handles, names, loc="outside lower center", ncols=min(3, len(looks)))
    if simulated:
        style.say_simulated(figure, looks)
    return figure


def _profiles(
    ax: Axes, latitude: pd.DataFrame, looks: Mapping[str, style.SeriesStyle], column: str
) -> None:
    """Draw a line a product, against the latitude of the middle of each band."""
    for name, look in looks.items():
        rows = latitude[latitude["product"] == name].sort_values("south")
        ax.plot(
            rows[column], (rows["south"] + rows["north"]) / 2, color=look.color, ls=look.line,
            marker=look.marker, ms=look.size(3), mec="white", mew=0.3, label=name,
        )  # fmt: skip
    valid = latitude[latitude["cells"] > 0]
    ends = (valid["south"].min(), valid["north"].max()) if len(valid) else (-90, 90)
    ax.set_ylim(ends[0] - 2, ends[1] + 2)
    # A region has lines closer than those of the world.
    ax.yaxis.set_major_locator(MultipleLocator(30 if ends[1] - ends[0] > 60 else 10))
    ax.yaxis.set_major_formatter(lambda lat, _: degrees_text(lat, "N", "S"))
    if column == "mean":
        ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlim(left=0)
    ax.grid()


def _by_region(ax: Axes, regions: pd.DataFrame, looks: Mapping[str, style.SeriesStyle]) -> None:
    """Draw a mark a product in a column a region; say which regions have none."""
    names = regions.drop_duplicates("region")["abbreviation"].tolist()
    table = regions.pivot_table("total", "abbreviation", "product", dropna=False).loc[names]
    known = table[table.notna().any(axis=1)]
    places = np.arange(len(known))
    width = 0.76 / len(looks)
    for place in places[::2]:
        ax.axvspan(place - 0.5, place + 0.5, color="#f3f2ee", lw=0, zorder=0)
    for number, (name, look) in enumerate(looks.items()):
        at = places + (number - (len(looks) - 1) / 2) * width
        ax.vlines(at, 0, known[name], color=look.color, lw=0.8, alpha=0.6)
        ax.plot(
            at, known[name], color=look.color, marker=look.marker, ls="none",
            ms=look.size(4.2 if len(looks) <= 4 else 3.4), mec="white", mew=0.3,
        )  # fmt: skip
    ax.set_xticks(places, known.index)
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.5, max(len(known), 1) - 0.5)
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.set_xlabel(_without_value(table, [*looks]), color=style.REFERENCE, fontsize=7)


def _without_value(table: pd.DataFrame, products: list[str]) -> str:
    """Return in words which regions have no value in all products, or in some of them."""
    # That all land lies in regions is no gap.
    absent = table.drop(index="none", errors="ignore").isna()
    lines = []
    nowhere = absent.index[absent.all(axis=1)]
    if len(nowhere):
        lines.append(f"Left out, without a cell with twelve months: {', '.join(nowhere)}")
    for name in products:
        some = absent.index[absent[name] & ~absent.all(axis=1)]
        if len(some):
            lines.append(f"{style.product_label(name, products)} has none in: {', '.join(some)}")
    # The map of a part of the globe leaves most regions out.
    return "\n".join(part for line in lines for part in textwrap.wrap(line, _NOTE_WIDTH))


@style.styled
def draw_figa1(mask: xr.Dataset, *, land: list[np.ndarray]) -> Figure:
    """Draw the cells of each SREX region, its outline and abbreviation; names stand below.

    Args:
        mask: ``RegionNumbers.mask`` of ``evaluation.regions``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.

    Source: the GPP paper, figure A1.
    """
    figure = style.new_figure(height=4.6)
    ax, names = figure.subplots(2, 1, height_ratios=[3.4, 1])
    numbers = mask["region"].values
    # Of the world, whatever is mapped: it shows where the regions are.
    with zoomed(None):
        draw_cells(
            ax, _colour_numbers(numbers), lat_bounds=mask["lat_bnds"], lon_bounds=mask["lon_bnds"],
            rings=land, cmap=ListedColormap(_PALE), norm=Normalize(-0.5, len(_PALE) - 0.5),
        )  # fmt: skip
    for number in range(mask.sizes["number"]):
        region = mask.isel(number=number)
        ring = np.column_stack([region["corner_lon"].values, region["corner_lat"].values])
        ring = ring[np.isfinite(ring).all(axis=1)]
        ax.plot(*project_ring(np.vstack([ring, ring[:1]])).T, color=style.INK, lw=0.8, zorder=2.5)
        x, y = equal_earth(float(region["centre_lon"]), float(region["centre_lat"]))
        ax.text(
            x, y, str(region["abbreviation"].values), ha="center", va="center", fontsize=7,
            weight="bold", zorder=3,
        )  # fmt: skip
    _list_names(names, mask)
    return figure


def _list_names(ax: Axes, mask: xr.Dataset) -> None:
    """Write abbreviations and names in columns."""
    ax.set_axis_off()
    ax.set(xlim=(0, _NAME_COLUMNS), ylim=(0, 1))
    texts = [
        f"{abbreviation}  {name}"
        for abbreviation, name in zip(mask["abbreviation"].values, mask["name"].values, strict=True)
    ]
    rows = -(-len(texts) // _NAME_COLUMNS)
    for at, text in enumerate(texts):
        column, row = divmod(at, rows)
        ax.text(column, 1 - (row + 0.5) / rows, text, va="center", fontsize=7)


def _colour_numbers(numbers: np.ndarray) -> np.ndarray:
    """Return the number of a colour for each cell, so that neighbouring regions differ.

    Args:
        numbers: (lat, lon) numbers of regions, NaN in none.
    """
    neighbours: dict[float, set[float]] = {
        number: set() for number in np.unique(numbers[np.isfinite(numbers)])
    }
    # Two cells away as well: narrow gaps of cells in no region lie between some of them.
    for step in (1, 2):
        for one, two in (
            (numbers[:-step], numbers[step:]),
            (numbers[:, :-step], numbers[:, step:]),
            (numbers[:-step, :-step], numbers[step:, step:]),
            (numbers[step:, :-step], numbers[:-step, step:]),
        ):
            differ = np.isfinite(one) & np.isfinite(two) & (one != two)
            for first, second in set(zip(one[differ], two[differ], strict=True)):
                neighbours[first].add(second)
                neighbours[second].add(first)
    colours = np.full(numbers.shape, np.nan)
    chosen: dict[float, int] = {}
    for number, near in neighbours.items():
        taken = {chosen[other] for other in near if other in chosen}
        counts = [(list(chosen.values()).count(colour), colour) for colour in range(len(_PALE))]
        free = [pair for pair in counts if pair[1] not in taken] or counts
        chosen[number] = min(free)[1]
        colours[numbers == number] = chosen[number]
    return colours
