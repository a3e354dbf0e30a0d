"""The precision in which a trained network multiplies when it predicts.

bfloat16 has the range of float32 and three of its eight digits. Processors with instructions for
it (AVX512_BF16, AMX) multiply about twice as fast; others imitate it, and are slower than in
float32. What it costs in accuracy and saves in time is measured in benchmarks/README.md.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

#: Types of numbers by the name that the configuration has for them.
KINDS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def reader_of(
    module: nn.Module, precision: str
) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    """Return what computes a network's predictions, float32, from float32 series and context.

    Args:
        module: a trained network in evaluation mode, on the CPU; it stays as it is.
        precision: one of :data:`KINDS`.

    Raises:
        KeyError: there is no such precision.
    """
    kind = KINDS[precision]
    made = getattr(module, "for_prediction", None)
    if made:
        found = made() if kind == torch.float32 else made(kind)
        if found is not module:
            return found
    if kind == torch.float32:
        return module
    rounded = copy.deepcopy(module).to(kind)

    def read(series: Tensor, context: Mapping[str, Tensor]) -> Tensor:
        """Round the inputs, and return the output as float32."""
        given = {source: values.to(kind) for source, values in context.items()}
        return rounded(series.to(kind), given).float()

    return read
