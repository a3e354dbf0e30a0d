"""Annual FluxFormer: one causal transformer that reads a year once and predicts every month.

Beyond the paper. Its twelve monthly models read January to the month again and again, each with
weights of its own, learnt from a twelfth of the samples. Here a step attends to itself and to
earlier steps only, so that the output at the last step of a month has seen what the monthly
model sees and no later step; all months share their weights but for the last layer.

A step whose predictor was missing holds what the gap rule made of observations on both sides of
it (deviation D2), here as in the windows of the monthly models: through such values alone a month
can depend on what was observed after it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.fluxformer import FluxFormer

ENTRY = Entry(kind="network", label="Annual FluxFormer", role="beyond", yearly=True)


class AnnualFluxFormer(FluxFormer):
    """FluxFormer with causal attention and an output for each calendar month.

    Args:
        shape: steps of a year, variables, land-cover classes and the last step of each month.
        options: keywords of :class:`carbonscape.models.fluxformer.FluxFormer`.

    Raises:
        ConfigError: the widths do not fit together.
    """

    def __init__(self, shape: Shape, **options: Any) -> None:
        super().__init__(shape, name="fluxformer_annual", causal=True, **options)
        # The flattened year of the monthly models' head would show a month its future.
        inputs = self.head.in_features - (shape.steps - 1) * self.width
        self.head = nn.Identity()
        months = len(shape.month_ends)
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(months, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(months))
        self.register_buffer("month_ends", torch.tensor(shape.month_ends), persistent=False)

    def answer(self, values: Tensor, encoded: Tensor | None) -> Tensor:
        """Return predictions (sample, month) from the encoder's (sample, step, channel)."""
        return self.answer_read(values[:, self.month_ends], encoded)

    def answer_read(self, values: Tensor, encoded: Tensor | None) -> Tensor:
        """Return predictions from the last step of each month: (sample, month, channel)."""
        if encoded is not None and self.context == "head":
            beside = encoded[:, None, :].expand(-1, values.shape[1], -1)
            values = torch.cat([values, beside], dim=-1)
        return (values * self.weight).sum(-1) + self.bias


def build(shape: Shape, options: Mapping[str, Any]) -> AnnualFluxFormer:
    """Return an untrained network; ``options`` are those of FluxFormer."""
    return AnnualFluxFormer(shape, **options)
