"""Training rows of monthly and of yearly networks, written out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import fit_network, mean_square
from carbonscape.training.rows import fit_scaler, last_of_rows, make_rows
from carbonscape.training.scaling import Standardiser
from helpers.small_experiments import NETWORK, fake_entry

N = np.nan
YEARLY, MONTHLY = SimpleNamespace(yearly=True), SimpleNamespace(yearly=False)
#: Predictor of two site-years at four steps, of which months 1 to 4 own one each.
YEARS = np.array([[1.0, 2.0, 4.0, 8.0], [10.0, 20.0, 40.0, 80.0]])
UNIT = Standardiser(mean=np.zeros(1), std=np.ones(1))


def block(*samples: tuple[int, int, float]) -> Block:
    """Return samples (site-year, month, target); the site-years' classes are 0 and 1."""
    rows, months, target = (np.array(part) for part in zip(*samples, strict=True))
    series = YEARS[rows].astype(np.float32)
    series[np.arange(4) >= months[:, None]] = N
    return Block(
        series=series[:, :, None],
        context={"igbp": np.eye(2, dtype=np.float32)[rows]},
        month=months,
        target=target,
        year_row=rows,
    )


#: Months in any order, February missing; the second year ends in March.
MIXED = ((1, 3, 50.0), (0, 4, 4.0), (1, 1, 30.0), (0, 1, 1.0), (0, 3, 3.0))


def test_the_row_of_a_site_year_is_its_latest_sample():
    last, row = last_of_rows(block(*MIXED))
    assert last.tolist() == [1, 0]
    assert row.tolist() == [1, 0, 1, 0, 0]
    # Numbers of site-years that are left after a choice of samples need not follow on.
    part = block(*MIXED).take(np.array([0, 2]))
    assert [values.tolist() for values in last_of_rows(part)] == [[0], [0, 0]]


def test_yearly_rows_by_hand():
    rows, row = make_rows(YEARLY, block(*MIXED), UNIT, offset=1.0, scale=2.0)
    assert len(rows) == 2
    assert row.tolist() == [1, 0, 1, 0, 0]
    np.testing.assert_array_equal(rows.series[:, :, 0], [[1, 2, 4, 8], [10, 20, 40, 0]])
    np.testing.assert_array_equal(rows.context["igbp"], [[1, 0], [0, 1]])
    target, known = np.zeros((2, 12)), np.zeros((2, 12))
    target[0, [0, 2, 3]] = 0.0, 1.0, 1.5
    target[1, [0, 2]] = 14.5, 24.5
    known[0, [0, 2, 3]] = known[1, [0, 2]] = 1
    np.testing.assert_array_equal(rows.target, target)
    np.testing.assert_array_equal(rows.known, known)


def test_the_order_of_the_samples_changes_no_row():
    whole, _ = make_rows(YEARLY, block(*MIXED), UNIT)
    for order in ([4, 3, 2, 1, 0], [2, 0, 4, 1, 3]):
        samples = block(*(MIXED[number] for number in order))
        rows, row = make_rows(YEARLY, samples, UNIT)
        for name in ("series", "target", "known"):
            np.testing.assert_array_equal(getattr(rows, name), getattr(whole, name))
        assert row.tolist() == [MIXED[number][0] for number in order]


def test_monthly_rows_are_the_samples():
    samples = block((1, 4, 5.0), (0, 4, 3.0))
    rows, row = make_rows(MONTHLY, samples, UNIT, offset=1.0, scale=2.0)
    assert rows.known is None
    assert row.tolist() == [0, 1]
    np.testing.assert_array_equal(rows.series[:, :, 0], YEARS[[1, 0]])
    assert rows.target.tolist() == [2.0, 1.0]


def test_weights_stand_where_targets_are_known():
    samples = replace(block(*MIXED), weight=np.array([0.5, 1.0, 0.75, 1.0, 0.25]))
    known = np.zeros((2, 12))
    known[0, [0, 2, 3]] = 1.0, 0.25, 1.0
    known[1, [0, 2]] = 0.75, 0.5
    np.testing.assert_array_equal(make_rows(YEARLY, samples, UNIT)[0].known, known)
    rows, _ = make_rows(MONTHLY, samples, UNIT)
    assert rows.known.tolist() == [0.5, 1.0, 0.75, 1.0, 0.25]
    without, _ = make_rows(MONTHLY, block(*MIXED), UNIT)
    for name in ("series", "target"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(without, name))
    assert rows.to("cpu", torch.float64).known.dtype == torch.float64


