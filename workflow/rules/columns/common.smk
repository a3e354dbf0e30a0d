"""Paths, configuration and helpers of the rules of XCO2."""

from carbonscape.columns.config import time_inputs_of
from carbonscape.columns.periods import WEATHER_SOURCES, Span, periods
from carbonscape.core.months import shift_month
from carbonscape.simulate.tccon_sites import tccon_files

XCO2 = f"{RESULTS}/xco2"
XCO2_SPAN = Span.of(config["xco2"])
XCO2_PERIODS = periods(config["xco2"])
XCO2_CELL = config["xco2"]["grid"]["cell"]
XCO2_WEATHER = WEATHER_SOURCES[config["xco2"]["weather_source"]]
SOUNDINGS = config["xco2"]["soundings"]
INSTRUMENTS = ("oco2", "oco3")
XCO2_CROSSVAL = config["xco2"]["crossval"]
XCO2_PRODUCT = config["xco2"]["product"]
# Shares of the paper's size: the grid, a tile of 400 cells a side, 10 million samples.
XCO2_SIZE = grid_share(XCO2_CELL, PAPER_CELLS["columns"])
XCO2_TILE_SIZE = (XCO2_PRODUCT["tile_cells"] / 400) ** 2
XCO2_SAMPLES_SIZE = min(XCO2_SIZE, (config["xco2"]["samples"]["max_samples"] or 1e7) / 1e7)
XCO2_TILES = tile_names(XCO2_CELL, XCO2_PRODUCT["tile_cells"], config["region"])
XCO2_PRODUCTS = [
    f"{model}-{time_input}"
    for model in XCO2_PRODUCT["models"]
    for time_input in time_inputs_of(model, XCO2_PRODUCT["time_inputs"])
]
XCO2_FIGURES_SHOWN = {key: config["xco2"]["figures"][key] for key in ("time_input", "model")}
XCO2_SHOWN = "{model}-{time_input}".format(**XCO2_FIGURES_SHOWN)
COMPOSITE_OPTIONS = {
    key: config["xco2"]["features"][key]
    for key in ("gpp_confidence", "lst", "ndsi", "ntl", "tropomi_first_month")
}
FILL_OPTIONS = {
    key: config["xco2"]["features"][key]
    for key in ("fill_degrees", "wind", "lucc", "tropomi_missing")
}

# Sources of the yearly files on the XCO2 grid, by what is made from them.
XCO2_YEARLY = {
    "gpp": "mod17a2h",
    "evi": "mod13a2",
    "lst": "mod11a1",
    "ndsi": "mod10a1",
    "vcf": "mod44b",
    "igbp": "mcd12q1",
    "lights": "vcmslcfg",
}
# Sources of all predictors of XCO2.
XCO2_SOURCES = [
    *XCO2_YEARLY.values(),
    config["xco2"]["features"]["ntl"],
    XCO2_WEATHER,
    *(f"tropomi_{gas}" for gas in COMPOSITE_OPTIONS["tropomi_first_month"]),
]
# What every simulated instrument needs to know of the run.
XCO2_SIMULATED = {
    "cell": XCO2_CELL,
    "first_month": XCO2_SPAN.feature_months[0],
    "last_month": XCO2_SPAN.feature_months[-1],
}
XCO2_GASES_BEGIN = {
    gas: shift_month(month, -1) for gas, month in COMPOSITE_OPTIONS["tropomi_first_month"].items()
}
XCO2_GRANULES = {
    name: SIMULATED_RAW.every(
        name,
        "granules",
        XCO2_PERIODS[name],
        config["simulation"]["oco_every_days"],
        config["xco2"]["figures"]["footprint_days"],
    )
    for name in INSTRUMENTS
}
XCO2_TCCON = [
    str(SIMULATED_RAW.root / "tccon" / name)
    for name in tccon_files(XCO2_SPAN.first_month, XCO2_SPAN.last_month)
]


def xco2_library(script, models=None):
    """Library files that decide a result of XCO2."""
    return library(script, models_of_run(config["xco2"]) if models is None else models, ["xco2"])


wildcard_constraints:
    instrument="oco2|oco3",
    time_input="none|year_fraction|background_anomaly|zonal_trend_anomaly",


def xco2_granules(instrument):
    """Granules of the months of an instrument."""
    if SIMULATED:
        return XCO2_GRANULES[instrument]
    return raw(instrument, *RAW.paths(instrument, "granules", XCO2_PERIODS[instrument]))


def xco2_footprints():
    """The granule of each day that Fig. 2 shows."""
    found = []
    for day in config["xco2"]["figures"]["footprint_days"]:
        instrument = next(n for n in INSTRUMENTS if day[:7] <= SOUNDINGS[n]["last_month"])
        found += raw(instrument, *RAW.paths(instrument, "shown", [day]))
    return found


def xco2_tccon():
    """TCCON files."""
    return XCO2_TCCON if SIMULATED else raw("tccon", *RAW.paths("tccon", "sites", XCO2_SPAN.months))


def xco2_yearly(name):
    """The input of a job of one year, the yearly file on the XCO2 grid from which a name is made."""
    source = config["xco2"]["features"]["ntl"] if name == "lights" else XCO2_YEARLY[name]
    return lambda wildcards: raw("xco2_grid", RAW.path(source, "xco2_grid", wildcards.year))[0]


def xco2_gas_files(files, years, begin):
    """Files of the gases that TROPOMI has in some years, by its first months."""
    return [
        files.path(f"tropomi_{gas}", "xco2_grid", year)
        for year in years
        for gas, month in begin.items()
        if year >= int(month[:4])
    ]


def xco2_gases(year):
    """Files of TROPOMI of a year; none before its launch."""
    begin = XCO2_GASES_BEGIN if SIMULATED else COMPOSITE_OPTIONS["tropomi_first_month"]
    paths = xco2_gas_files(RAW, [year], begin)
    return raw("xco2_grid", *paths) if paths else []


def xco2_egg4():
    """CAMS-EGG4, if it is compared."""
    wanted = config["xco2"]["evaluation"]["egg4"]
    paths = RAW.paths("egg4", "year", XCO2_PERIODS["egg4"]) if wanted else []
    return raw("egg4", *paths) if paths else []


def xco2_experiments(suffix="parquet"):
    """Every cross-validation of XCO2 that the configuration asks for."""
    return [
        f"{XCO2}/crossval/{scheme}/{model}-{time_input}.{suffix}"
        for scheme in XCO2_CROSSVAL["schemes"]
        for model in XCO2_CROSSVAL["models"]
        for time_input in time_inputs_of(model, XCO2_CROSSVAL["time_inputs"])
    ]
