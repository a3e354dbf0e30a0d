"""The two products: what each is called in messages, and what its values may be.

One trainer, one tile predictor and one kept-model format serve both; what differs between them
in words and bounds stands here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A quantity that models of the registry are trained to predict.

    Attributes:
        name: section of the configuration and folder of the results.
        label: name in messages.
        unit: of the target and of the maps.
        plausible: lowest and highest monthly mean of a cell; beyond it a model has left its
            senses.
        trained_on: what the training samples are, for messages.
        samples_hint: where to look when a sample is wrong.
        window_hint: why a window may be incomplete.
        variables_hint: how to leave a predictor out.
        leave_out_constant: whether a network leaves out a predictor that never varies in
            training; else it is refused.
    """

    name: str
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


GPP = Product(
    name="gpp",
    label="GPP",
    unit="gC m-2 d-1",
    plausible=(-20.0, 60.0),
    trained_on="towers",
    samples_hint="look at the column 'gpp' of the samples table and at 'gpp.quality'",
    window_hint="incomplete windows should have been dropped or padded (config key "
    "'gpp.features.incomplete_windows')",
    variables_hint="take it out of 'gpp.features.variables' or use more sites",
    leave_out_constant=False,
)

XCO2 = Product(
    name="xco2",
    label="XCO2",
    unit="ppm",
    # CO2 was 399 to 415 ppm in the years of the paper; a column beyond these bounds is not air.
    plausible=(350.0, 500.0),
    trained_on="samples",
    samples_hint="look at 'xco2' in the samples file and at the gridded soundings",
    window_hint="the predictors of a tile should have been filled (config section 'xco2.features')",
    variables_hint="leave it out in 'xco2.features' or use more cells and months",
    # One-hot land cover has classes that no sample of a small run stands on.
    leave_out_constant=True,
)

PRODUCTS = {product.name: product for product in (GPP, XCO2)}
