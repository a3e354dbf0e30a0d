"""The trainer of networks: against plain torch, and on functions whose answer is known."""

from __future__ import annotations

import copy
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from torch import nn

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import FlatParameters, fit_network
from carbonscape.training.optimiser import Optimiser
from carbonscape.training.options import TRAINING_KEYS, split_options
from helpers.small_experiments import fake_entry

VARIABLES = ["LAI", "T2M"]
STEPS = 4
OPTIONS = {
    "width": 8,
    "heads": 2,
    "layers": 1,
    "feedforward": 16,
    "dropout": 0.1,
    "context": "projection",
    "context_hidden": 8,
    "context_width": 3,
    "epochs": 2,
    "batch_size": 16,
    "learning_rate": 0.003,
    "optimiser": "radam",
    "weight_decay": 0.0,
    "clip_norm": 4.0,
    "schedule": "constant",
    "members": 1,
}
#: Another value of every option, which must give another model.
OTHER = {
    "width": 12,
    "heads": 4,
    "layers": 2,
    "feedforward": 8,
    "dropout": 0.5,
    "context": "head",
    "context_hidden": 6,
    "context_width": 2,
    "epochs": 3,
    "batch_size": 20,
    "learning_rate": 0.001,
    "optimiser": "adamw",
    "weight_decay": 0.1,
    "clip_norm": 0.01,
    "schedule": "one_cycle",
}


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def samples(n=64, *, seed=0, steps=STEPS) -> Block:
    """GPP is twice the mean of variable 0 over the steps plus 0, 3 or -3 for the class."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, steps, 2)) * [5, 100] + [20, 1000]
    classes = random.integers(0, 3, n)
    target = 2 * series[:, :, 0].mean(axis=1) + np.array([0.0, 3.0, -3.0])[classes]
    return Block(
        series=series.astype(np.float32),
        context={"igbp": np.eye(3, dtype=np.float32)[classes]},
        month=np.ones(n, dtype=np.int64),
        target=target,
    )


def fit(block=None, *, seed=1, entry=None, **changes):
    return fit_network(
        entry or get_model("fluxformer"),
        samples() if block is None else block,
        variables=VARIABLES,
        options=OPTIONS | changes,
        seed=seed,
        product=GPP,
    )


def weights(trained) -> np.ndarray:
    return torch.cat([p.detach().reshape(-1) for p in trained.module.parameters()]).numpy()


# --- what is learnt ------------------------------------------------------------------------------


def r2(found, expected) -> float:
    return 1 - np.mean((found - expected) ** 2) / np.var(expected)


@pytest.mark.parametrize("context", ["projection", "head"])
def test_a_network_learns_a_known_function_of_series_and_class(context):
    trained = fit(samples(512), epochs=25, learning_rate=0.01, dropout=0.0, context=context)
    held_out = samples(200, seed=1)
    found = trained.predict(held_out)
    assert found.shape == (200,)
    assert r2(found, held_out.target) > 0.9
    # Without the classes no model can do that: they carry a third of the variance.
    blind = Block(held_out.series, {"igbp": held_out.context["igbp"][::-1].copy()},
                  held_out.month, held_out.target)  # fmt: skip
    assert r2(trained.predict(blind), held_out.target) < 0.7


def test_predictions_follow_the_unit_of_the_target():
    block = samples()
    other = Block(block.series, block.context, block.month, block.target * 1000 - 7)
    np.testing.assert_allclose(
        fit(other).predict(block), fit(block).predict(block) * 1000 - 7, rtol=1e-3
    )


def test_predictions_do_not_depend_on_the_unit_of_a_predictor():
    block = samples()
    other = block.with_series(block.series * np.float32(64) + np.float32(8))
    np.testing.assert_allclose(fit(other).predict(other), fit(block).predict(block), rtol=1e-3)


def test_a_target_that_never_varies_is_predicted():
    block = samples()
    constant = Block(block.series, block.context, block.month, np.full(len(block), 5.0))
    found = fit(constant, epochs=30).predict(constant)
    np.testing.assert_allclose(found, 5.0, atol=0.5)


def test_held_out_samples_are_scaled_as_the_training_samples_were():
    trained = fit()
    np.testing.assert_allclose(trained.scaler.mean, samples().series.mean((0, 1)), rtol=1e-5)
    one = samples(1, seed=5)
    many = samples(30, seed=6)
    both = Block(
        np.concatenate([one.series, many.series]),
        {"igbp": np.concatenate([one.context["igbp"], many.context["igbp"]])},
        np.ones(31, dtype=np.int64),
        np.zeros(31),
    )
    np.testing.assert_allclose(trained.predict(one), trained.predict(both)[:1], rtol=1e-5)


def test_prediction_in_parts_equals_prediction_at_once():
    trained = fit()
    held_out = samples(37, seed=2)
    whole = trained.predict(held_out)
    np.testing.assert_allclose(trained.predict(held_out, batch_size=10), whole, rtol=1e-5)


# --- options -------------------------------------------------------------------------------------


def test_the_options_tested_here_are_those_of_the_configuration(project: Path):
    config = yaml.safe_load((project / "config" / "config.yaml").read_text(encoding="utf-8"))
    configured = set(config["gpp"]["models"]["fluxformer"])
    # Which number of epochs counts is settled before the loop (test_crossval.py).
    assert set(OPTIONS) == configured - {"epochs_all_months"}
    assert set(OPTIONS) == set(config["gpp"]["models"]["fluxformer_annual"])
    # "members" is a matter of cross-validation and is tested there.
    assert set(OPTIONS) - set(OTHER) == {"members"}


@pytest.fixture(scope="module")
def usual() -> np.ndarray:
    return fit().predict(samples(20, seed=9))


@pytest.mark.parametrize("option", OTHER)
def test_every_option_changes_the_predictions(option, usual):
    changed = fit(**{option: OTHER[option]}).predict(samples(20, seed=9))
    assert np.abs(changed - usual).max() > 1e-4


def test_options_are_split_between_the_loop_and_the_network():
    loop, architecture = split_options(OPTIONS)
    assert set(architecture) == set(OPTIONS) - set(TRAINING_KEYS)
    assert (loop.epochs, loop.clip_norm, loop.optimiser) == (2, 4.0, "radam")


def test_the_same_seed_gives_the_same_network():
    block = samples(20, seed=9)
    first = fit()
    torch.randn(7)  # whatever was drawn before
    np.random.seed(5)  # noqa: NPY002
    second = fit()
    np.testing.assert_array_equal(weights(first), weights(second))
    np.testing.assert_array_equal(first.predict(block), second.predict(block))
    assert not np.array_equal(weights(fit(seed=2)), weights(first))


# --- the loop against plain torch ----------------------------------------------------------------


class Perceptron(nn.Module):
    """A network all of whose weights matter, so that rounding cannot send Adam astray."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * STEPS + 3, 6), nn.Tanh(), nn.Linear(6, 1))

    def forward(self, series, context):
        return self.layers(torch.cat([series.flatten(1), context["igbp"]], dim=1))[:, 0]


