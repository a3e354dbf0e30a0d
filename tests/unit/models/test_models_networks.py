"""LSTM, BiLSTM and MLP: their arithmetic written out again, and what each of them can learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Shape
from carbonscape.models.fluxformer import FluxFormer
from carbonscape.models.layers import ByteDropout, InputEncoder
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import fit_network
from helpers.made_samples import block

RIVALS = ("lstm", "bilstm", "mlp")
STEPS, VARIABLES = 5, 3
IGBP = {"igbp": 17}
BOTH = {"igbp": 17, "esa_cci": 14}
PFT = {"context": "projection", "context_hidden": 4, "context_width": 2}
SMALL = {"width": 8, "layers": 1, "dropout": 0.0, **PFT}
OWN = {"lstm": {}, "bilstm": {}, "mlp": {"hidden": 6}}


@pytest.fixture(autouse=True)
def _one_thread_and_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def rival(name: str, classes=IGBP, **options) -> nn.Module:
    return get_model(name).build(Shape(STEPS, VARIABLES, classes), SMALL | OWN[name] | options)


def inputs(classes=IGBP, samples=4):
    series = torch.randn(samples, STEPS, VARIABLES)
    return series, {s: torch.eye(n)[torch.arange(samples) % n] for s, n in classes.items()}


def close(found, expected, tolerance=1e-5):
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


# --- what they read ------------------------------------------------------------------------------


@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("classes", [{}, IGBP, BOTH])
def test_inputs_are_those_of_fluxformer(classes, context):
    options = {"width": 8, **PFT, "context": context}
    torch.manual_seed(3)
    transformer = FluxFormer(Shape(STEPS, VARIABLES, classes), heads=2, **options)
    torch.manual_seed(3)
    encoder = InputEncoder("mlp", Shape(STEPS, VARIABLES, classes), **options)
    theirs, ours = transformer.state_dict(), encoder.state_dict()
    assert set(ours) == {key for key in theirs if key.startswith(("encoders.", "project."))}
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    series, vectors = inputs(classes)
    parts = [transformer.encoders[source](vectors[source]) for source in classes]
    values, at_head = encoder(series, vectors)
    expected = transformer.project(series)
    if context == "projection":
        beside = [torch.stack([part] * STEPS, dim=1) for part in parts]
        expected = torch.cat([expected, *beside], dim=-1)
        assert at_head.shape == (4, 0)
    elif parts:
        close(at_head, torch.cat(parts, dim=-1))
    assert values.shape == (4, STEPS, 8)
    close(values, expected)


# Encoder of one source: (17 x 4 + 4) + (4 x 4 + 4) + (4 x 2 + 2) = 102; of 14 classes 90.
# Projection: 3 x 6 + 6 = 24 beside one source, 3 x 4 + 4 = 16 beside two, 3 x 8 + 8 = 32 alone.
# LSTM layer: 4 gates x (8 x 8 + 8 x 8 + 8 + 8) = 576; head 8 + 1 = 9.
# BiLSTM: first layer 2 x 576 = 1152, each later one 2 x 4 x (16 x 8 + 8 x 8 + 8 + 8) = 1664;
# head 16 + 1 = 17.
# MLP: first layer 5 x 8 x 6 + 6 and 2 x 6 of its batch norm = 258, a second 6 x 6 + 6 + 2 x 6 =
# 54; head 6 + 1 = 7.
@pytest.mark.parametrize(
    ("name", "classes", "options", "expected"),
    [
        ("lstm", {}, {}, 32 + 576 + 9),
        ("lstm", IGBP, {}, 102 + 24 + 576 + 9),
        ("lstm", BOTH, {"layers": 3}, 102 + 90 + 16 + 3 * 576 + 9),
        ("lstm", BOTH, {"context": "head"}, 102 + 90 + 32 + 576 + 9 + 4),
        ("bilstm", {}, {}, 32 + 1152 + 17),
        ("bilstm", IGBP, {"layers": 2}, 102 + 24 + 1152 + 1664 + 17),
        ("bilstm", IGBP, {"context": "head"}, 102 + 32 + 1152 + 17 + 2),
        ("mlp", {}, {}, 32 + 258 + 7),
        ("mlp", IGBP, {"layers": 2}, 102 + 24 + 258 + 54 + 7),
        ("mlp", IGBP, {"context": "head"}, 102 + 32 + 258 + 7 + 2),
        # 40 x 10 + 10 + 2 x 10, and a head of 11.
        ("mlp", {}, {"hidden": 10}, 32 + 430 + 11),
    ],
)
def test_the_number_of_parameters_is_that_counted_by_hand(name, classes, options, expected):
    model = rival(name, classes, **options)
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


@pytest.mark.parametrize("name", RIVALS)
def test_channels_that_leave_none_to_the_series_are_refused(name):
    with pytest.raises(ConfigError, match=rf"gpp\.models\.{name}\.context_width' \(4\).* 8 of 8"):
        rival(name, BOTH, context_width=4)
    rival(name, BOTH, context_width=4, context="head")
    rival(name, {}, context_width=4)


# --- the networks written out --------------------------------------------------------------------


def run_cell(layer: nn.LSTM, values: torch.Tensor, suffix: str = "") -> torch.Tensor:
    """Return the states (sample, step, unit) of one direction, by the equations of an LSTM."""
    weights = {key: getattr(layer, f"{key}_l0{suffix}") for key in ("weight_ih", "weight_hh")}
    bias = getattr(layer, f"bias_ih_l0{suffix}") + getattr(layer, f"bias_hh_l0{suffix}")
    state = cell = torch.zeros(len(values), layer.hidden_size)
    states = []
    for step in range(values.shape[1]):
        gates = values[:, step] @ weights["weight_ih"].T + state @ weights["weight_hh"].T + bias
        enter, forget, new, leave = gates.chunk(4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        state = torch.sigmoid(leave) * torch.tanh(cell)
        states.append(state)
    return torch.stack(states, dim=1)


@pytest.mark.parametrize("context", ["projection", "head"])
def test_lstm_written_out(context):
    model = rival("lstm", BOTH, layers=2, context=context).eval()
    series, vectors = inputs(BOTH)
    values, at_head = model.inputs(series, vectors)
    for layer in model.layers:
        values = run_cell(layer, values)
    last = torch.cat([values[:, -1], at_head], dim=1)
    close(model(series, vectors), (last @ model.head.weight.T + model.head.bias)[:, 0])


@pytest.mark.parametrize("context", ["projection", "head"])
def test_bilstm_written_out(context):
    model = rival("bilstm", BOTH, layers=2, context=context).eval()
    series, vectors = inputs(BOTH)
    values, at_head = model.inputs(series, vectors)
    for layer in model.layers:
        forwards = run_cell(layer, values)
        backwards = run_cell(layer, values.flip(1), "_reverse").flip(1)
        values = torch.cat([forwards, backwards], dim=2)
    # Each direction's state after it has read the whole window.
    last = torch.cat([forwards[:, -1], backwards[:, 0], at_head], dim=1)
    close(model(series, vectors), (last @ model.head.weight.T + model.head.bias)[:, 0])


@pytest.mark.parametrize("context", ["projection", "head"])
def test_mlp_written_out(context):
    model = rival("mlp", BOTH, layers=2, context=context)
    model(*inputs(BOTH, samples=50))  # moves the running moments of the batch norm
    model.eval()
    series, vectors = inputs(BOTH)
    values, at_head = model.inputs(series, vectors)
    values = torch.cat([values[:, step] for step in range(STEPS)], dim=1)
    for linear, norm, *_ in model.layers:
        values = values @ linear.weight.T + linear.bias
        values = (values - norm.running_mean) / (norm.running_var + 1e-5).sqrt()
        values = F.gelu(values * norm.weight + norm.bias)
    last = torch.cat([values, at_head], dim=1)
    close(model(series, vectors), (last @ model.head.weight.T + model.head.bias)[:, 0])


# --- what a prediction depends on ----------------------------------------------------------------


@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("classes", [{}, IGBP, BOTH])
@pytest.mark.parametrize("name", RIVALS)
def test_there_is_one_prediction_for_each_sample_whatever_its_neighbours(name, classes, context):
    model = rival(name, classes, context=context).eval()
    series, vectors = inputs(classes)
    together = model(series, vectors)
    assert together.shape == (4,)
    alone = model(series[2:3], {source: values[2:3] for source, values in vectors.items()})
    assert alone.shape == (1,)
    close(alone, together[2:3])
    assert len(together.unique()) == 4


@pytest.mark.parametrize("steps", [1, 44])
@pytest.mark.parametrize("name", RIVALS)
def test_the_shortest_and_the_longest_window_can_be_read(name, steps):
    model = get_model(name).build(Shape(steps, 7, {}), SMALL | OWN[name])
    assert model(torch.randn(3, steps, 7), {}).shape == (3,)


@pytest.mark.parametrize("name", RIVALS)
def test_every_step_reaches_the_prediction_and_their_order_matters(name):
    model = rival(name).eval()
    series, vectors = inputs()
    series.requires_grad_()
    before = model(series, vectors)
    before.sum().backward()
    assert (series.grad.abs().sum(dim=(0, 2)) > 0).all()
    assert (before - model(series.flip(1), vectors)).abs().min() > 1e-5


@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("name", RIVALS)
def test_every_source_of_land_cover_changes_the_prediction(name, context):
    model = rival(name, BOTH, context=context).eval()
    series, vectors = inputs(BOTH)
    before = model(series, vectors)
    for source in BOTH:
        other = vectors | {source: vectors[source].roll(1, dims=1)}
        assert (model(series, other) - before).abs().min() > 1e-7


@pytest.mark.parametrize("name", RIVALS)
def test_dropout_is_between_layers_and_before_the_head_while_training_only(name):
    model = rival(name, layers=3, dropout=0.5)
    calls = []
    for part in model.modules():
        if isinstance(part, ByteDropout):
            assert part.threshold == 128
            part.register_forward_hook(lambda *_: calls.append(1))
    series, vectors = inputs()
    assert not torch.equal(model(series, vectors), model(series, vectors))
    assert len(calls) == 2 * 3
    model.eval()
    assert torch.equal(model(series, vectors), model(series, vectors))


# --- what they learn -----------------------------------------------------------------------------

TRAINING = {
    "epochs": 40,
    "batch_size": 32,
    "learning_rate": 0.01,
    "optimiser": "adamw",
    "weight_decay": 0.01,
    "clip_norm": 4,
    "schedule": "one_cycle",
    "members": 1,
}
LEARNER = {"width": 16, "layers": 1, "dropout": 0.0, **PFT, "context_width": 4}
LEARNER_OWN = {"lstm": {}, "bilstm": {}, "mlp": {"hidden": 32}}


def planted(seed: int, samples: int = 600):
    """GPP is the last step's warmth times the class's efficiency, plus a memory of the first."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(samples, 4, 2))
    classes = random.integers(0, 3, samples)
    target = 5 + np.maximum(series[:, -1, 0], 0) * (1.0 + classes) + series[:, 0, 1]
    return block(series, classes=classes, target=target)


