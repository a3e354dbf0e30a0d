"""The months of a tower flux: of its predictors, its land cover, its fluorescence.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.core.months import months_between
from carbonscape.fluxes.map_years import cover_years, seen_months, tile_years

#: Sources of the weather by the value of the key ``weather_source``.
WEATHER_SOURCES = {"cds": "era5_land", "earthengine": "era5_land_8day"}


def periods(section: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the months (YYYY-MM) of the native files that a flux needs, by period.

    Args:
        section: the product's section of the configuration.
    """
    features = section["features"]
    first, last = f"{features['first_year']}-01", f"{features['last_year']}-12"
    product = section["product"]
    months = months_between(first, last)
    chosen = WEATHER_SOURCES[section["weather_source"]]
    weather = {name: months if name == chosen else [] for name in WEATHER_SOURCES.values()}
    compared = months_between(f"{product['first_year']}-01", f"{product['last_year']}-12")
    others = section["other_products"] if product["models"] else []
    return {
        **weather,
        # Maps of others that maps are compared with: of the products that the run reads in the
        # years that they cover, and of those that no step reads yet.
        **{
            name: [m for m in compared if other.first <= int(m[:4]) <= other.last]
            if name in others
            else []
            for name, other in GPP_PRODUCTS.items()
        },
        # The map of the paper's authors, where the run compares with it.
        "authors": compared if section["authors_map"] else [],
        "predictors": months,
        "grid": _months_of(tile_years(section)),
        "cover": _months_of(cover_years(section)),
        "sif": seen_months(section),
    }


def _months_of(years: Iterable[int]) -> list[str]:
    """Return the months of some years, YYYY-MM."""
    return [f"{year}-{month:02d}" for year in years for month in range(1, 13)]


def request_settings(section: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return what a request for a source depends on: the size of a grid cell, and which days.

    Args:
        section: the product's section of the configuration.
        source: name of the source.
    """
    options = {"every_days": section["sif"]["every_days"]} if source == "tropomi_sif" else {}
    return {"cell": section["grid"]["cell"], "options": options}
