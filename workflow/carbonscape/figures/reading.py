"""Which evaluation reads what, and which figures show it: the framework of validation of a run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carbonscape.figures import style
from carbonscape.figures.rule_graph import BANDS, COLORS, STAGES, stage_of

#: Groups of evaluations in the order of the paper's experiments: what they read decides.
_GROUPS = ("Towers and samples", "Held-out samples", "Maps")

#: Inches of a line, of the least row and of a letter; the width of the column of figures, and where
#: more steps are read than have room beside it.
_LINE, _ROW, _LETTER = 0.13, 0.2, 0.062
_WIDE, _NARROW, _MANY = 2.5, 1.7, 20


@style.styled
def draw_reading(rules: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw a row for each evaluation: a dot under each step that it reads, and its figures.

    Args:
        rules: a RULE_EDGES table of ``evaluation.rules``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: figure 3 of the GPP paper.
    """
    edges = rules[(rules["kind"] == "rule") & rules["reads"].notna() & (rules["reads"] != "")]
    reads = {
        name: set(rows["reads"]) for name, rows in edges.groupby("name")
        if stage_of(name) == "Evaluation"
    }  # fmt: skip
    if not reads:
        return style.empty_figure("Nothing to show: the run evaluates nothing.")
    stages = [*STAGES]
    read = sorted({one for many in reads.values() for one in many},
                  key=lambda name: (stages.index(stage_of(name)), name))  # fmt: skip
    shown = rules[rules["kind"] == "figure"].groupby("reads")["name"].apply(list).to_dict()
    names = sorted(reads, key=lambda name: (_GROUPS.index(_group(reads[name])), name))
    beside = _WIDE if len(read) <= _MANY else _NARROW
    wrap = int(beside / 0.054)
    texts = {name: textwrap.wrap(_figures(name, shown.get(name, [])), wrap) for name in names}
    heights = [max(_ROW, _LINE * len(texts[name]) + 0.06) for name in names]
    groups = [_group(reads[name]) for name in names]
    head = _LETTER * max(map(len, read)) + 0.25
    height = head + sum(heights) + 0.24 * len(set(groups)) + 0.15
    figure = style.new_figure(height=height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set(xlim=(0, style.FULL_WIDTH), ylim=(-height, 0))
    left = _LETTER * max(map(len, names)) + 0.25
    step = min(0.22, (style.FULL_WIDTH - beside - 0.15 - left) / max(1, len(read) - 1))
    places = {name: left + step * number for number, name in enumerate(read)}
    _write_heads(ax, places, head)
    ax.text(
        style.FULL_WIDTH - beside, 0.08 - head, "Figures", va="bottom", weight="bold", fontsize=8
    )
    y = -head
    for at, name in enumerate(names):
        if at == 0 or groups[at] != groups[at - 1]:
            y -= 0.24
            ax.text(0.08, y + 0.1, groups[at], va="center", weight="bold", fontsize=8)
        ax.axhspan(y - heights[at], y, color=BANDS[at % 2], lw=0, zorder=0)
        middle = y - heights[at] / 2
        ax.text(0.12, middle, name, va="center", fontsize=7)
        for one in reads[name]:
            color = COLORS[stages.index(stage_of(one))]
            ax.plot(places[one], middle, marker="o", ms=5, color=color, mec="white", mew=0.4)
        ax.text(style.FULL_WIDTH - beside, middle, "\n".join(texts[name]), va="center", fontsize=7)
        y -= heights[at]
    if simulated:
        ax.text(style.FULL_WIDTH - 0.08, -0.12, "Simulated Earth", ha="right", va="center",
                color=style.REFERENCE, fontsize=7.5)  # fmt: skip
    return figure


def _group(reads: set[str]) -> str:
    """Return the group of an evaluation by the stages of what it reads."""
    stages = {stage_of(one): one for one in reads}
    if "Training and maps" in stages:
        return _GROUPS[2]
    held_out = {"Cross-validation", "Evaluation"} & set(stages)
    return _GROUPS[1 if held_out else 0]


def _write_heads(ax: Axes, places: dict[str, float], head: float) -> None:
    """Write the steps that are read over their columns, from below."""
    for name, x in places.items():
        color = COLORS[[*STAGES].index(stage_of(name))]
        ax.text(x, 0.08 - head, name, rotation=90, ha="center", va="bottom", fontsize=7,
                color=color)  # fmt: skip
        ax.axvline(x, 0, 1 - head / -ax.get_ylim()[0], color=style.FAINT, lw=0.4, zorder=0.5)


def _figures(rule: str, stems: Sequence[str]) -> str:
    """Return in words which figures are drawn from the numbers of a rule."""
    if rule.startswith("check"):
        return "none: the run stops where it fails"
    numbered = [found[1] for stem in stems if (found := re.fullmatch(r"fig(\d+[a-z]?|a\d)", stem))]
    numbered = [text.lstrip("0") if text[0].isdigit() else text.upper() for text in numbered]
    others = [
        stem.replace("_", " ") for stem in stems if not re.fullmatch(r"fig(\d+[a-z]?|a\d)", stem)
    ]
    return "; ".join(part for part in (", ".join(numbered), ", ".join(others)) if part) or "tables"
