"""The table of the layers of a network, from which its scheme is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pandas as pd

from carbonscape.core.tables import Column, TableSchema, write_table

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


def layer_table(model: str, layers: Iterable[Any]) -> pd.DataFrame:
    """Return the NETWORK_LAYERS table of a network; no rows without layers.

    Args:
        model: name of the network.
        layers: of :func:`carbonscape.models.layer_lists.layers_of`.
    """
    rows = [
        (model, one.name, one.output, ";".join(one.reads), one.parameters, one.block)
        for one in layers
    ]
    return pd.DataFrame(rows, columns=NETWORK_LAYERS.names)


def write_layers(path: str | os.PathLike[str], model: str, layers: Iterable[Any]) -> None:
    """Write the table of :func:`layer_table` to a CSV file."""
    write_table(layer_table(model, layers), path, NETWORK_LAYERS)
