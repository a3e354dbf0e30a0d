"""Gross primary productivity: what the FluxFormer paper maps."""

from __future__ import annotations

from carbonscape.products.tower_flux import tower_flux

PRODUCT = tower_flux(
    "gpp",
    label="GPP",
    long_name="gross primary productivity",
    standard_name="gross_primary_productivity_of_biomass_expressed_as_carbon",
    plausible=(-20.0, 60.0),
    map_bounds=(-5.0, 40.0),
    targets={"gpp_nt": ("gpp_nt",), "mean_nt_dt": ("gpp_nt", "gpp_dt")},
    references="Phan and Fukui, FluxFormer; see CITATION.cff of carbonscape",
    fluorescence=True,
    simulated=True,
    reported="reported_values.csv",
    exchanged="gpp",
)
