"""Figures 2 and 3 of a flux, and its network: steps of the run, and what evaluations read."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from carbonscape.figures import network
from carbonscape.figures.reading import draw_reading
from carbonscape.figures.rule_graph import draw_rules


def draw_fig02(rules: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw the steps from the archives to the report: see :func:`rule_graph.draw_rules`.

    Args:
        rules: a RULE_EDGES table of ``evaluation.rules``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 2.
    """
    return draw_rules(rules, simulated=simulated)


def draw_fig03(rules: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw which evaluation reads what: see :func:`reading.draw_reading`.

    Args:
        rules: a RULE_EDGES table of ``evaluation.rules``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 3.
    """
    return draw_reading(rules, simulated=simulated)


def draw_network(layers: pd.DataFrame) -> Figure:
    """Draw the layers of the network: see :func:`network.draw_network`.

    Args:
        layers: a NETWORK_LAYERS table of ``evaluation.network_layers``.

    Source: the GPP paper, section 3.1 and figure 2.
    """
    return network.draw_network(layers)
