"""The models: their arithmetic written out again, and what each of them can learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from carbonscape.errors import ConfigError
from carbonscape.features.samples import Block
from carbonscape.models.climatology import Climatology
from carbonscape.models.fluxformer import EncoderBlock, FluxFormer
from carbonscape.models.layers import BatchNormOverTime, ByteDropout, ContextEncoder, SelfAttention
from carbonscape.models.random_forest import RandomForest, flatten
from carbonscape.models.registry import MODELS, Shape, get_model


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


# --- random forest and climatology ---------------------------------------------------------------


def block(series, *, classes=None, month=None, target=None, sources=("igbp",)) -> Block:
    """A block from (sample, step, variable), class numbers of three, months and targets."""
    series = np.asarray(series, dtype=np.float32)
    n = len(series)
    context = {}
    if classes is not None:
        context = {source: np.eye(3, dtype=np.float32)[np.asarray(classes)] for source in sources}
    return Block(
        series=series,
        context=context,
        month=np.asarray([1] * n if month is None else month, dtype=np.int64),
        target=np.asarray([0.0] * n if target is None else target, dtype=np.float64),
    )


FOREST = {"trees": 20, "max_features": 1.0, "min_leaf": 1}


def steps_and_classes(n=300, seed=0) -> Block:
    """GPP is 5 where the last step of variable 0 is above zero, and 2 more in class 2."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, 2, 2))
    classes = random.integers(0, 3, n)
    target = 5.0 * (series[:, -1, 0] > 0) + 2.0 * (classes == 2)
    return block(series, classes=classes, target=target)


def test_a_forest_learns_a_step():
    forest = RandomForest(**FOREST)
    forest.fit(steps_and_classes(), 1)
    held_out = steps_and_classes(seed=1)
    error = np.abs(forest.predict(held_out) - held_out.target)
    assert np.mean(error < 0.5) > 0.95


def test_a_forest_reads_every_step_and_every_class():
    one = block([[[1, 2], [3, 4]]], classes=[2])
    assert flatten(one).tolist() == [[1, 2, 3, 4, 0, 0, 1]]
    without = Block(one.series, {}, one.month, one.target)
    assert flatten(without).tolist() == [[1, 2, 3, 4]]


def test_the_same_seed_grows_the_same_forest():
    def grown(seed):
        forest = RandomForest(trees=5, max_features=0.5, min_leaf=3)
        forest.fit(steps_and_classes(), seed)
        return forest.predict(steps_and_classes(seed=1))

    np.testing.assert_array_equal(grown(1), grown(1))
    assert not np.array_equal(grown(1), grown(2))


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"trees": 7}, ("n_estimators", 7)),
        ({"max_features": 0.4}, ("max_features", 0.4)),
        ({"min_leaf": 40}, ("min_samples_leaf", 40)),
    ],
)
def test_every_option_of_the_forest_changes_it(change, attribute):
    first = get_model("random_forest").build(None, FOREST)
    other = get_model("random_forest").build(None, FOREST | change)
    for forest in (first, other):
        forest.fit(steps_and_classes(), 1)
    assert getattr(other.forest, attribute[0]) == attribute[1]
    held_out = steps_and_classes(seed=1)
    assert not np.array_equal(first.predict(held_out), other.predict(held_out))


def test_leaves_hold_at_least_as_many_samples_as_asked():
    # With half of ten samples in every leaf there can be no more than two values a tree.
    forest = RandomForest(trees=1, max_features=1.0, min_leaf=5)
    data = block(np.arange(10).reshape(10, 1, 1), target=np.arange(10))
    forest.fit(data, 0)
    assert len(np.unique(forest.predict(data))) <= 2


def test_a_forest_that_was_not_grown_predicts_nothing():
    with pytest.raises(RuntimeError, match="before fit"):
        RandomForest(**FOREST).predict(steps_and_classes())


def nothing(n):
    return np.zeros((n, 1, 1))


def test_climatology_is_the_mean_of_class_and_month():
    model = Climatology()
    model.fit(
        block(
            nothing(5),
            classes=[0, 0, 1, 0, 1],
            month=[1, 1, 1, 7, 7],
            target=[1.0, 3.0, 10.0, 20.0, 40.0],
        ),
        0,
    )
    asked = block(nothing(7), classes=[0, 1, 0, 1, 2, 2, 2], month=[1, 1, 7, 7, 1, 7, 4])
    # Class 2 is unknown: the means of January, (1 + 3 + 10) / 3, and of July; April is unknown
    # too: the mean of all, 74 / 5.
    np.testing.assert_allclose(model.predict(asked), [2, 10, 20, 40, 14 / 3, 30, 14.8])


def test_climatology_without_land_cover_is_the_mean_of_the_month():
    model = Climatology()
    model.fit(block(nothing(3), month=[1, 1, 2], target=[1.0, 2.0, 9.0]), 0)
    found = model.predict(block(nothing(3), month=[1, 2, 3]))
    np.testing.assert_allclose(found, [1.5, 9.0, 4.0])


def test_climatology_takes_the_class_with_the_largest_fraction():
    model = Climatology()
    model.fit(block(nothing(2), classes=[0, 1], target=[1.0, 5.0]), 0)
    mixed = block(nothing(1))
    mixed.context["igbp"] = np.array([[0.3, 0.45, 0.25]], dtype=np.float32)
    assert model.predict(mixed).tolist() == [5.0]


def test_climatology_of_two_sources_is_by_pairs_of_classes():
    model = Climatology()
    training = block(nothing(3), classes=[0, 0, 1], target=[1.0, 2.0, 4.0])
    training.context["esa_cci"] = np.eye(3, dtype=np.float32)[[0, 1, 1]]
    model.fit(training, 0)
    np.testing.assert_allclose(model.predict(training), [1, 2, 4])
    asked = block(nothing(1), classes=[1])
    asked.context["esa_cci"] = np.eye(3, dtype=np.float32)[[0]]  # this pair was never seen
    np.testing.assert_allclose(model.predict(asked), [7 / 3])


def test_climatology_has_no_options():
    with pytest.raises(TypeError):
        get_model("climatology").build(None, {"trees": 1})


# --- registry ------------------------------------------------------------------------------------


def test_every_model_of_the_registry_can_be_built():
    options = {"fluxformer": SMALL, "random_forest": FOREST, "climatology": {}}
    assert list(MODELS) == list(options)
    for name, entry in MODELS.items():
        model = entry.build(Shape(STEPS, VARIABLES, {"igbp": 17}), options[name])
        assert get_model(name) is entry
        assert isinstance(model, nn.Module) == (entry.kind == "network")
        if entry.kind == "estimator":
            assert callable(model.fit)
            assert callable(model.predict)


def test_an_unknown_model_is_refused():
    with pytest.raises(ConfigError, match="'lstm'; the registry has fluxformer, random_forest"):
        get_model("lstm")
