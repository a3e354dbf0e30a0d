"""One look for all figures: sizes, fonts, colours, labels, and how a figure is saved.

Drawing functions are decorated with :func:`styled` and return a ``Figure``; :func:`save` writes
it as PNG and PDF. No function here or in the drawing modules touches pyplot or the user's own
matplotlib settings, so that a figure looks the same on every machine.
"""

from __future__ import annotations

import functools
import os
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.core.io import atomic_path
from carbonscape.figures.colormaps import COLUMN as COLUMN
from carbonscape.figures.colormaps import PRODUCTIVITY as PRODUCTIVITY
from carbonscape.figures.looks import OTHER_PRODUCTS, PFT_LOOKS
from carbonscape.figures.looks import SeriesStyle as SeriesStyle
from carbonscape.models.registry import MODELS

#: Width of a figure across a journal page, and of one column, in inches (183 and 89 mm).
FULL_WIDTH = 7.2
COLUMN_WIDTH = 3.5

#: The units of fluxes summed over a year: of a cell, and of the land.
ANNUAL_UNIT = "gC m⁻² yr⁻¹"
TOTAL_UNIT = "PgC yr⁻¹"

#: The units of XCO2 and of its growth.
XCO2_UNIT = "ppm"
GROWTH_UNIT = "ppm yr⁻¹"

#: Colour maps that are uniform to the eye: amounts, counts, and differences about zero.
SEQUENTIAL = "viridis"
DENSITY = "viridis_r"  # few is pale, so that single outliers do not weigh on the eye
DIVERGING = "RdBu_r"

#: Colours of things that are no model: observations, reference lines, land, fine lines.
INK = "#222222"
REFERENCE = "#6b6b6b"
LAND = "#e4e2dc"
NO_DATA = "#c4c4c4"  # land without a value, darker than the pale ends of all colour maps
FAINT = "#d0d0d0"

_SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "figure.facecolor": "white",
    "pdf.fonttype": 42,  # embedded TrueType: journals refuse Type 3 fonts
}


#: Okabe and Ito's colour-blind safe palette (jfly.uni-koeln.de/color), fixed per model; annual
#: models are darker than their monthly kin, and baselines grey.
_MODELS = {
    "fluxformer": SeriesStyle("#D55E00", "o", "-"),
    "lstm": SeriesStyle("#56B4E9", "^", (0, (4, 1.2))),
    "bilstm": SeriesStyle("#0072B2", "v", (0, (4, 1.2, 1, 1.2))),
    "mlp": SeriesStyle("#009E73", "D", (0, (1.2, 1))),
    "random_forest": SeriesStyle("#7B3294", "s", (0, (6, 1.5))),
    "xgboost": SeriesStyle("#E69F00", "P", (0, (3, 1, 1, 1, 1, 1))),
    "fluxformer_annual": SeriesStyle("#8C2D04", "h", (0, (8, 1.5))),
    "xgboost_annual": SeriesStyle("#7A6400", "p", (0, (3, 1.5))),
    "extra_trees": SeriesStyle("#5E2129", ">", (0, (2, 1, 4, 1))),
    "blend": SeriesStyle("#CC79A7", "*", "-"),
    "linear_regression": SeriesStyle("#4D4D4D", "<", (0, (5, 1, 1, 1))),
    "climatology": SeriesStyle("#9A9A9A", "X", (0, (1, 1.8))),
    "at_bilstm": SeriesStyle("#BC1F3F", "8", "-"),
    "latitude_month_year": SeriesStyle("#555555", (4, 1, 0), (0, (5, 1, 1, 1))),
    "growth_persistence": SeriesStyle("#8E8E8E", (6, 1, 0), (0, (1, 1.8))),
    "lasso_harmonics": SeriesStyle("#303030", (3, 1, 0), (0, (3, 1, 1, 1))),
}

