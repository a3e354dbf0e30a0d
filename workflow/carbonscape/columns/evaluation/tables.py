"""The tables of the evaluation of XCO2: their columns, and nothing that computes them.

The figures read these tables, and must not be drawn anew for an edit of a reader or a grid.
"""

from __future__ import annotations

from carbonscape.columns.evaluation.skill import DENSITY, LINE
from carbonscape.columns.tables import SKILL, TCCON_PAIRS, XCO2_SCORES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.seasons import SEASONS

_EXPERIMENT = ("scheme", "time_input", "model")

_NAMED = tuple(column for column in XCO2_SCORES.columns if column.name in _EXPERIMENT)

_SETTING = _NAMED[1:]

_SCORES = tuple(c for c in SKILL if c.name in ("samples", "r2", "rmse", "mae", "bias"))

_DETRENDED = tuple(c for c in SKILL if c.name == "r2_detrended")

_SEASON = Column("season", "text", "northern name of the season: " + ", ".join(SEASONS))

XCO2_TABLE4 = TableSchema(
    "XCO2 by continent",
    (
        Column("continent", "text", "Africa; Asia; Europe; North America; South America; Oceania"),
        *_SETTING,
        *_SCORES,
        *_DETRENDED,
    ),
    key=("continent", "time_input", "model"),
)

XCO2_VALIDATION = TableSchema(
    "validation of XCO2",
    (
        *_NAMED,
        *SKILL,
        Column("baseline", "text", "the better baseline of the scheme, or 'none'"),
        Column("baseline_rmse", "number", "its root mean square error", "ppm", missing=True),
        Column("skill", "number", "1 - MSE / MSE of that baseline", "1", missing=True),
        Column("beats_baseline", "flag", "whether RMSE is lower than that of the baseline"),
    ),
    key=_EXPERIMENT,
)

XCO2_FIG05 = TableSchema(
    "density of XCO2 by season", (_SEASON, *DENSITY), key=("season", "observed", "predicted")
)

XCO2_FIG05_SCORES = TableSchema(
    "scores of XCO2 by season", (_SEASON, *_SCORES, *LINE), key=("season",)
)

_PRODUCT, _SITE, _YEAR, _MONTH = (
    column for column in TCCON_PAIRS.columns if column.name in ("product", "site", "year", "month")
)

_DATASET = Column("dataset", "text", "'oco', or the product shown")

#: Which pairs are scored, by what they are called.
SUBSETS = {
    "all": "every site-month that TCCON and the product have",
    "oco_months": "those that OCO has, too",
    "in_sample": "those whose cell-month was a training sample",
    "out_of_sample": "the others",
}

XCO2_TCCON_SCORES = TableSchema(
    "scores against TCCON",
    (
        _PRODUCT,
        Column("subset", "text", "; ".join(f"{key}: {text}" for key, text in SUBSETS.items())),
        SKILL[0],
        Column("sites", "integer", "sites among them", "1"),
        *SKILL[1:],
    ),
    key=("product", "subset"),
)

XCO2_TCCON_SITES = TableSchema(
    "scores by TCCON site", (_PRODUCT, _SITE, *_SCORES, *LINE), key=("product", "site")
)

XCO2_FIG06 = TableSchema(
    "density against TCCON", (_DATASET, *DENSITY), key=("dataset", "observed", "predicted")
)

XCO2_FIG06_SCORES = TableSchema(
    "scores of the densities against TCCON", (_DATASET, *_SCORES, *LINE), key=("dataset",)
)

XCO2_FIG08 = TableSchema(
    "monthly series at TCCON sites",
    (
        _SITE,
        _YEAR,
        _MONTH,
        Column("tccon", "number", "monthly mean of TCCON", "ppm", missing=True),
        Column("oco", "number", "mean of OCO soundings in the cell", "ppm", missing=True),
        Column("product", "number", "the product shown", "ppm", missing=True),
    ),
    key=("site", "year", "month"),
)

XCO2_FOOTPRINTS = TableSchema(
    "footprints of XCO2",
    (
        Column("day", "text", "UTC day of the granule, YYYY-MM-DD"),
        Column("instrument", "text", "oco2 or oco3"),
        Column("lat", "number", "latitude, north positive", "degrees_north"),
        Column("lon", "number", "longitude, east positive, -180 to 180", "degrees_east"),
        Column("xco2", "number", "bias-corrected XCO2 of a good sounding", "ppm"),
    ),
)

XCO2_TOTALS = TableSchema(
    "numbers of the XCO2 maps",
    (
        Column("name", "text", "what it is"),
        Column("value", "number", "its value", missing=True),
        Column("low", "number", "lower end of the 95 % interval, of growth", missing=True),
        Column("high", "number", "upper end of it; years taken as AR(1)", missing=True),
        Column("unit", "text", "unit of the three"),
        Column("meaning", "text", "how it is computed"),
    ),
    key=("name",),
)

XCO2_TRUTH_SCORES = TableSchema(
    "XCO2 against the truth",
    (
        _PRODUCT,
        Column("scope", "text", "global, year, season, tropomi or continent"),
        Column("group", "text", "the year, the season, ...; 'all' for the global scope"),
        *SKILL,
        Column("baseline", "text", "the better baseline among the products, or 'none'"),
        Column("baseline_rmse", "number", "its root mean square error", "ppm", missing=True),
        Column("beats_baseline", "flag", "whether RMSE is lower than that of the baseline"),
    ),
    key=("product", "scope", "group"),
)

#: Variables of the map: meaning and unit.
MAP_VARIABLES = {
    "bias": ("mean of product minus truth, all months", "ppm"),
    "rmse": ("root mean square error, all months", "ppm"),
    "correlation": (
        "Pearson correlation of product and truth less their own trend and mean seasonal cycle",
        "1",
    ),
}

#: A cross-validation is called honest if the map's error is at most this many times its own.
HONEST = 1.1

XCO2_TRUTH_GAP = TableSchema(
    "cross-validation beside the true error",
    (
        _PRODUCT,
        Column("scheme", "text", "how samples were held out"),
        Column("samples", "integer", "held-out samples", "1"),
        Column("r2", "number", "R2 of their predictions against soundings", "1", True),
        Column("rmse", "number", "error against soundings: all that a real run knows", "ppm"),
        Column("r2_detrended", "number", "the same R2 without the trend", "1", True),
        Column("rmse_truth", "number", "error of the same predictions against the truth", "ppm"),
        Column("r2_detrended_truth", "number", "R2 against the truth, without trend", "1", True),
        Column("map_r2", "number", "R2 of the finished map, by area", "1", True),
        Column("map_rmse", "number", "error of the finished map, by area", "ppm"),
        Column("map_r2_detrended", "number", "the same R2 without the trend", "1", True),
        Column("ratio", "number", "map_rmse / rmse_truth; above 1 the scheme flatters", "1", True),
        Column("honest", "flag", f"whether the ratio is at most {HONEST}"),
    ),
    key=("product", "scheme"),
)
