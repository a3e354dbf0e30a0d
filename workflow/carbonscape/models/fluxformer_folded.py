"""FluxFormer rearranged for prediction: the same function of the same weights, in less time.

A trained network changes no more, so that much of its arithmetic is done once, in float64:

- Batch normalisation is a scale and an offset for each channel by now. The stream of residuals is
  kept as it is before them: both go into the weights and offsets of the layers around it, and of
  the passes over the stream only the sums are left.
- An offset of the keys adds the same to every score of a query, which softmax does not see, and
  one of the values goes through attention unchanged: both go into offsets further on.
- Attention leaves out what changes no digit (:mod:`carbonscape.models.folded_attention`).
- The products of the feed-forward layers take offsets and the stream in, by oneDNN where torch has
  it.
- Of an annual network's last block only the last step of each month is computed.

Predictions differ from those of the network as it was trained by rounding: :data:`TOLERANCE`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from carbonscape.models.folded_attention import SHORT, LongAttention, ShortAttention

if TYPE_CHECKING:
    from carbonscape.models.fluxformer import EncoderBlock, FluxFormer

#: Largest difference to the network as it was trained, in standard deviations of the target.
TOLERANCE = 1e-4

#: Smallest scale of a channel that is divided by.
SMALLEST_SCALE = 1e-6


def batch_of(steps: int) -> int:
    """Return how many samples of a window to read at a time.

    Smaller ones take longer by the calls, larger ones by memory far from the core: 128 samples of
    44 steps, 512 of 4.
    """
    return min(max(2 ** int(math.log2(6000 / steps)), 32), 512 if steps <= SHORT else 128)


class FoldedFluxFormer:
    """What a trained FluxFormer, monthly or annual, predicts.

    Args:
        network: in evaluation mode, on the CPU; later changes of its weights are not seen.
        kind: of the numbers in the products of the blocks; the stream of residuals, attention and
            the last layer stay in float32.

    Raises:
        ValueError: a channel is scaled to nothing (:func:`can_fold`).
    """

    def __init__(self, network: FluxFormer, kind: torch.dtype = torch.float32) -> None:
        if not can_fold(network):
            raise ValueError("a channel of the network is scaled to nothing")
        self.network = network
        self.width, self.scale = network.width, math.sqrt(network.width)
        attention = network.blocks[0].attention
        self.heads, self.causal = attention.heads, attention.causal
        self.project = (network.project.weight * self.scale).detach().t().contiguous()
        self.offset = (network.project.bias * self.scale).detach()
        gain, shift = torch.ones(self.width).double(), torch.zeros(self.width).double()
        self.blocks = []
        for block in network.blocks:
            folded, gain, shift = _fold(block, gain, shift, kind)
            self.blocks.append(folded)
        self.gain, self.shift = gain.float(), shift.float()
        # Steps whose output is asked for: all of a monthly network's.
        self.asked: Tensor | None = getattr(network, "month_ends", None)
        self.careful = [False] * len(self.blocks)
        self._kept: tuple[tuple[int, int], Any] = ((0, 0), ())

    @torch.inference_mode()
    def __call__(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return what the network returns for some samples.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).
        """
        encoded = self.network.encode(context)
        return self.network.answer_read(self._read(series, encoded), encoded)

    def _read(self, series: Tensor, encoded: Tensor | None) -> Tensor:
        """Return what the encoder makes of the series: (sample, step asked for, channel)."""
        samples, steps, variables = series.shape
        every, last = self._attentions_of(samples, steps)
        short = steps <= SHORT
        # Tokens lie (step, sample) where attention works on all samples at once.
        tokens = series.transpose(0, 1) if short else series
        values = torch.addmm(self.offset, tokens.reshape(-1, variables), self.project)
        stream = torch.empty(len(values), self.width)
        wide, own = stream.view(*tokens.shape[:2], self.width), values.shape[1]
        positions = self.network.positions[:, None] if short else self.network.positions
        torch.add(values.view(*tokens.shape[:2], own), positions[..., :own], out=wide[..., :own])
        if encoded is not None and own < self.width:
            beside = encoded * self.scale
            beside = beside if short else beside[:, None]
            torch.add(beside, positions[..., own:], out=wide[..., own:])
        for number, block in enumerate(self.blocks):
            # What the last block says of other steps, nobody reads.
            ends = not short and number == len(self.blocks) - 1
            attention, asked = (last, self.asked) if ends else (every, None)
            stream = block.ask(stream, attention, asked)
            careful = attention.attend(block.query, careful=self.careful[number])
            # Kept for the next batch: it saves time and changes no digit.
            self.careful[number] = careful
            stream = block.feed(block.mix(stream, attention.mixed))
        torch.addcmul(self.shift, stream, self.gain, out=stream)
        found = torch.ops.aten.gelu_(stream)
        if short:
            found = found.view(steps, samples, self.width).transpose(0, 1)
            return found if self.asked is None else found[:, self.asked]
        return found.view(samples, -1, self.width)

    def _attentions_of(
        self, samples: int, steps: int
    ) -> tuple[LongAttention | ShortAttention, LongAttention | ShortAttention]:
        """Return the attention of all blocks but the last, and that of the last, for a batch.

        They are kept until a batch of another shape comes.
        """
        kept, found = self._kept
        if kept != (samples, steps):
            how = {"heads": self.heads, "width": self.width, "causal": self.causal}
            if steps <= SHORT:
                every = last = ShortAttention(samples, steps, **how)
            else:
                every = last = LongAttention(samples, steps, **how)
                if self.asked is not None:
                    last = LongAttention(samples, steps, asked=self.asked.tolist(), **how)
            found = (every, last)
            self._kept = ((samples, steps), found)
        return found