#: Looks of models that are not in the list above, in alphabetical order of their names.
_OTHER_MODELS = (
    SeriesStyle("#66A61E", "1", (0, (2, 1, 4, 1))),
    SeriesStyle("#B3A2FF", "d", (0, (2, 2))),
    SeriesStyle("#C49A6C", (5, 0, 180), (0, (7, 2))),
    SeriesStyle("#1B6CA8", "H", (0, (1, 1, 3, 1))),
)

#: Colours of the climates (Paul Tol's "bright" scheme, colour-blind safe) and their markers.
CLIMATE_STYLES = {
    "tropical": SeriesStyle("#EE6677", "o"),
    "arid": SeriesStyle("#CCBB44", "D"),
    "temperate": SeriesStyle("#228833", "^"),
    "continental": SeriesStyle("#4477AA", "s"),
    "polar": SeriesStyle("#AA3377", "v"),
}

#: What the XCO2 road compares beside models, in order: how samples are held out, and how a model
#: learns the time. ``none`` is a PFT setting as well: see :func:`time_input_label`.
SCHEMES = ("sample", "spatial", "temporal", "transfer")
TIME_INPUTS = ("none", "year_fraction", "background_anomaly", "zonal_trend_anomaly")

#: Settings of the plant functional types, then windows of predictors, in the paper's order.
_CHOICES = {
    "none": "Without PFT",
    "esa_cci": "ESA-CCI",
    "igbp": "IGBP",
    "igbp_esa_cci": "IGBP + ESA-CCI",
    "jan_to_m": "January to month M",
    "1m": "1 month",
    "6m": "6 months",
    "12m": "12 months",
    "12m_monthly": "12 months, monthly models",
    "12m_centred": "12 months, month M in the middle",
}

_TIME_LABELS = {
    "none": "no time input",
    "year_fraction": "year as an input",
    "background_anomaly": "departure from a background",
    "zonal_trend_anomaly": "departure, growth by latitude",
}

_LABELS = {
    "at_bilstm": "At-BiLSTM",
    "latitude_month_year": "Latitude, month, year",
    "growth_persistence": "Growth, persistence",
    "lasso_harmonics": "Lasso on harmonics",
    "oco": "OCO-2/3",
    "oco2": "OCO-2",
    "oco3": "OCO-3",
    "egg4": "CAMS-EGG4",
    "tccon": "TCCON",
    "sample": "Random samples",
    "spatial": "Blocks in space",
    "temporal": "Blocks of years",
    "transfer": "OCO-2 to OCO-3",
    **{name: entry.label for name, entry in MODELS.items()},
    **_CHOICES,
    "season": "Seasonal means",
    "year": "Annual means",
    "seasonal_cycle": "Mean seasonal cycle",
    "site_mean": "Site means",
    "anomaly": "Anomalies",
}


def label(name: str) -> str:
    """Return what a figure calls a model, PFT setting, window or climate."""
    return _LABELS.get(name, name.replace("_", " ").capitalize() if name.islower() else name)


