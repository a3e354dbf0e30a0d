"""Column-averaged dry-air mole fraction of CO2, from OCO-2 and OCO-3 soundings."""

from __future__ import annotations

from carbonscape.products.product import Product

PRODUCT = Product(
    name="xco2",
    wing="columns",
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
