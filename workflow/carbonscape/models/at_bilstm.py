"""At-BiLSTM: bidirectional LSTM layers and attention over time (the XCO2 paper's Table 3).

Decisions where the paper is silent: weights start as Keras starts them (section 2.2 names
Keras), and the weighted steps are flattened before the last layer, because a dense layer on
(step, channel) alone would give a prediction for each step (deviation D50).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.layers import ByteDropout

ENTRY = Entry(kind="network", label="At-BiLSTM", role="paper", wings=("columns",))


class AttentionBiLSTM(nn.Module):
    """Three BiLSTM layers, attention over time, dropout, flattening and one output.

    The attention (Bahdanau et al. 2016, arXiv:1409.0473, as Table 3 simplifies it) is a dense
    layer with softmax over the steps, the same for every channel, whose output multiplies the
    channel's values at those steps.

    With 512 units and a window of 3 x 16 there are 14,773,261 parameters: the 14,760,973 of
    Keras, and the second bias vector that torch gives to each direction of a layer.

    Args:
        shape: steps and variables. There is no land-cover context.
        units: of a layer in each direction.
        layers: stacked BiLSTM layers.
        dropout: probability before the last layer.

    Raises:
        ConfigError: samples with PFT context were given.
    """

    def __init__(
        self, shape: Shape, *, units: int = 512, layers: int = 3, dropout: float = 0.5
    ) -> None:
        super().__init__()
        if shape.classes:
            raise ConfigError(
                "the model at_bilstm reads no PFT context; use it for XCO2, or with the PFT "
                "setting 'none'."
            )
        self.layers = nn.ModuleList(
            nn.LSTM(channels, units, batch_first=True, bidirectional=True)
            for channels, _ in pairwise([shape.variables, *[2 * units] * layers])
        )
        self.attention = nn.Linear(shape.steps, shape.steps)
        self.dropout = ByteDropout(dropout)
        self.head = nn.Linear(shape.steps * 2 * units, 1)
        self.apply(_start_as_keras)

    def forward(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return predictions (sample,) in the unit of the target.

        Args:
            series: (sample, step, variable), standardised.
            context: not read.
        """
        del context
        values = series
        for layer in self.layers:
            values, _ = layer(values)
        values = self.dropout(values * self.weigh(values))
        return self.head(values.flatten(1)).squeeze(-1)

    def weigh(self, values: Tensor) -> Tensor:
        """Return the weights of the steps for each channel: (sample, step, channel), sum one.

        The paper permutes, applies a dense layer to the steps and permutes back; a product from
        the left is the same without moving an array four times.
        """
        weight = self.attention.weight.expand(len(values), -1, -1)
        scores = torch.baddbmm(self.attention.bias[:, None], weight, values)
        return torch.softmax(scores, dim=1)


def _start_as_keras(module: nn.Module) -> None:
    """Give a layer the initial weights of Keras.

    Glorot's uniform distribution for inputs, an orthogonal matrix for the state, zero for biases
    but one for the forget gate (Jozefowicz et al. 2015), so that a state is kept at first.
    """
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    if not isinstance(module, nn.LSTM):
        return
    for name, values in module.named_parameters():
        if name.startswith("weight_ih"):
            nn.init.xavier_uniform_(values)
        elif name.startswith("weight_hh"):
            nn.init.orthogonal_(values)
        else:
            nn.init.zeros_(values)
            if name.startswith("bias_ih"):
                with torch.no_grad():
                    values[module.hidden_size : 2 * module.hidden_size] = 1.0


def build(shape: Shape, options: Mapping[str, Any]) -> AttentionBiLSTM:
    """Return an untrained At-BiLSTM; ``options`` are keywords of :class:`AttentionBiLSTM`."""
    return AttentionBiLSTM(shape, **options)
