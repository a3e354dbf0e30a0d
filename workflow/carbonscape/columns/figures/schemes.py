"""Figure 1 of XCO2, the steps of the run, and the network."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from carbonscape.figures import network
from carbonscape.figures.rule_graph import draw_rules


def draw_fig01(rules: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw the steps from the archives to the report: see :func:`rule_graph.draw_rules`.

    Args:
        rules: a RULE_EDGES table of ``evaluation.rules``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 1.
    """
    return draw_rules(rules, simulated=simulated)


def draw_network(layers: pd.DataFrame) -> Figure:
    """Draw the layers of the network: see :func:`network.draw_network`.

    Args:
        layers: a NETWORK_LAYERS table of ``evaluation.network_layers``.

    Source: the XCO2 paper, Table 3.
    """
    return network.draw_network(layers)
