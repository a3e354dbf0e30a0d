"""Ecosystem respiration: no paper's product here, but measured by the same towers."""

from __future__ import annotations

from carbonscape.products.tower_flux import tower_flux

PRODUCT = tower_flux(
    "reco",
    label="RECO",
    long_name="ecosystem respiration",
    plausible=(-20.0, 60.0),
    map_bounds=(-5.0, 40.0),
    simulated=True,
    targets={"reco_nt": ("reco_nt",)},
    exchanged="reco",
)
