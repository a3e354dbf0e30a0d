"""At-BiLSTM: Table 3 of the XCO2 paper, and how it is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from carbonscape.core.errors import ConfigError
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import get_model
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.network import FlatParameters, Trainer, fit_network
from carbonscape.training.options import TrainingOptions, split_options
from carbonscape.training.stacked import can_stack

OPTIONS = {
    "units": 8, "layers": 2, "dropout": 0.1, "epochs": 4, "batch_size": 32,
    "learning_rate": 0.01, "optimiser": "adam", "weight_decay": 0, "clip_norm": None,
    "schedule": "step", "step_epochs": 2, "step_factor": 10, "members": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def network(variables: int = 16, steps: int = 3, **options) -> nn.Module:
    return get_model("at_bilstm").build(Shape(steps, variables, {}), options).eval()


def samples(number: int = 256, *, seed: int = 0) -> Block:
    """The target is the product of two variables in the middle step plus the last one's sum."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(number, 3, 4)).astype(np.float32)
    target = 400 + 2 * series[:, 1, 0] + series[:, 2].sum(axis=1)
    return Block(series, {}, np.ones(number, dtype=np.int64), target.astype(np.float64))


def fit(block: Block | None = None, **changes):
    return fit_network(
        get_model("at_bilstm"), block or samples(), variables=list("abcd"),
        options=OPTIONS | changes, seed=1, product=XCO2,
    )  # fmt: skip


# --- the architecture ----------------------------------------------------------------------------


def test_the_parameters_of_table_3_are_counted():
    found = sum(p.numel() for p in network(units=512).parameters())
    assert found == 14_773_261
    # Keras has one bias vector for each direction of a layer, torch two.
    second_biases = 3 * 2 * 4 * 512
    assert found - second_biases == 14_760_973
    # By arithmetic: gates (input + state + bias), attention of 3 steps, and the dense layer.
    layers = sum(2 * 4 * 512 * (inputs + 512 + 1) for inputs in (16, 1024, 1024))
    assert layers + (3 * 3 + 3) + (3 * 1024 + 1) == 14_760_973


def test_layers_are_those_of_table_3():
    module = network(units=512)
    shapes = [(layer.input_size, layer.hidden_size) for layer in module.layers]
    assert shapes == [(16, 512), (1024, 512), (1024, 512)]
    assert all(layer.bidirectional and layer.batch_first for layer in module.layers)
    assert module.dropout.threshold == 128
    assert module.head.in_features == 3 * 1024


def lstm_by_hand(layer: nn.LSTM, values: np.ndarray, suffix: str) -> np.ndarray:
    """Return the states of one direction after equations 1 to 4, (step, unit)."""

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    w, u, b, c = (
        getattr(layer, f"{name}_{suffix}").detach().double().numpy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    state = cell = np.zeros(layer.hidden_size)
    found = np.zeros((len(values), layer.hidden_size))
    order = range(len(values))
    for step in reversed(order) if suffix.endswith("reverse") else order:
        gates = w @ values[step] + b + u @ state + c
        entry, forget, new, out = np.split(gates, 4)
        cell = sigmoid(forget) * cell + sigmoid(entry) * np.tanh(new)
        state = sigmoid(out) * np.tanh(cell)
        found[step] = state
    return found


def test_the_forward_pass_is_that_of_the_paper():
    torch.manual_seed(3)
    module = network(variables=4, units=5)
    nn.init.normal_(module.attention.bias)
    series = torch.randn(2, 3, 4)
    found = module(series, {}).detach().numpy()
    assert found.shape == (2,)
    for row in range(2):
        values = series[row].double().numpy()
        for layer in module.layers:
            both = [lstm_by_hand(layer, values, suffix) for suffix in ("l0", "l0_reverse")]
            values = np.concatenate(both, axis=1)
        # Permute, Dense(3, softmax), permute, multiply, flatten, Dense(1).
        scores = values.T @ module.attention.weight.detach().double().numpy().T
        scores += module.attention.bias.detach().double().numpy()
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        flat = (weights.T * values).reshape(-1)
        expected = flat @ module.head.weight[0].detach().double().numpy()
        assert found[row] == pytest.approx(expected + module.head.bias.item(), abs=1e-6)


def test_attention_weighs_the_steps_of_each_channel():
    module = network(variables=4, units=5)
    weights = module.weigh(torch.randn(7, 3, 10))
    assert weights.shape == (7, 3, 10)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(7, 10))
    with torch.no_grad():
        module.attention.weight.zero_()
        module.attention.bias.copy_(torch.tensor([0.0, 50.0, 0.0]))
    torch.testing.assert_close(module.weigh(torch.randn(7, 3, 10))[:, 1], torch.ones(7, 10))


