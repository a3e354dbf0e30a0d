"""The figure of the standard deviation of XCO2: nothing covered, gaps said, bars where known."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from carbonscape.columns.figures.spread import draw_spread
from helpers import xco2_spread_tables as made
from helpers.drawing import words
from helpers.xco2_tables import SHOWN

BOX = [np.array([[-20.0, -30.0], [50.0, -30.0], [50.0, 35.0], [-20.0, 35.0], [-20.0, -30.0]])]
NAMED = {"land": BOX, "simulated": True, "shown": SHOWN}


def test_the_figure_says_what_it_shows_and_has_a_bar_a_group(monkeypatch) -> None:
    # That no text is covered is tested of every registered figure (tests/unit/figures).
    numbers = made.spread()
    figure = draw_spread(*numbers, **NAMED)
    text = words(figure, monkeypatch)
    for said in ("Simulated Earth", "2014-12 to 2021-12", "60–90° N, n = ", "95 % interval", "(h)"):
        assert said in text
    (panel,) = (ax for ax in figure.findobj(Axes) if "by group" in ax.get_title(loc="left"))
    bars = [line.get_xdata() for line in panel.lines if len(line.get_xdata()) == 2]
    groups = numbers[2]
    drawn = {(round(low), round(high)) for low, high in bars}
    for low, high in zip(groups["coverage_low"], groups["coverage_high"], strict=True):
        assert (round(100 * low), round(100 * high)) in drawn


def test_a_run_of_one_season_and_one_block_has_gaps_and_no_bars(monkeypatch) -> None:
    figure = draw_spread(*made.spread(("DJF",), blocks=1), **NAMED)
    assert words(figure, monkeypatch).count("no month") == 3
