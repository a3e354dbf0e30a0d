"""Tables of the standard deviation of the XCO2 map, and the groups that they have."""

from __future__ import annotations

from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.seasons import ALL

#: Bands of latitude: from and to, degrees north; a place on an edge lies in the southern one.
BANDS = {
    "60-90 N": (60, 90),
    "30-60 N": (30, 60),
    "0-30 N": (0, 30),
    "0-30 S": (-30, 0),
    "30-60 S": (-60, -30),
}

#: Bins of the standard deviation, of equal weight.
BINS = 10

_PPM = "ppm"
_SAMPLES = Column("samples", "integer", "held-out samples", "1")
_BLOCKS = Column("blocks", "integer", "blocks of the globe that they lie in", "1")
_STD = Column("std", "number", "mean standard deviation, with the factor of the map", _PPM)
_RMSE = Column("rmse", "number", "root mean square error of the model of the map", _PPM)

XCO2_SPREAD_GROUPS = TableSchema(
    "coverage of the spread of XCO2",
    (
        Column("scope", "text", "all, season, latitude or gases"),
        Column(
            "group", "text",
            "the season, the band of latitude, or whether the gases of TROPOMI are observed",
        ),
        _SAMPLES,
        _BLOCKS,
        _STD,
        _RMSE,
        Column(
            "coverage", "number",
            "share of errors within the spread times the factor of other folds; 0.68 is asked", "1",
        ),
        Column("coverage_low", "number", "lower end of its 95 % interval over blocks", "1", True),
        Column("coverage_high", "number", "upper end of it", "1", True),
        Column("coverage95", "number", "the same of the factor of 95 %", "1"),
        Column("coverage95_low", "number", "lower end of its 95 % interval", "1", missing=True),
        Column("coverage95_high", "number", "upper end of it", "1", missing=True),
    ),
    key=("scope", "group"),
)  # fmt: skip

XCO2_SPREAD_BINS = TableSchema(
    "errors by the spread of XCO2",
    (
        Column("bin", "integer", f"bins of equal weight, from the least spread; up to {BINS}"),
        _SAMPLES,
        _BLOCKS,
        _STD,
        Column("error", "number", "size that 68 % of the errors do not exceed", _PPM),
        Column("error_low", "number", "lower end of its 95 % interval over blocks", _PPM, True),
        Column("error_high", "number", "upper end of it", _PPM, missing=True),
        _RMSE,
    ),
    key=("bin",),
)

XCO2_SPREAD_MONTHS = TableSchema(
    "spread of the XCO2 map by month",
    (
        Column("band", "text", f"latitude: {', '.join(BANDS)}, or '{ALL}' north of 60 S"),
        Column("month", "integer", "calendar month, 1 to 12"),
        Column("std", "number", "mean standard deviation over years and cells, by area", _PPM),
    ),
    key=("band", "month"),
)
