"""Attention of a FluxFormer that predicts: few passes over memory, in parts that fit the cache.

Queries, keys and values come as (channel, token), so that those of a head lie together; softmax
has the base 2, with log2(e) in the weights of the queries. What the exponentials are divided by
divides the attended values, which are fewer.

Usually the largest score of a query is taken from all of its scores, so that no exponential is
too large a number: two passes over the largest arrays here. Only the first block of a network
needs them, where steps that lie far from all others have scores of hundreds. So the largest score
is taken only where it lies outside of :data:`SCORES_IN_RANGE`, and it is looked for only where a
sum of exponentials has been outside of :data:`SUMS_IN_RANGE` before (``careful``). Being careful
changes no digit of the other queries: a sample's value does not depend on which others are in its
batch, nor on those before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

#: Largest scores of a query that are exact enough in float32, whose range is 2^-126 to 2^127: no
#: exponential that counts is lost, and no attended value becomes infinite.
SCORES_IN_RANGE = (-60.0, 100.0)

#: Sums of exponentials from which follows that the largest score is in that range, for windows of
#: at most 1,000 steps.
SUMS_IN_RANGE = (2.0**-50, 2.0**100)

#: Longest window whose attention is written as sums of products over all samples at once: products
#: of so small matrices, one for each sample and head, take longer.
SHORT = 8

#: Arrays of matrices begin at a multiple of so many numbers, and steps are filled up to one where
#: they would not. Products of matrices that begin anywhere in memory round by where they begin: a
#: sample's value would depend on its place in the batch.
FILLED_UP_TO = 4

#: Scores that are computed at a time: about as many as the cache of a core holds.
SCORES = 2**18


@dataclass(frozen=True)
class Part:
    """Matrices of some samples, heads and queries: views, made once for a size of batch.

    Attributes:
        query: (matrix, channel, query).
        key: (matrix, key, channel).
        value: (matrix, channel, key).
        scores: (matrix, key, query), overwritten.
        attended: (matrix, channel, query), overwritten.
        sums: (matrix, 1, query) of the exponentials.
        unseen: (key, query), minus infinity where a query does not see a key; None: it sees all.
        result: tensor where the attended values belong, and ``found`` and ``divisor`` of its shape.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    scores: Tensor
    attended: Tensor
    sums: Tensor
    unseen: Tensor | None
    result: Tensor
    found: Tensor
    divisor: Tensor

    def attend(self, *, careful: bool) -> None:
        """Fill ``sums`` and ``result``."""
        torch.bmm(self.key, self.query, out=self.scores)
        if self.unseen is not None:
            self.scores.add_(self.unseen)
        _exponentiate(self.scores, self.sums, careful=careful)
        torch.bmm(self.value, self.scores, out=self.attended)
        torch.div(self.found, self.divisor, out=self.result)


class _Attention:
    """What both kinds of attention share: care is taken where a sum of scores left its range."""

    query: Tensor
    sums: Tensor

    def attend(self, offset: Tensor, *, careful: bool) -> bool:
        """Fill ``mixed``, and return whether that needed care.

        Args:
            offset: (channel, 1) of the queries.
            careful: whether largest scores are looked for at once.
        """
        self.query.add_(offset)
        self._attend(careful=careful)
        if careful or _in_range(self.sums):
            return careful
        self._attend(careful=True)
        return True

    def _attend(self, *, careful: bool) -> None:
        """Fill ``mixed``."""
        raise NotImplementedError