def test_the_scaler_counts_shared_steps_once_and_hidden_steps_never():
    # Without the hidden 80 of the second year: 1, 2, 4, 8, 10, 20, 40.
    scaler = fit_scaler(YEARLY, block(*MIXED), ["LAI"], product=GPP)
    steps = np.array([1.0, 2, 4, 8, 10, 20, 40])
    np.testing.assert_allclose(scaler.mean, [85 / 7])
    np.testing.assert_allclose(scaler.std, [np.sqrt(((steps - 85 / 7) ** 2).mean())])
    more = fit_scaler(YEARLY, block(*MIXED, (0, 2, 2.0), (1, 2, 40.0)), ["LAI"], product=GPP)
    np.testing.assert_array_equal(more.mean, scaler.mean)
    # A monthly model's windows are separate: those of a month are counted each.
    both = fit_scaler(MONTHLY, block((0, 4, 0.0), (0, 4, 0.0), (1, 4, 0.0)), ["LAI"], product=GPP)
    np.testing.assert_allclose(both.mean, [(2 * 15 + 150) / 12])


def test_hidden_steps_are_the_mean_of_the_training_rows():
    scaler = Standardiser(mean=np.array([5.0]), std=np.array([2.0]))
    rows, _ = make_rows(YEARLY, block(*MIXED), scaler)
    np.testing.assert_array_equal(rows.series[1, :, 0], [2.5, 7.5, 17.5, 0.0])


def test_a_step_that_lacks_one_predictor_is_refused_by_name():
    samples = block(*MIXED)
    series = np.concatenate([samples.series, samples.series + 1], axis=2)
    series[1, 1, 1] = N  # known of LAI, missing of T2M
    with pytest.raises(ResultError, match="predictor T2M has missing values in 1 places"):
        fit_scaler(YEARLY, samples.with_series(series), ["LAI", "T2M"], product=GPP)


def test_a_yearly_model_needs_to_know_which_samples_share_a_year():
    samples = block(*MIXED)
    lost = Block(samples.series, samples.context, samples.month, samples.target)
    with pytest.raises(RuntimeError, match="needs samples with a year_row"):
        make_rows(YEARLY, lost, UNIT)


# --- the loss ------------------------------------------------------------------------------------


def test_the_loss_is_the_mean_over_known_months():
    output = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    wanted = torch.tensor([[0.0, 2.0, 0.0], [1.0, 99.0, 8.0]])
    known = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    loss = mean_square(output, wanted, known, name="x")
    assert loss.item() == pytest.approx((1 + 0 + 9 + 4) / 4)
    loss.backward()
    # Twice the error over four known months; nothing where no target is known.
    np.testing.assert_allclose(output.grad, [[0.5, 0, 0], [1.5, 0, -1.0]])
    whole = mean_square(output[:, 0], wanted[:, 0], None, name="x")
    assert whole.item() == pytest.approx((1 + 9) / 2)


def test_the_loss_is_a_weighted_mean():
    output = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    wanted, weight = torch.tensor([0.0, 4.0, 3.0]), torch.tensor([1.0, 0.5, 0.25])
    loss = mean_square(output, wanted, weight, name="x")
    assert loss.item() == pytest.approx((1 * 1 + 0.5 * 4) / 1.75)
    loss.backward()
    np.testing.assert_allclose(output.grad, [2 / 1.75, -2 / 1.75, 0], rtol=1e-6)
    # A year with months of different weights.
    year, months = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, 0.0, 0.25]])
    assert mean_square(year, 0 * year, months, name="x").item() == pytest.approx(3.25 / 1.25)


@pytest.mark.parametrize("shape", [(2, 1), (3,), (2, 12)])
def test_another_shape_than_that_of_the_target_is_an_error(shape):
    with pytest.raises(RuntimeError, match=r"^x returned .*, not \(2,\)$"):
        mean_square(torch.zeros(shape), torch.zeros(2), None, name="x")


def test_a_yearly_training_finds_the_mean_of_the_known_months():
    class Means(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.value = nn.Parameter(torch.zeros(12))

        def forward(self, series, context):
            return self.value.expand(len(series), -1)

    options = NETWORK | {"epochs": 400, "learning_rate": 0.02, "optimiser": "adamw"}
    samples = block((0, 1, 1.0), (1, 1, 3.0), (0, 2, 10.0), (1, 4, -5.0))
    trained = fit_network(
        fake_entry(lambda shape: Means(), yearly=True),
        samples,
        variables=["LAI"],
        options=options,
        seed=1,
        month_ends=range(4),
        product=GPP,
    )
    np.testing.assert_allclose(trained.predict(samples), [2, 2, 10, -5], atol=0.05)
    # A month without a target keeps the weight that it started with: the mean of all targets.
    mean = (1 + 3 + 10 - 5) / 4
    np.testing.assert_allclose(trained.predict_year(samples.take(np.array([2])))[0, 5], mean)
