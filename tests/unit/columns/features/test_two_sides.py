"""What the simulated instruments write of the predictors of XCO2, the composites find again.

Writers and readers share no code; the numbers of the truth are stated here once more.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features.composite_files import write_composites
from carbonscape.columns.features.composites import CompositeOptions, PredictorFiles
from carbonscape.core.grid import Grid
from carbonscape.simulate.xco2_predictors import write_xco2_predictors
from helpers.xco2_raw import write_weather

YEAR, GRID = 2016, Grid(30)  # a leap year
MONTHS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
NAMES = {
    "gpp": "MOD17A2H.006", "evi": "MOD13A2.061", "lst": "MOD11A1.061", "ndsi": "MOD10A1.061",
    "vcf": "MOD44B.061", "igbp": "MCD12Q1.061", "lights": "VCMSLCFG",
}  # fmt: skip
BEGIN = {"so2": "2016-03", "no2": "2016-01", "co": "2016-01"}
#: The truth: 5 gC m-2 d-1 of which 0.8 are in leafy places, LAI 2, 40 percent trees, grassland.
GPP, LEAFY, LAI, TREES, GRASS = 5.0, 0.8, 2.0, 0.4, 10
LAND = np.zeros((6, 12), dtype=bool)
LAND[1:5, 2:9] = True


def truth() -> xr.Dataset:
    """Return a truth that is the same in every land cell, month and step."""

    def on_land(*shape: int, value: float) -> np.ndarray:
        return np.where(LAND, np.full((*shape, 6, 12), value), np.nan)

    share = np.array([TREES, 1 - TREES])[None, :, None, None]
    return xr.Dataset(
        {
            "gpp": (("time", "lat", "lon"), on_land(12, value=GPP)),
            "lai": (("year", "step", "lat", "lon"), on_land(1, 46, value=LAI)),
            "cloud": (("year", "step", "lat", "lon"), on_land(1, 46, value=0.3)),
            "igbp": (("year", "lat", "lon"), on_land(1, value=GRASS)),
            "pft": (("year", "pft_class", "lat", "lon"), on_land(1, 2, value=1.0) * share),
            "leafy": (("lat", "lon"), on_land(value=LEAFY)),
            "land_share": (("lat", "lon"), np.ones((6, 12))),
        },
        coords={
            "time": np.arange(f"{YEAR}-01", f"{YEAR + 1}-01", dtype="M8[M]").astype("M8[ns]"),
            "year": [YEAR],
            "lat": GRID.lat,
            "lon": GRID.lon,
            "pft_class": ["TREES-BE", "GRASS-NAT"],
        },
    )


class Earth:
    """A world at 300 K, but 260 K and snow in its second row from the north."""

    settings = SimpleNamespace(
        seed=5, parts=SimpleNamespace(clouds=True, missing_composites=True, cover_views=False)
    )

    def weather(self, lat: np.ndarray, lon: np.ndarray, first: int, last: int) -> dict:
        days = (dt.date(last + 1, 1, 1) - dt.date(first, 1, 1)).days
        cold = np.broadcast_to(((lat > 40) & (lat < 50))[:, None], (len(lat), days))
        return {
            "t2m": np.where(cold, 260.0, 300.0).astype("f4"),
            "ssrd": np.full(cold.shape, 200.0, "f4"),
            "tp": np.full(cold.shape, 2.0, "f4"),
        }


@pytest.fixture(scope="module")
def composites(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    folder = tmp_path_factory.mktemp("sides")
    files: dict[str, list[Path]] = {k: [folder / f"{n}_{YEAR}.nc"] for k, n in NAMES.items()}
    files["gases"] = [folder / f"S5P_L3_{gas.upper()}_{YEAR}.nc" for gas in BEGIN]
    write_xco2_predictors(
        files, earth=Earth(), grid=truth(), cell=GRID.cell, years=[YEAR], gases_first=BEGIN,
        last_month=MONTHS[-1],
    )  # fmt: skip
    write_composites(
        folder / "out.nc",
        files=PredictorFiles(
            **{name: str(files[name][0]) for name in NAMES},
            weather=str(write_weather(folder / "weather.nc", MONTHS)),
            gases=[str(path) for path in files["gases"]],
        ),
        year=YEAR,
        months=MONTHS,
        grid=GRID,
        options=CompositeOptions(
            tropomi_first_month={"so2": "2016-04", "no2": "2016-02", "co": "2016-02"}
        ),
    )
    return xr.load_dataset(folder / "out.nc")


def on_land(composites: xr.Dataset, name: str, rows: slice = slice(None)) -> np.ndarray:
    """Return all values in cells that are land in the truth."""
    values = composites[name].values.astype(float)[:, rows]
    return values[:, LAND[rows]]


def test_gpp_is_the_leafy_share_of_the_truth(composites):
    """0.8 times 5; each composite has noise of a tenth; the last one of the year is shorter."""
    gpp = on_land(composites, "GPP")
    assert np.nanmean(gpp) == pytest.approx(GPP * LEAFY, rel=0.02)
    assert np.nanmean(gpp[11]) == pytest.approx(GPP * LEAFY, rel=0.05)
    assert np.isnan(gpp).mean() < 0.1
    assert np.isnan(composites["GPP"].values[:, ~LAND]).all()


def test_evi_trees_and_classes_are_those_of_the_truth(composites):
    """0.05 + 0.8 of 0.55 (1 - exp(-LAI / 2)) is 0.328 where there is no snow.

    The larger of two composites lies about half their error of 0.012 above it. Of trees nine
    tenths are seen.
    """
    evi = on_land(composites, "EVI", slice(2, 5))
    assert np.nanmedian(evi) == pytest.approx(0.332, abs=0.005)
    # A month of bare snow has no composite of good or marginal quality, or a lower one.
    snow = on_land(composites, "EVI", slice(1, 2))
    assert np.isnan(snow).all() or np.nanmean(snow) < 0.3
    assert np.nanmean(on_land(composites, "VCF")) == pytest.approx(90 * TREES, abs=0.5)
    assert set(on_land(composites, "LUCC").ravel()) == {GRASS}
    assert set(composites["LUCC"].values[:, ~LAND].ravel()) == {17.0}


def test_temperature_and_snow_follow_the_weather(composites):
    """The absurd temperatures that the simulation plants are told by their quality."""
    warm, cold = (on_land(composites, "LST", rows) for rows in (slice(2, 5), slice(1, 2)))
    assert 295 < np.nanmin(warm) < np.nanmax(warm) < 325
    assert 250 < np.nanmin(cold) < np.nanmax(cold) < 280
    snow, none = (on_land(composites, "NDSI", rows) for rows in (slice(1, 2), slice(2, 5)))
    assert np.nanmin(snow[1:]) > 0.5
    assert np.nanmax(none) < 0.2


def test_lights_and_gases_are_plausible_and_begin_in_time(composites):
    assert np.nanmin(composites["NTL"].values) == 0
    # Rows at 75 N are covered (up to 75), rows at 75 S are not.
    assert composites["lights_assumed"].values.tolist() == [0, 0, 0, 0, 0, 1]
    for name, first in (("SO2", 3), ("NO2", 1), ("CO", 1)):
        values = composites[name].values
        assert np.isnan(values[:first]).all()
        assert np.isfinite(values[first:]).any(axis=(1, 2)).all()
    assert 0.01 < np.nanmean(composites["CO"].values) < 0.06


def test_land_is_that_of_the_truth(composites):
    np.testing.assert_array_equal(composites["land"].values == 1, LAND)