class LongAttention(_Attention):
    """Attention as products of the matrices of each sample and head.

    Args:
        samples: of a batch.
        steps: of a window.
        heads, width: of the network.
        causal: whether a step sees itself and earlier steps only.
        asked: the steps that are asked for; None for all.

    Attributes:
        joint: (3 x channel, token) of queries, keys and values, to be filled before
            :meth:`attend`; tokens are (sample, step).
        query: (channel, token) of queries; a part of ``joint`` where all steps are asked for.
        mixed: (channel, token) of attended values.
    """

    def __init__(
        self,
        samples: int,
        steps: int,
        *,
        heads: int,
        width: int,
        causal: bool,
        asked: Sequence[int] | None = None,
    ) -> None:
        depth = width // heads
        self.samples = samples
        places = list(range(steps)) if asked is None else list(asked)
        queries = len(places)
        self.joint = torch.empty(3 * width, samples * steps)
        joint = self.joint.view(3, heads, depth, samples, steps)
        if asked is None:
            self.query = self.joint[:width]
        else:
            self.query = torch.empty(width, samples * queries)
        self.mixed = torch.empty(width, samples * queries)
        query = self.query.view(heads, depth, samples, queries).transpose(1, 2)
        key, value = joint[1].transpose(1, 2), joint[2].transpose(1, 2)
        mixed = self.mixed.view(heads, depth, samples, queries).transpose(1, 2)
        wide = -(-queries // FILLED_UP_TO) * FILLED_UP_TO
        self.sums = torch.ones(heads * samples * wide)
        self.filled = 0
        unseen = None
        if causal:
            # (key, query); a query that fills up sees what the last one does.
            seen_from = torch.tensor(places + places[-1:] * (wide - queries))
            unseen = torch.zeros(steps, wide)
            unseen[torch.arange(steps)[:, None] > seen_from] = -math.inf
        self.spans = _spans(places, wide, steps, causal=causal)
        self.unseen = unseen
        self.copied: list[tuple[tuple[Tensor, Tensor], ...]] = []
        self.parts: list[list[Part]] = []
        scores = torch.empty(SCORES + heads * steps * wide)
        attended = torch.empty(heads, samples, depth, wide)
        if steps % FILLED_UP_TO or queries % FILLED_UP_TO:
            at_once = max(SCORES // (heads * steps * wide), 1)
            long = -(-steps // FILLED_UP_TO) * FILLED_UP_TO
            room = torch.zeros(3, heads, min(at_once, samples), depth, max(wide, long))
            for start in range(0, samples, at_once):
                some = slice(start, start + at_once)
                number = query[:, some].shape[1]
                # Contiguous for a smaller last part as well.
                own = room.view(3, -1)[:, : heads * number * depth * room.shape[-1]]
                given = own.reshape(3, heads, number, depth, -1)
                pairs = (
                    (query[:, some], given[0][..., :queries]),
                    (key[:, some], given[1][..., :steps]),
                    (value[:, some], given[2][..., :steps]),
                )
                self.copied.append(pairs)
                filled = (given[0][..., :wide], given[1][..., :steps], given[2][..., :steps])
                self.parts.append(self._parts(filled, mixed[:, some], scores, attended))
        else:
            at_once = max(SCORES // (steps * wide), 1)
            for head in range(heads):
                for start in range(0, samples, at_once):
                    some = (slice(head, head + 1), slice(start, start + at_once))
                    parts = (query[some], key[some], value[some])
                    self.parts.append(self._parts(parts, mixed[some], scores, attended))

    def _parts(
        self,
        given: tuple[Tensor, Tensor, Tensor],
        mixed: Tensor,
        scores: Tensor,
        attended: Tensor,
    ) -> list[Part]:
        """Return the parts of some samples and heads, one for each span of queries."""
        query, key, value = given
        found = []
        matrices, depth = query.shape[0] * query.shape[1], query.shape[2]
        for start, stop, keys in self.spans:
            wide = stop - start
            last = min(stop, mixed.shape[-1])
            out = attended.view(-1)[: matrices * depth * wide].view(matrices, depth, wide)
            sums = self.sums[self.filled :][: matrices * wide].view(*query.shape[:2], 1, wide)
            self.filled += matrices * wide
            found.append(
                Part(
                    query=query[..., start:stop].flatten(0, 1),
                    key=key[..., :keys].flatten(0, 1).transpose(1, 2),
                    value=value[..., :keys].flatten(0, 1),
                    scores=scores[: matrices * keys * wide].view(matrices, keys, wide),
                    attended=out,
                    sums=sums.flatten(0, 1),
                    unseen=None if self.unseen is None else self.unseen[:keys, start:stop],
                    result=mixed[..., start:last],
                    found=out.view(*query.shape[:3], wide)[..., : last - start],
                    divisor=sums[..., : last - start],
                )
            )
        return found

    def _attend(self, *, careful: bool) -> None:
        """Attend part by part."""
        for number, parts in enumerate(self.parts):
            if self.copied:
                for given, place in self.copied[number]:
                    place.copy_(given)
            for part in parts:
                part.attend(careful=careful)


class ShortAttention(_Attention):
    """Attention where the sample is the last dimension of all arrays; tokens are (step, sample).

    Arguments and attributes are those of :class:`LongAttention`, and all steps are asked for.
    """

    def __init__(self, samples: int, steps: int, *, heads: int, width: int, causal: bool) -> None:
        depth = width // heads
        self.joint = torch.empty(3 * width, steps * samples)
        self.query = self.joint[:width]
        self.mixed = torch.empty(width, steps * samples)
        query, key, value = self.joint.view(3, heads, depth, steps, samples)
        mixed = self.mixed.view(heads, depth, steps, samples)
        self.of_channel = [
            (key[:, channel, :, None], query[:, channel, None]) for channel in range(depth)
        ]
        self.scores = torch.empty(heads, steps, steps, samples)
        self.of_step = [
            (value[:, :, step, None], self.scores[:, None, step]) for step in range(steps)
        ]
        self.result = mixed
        self.sums = torch.ones(heads, 1, steps, samples)
        self.unseen = torch.full((steps, steps), -math.inf).tril(-1)[..., None] if causal else None

    def _attend(self, *, careful: bool) -> None:
        """Attend for all samples and heads."""
        _sum_products(self.of_channel, self.scores)
        if self.unseen is not None:
            self.scores.add_(self.unseen)
        _exponentiate(self.scores, self.sums, careful=careful)
        _sum_products(self.of_step, self.result)
        self.result.div_(self.sums)


def _sum_products(pairs: Sequence[tuple[Tensor, Tensor]], out: Tensor) -> None:
    """Put the sum of the products of pairs into ``out``."""
    torch.mul(*pairs[0], out=out)
    for pair in pairs[1:]:
        out.addcmul_(*pair)


def _exponentiate(scores: Tensor, sums: Tensor, *, careful: bool) -> None:
    """Put exponentials in the place of the scores, and their sums over the keys beside them.

    Args:
        scores: of any number of dimensions; the second one are keys.
        sums: of the same shape with one key; overwritten.
        careful: whether the largest score of a query is taken off where it is out of range.
    """
    if careful:
        largest = _largest(scores)
        low, high = SCORES_IN_RANGE
        scores.sub_(largest.masked_fill_((largest >= low) & (largest <= high), 0))
    scores.exp2_()
    torch.sum(scores, 1, keepdim=True, out=sums)


def _largest(values: Tensor) -> Tensor:
    """Return the largest values along the second dimension, which stays: sooner than torch.amax."""
    while (number := values.shape[1]) > 1:
        half = (number + 1) // 2
        # The two halves may share their middle.
        values = torch.maximum(values.narrow(1, 0, half), values.narrow(1, number - half, half))
    return values.clone()


def _in_range(sums: Tensor) -> bool:
    """Return whether all sums are numbers in range."""
    low, high = torch.aminmax(sums)
    return SUMS_IN_RANGE[0] <= low.item() and high.item() <= SUMS_IN_RANGE[1]


def _spans(
    places: Sequence[int], wide: int, steps: int, *, causal: bool
) -> list[tuple[int, int, int]]:
    """Return first query, end of queries and number of keys of each product.

    Causal attention takes two halves of the queries one by one: the first needs no later keys.

    Args:
        places: steps of the queries, in order.
        wide: number of queries with those that fill up.
        steps: of the window.
        causal: whether a step sees itself and earlier steps only.
    """
    if not causal:
        return [(0, wide, steps)]
    half = -(-wide // (2 * FILLED_UP_TO)) * FILLED_UP_TO
    keys = max(places) + 1
    if half >= len(places):
        return [(0, wide, keys)]
    return [(0, half, max(places[:half]) + 1), (half, wide, keys)]
