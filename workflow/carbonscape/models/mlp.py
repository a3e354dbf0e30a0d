"""MLP: fully connected layers on the flattened window (rival model of section 3.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.layers import ByteDropout, InputEncoder

ENTRY = Entry(kind="network", label="MLP", role="paper", wings=("fluxes", "columns"))


class PerceptronNetwork(nn.Module):
    """A multilayer perceptron on all steps at once.

    The inputs are those of FluxFormer, flattened; every hidden layer is linear, batch
    normalisation, GELU and dropout; the head is linear.

    Args:
        shape: steps, variables and land-cover classes.
        width: channels at every step.
        layers: hidden layers.
        hidden: units of a hidden layer.
        dropout: probability after every hidden layer.
        context: where the encoded PFT joins: ``projection`` or ``head``.
        context_hidden, context_width: widths of the PFT encoder of each source. Samples without
            PFT need none of the three.

    Raises:
        ConfigError: the widths do not fit together.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        width: int,
        layers: int,
        hidden: int,
        dropout: float,
        context: str = "projection",
        context_hidden: int = 64,
        context_width: int = 16,
    ) -> None:
        super().__init__()
        self.inputs = InputEncoder(
            "mlp",
            shape,
            width=width,
            context=context,
            context_hidden=context_hidden,
            context_width=context_width,
        )
        sizes = [shape.steps * width, *[hidden] * layers]
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Linear(before, after), nn.BatchNorm1d(after), nn.GELU(), ByteDropout(dropout)
            )
            for before, after in pairwise(sizes)
        )
        self.head = nn.Linear(hidden + self.inputs.at_head, 1)

    def forward(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return predictions (sample,) in the unit of the target.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).
        """
        values, at_head = self.inputs(series, context)
        values = values.flatten(1)
        for layer in self.layers:
            values = layer(values)
        return self.head(torch.cat([values, at_head], dim=-1)).squeeze(-1)


def build(shape: Shape, options: Mapping[str, Any]) -> PerceptronNetwork:
    """Return an untrained MLP; ``options`` are keywords of :class:`PerceptronNetwork`."""
    return PerceptronNetwork(shape, **options)