@dataclass(frozen=True)
class FoldedBlock:
    """What is left of an encoder block: matrices and offsets, by the layers they are of.

    Attributes:
        joint: (3 x channel, channel) of queries, keys and values.
        query: (channel, 1) offset of the queries.
        out: (channel, channel), transposed.
        widen: (channel, inner), transposed; ``offset`` (inner,).
        narrow: (inner, channel), transposed.
        packed: ``widen``, ``narrow`` as oneDNN wants them, and no offset; None where torch has no
            such layers.
    """

    joint: Tensor
    query: Tensor
    out: Tensor
    widen: Tensor
    offset: Tensor
    narrow: Tensor
    packed: tuple[Any, Any, Tensor] | None

    def ask(
        self,
        stream: Tensor,
        attention: LongAttention | ShortAttention,
        asked: Tensor | None = None,
    ) -> Tensor:
        """Fill queries, keys and values, and return the stream of the steps that are asked for.

        Args:
            stream: (token, channel).
            attention: of the batch.
            asked: the steps that are asked for; None for all.
        """
        if asked is None:
            self._multiply(self.joint, stream, attention.joint)
            return stream
        width = stream.shape[1]
        self._multiply(self.joint[width:], stream, attention.joint[width:])
        stream = stream.view(attention.samples, -1, width)[:, asked].view(-1, width)
        self._multiply(self.joint[:width], stream, attention.query)
        return stream

    @staticmethod
    def _multiply(weight: Tensor, stream: Tensor, out: Tensor) -> None:
        """Put the product of a weight and the stream, turned over, into ``out``."""
        if weight.dtype == stream.dtype:
            torch.mm(weight, stream.t(), out=out)
        else:
            out.copy_(torch.mm(weight, stream.to(weight.dtype).t()))

    def mix(self, stream: Tensor, mixed: Tensor) -> Tensor:
        """Add the attended values (channel, token) to the stream, which is overwritten."""
        if self.out.dtype == stream.dtype:
            return stream.addmm_(mixed.t(), self.out)
        return stream.add_(torch.mm(mixed.to(self.out.dtype).t(), self.out))

    def feed(self, stream: Tensor) -> Tensor:
        """Return the stream after the feed-forward layers; the given one may be overwritten."""
        given = stream.to(self.out.dtype)
        linear = torch.ops.mkldnn._linear_pointwise
        if self.packed is None:
            inner = torch.addmm(self.offset, given, self.widen)
        else:
            inner = linear(given, self.packed[0], self.offset, "none", [], "")
        torch.ops.aten.gelu_(inner)
        if inner.dtype != stream.dtype:
            return stream.add_(torch.mm(inner, self.narrow))
        if self.packed is None:
            return stream.addmm_(inner, self.narrow)
        return linear.binary(inner, stream, *self.packed[1:], "add")


