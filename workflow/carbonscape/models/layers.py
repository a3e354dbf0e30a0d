"""Building blocks that the networks share, written for short series on few cores."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Shape


class ByteDropout(nn.Module):
    """Dropout whose mask comes from random bytes.

    torch draws a Bernoulli number for each element, which takes 30 % of a training step on a
    CPU. A byte for each element is enough, and eight bytes come from each 64-bit number: the
    probability is rounded to 1/256 and the kept values are scaled by the rounded one, so that
    their expectation is exact.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.threshold = round(probability * 256)
        self.scale = 256 / (256 - self.threshold) if self.threshold < 256 else 0.0

    def forward(self, values: Tensor) -> Tensor:
        """Return ``values`` with some elements zeroed while training, as they are otherwise."""
        if not self.training or self.threshold == 0:
            return values
        count = values.numel()
        words = torch.empty((count + 7) // 8, dtype=torch.int64, device=values.device)
        draw = words.random_(-(2**63), None).view(torch.uint8)[:count].view(values.shape)
        mask = torch.empty_like(values)
        # Compared right into the mask's type: a mask of booleans would be converted by a copy.
        torch.ge(draw, self.threshold, out=mask)
        return values * mask.mul_(self.scale)


class BatchNormOverTime(nn.Module):
    """Batch normalisation of (sample, step, channel) over samples and steps."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels, eps=1e-5)

    def forward(self, values: Tensor) -> Tensor:
        """Return the normalised values in the same shape."""
        flat = values.reshape(-1, values.shape[-1])
        return self.norm(flat).view_as(values)


class SelfAttention(nn.Module):
    """Multi-head self-attention over (sample, step, channel), with dropout on the weights.

    Written out rather than called from torch: for the 1 to 44 steps of this problem a plain
    softmax is faster on a CPU than the fused kernel.

    Args:
        width: channels.
        heads: attention heads; must divide ``width``.
        dropout: probability of a weight to be dropped.
        causal: whether a step attends to itself and earlier steps only.
    """

    def __init__(self, width: int, heads: int, dropout: float, *, causal: bool = False) -> None:
        super().__init__()
        self.causal = causal
        self.heads = heads
        self.project_in = nn.Linear(width, 3 * width)
        self.project_out = nn.Linear(width, width)
        self.dropout = ByteDropout(dropout)
        nn.init.xavier_uniform_(self.project_in.weight)
        nn.init.zeros_(self.project_in.bias)
        nn.init.zeros_(self.project_out.bias)

    def forward(self, values: Tensor) -> Tensor:
        """Return the attended values in the same shape."""
        samples, steps, width = values.shape
        depth = width // self.heads
        joint = self.project_in(values).view(samples, steps, 3, self.heads, depth)
        query, key, value = joint.permute(2, 0, 3, 1, 4).unbind(0)
        # Scaled before the product, which has more elements than its factors.
        scores = (query / math.sqrt(depth)) @ key.transpose(-2, -1)
        if self.causal:
            later = torch.ones(steps, steps, dtype=torch.bool, device=values.device).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        weights = torch.softmax(scores, dim=-1)
        mixed = self.dropout(weights) @ value
        return self.project_out(mixed.transpose(1, 2).reshape(samples, steps, width))


class ContextEncoder(nn.Module):
    """The PFT encoder: three linear layers (section 3.1; widths are deviation D4)."""

    def __init__(self, classes: int, hidden: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(classes, hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Linear(hidden, width),
        )

    def forward(self, context: Tensor) -> Tensor:
        """Map (sample, class) to (sample, channel)."""
        return self.layers(context)


class InputEncoder(nn.Module):
    """What FluxFormer does to its inputs before the transformer, for the rival networks.

    Every source of plant functional types goes through a :class:`ContextEncoder`, the series
    through a linear projection, and the two are concatenated at every step so that both
    together have ``width`` channels; or the PFT waits for the last layer (deviation D4).

    Args:
        name: of the model in the configuration, for messages.
        shape: steps, variables and land-cover classes.
        width: channels at every step.
        context: ``projection`` or ``head``, where the encoded PFT joins.
        context_hidden, context_width: widths of the PFT encoder of each source.

    Attributes:
        at_head: channels of encoded PFT that the last layer reads.

    Raises:
        ConfigError: the encoded PFT leaves no channel to the series.
    """

    def __init__(
        self,
        name: str,
        shape: Shape,
        *,
        width: int,
        context: str,
        context_hidden: int,
        context_width: int,
    ) -> None:
        super().__init__()
        encoded = context_width * len(shape.classes)
        beside, self.at_head = (encoded, 0) if context == "projection" else (0, encoded)
        if beside >= width:
            raise ConfigError(
                f"config key 'gpp.models.{name}.context_width' ({context_width}): the encoded "
                f"PFT would take {beside} of {width} channels and leave none to the series; use a "
                "smaller context_width or a larger width."
            )
        self.encoders = nn.ModuleDict(
            {
                source: ContextEncoder(classes, context_hidden, context_width)
                for source, classes in shape.classes.items()
            }
        )
        self.project = nn.Linear(shape.variables, width - beside)

    def forward(self, series: Tensor, context: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return what the network and what its last layer reads.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).

        Returns:
            (sample, step, width), and the encoded PFT for the last layer (sample, at_head).
        """
        values = self.project(series)
        encoded = [encoder(context[source]) for source, encoder in self.encoders.items()]
        if not encoded:
            return values, values.new_empty(len(values), 0)
        joint = torch.cat(encoded, dim=-1)
        if self.at_head:
            return values, joint
        beside = joint[:, None, :].expand(-1, values.shape[1], -1)
        return torch.cat([values, beside], dim=-1), joint[:, :0]
