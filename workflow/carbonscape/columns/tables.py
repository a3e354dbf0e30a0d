"""The tables of the XCO2 road: every column, its unit and its meaning.

docs/outputs.md is checked against these schemas by a test.
"""

from __future__ import annotations

from carbonscape.core.tables import Column, TableSchema

_PPM = "ppm"
_SITE = Column("site", "text", "TCCON site, e.g. parkfalls01")
_YEAR = Column("year", "integer", "calendar year")
_MONTH = Column("month", "integer", "calendar month, 1 to 12")
_LAT = Column("lat", "number", "latitude, north positive", "degrees_north")
_LON = Column("lon", "number", "longitude, east positive, -180 to 180", "degrees_east")

OCO_GRANULES = TableSchema(
    "OCO granules",
    (
        Column("file", "text", "name of the granule"),
        Column("date", "text", "UTC day of the granule, YYYY-MM-DD"),
        Column("status", "text", "used or skipped"),
        Column("reason", "text", "why it was skipped; 'none' if it was used"),
        Column("soundings", "integer", "soundings in the granule", "1"),
        Column("good", "integer", "those whose xco2_quality_flag is 0", "1"),
        Column("land", "integer", "those on land", "1"),
        Column("kept", "integer", "those that are good, on land and in the months asked for", "1"),
    ),
    key=("file",),
)

TCCON_MONTHS = TableSchema(
    "TCCON months",
    (
        _SITE,
        _YEAR,
        _MONTH,
        Column("xco2", "number", "mean of all spectra of the UTC month", _PPM),
        Column("spread", "number", "standard deviation of the spectra", _PPM, missing=True),
        Column("spectra", "integer", "spectra in the month", "1"),
        Column("days", "integer", "days with spectra", "1"),
        Column("kept", "flag", "enough spectra on enough days (config xco2.tccon)"),
    ),
    key=("site", "year", "month"),
)

TCCON_SITES = TableSchema(
    "TCCON sites",
    (
        _SITE,
        Column("name", "text", "name of the place"),
        _LAT,
        _LON,
        Column("version", "text", "GGG2014, GGG2020 or GGG2020.1"),
        Column("scale", "text", "calibration scale of the values used: x2007 or x2019"),
        Column("first_month", "text", "first month with spectra, YYYY-MM"),
        Column("last_month", "text", "last month with spectra, YYYY-MM"),
        Column("spectra", "integer", "spectra in the months of the run", "1"),
        Column("file", "text", "file from which they were read"),
    ),
    key=("site",),
)

XCO2_PREDICTIONS = TableSchema(
    "out-of-fold predictions of XCO2",
    (
        Column("sample", "integer", "number of the sample in samples.nc, from 0"),
        _LAT,
        _LON,
        _YEAR,
        _MONTH,
        Column("instrument", "text", "oco2 or oco3"),
        Column(
            "tropomi",
            "text",
            "observed, or climatology where a gas of TROPOMI in the window is not observed",
        ),
        Column("count", "integer", "soundings behind the observed value", "1"),
        Column("fold", "integer", "fold in which the sample was held out, from 0"),
        Column("observed", "number", "mean of the good soundings of the cell and month", _PPM),
        Column("predicted", "number", "prediction of a model that never saw the sample", _PPM),
        Column(
            "spread",
            "number",
            "standard deviation of the members, whose sum of squares is divided by their number "
            "less one; missing without members",
            _PPM,
            missing=True,
        ),
    ),
    key=("sample",),
)

XCO2_ABLATED = TableSchema(
    "out-of-fold predictions of the ablations of XCO2",
    (
        Column(
            "setting",
            "text",
            "what stands for the gases of TROPOMI: climatology, drop or indicator; other_seed for "
            "the inputs of the run and another seed",
        ),
        *XCO2_PREDICTIONS.columns,
    ),
    key=("setting", "sample"),
)

SKILL = (
    Column("samples", "integer", "pairs scored", "1"),
    Column("r2", "number", "1 - SSE / SST; missing if the observations do not vary", "1", True),
    Column("rmse", "number", "root mean square error", _PPM),
    Column("mae", "number", "mean absolute error", _PPM),
    Column("bias", "number", "mean of predicted minus observed", _PPM),
    Column(
        "r2_trend",
        "number",
        "R2 of the straight line through the observations themselves on decimal year",
        "1",
        True,
    ),
    Column("trend_share", "number", "r2_trend / r2: the share that is trend", "1", True),
    Column(
        "r2_detrended",
        "number",
        "R2 after that line is taken from observations and predictions",
        "1",
        True,
    ),
)

XCO2_SCORES = TableSchema(
    "scores of XCO2",
    (
        Column("scheme", "text", "how samples were held out: sample, spatial, temporal, transfer"),
        Column(
            "time_input", "text", "none, year_fraction, background_anomaly or zonal_trend_anomaly"
        ),
        Column("model", "text", "model of the registry"),
        Column("scope", "text", "global, season, continent, instrument, tropomi or year"),
        Column("group", "text", "the season, continent, ...; 'all' for the global scope"),
        *SKILL,
    ),
    key=("scheme", "time_input", "model", "scope", "group"),
)

TCCON_PAIRS = TableSchema(
    "pairs of TCCON and products",
    (
        Column("product", "text", "{model}-{time_input}, oco or egg4"),
        _SITE,
        _YEAR,
        _MONTH,
        Column("observed", "number", "monthly mean of TCCON", _PPM),
        Column("predicted", "number", "the product's value in the cell", _PPM),
        Column("distance_km", "number", "from the site to the centre of the cell", "km"),
        Column("soundings", "integer", "OCO soundings in that cell and month", "1"),
        Column("in_sample", "flag", "whether that cell and month was a training sample"),
    ),
    key=("product", "site", "year", "month"),
)
