"""Column-averaged dry-air mole fraction of CO2 (XCO2): what the At-BiLSTM paper maps."""

from __future__ import annotations

from carbonscape.products.product import FILL_CODE, Exchange, Layer, Product

#: UDUNITS and the CF conventions (section 3.1.1) know ppm as 1e-6.
_UNIT = "ppm"

#: Where the worst predictor value of a window comes from: codes and meanings, those of
#: carbonscape.columns.features.fill (a test compares).
_SOURCES = (
    "observed",
    "interpolated",
    "calendar_month_climatology",
    "zero_where_dark_or_bare",
    "land_median",
)

#: The predictors of Table 2, in the order of their bits: those of
#: carbonscape.columns.features.composites (a test compares).
_PREDICTORS = (
    "GPP", "EVI", "LST", "VCF", "NDSI", "LUCC", "NTL", "SO2", "NO2", "CO", "SP", "E", "WIND_V",
    "WIND_U", "PRE", "TEMP",
)  # fmt: skip


def _filled_by(how: str) -> Layer:
    """Return the bit mask of the predictors that were filled in one way."""
    return Layer(
        {
            "long_name": f"predictors that in a month of the window are {how}",
            "flag_masks": [1 << bit for bit in range(len(_PREDICTORS))],
            "flag_meanings": " ".join(_PREDICTORS),
            "coverage_content_type": "qualityInformation",
        },
        kind="i4",
        fill=FILL_CODE,
        required=False,
    )


PRODUCT = Product(
    name="xco2",
    wing="columns",
    label="XCO2",
    long_name="column-averaged dry-air mole fraction of carbon dioxide (XCO2)",
    unit=_UNIT,
    # CO2 was 399 to 415 ppm in the years of the paper; a column beyond these bounds is not air.
    plausible=(350.0, 500.0),
    map_bounds=(350.0, 500.0),
    layers={
        "xco2": Layer(
            {
                "standard_name": "dry_atmosphere_mole_fraction_of_carbon_dioxide",
                "long_name": "column-averaged dry-air mole fraction of carbon dioxide (XCO2)",
                "units": _UNIT,
                "comment": "parts per million (1e-6 mol mol-1), mean of the soundings of a month",
                "cell_methods": "area: mean time: mean",
                "coverage_content_type": "modelResult",
            }
        ),
        "xco2_spread": Layer(
            {
                "long_name": "standard deviation of the ensemble's members around their mean",
                "units": _UNIT,
                "comment": "how far networks of other seeds differ (divisor: members less one); "
                "not the error of XCO2",
                "coverage_content_type": "qualityInformation",
            },
            required=False,
        ),
        "xco2_std": Layer(
            {
                "standard_name": "dry_atmosphere_mole_fraction_of_carbon_dioxide standard_error",
                "long_name": "standard deviation of column-averaged dry-air mole fraction of "
                "carbon dioxide (XCO2), calibrated at held-out soundings",
                "units": _UNIT,
                "comment": "standard deviation (divisor: members less one) of networks that differ "
                "in their seed, times the attribute factor, so that 68 % of the errors of months "
                "of cells that no network saw lie within it; 95 % lie within it times factor95 / "
                "factor. Errors are differences from the mean of the soundings of the cell and "
                "month, and hold those of the soundings. coverage and coverage95 are the shares "
                "when the factors come from the other folds; blocks of the globe weigh alike. "
                "Errors of neighbouring months and cells are not independent",
                "coverage_content_type": "qualityInformation",
            },
            required=False,
        ),
        "predictor_source": Layer(
            {
                "long_name": "where the worst predictor value of the window comes from",
                "flag_values": list(range(len(_SOURCES))),
                "flag_meanings": " ".join(_SOURCES),
                "coverage_content_type": "qualityInformation",
            },
            kind="u1",
            fill=255,
        ),
        "filled_share": Layer(
            {
                "long_name": "share of the predictor values in the window that were not observed",
                "units": "1",
                "valid_range": [0, 1],
                "coverage_content_type": "qualityInformation",
            }
        ),
        "predictors_interpolated": _filled_by("interpolated from near cells"),
        "predictors_from_climatology": _filled_by("the cell's mean of the calendar month"),
        "predictors_zero": _filled_by("zero where it is dark or nothing grows"),
        "predictors_from_median": _filled_by("the median of all land"),
    },
    title="Monthly column-averaged CO2 over land",
    trained_on="OCO-2 and OCO-3 soundings",
    source="MODIS, VIIRS, TROPOMI, ERA5-Land",
    references="At-BiLSTM for XCO2; see CITATION.cff of carbonscape",
    samples_hint="look at 'xco2' in the samples file and at the gridded soundings",
    window_hint="the predictors of a tile should have been filled (config section 'xco2.features')",
    variables_hint="leave it out in 'xco2.features' or use more cells and months",
    # One-hot land cover has classes that no sample of a small run stands on.
    leave_out_constant=True,
    simulated=True,
    reported="reported_values_xco2.csv",
    exchange=Exchange("xco2", "1", 1e-6, "Amon"),
)