def trained(name: str, data, *, seed: int = 1, **options):
    options = TRAINING | LEARNER | LEARNER_OWN[name] | options
    return fit_network(
        get_model(name), data, variables=["a", "b"], options=options, seed=seed, product=GPP
    )


def r2(found, observed) -> float:
    return 1 - np.square(found - observed).sum() / np.square(observed - observed.mean()).sum()


@pytest.mark.parametrize("name", RIVALS)
def test_a_planted_function_of_series_and_class_is_learnt(name):
    network, held_out = trained(name, planted(0)), planted(1)
    assert r2(network.predict(held_out), held_out.target) > 0.95
    # Not without the class: its share of the variance is lost.
    deaf = block(held_out.series, classes=[0] * len(held_out), target=held_out.target)
    assert r2(network.predict(deaf), held_out.target) < 0.85


@pytest.mark.parametrize("name", RIVALS)
def test_the_same_seed_trains_the_same_network(name):
    def predicted(seed):
        network = trained(name, planted(0, 80), seed=seed, epochs=2, dropout=0.2)
        return network.predict(planted(1, 20))

    np.testing.assert_array_equal(predicted(1), predicted(1))
    assert not np.array_equal(predicted(1), predicted(2))


CHANGES = [
    {"width": 12},
    {"layers": 2},
    {"dropout": 0.3},
    {"context": "head"},
    {"context_hidden": 6},
    {"context_width": 3},
    {"epochs": 3},
    {"batch_size": 16},
    {"learning_rate": 0.02},
    {"optimiser": "radam"},
    {"weight_decay": 0.5},
    {"clip_norm": 0.01},
    {"schedule": "constant"},
]


@pytest.mark.parametrize("name", RIVALS)
def test_every_option_changes_the_result(name):
    data, held_out = planted(0, 60), planted(1, 20)
    changes = [{}, *CHANGES, *({key: value + 1} for key, value in LEARNER_OWN[name].items())]
    asked = {key for change in changes for key in change}
    assert asked == {*TRAINING, *LEARNER, *LEARNER_OWN[name]} - {"members"}
    results = {
        trained(name, data, **({"epochs": 2} | change)).predict(held_out).tobytes()
        for change in changes
    }
    assert len(results) == len(changes)
