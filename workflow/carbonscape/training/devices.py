"""Where networks are trained: on the processor, or on an accelerator if there is one."""

from __future__ import annotations

from carbonscape.core.errors import ConfigError
from carbonscape.models.registry import get_model


def choose_device(wanted: str, model: str) -> str:
    """Return the device of torch for the configuration's word.

    A model that is no network is trained on the processor, and its job does not wait for torch.

    Args:
        wanted: ``cpu``, ``cuda``, or ``auto`` for an accelerator where there is one.
        model: name in the registry.

    Raises:
        ConfigError: an accelerator is asked for and torch finds none.
    """
    if wanted == "cpu" or get_model(model).kind != "network":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise ConfigError(
            "config key 'device' is 'cuda', but torch finds no CUDA accelerator here; set it to "
            "'auto' or 'cpu', or install a build of torch for your accelerator."
        )
    return "cpu"