def unit_text(unit: str) -> str:
    """Return a unit as it stands on an axis: 'gC m-2 d-1' with raised exponents."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return re.sub(r"(?<=[A-Za-z])-?\d+", lambda found: found.group().translate(raised), unit)


def score_names(unit: str) -> dict[str, str]:
    """Return what axes say of the two scores of a quantity with that unit."""
    return {"r2": "R²", "rmse": f"RMSE ({unit_text(unit)})"}


def ordered(names: Iterable[str]) -> list[str]:
    """Return distinct names in the project's order: models, PFTs, windows, climates, then others.

    Figures order what they show by this and not by the rows of a table.
    """
    order = [*_MODELS, *_CHOICES, *CLIMATES, *SCHEMES, *TIME_INPUTS]
    return sorted(
        set(names), key=lambda name: (order.index(name) if name in order else len(order), name)
    )


def model_styles(models: Iterable[str]) -> dict[str, SeriesStyle]:
    """Return the look of each model, in the project's order of models.

    Known models look the same in every figure; others share a short list of spare looks.
    """
    names = ordered(models)
    spare = [name for name in names if name not in _MODELS]
    others = {name: _OTHER_MODELS[i % len(_OTHER_MODELS)] for i, name in enumerate(spare)}
    return {name: _MODELS[name] if name in _MODELS else others[name] for name in names}


def product_label(product: str, products: Iterable[str] = ()) -> str:
    """Return what a figure calls a product: ``<model>-<pft>``, or the name of one of others.

    The PFT setting is left out where all of ``products`` that have one share it.
    """
    if product in OTHER_PRODUCTS:
        return OTHER_PRODUCTS[product][0]
    model, pft = product.split("-", 1)
    shared = len({name.split("-", 1)[1] for name in products if name not in OTHER_PRODUCTS}) == 1
    return label(model) if shared else f"{label(model)}, {label(pft).replace('Without', 'without')}"


def time_input_label(name: str) -> str:
    """Return what a figure calls a time input of the XCO2 models."""
    return _TIME_LABELS.get(name, name.replace("_", " "))


def xco2_label(product: str, products: Iterable[str] = ()) -> str:
    """Return what a figure calls a source of XCO2: ``oco``, ``egg4`` or ``<model>-<time input>``.

    A model without a time input, as in the paper, needs no word for it unless ``products`` hold
    another time input of the same model.
    """
    model, _, time_input = product.partition("-")
    kin = {name for name in (*products, product) if name.partition("-")[0] == model}
    if not time_input or (time_input == "none" and len(kin) == 1):
        return label(model)
    return f"{label(model)}, {time_input_label(time_input)}"


def ordered_products(products: Iterable[str]) -> list[str]:
    """Return distinct products by the project's order of models and settings, then of others."""
    names = set(products)
    parts = {name: tuple(name.split("-", 1)) for name in names.difference(OTHER_PRODUCTS)}
    models, pfts = (ordered(part[at] for part in parts.values()) for at in (0, 1))
    own = sorted(parts, key=lambda name: (models.index(parts[name][0]), pfts.index(parts[name][1])))
    return [*own, *(name for name in OTHER_PRODUCTS if name in names)]


def product_styles(products: Iterable[str]) -> dict[str, SeriesStyle]:
    """Return the look of each product, in order: its model's, or one a PFT setting.

    Of several settings of one model, the first looks like the model; the others take its colour
    paler or darker, with other markers and lines.
    """
    names = ordered_products(products)
    own = [name for name in names if name not in OTHER_PRODUCTS]
    models = model_styles(name.split("-", 1)[0] for name in own)
    seen: dict[str, int] = {}
    found = {}
    for name in own:
        look = models[name.split("-", 1)[0]]
        step = seen.get(look.color, 0)
        seen[look.color] = step + 1
        if step:
            marker, line, (shade, share) = PFT_LOOKS[(step - 1) % len(PFT_LOOKS)]
            color = [part + (shade - part) * share for part in to_rgb(look.color)]
            look = SeriesStyle(to_hex(color), marker, line)
        found[name] = look
    return found | {name: OTHER_PRODUCTS[name][1] for name in names if name in OTHER_PRODUCTS}


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Run a drawing function under the project's settings, whatever the user's own are."""

    @functools.wraps(draw)
    def wrapper(*args: Any, **keywords: Any) -> Figure:
        with matplotlib.rc_context(_all_settings()):
            return draw(*args, **keywords)

    return wrapper


def _all_settings() -> dict[str, Any]:
    """Return matplotlib's own defaults, without the choice of a backend, and ours over them."""
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if "backend" not in k}
    return defaults | _SETTINGS


