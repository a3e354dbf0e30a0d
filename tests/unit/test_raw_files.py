"""Where native files lie, and what is said where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.errors import InputError
from carbonscape.raw_files import RawFiles, require_files


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
