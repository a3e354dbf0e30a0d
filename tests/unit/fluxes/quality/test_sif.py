"""Gridding of fluorescence: clouds, counts, months, edges of cells."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.fluxes.quality.sif import gaps_of_days, grid_sif, write_sif

LAT, LON = np.array([45.0, -45.0]), np.array([-135.0, -45.0, 45.0, 135.0])


def day(date, *soundings):
    """(date, table) of soundings (lat, lon, sif, cloud fraction)."""
    columns = ["lat", "lon", "sif", "cloud_fraction"]
    table = pd.DataFrame(np.array(soundings, dtype=float).reshape(-1, 4), columns=columns)
    return dt.date.fromisoformat(date), table


def grid(*days, **options):
    return grid_sif(days, lat=LAT, lon=LON, cell=90, **options)


def test_soundings_are_averaged_over_a_month():
    place = (10, -100)
    result = grid(
        day("2018-05-01", (*place, 1.0, 0.0), (*place, 2.0, 0.1)),
        day("2018-05-31", (*place, 6.0, 0.0)),
        day("2018-06-01", (*place, 9.0, 0.0)),
    )
    assert result["sif"].dims == ("time", "lat", "lon")
    assert result["time"].values.astype("datetime64[D]").astype(str).tolist() == [
        "2018-05-01",
        "2018-06-01",
    ]
    assert result["sif"].values[0, 0, 0] == 3
    assert result["count"].values[:, 0, 0].tolist() == [3, 1]
    assert np.isnan(result["sif"].values[1, 0, 0])
    assert np.isnan(result["sif"].values[0, 1]).all()
    assert result["sif"].attrs["units"] == "mW m-2 sr-1 nm-1"
    assert result["sif"].dtype == np.float32


def test_cloudy_soundings_and_unknown_clouds_do_not_count():
    soundings = [(10, 10, 1.0, 0.0), (10, 10, 5.0, 0.2), (10, 10, 7.0, np.nan), (10, 10, 3.0, 0.19)]
    result = grid(day("2018-05-01", *soundings), min_count=1)
    assert (result["sif"].values[0, 0, 2], result["count"].values[0, 0, 2]) == (2, 2)
    looser = grid(day("2018-05-01", *soundings), min_count=1, max_cloud_fraction=0.5)
    assert looser["sif"].values[0, 0, 2] == 3


def test_each_sounding_belongs_to_one_cell():
    """Poles, the 180th meridian from both sides, and inner edges."""
    places = [(90, -180), (-90, 179.999), (0, 0), (45, 180), (1e-6, -1e-6)]
    result = grid(day("2018-05-01", *((*place, 1.0, 0.0) for place in places)), min_count=1)
    assert result["count"].values[0].tolist() == [[2, 1, 0, 0], [0, 0, 1, 1]]


def test_soundings_outside_a_region_are_passed_over():
    region = {"lat": np.array([45.0]), "lon": np.array([45.0]), "cell": 90}
    places = [(10, 10), (-10, 10), (10, 100), (10, -10)]
    result = grid_sif(
        [day("2018-05-01", *((*place, 1.0, 0.0) for place in places))], min_count=1, **region
    )
    assert result["count"].values.tolist() == [[[1]]]


def test_months_are_chosen_and_missed():
    days = [day(f"2018-{month:02d}-01", (10, 10, month, 0.0)) for month in (5, 6, 7)]
    result = grid(*days, min_count=1, months=["2018-06", "2018-07"])
    assert result["sif"].values[:, 0, 2].tolist() == [6, 7]
    with pytest.raises(InputError, match="no day of 2018-08 among the files"):
        grid(*days, months=["2018-07", "2018-08"])
    with pytest.raises(InputError, match="no day of any month"):
        grid()


def test_days_out_of_order_are_refused():
    """A month that was finished must not begin anew."""
    with pytest.raises(InputError, match="2018-05-01 comes after 2018-06-01; sort"):
        grid(day("2018-06-01"), day("2018-05-01"))
    with pytest.raises(InputError, match="2018-06-01 comes after 2018-06-01"):
        grid(day("2018-06-01"), day("2018-06-01"))


def test_a_day_without_soundings_counts_nothing():
    result = grid(day("2018-05-01"), day("2018-05-02", (10, 10, 1.0, 0.0)), min_count=1)
    assert int(result["count"].sum()) == 1


def test_the_file_is_the_same_twice(tmp_path):
    result = grid(day("2018-05-01", (10, 10, 1.0, 0.0)), min_count=1)
    for name in ("a.nc", "b.nc"):
        write_sif(result, tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    with xr.open_dataset(tmp_path / "a.nc") as written:
        xr.testing.assert_equal(written.load(), result)


def test_a_month_that_ends_early_is_refused():
    """Days of June to the tenth; of every third day none is missed."""
    days = [day(f"2018-05-{n:02d}", (10, 10, 1.0, 0.0)) for n in range(1, 32)]
    days += [day(f"2018-06-{n:02d}", (10, 10, 1.0, 0.0)) for n in range(1, 11)]
    months = ["2018-05", "2018-06"]
    with pytest.raises(InputError, match="no soundings of 2018-06-11 to 2018-06-30, which"):
        grid(*days, months=months)
    with findings.collected() as found:
        assert grid(*days, months=months, accept=True)["count"].values[1].sum() == 10
    assert [(f.source, f.outcome) for f in found] == [("tropomi_sif", "incomplete")]
    assert grid(*days, months=["2018-05"])["count"].values.sum() == 31
    assert grid(*days[:31:3], months=["2018-05"])["count"].values.sum() == 11
    assert gaps_of_days([d for d, _ in days[:2]], ["2018-05"]) == ["2018-05-03 to 2018-05-31"]
    # One file every two weeks is every fourteenth day.
    assert gaps_of_days([d for d, _ in days[:31:14]], ["2018-05"]) == []
