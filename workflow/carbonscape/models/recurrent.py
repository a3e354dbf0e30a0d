"""Recurrent networks: what LSTM and BiLSTM (section 3.2.1) share."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn

from carbonscape.models.entry import Shape
from carbonscape.models.layers import ByteDropout, InputEncoder


class RecurrentNetwork(nn.Module):
    """Stacked LSTM layers (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735).

    The inputs are those of FluxFormer; a linear head reads the last layer's state after its last
    step: of the month itself, and of the window's first step for the layer that reads backwards.

    Args:
        name: of the model in the configuration, for messages.
        shape: steps, variables and land-cover classes.
        both_ways: whether every layer reads the window backwards too.
        width: channels at every step, and units of a layer in each direction.
        layers: stacked layers.
        dropout: probability between layers and before the head.
        context: where the encoded PFT joins: ``projection`` or ``head``.
        context_hidden, context_width: widths of the PFT encoder of each source. Samples without
            PFT need none of the three.

    Raises:
        ConfigError: the widths do not fit together.
    """

    def __init__(
        self,
        name: str,
        shape: Shape,
        *,
        both_ways: bool,
        width: int,
        layers: int,
        dropout: float,
        context: str = "projection",
        context_hidden: int = 64,
        context_width: int = 16,
    ) -> None:
        super().__init__()
        self.inputs = InputEncoder(
            name,
            shape,
            width=width,
            context=context,
            context_hidden=context_hidden,
            context_width=context_width,
        )
        state = 2 * width if both_ways else width
        self.layers = nn.ModuleList(
            nn.LSTM(channels, width, batch_first=True, bidirectional=both_ways)
            for channels, _ in pairwise([width, *[state] * layers])
        )
        self.dropout = ByteDropout(dropout)
        self.head = nn.Linear(state + self.inputs.at_head, 1)

    def forward(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return predictions (sample,) in the unit of the target.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).
        """
        values, at_head = self.inputs(series, context)
        values, (state, _) = self.layers[0](values)
        for layer in self.layers[1:]:
            values, (state, _) = layer(self.dropout(values))
        # (direction, sample, unit), forwards first.
        last = self.dropout(torch.cat(state.unbind(0), dim=-1))
        return self.head(torch.cat([last, at_head], dim=-1)).squeeze(-1)
