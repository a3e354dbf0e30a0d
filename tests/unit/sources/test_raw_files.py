"""Where native files lie, and what is said where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.months import months_between
from carbonscape.sources.fluxes import RawFiles, require_files


def test_a_year_of_weather_needs_the_january_that_follows() -> None:
    state, totals = RawFiles(Path("raw")).weather_of_year(2020)
    assert len(state) == 12
    assert len(totals) == 13
    assert totals[-1] == "raw/era5_land/era5_land_accum_2021_01.nc"


def test_absent_files_are_named_with_their_source(tmp_path: Path) -> None:
    arguments = {"root": str(tmp_path), "years": [2001, 2002], "cover_years": [2002]}
    with pytest.raises(InputError, match=r"4 of 4 files of MOD15A2H.*config key 'raw'"):
        require_files("modis_lai", **arguments)
    files = RawFiles(tmp_path).of_source("mcd12q1", years=[2001, 2002], cover_years=[2002])
    assert len(files) == 2
    Path(files[0]).parent.mkdir()
    Path(files[0]).touch()
    with pytest.raises(InputError, match=r"1 of 2 files .*the first is .*sites_MCD12Q1\.061_2002"):
        require_files("mcd12q1", **arguments)
    Path(files[1]).touch()
    with pytest.raises(InputError, match="all files of mcd12q1 are there now"):
        require_files("mcd12q1", **arguments)
    with pytest.raises(InputError, match=r"49 of 49 files of ERA5-Land"):
        require_files("era5_land", **arguments)
    with pytest.raises(InputError, match=r"config key 'towers' is not set"):
        require_files("fluxnet2015", **arguments)


def test_months_run_over_the_end_of_a_year() -> None:
    assert months_between("2018-11", "2019-02") == ["2018-11", "2018-12", "2019-01", "2019-02"]
    assert months_between("2018-05", "2018-05") == ["2018-05"]


def days_of(paths: list[str]) -> list[str]:
    return [Path(path).name.removeprefix("TROPOSIF_L2B_").removesuffix(".nc") for path in paths]


def test_a_simulated_sensor_looks_every_few_days_in_every_month() -> None:
    files = RawFiles(Path("raw"))
    paths = files.sif_days(["2016-01", "2016-02"], every_days=14)
    assert paths[0] == "raw/tropomi_sif/TROPOSIF_L2B_2016-01-01.nc"
    assert days_of(paths)[1:] == ["2016-01-15", "2016-01-29", "2016-02-12", "2016-02-26"]
    assert len(files.sif_days(["2016-01", "2016-02"], every_days=1)) == 31 + 29
    months = months_between("2015-01", "2018-12")
    seen = {day[:7] for day in days_of(files.sif_days(months, every_days=28))}
    assert seen == set(months), "a month is without a file"


def test_days_of_a_real_archive_may_be_absent(tmp_path: Path) -> None:
    folder = tmp_path / "tropomi_sif"
    folder.mkdir()
    for day in ("2018-04-30", "2018-05-07", "2018-05-02", "2018-07-31", "2018-08-01"):
        (folder / f"TROPOSIF_L2B_{day}.nc").touch()
    (folder / "TROPOSIF_L2B_2018-05-03.nc.part").touch()
    (folder / "TROPOSIF_L2B_2018-05-03-copy.nc").touch()
    found = RawFiles(tmp_path).sif_found(["2018-05", "2018-06", "2018-07"])
    # June has no day: its first is asked for, which is absent.
    assert days_of(found) == ["2018-05-02", "2018-05-07", "2018-06-01", "2018-07-31"]


def test_a_month_without_a_day_is_named(tmp_path: Path) -> None:
    arguments = {"root": str(tmp_path), "years": [], "cover_years": []}
    arguments["sif_months"] = ["2018-05", "2018-06"]
    with pytest.raises(InputError, match=r"2 of 2 files of TROPOSIF.*one day of every month"):
        require_files("tropomi_sif", **arguments)
    (tmp_path / "tropomi_sif").mkdir()
    (tmp_path / "tropomi_sif/TROPOSIF_L2B_2018-05-17.nc").touch()
    with pytest.raises(InputError, match=r"the first is .*TROPOSIF_L2B_2018-06-01\.nc"):
        require_files("tropomi_sif", **arguments)
    (tmp_path / "tropomi_sif/TROPOSIF_L2B_2018-06-30.nc").touch()
    with pytest.raises(InputError, match="all files of tropomi_sif are there now"):
        require_files("tropomi_sif", **arguments)
