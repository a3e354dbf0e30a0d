"""Class names and their orders: climates, land cover, windows and PFT settings."""

from __future__ import annotations

#: The five main Koppen-Geiger classes, in the order in which the paper shows them.
CLIMATES = ("tropical", "arid", "temperate", "continental", "polar")

#: The 17 IGBP classes of MCD12Q1 LC_Type1 in the order of their codes 1..17
#: (FLUXNET's three-letter names; data-sources.md 2.2).
IGBP_CLASSES = (
    "ENF", "EBF", "DNF", "DBF", "MF", "CSH", "OSH", "WSA", "SAV",
    "GRA", "WET", "CRO", "URB", "CVM", "SNO", "BSV", "WAT",
)  # fmt: skip

#: Window settings in the paper's order (section 3.2.1).
PAPER_WINDOWS = ("jan_to_m", "1m", "6m", "12m")

#: The same and the control that separates the effect of a window from that of monthly models:
#: twelve monthly models that all read twelve months.
WINDOWS = (*PAPER_WINDOWS, "12m_monthly")

#: Settings of the plant functional types in the paper's order (section 3.2.1).
PFT_SETTINGS = ("none", "esa_cci", "igbp", "igbp_esa_cci")

#: Ways of holding samples out that are no random dealing of sites.
HOLDOUTS = ("spatial", "temporal", "climate")
