"""FluxFormer rearranged for prediction: the same numbers, wherever a sample stands in its batch."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from carbonscape.models.entry import Shape
from carbonscape.models.fluxformer import FluxFormer
from carbonscape.models.fluxformer_annual import AnnualFluxFormer
from carbonscape.models.fluxformer_folded import TOLERANCE, FoldedFluxFormer, batch_of, can_fold

SMALL = {"width": 16, "heads": 2, "layers": 2, "feedforward": 24, "context_width": 3}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def network_of(steps: int, kind: type[FluxFormer] = FluxFormer, **options) -> FluxFormer:
    """Return a network as after a training: no normalisation is neutral, scales of both signs."""
    torch.manual_seed(steps)
    ends = tuple(range(0, steps, max(steps // 12, 1)))[:12] if kind is AnnualFluxFormer else ()
    network = kind(Shape(steps, 3, {"igbp": 5}, ends), **(SMALL | options)).eval()
    with torch.no_grad():
        for name, values in (*network.named_parameters(), *network.named_buffers()):
            if name.endswith("bias") or "mean" in name:
                values.normal_()
            elif "running_var" in name:
                values.uniform_(0.3, 4)
            elif "norm.weight" in name:
                values.uniform_(0.5, 2).mul_(torch.randn_like(values).sign())
    return network


def samples(steps: int, number: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return series and context."""
    torch.manual_seed(1)
    return 3 * torch.randn(number, steps, 3), {"igbp": torch.rand(number, 5)}


@pytest.mark.parametrize("kind", [FluxFormer, AnnualFluxFormer])
@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("steps", [1, 4, 8, 9, 22, 44])
def test_it_predicts_what_the_trained_network_does(steps: int, context: str, kind) -> None:
    network = network_of(steps, kind, context=context)
    series, vectors = samples(steps, 20)
    with torch.no_grad():
        exact = network.double()(series.double(), {k: v.double() for k, v in vectors.items()})
    found = FoldedFluxFormer(network.float())(series, vectors)
    assert found.shape == exact.shape
    assert (found - exact).abs().max() < TOLERANCE * max(exact.std().item(), 1)
    assert exact.std() > 0.1


def test_it_predicts_without_land_cover() -> None:
    torch.manual_seed(2)
    network = FluxFormer(Shape(12, 3, {}), **SMALL).eval()
    series, _ = samples(12, 7)
    torch.testing.assert_close(
        FoldedFluxFormer(network)(series, {}), network(series, {}), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("kind", [FluxFormer, AnnualFluxFormer])
@pytest.mark.parametrize("steps", [4, 7, 9, 11, 15, 22, 36, 37, 44])
def test_a_sample_has_the_same_bits_anywhere_in_a_batch(steps: int, kind) -> None:
    folded = FoldedFluxFormer(network_of(steps, kind, width=32, heads=4))
    series, vectors = samples(steps, 32)
    first = folded(series, vectors).clone()
    for _ in range(4):
        order = torch.randperm(32)
        again = folded(series[order], {"igbp": vectors["igbp"][order]})
        assert torch.equal(again, first[order])


def test_scores_that_float32_cannot_exponentiate_do_no_harm() -> None:
    network = network_of(22)
    with torch.no_grad():
        network.blocks[0].attention.project_in.weight *= 50
    series, vectors = samples(22, 8)
    expected = network(series, vectors)
    assert torch.isfinite(expected).all()
    torch.testing.assert_close(
        FoldedFluxFormer(network)(series, vectors), expected, rtol=0, atol=1e-2
    )


@pytest.mark.parametrize("steps", [4, 22, 44])
def test_bits_do_not_depend_on_who_needed_care(steps: int) -> None:
    network = network_of(steps, width=32, heads=4)
    with torch.no_grad():
        for block in network.blocks:
            block.attention.project_in.weight *= 0.2
            block.attention.project_in.bias *= 0.2
    folded = FoldedFluxFormer(network)
    series, vectors = samples(steps, 32)
    plain = folded(series / 100, vectors).clone()
    assert folded.careful == [False, False]
    far = series / 100
    far[-1] *= 3000
    mixed = folded(far, vectors).clone()
    assert folded.careful[0]
    assert torch.equal(mixed[:-1], plain[:-1])
    assert torch.isfinite(mixed).all()
    assert torch.equal(folded(series / 100, vectors), plain)


def test_the_plain_product_gives_the_same_where_torch_lacks_the_other() -> None:
    folded = FoldedFluxFormer(network_of(22))
    series, vectors = samples(22, 8)
    found = folded(series, vectors).clone()
    folded.blocks = [replace(block, packed=None) for block in folded.blocks]
    torch.testing.assert_close(folded(series, vectors), found, rtol=1e-4, atol=1e-5)


def test_a_network_with_a_channel_scaled_to_nothing_stays_as_it_is() -> None:
    network = network_of(4)
    assert can_fold(network)
    with torch.no_grad():
        network.blocks[1].norm_feedforward.norm.weight[3] = 0
    assert not can_fold(network)
    assert network.for_prediction() is network
    with pytest.raises(ValueError, match="a channel of the network is scaled to nothing"):
        FoldedFluxFormer(network)


def test_batches_are_powers_of_two_that_fit_the_window() -> None:
    assert [batch_of(steps) for steps in (1, 4, 22, 44, 400)] == [512, 512, 128, 128, 32]
