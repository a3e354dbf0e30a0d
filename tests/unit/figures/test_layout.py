"""Every registered figure with the longest names in use can be read; what the check finds."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text

from carbonscape.figures.layout import faults, legend_columns, placed_texts
from carbonscape.figures.registry import Figure, figures_of_wing
from helpers.figures_made import DRAWN, draw_made

ROWS = [(wing, row) for wing in DRAWN for row in figures_of_wing(wing)]


def test_every_registered_figure_has_a_line() -> None:
    for wing, lines in DRAWN.items():
        stems = {row.stem for row in figures_of_wing(wing)}
        assert stems == set(lines), f"{wing}: add or remove lines of helpers/figures_made.py DRAWN"


@pytest.mark.parametrize(("wing", "row"), ROWS, ids=[f"{wing}-{row.stem}" for wing, row in ROWS])
def test_no_text_is_cut_off_covered_or_small(wing: str, row: Figure) -> None:
    figure = draw_made(wing, row)
    assert len(placed_texts(figure)) > 5
    assert faults(figure) == []


# --- what the check finds ----------------------------------------------------------------------


def plain() -> tuple[Drawing, list]:
    """Two panels beside each other with nothing wrong, 400 by 200 pixels."""
    figure = Drawing(figsize=(4, 2), dpi=100)
    axes = [figure.add_axes([left, 0.3, 0.3, 0.5]) for left in (0.1, 0.6)]
    for ax in axes:
        ax.set(xticks=[0.5], yticks=[0.5], xticklabels=["x"], yticklabels=["y"])
    return figure, axes


def test_a_figure_with_nothing_wrong_has_no_fault() -> None:
    figure, axes = plain()
    axes[0].text(0.5, 0.5, "own panel")
    inset = axes[0].inset_axes([0.0, 0.0, 0.4, 0.4])
    inset.set(xticks=[], yticks=[])
    assert faults(figure) == []


def test_each_fault_is_a_sentence() -> None:
    figure, axes = plain()
    axes[1].text(1.4, 0.5, "far")
    axes[0].text(0.1, 0.8, "tiny", fontsize=6.5)
    axes[0].text(0.1, 0.2, "one and two")
    axes[0].text(0.3, 0.25, "three")
    axes[0].set_xlabel("a label that is longer than its panel and so runs into another's x")
    found = faults(figure)
    assert "'far' is cut off by the edge of the figure." in found
    assert "'tiny' has 6.5 points; the least is 7." in found
    assert "'one and two' and 'three' cover each other." in found
    assert any("another's x" in one and "is cut off" in one for one in found)


def test_a_text_or_a_panel_over_another_panel_is_a_fault() -> None:
    figure, axes = plain()
    axes[0].text(1.2, 0.5, "a text that runs into the panel beside")
    axes[1].set_title("beside")
    figure.add_axes([0.65, 0.4, 0.5, 0.3], xticks=[], yticks=[], title="over")
    found = faults(figure)
    assert (
        "'a text that runs into the panel beside' covers the panel 'beside', which is not its own."
    ) in found
    assert "The panels 'beside' and 'over' cover each other." in found
    assert "The panel 'over' is cut off by the edge of the figure." in found


def test_only_what_is_drawn_counts() -> None:
    figure, axes = plain()
    axes[0].text(-9, 0.5, "hidden", visible=False)
    axes[0].set_xticks([0.5, 7.0], ["x", "out of view"])
    axes[0].set_xlim(0, 1)
    assert faults(figure) == []
    assert "out of view" not in {one.text for one in placed_texts(figure)}
    assert Text.draw.__qualname__ == "Text.draw", "the check leaves matplotlib as it was"


@pytest.mark.parametrize(
    ("labels", "most", "columns"),
    [
        ((), 3, 1),
        (("a", "b"), 3, 2),
        (("a",) * 9, 3, 3),
        (("x" * 40,) * 4, 3, 2),
        (("x" * 200,), 3, 1),
    ],
)
def test_a_legend_has_as_many_columns_as_fit(labels, most, columns) -> None:
    assert legend_columns(labels, most=most) == columns
