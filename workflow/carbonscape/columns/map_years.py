"""Which years of a column are mapped.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.columns.periods import Span
from carbonscape.core.years import lie_inside

#: The keys of the section that give the months of its maps.
YEAR_KEYS = "first_month' and 'last_month', or 'xco2.product.first_month' and 'last_month"


def mapped_years(section: Mapping[str, Any]) -> tuple[int, int]:
    """Return the first and the last year of the maps of a column."""
    years = Span.of(section).map_years
    return years[0], years[-1]


def within_years(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what ``years`` changes of a configuration for the maps of a column.

    The maps are those of the months that lie in the years; soundings, predictors and samples stay.
    Years that are not all mapped change nothing: they are refused later.

    Args:
        config: the whole configuration, with ``years``.
        name: the column.
    """
    section, (first, last) = config[name], config["years"]
    months = [month for month in Span.of(section).map_months if first <= int(month[:4]) <= last]
    if not months or not lie_inside(config["years"], *mapped_years(section)):
        return {}
    ends = {"first_month": months[0], "last_month": months[-1]}
    return {name: {**section, "product": {**section["product"], **ends}}}
