"""Class names and their orders: climates, land cover, windows and PFT settings."""

from __future__ import annotations

#: The five main Koppen-Geiger classes, in the order in which the paper shows them.
CLIMATES = ("tropical", "arid", "temperate", "continental", "polar")

#: The 17 IGBP classes of MCD12Q1 LC_Type1 in the order of their codes 1..17
#: (FLUXNET's three-letter names).
IGBP_CLASSES = (
    "ENF", "EBF", "DNF", "DBF", "MF", "CSH", "OSH", "WSA", "SAV",
    "GRA", "WET", "CRO", "URB", "CVM", "SNO", "BSV", "WAT",
)  # fmt: skip
