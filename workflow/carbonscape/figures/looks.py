"""How a series looks in figures, and how the products of others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SeriesStyle:
    """How one model looks in every figure: colour, marker and line, so that no two rely on hue."""

    color: str
    marker: Any
    line: Any = "-"

    def size(self, points: float) -> float:
        """Return the size at which the marker looks as large as a circle of ``points``."""
        return points * _MARKER_SCALE.get(self.marker, 1.0)


#: Matplotlib draws markers in one box: those that fill little of it look smaller than a circle.
_MARKER_SCALE = {"*": 1.6, "P": 1.15, "X": 1.15, "p": 1.15, "h": 1.1, "H": 1.1}

#: Products of others in the order of figures: their labels (Paul Tol's "muted" and "vibrant"
#: colours, so that none is that of a model of ours) and looks.
OTHER_PRODUCTS = {
    "fluxcom": ("FluxCom", SeriesStyle("#332288", "s", (0, (5, 1)))),
    "metaflux": ("MetaFlux", SeriesStyle("#117733", "^", (0, (3, 1)))),
    "nies": ("NIES", SeriesStyle("#88CCEE", "D", (0, (5, 1, 1, 1)))),
    "nirv_gpp": ("NIRv-GPP", SeriesStyle("#882255", "v", (0, (1, 1)))),
    "lue_ssvc": ("LUE-SSVC", SeriesStyle("#999933", "P", (0, (3, 1, 1, 1)))),
    "vpm_gpp": ("LUE-VPM", SeriesStyle("#44AA99", "X", (0, (6, 2)))),
}

#: Markers, lines and shades (0 black, 1 white, and how much of it) of the second, third and fourth
#: PFT setting of a model.
PFT_LOOKS = (
    ("s", (0, (5, 1.5)), (1.0, 0.4)),
    ("^", (0, (2, 1.2)), (0.0, 0.5)),
    ("D", (0, (1, 1.2)), (0.0, 0.25)),
)
