"""FluxFormer: a multivariate time-series transformer with plant-functional-type context.

The encoder follows the MVTS transformer (Zerveas et al. 2021, doi:10.1145/3447548.3467401):
linear projection, learnable positions, post-norm blocks with batch normalisation, and a linear
head on the flattened sequence. FluxFormer (section 3.1) encodes each source of plant functional
types by three linear layers and concatenates the result with the projected series.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.fluxformer_folded import FoldedFluxFormer, batch_of, can_fold
from carbonscape.models.layers import BatchNormOverTime, ByteDropout, ContextEncoder, SelfAttention

ENTRY = Entry(kind="network", label="FluxFormer", role="paper")


class EncoderBlock(nn.Module):
    """One post-norm transformer block: attention, batch norm, feed-forward, batch norm."""

    def __init__(
        self, width: int, heads: int, feedforward: int, dropout: float, *, causal: bool = False
    ) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads, dropout, causal=causal)
        self.norm_attention = BatchNormOverTime(width)
        self.widen = nn.Linear(width, feedforward)
        self.narrow = nn.Linear(feedforward, width)
        self.norm_feedforward = BatchNormOverTime(width)
        self.dropout = ByteDropout(dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Map (sample, step, channel) to the same shape."""
        values = self.norm_attention(values + self.dropout(self.attention(values)))
        inner = self.dropout(nn.functional.gelu(self.widen(values)))
        return self.norm_feedforward(values + self.dropout(self.narrow(inner)))


class FluxFormer(nn.Module):
    """Predict monthly GPP from a window of predictors and the cover of the land.

    Args:
        shape: steps, variables and land-cover classes.
        width: channels of the encoder (d).
        heads: attention heads; must divide ``width``.
        layers: encoder blocks.
        feedforward: channels inside a block.
        dropout: probability, everywhere.
        context: ``projection`` concatenates the encoded PFT with the projected series at every
            step so that both together have ``width`` channels; ``head`` concatenates it with
            the flattened sequence before the last layer (deviation D4).
        context_hidden, context_width: widths of the PFT encoder of each source.
        causal: whether a step attends to itself and earlier steps only.
        name: of the model in the configuration, for messages.

    Raises:
        ConfigError: the widths do not fit together.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        width: int = 64,
        heads: int = 8,
        layers: int = 3,
        feedforward: int = 256,
        dropout: float = 0.1,
        context: str = "projection",
        context_hidden: int = 64,
        context_width: int = 16,
        causal: bool = False,
        name: str = "fluxformer",
    ) -> None:
        super().__init__()
        if width % heads:
            raise ConfigError(
                f"config keys 'gpp.models.{name}.width' ({width}) and 'heads' ({heads}): the "
                "width must be a multiple of the number of heads."
            )
        beside = context_width * len(shape.classes) if context == "projection" else 0
        if beside >= width:
            raise ConfigError(
                f"config key 'gpp.models.{name}.context_width' ({context_width}): the encoded "
                f"PFT would take {beside} of {width} channels and leave none to the series; use a "
                "smaller context_width or a larger width."
            )
        self.context = context
        self.width = width
        self.encoders = nn.ModuleDict(
            {
                source: ContextEncoder(classes, context_hidden, context_width)
                for source, classes in shape.classes.items()
            }
        )
        self.project = nn.Linear(shape.variables, width - beside)
        self.positions = nn.Parameter(torch.empty(shape.steps, width).uniform_(-0.02, 0.02))
        self.dropout = ByteDropout(dropout)
        self.blocks = nn.ModuleList(
            EncoderBlock(width, heads, feedforward, dropout, causal=causal) for _ in range(layers)
        )
        at_head = context_width * len(shape.classes) if context == "head" else 0
        self.head = nn.Linear(shape.steps * width + at_head, 1)

    def forward(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return predictions (sample,) in the unit of the target.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).
        """
        encoded = self.encode(context)
        return self.answer(self.read(series, encoded), encoded)

    def answer(self, values: Tensor, encoded: Tensor | None) -> Tensor:
        """Return predictions (sample,) from the encoder's (sample, step, channel)."""
        flat = values.flatten(1)
        if encoded is not None and self.context == "head":
            flat = torch.cat([flat, encoded], dim=-1)
        return self.head(flat).squeeze(-1)

    def answer_read(self, values: Tensor, encoded: Tensor | None) -> Tensor:
        """Do what :meth:`answer` does with the steps that it reads, here all."""
        return self.answer(values, encoded)

    @property
    def batch(self) -> int:
        """Samples that are best predicted at a time."""
        return batch_of(len(self.positions))

    def for_prediction(
        self, kind: torch.dtype = torch.float32
    ) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
        """Return the same function in a form that takes less time, for a network in evaluation.

        Args:
            kind: of the numbers in the large products; a network that cannot be rearranged
                stays as it is.
        """
        foldable = self.positions.dtype == torch.float32 and can_fold(self)
        return FoldedFluxFormer(self, kind) if foldable else self

    def encode(self, context: Mapping[str, Tensor]) -> Tensor | None:
        """Return the encoded PFT of all sources, (sample, channel), or None without PFT."""
        encoded = [encoder(context[source]) for source, encoder in self.encoders.items()]
        return torch.cat(encoded, dim=-1) if encoded else None

    def read(self, series: Tensor, encoded: Tensor | None) -> Tensor:
        """Return what the encoder makes of the series: (sample, step, channel)."""
        values = self.project(series)
        if encoded is not None and self.context == "projection":
            beside = encoded[:, None, :].expand(-1, values.shape[1], -1)
            values = torch.cat([values, beside], dim=-1)
        # The scale of the MVTS transformer, here for the encoded PFT as well (deviation D51).
        values = self.dropout(values * math.sqrt(self.width) + self.positions)
        for block in self.blocks:
            values = block(values)
        return self.dropout(nn.functional.gelu(values))


def build(shape: Shape, options: Mapping[str, Any]) -> FluxFormer:
    """Return an untrained FluxFormer; ``options`` are keywords of :class:`FluxFormer`."""
    return FluxFormer(shape, **options)
