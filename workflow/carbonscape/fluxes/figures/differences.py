"""What models, PFT settings and windows differ by, with intervals: which ones the sites resolve."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from carbonscape.figures import model_rows, style

#: Panels from left to right, with what their series are compared with.
PANELS = {"proposed": "model", "best": "model", "pft": "PFT", "window": "Window"}

#: Names that fit under a narrow panel.
_SHORT = {"12m_monthly": "12 months, monthly", "12m_centred": "12 months, centred"}

_ENDS = ["low_simultaneous", "high_simultaneous"]


@style.styled
def draw_differences(rows: pd.DataFrame) -> Figure:
    """Draw paired differences of R2 with their 95 % intervals, a row a model.

    A thick line is the interval of the difference alone, a thin one that for all of the panel's
    family at once; markers are filled where the thin one leaves out zero.

    Args:
        rows: the table of ``difference_figures.figure_differences``.
    """
    panels = [name for name in PANELS if name in set(rows["panel"])]
    if not panels:
        return style.empty_figure("Nothing to show: this run has no two settings to compare.")
    models = tuple(style.ordered({*rows["model"], *_references(rows)}))
    width = model_rows.panel_width(max(2, len(panels)))
    layouts = {}
    for name in panels:
        series = ("all",) if PANELS[name] == "model" else _series(rows, name)
        layouts[name] = model_rows.Layout(models, "series", series, width)
    height = max(layout.height for layout in layouts.values())
    keys = max(len(layouts[name].series) for name in panels)
    figure = style.new_figure(height=height + 1.2 + (0.14 * keys if keys > 1 else 0.0))
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, name in zip(axes, panels, strict=True):
        cells = rows[rows["panel"] == name]
        model_rows.frame(ax, layouts[name], names=ax is axes[0])
        _draw_panel(ax, cells, layouts[name])
        if PANELS[name] == "model":
            _write_reference(ax, -models.index(cells["reference"].iloc[0]))
        model_rows.set_title(ax, _heading(name, cells), layouts[name])
        ax.set_xlabel("Difference of R²")
        if len(layouts[name].series) > 1:
            # The markers of one panel mean other things than those of the next.
            handles = model_rows.series_handles(layouts[name], cells[["series"]], labels=_SHORT)
            ax.legend(
                handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.38 / height),
                fontsize=7, handlelength=0.8, borderpad=0,
            )  # fmt: skip
    style.panel_letters(axes)
    _note(figure, rows)
    model_rows.legend_below(figure, _handles())
    return figure


def _draw_panel(ax: Axes, cells: pd.DataFrame, layout: model_rows.Layout) -> None:
    """Draw the intervals of one panel; those of baselines beyond its limits are written."""
    left, right = _limits(cells)
    unit = (right - left) / layout.width
    below = bool((cells["difference"] < left).any())
    ax.set_xlim(left - (0.5 if below else 0.06) * unit, right + 0.06 * unit)
    model_rows.set_ticks(ax, layout.width, left, right)
    ax.axvline(0, color=style.INK, lw=0.7, zorder=1)
    looks = style.model_styles(layout.models)
    for row in cells.to_dict("records"):
        series = row["series"] if len(layout.series) > 1 else layout.series[0]
        y, look = layout.place(row["model"], series), looks[row["model"]]
        if row["difference"] < left:
            _write_beyond(ax, y, row["difference"], look.color)
            continue
        ax.plot(
            [row[end] for end in _ENDS], [y, y], color=look.color, lw=0.8, solid_capstyle="butt"
        )
        ax.plot([row["low"], row["high"]], [y, y], color=look.color, lw=2.2, solid_capstyle="butt")
        ax.plot(
            row["difference"], y, marker=layout.marker(row["model"], series), color=look.color,
            ms=layout.size(row["model"], single=4.2, several=4.2), mew=0.8, mec=look.color,
            mfc=look.color if row["resolved"] else "white",
        )  # fmt: skip


def _write_reference(ax: Axes, y: float) -> None:
    """Write in the row of a reference what it is, on the wider side of zero."""
    left, right = ax.get_xlim()
    side, sign = ("left", 1) if right > -left else ("right", -1)
    ax.annotate(
        "reference", (0, y), (sign * 3, 0), textcoords="offset points", ha=side, va="center",
        fontsize=7, color=style.REFERENCE, path_effects=model_rows.HALO,
    )  # fmt: skip


def _write_beyond(ax: Axes, y: float, value: float, color: str) -> None:
    """Write a difference that lies left of its panel at the edge, beside an arrow."""
    edge = blended_transform_factory(ax.transAxes, ax.transData)
    ax.plot(0.03, y, marker="<", ms=3.4, color=color, transform=edge)
    ax.annotate(
        style.number(value), (0.03, y), (4, 0), xycoords=edge, textcoords="offset points",
        va="center", fontsize=7, color=color, path_effects=model_rows.HALO,
    )  # fmt: skip


def _limits(cells: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis: all intervals, but those of far baselines."""
    baseline = cells["model"].map(model_rows.role_of) == "baseline"
    core = cells[~baseline] if (~baseline).any() else cells
    low, high = (float(core[_ENDS].to_numpy().min()), float(core[_ENDS].to_numpy().max()))
    low, high = min(low, 0.0), max(high, 0.0)
    room = 0.4 * max(high - low, 0.02)
    every = cells[_ENDS].to_numpy()
    return max(float(every.min()), low - room), max(high, min(float(every.max()), high + room))


