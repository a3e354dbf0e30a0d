"""FluxFormer rearranged for prediction: the same function of the same weights, in less time.

A trained network changes no more, so that much of its arithmetic is done once, in float64:

- Batch normalisation is a scale and an offset for each channel by now. The stream of residuals is
  kept as it is before them: both go into the weights and offsets of the layers around it, and of
  the passes over the stream only the sums are left.
- An offset of the keys adds the same to every score of a query, which softmax does not see, and
  one of the values goes through attention unchanged: both go into offsets further on.
- Softmax has the base 2, with log2(e) in the weights of the queries: exp2 takes a third of the
  time of exp. What it is divided by divides the attended values, which are fewer.
- Queries, keys and values come out of their product as (channel, token), so that those of a head
  lie together.
- The last product of a block adds to the stream at once, by oneDNN where torch has it.

Predictions differ from those of the network as it was trained by rounding: :data:`TOLERANCE`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from carbonscape.models.fluxformer import EncoderBlock, FluxFormer

#: Largest difference to the network as it was trained, in standard deviations of the target.
TOLERANCE = 1e-4

#: Smallest scale of a channel that is divided by.
SMALLEST_SCALE = 1e-6

#: Longest window whose attention is written as sums of products over all samples at once: products
#: of so small matrices, one for each sample and head, take longer.
SHORT = 8

#: Steps of a longer window are filled up to a multiple. Products of matrices that begin anywhere in
#: memory round by where they begin: a sample's value would depend on its place in the batch.
FILLED_UP_TO = 4


def batch_of(steps: int) -> int:
    """Return how many samples of a window to read at a time.

    The arrays of a layer then take about as much as the cache of a core: 64 samples of 44 steps,
    128 of 22, 512 of 4.
    """
    return min(max(2 ** int(math.log2(3000 / steps)), 32), 512)


class FoldedFluxFormer:
    """What a trained FluxFormer, monthly or annual, predicts.

    Args:
        network: in evaluation mode, on the CPU; later changes of its weights are not seen.

    Raises:
        ValueError: a channel is scaled to nothing (:func:`can_fold`).
    """

    def __init__(self, network: FluxFormer) -> None:
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
            folded, gain, shift = _fold(block, gain, shift)
            self.blocks.append(folded)
        self.gain, self.shift = gain.float(), shift.float()
        self._arrays: tuple[tuple[int, int], dict[str, Tensor]] = ((0, 0), {})

    @torch.inference_mode()
    def __call__(self, series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Return what the network returns for some samples.

        Args:
            series: (sample, step, variable), standardised.
            context: PFT vectors by source, each (sample, class).
        """
        encoded = self.network.encode(context)
        return self.network.answer(self._read(series, encoded), encoded)

    def _read(self, series: Tensor, encoded: Tensor | None) -> Tensor:
        """Return what the encoder makes of the series: (sample, step, channel)."""
        samples, steps, variables = series.shape
        arrays = self._arrays_of(samples, steps)
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
        for block in self.blocks:
            torch.mm(block.joint, stream.t(), out=arrays["joint"])
            if short:
                self._attend_short(arrays, block)
            else:
                self._attend(arrays, block)
            stream.addmm_(arrays["mixed"].t(), block.out)
            stream = block.feed(stream, arrays["inner"])
        torch.addcmul(self.shift, stream, self.gain, out=stream)
        found = torch.ops.aten.gelu_(stream).view(wide.shape)
        return found.transpose(0, 1) if short else found

    def _attend(self, arrays: Mapping[str, Tensor], block: FoldedBlock) -> None:
        """Fill ``mixed`` with the attended values."""
        query, key, value = arrays["by_head"]
        steps = query.shape[-1]
        torch.add(query, block.query.transpose(1, 2), out=arrays["query"][..., :steps])
        arrays["key"][..., :steps] = key
        arrays["value"][..., :steps] = value
        keys, values = (arrays[name][..., :steps].flatten(0, 1) for name in ("key", "value"))
        scores = arrays["scores"].flatten(0, 1)
        torch.bmm(keys.transpose(1, 2), arrays["query"].flatten(0, 1), out=scores)
        self._exponentiate(arrays, 2)
        torch.bmm(values, scores, out=arrays["attended"].flatten(0, 1))
        attended, sums = arrays["attended"][..., :steps], arrays["sums"][..., :steps]
        torch.div(attended, sums, out=arrays["mixed_by_head"])

    def _attend_short(self, arrays: Mapping[str, Tensor], block: FoldedBlock) -> None:
        """Do what :meth:`_attend` does where the sample is the last dimension of all arrays."""
        query, key, value = arrays["by_head"]
        query += block.query
        scores, mixed = arrays["scores"], arrays["mixed_by_head"]
        for depth in range(query.shape[1]):
            one, other = key[:, depth, :, None], query[:, depth, None]
            if depth:
                scores.addcmul_(one, other)
            else:
                torch.mul(one, other, out=scores)
        self._exponentiate(arrays, 1)
        for step in range(scores.shape[1]):
            one, other = value[:, :, step, None], scores[:, None, step]
            if step:
                mixed.addcmul_(one, other)
            else:
                torch.mul(one, other, out=mixed)
        mixed.div_(arrays["sums"])

    def _exponentiate(self, arrays: Mapping[str, Tensor], keys: int) -> None:
        """Put exponentials in the place of the scores, and their sums over the keys beside them.

        Args:
            arrays: of the batch.
            keys: dimension of the keys in the scores.
        """
        scores, sums = arrays["scores"], arrays["sums"]
        if self.causal:
            scores.add_(arrays["unseen"])
        # The largest score becomes 0, so that no exponential is too large a number.
        scores.sub_(_largest(scores, keys, arrays["larger"])).exp2_()
        torch.sum(scores, keys, keepdim=True, out=sums)

    def _arrays_of(self, samples: int, steps: int) -> dict[str, Tensor]:
        """Return the arrays of a batch of some shape, kept until one of another shape comes."""
        kept, arrays = self._arrays
        if kept == (samples, steps):
            return arrays
        heads, depth = self.heads, self.width // self.heads
        joint = torch.empty(3 * self.width, samples * steps)
        mixed = torch.empty(self.width, samples * steps)
        arrays = {
            "joint": joint,
            "mixed": mixed,
            "inner": torch.empty(samples * steps, len(self.blocks[0].offset)),
        }
        wide = -(-steps // FILLED_UP_TO) * FILLED_UP_TO
        half = (steps + 1) // 2
        # (key, query): a step is seen by itself and later ones.
        unseen = torch.full((steps, wide), -math.inf).tril(-1)
        if steps <= SHORT:
            arrays |= {
                "by_head": joint.view(3, heads, depth, steps, samples),
                "scores": torch.empty(heads, steps, steps, samples),
                "larger": torch.empty(heads, half, steps, samples),
                "sums": torch.empty(heads, 1, steps, samples),
                "unseen": unseen[:, :steps, None],
                "mixed_by_head": mixed.view(heads, depth, steps, samples),
            }
        else:
            by_head = joint.view(3, heads, depth, samples, steps).transpose(2, 3)
            parts = ("query", "key", "value", "attended")
            arrays |= {name: torch.zeros(heads, samples, depth, wide) for name in parts}
            arrays |= {
                "by_head": by_head,
                "scores": torch.empty(heads, samples, steps, wide),
                "larger": torch.empty(heads, samples, half, wide),
                "sums": torch.empty(heads, samples, 1, wide),
                "unseen": unseen,
                "mixed_by_head": mixed.view(heads, depth, samples, steps).transpose(1, 2),
            }
        self._arrays = ((samples, steps), arrays)
        return arrays


@dataclass(frozen=True)
class FoldedBlock:
    """What is left of an encoder block: matrices and offsets, by the layers they are of.

    Attributes:
        joint: (3 x channel, channel) of queries, keys and values.
        query: (head, depth, 1, 1) offset of the queries.
        out: (channel, channel), transposed.
        widen: (channel, inner), transposed; ``offset`` (inner,).
        narrow: (inner, channel), transposed.
        packed: ``narrow`` as oneDNN wants it, and no offset; None where torch has no such layer.
    """

    joint: Tensor
    query: Tensor
    out: Tensor
    widen: Tensor
    offset: Tensor
    narrow: Tensor
    packed: tuple[Any, Tensor] | None

    def feed(self, stream: Tensor, inner: Tensor) -> Tensor:
        """Return the stream (token, channel) after the feed-forward layers; it may be overwritten.

        Args:
            stream: (token, channel).
            inner: (token, inner), which may be overwritten.
        """
        torch.addmm(self.offset, stream, self.widen, out=inner)
        torch.ops.aten.gelu_(inner)
        if self.packed is None:
            return stream.addmm_(inner, self.narrow)
        packed, nothing = self.packed
        add = torch.ops.mkldnn._linear_pointwise.binary
        return add(inner, stream, packed, nothing, "add")


def _largest(values: Tensor, dim: int, room: Tensor) -> Tensor:
    """Return the largest values along a dimension, which stays: faster than torch.amax here.

    Args:
        values: of which there are two or more.
        dim: the dimension.
        room: of the shape of ``values``, with half as many along the dimension; overwritten.
    """
    while (number := values.shape[dim]) > 1:
        half = (number + 1) // 2
        # The two halves may share their middle.
        given = values.narrow(dim, 0, half), values.narrow(dim, number - half, half)
        values = (
            torch.maximum(*given, out=room) if half == room.shape[dim] else torch.maximum(*given)
        )
    return values


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
def _fold(block: EncoderBlock, gain: Tensor, shift: Tensor) -> tuple[FoldedBlock, Tensor, Tensor]:
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
        joint=joint.float(),
        query=(bias[:width] * to_scores).float().view(-1, depth, 1, 1),
        out=out.t().contiguous().float(),
        widen=widen.t().contiguous(),
        offset=inner.float(),
        narrow=narrow.t().contiguous(),
        packed=_packed(narrow),
    )
    shift = shift + block.narrow.bias.double()
    scale, offset = _affine(block.norm_feedforward.norm)
    return folded, scale * gain, scale * shift + offset


def _packed(weight: Tensor) -> tuple[Any, Tensor] | None:
    """Return the weight (output, input) of a layer that adds to the stream, as oneDNN wants it.

    Returns:
        The weight and no offset; None where the layer cannot be called or returns something else:
        torch has no public name for it, its own compiler calls it.
    """
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        nothing = torch.zeros(len(weight))
        given, before = torch.ones(2, weight.shape[1]), torch.ones(2, len(weight))
        add = torch.ops.mkldnn._linear_pointwise.binary
        found = add(given, before, packed, nothing, "add")
    except (AttributeError, RuntimeError, NotImplementedError, TypeError):
        return None
    expected = before + given @ weight.t()
    close = torch.allclose(found, expected, rtol=1e-4, atol=1e-5 * weight.abs().sum(1).max().item())
    return (packed, nothing) if close else None
