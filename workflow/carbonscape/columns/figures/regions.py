"""Figure 14: four regions in one month, by the map, the soundings and products of others."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from carbonscape.columns.evaluation.boxes import Box
from carbonscape.columns.evaluation.places import REGIONS
from carbonscape.columns.figures.soundings import quantile_norm
from carbonscape.columns.figures.windows import draw_window
from carbonscape.figures import style

#: What panels call the sources that are no product of the run.
_LABELS = {
    "oco2": "OCO-2",
    "oco3": "OCO-3",
    "egg4": "CAMS-EGG4",
    "s_stdct": "S-STDCT (Wang 2023)",
    "mapping_xco2": "Mapping-XCO2 (Sheng 2022)",
    "deep_forest_xco2": "Deep forest (Zhang 2023)",
    "gcxco2": "GCXCO2",
    "at_bilstm_maps": "At-BiLSTM of its authors",
}


@style.styled
def draw_fig14(
    regions: xr.Dataset, *, land: list[np.ndarray], simulated: bool, shown: str
) -> Figure:
    """Draw a row a region and a column a source; a row shares one scale.

    Args:
        regions: a variable a region (source, row, column), ppm, with month and absent, of
            ``evaluation.regions``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.

    Source: the XCO2 paper, figure 14.
    """
    month = regions.attrs["month"]
    names = [str(name) for name in regions["source"].values]
    if not names:
        return style.empty_figure(f"Nothing to show: the maps of this run have no {month}.")
    labels = _LABELS | {"product": style.xco2_label(shown)}
    # Panels as large as kilometres make them, in columns of one width.
    width = (style.FULL_WIDTH - 1.0) / len(names)
    ratios = [_ratio(region.box) for region in REGIONS]
    letters = max(10, int(width / 0.062))
    titles = [textwrap.wrap(labels[name], letters) for name in names]
    lines = max(map(len, titles))
    absent = [labels[name] for name in regions.attrs["absent"].split(", ") if name]
    height = width * sum(ratios) + 0.2 * len(REGIONS) + 0.13 * lines + 0.3 * bool(absent) + 0.3
    figure = style.new_figure(height=height)
    axes = figure.subplots(len(REGIONS), len(names), squeeze=False, height_ratios=ratios)
    for row, region in zip(axes, REGIONS, strict=True):
        pictures = regions[region.name].values
        norm = quantile_norm(pictures)
        box = region.box
        edges = (box.south, box.north, box.west, box.east)
        for ax, picture in zip(row, pictures, strict=True):
            draw_window(ax, picture, edges=edges, rings=land, cmap=style.COLUMN, norm=norm)
        row[0].set_ylabel("\n".join(textwrap.wrap(region.label, 16)))
        bar = figure.colorbar(row[0].images[0], ax=list(row), shrink=0.9, aspect=14, pad=0.01,
                              extend="both")  # fmt: skip
        bar.set_label(style.XCO2_UNIT)
        bar.outline.set_linewidth(0.4)
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title("\n".join(title), fontsize=7.5)
    if absent:
        text = f"Without files in this run, and not drawn: {', '.join(absent)}"
        figure.supxlabel("\n".join(textwrap.wrap(text, 120)), fontsize=7, color=style.REFERENCE)
    style.say_above(figure, f"XCO₂ of {month}", simulated=simulated)
    return figure


def _ratio(box: Box) -> float:
    """Return height over width of a box in kilometres at its middle."""
    middle = np.radians((box.south + box.north) / 2)
    return float((box.north - box.south) / ((box.east - box.west) * np.cos(middle)))