def test_weights_start_as_those_of_keras():
    torch.manual_seed(0)
    module = network(units=32)
    for layer in module.layers:
        state = layer.weight_hh_l0
        torch.testing.assert_close(state.T @ state, torch.eye(32), atol=1e-5, rtol=0)
        limit = np.sqrt(6 / (layer.input_size + 4 * 32))
        assert 0.9 * limit < layer.weight_ih_l0_reverse.abs().max() <= limit
        both = layer.bias_ih_l0 + layer.bias_hh_l0
        assert both.tolist() == [0.0] * 32 + [1.0] * 32 + [0.0] * 64
    assert module.head.bias.item() == 0
    assert module.head.weight.abs().max() <= np.sqrt(6 / (3 * 64 + 1))


def test_pft_context_is_refused():
    with pytest.raises(ConfigError, match="at_bilstm reads no PFT context"):
        get_model("at_bilstm").build(Shape(3, 16, {"igbp": 17}), {})


def test_a_row_does_not_depend_on_its_place_in_the_batch():
    module, series = network(units=32), torch.randn(64, 3, 16)
    with torch.no_grad():
        whole = module(series, {})
        torch.testing.assert_close(module(series.flip(0), {}).flip(0), whole, atol=0, rtol=0)


# --- the training --------------------------------------------------------------------------------


def test_it_learns_a_known_function():
    held_out = samples(200, seed=1)
    trained = fit(samples(768), units=16, epochs=25, step_epochs=18, dropout=0.0)
    error = trained.predict(held_out) - held_out.target
    assert 1 - np.mean(error**2) / held_out.target.var() > 0.9


def test_the_rate_falls_by_steps():
    loop, architecture = split_options(OPTIONS | {"epochs": 200, "step_epochs": 50})
    assert architecture == {"units": 8, "layers": 2, "dropout": 0.1}
    # Seven steps an epoch.
    epochs = (0, 49, 50, 99, 100, 199)
    found = [loop.rate(epoch * 7 + part, 1400) for epoch in epochs for part in (0, 6)]
    expected = np.repeat([0.01, 0.01, 0.001, 0.001, 1e-4, 1e-5], 2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_schedule_without_its_numbers_has_those_of_the_paper():
    options = {key: value for key, value in OPTIONS.items() if not key.startswith("step_")}
    loop = split_options(options)[0]
    assert isinstance(loop, TrainingOptions)
    assert (loop.step_epochs, loop.step_factor) == (50, 10)


def plain_loop(block: Block, seed: int, *, decay: float, clip: float | None) -> np.ndarray:
    """Train as a reader of torch's manual would, and return the weights."""
    entry = get_model("at_bilstm")
    trainer = Trainer(
        entry, block, variables=list("abcd"), options=OPTIONS, seed=seed, product=XCO2
    )
    torch.manual_seed(seed)
    module = entry.build(Shape(3, 4, {}), {"units": 8, "layers": 2, "dropout": 0.1})
    optimiser = torch.optim.Adam(module.parameters(), lr=0.01, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=2, gamma=0.1)
    rows = trainer.rows
    for _ in range(4):
        for chosen in torch.randperm(len(rows)).split(32):
            optimiser.zero_grad()
            loss = nn.functional.mse_loss(module(rows.series[chosen], {}), rows.target[chosen])
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(module.parameters(), clip)
            optimiser.step()
        schedule.step()
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()]).numpy()


@pytest.mark.parametrize(("decay", "clip"), [(0, None), (0.1, 0.05)])
def test_adam_steps_and_no_clipping_are_those_of_torch(decay, clip):
    trained = fit(samples(70), weight_decay=decay, clip_norm=clip)
    found = torch.cat([p.detach().reshape(-1) for p in trained.module.parameters()]).numpy()
    expected = plain_loop(samples(70), 1, decay=decay, clip=clip)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    # Both matter: without them the weights are others.
    other = plain_loop(samples(70), 1, decay=0.1 - decay, clip=clip)
    assert np.abs(found - other).max() > 1e-3


def test_no_limit_leaves_the_gradient_alone():
    flat = FlatParameters(nn.Linear(3, 1))
    flat.gradient.fill_(100.0)
    flat.clip(None)
    assert flat.gradient.tolist() == [100.0] * 4
    flat.clip(1.0)
    assert flat.gradient.norm().item() == pytest.approx(1.0, rel=1e-5)


def test_an_interrupted_training_goes_on(tmp_path: Path):
    whole = fit()
    path = tmp_path / "half.npz"
    for epochs in (2, 4):
        trainer = Trainer(
            get_model("at_bilstm"), samples(), variables=list("abcd"), options=OPTIONS, seed=1,
            checkpoint=Checkpoint(path, every=0), product=XCO2,
        )  # fmt: skip
        trainer.run(epochs)
    np.testing.assert_array_equal(
        trainer.result().predict(samples(seed=1)), whole.predict(samples(seed=1))
    )


def test_it_is_trained_alone():
    assert not can_stack(get_model("at_bilstm"))
