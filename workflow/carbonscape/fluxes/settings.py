"""Settings of an experiment on tower fluxes: windows, land cover and ways of holding out."""

from __future__ import annotations

#: Window settings in the paper's order (section 3.2.1).
PAPER_WINDOWS = ("jan_to_m", "1m", "6m", "12m")

#: The same and the control that separates the effect of a window from that of monthly models:
#: twelve monthly models that all read twelve months.
WINDOWS = (*PAPER_WINDOWS, "12m_monthly")

#: Settings of the plant functional types in the paper's order (section 3.2.1).
PFT_SETTINGS = ("none", "esa_cci", "igbp", "igbp_esa_cci")

#: Ways of holding samples out that are no random dealing of sites.
HOLDOUTS = ("spatial", "temporal", "climate")
