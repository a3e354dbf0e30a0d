"""The annual FluxFormer: nothing of a month's future, everything of its past."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import MODIS_8DAY, MONTHLY
from carbonscape.fluxes.training.blocks import month_ends
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import fit_network
from helpers.small_experiments import NETWORK, VARIABLES, experiment_of

ENTRY = get_model("fluxformer_annual")
WIDTHS = {
    "width": 8, "heads": 2, "layers": 2, "feedforward": 6, "dropout": 0.1, "context_hidden": 5,
    "context_width": 3,
}  # fmt: skip
CALENDARS = [MONTHLY, MODIS_8DAY]


@pytest.fixture(autouse=True)
def _one_thread_and_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def shape(calendar=MONTHLY, classes=None) -> Shape:
    ends = tuple(month_ends(calendar))
    return Shape(ends[-1] + 1, 2, {"igbp": 4} if classes is None else classes, ends)


def network(calendar=MONTHLY, *, context="projection", classes=None):
    """A network whose batch norms have seen data, and whose months differ."""
    module = ENTRY.build(shape(calendar, classes), {**WIDTHS, "context": context})
    with torch.no_grad():
        module.bias.normal_()
        for _ in range(3):
            module(*inputs(calendar, classes=classes, seed=5))
    return module.eval()


def inputs(calendar=MONTHLY, *, classes=None, seed=0, n=6):
    random = torch.Generator().manual_seed(seed)
    steps = month_ends(calendar)[-1] + 1
    sizes = {"igbp": 4} if classes is None else classes
    context = {source: torch.rand(n, size, generator=random) for source, size in sizes.items()}
    return torch.randn(n, steps, 2, generator=random), context


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", ["projection", "head"])
@pytest.mark.parametrize("calendar", CALENDARS)
@torch.no_grad()
def test_a_month_sees_its_past_and_nothing_of_its_future(calendar, context):
    module, (series, cover) = network(calendar, context=context), inputs(calendar)
    before = module(series, cover)
    assert before.shape == (6, 12)
    ends = month_ends(calendar)
    for month, end in enumerate(ends):
        later, earlier = series.clone(), series.clone()
        later[:, end + 1 :] = 50.0
        earlier[:, end] += 1.0  # the last step of the month itself
        after = module(later, cover)
        assert torch.equal(after[:, : month + 1], before[:, : month + 1])
        if month < 11:
            assert (after[:, month + 1 :] != before[:, month + 1 :]).all()
        after = module(earlier, cover)
        assert torch.equal(after[:, :month], before[:, :month])
        assert (after[:, month:] != before[:, month:]).all()


@torch.no_grad()
def test_the_first_step_of_the_year_reaches_every_month():
    module, (series, cover) = network(MODIS_8DAY), inputs(MODIS_8DAY)
    changed = series.clone()
    changed[:, 0] += 1
    assert (module(changed, cover) != module(series, cover)).all()


def trained(block=None, **changes):
    experiment = experiment_of("fluxformer_annual")
    return fit_network(
        ENTRY,
        experiment.block if block is None else block,
        variables=VARIABLES,
        options=NETWORK | {"batch_size": 4} | changes,
        seed=1,
        month_ends=experiment.month_ends,
        product=GPP,
    )


def test_steps_that_a_sample_may_not_see_never_matter():
    model = trained()
    block = experiment_of("fluxformer_annual").block
    hidden = np.isnan(block.series)
    assert hidden.any()
    filled = block.series.copy()
    filled[hidden] = np.random.default_rng(4).normal(size=hidden.sum()) * 100
    alone = np.arange(len(block))  # every sample a row of its own
    expected = model.predict(Block(block.series, block.context, block.month, block.target, alone))
    found = model.predict(Block(filled, block.context, block.month, block.target, alone))
    np.testing.assert_array_equal(found, expected)
    assert np.unique(expected).size > 100


def test_a_prediction_does_not_depend_on_the_other_samples_of_its_year():
    model = trained()
    block = experiment_of("fluxformer_annual").block
    whole = model.predict(block)
    for rows in (np.arange(1), np.arange(0, 144, 5), np.flatnonzero(block.month <= 4)):
        np.testing.assert_allclose(model.predict(block.take(rows)), whole[rows], rtol=1e-5)
    shuffled = np.random.default_rng(3).permutation(144)
    np.testing.assert_array_equal(model.predict(block.take(shuffled)), whole[shuffled])


def test_a_year_predicted_at_once_is_its_months_one_by_one():
    model = trained()
    block = experiment_of("fluxformer_annual").block
    december = block.take(block.month == 12)
    year = model.predict_year(december)
    assert year.shape == (12, 12)
    np.testing.assert_allclose(year.ravel(), model.predict(block), rtol=1e-5)


# --- what it reads and holds ---------------------------------------------------------------------


@pytest.mark.parametrize("context", ["projection", "head"])
@torch.no_grad()
def test_every_source_of_cover_reaches_every_month(context):
    classes = {"igbp": 4, "esa_cci": 5}
    options = {**WIDTHS, "context": context}
    module = ENTRY.build(shape(classes=classes), options).eval()
    series, cover = inputs(classes=classes)
    before = module(series, cover)
    for source in classes:
        other = cover | {source: cover[source].flip(1)}
        assert (module(series, other) != before).all()


@torch.no_grad()
def test_every_month_has_weights_of_its_own():
    module, (series, cover) = network(), inputs()
    before = module(series, cover)
    module.weight[3] += 1.0
    module.bias[5] += 2.0
    after = module(series, cover)
    changed = [month for month in range(12) if not torch.equal(after[:, month], before[:, month])]
    assert changed == [3, 5]
    torch.testing.assert_close(after[:, 5], before[:, 5] + 2)
    read = module.read(series, module.encode(cover))
    torch.testing.assert_close(after[:, 3], before[:, 3] + read[:, 3].sum(-1))


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("context", ["projection", "head", None])
def test_the_number_of_parameters_by_hand(calendar, context):
    classes = {} if context is None else {"igbp": 4}
    options = {**WIDTHS, "context": context or "projection"}
    module = ENTRY.build(shape(calendar, classes), options)
    encoder = (4 * 5 + 5) + (5 * 5 + 5) + (5 * 3 + 3) if context else 0
    into = 8 - 3 if context == "projection" else 8
    project = 2 * into + into
    positions = {MONTHLY: 12, MODIS_8DAY: 44}[calendar] * 8
    attention = (8 * 24 + 24) + (8 * 8 + 8)
    block = attention + 2 * (2 * 8) + (8 * 6 + 6) + (6 * 8 + 8)
    head = 12 * (8 + (3 if context == "head" else 0)) + 12
    expected = encoder + project + positions + 2 * block + head
    assert sum(p.numel() for p in module.parameters()) == expected


def test_widths_that_do_not_fit_are_refused_under_its_own_name():
    with pytest.raises(ConfigError, match=r"'gpp\.models\.fluxformer_annual\.width' \(8\)"):
        ENTRY.build(shape(), {**WIDTHS, "heads": 3})
    with pytest.raises(ConfigError, match=r"'gpp\.models\.fluxformer_annual\.context_width' \(8"):
        ENTRY.build(shape(), {**WIDTHS, "context_width": 8})


# --- what it learns ------------------------------------------------------------------------------


def known(years: int, seed: int) -> Block:
    """GPP is twice the month's own predictor plus that of the month before, and 2 by class."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(years, 12, 2)) * [5, 100] + [20, 1000]
    classes = random.integers(0, 2, years)
    before = np.pad(series[:, :-1, 0], ((0, 0), (1, 0)), constant_values=20)
    target = 2 * series[:, :, 0] + before + 8.0 * classes[:, None]
    row, month = np.divmod(np.arange(12 * years), 12)
    seen = series[row].astype(np.float32)
    seen[np.arange(12) > month[:, None]] = np.nan
    return Block(
        series=seen,
        context={"igbp": np.eye(2, dtype=np.float32)[classes[row]]},
        month=month + 1,
        target=target.ravel(),
        year_row=row,
    )


def test_it_learns_a_known_function_of_series_and_class():
    options = {"width": 16, "feedforward": 32, "dropout": 0.0, "epochs": 60, "batch_size": 32,
               "learning_rate": 0.01, "optimiser": "adamw", "schedule": "one_cycle"}  # fmt: skip
    model, held_out = trained(block=known(200, seed=0), **options), known(60, seed=1)
    found = model.predict(held_out)
    error = np.mean((found - held_out.target) ** 2) / np.var(held_out.target)
    assert error < 0.05
    swapped = {"igbp": held_out.context["igbp"][:, ::-1].copy()}
    blind = Block(held_out.series, swapped, held_out.month, held_out.target, held_out.year_row)
    assert np.mean(np.abs(model.predict(blind) - found)) == pytest.approx(8, abs=1)
