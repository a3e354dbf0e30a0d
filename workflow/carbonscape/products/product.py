"""What a product is: its words, units and bounds.

One trainer, one tile predictor and one format of saved models serve all products; what differs
between them in words and bounds stands in one module each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A quantity that models of the registry are trained to predict.

    Attributes:
        name: section of the configuration and folder of the results.
        wing: ``fluxes`` or ``columns``: the rooms that make it.
        label: name in messages.
        unit: of the target and of the maps.
        plausible: lowest and highest monthly mean of a cell; beyond it a prediction
            is outside the plausible range.
        trained_on: what the training samples are, for messages.
        samples_hint: where to look when a sample is wrong.
        window_hint: why a window may be incomplete.
        variables_hint: how to leave a predictor out.
        leave_out_constant: whether a network leaves out a predictor that never varies in
            training; else it is refused.
    """

    name: str
    wing: str
    label: str
    unit: str
    plausible: tuple[float, float]
    trained_on: str
    samples_hint: str
    window_hint: str
    variables_hint: str
    leave_out_constant: bool

    def options_key(self, model: str) -> str:
        """Return the configuration's key of a model's options."""
        return f"{self.name}.models.{model}"
