"""bfloat16 in prediction: rounded as it should be, the module untouched, float32 as before."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from carbonscape.models.block import Block
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.fluxformer import FluxFormer
from carbonscape.models.fluxformer_annual import AnnualFluxFormer
from carbonscape.models.recurrent import RecurrentNetwork
from carbonscape.training.network import TrainedNetwork
from carbonscape.training.precision import reader_of
from carbonscape.training.scaling import Standardiser


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def network_of(kind, steps: int) -> torch.nn.Module:
    """Return a network with weights at random."""
    torch.manual_seed(3)
    if kind is RecurrentNetwork:
        shape = Shape(steps, 3, {"igbp": 5})
        return RecurrentNetwork(
            "bilstm", shape, both_ways=True, width=32, layers=1, dropout=0.0
        ).eval()
    ends = (1, steps - 1) if kind is AnnualFluxFormer else ()
    options = {"width": 32, "heads": 4, "layers": 2, "feedforward": 64, "context_width": 4}
    return kind(Shape(steps, 3, {"igbp": 5}, ends), **options).eval()


@torch.inference_mode()
@pytest.mark.parametrize("steps", [4, 12, 22])
@pytest.mark.parametrize("kind", [FluxFormer, AnnualFluxFormer, RecurrentNetwork])
def test_bfloat16_differs_by_its_rounding(kind, steps: int) -> None:
    network = network_of(kind, steps)
    series, context = torch.randn(32, steps, 3), {"igbp": torch.rand(32, 5)}
    exact = network(series, context)
    torch.testing.assert_close(reader_of(network, "float32")(series, context), exact)
    reader = reader_of(network, "bfloat16")
    rounded = reader(series, context).clone()
    assert rounded.dtype == torch.float32
    assert rounded.shape == exact.shape
    error = (rounded - exact).abs().max() / exact.std()
    assert 1e-5 < error < 0.1
    order = torch.randperm(32)
    again = reader(series[order], {"igbp": context["igbp"][order]})
    assert torch.equal(again, rounded[order])
    torch.testing.assert_close(network(series, context), exact, rtol=0, atol=0)


def test_another_precision_is_refused() -> None:
    with pytest.raises(KeyError):
        reader_of(network_of(FluxFormer, 4), "float16")


def test_a_network_that_has_predicted_changes_its_precision() -> None:
    """Reading a model from its file has it predict once in float32."""
    network = network_of(FluxFormer, 12)
    entry = Entry(kind="network", label="x", role="paper")
    scaler = Standardiser(np.zeros(3), np.ones(3))
    trained = TrainedNetwork(entry, network, scaler, offset=0.0, scale=1.0)
    random = np.random.default_rng(1)
    block = Block(
        series=random.normal(size=(8, 12, 3)).astype(np.float32),
        context={"igbp": np.eye(5, dtype=np.float32)[[0] * 8]},
        month=np.ones(8, dtype=int),
        target=np.zeros(8),
    )
    exact = trained.predict(block)
    trained.use_precision("bfloat16")
    assert 1e-6 < np.abs(trained.predict(block) - exact).max() < 0.1
    trained.use_precision("float32")
    assert np.array_equal(trained.predict(block), exact)
