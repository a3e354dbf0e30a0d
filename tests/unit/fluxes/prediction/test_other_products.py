"""Products of others in the layout of the run's maps, from small files in their own formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.fluxes.prediction.other_products import write_other_product, years_in_words
from carbonscape.products.registry import get_product

METAFLUX, GPP = GPP_PRODUCTS["metaflux"], get_product("gpp")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of native files, with room beside it."""
    made = tmp_path / "metaflux"
    made.mkdir()
    return made


def native(folder: Path, year: int, *, lat: tuple[float, ...] = (45.0, 15.0, -15.0)) -> Path:
    """Write MetaFlux of a year: the number of the month; in June no value in the first cell."""
    values = np.broadcast_to(np.arange(1.0, 13.0)[:, None, None], (12, len(lat), 4)).copy()
    values[5, 0, 0] = np.nan
    time = np.arange(f"{year}-01", f"{year + 1}-01", dtype="M8[M]").astype("M8[ns]")
    coords = {"time": time, "lat": list(lat), "lon": [-135.0, -45.0, 45.0, 135.0]}
    attributes = {"units": "gC m-2 d-1"}
    array = xr.DataArray(values, coords=coords, dims=("time", "lat", "lon"), attrs=attributes)
    path = folder / f"METAFLUX_GPP_RECO_monthly_{year}.nc"
    array.astype("float32").to_dataset(name="GPP").to_netcdf(path)
    return path


def written(folder: Path, year: int) -> Path:
    return folder.with_name("out") / f"gpp_{year}.nc"


def write(folder: Path, *years: int, wanted: tuple[int, ...] = (), simulated: bool = False) -> list:
    outputs = {year: written(folder, year) for year in years}
    with findings.collected() as stated:
        write_other_product(
            METAFLUX, GPP, folder, outputs, years=wanted or years, simulated=simulated
        )
    return stated


def test_the_file_has_the_variable_and_the_axes_of_the_maps(folder: Path) -> None:
    native(folder, 2016)
    write(folder, 2016)
    with xr.open_dataset(written(folder, 2016)) as found:
        gpp = found["gpp"]
        assert gpp.dims == ("time", "lat", "lon")
        assert gpp.dtype == np.float32
        assert gpp.attrs["units"] == GPP.layers["gpp"].attributes["units"]
        assert gpp.attrs["standard_name"] == GPP.layers["gpp"].attributes["standard_name"]
        assert gpp[:, 1, 2].values.tolist() == list(range(1, 13))
        assert int(gpp.isnull().sum()) == 1
        assert np.isnan(gpp[5, 0, 0])
        assert found["time"].dt.month.values.tolist() == list(range(1, 13))
        # Its own grid: 60 N to 30 S, cells of 30 by 90 degrees.
        assert found["lat_bnds"].values.tolist() == [[60, 30], [30, 0], [0, -30]]
        assert found["lon_bnds"].values[0].tolist() == [-180, -90]
        assert "MetaFlux" in found.attrs["title"]
        assert found.attrs["archive"] == "real"
        assert found.attrs["references"].endswith("10.5281/zenodo.7761881")
        assert not [key for key in found.attrs if "SIMULATED" in str(found.attrs[key])]


def test_a_stand_in_says_that_it_is_one(folder: Path) -> None:
    native(folder, 2016)
    write(folder, 2016, simulated=True)
    with xr.open_dataset(written(folder, 2016)) as found:
        assert "SIMULATED stand-in" in found.attrs["title"]
        assert found.attrs["archive"] == "simulated"


def test_years_without_a_file_are_a_line_that_says_where_to_get_them(folder: Path) -> None:
    path = native(folder, 2016)
    (folder / "METAFLUX_GPP_RECO_daily_2016.nc").touch()
    stated = write(folder, 2016, wanted=(1999, 2014, 2015, 2016, 2018))
    texts = [finding.reason for finding in stated if finding.outcome == "left out"]
    assert {finding.source for finding in stated} == {"metaflux"}
    assert [finding.item for finding in stated if finding.outcome == "used"] == [str(path)]
    assert texts[0].startswith(
        "MetaFlux is left out in these years: no file of 2014 to 2015, 2018 is here (a name that "
        "is read: METAFLUX_GPP_RECO_monthly_2014.nc; from Zenodo, "
    )
    assert texts[0].endswith("; the product does not cover 1999")
    daily = str(folder / "METAFLUX_GPP_RECO_daily_2016.nc")
    assert [finding.item for finding in stated if finding.outcome == "left out"][1:] == [daily]


def test_a_product_without_any_year_of_the_maps_is_left_out_everywhere(folder: Path) -> None:
    (finding,) = write(folder, wanted=(1998, 1999))
    assert finding.outcome == "left out"
    assert finding.reason == (
        "MetaFlux is left out everywhere: the product does not cover 1998 to 1999"
    )
    assert not folder.with_name("out").exists()


def test_a_file_of_another_year_is_refused_and_nothing_is_written(folder: Path) -> None:
    native(folder, 2015).rename(folder / "METAFLUX_GPP_RECO_monthly_2016.nc")
    with pytest.raises(InputError, match="holds 2015-01-01, expected steps of 2016"):
        write(folder, 2016)
    assert not written(folder, 2016).exists()


def test_years_are_told_as_spans() -> None:
    assert (
        years_in_words([2001, 2002, 2003, 2005, 2007, 2008]) == "2001 to 2003, 2005, 2007 to 2008"
    )
    assert years_in_words([]) == ""