def _references(rows: pd.DataFrame) -> set[str]:
    """Return the models that others are compared with: they have rows, if empty ones."""
    of_models = rows["panel"].isin([name for name, kind in PANELS.items() if kind == "model"])
    return set(rows.loc[of_models, "reference"])


def _series(rows: pd.DataFrame, panel: str) -> tuple[str, ...]:
    """Return what a panel compares, in the project's order."""
    return tuple(style.ordered(rows.loc[rows["panel"] == panel, "series"]))


def _heading(panel: str, cells: pd.DataFrame) -> str:
    """Return what the differences of a panel are."""
    reference = style.label(cells["reference"].iloc[0])
    if PANELS[panel] == "model":
        return f"Minus {reference}" + ("\n(the best)" if panel == "best" else "")
    series = cells["series"].unique()
    what = style.label(series[0]) if len(series) == 1 else PANELS[panel]
    return f"{what} minus {'none' if panel == 'pft' else reference}"


def _note(figure: Figure, rows: pd.DataFrame) -> None:
    """Write above the panels how many sites, site-months, splits and draws there are."""
    counts = {name: int(rows[name].min()) for name in ("sites", "samples", "splits", "draws")}
    text = (
        f"{style.count_sites(counts['sites'])}, {counts['samples']:,} site-months, "
        f"{counts['splits']} site split{'' if counts['splits'] == 1 else 's'}, "
        f"{counts['draws']:,} draws of sites"
    )
    shown = rows[rows["panel"].isin(["proposed", "best"])]
    if not shown.empty:
        first = shown.iloc[0]
        text = f"Models: {style.label(first['window'])}, {style.label(first['pft'])}; {text}"
    figure.suptitle(text, x=0.99, ha="right", fontsize=7, color=style.REFERENCE)


def _handles() -> list[Line2D]:
    """Return legend entries of the intervals and of filled and hollow markers."""
    grey = {"color": style.REFERENCE}
    return [
        Line2D([], [], lw=2.2, label="95 % interval of one difference", **grey),
        Line2D([], [], lw=0.8, label="for all of the panel's family at once", **grey),
        Line2D([], [], marker="o", ls="none", ms=4.2, label="resolved", **grey),
        Line2D([], [], marker="o", ls="none", ms=4.2, mfc="white", label="not resolved", **grey),
    ]
