"""The optimisers of networks: torch's arithmetic on one vector of parameters."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.radam import radam

from carbonscape.training.options import TrainingOptions

#: Constants of RAdam, AdamW and Adam, as torch's defaults.
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


class Optimiser:
    """RAdam, AdamW or Adam, by torch's functions of these names.

    Their classes (``torch.optim.RAdam``) give the same numbers, but import torch's compiler,
    which took two seconds in every process that trains a network.

    Args:
        values: (parameter,); changed in place by every step.
        loop: the configuration.
    """

    def __init__(self, values: Tensor, loop: TrainingOptions) -> None:
        self.values = values
        self.kind = loop.optimiser
        self.weight_decay = loop.weight_decay
        self.first = torch.zeros_like(values)
        self.second = torch.zeros_like(values)
        self.steps = torch.tensor(0.0)

    @torch.no_grad()
    def step(self, gradient: Tensor, rate: float) -> None:
        """Take one step.

        Args:
            gradient: (parameter,).
            rate: learning rate.
        """
        state = [self.values], [gradient], [self.first], [self.second]
        common = {
            "beta1": BETA1, "beta2": BETA2, "eps": EPS, "lr": rate,
            "weight_decay": self.weight_decay, "foreach": False, "maximize": False,
        }  # fmt: skip
        if self.kind == "radam":
            radam(*state, [self.steps], **common)
        else:
            decoupled = self.kind == "adamw"
            adam(
                *state, [], [self.steps], amsgrad=False, decoupled_weight_decay=decoupled, **common
            )

    def state(self) -> dict[str, Any]:
        """Return what the following steps depend on."""
        return {"first": self.first, "second": self.second, "steps": self.steps}

    def resume(self, state: dict[str, Any]) -> None:
        """Take up the state that :meth:`state` returned."""
        self.first.copy_(state["first"])
        self.second.copy_(state["second"])
        self.steps.copy_(state["steps"])
