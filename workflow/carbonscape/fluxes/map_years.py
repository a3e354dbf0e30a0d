"""Which years of a flux are mapped, and which years of files that takes.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.core.months import months_between
from carbonscape.core.years import lie_inside

#: The keys of the section that give the years of its maps.
YEAR_KEYS = "product.first_year' and 'last_year"


def mapped_years(section: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the first and the last year of the maps of a flux; None where it has none."""
    product = section["product"]
    return (product["first_year"], product["last_year"]) if product["models"] else None


def within_years(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what ``years`` changes of a configuration for the maps of a flux.

    The maps are those of the years, fluorescence that of their months, and figures of one year show
    the nearest one. Years that are not all mapped change nothing: they are refused later.

    Args:
        config: the whole configuration, with ``years``.
        name: the flux.
    """
    section, years = config[name], config["years"]
    span = mapped_years(section)
    if span is None or not lie_inside(years, *span):
        return {}
    first, last = years
    narrowed = {
        **section,
        "product": {**section["product"], "first_year": first, "last_year": last},
    }
    if seen := seen_months(narrowed):
        narrowed["sif"] = {**section["sif"], "first_month": seen[0], "last_month": seen[-1]}
    shown = min(max(config["figures"]["map_year"], first), last)
    return {name: narrowed, "figures": {**config["figures"], "map_year": shown}}


def seen_months(section: Mapping[str, Any]) -> list[str]:
    """Return the months (YYYY-MM) in which maps of a flux are compared with fluorescence.

    They are the months of ``sif`` inside the years of the maps; none where these are fewer than
    ``sif.min_months``, since no cell would have a correlation.
    """
    sif, span = section["sif"], mapped_years(section)
    months = months_between(sif["first_month"], sif["last_month"])
    if span is None:
        return months
    months = [month for month in months if span[0] <= int(month[:4]) <= span[1]]
    return months if len(months) >= sif["min_months"] else []


def cover_years(section: Mapping[str, Any]) -> list[int]:
    """Return the years of the land cover: those of samples and of maps."""
    features = section["features"]
    spans = [(section[part]["first_year"], section[part]["last_year"]) for part in _COVERED]
    return [
        year
        for year in range(features["first_year"], features["last_year"] + 1)
        if any(first <= year <= last for first, last in spans)
    ]


_COVERED = ("quality", "product")


def tile_years(section: Mapping[str, Any]) -> list[int]:
    """Return the years of the predictors of the grid.

    With ``product.gap_years`` those of all years, or those of the maps and the year before, into
    which windows reach; also the year after, where a window reaches into that.
    """
    features, span = section["features"], mapped_years(section)
    years = list(range(features["first_year"], features["last_year"] + 1))
    if span is None or section["product"]["gap_years"] == "all":
        return years
    return [year for year in years if span[0] - 1 <= year <= span[1] + _reads_ahead(section)]


def _reads_ahead(section: Mapping[str, Any]) -> bool:
    """Return whether maps are predicted from months after the predicted one."""
    parts = section["models"]["blend"]["parts"] if "blend" in section["product"]["models"] else []
    windows = {section["product"]["window"], *(part.partition("@")[2] for part in parts)}
    return "12m_centred" in windows
