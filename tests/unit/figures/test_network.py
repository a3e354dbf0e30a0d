"""The scheme of a network: every layer is a box under what it reads."""

from __future__ import annotations

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from carbonscape.figures.network import draw_network
from helpers.drawing import words
from helpers.figures_made import layers


def test_every_layer_is_drawn_with_its_shape_and_parameters(monkeypatch) -> None:
    table = layers("fluxformer", {"esa_cci": 14, "igbp": 17}, 44, 7)
    figure = draw_network(table)
    text = words(figure, monkeypatch)
    for part in ("FluxFormer: 168,353 parameters", "linear projection\n44 × 32; 256 parameters",
                 "encoder block, 3 times", "PFT of ESA-CCI\n14 classes"):  # fmt: skip
        assert part in text
    ax = figure.axes[0]
    boxes = [one for one in ax.patches if isinstance(one, FancyBboxPatch)]
    assert len(boxes) == len(table) + 1  # and the frame of the block
    arrows = [one for one in ax.patches if isinstance(one, FancyArrowPatch)]
    # One for each layer read, those that pass others beside them included.
    read = table["reads"].str.split(";").map(lambda names: len([one for one in names if one]))
    assert len(arrows) == read.sum()


def test_a_run_without_a_known_network_says_so(monkeypatch) -> None:
    empty = layers("at_bilstm", {}, 3, 16).iloc[:0]
    assert "no network" in words(draw_network(empty), monkeypatch)
