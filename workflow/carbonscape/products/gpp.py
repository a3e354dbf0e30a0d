"""Gross primary productivity at FLUXNET2015 towers."""

from __future__ import annotations

from carbonscape.products.product import Product

PRODUCT = Product(
    name="gpp",
    wing="fluxes",
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