@pytest.mark.parametrize("optimiser", ["radam", "adamw"])
def test_training_equals_a_plain_loop_of_torch(optimiser):
    changes = {"clip_norm": 0.5, "weight_decay": 0.05, "epochs": 8}
    block = samples(33)  # two batches of 16, the last of which takes the odd sample
    entry = fake_entry(lambda shape: Perceptron())
    trained = fit(block, entry=entry, optimiser=optimiser, **changes)

    torch.manual_seed(1)
    module = Perceptron()
    spread = block.series.astype(float).std((0, 1))
    series = torch.tensor((block.series - block.series.astype(float).mean((0, 1))) / spread)
    series = series.float()
    context = {"igbp": torch.tensor(block.context["igbp"])}
    mean, std = block.target.mean(), block.target.std()
    target = torch.tensor((block.target - mean) / std).float()
    kind = {"radam": torch.optim.RAdam, "adamw": torch.optim.AdamW}[optimiser]
    stepper = kind(module.parameters(), lr=0.003, weight_decay=0.05)
    module.train()
    for _ in range(8):
        order = torch.randperm(33)
        for rows in (order[:16], order[16:]):
            output = module(series[rows], {"igbp": context["igbp"][rows]})
            stepper.zero_grad()
            ((output - target[rows]) ** 2).mean().backward()
            nn.utils.clip_grad_norm_(module.parameters(), 0.5)
            stepper.step()
    module.eval()
    expected = module(series, context).detach().numpy() * std + mean
    np.testing.assert_allclose(trained.predict(block), expected, rtol=1e-5)


