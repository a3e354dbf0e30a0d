"""The cases of weather and of netCDF in ``../shared/cases``: each gives its value or sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.era5_land_monthly import open_monthly
from carbonscape.archives.mcd12q1 import read_igbp_grid
from carbonscape.archives.netcdf import open_netcdf
from carbonscape.archives.site_list import read_site_list
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.weather_files import require_area

ACCUM, MEAN = "era5_land_accum_2019_06.nc", "era5_land_daily_mean_2019_06.nc"
MONTHLY = "era5_land_monthly_2016.nc"

DAYS = [
    ("e01-ssrd-watts-no-units", ACCUM, open_accumulation, "tp states no unit, expected 'm' as"),
    ("e03-era5-quarter-degree-old-layout", ACCUM, open_accumulation,
     "lie on the 0.25 degree grid of ERA5, .* whose 00:00 value is the total of one hour"),
    ("e04-hourly-averaged-by-day", ACCUM, open_accumulation, "tp states no unit, expected 'm' as"),
    ("e07-nan-day", MEAN, open_state,
     "t2m has no value on land at 16 of 16 points in 2019-06-30; .*'inputs.accept_incomplete'"),
    ("e08-nan-month", ACCUM, open_accumulation,
     "ssrd has no value in 2019-05-31 to 2019-06-29 where the other variables have some; "),
    ("e09-evaporation-positive", ACCUM, open_accumulation,
     "median of e .mm d-1, positive upwards. where the sun shines is -3.45 .*the sign was turned"),
]  # fmt: skip

MONTHS = [
    ("03_era5_month_missing", "these months are absent: 2016-07 .t2m, sp, u10, v10, tp, e.; "),
    ("05_era5_month_totals", "e is 30 mm d-1 .* outside the possible .* for the mean of a month"),
    (
        "06_evaporation_sign_turned",
        "of e .* in winter is -3 in 2016-01, .*the sign was turned",
    ),
    ("07_era5_not_land", "lie on the 0.25 degree grid of ERA5"),
]


@pytest.fixture(scope="module")
def gpp(shared):
    return shared / "cases" / "gpp"


def checked(path, opener, step="day"):
    with opener(path, step=step) as dataset:
        return check_range(dataset.load(), path)


@pytest.mark.parametrize(("case", "file", "opener", "message"), DAYS)
def test_days_are_refused(gpp, case, file, opener, message):
    with pytest.raises(InputError, match=f"{file}: .*{message}"):
        checked(gpp / case / file, opener)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("e01-ssrd-watts-no-units", "median of ssrd .* is 6.*W m-2 called J m-2"),
        ("e04-hourly-averaged-by-day", "ssrd of the brightest day .* is 0.32.*mean of the hours"),
    ],
)
def test_with_the_units_that_they_lost_the_whole_field_tells(gpp, tmp_path, case, message):
    """Someone writes the unit back that the file should have had."""
    with xr.open_dataset(gpp / case / ACCUM, decode_times=False) as raw:
        stated = raw.copy()
        for name, unit in (("tp", "m"), ("e", "m"), ("ssrd", "J m**-2")):
            stated[name].attrs["units"] = unit
        stated.to_netcdf(tmp_path / ACCUM)
    with pytest.raises(InputError, match=message):
        checked(tmp_path / ACCUM, open_accumulation)


def test_a_date_of_six_digits_is_a_month(gpp):
    found = checked(gpp / "e12-date-yyyymm" / MEAN, open_state, step="month")
    assert found["time"].values.astype("datetime64[D]").astype(str).tolist() == ["2001-11-01"]


def test_a_tower_outside_the_area_is_named(gpp):
    folder = gpp / "m03-tower-outside-the-era5-area"
    sites = read_site_list(folder / "sites.csv")
    assert set(sites["site"]) == {"AA-Inn", "AA-Out"}
    with open_accumulation(folder / ACCUM) as dataset:
        axes = dataset["lat"].values, dataset["lon"].values
    common = {"grid": Grid(10.0), "origin": ACCUM, "source": "era5_land"}
    with pytest.raises(InputError, match=r"these towers lie outside: AA-Out \(.*; fetch it again"):
        require_area(*axes, sites=sites, **common)
    with pytest.raises(InputError, match="expected the globe; fetch it again without an area"):
        require_area(*axes, sites=sites[sites["site"] == "AA-Inn"], **common)


def test_a_tile_of_nasa_is_named(gpp):
    path = gpp / "h01-hdf4-tile" / "MCD12Q1.061_2010.nc"
    words = "no netCDF file but HDF4, as NASA delivers tiles of MODIS; .*exports it from Earth Eng"
    with pytest.raises(InputError, match=words):
        read_igbp_grid(path)
    with pytest.raises(InputError, match=words), open_netcdf(path):
        pass


def months_of(path):
    with open_monthly(path, year=2016) as weather:
        return np.stack([weather.values(month, slice(None)) for month in weather.months])


@pytest.mark.parametrize(("case", "message"), MONTHS)
def test_months_are_refused(shared, case, message):
    with pytest.raises(InputError, match=f"{MONTHLY}: .*{message}"):
        months_of(shared / "cases" / "xco2" / case / MONTHLY)


def test_the_months_of_the_cases_are_good_otherwise(shared):
    """The eleven months of the first case are read where only they are needed."""
    path = shared / "cases" / "xco2" / "03_era5_month_missing" / MONTHLY
    wanted = [month for month in pd.period_range("2016-01", "2016-12", freq="M").astype(str)
              if month != "2016-07"]  # fmt: skip
    with open_monthly(path, year=2016, months=wanted) as weather:
        assert list(weather.months) == wanted
        assert not np.isnan(weather.values("2016-06", slice(None))).any()