def can_fold(network: FluxFormer) -> bool:
    """Return whether a network can be rearranged: none of its channels is scaled to nothing."""
    gain = torch.ones(network.width).double()
    for block in network.blocks:
        for norm in (block.norm_attention.norm, block.norm_feedforward.norm):
            gain = gain * _affine(norm)[0]
            if not (gain.abs() >= SMALLEST_SCALE).all():
                return False
    return True


def _affine(norm: torch.nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Return scale and offset of a batch normalisation in evaluation mode, float64."""
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    return scale, norm.bias.double() - scale * norm.running_mean.double()


@torch.no_grad()
def _fold(
    block: EncoderBlock, gain: Tensor, shift: Tensor, kind: torch.dtype
) -> tuple[FoldedBlock, Tensor, Tensor]:
    """Fold a block whose input is ``gain`` times the stream plus ``shift``.

    Returns:
        The block, and gain and shift of its output.
    """
    attention, width = block.attention, len(gain)
    joint, bias = attention.project_in.weight.double(), attention.project_in.bias.double()
    bias = bias + joint @ shift
    joint = joint * gain
    # Scores to the base 2, divided by the root of a head's depth.
    depth = width // attention.heads
    to_scores = math.log2(math.e) / math.sqrt(depth)
    joint[:width] *= to_scores
    out = attention.project_out.weight.double()
    shift = shift + out @ bias[2 * width :] + attention.project_out.bias.double()
    out = out / gain[:, None]
    scale, offset = _affine(block.norm_attention.norm)
    gain, shift = scale * gain, scale * shift + offset
    widen, narrow = block.widen.weight.double(), block.narrow.weight.double()
    inner = block.widen.bias.double() + widen @ shift
    widen, narrow = (widen * gain).float(), (narrow / gain[:, None]).float()
    folded = FoldedBlock(
        joint=joint.to(kind),
        query=(bias[:width] * to_scores).float()[:, None],
        out=out.t().contiguous().to(kind),
        widen=widen.t().contiguous().to(kind),
        offset=inner.to(kind),
        narrow=narrow.t().contiguous().to(kind),
        packed=_packed(widen.to(kind), inner.to(kind), narrow.to(kind)),
    )
    shift = shift + block.narrow.bias.double()
    scale, offset = _affine(block.norm_feedforward.norm)
    return folded, scale * gain, scale * shift + offset


def _packed(widen: Tensor, offset: Tensor, narrow: Tensor) -> tuple[Any, Any, Tensor] | None:
    """Return the weights (output, input) of the feed-forward layers as oneDNN wants them.

    Returns:
        The weights and no offset of the second layer, which adds to the stream; None where the
        layers cannot be called or return something else: torch has no public name for them, its
        own compiler calls them.
    """
    try:
        first = torch.ops.mkldnn._reorder_linear_weight(widen, None)
        second = torch.ops.mkldnn._reorder_linear_weight(narrow, None)
        nothing = widen.new_zeros(len(narrow))
        linear = torch.ops.mkldnn._linear_pointwise
        stream = widen.new_ones(2, len(narrow))
        inner = linear(stream, first, offset, "none", [], "")
        found = linear.binary(inner, stream, second, nothing, "add")
    except (AttributeError, RuntimeError, NotImplementedError, TypeError):
        return None
    expected = stream @ widen.t() + offset
    close = _close(inner, expected, widen, offset)
    close &= _close(found, stream + inner @ narrow.t(), narrow * inner[0])
    return (first, second, nothing) if close else None


def _close(found: Tensor, expected: Tensor, weight: Tensor, *more: Tensor) -> bool:
    """Return whether a product is what it should be, but for the rounding of its terms."""
    largest = weight.abs().sum(1).max() + sum(other.abs().max() for other in more)
    share = 1e-5 if weight.dtype == torch.float32 else 0.02
    return torch.allclose(found, expected, rtol=10 * share, atol=share * largest.item())
