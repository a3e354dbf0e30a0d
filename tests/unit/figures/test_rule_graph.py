"""Schemes: every rule has a stage, lines lead down, and what longer ways imply is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyBboxPatch, PathPatch

from carbonscape.evaluation.rules import RULE_EDGES, write_rules
from carbonscape.figures.layout import faults
from carbonscape.figures.reading import draw_reading
from carbonscape.figures.rule_graph import COLORS, STAGES, draw_rules, stage_of
from helpers.drawing import words, written
from helpers.parsed_workflow import parsed_rules
from helpers.rules_made import rules_of


def table(*edges: tuple[str, str, str]) -> pd.DataFrame:
    return RULE_EDGES.check(pd.DataFrame(edges, columns=RULE_EDGES.names), "test")


SMALL = table(
    ("simulate_towers", "rule", ""),
    ("read_towers", "rule", "simulate_towers"),
    ("train_flux", "rule", "read_towers"),
    ("evaluate_maps", "rule", "train_flux"),
    ("evaluate_maps", "rule", "read_towers"),
    ("evaluate_sums", "rule", "train_flux"),
    ("plot_gpp_maps", "rule", "evaluate_maps"),
    ("plot_gpp_maps", "rule", "evaluate_sums"),
    ("fig11", "figure", "evaluate_maps"),
    ("truth_map", "figure", "evaluate_maps"),
)


def test_every_rule_of_the_workflow_has_a_stage() -> None:
    named = [name for name, parts in parsed_rules().items() if parts["output"]]
    assert {stage_of(name) for name in named} == set(STAGES)
    with pytest.raises(KeyError, match="no stage has the verb of the rule invent_towers"):
        stage_of("invent_towers")


def test_rules_stand_in_their_stages_from_the_top(monkeypatch) -> None:
    figure = draw_rules(SMALL, simulated=True)
    text = words(figure, monkeypatch)
    for part in (
        "simulate_\ntowers",
        "evaluate_maps\nevaluate_sums",
        "plot_<section>",
        "Predictors",
    ):
        assert (part in text) is (part != "Predictors"), part
    assert "Simulated Earth" in text
    boxes = [one for one in figure.axes[0].patches if isinstance(one, FancyBboxPatch)]
    places = {COLORS.index(_hex(one.get_edgecolor())): one.get_y() for one in boxes}
    assert sorted(places, key=places.get, reverse=True) == sorted(places) == [0, 1, 4, 5, 6]


def test_a_line_that_a_longer_way_implies_is_left_out_and_all_lead_down() -> None:
    figure = draw_rules(SMALL, simulated=False)
    lines = [one for one in figure.axes[0].patches if isinstance(one, PathPatch)]
    # From towers to months, to the model, to the evaluations, to the plots.
    assert len(lines) == 4
    for line in lines:
        heights = line.get_path().vertices[:, 1]
        assert np.all(np.diff(heights[[0, 3]]) < 0)


def test_a_line_goes_through_rows_beside_their_boxes() -> None:
    figure = draw_rules(rules_of("gpp"), simulated=False)
    ax = figure.axes[0]
    figure.draw_without_rendering()
    boxes = [one.get_window_extent() for one in ax.patches if isinstance(one, FancyBboxPatch)]
    for line in (one for one in ax.patches if isinstance(one, PathPatch)):
        codes = line.get_path().codes
        if len(codes) == 5:
            x, y = ax.transData.transform(line.get_path().vertices[-2:]).mean(axis=0)
            assert not any(box.contains(x, y) for box in boxes)


def test_the_framework_has_a_dot_for_each_step_that_an_evaluation_reads(monkeypatch) -> None:
    figure = draw_reading(SMALL, simulated=False)
    text = words(figure, monkeypatch)
    assert "11; truth map" in text
    assert "tables" in text
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == 3
    assert len({float(dot.get_xdata()[0]) for dot in dots}) == 2
    nothing = draw_reading(SMALL.iloc[:2], simulated=False)
    assert "evaluates nothing" in words(nothing, monkeypatch)


def test_many_more_steps_and_evaluations_can_be_read() -> None:
    rules = rules_of("gpp")
    more = [
        (f"evaluate_flux_{number}", "rule", one)
        for number in range(6)
        for one in ("mosaic_gpp", f"read_other_product_{number}", f"measure_{number}")
    ]
    more += [
        (f"read_other_product_{number}", "rule", "simulate_other_products") for number in range(6)
    ]
    more += [(f"measure_{number}", "rule", "select_samples") for number in range(6)]
    both = pd.concat([rules, table(*more)])
    assert faults(draw_reading(both, simulated=True)) == []
    assert faults(draw_rules(both, simulated=True)) == []


@pytest.mark.parametrize("draw", [draw_rules, draw_reading])
def test_a_scheme_has_the_same_bytes_each_time(draw, tmp_path) -> None:
    first = written(draw(rules_of("xco2"), simulated=True), tmp_path, "first")
    assert written(draw(rules_of("xco2"), simulated=True), tmp_path, "second") == first


def test_edges_are_written_as_a_table(tmp_path) -> None:
    path = tmp_path / "rules.csv"
    write_rules(path, [["simulate", "rule", ""], ["fig11", "figure", "simulate"]])
    assert path.read_text() == "name,kind,reads\nsimulate,rule,\nfig11,figure,simulate\n"


def _hex(color: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02X}" for part in color[:3]).replace(
        "6B6B6B", "6b6b6b"
    )


def test_an_evaluation_that_a_map_reads_stands_above_it() -> None:
    upward = table(
        ("train_flux", "rule", ""),
        ("evaluate_importance", "rule", "train_flux"),
        ("measure_applicability", "rule", "evaluate_importance"),
    )
    figure = draw_rules(upward, simulated=False)
    boxes = [one for one in figure.axes[0].patches if isinstance(one, FancyBboxPatch)]
    # Boxes come in the order of their names.
    importance, applicability, trained = (one.get_y() for one in boxes)
    assert trained > importance > applicability
    assert {_hex(one.get_edgecolor()) for one in boxes} == {COLORS[4]}
