"""The table of the layers of a network, from which its scheme is drawn."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd

from carbonscape.core.tables import Column, TableSchema, write_table
from carbonscape.models.entry import Shape
from carbonscape.models.layer_lists import layers_of

NETWORK_LAYERS = TableSchema(
    "network layers",
    (
        Column("model", "text", "network"),
        Column("layer", "text", "layer, in the order of the computation"),
        Column("output", "text", "shape of what it returns for a sample"),
        Column(
            "reads", "text", "layers that it reads, with ; between; empty for an input", "", True
        ),
        Column("parameters", "integer", "trained numbers, in all repetitions", "1"),
        Column("block", "text", "block that it is repeated with; empty for none", "", True),
    ),
    key=("model", "layer"),
)


def network_layers(model: str | None, shape: Shape, options: Mapping[str, Any]) -> pd.DataFrame:
    """Return the NETWORK_LAYERS table of a network; no rows without a network.

    Args:
        model: name of a described network, or None.
        shape: what it is built for.
        options: its section of the configuration.
    """
    layers = layers_of(model, shape, options) if model else []
    rows = [
        (model, one.name, one.output, ";".join(one.reads), one.parameters, one.block)
        for one in layers
    ]
    return pd.DataFrame(rows, columns=NETWORK_LAYERS.names)


def write_layers(
    path: str | os.PathLike[str], model: str | None, shape: Shape, options: Mapping[str, Any]
) -> None:
    """Write the table of :func:`network_layers` to a CSV file."""
    write_table(network_layers(model, shape, options), path, NETWORK_LAYERS)
