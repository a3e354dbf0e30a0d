"""Figures whose rows are models: values in their place, far ones written, scales shared."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import model_rows, style
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.figures import costs as gpp_costs
from carbonscape.fluxes.figures import crossval as gpp_crossval
from carbonscape.fluxes.figures import differences as gpp_differences
from carbonscape.products.registry import get_product
from helpers.drawing import drawn_texts, words
from helpers.score_tables import (
    FULL,
    PAPER,
    SMALL,
    by_climate,
    by_month,
    costs,
    differences,
    summary,
)

GPP = get_product("gpp")
REAL = {"product": GPP, "simulated": False}


def points(ax) -> set[tuple[float, float]]:
    """Where the markers of a panel are."""
    return {
        (float(x), float(y))
        for line in ax.lines
        if line.get_marker() not in ("None", "", None) and line.get_transform() == ax.transData
        for x, y in zip(
            np.atleast_1d(line.get_xdata()), np.atleast_1d(line.get_ydata()), strict=True
        )
    }


def row_labels(ax) -> list[str]:
    """The names at the left, from top to bottom."""
    return [tick.get_text() for tick in ax.get_yticklabels()]


def require_no_overlap(figure, monkeypatch) -> None:
    texts = drawn_texts(figure, monkeypatch)
    for (one, a), (two, b) in itertools.combinations(texts.items(), 2):
        overlap = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
        assert overlap.min() < 0.5, f"{one.get_text()!r} covers {two.get_text()!r}"


def test_fig04_draws_values_ranges_and_the_papers_line(monkeypatch):
    table = summary(**SMALL)
    figure = gpp_crossval.draw_fig04(table, **REAL)
    r2_axis, rmse_axis = figure.axes
    text = words(figure, monkeypatch)
    assert "paper: R² 0.73" in text
    assert "range of 3 site splits" in text
    assert f"{table['r2'].iloc[1]:.2f}" in text
    assert row_labels(r2_axis) == ["FluxFormer", "Random forest"]
    assert points(r2_axis) == {(table["r2"].iloc[0], 0.0), (table["r2"].iloc[1], -1.0)}
    bars = [bar.get_paths()[0].vertices[:, 0] for bar in r2_axis.collections]
    assert sorted(map(tuple, bars)) == sorted(zip(table["r2_min"], table["r2_max"], strict=True))
    assert r2_axis.get_xlim()[0] < table["r2_min"].min()
    assert rmse_axis.get_xlim()[1] > table["rmse_max"].max()
    assert [0.73, 0.73] in [list(line.get_xdata()) for line in r2_axis.lines]


def test_fig04_puts_each_setting_in_the_row_of_its_model():
    table = summary(**FULL)
    figure = gpp_crossval.draw_fig04(table, **REAL)
    first = figure.axes[0]
    assert row_labels(first) == [style.label(model) for model in FULL["models"]]
    cells = table[table["window"] == "jan_to_m"]
    for row in cells.to_dict("records"):
        place = -FULL["models"].index(row["model"])
        near = [y for x, y in points(first) if x == pytest.approx(row["r2"])]
        assert any(abs(y - place) < 0.5 for y in near)
    # In a row the settings stand from top to bottom in the project's order.
    mine = cells[cells["model"] == "mlp"].set_index("pft")["r2"]
    heights = [next(y for x, y in points(first) if x == mine[pft]) for pft in FULL["pfts"]]
    assert heights == sorted(heights, reverse=True)


def test_panels_of_one_score_share_their_scale():
    figure = gpp_crossval.draw_fig04(summary(**FULL), **REAL)
    windows = len(FULL["windows"])
    assert len(figure.axes) == 2 * windows
    assert len({ax.get_xlim() for ax in figure.axes[:windows]}) == 1
    assert len({ax.get_xlim() for ax in figure.axes[windows:]}) == 1
    assert figure.axes[0].get_xlim() != figure.axes[windows].get_xlim()


def test_numbers_stand_beside_markers_only_where_there_is_room():
    def count(matrix):
        return sum(len(ax.texts) for ax in gpp_crossval.draw_fig04(summary(**matrix), **REAL).axes)

    assert count(SMALL) == 4
    assert count(PAPER) == 0


def test_fig04_has_the_papers_line_only_beside_its_window(monkeypatch):
    monkeypatch.setattr(gpp_crossval, "PAPER_R2", 0.42)
    table = summary(**(PAPER | {"windows": ("1m", "jan_to_m")}))
    figure = gpp_crossval.draw_fig04(table, **REAL)
    titles = [
        ax.get_title(loc="left")
        for ax in figure.axes
        if any(list(line.get_xdata()) == [0.42] * 2 for line in ax.lines)
    ]
    assert titles == ["(a) January to month M"]
    assert len(figure.axes) == 4
    assert "paper: R² 0.42" in words(figure, monkeypatch)


@pytest.mark.parametrize(("product", "simulated"), [("gpp", True), ("reco", False)])
def test_fig04_has_no_line_where_nothing_is_to_be_compared(product, simulated, monkeypatch):
    figure = gpp_crossval.draw_fig04(
        summary(**PAPER), product=get_product(product), simulated=simulated
    )
    assert "paper" not in words(figure, monkeypatch)


def test_one_split_has_no_range(monkeypatch):
    table = summary(**SMALL, splits=1)
    assert "range of" not in words(gpp_crossval.draw_fig04(table, **REAL), monkeypatch)


def test_a_baseline_far_from_the_others_does_not_press_them_together(monkeypatch):
    matrix = FULL | {"windows": ("jan_to_m",), "pfts": ("igbp",)}
    table = summary(**matrix)
    core = ~table["model"].isin(["climatology", "linear_regression"])
    for column, value in (("r2", 0.031), ("r2_min", 0.02), ("r2_max", 0.04)):
        table.loc[table["model"] == "climatology", column] = value
    figure = gpp_crossval.draw_fig04(table, **REAL)
    axis = figure.axes[0]
    assert axis.get_xlim()[0] > 0.3
    assert points(axis) >= {(x, y) for x, y in points(axis) if x in set(table.loc[core, "r2"])}
    assert "0.03" in words(figure, monkeypatch)
    assert 0.031 not in {x for x, _ in points(axis)}
    # A baseline that is near widens the axis and is in its place.
    table.loc[table["model"] == "climatology", ["r2", "r2_min", "r2_max"]] = (
        table.loc[core, "r2_min"].min() - 0.01
    )
    value = table.loc[table["model"] == "climatology", "r2"].iloc[0]
    axis = gpp_crossval.draw_fig04(table, **REAL).axes[0]
    assert value in {x for x, _ in points(axis)}


@pytest.mark.parametrize("matrix", [SMALL, PAPER, FULL], ids=["small", "paper", "full"])
def test_strongly_negative_r2_is_an_arrow_with_its_number(matrix, monkeypatch):
    table = by_climate(**matrix)
    arid = table["group"] == "arid"
    numbers = -1.5 - np.arange(arid.sum()) / 10
    for column in ("r2", "r2_min", "r2_max"):
        table.loc[arid, column] = numbers
    figure = gpp_crossval.draw_fig06(table, product=GPP)
    text = words(figure, monkeypatch)
    for _, rows in table[arid].groupby("model"):
        for number in (rows["r2"].min(), rows["r2"].max()):
            assert f"−{-number:.1f}" in text
    assert min(ax.get_xlim()[0] for ax in figure.axes) > -2.5
    ticks = [tick for ax in figure.axes for tick in ax.get_xticks()]
    assert min(ticks) >= model_rows.R2_FLOOR - 0.1
    # A panel with nothing above the floor still shows where zero is.
    assert all(ax.get_xlim()[1] > 0 for ax in figure.axes)
    require_no_overlap(figure, monkeypatch)


def test_r2_without_a_value_is_said_to_be_undefined(monkeypatch):
    table = by_climate(**SMALL)
    table.loc[table["group"] == "polar", ["r2", "r2_min", "r2_max"]] = np.nan
    assert words(gpp_crossval.draw_fig05(table, product=GPP), monkeypatch).count("undefined") == 2


def test_climates_name_their_sites(monkeypatch):
    text = words(gpp_crossval.draw_fig05(by_climate(**PAPER), product=GPP), monkeypatch)
    for climate in CLIMATES:
        assert f"{style.label(climate)}\n(12 sites)" in text


def test_ticks_are_at_least_two_whatever_the_range():
    for low, high in ((0.61, 0.64), (-0.9, 0.1), (0.7, 0.7004), (1.9, 5.2)):
        table = summary(**SMALL)
        table = table.assign(r2=[low, high], r2_min=[low, high], r2_max=[low, high])
        axis = gpp_crossval.draw_fig04(
            SCORE_SUMMARY.check(table, "test"), product=GPP, simulated=True
        ).axes[0]
        left, right = axis.get_xlim()
        assert sum(left <= tick <= right for tick in axis.get_xticks()) >= 2


def test_monthly_scores_run_through_the_year(monkeypatch):
    table = by_month(("mlp",)).iloc[::-1]
    line = gpp_crossval.draw_monthly_scores(table, product=GPP).axes[0].lines[0]
    assert list(line.get_xdata()) == list(range(1, 13))
    assert list(line.get_ydata()) == table["r2"].tolist()[::-1]
    table = by_month(("mlp", "climatology"))
    table.loc[table["model"] == "climatology", ["rmse", "rmse_min", "rmse_max"]] = 9.5
    figure = gpp_crossval.draw_monthly_scores(table, product=GPP)
    assert figure.axes[1].get_ylim()[1] < 5
    assert "↑ Climatology: 9.50 to 9.50" in words(figure, monkeypatch)


def test_differences_are_filled_where_the_sites_resolve_them(monkeypatch):
    table = differences(models=("fluxformer", "mlp", "blend", "climatology"), pfts=(), windows=())
    figure = gpp_differences.draw_differences(table)
    text = words(figure, monkeypatch)
    assert "206 sites, 10,509 site-months, 3 site splits, 5,000 draws" in text
    assert "Minus FluxFormer" in text
    assert text.count("reference") == 2
    panel = figure.axes[0]
    rows = table[table["panel"] == "proposed"]
    markers = [
        line
        for line in panel.lines
        if len(line.get_xdata()) == 1 and line.get_transform() == panel.transData
    ]
    assert [float(line.get_xdata()[0]) for line in markers] == rows["difference"].tolist()
    filled = [str(line.get_markerfacecolor()) != "white" for line in markers]
    assert filled == rows["resolved"].tolist()
    assert set(filled) == {True, False}
    ends = [list(line.get_xdata()) for line in panel.lines if len(line.get_xdata()) == 2]
    for row in rows.to_dict("records"):
        assert [row["low"], row["high"]] in ends
        assert [row["low_simultaneous"], row["high_simultaneous"]] in ends
    # The climatology lies far from the best: it is written, and does not widen the panel.
    assert "−0.90" in text
    assert figure.axes[1].get_xlim()[0] > -0.3


def test_names_of_equal_costs_and_scores_do_not_cover_one_another(monkeypatch):
    table = costs(FULL["models"]).assign(r2=0.7, training_core_s=100.0, prediction_core_s=1.0)
    figure = gpp_costs.draw_costs(table, product=GPP)
    text = words(figure, monkeypatch)
    for model in FULL["models"]:
        assert text.count(style.label(model)) >= 2
    require_no_overlap(figure, monkeypatch)


def test_a_model_without_a_time_or_a_score_is_left_out(monkeypatch):
    table = costs(("fluxformer", "mlp", "lstm"))
    table.loc[0, "prediction_core_s"] = np.nan
    table.loc[1, "r2"] = np.nan
    text = words(gpp_costs.draw_costs(table, product=GPP), monkeypatch)
    assert text.count("FluxFormer") == 1
    assert "MLP" not in text
    assert isinstance(table, pd.DataFrame)
