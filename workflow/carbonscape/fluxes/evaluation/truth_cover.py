"""What the calibrated interval of a map covers of the truth (simulated Earth only)."""

from __future__ import annotations

import pandas as pd

from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.comparison import Fields, spreads
from carbonscape.evaluation.grids import MapFiles
from carbonscape.evaluation.seasons import ALL
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.products.product import Product

_FLUX = "gC m-2 d-1"

TRUTH_COVER = TableSchema(
    "truth within the interval",
    (
        PRODUCT_COLUMN,
        Column("climate", "text", "main Koppen-Geiger class of the cell, or 'all'"),
        Column("cell_months", "integer", "months of cells with truth and interval", "1"),
        Column("rmse", "number", "root mean square error of the map, by area", _FLUX),
        Column("std", "number", "calibrated standard deviation, mean by area", _FLUX),
        Column("within_68", "number", "share of the area whose error lies within it", "1"),
        Column("within_95", "number", "share whose error lies within the 95 % interval", "1"),
        Column("sites_68", "number", "the first at towers that no model saw, sites alike", "1"),
        Column("sites_95", "number", "the second at these towers", "1"),
    ),
    key=("product", "climate"),
)


def truth_cover(
    product: Product, fields: Fields, files: MapFiles, classes: Classes
) -> pd.DataFrame:
    """Say how much of the truth lies within the interval of each map (TRUTH_COVER).

    Its factor was fitted at towers; the map has land that no tower resembles. Each map has its own
    mask; one without a calibrated spread has no row.

    Args:
        product: the flux.
        fields: truth and maps.
        files: files of every map of ``fields``.
        classes: class maps of the features.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    rows = []
    for name, spread in spreads(product, fields, files):
        for climate in (ALL, *CLIMATES):
            inside = spread.known
            if climate != ALL:
                inside &= classes.climate == CLIMATES.index(climate) + 1
            if not inside.any():
                continue
            found = spread.scores(inside)
            found["within_68"], found["within_95"] = found.pop("within"), found.pop("within95")
            sites = {f"sites_{share}": float(spread.said[said])
                     for share, said in ((68, "coverage"), (95, "coverage95"))}  # fmt: skip
            rows.append({"product": name, "climate": climate, **found, **sites})
    table = pd.DataFrame(rows, columns=TRUTH_COVER.names)
    return TRUTH_COVER.check(table, "truth within the interval")
