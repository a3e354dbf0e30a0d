"""Schemes of a run: its own rules in stages, and which evaluation reads what.

What is drawn comes from the rules as Snakemake parsed them (``evaluation/rules.py``): a step that a
run does not have is not in its scheme. Only the stage of a rule is said here, by its verb.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve

from carbonscape.figures import style

#: Stages from the top, with the verbs with which the names of their rules begin.
STAGES: Mapping[str, tuple[str, ...]] = {
    "Archives": ("simulate", "fetch", "download", "extract", "require", "raw"),
    "Quality control": ("read", "filter", "average", "grid"),
    "Predictors": ("aggregate", "encode", "composite", "build", "classify", "select", "sample"),
    "Cross-validation": ("split", "search", "crossvalidate", "blend"),
    "Training and maps": ("train", "weigh", "calibrate", "measure", "predict", "mosaic"),
    "Evaluation": ("check", "score", "evaluate"),
    "Figures and report": ("plot", "write", "list", "export", "pack"),
}

#: Okabe and Ito's colours of the stages, in their order: of boxes and of what leaves them.
COLORS = ("#6b6b6b", "#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#222222")

#: Backgrounds of stages and rows, in turn.
BANDS = ("#f4f4f2", "white")

#: Inches: of a letter of 7 points, of a line, and the gaps within and between boxes.
_LETTER, _LINE = 0.06, 0.125
_PAD, _GAP, _ROW_GAP, _HEAD = 0.07, 0.12, 0.22, 0.2
_THROUGH, _WIDTH = 0.06, style.FULL_WIDTH - 0.2


@dataclass(eq=False)
class _Box:
    """Rules that read the same and are read by the same, drawn as one box.

    Without rules it is the place in which lines of one box go through a row of others.

    Attributes:
        rules: their names.
        stage: number of their stage.
        lines: what is written.
        reads: boxes, by the first of their rules.
    """

    rules: tuple[str, ...]
    stage: int
    lines: tuple[str, ...]
    reads: frozenset[str] = frozenset()
    x: float = 0.0
    y: float = 0.0
    level: int = 0
    size: tuple[float, float] = field(default=(_THROUGH, 0.0))


def stage_of(rule: str) -> str:
    """Return the stage of a rule by the verb of its name.

    Raises:
        KeyError: no stage has that verb; give it one in ``STAGES``.
    """
    verb = rule.replace("/", "_").partition("_")[0]
    for stage, verbs in STAGES.items():
        if verb in verbs:
            return stage
    raise KeyError(f"no stage has the verb of the rule {rule}: add it to STAGES of rule_graph.py")


@style.styled
def draw_rules(rules: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw the rules of a run in stages from the top, and what each reads from which.

    Rules that read the same and are read by the same share a box. A line that others imply (what
    it reads is read by something it reads as well) is not drawn.

    Args:
        rules: a RULE_EDGES table.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: figure 2 of the GPP paper and figure 1 of the XCO2 paper.
    """
    boxes = _boxes(_reduced(_reads(rules)))
    rows = _rows(boxes)
    lines = _route(boxes, rows)
    figure = style.new_figure(height=1.0)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    height = _place(rows, lines)
    top = 0.25 if simulated else 0.0
    figure.set_size_inches(style.FULL_WIDTH, height + top)
    figure.set_layout_engine("none")
    ax.set(xlim=(0, style.FULL_WIDTH), ylim=(-height, top))
    _draw_stages(ax, rows, height)
    for one, two in lines:
        _draw_line(ax, one, two)
    for box in boxes.values():
        _draw_box(ax, box)
    if simulated:
        ax.text(style.FULL_WIDTH - 0.08, 0.12, "Simulated Earth", ha="right", va="center",
                color=style.REFERENCE, fontsize=7.5)  # fmt: skip
    return figure


