"""Attention in parts: the plain softmax, for all windows, steps asked for and masks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from carbonscape.models.folded_attention import SHORT, LongAttention, ShortAttention

HEADS, DEPTH, SAMPLES = 2, 3, 5
WIDTH = HEADS * DEPTH


def expected(joint: Tensor, causal: bool) -> Tensor:
    """Return attended values (sample, head, channel, step) of (3, head, channel, sample, step)."""
    query, key, value = joint.double().permute(0, 3, 1, 4, 2)
    scores = query @ key.transpose(-1, -2)
    if causal:
        steps = scores.shape[-1]
        unseen = torch.ones(steps, steps, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(unseen, -torch.inf)
    weights = torch.softmax(scores * torch.log(torch.tensor(2.0).double()), dim=-1)
    return (weights @ value).transpose(-1, -2)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("steps", [9, 12, 22, 24])
@pytest.mark.parametrize("asked", [None, (2, 5, 6), (1, 3, 8, 8)])
def test_long_windows(steps: int, asked, careful: bool, causal: bool) -> None:
    torch.manual_seed(steps)
    given = torch.randn(3, HEADS, DEPTH, SAMPLES, steps)
    found = LongAttention(SAMPLES, steps, heads=HEADS, width=WIDTH, causal=causal, asked=asked)
    found.joint.copy_(given.view(3 * WIDTH, -1))
    places = list(range(steps)) if asked is None else list(asked)
    found.query.copy_(given[0][..., places].reshape(WIDTH, -1))
    offset = torch.randn(WIDTH, 1)
    assert found.attend(offset, careful=careful) == careful
    given[0] += offset.view(HEADS, DEPTH, 1, 1)
    mixed = found.mixed.view(HEADS, DEPTH, SAMPLES, len(places)).permute(2, 0, 1, 3)
    torch.testing.assert_close(
        mixed.double(), expected(given, causal)[..., places], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("steps", [1, 4, SHORT])
def test_short_windows(steps: int, causal: bool) -> None:
    torch.manual_seed(steps)
    given = torch.randn(3, HEADS, DEPTH, SAMPLES, steps)
    found = ShortAttention(SAMPLES, steps, heads=HEADS, width=WIDTH, causal=causal)
    found.joint.copy_(given.transpose(-1, -2).reshape(3 * WIDTH, -1))
    assert not found.attend(torch.zeros(WIDTH, 1), careful=False)
    mixed = found.mixed.view(HEADS, DEPTH, steps, SAMPLES).permute(3, 0, 1, 2)
    torch.testing.assert_close(mixed.double(), expected(given, causal), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [40.0, -40.0])
@pytest.mark.parametrize("steps", [4, 12, 22])
def test_scores_out_of_range_need_care_and_are_right(steps: int, scale: float) -> None:
    kind = ShortAttention if steps <= SHORT else LongAttention
    found = kind(SAMPLES, steps, heads=HEADS, width=WIDTH, causal=False)
    torch.manual_seed(1)
    given = torch.ones(3, HEADS, DEPTH, SAMPLES, steps)
    given[1:] += 0.1 * torch.rand_like(given[1:])
    given[0, :, :, 1] *= scale
    values = given.transpose(-1, -2) if steps <= SHORT else given
    found.joint.copy_(values.reshape(3 * WIDTH, -1))
    # exp2 of 3 times 40 is too large to be summed, or too small to be told from 0.
    assert found.attend(torch.zeros(WIDTH, 1), careful=False)
    order = (HEADS, DEPTH, steps, SAMPLES) if steps <= SHORT else (HEADS, DEPTH, SAMPLES, steps)
    mixed = found.mixed.view(order).permute((3, 0, 1, 2) if steps <= SHORT else (2, 0, 1, 3))
    torch.testing.assert_close(mixed.double(), expected(given, False), rtol=1e-4, atol=1e-5)


def test_a_batch_in_many_parts_is_whole(monkeypatch) -> None:
    monkeypatch.setattr("carbonscape.models.folded_attention.SCORES", 1200)
    torch.manual_seed(2)
    for steps in (11, 12):
        given = torch.randn(3, HEADS, DEPTH, SAMPLES, steps)
        found = LongAttention(SAMPLES, steps, heads=HEADS, width=WIDTH, causal=True)
        assert len(found.parts) > 1
        found.joint.copy_(given.view(3 * WIDTH, -1))
        found.attend(torch.zeros(WIDTH, 1), careful=False)
        mixed = found.mixed.view(HEADS, DEPTH, SAMPLES, steps).permute(2, 0, 1, 3)
        torch.testing.assert_close(mixed.double(), expected(given, True), rtol=1e-5, atol=1e-6)
