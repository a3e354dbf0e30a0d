"""The models: their arithmetic written out again, and what each of them can learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import yaml
from torch import nn
from torch.nn import functional as F

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Shape
from carbonscape.models.fluxformer import EncoderBlock, FluxFormer
from carbonscape.models.layers import BatchNormOverTime, ByteDropout, ContextEncoder, SelfAttention
from carbonscape.models.registry import MODELS, get_model, models_of
from carbonscape.training.fit import options_for
from carbonscape.training.options import split_options
from helpers.guards import PROJECT


@pytest.fixture(autouse=True)
def _one_thread_and_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(
        torch.as_tensor(found).detach().numpy(),
        torch.as_tensor(expected).detach().numpy(),
        rtol=tolerance,
        atol=tolerance,
    )


# --- layers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "share"), [(0.1, 26 / 256), (0.5, 0.5), (0.25, 0.25), (0.99, 253 / 256)]
)
def test_dropout_drops_a_rounded_share_and_keeps_the_expectation(probability, share):
    values = torch.full((1000, 400), 3.0)
    dropped = ByteDropout(probability)(values)
    kept = dropped != 0
    deviation = math.sqrt(share * (1 - share) / values.numel())
    assert float((~kept).float().mean()) == pytest.approx(share, abs=5 * deviation)
    close(dropped[kept].unique(), [3 / (1 - share)])
    assert float(dropped.mean()) == pytest.approx(3, abs=5 * 3 * deviation / (1 - share))


def test_dropout_draws_for_each_element_and_each_call():
    dropout = ByteDropout(0.5)
    first, second = dropout(torch.ones(64, 64)), dropout(torch.ones(64, 64))
    assert not torch.equal(first, second)
    for axis in (0, 1):
        assert first.mean(axis).std() > 0.05  # no whole row and no whole column at once


@pytest.mark.parametrize("probability", [0.0, 0.001, 0.5])
def test_dropout_leaves_values_alone_when_off(probability):
    dropout = ByteDropout(probability).eval()
    values = torch.randn(50, 50)
    assert dropout(values) is values
    if probability < 1 / 512:  # rounds to zero
        assert dropout.train()(values) is values


def test_dropout_passes_gradients_where_it_kept():
    values = torch.ones(1000, requires_grad=True)
    dropped = ByteDropout(0.5)(values)
    dropped.sum().backward()
    close(values.grad, dropped)


@pytest.mark.parametrize(("steps", "heads"), [(1, 2), (7, 1), (7, 4)])
def test_attention_equals_that_of_torch(steps, heads):
    width = 8
    attention = SelfAttention(width, heads, dropout=0.5).eval()
    nn.init.normal_(attention.project_in.bias)
    nn.init.normal_(attention.project_out.bias)
    values = torch.randn(3, steps, width)
    query, key, value = F.linear(
        values, attention.project_in.weight, attention.project_in.bias
    ).split(width, dim=-1)

    def by_head(part):
        return part.reshape(3, steps, heads, width // heads).transpose(1, 2)

    mixed = F.scaled_dot_product_attention(by_head(query), by_head(key), by_head(value))
    mixed = mixed.transpose(1, 2).reshape(3, steps, width)
    close(attention(values), attention.project_out(mixed))


def test_attention_drops_weights_only_while_training():
    attention = SelfAttention(8, 2, dropout=0.5)
    values = torch.randn(3, 5, 8)
    assert not torch.equal(attention(values), attention(values))
    attention.eval()
    assert torch.equal(attention(values), attention(values))


def test_attention_starts_like_that_of_torch():
    attention = SelfAttention(16, 4, dropout=0)
    bound = math.sqrt(6 / (16 + 48))  # Xavier: 6 / (inputs + outputs)
    largest = float(attention.project_in.weight.abs().max().detach())
    assert 0.95 * bound < largest <= bound
    assert not attention.project_in.bias.any()
    assert not attention.project_out.bias.any()


def test_batch_norm_is_over_samples_and_steps():
    ours, theirs = BatchNormOverTime(5), nn.BatchNorm1d(5)
    for _ in range(3):
        values = 3 * torch.randn(4, 6, 5) + torch.arange(5)
        expected = theirs(values.transpose(1, 2)).transpose(1, 2)
        found = ours(values)
        assert found.shape == values.shape
        close(found, expected)
        close(found.mean((0, 1)), torch.zeros(5))
        close(found.std((0, 1), correction=0), torch.ones(5), 1e-4)
    close(ours.norm.running_mean, theirs.running_mean)
    close(ours.norm.running_var, theirs.running_var)
    ours.eval()
    theirs.eval()
    close(ours(values), theirs(values.transpose(1, 2)).transpose(1, 2))


def test_the_context_encoder_has_three_linear_layers_with_gelu_between():
    encoder = ContextEncoder(4, 6, 3)
    first, second, third = (part for part in encoder.layers if isinstance(part, nn.Linear))
    assert [part.weight.shape for part in (first, second, third)] == [(6, 4), (6, 6), (3, 6)]
    values = torch.randn(5, 4)
    close(encoder(values), third(F.gelu(second(F.gelu(first(values))))))


# --- FluxFormer ----------------------------------------------------------------------------------

STEPS, VARIABLES = 5, 3
SMALL = {
    "width": 8,
    "heads": 2,
    "layers": 1,
    "feedforward": 6,
    "dropout": 0.0,
    "context_hidden": 4,
    "context_width": 2,
}


def fluxformer(*, classes=None, **options) -> FluxFormer:
    classes = {"igbp": 17} if classes is None else classes
    return FluxFormer(Shape(STEPS, VARIABLES, classes), **(SMALL | options))


def inputs(classes=None, samples=4):
    classes = {"igbp": 17} if classes is None else classes
    series = torch.randn(samples, STEPS, VARIABLES)
    return series, {s: torch.eye(n)[torch.arange(samples) % n] for s, n in classes.items()}


# Encoder of one source: (17 x 4 + 4) + (4 x 4 + 4) + (4 x 2 + 2) = 102; of 14 classes 90.
# Positions 5 x 8 = 40.
# Block: (8 x 24 + 24) + (8 x 8 + 8) + 2 x 16 + (8 x 6 + 6) + (6 x 8 + 8) = 430.
# Projection: 3 x 6 + 6 = 24 beside one source, 3 x 4 + 4 = 16 beside two, 3 x 8 + 8 = 32 alone.
# Head: 5 x 8 + 1 = 41, and 2 more for each source that joins there.
@pytest.mark.parametrize(
    ("classes", "options", "expected"),
    [
        ({}, {}, 32 + 40 + 430 + 41),
        ({"igbp": 17}, {}, 102 + 24 + 40 + 430 + 41),
        ({"igbp": 17, "esa_cci": 14}, {}, 102 + 90 + 16 + 40 + 430 + 41),
        ({"igbp": 17}, {"layers": 3}, 102 + 24 + 40 + 3 * 430 + 41),
        ({"igbp": 17}, {"context": "head"}, 102 + 32 + 40 + 430 + 43),
        ({"igbp": 17, "esa_cci": 14}, {"context": "head"}, 102 + 90 + 32 + 40 + 430 + 45),
    ],
)
def test_the_number_of_parameters_is_that_counted_by_hand(classes, options, expected):
    model = fluxformer(classes=classes, **options)
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("classes", [{}, {"igbp": 17}, {"igbp": 17, "esa_cci": 14}])
def test_there_is_one_prediction_for_each_sample(classes, context):
    model = fluxformer(classes=classes, context=context)
    for samples in (1, 4):
        assert model(*inputs(classes, samples)).shape == (samples,)


def test_predictions_of_a_sample_do_not_depend_on_its_neighbours():
    model = fluxformer().eval()
    series, context = inputs()
    alone = model(series[:1], {"igbp": context["igbp"][:1]})
    close(alone, model(series, context)[:1])


@pytest.mark.parametrize("classes", [{"igbp": 17}, {"igbp": 17, "esa_cci": 14}])
@pytest.mark.parametrize("context", ["projection", "head"])
def test_fluxformer_written_out(classes, context):
    model = fluxformer(classes=classes, context=context).eval()
    series, vectors = inputs(classes)
    encoded = torch.cat([model.encoders[source](vectors[source]) for source in classes], dim=1)
    values = series @ model.project.weight.T + model.project.bias
    if context == "projection":
        beside = torch.stack([encoded] * STEPS, dim=1)
        values = torch.cat([values, beside], dim=2)
    values = values * 8**0.5 + model.positions
    (block,) = model.blocks
    values = block.norm_attention(values + block.attention(values))
    inner = F.gelu(values @ block.widen.weight.T + block.widen.bias)
    values = block.norm_feedforward(values + inner @ block.narrow.weight.T + block.narrow.bias)
    flat = F.gelu(values).reshape(len(series), -1)
    if context == "head":
        flat = torch.cat([flat, encoded], dim=1)
    close(model(series, vectors), (flat @ model.head.weight.T + model.head.bias)[:, 0])


def test_an_encoder_block_normalises_after_each_part():
    block = EncoderBlock(8, 2, 16, 0.0)
    found = block(torch.randn(30, 5, 8) * 4 + 7)
    close(found.mean((0, 1)), torch.zeros(8), 1e-4)
    close(found.std((0, 1), correction=0), torch.ones(8), 1e-3)


def test_the_order_of_steps_matters():
    model = fluxformer().eval()
    series, context = inputs()
    assert (model(series, context) - model(series.flip(1), context)).abs().min() > 1e-4


def test_positions_start_small_and_reach_the_prediction():
    model = fluxformer().eval()
    assert 0 < model.positions.detach().abs().max() <= 0.02
    series, context = inputs()
    model(series, context).sum().backward()
    assert (model.positions.grad.abs().sum(dim=1) > 0).all()


@pytest.mark.parametrize("context", ["projection", "head"])
def test_every_source_of_land_cover_changes_the_prediction(context):
    classes = {"igbp": 17, "esa_cci": 14}
    model = fluxformer(classes=classes, context=context).eval()
    series, vectors = inputs(classes)
    before = model(series, vectors)
    for source in classes:
        other = vectors | {source: vectors[source].roll(1, dims=1)}
        assert (model(series, other) - before).abs().min() > 1e-6


def test_fluxformer_drops_while_training_only():
    model = fluxformer(dropout=0.3)
    series, context = inputs()
    assert not torch.equal(model(series, context), model(series, context))
    model.eval()
    assert torch.equal(model(series, context), model(series, context))


def test_dropout_reaches_every_place_of_the_design():
    # Embedding, attention weights, three in a block (two residuals and inside), and the head.
    model = fluxformer(dropout=0.5, layers=2)
    calls = []
    for part in model.modules():
        if isinstance(part, ByteDropout):
            assert part.threshold == 128
            part.register_forward_hook(lambda *_: calls.append(1))
    model(*inputs())
    assert len(calls) == 1 + 2 * (1 + 3) + 1


def test_widths_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match=r"width' \(8\) and 'heads' \(3\)"):
        fluxformer(heads=3)
    with pytest.raises(ConfigError, match="would take 8 of 8 channels"):
        fluxformer(context_width=8)
    with pytest.raises(ConfigError, match="would take 8 of 8 channels"):
        fluxformer(classes={"igbp": 17, "esa_cci": 14}, context_width=4)
    fluxformer(context_width=8, context="head")  # nothing to fit in there
    fluxformer(classes={}, context_width=8)


# --- registry ------------------------------------------------------------------------------------

DEFAULTS = yaml.safe_load((PROJECT / "config" / "config.yaml").read_text(encoding="utf-8"))


BUILT = [
    (product, name)
    for product, wing in (("gpp", "fluxes"), ("xco2", "columns"))
    for name, entry in models_of(wing).items()
    if entry.kind != "blend"
]


def test_models_of_both_wings_are_built() -> None:
    assert {product for product, _ in BUILT} == {"gpp", "xco2"}


@pytest.mark.parametrize(("product", "name"), BUILT)
def test_every_model_of_the_registry_can_be_built_with_its_defaults(product, name):
    entry, options = MODELS[name], DEFAULTS[product]["models"][name]
    if entry.kind == "network":
        _, options = split_options(options_for(options, all_months=False))
    ends = tuple(range(12)) if entry.yearly else ()
    classes = {"igbp": 17, "esa_cci": 14} if product == "gpp" else {}
    model = entry.build(Shape(12, VARIABLES, classes, ends), options)
    assert get_model(name) is entry
    assert isinstance(model, nn.Module) == (entry.kind == "network")
    if entry.kind == "estimator":
        assert callable(model.fit)
        assert callable(model.predict)


@pytest.mark.parametrize(
    ("product", "name"), [b for b in BUILT if MODELS[b[1]].kind == "estimator"]
)
def test_an_unknown_option_is_not_passed_over(product, name):
    options = DEFAULTS[product]["models"][name] | {"no_such_option": 1}
    with pytest.raises(TypeError, match="no_such_option"):
        MODELS[name].build(Shape(12, VARIABLES, {}, tuple(range(12))), options)


def test_an_unknown_model_is_refused():
    with pytest.raises(ConfigError, match="'gru'; the registry has fluxformer, lstm, bilstm, mlp"):
        get_model("gru")


def test_yearly_models_belong_to_one_window():
    assert [name for name, entry in MODELS.items() if not entry.runs_in("12m")] == [
        "fluxformer_annual",
        "xgboost_annual",
        "blend",
    ]
    assert all(entry.runs_in("jan_to_m") for entry in MODELS.values())