def _reads(rules: pd.DataFrame) -> dict[str, set[str]]:
    """Return what each rule reads; all rules of plots count as one, and so do those of pages."""
    known = rules[rules["kind"] == "rule"].fillna({"reads": ""})
    found: dict[str, set[str]] = {}
    for name, other in zip(known["name"], known["reads"], strict=True):
        one, two = _merged(name), _merged(other)
        found.setdefault(one, set())
        if two and two != one:
            found[one].add(two)
            found.setdefault(two, set())
    return found


def _merged(name: str) -> str:
    """Return the name under which a rule is drawn."""
    verb = name.partition("_")[0]
    return {"plot": "plot_<section>", "write": "write_<product>_report"}.get(verb, name)


def _reduced(reads: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out each edge that a longer way implies."""
    behind: dict[str, set[str]] = {}

    def all_behind(name: str) -> set[str]:
        if name not in behind:
            behind[name] = set(reads[name])
            for other in reads[name]:
                behind[name] |= all_behind(other)
        return behind[name]

    return {
        name: {one for one in others if not any(one in all_behind(two) for two in others - {one})}
        for name, others in reads.items()
    }


def _boxes(reads: Mapping[str, set[str]]) -> dict[str, _Box]:
    """Return the boxes by the first of their rules."""
    readers: dict[str, set[str]] = {name: set() for name in reads}
    for name, others in reads.items():
        for other in others:
            readers[other].add(name)
    stages = _stages(readers)
    groups: dict[tuple, list[str]] = {}
    for name in sorted(reads):
        key = (stages[name], frozenset(reads[name]), frozenset(readers[name]))
        groups.setdefault(key, []).append(name)
    first = {name: names[0] for names in groups.values() for name in names}
    boxes = {}
    for (stage, others, _), names in groups.items():
        lines = tuple(line for name in names for line in _lines(name, broken=len(names) == 1))
        size = (max(map(len, lines)) * _LETTER + 2 * _PAD, len(lines) * _LINE + _PAD)
        boxes[names[0]] = _Box(
            tuple(names), stage, lines, frozenset(first[one] for one in others), size=size
        )
    return boxes


def _stages(readers: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the number of the stage of each rule: that of its verb, or of an earlier reader.

    No line goes up: the importance of predictors is evaluated before it weighs the applicability.
    """
    found: dict[str, int] = {}

    def stage(name: str) -> int:
        if name not in found:
            own = [*STAGES].index(stage_of(name))
            found[name] = min([own, *(stage(other) for other in readers[name])])
        return found[name]

    return {name: stage(name) for name in readers}


def _lines(name: str, *, broken: bool) -> list[str]:
    """Return the name of a rule in one line, or in two that are about as long."""
    name = name.removeprefix("raw/")
    parts = name.split("_")
    if not broken or len(name) < 15 or len(parts) < 2:
        return [name]
    ways = [("_".join(parts[:at]) + "_", "_".join(parts[at:])) for at in range(1, len(parts))]
    return list(min(ways, key=lambda way: max(map(len, way))))


def _rows(boxes: Mapping[str, _Box]) -> list[list[_Box]]:
    """Return the boxes in rows: by stage, within a stage by what they read there, and by width."""

    def level(box: _Box) -> int:
        inside = [boxes[one] for one in box.reads if boxes[one].stage == box.stage]
        return 1 + max(map(level, inside)) if inside else 0

    for box in boxes.values():
        box.level = level(box)
    rows: list[list[_Box]] = []
    for place in sorted({(box.stage, box.level) for box in boxes.values()}):
        members = [box for box in boxes.values() if (box.stage, box.level) == place]
        count = -(-sum(box.size[0] + _GAP for box in members) // _WIDTH)
        most = sum(box.size[0] + _GAP for box in members) / count
        row: list[_Box] = []
        for box in members:
            wide = sum(one.size[0] + _GAP for one in row)
            if row and (wide >= most or wide + box.size[0] > _WIDTH):
                rows.append(row)
                row = []
            row.append(box)
        rows.append(row)
    return rows


def _route(boxes: Mapping[str, _Box], rows: list[list[_Box]]) -> list[tuple[_Box, _Box]]:
    """Return the lines from row to row, and add to the rows the places where they go through.

    Lines from one box share their way as long as they can.
    """
    at = {box: number for number, row in enumerate(rows) for box in row}
    through: dict[tuple[_Box, int], _Box] = {}
    lines: dict[tuple[_Box, _Box], None] = {}
    for box in sorted(boxes.values(), key=lambda one: at[one]):
        for other in sorted(box.reads):
            last = source = boxes[other]
            for number in range(at[source] + 1, at[box]):
                if (source, number) not in through:
                    place = _Box((), rows[number][0].stage, (), level=source.stage)
                    through[source, number] = place
                    rows[number].append(place)
                lines.setdefault((last, through[source, number]))
                last = through[source, number]
            lines.setdefault((last, box))
    return [*lines]


def _place(rows: Sequence[list[_Box]], lines: Sequence[tuple[_Box, _Box]]) -> float:
    """Give each box its place, in inches from the upper left; return the height of all."""
    top, stage = 0.0, -1
    above: dict[_Box, list[_Box]] = {}
    for one, two in lines:
        above.setdefault(two, []).append(one)
    for row in rows:
        if row[0].stage != stage:
            top += _HEAD
            stage = row[0].stage
        # Under what they read, as far as boxes beside each other allow.
        row.sort(key=lambda box: _middle(one.x for one in above.get(box, ())))
        room = _WIDTH - sum(box.size[0] for box in row)
        gap = room / (len(row) + 1)
        left = 0.1 + gap
        high = max(box.size[1] for box in row)
        for box in row:
            if not box.rules:
                box.size = (_THROUGH, high)
            box.x, box.y = left + box.size[0] / 2, -(top + high / 2)
            left += box.size[0] + gap
        top += high + _ROW_GAP
    return top - _ROW_GAP / 2


def _middle(values: Iterable[float]) -> float:
    """Return the mean, or the middle of the figure for none."""
    found = list(values)
    return sum(found) / len(found) if found else style.FULL_WIDTH / 2


def _draw_stages(ax: Axes, rows: Sequence[list[_Box]], height: float) -> None:
    """Draw the band and the name of each stage."""
    tops: dict[int, float] = {}
    for row in rows:
        top = max(box.y + box.size[1] / 2 for box in row) + _HEAD
        tops.setdefault(row[0].stage, top)
    ends = [*list(tops.values())[1:], -height]
    for number, ((stage, top), end) in enumerate(zip(tops.items(), ends, strict=True)):
        band = BANDS[number % 2]
        ax.axhspan(end, top, color=band, lw=0, zorder=0)
        look = {"color": COLORS[stage], "bbox": {"fc": band, "ec": "none", "pad": 1.5}}
        ax.text(0.08, top - 0.09, [*STAGES][stage], va="center", fontsize=8, weight="bold",
                zorder=2, **look)  # fmt: skip


def _draw_line(ax: Axes, one: _Box, two: _Box) -> None:
    """Draw a line from the foot of a box to the head of one that reads it, or through a row."""
    start, end = (one.x, one.y - one.size[1] / 2), (two.x, two.y + two.size[1] / 2)
    bend = min(0.5, 0.5 * abs(start[1] - end[1]))
    color = COLORS[one.stage if one.rules else one.level]
    points = [start, (start[0], start[1] - bend), (end[0], end[1] + bend), end]
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    if not two.rules:
        points.append((end[0], two.y - two.size[1] / 2))
        codes.append(Curve.LINETO)
    curve = Curve(points, codes)
    ax.add_patch(PathPatch(curve, fc="none", ec=color, lw=0.8, zorder=1))


def _draw_box(ax: Axes, box: _Box) -> None:
    """Draw a box with its names."""
    width, height = box.size
    ax.add_patch(
        FancyBboxPatch(
            (box.x - width / 2, box.y - height / 2), width, height, fc="white",
            boxstyle="round,pad=0,rounding_size=0.05", ec=COLORS[box.stage], lw=0.9, zorder=2,
        )
    )  # fmt: skip
    ax.text(box.x, box.y, "\n".join(box.lines), ha="center", va="center", fontsize=7,
            linespacing=1.15, zorder=3)  # fmt: skip
