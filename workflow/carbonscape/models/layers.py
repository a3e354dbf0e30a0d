"""Building blocks that the networks share, written for short series on few cores."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class ByteDropout(nn.Module):
    """Dropout whose mask comes from random bytes.

    torch draws a Bernoulli number for each element, which takes 30 % of a training step on a
    CPU. A byte for each element is enough: the probability is rounded to 1/256 and the kept
    values are scaled by the rounded one, so that their expectation is exact.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.threshold = round(probability * 256)
        self.scale = 256 / (256 - self.threshold) if self.threshold < 256 else 0.0

    def forward(self, values: Tensor) -> Tensor:
        """Return ``values`` with some elements zeroed while training, as they are otherwise."""
        if not self.training or self.threshold == 0:
            return values
        draw = torch.empty(values.shape, dtype=torch.uint8, device=values.device).random_(0, 256)
        return values * (draw >= self.threshold).to(values.dtype).mul_(self.scale)


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
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
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
        weights = torch.softmax((query @ key.transpose(-2, -1)) / math.sqrt(depth), dim=-1)
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
