"""The months of a column: of its maps, its predictors, its soundings.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.core.months import months_between, shift_month
from carbonscape.sources.registry import get_source

#: Sources of the weather by the value of the key ``weather_source``.
WEATHER_SOURCES = {"cds": "era5_land_monthly", "earthengine": "era5_land_monthly_ee"}

#: Products of others that maps are compared with; each is a source.
OTHERS = ("s_stdct", "mapping_xco2", "deep_forest_xco2", "gcxco2", "at_bilstm_maps")

#: Size of the cells, degrees, of the weather that Earth Engine makes: the spacing of ERA5-Land.
#: From these it is interpolated to the product's cells, as from the grid points of ERA5-Land.
_WEATHER_CELL = 0.1


@dataclass(frozen=True)
class Span:
    """The months of a run.

    Attributes:
        first_month, last_month: of the soundings and, unless they are fewer, the maps, YYYY-MM.
        steps: months of a window.
        window: ``trailing`` or ``centred``.
        first_mapped, last_mapped: of the maps where these are fewer, YYYY-MM; else empty.
    """

    first_month: str
    last_month: str
    steps: int
    window: str
    first_mapped: str = ""
    last_mapped: str = ""

    @classmethod
    def of(cls, xco2: Mapping[str, Any]) -> Span:
        """Return the months of a configuration's section ``xco2``."""
        features, product = xco2["features"], xco2["product"]
        return cls(
            xco2["first_month"],
            xco2["last_month"],
            features["steps"],
            features["window"],
            product["first_month"] or "",
            product["last_month"] or "",
        )

    @property
    def months(self) -> list[str]:
        """Months of the soundings, and of the samples that models learn from."""
        return months_between(self.first_month, self.last_month)

    @property
    def map_months(self) -> list[str]:
        """Months of the maps."""
        first = self.first_mapped or self.first_month
        return months_between(first, self.last_mapped or self.last_month)

    @property
    def map_years(self) -> list[int]:
        """Years of the maps."""
        return sorted({int(month[:4]) for month in self.map_months})

    @property
    def feature_months(self) -> list[str]:
        """Months of the predictors, from the first month of the first window on."""
        after = self.steps // 2 if self.window == "centred" else 0
        before = self.steps - 1 - after
        first, last = shift_month(self.first_month, -before), shift_month(self.last_month, after)
        return months_between(first, last)

    @property
    def years(self) -> list[int]:
        """Years of the soundings."""
        return sorted({int(month[:4]) for month in self.months})

    @property
    def feature_years(self) -> list[int]:
        """Years of the predictors."""
        return sorted({int(month[:4]) for month in self.feature_months})


def periods(section: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the months (YYYY-MM) or days of the native files that a column needs, by period.

    Args:
        section: the product's section of the configuration.
    """
    span, features = Span.of(section), section["features"]
    found = {
        "maps": span.months,
        "predictors": span.feature_months,
        # Those months of the maps that the reanalysis has.
        "egg4": [month for month in span.months if month <= get_source("egg4").last],
    }
    # Of products of others the month alone that figure 14 shows.
    shown = section["figures"]["compared_month"]
    for name in OTHERS:
        wanted = name in section["evaluation"]["others"] and shown in span.map_months
        found[name] = [shown] if wanted else []
    for value, weather in WEATHER_SOURCES.items():
        found[weather] = span.feature_months if section["weather_source"] == value else []
    for lights in ("vcmslcfg", "vnp46a2"):
        found[lights] = span.feature_months if features["ntl"] == lights else []
    for gas, begin in features["tropomi_first_month"].items():
        found[gas] = [month for month in span.feature_months if month >= begin]
    for instrument in ("oco2", "oco3"):
        part = section["soundings"][instrument]
        months = months_between(part["first_month"], part["last_month"])
        shown = [day for day in section["figures"]["footprint_days"] if day[:7] in months]
        found |= {instrument: months, f"{instrument}_shown": shown}
    return found


def request_settings(section: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return what a request for a source depends on: cell, versions and choices of pixels.

    Args:
        section: the product's section of the configuration.
        source: name of the source.
    """
    found: dict[str, Any] = {"cell": section["grid"]["cell"], "options": {}}
    if source in ("oco2", "oco3"):
        part = section["soundings"][source]
        found["versions"] = tuple(part["versions"])
        found["options"] = {"span": (part["first_month"], part["last_month"])}
    if source == WEATHER_SOURCES["earthengine"]:
        found["cell"] = _WEATHER_CELL
    if source == "mod17a2h":
        found["options"] = {"gpp_confidence": section["features"]["gpp_confidence"]}
    return found