def new_figure(*, width: float = FULL_WIDTH, height: float) -> Figure:
    """Return an empty figure of a size in inches that lays its panels out without overlaps."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.05, wspace=0.02, hspace=0.02)
    FigureCanvasAgg(figure)
    return figure


def note(
    figure: Figure,
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write above a figure which experiment it shows: the one value of each of ``columns``.

    A column with several values is left out: then the panels themselves name them. ``names`` says
    what values are called where it is not their label.
    """
    texts = []
    for column in columns:
        values = list(dict.fromkeys(table[column]))
        if len(values) == 1:
            value = values[0]
            named = f"site split {value}" if column == "split" else names.get(value) or label(value)
            texts.append(named)
    figure.suptitle(", ".join(texts), x=0.99, ha="right", fontsize=7, color=REFERENCE)


def empty_figure(text: str) -> Figure:
    """Return a small figure that says in words why there is nothing to draw."""
    figure = new_figure(height=1.0)
    figure.text(0.5, 0.5, text, ha="center", va="center", color=REFERENCE)
    return figure


def save(
    figure: Figure, *, png: str | os.PathLike[str], pdf: str | os.PathLike[str], dpi: int
) -> None:
    """Write a figure as PNG (at ``dpi`` dots per inch) and as PDF, whole or not at all.

    The bytes depend on the drawing only: dates and program versions are left out.
    """
    with matplotlib.rc_context(_all_settings()):
        # One layout for both files: each pass of the layout engine may move panels a little.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        # By their canvases: Figure.savefig draws each once more, to lay out what is laid out.
        own, canvas = figure.dpi, figure.canvas
        with atomic_path(png) as temporary:
            figure.dpi = dpi
            FigureCanvasAgg(figure).print_png(temporary, metadata={"Software": None})
        with atomic_path(pdf) as temporary:
            figure.dpi = own
            empty = {"Creator": None, "Producer": None, "CreationDate": None}
            FigureCanvasPdf(figure).print_pdf(temporary, metadata=empty)
        figure.dpi = own
        figure.set_canvas(canvas)


def panel_letters(axes: Sequence[Axes]) -> None:
    """Put (a), (b), … before the left-aligned titles of panels."""
    for letter, ax in zip("abcdefghijklmnopqrstuvwxyz", axes, strict=False):
        title = ax.get_title(loc="left")
        ax.set_title(f"({letter}) {title}".rstrip(), loc="left")


def say_simulated(figure: Figure, products: Iterable[str] = ()) -> None:
    """Write above a figure that it shows no real Earth, nor real products of others."""
    say_above(figure, *stand_ins(products), simulated=True)


def stand_ins(products: Iterable[str]) -> list[str]:
    """Return what a figure of a simulated Earth says of the products of others: a text or none."""
    names = set(products)
    found = [label for name, (label, _) in OTHER_PRODUCTS.items() if name in names]
    return [f"{', '.join(found)}: simulated stand-ins"] if found else []


def map_columns(count: int) -> int:
    """Return how many maps stand side by side in a figure of ``count`` maps."""
    return 1 if count == 1 else 2 if count <= 6 else 3


def say_above(figure: Figure, *texts: str, simulated: bool) -> None:
    """Write above a figure what all of its panels share, and whether the Earth is simulated."""
    parts = ["Simulated Earth"] * simulated + [*texts]
    # A text that has no room in a line begins the next one.
    whole = "; ".join(part.replace(" ", "\xa0") for part in parts)
    line = textwrap.fill(whole, 110, break_long_words=False, break_on_hyphens=False)
    if line := line.replace("\xa0", " "):
        figure.suptitle(line, x=0.99, ha="right", fontsize=7.5, color=REFERENCE)


def count_sites(count: int) -> str:
    """Return '15 sites' or '1 site'."""
    return f"{count} site{'' if count == 1 else 's'}"


def number(value: float, *, decimals: int = 2) -> str:
    """Return a number for a figure, with a true minus sign and no negative zero."""
    text = f"{value:.{decimals}f}"
    text = text.lstrip("-") if float(text) == 0 else text
    return text.replace("-", "−")
