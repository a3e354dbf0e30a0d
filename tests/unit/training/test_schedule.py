"""How the loop of the networks divides samples into batches and moves its learning rate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import batch_bounds, fit_network
from carbonscape.training.optimiser import Optimiser
from helpers.small_experiments import NETWORK, VARIABLES, experiment_of


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def fit(samples: int = 64, *, steps: int = 4, **changes) -> None:
    block = experiment_of("fluxformer").block.take(np.arange(samples))
    block = block.with_series(block.series[:, -steps:])
    options = NETWORK | {"batch_size": 16} | changes
    entry = get_model("fluxformer")
    fit_network(entry, block, variables=VARIABLES, options=options, seed=1, product=GPP)


# --- the schedule --------------------------------------------------------------------------------


def rates(monkeypatch, **changes) -> np.ndarray:
    """The learning rate of every step of a training."""
    found = []
    step = Optimiser.step

    def spy(self, gradient, rate):
        found.append(rate)
        return step(self, gradient, rate)

    monkeypatch.setattr(Optimiser, "step", spy)
    fit(learning_rate=0.01, **changes)
    return np.array(found)


def test_a_constant_schedule_keeps_the_rate(monkeypatch):
    np.testing.assert_array_equal(rates(monkeypatch, epochs=3), [0.01] * 12)


def test_one_cycle_rises_to_the_rate_and_falls_to_almost_nothing(monkeypatch):
    found = rates(monkeypatch, epochs=10, schedule="one_cycle")  # 40 steps, of which 12 rise
    assert len(found) == 40
    assert found[0] == pytest.approx(0.0004)
    assert found.argmax() == 12
    assert found.max() == pytest.approx(0.01, rel=1e-3)
    assert (np.diff(found[:13]) > 0).all()
    assert (np.diff(found[12:]) < 0).all()
    assert 0 < found[-1] < 0.0001
    assert found[6] == pytest.approx(0.01 * 0.52)  # half way up from 4 % to 100 %
    assert found[26] == pytest.approx(0.01 * 0.5, rel=1e-3)  # half way down


def test_one_cycle_works_for_a_single_step(monkeypatch):
    found = rates(monkeypatch, epochs=1, batch_size=64, schedule="one_cycle")
    assert found.shape == (1,)
    assert 0 < found[0] <= 0.01


# --- batches -------------------------------------------------------------------------------------


def test_batches_by_hand():
    assert batch_bounds(10, 4) == [(0, 4), (4, 8), (8, 10)]
    assert batch_bounds(8, 4) == [(0, 4), (4, 8)]
    assert batch_bounds(9, 4) == [(0, 4), (4, 9)]
    assert batch_bounds(5, 4) == [(0, 5)]
    assert batch_bounds(3, 4) == [(0, 3)]


@pytest.mark.parametrize("batch_size", [2, 3, 16, 64])
def test_no_batch_has_one_sample_and_none_is_lost(batch_size):
    for n in range(2, 200):
        bounds = batch_bounds(n, batch_size)
        assert [bounds[0][0], bounds[-1][1]] == [0, n]
        assert all(stop == start for (_, stop), (start, _) in zip(bounds, bounds[1:], strict=False))
        assert all(2 <= stop - start <= batch_size + 1 for start, stop in bounds)


def test_an_odd_sample_of_a_one_step_window_can_be_trained():
    # Batch normalisation refuses a batch of one sample and one step.
    fit(17, steps=1)
