"""Several numbers of epochs from one training at a constant rate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from carbonscape.core.errors import ConfigError
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.network import fit_network, fit_snapshots
from helpers.small_experiments import NETWORK, VARIABLES, experiment_of, learnt

EPOCHS = (2, 3, 5)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def arguments(model: str, **changes) -> dict:
    experiment = experiment_of(model)
    return {
        "entry": get_model(model),
        "block": experiment.block,
        "variables": VARIABLES,
        "options": NETWORK | {"dropout": 0.3} | changes,
        "seed": 7,
        "month_ends": experiment.month_ends,
        "product": GPP,
    }


@pytest.mark.parametrize("model", ["fluxformer", "fluxformer_annual"])
@pytest.mark.parametrize("optimiser", ["radam", "adamw"])
def test_snapshots_are_the_networks_of_separate_trainings(model, optimiser):
    kept = fit_snapshots(**arguments(model, optimiser=optimiser, epochs=5), epochs=(5, 2, 3))
    assert sorted(kept) == list(EPOCHS)
    separate = {
        number: fit_network(**arguments(model, optimiser=optimiser, epochs=number))
        for number in EPOCHS
    }
    block = experiment_of(model).block
    for number in EPOCHS:
        np.testing.assert_array_equal(learnt(kept[number]), learnt(separate[number]))
        np.testing.assert_array_equal(kept[number].predict(block), separate[number].predict(block))
    assert not np.array_equal(learnt(kept[2]), learnt(kept[3]))


def test_a_snapshot_is_not_changed_by_the_training_that_goes_on(monkeypatch):
    # What each snapshot held when it was taken, buffers of the batch norms included.
    held = []
    original = torch.nn.Module.eval

    def spy(module):
        if type(module).__name__ == "FluxFormer":
            held.append(torch.cat([v.double().ravel() for v in module.state_dict().values()]))
        return original(module)

    monkeypatch.setattr(torch.nn.Module, "eval", spy)
    kept = fit_snapshots(**arguments("fluxformer", epochs=5), epochs=EPOCHS)
    monkeypatch.undo()
    # Each number: once when the run pauses, once for the copy.
    assert len(held) == 6
    for number, then in zip(EPOCHS, held[1::2], strict=True):
        np.testing.assert_array_equal(learnt(kept[number])[: len(then)], then.numpy())


def test_other_schedules_have_no_snapshots():
    with pytest.raises(ConfigError) as refusal:
        fit_snapshots(**arguments("fluxformer", schedule="one_cycle"), epochs=EPOCHS)
    assert str(refusal.value) == (
        "config key 'gpp.models.fluxformer.schedule' is 'one_cycle': only at a constant rate are "
        "the epochs of one training also those of shorter ones; set it to 'constant', or train "
        "each number of epochs separately."
    )