@pytest.mark.parametrize("optimiser", ["RAdam", "AdamW"])
@pytest.mark.parametrize("norm", [0.05, 1e6])
def test_one_flat_vector_trains_like_the_separate_tensors(optimiser, norm):
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1)).double()
    joint = copy.deepcopy(plain)
    flat = FlatParameters(joint)
    kind = getattr(torch.optim, optimiser)
    stepper = kind(plain.parameters(), lr=0.01, weight_decay=0.1)
    loop, _ = split_options(OPTIONS | {"optimiser": optimiser.lower(), "weight_decay": 0.1})
    flat_stepper = Optimiser(flat.values, loop)
    clipped = []
    for _ in range(20):
        values = torch.randn(8, 3).double()
        target = values.sum(dim=1, keepdim=True)
        stepper.zero_grad()
        nn.functional.mse_loss(plain(values), target).backward()
        clipped.append(float(nn.utils.clip_grad_norm_(plain.parameters(), norm)) > norm)
        stepper.step()
        flat.gradient.zero_()
        nn.functional.mse_loss(joint(values), target).backward()
        flat.clip(norm)
        flat_stepper.step(flat.gradient, 0.01)
    assert all(clipped) == (norm < 1)
    for ours, theirs in zip(joint.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_long_gradient_is_cut_to_the_norm_and_a_short_one_is_left():
    flat = FlatParameters(nn.Linear(1, 1))
    flat.gradient.copy_(torch.tensor([3.0, 4.0]))
    flat.clip(10.0)
    assert flat.gradient.tolist() == [3.0, 4.0]
    flat.clip(1.0)
    np.testing.assert_allclose(flat.gradient.numpy(), [0.6, 0.8], rtol=1e-6)


def test_every_epoch_sees_every_sample_once_in_another_order():
    seen: list[list[float]] = []

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, series, context):
            seen.append(series[:, 0, 0].tolist())
            return self.weight.expand(len(series))

    block = samples(35)
    fit(block, entry=fake_entry(lambda shape: Spy()), epochs=3)
    assert [len(batch) for batch in seen] == [16, 16, 3] * 3
    epochs = [list(chain(*seen[start : start + 3])) for start in (0, 3, 6)]
    for epoch in epochs:
        assert len(set(epoch)) == 35
        assert sorted(epoch) == sorted(epochs[0])
    assert epochs[0] != epochs[1] != epochs[2]


# --- refusals ------------------------------------------------------------------------------------


def test_a_diverging_training_is_refused_in_a_sentence():
    message = r"training of FluxFormer diverged in epoch \d of 20 .*learning_rate' \(1e\+30\)\."
    with pytest.raises(ResultError, match=message):
        fit(learning_rate=1e30, epochs=20)


def test_a_missing_predictor_is_refused_by_name():
    block = samples()
    block.series[3, 1, 1] = np.nan
    with pytest.raises(ResultError, match="predictor T2M has missing values"):
        fit(block)


def test_a_network_with_a_column_for_an_output_is_an_error():
    class Column(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 1)

        def forward(self, series, context):
            return self.layer(series[:, 0])  # (batch, 1)

    with pytest.raises(RuntimeError, match=r"fake returned \(16, 1\), not \(16,\)"):
        fit(entry=fake_entry(lambda shape: Column()))


def test_a_network_is_built_for_the_shape_of_its_samples():
    shapes = []

    def build(shape):
        shapes.append(shape)
        return get_model("fluxformer").build(shape, split_options(OPTIONS)[1])

    fit(samples(20, steps=3), entry=fake_entry(build), epochs=1)
    assert shapes == [Shape(3, 2, {"igbp": 3})]
