"""What all fluxes of the FLUXNET2015 towers share as products."""

from __future__ import annotations

from collections.abc import Mapping

from carbonscape.products.product import Exchange, Layer, Product


def tower_flux(
    name: str,
    *,
    label: str,
    long_name: str,
    plausible: tuple[float, float],
    map_bounds: tuple[float, float],
    targets: Mapping[str, tuple[str, ...]],
    standard_name: str = "",
    references: str = "see CITATION.cff of carbonscape",
    fluorescence: bool = False,
    simulated: bool = False,
    reported: str = "",
    exchanged: str = "",
) -> Product:
    """Return a monthly carbon flux of the towers as a product.

    Args:
        name: section of the configuration, folder of the results, variable of the maps.
        label, long_name: the short and the long name.
        plausible, map_bounds: of monthly means, gC m-2 d-1 (see :class:`Product`).
        targets: choices of the target: columns of the tower archive whose mean it is.
        standard_name: of the CF conventions; empty if they have none.
        references: what to cite.
        fluorescence: whether satellite fluorescence is expected to follow it.
        simulated: whether the simulated Earth knows its true maps.
        reported: table of resources/ with the values that a paper reports.
        exchanged: name of the flux in the tables of CMIP; empty if they lack it.
    """
    layers = {
        name: Layer(
            {
                **({"standard_name": standard_name} if standard_name else {}),
                "long_name": long_name,
                "units": "g m-2 d-1",
                "comment": "grams of carbon per square metre and day, mean of the month, as of the "
                "cell's vegetated part: leaf area and FPAR are means of its vegetated pixels, so "
                "that its water, bare ground, ice and towns take nothing off",
                "cell_methods": "area: mean where vegetation time: mean",
                "coverage_content_type": "modelResult",
            }
        ),
        "filled_share": Layer(
            {
                "long_name": "share of the predictor values in the window made by the gap rule",
                "units": "1",
                "valid_range": [0, 1],
                "comment": "over all predictors, of which the reanalysis has no gaps; "
                "leaf_filled_share is that of leaf area and FPAR alone",
                "coverage_content_type": "qualityInformation",
            }
        ),
        f"{name}_std": Layer(
            {
                **({"standard_name": f"{standard_name} standard_error"} if standard_name else {}),
                "long_name": f"standard deviation of {long_name}, calibrated at held-out towers",
                "units": "g m-2 d-1",
                "comment": "standard deviation (divisor: members less one) of networks trained "
                "with several numbers of epochs, times the attribute factor, so that 68 % of the "
                "errors of months at towers that no network saw lie within it; 95 % lie within it "
                "times factor95 / factor. coverage and coverage95 are the shares when the factors "
                "come from the other folds. It is that of a month; errors of months are not "
                "independent",
                "coverage_content_type": "qualityInformation",
            },
            required=False,
        ),
        f"{name}_annual_std": Layer(
            {
                "long_name": f"standard deviation of the sum of the year of {long_name} over the "
                "members",
                "units": "g m-2 year-1",
                "comment": "standard deviation (divisor: members less one) of the sums of this "
                "calendar year by networks trained with several numbers of epochs, as they are: "
                "how far trainings differ, not the error of the sum. It has no time axis: tools "
                "that join years along time keep that of the first file",
                "cell_methods": "time: sum",
                "coverage_content_type": "qualityInformation",
            },
            required=False,
            annual=True,
        ),
        # Bytes: each adds at most a sixth of the compressed size of the flux itself.
        "leaf_filled_share": Layer(
            {
                "long_name": "share of the steps in the window whose leaf area and FPAR were made "
                "by the gap rule, not observed",
                "units": "percent",
                "valid_range": [0, 100],
                "coverage_content_type": "qualityInformation",
            },
            kind="u1",
            fill=255,
        ),
        "leaf_observed_steps": Layer(
            {
                "long_name": "number of steps in the window with observed leaf area and FPAR",
                "units": "1",
                "valid_range": [0, 254],
                "coverage_content_type": "qualityInformation",
            },
            kind="u1",
            fill=255,
        ),
    }
    return Product(
        name=name,
        wing="fluxes",
        beside=_beside(label),
        label=label,
        long_name=long_name,
        unit="gC m-2 d-1",
        plausible=plausible,
        map_bounds=map_bounds,
        layers=layers,
        title=f"Monthly {long_name}",
        trained_on="FLUXNET2015 towers",
        source="MOD15A2H LAI and FPAR, ERA5-Land, land cover",
        references=references,
        samples_hint=f"look at the column 'observed' of the samples table and at '{name}.quality'",
        window_hint="incomplete windows should have been dropped or padded (config key "
        f"'{name}.features.incomplete_windows')",
        variables_hint=f"take it out of '{name}.features.variables' or use more sites",
        leave_out_constant=False,
        targets=targets,
        fluorescence=fluorescence,
        simulated=simulated,
        reported=reported,
        # g of carbon a day are kg of carbon a second; positive as CMIP counts the flux.
        exchange=Exchange(exchanged, "kg m-2 s-1", 1e-3 / 86400, "Lmon") if exchanged else None,
    )


def _beside(label: str) -> dict[str, Layer]:
    """Return the variables of the finished maps that no prediction makes."""
    percent = {
        "units": "percent",
        "valid_range": [0, 100],
        "coverage_content_type": "auxiliaryInformation",
    }
    return {
        "dissimilarity": Layer(
            {
                "long_name": "dissimilarity of the predictors of the month to the training samples",
                "units": "1",
                "valid_min": 0.0,
                "comment": "distance to the nearest training sample over the mean distance between "
                "training samples, of standardised predictors weighted by their importance",
                "references": "https://doi.org/10.1111/2041-210X.13650",
                "coverage_content_type": "qualityInformation",
            }
        ),
        "applicable": Layer(
            {
                "standard_name": "status_flag",
                "long_name": "area of applicability: whether the predictors of the month resemble "
                "those of the training samples",
                "flag_values": [0, 1],
                "flag_meanings": "outside inside",
                "comment": "inside where the dissimilarity does not exceed that of samples held "
                "out in the cross-validation (global attribute applicability_threshold)",
                "references": "https://doi.org/10.1111/2041-210X.13650",
                "coverage_content_type": "qualityInformation",
            },
            kind="u1",
            fill=255,
        ),
        "land_fraction": Layer(
            {
                "standard_name": "land_area_fraction",
                "long_name": "share of the cell that is no water",
                "comment": "of the MCD12Q1 pixels of the year that have a class",
                **percent,
            },
            kind="u1",
            fill=255,
        ),
        "vegetated_fraction": Layer(
            {
                "standard_name": "vegetation_area_fraction",
                "long_name": "share of the cell that is no urban land, snow, barren land or water",
                "comment": "of the MCD12Q1 pixels of the year that have a class; times the cell's "
                f"area it is the area that {label} is a mean of",
                **percent,
            },
            kind="u1",
            fill=255,
        ),
    }
