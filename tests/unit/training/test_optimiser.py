"""The optimisers: torch's numbers, bit for bit, without torch's compiler."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from carbonscape.training.optimiser import Optimiser
from carbonscape.training.options import split_options
from helpers.guards import PROJECT
from helpers.small_experiments import NETWORK

KINDS = {"radam": torch.optim.RAdam, "adamw": torch.optim.AdamW, "adam": torch.optim.Adam}


def optimiser_of(kind: str, values: torch.Tensor, decay: float) -> Optimiser:
    options = NETWORK | {"optimiser": kind, "weight_decay": decay}
    return Optimiser(values, split_options(options)[0])


def gradients(number: int) -> list[torch.Tensor]:
    torch.manual_seed(3)
    return [torch.randn(50) for _ in range(number)]


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("kind", KINDS)
def test_steps_are_those_of_torch_bit_for_bit(kind, decay):
    theirs = torch.nn.Parameter(torch.linspace(-1, 1, 50))
    ours = theirs.detach().clone()
    expected = KINDS[kind]([theirs], lr=0.1, weight_decay=decay, foreach=False)
    optimiser = optimiser_of(kind, ours, decay)
    # RAdam adapts its rate from the sixth step on.
    for number, gradient in enumerate(gradients(20)):
        rate = 0.1 / (1 + number)
        expected.param_groups[0]["lr"] = rate
        theirs.grad = gradient.clone()
        expected.step()
        optimiser.step(gradient, rate)
        assert torch.equal(ours, theirs.detach()), number


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_goes_on_where_it_was_taken(kind):
    whole, broken = torch.zeros(50), torch.zeros(50)
    first, second = optimiser_of(kind, whole, 0.1), optimiser_of(kind, broken, 0.1)
    for gradient in gradients(7):
        first.step(gradient, 0.1)
        second.step(gradient, 0.1)
    again = optimiser_of(kind, broken, 0.1)
    again.resume(second.state())
    for gradient in gradients(3):
        first.step(gradient, 0.1)
        again.step(gradient, 0.1)
    assert torch.equal(whole, broken)


TRAIN = """
import sys
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT
from carbonscape.training.network import fit_network
from helpers.small_experiments import NETWORK, VARIABLES, experiment_of

block = experiment_of("fluxformer").block
fit_network(
    get_model("fluxformer"), block, variables=VARIABLES, options=NETWORK, seed=1, product=PRODUCT
)
print("torch" in sys.modules, "torch._dynamo" in sys.modules)
"""


def test_a_process_that_trains_does_not_load_the_compiler():
    """It takes as long as the rest of torch, in every worker of every job."""
    code = f"import sys; sys.path[:0] = {[str(PROJECT / p) for p in ('workflow', 'tests')]}\n"
    done = subprocess.run(
        [sys.executable, "-c", code + TRAIN], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True", "False"], done.stderr[-2000:]
