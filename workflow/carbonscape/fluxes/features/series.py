"""Site series: every predictor of every site on one regular step axis."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.io import atomic_path
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.gaps import fill_gaps
from carbonscape.fluxes.features.landcover import encode_igbp


def build_site_series(
    predictors: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    variables: Sequence[str],
    units: Mapping[str, str],
    calendar: Calendar,
    max_gap_steps: int,
    climatology: bool,
    lowest: bool,
) -> xr.Dataset:
    """Put a monthly predictor table on the step axis, beside what the gap rule makes of it.

    Args:
        predictors: site, year, month and a column for each variable.
        sites: tower sites with their IGBP class; only these are kept.
        variables: predictors in the order in which models read them.
        units: unit of each predictor that a table may hold, by name.
        calendar: the monthly calendar.
        max_gap_steps, climatology, lowest: the gap rule
            (:func:`carbonscape.fluxes.features.gaps.fill_gaps`).

    Returns:
        ``series`` (site, step, variable) with missing steps left missing; ``series_filled`` and
        ``fill_code`` after the gap rule; ``pft_igbp`` (site, igbp_class) one-hot; coordinates
        ``year`` and ``step_of_year`` (from 0) of each step.

    Raises:
        ConfigError: a variable is not in the table.
        InputError: the table holds none of the sites.
    """
    absent = [name for name in variables if name not in predictors.columns]
    if absent:
        offered = [name for name in predictors.columns if name in units]
        raise ConfigError(
            f"config key 'features.variables': the predictor table has no {', '.join(absent)};"
            f" it offers {', '.join(offered)}."
        )
    names = sites["site"].tolist()
    table = predictors[predictors["site"].isin(names)]
    if table.empty:
        raise InputError("the predictor table holds none of the tower sites.")
    first, last = int(table["year"].min()), int(table["year"].max())
    n_steps = (last - first + 1) * calendar.steps_per_year
    values = np.full((len(names), n_steps, len(variables)), np.nan)
    row = table["site"].map({name: i for i, name in enumerate(names)}).to_numpy()
    step = ((table["year"] - first) * calendar.steps_per_year + table["month"] - 1).to_numpy()
    values[row, step] = table[list(variables)].to_numpy(dtype=np.float64)

    filled = np.empty_like(values)
    code = np.empty(values.shape, dtype=np.uint8)
    for site in range(len(names)):
        filled[site], code[site] = fill_gaps(
            values[site],
            steps_per_year=calendar.steps_per_year,
            max_gap_steps=max_gap_steps,
            climatology=climatology,
            lowest=lowest,
        )
    dataset = label_series(values, filled, code, names, variables, units, calendar, first)
    return dataset.assign_coords(igbp_class=list(IGBP_CLASSES)).assign(
        pft_igbp=(
            ("site", "igbp_class"),
            encode_igbp(sites["igbp"].tolist()),
            {"long_name": "IGBP class of the tower, one-hot", "units": "1"},
        )
    )


def label_series(
    values: np.ndarray,
    filled: np.ndarray,
    code: np.ndarray,
    sites: Sequence[str],
    variables: Sequence[str],
    units: Mapping[str, str],
    calendar: Calendar,
    first_year: int,
) -> xr.Dataset:
    """Name the dimensions and say what the numbers are."""
    n_steps = values.shape[1]
    all_units = "; ".join(f"{name}: {units[name]}" for name in variables)
    dims = ("site", "step", "variable")
    return xr.Dataset(
        {
            "series": (dims, values, {"long_name": "predictors as observed", "units": all_units}),
            "series_filled": (
                dims,
                filled,
                {"long_name": "predictors after the gap rule", "units": all_units},
            ),
            "fill_code": (
                dims,
                code,
                {
                    "long_name": "where a value comes from",
                    "flag_values": np.arange(5, dtype=np.uint8),
                    "flag_meanings": "observed interpolated climatology missing lowest",
                },
            ),
        },
        coords={
            "site": list(sites),
            "variable": list(variables),
            "year": ("step", first_year + np.arange(n_steps) // calendar.steps_per_year),
            "step_of_year": ("step", np.arange(n_steps) % calendar.steps_per_year),
        },
        attrs={"title": "Predictor series at tower sites", "calendar_steps": calendar.name},
    )


def write_site_series(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write site series as compressed netCDF-4, whole or not at all."""
    encoding = {name: {"zlib": True, "complevel": 4} for name in dataset.data_vars}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)


def read_series(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read the series of sites, or those of a tile, into memory.

    Raises:
        InputError: the file is absent or damaged.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            return dataset.load()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(
            f"{path}: cannot be read as netCDF ({error}); delete it and run again."
        ) from error
