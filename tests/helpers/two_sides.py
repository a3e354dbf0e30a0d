"""Known fields that the simulated instruments write, and checks that the readers find them again.

Writers and readers share no code, and neither is used to say what is right: every convention
that counts (units, signs, stamps, bits, codes, directions) is stated here once more, by numbers.
A check raises AssertionError where what is read is not what was there.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.esa_cci_pft import read_pft_grid, read_pft_sites
from carbonscape.archives.koppen import main_climate, read_koppen
from carbonscape.archives.mcd12q1 import read_igbp_grid, read_igbp_sites
from carbonscape.archives.modis_lai import read_modis_grid, read_modis_sites
from carbonscape.archives.tropomi_sif import read_sif_day
from carbonscape.core.classes import CLIMATES
from carbonscape.core.insolation import daily_insolation
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.landcover import encode_igbp_codes
from carbonscape.fluxes.features.meteorology import VARIABLES, open_daily_weather
from carbonscape.simulate.era5_land import write_era5_land
from carbonscape.simulate.koppen import write_koppen
from carbonscape.simulate.land_cover import write_land_cover
from carbonscape.simulate.leaf_files import write_modis_lai
from carbonscape.simulate.native import LEAVES, NativeArchive
from carbonscape.simulate.tropomi_sif import write_tropomi_sif
from helpers.xco2_raw import write as write_raw

CELL, YEARS = 30.0, [2015, 2016]  # 2016 is a leap year
LAT, LON = [75.0, 45.0, 15.0, -15.0, -45.0, -75.0], [-165.0 + 30 * n for n in range(12)]
SITE_NAMES = [f"ZZ-S{n:02d}" for n in range(12)]
PFTS = (
    "BARE", "BUILT", "WATER", "SNOWICE", "GRASS-NAT", "GRASS-MAN", "TREES-BD", "TREES-BE",
    "TREES-ND", "TREES-NE", "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND", "SHRUBS-NE",
)  # fmt: skip
#: Codes 1 to 17 of MCD12Q1 LC_Type1, by FLUXNET's names (user guide of collection 6.1, table 3).
IGBP = (
    "ENF", "EBF", "DNF", "DBF", "MF", "CSH", "OSH", "WSA", "SAV", "GRA", "WET", "CRO", "URB",
    "CVM", "SNO", "BSV", "WAT",
)  # fmt: skip
#: Codes 1 to 30 of Beck et al. (legend of the map).
BECK = (
    "Af", "Am", "Aw", "BWh", "BWk", "BSh", "BSk", "Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc", "Cfa",
    "Cfb", "Cfc", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb", "Dfc",
    "Dfd", "ET", "EF",
)  # fmt: skip
MAIN = {"A": "tropical", "B": "arid", "C": "temperate", "D": "continental", "E": "polar"}
#: Classes in which MOD15A2H has no value: urban, snow, barren, water.
LEAFLESS = (13, 15, 16, 17)
TRUE_VIEWS = SimpleNamespace(cover_views=False, clouds=True, missing_composites=True)
CLOUDY = 0.3
SIF_DAYS = ("2018-06-01", "2018-06-21")


def rng(number: int) -> np.random.Generator:
    return np.random.default_rng(number)


def surface() -> tuple[xr.Dataset, xr.Dataset]:
    """Return a surface of cells and of towers on which no two values are alike.

    The sea is the eastern third; LAI is 0.5 to 6.5 and jumps from step to step.
    """
    shape, sites = (2, 46, 6, 12), (len(SITE_NAMES), 2, 46)
    land = np.arange(12) < 8
    codes = np.where(land, rng(1).integers(1, 18, (6, 12)), np.nan)
    fractions = rng(2).dirichlet(np.full(14, 0.4), (2, 6, 12)).transpose(0, 3, 1, 2)
    fields = {
        "lai": rng(3).uniform(0.5, 6.5, shape),
        "fpar": rng(4).uniform(0.2, 0.85, shape),
        "cloud": np.full(shape, CLOUDY),
    }
    grid = xr.Dataset(
        {
            name: (("year", "step", "lat", "lon"), np.where(land, values, np.nan))
            for name, values in fields.items()
        }
        | {
            "igbp": (("year", "lat", "lon"), np.stack([codes] * 2)),
            "pft": (("year", "pft_class", "lat", "lon"), np.where(land, fractions, np.nan)),
        },
        coords={"year": YEARS, "pft_class": list(PFTS), "lat": LAT, "lon": LON},
    )
    towers = xr.Dataset(
        {
            f"{name}8": (("site", "year", "step"), values.reshape(2, 46, 72).T[:12].swapaxes(1, 2))
            for name, values in fields.items()
        }
        | {
            "igbp_code": (("site", "year"), np.stack([np.arange(12) + 1] * 2, axis=1)),
            "pft": (("site", "year", "pft_class"), rng(5).dirichlet(np.full(14, 0.4), (12, 2))),
        },
        coords={
            "site": SITE_NAMES,
            "year": YEARS,
            "pft_class": list(PFTS),
            "lat": ("site", rng(6).uniform(-45, 55, 12)),
            "lon": ("site", rng(7).uniform(-180, 180, 12)),
        },
    )
    assert towers["lai8"].shape == sites
    return grid, towers


GRID, TOWERS = surface()


def assert_places(found: xr.Dataset | xr.DataArray, lat=LAT, lon=LON) -> None:
    np.testing.assert_allclose(found["lat"], lat, atol=1e-6)
    np.testing.assert_allclose(found["lon"], lon, atol=1e-6)


# Leaf area: raw 0.1 and 0.01, SCF_QC in bits 5 to 7, 46 composites that begin anew in January.


def write_leaves(folder: Path) -> None:
    years = {"first_year": 2015, "last_year": 2016}
    # One pixel to a cell: its errors are those of a retrieval.
    write_modis_lai(folder, grid=GRID, sites=TOWERS, seed=1, parts=TRUE_VIEWS, pixels=1, **years)


def write_raw_leaves(folder: Path) -> None:
    """Write the same composites in the other layout: raw bytes and QC, a pixel to a cell."""
    images = NativeArchive(GRID, seed=1, parts=TRUE_VIEWS, pixels=1)
    for year in YEARS:
        found = list(images.images(LEAVES, dt.date(year, 1, 1), dt.date(year + 1, 1, 1)))
        variables = {
            name: ("u1", np.stack([image.bands[name] for image in found]))
            for name in ("Lai_500m", "Fpar_500m", "FparLai_QC")
        }
        days = [image.start.isoformat() for image in found]
        path = folder / f"MOD15A2H.061_{year}.nc"
        write_raw(path, days, lat=np.array(LAT), lon=np.array(LON), **variables)


def check_leaves(folder: Path, year: int) -> None:
    """Compare the composites of cells: error 0.1 LAI (0.2 above 5), 0.03 FPAR, a third lost."""
    found, truth = read_modis_grid(folder / f"MOD15A2H.061_{year}.nc", year=year), GRID
    truth = truth.sel(year=year)
    assert_places(found)
    present = found["present"].values
    assert present.sum() >= 44
    assert present[6] == (year != 2016)  # Terra was silent from 18 to 27 February 2016
    leafy = ~np.isin(np.nan_to_num(truth["igbp"].values), (0, *LEAFLESS))
    leafy[[0, 5]] = False  # where polar night takes part of the year
    assert np.isnan(found["lai"].values[:, truth["igbp"].isin(LEAFLESS).values]).all()
    lai, fpar = (found[name].values[present][:, leafy] for name in ("lai", "fpar"))
    true_lai, true_fpar = (truth[name].values[present][:, leafy] for name in ("lai", "fpar"))
    seen = ~np.isnan(lai)
    for part in (true_lai > 0, true_lai > 5):
        chance = np.sqrt(CLOUDY * (1 - CLOUDY) / part.sum())
        assert abs(seen[part].mean() - (1 - CLOUDY)) < 4 * chance
    spread = np.hypot(np.where(true_lai > 5, 0.2, 0.1) * true_lai, 0.1 / np.sqrt(12))
    for error in ((lai - true_lai) / spread, (fpar - true_fpar) / 0.03):
        assert abs(np.nanmean(error)) < 0.15
        assert 0.9 < np.nanstd(error) < 1.1
        assert np.nanmax(np.abs(error)) < 6


def check_leaves_at_sites(folder: Path, year: int) -> None:
    """Compare the means of nine pixels: they differ by 0.12 among one another, for good."""
    found = read_modis_sites(folder / f"sites_MOD15A2H.061_{year}.csv", year=year)
    assert set(found["site"]) == set(SITE_NAMES)
    assert (6 in set(found["step"])) == (year != 2016)
    steps = found["step"].nunique()
    assert len(found) == 12 * steps >= 12 * 44
    truth = TOWERS.sel(year=year)
    at = {"site": xr.DataArray(found["site"].tolist()), "step": xr.DataArray(found["step"])}
    lai, fpar = (found[n].to_numpy() / truth[f"{n}8"].sel(at).values for n in ("lai", "fpar"))
    known = np.isfinite(lai)
    share = found["good_pixels"].sum() / (9 * len(found))
    assert abs(share - (1 - CLOUDY)) < 0.08
    for ratio, wide in ((lai, 0.12), (fpar, 0.12)):
        assert abs(np.median(ratio[known]) - 1) < 0.05
        assert np.std(ratio[known]) < wide


# Weather: node values in K, m and J m-2, totals stamped at the next midnight, 0 to 360 degrees.

NODE_LAT, NODE_LON = 90.0 - 10 * np.arange(19), -180.0 + 10 * np.arange(36)
FIRST_DAY = dt.date(2015, 1, 1)
_SEA = (np.abs(NODE_LAT)[:, None] > 65) | ((NODE_LON < -100) | (NODE_LON > 120))[None, :]


#: Radiation at the top of the atmosphere (latitude, day), W m-2: no weather exceeds it.
_SUN = daily_insolation(
    np.linspace(90, -90, 19)[:, None],
    np.concatenate([np.arange(1, n + 1) for n in (365, 366, 365)]),
)


class Weather:
    """An Earth whose weather is drawn anew for every day and node; land 100 W to 120 E."""

    lat, lon = np.array(LAT), np.array(LON)
    land = np.zeros((6, 12), bool)

    def __init__(self) -> None:
        days, draw = 365 + 366 + 365, rng(8)
        shape = (19, 36, days)
        t2m = draw.uniform(250, 310, shape)
        self.fields = {
            "t2m": t2m,
            "d2m": t2m - draw.uniform(0.5, 15, shape),
            "ssrd": np.maximum(draw.uniform(-0.1, 0.85, shape), 0) * _SUN[:, None, :],
            "tp": np.maximum(draw.uniform(-10, 30, shape), 0),
            "evap": draw.uniform(-1, 8, shape),  # dew is negative
        }

    def is_land(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        row, column = self._nodes(lat, lon)
        return ~_SEA[row, column]

    def weather(self, lat: np.ndarray, lon: np.ndarray, first: int, last: int) -> dict:
        assert (first, last) == (2015, 2017)
        return {name: field[self._nodes(lat, lon)] for name, field in self.fields.items()}

    def _nodes(self, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (np.rint((90 - lat) / 10).astype(int), np.rint((lon + 180) / 10).astype(int) % 36)

    def on(self, name: str, days: list[dt.date]) -> np.ndarray:
        """Return a field (day, lat from the north, lon from 180 W), NaN over the sea."""
        number = [(day - FIRST_DAY).days for day in days]
        return np.where(_SEA, np.nan, np.moveaxis(self.fields[name][..., number], -1, 0))


WEATHER = Weather()


def days_of(year: int, month: int) -> list[dt.date]:
    first = dt.date(year, month, 1)
    return [d for n in range(31) if (d := first + dt.timedelta(n)).month == month]


def write_weather(folder: Path) -> None:
    write_era5_land(folder, earth=WEATHER, first_year=2016, last_year=2016, spacing=10.0, seed=1)


def check_states(path: Path, year: int, month: int) -> None:
    """Compare the means of the days of a month, K."""
    with open_state(path) as dataset:
        found = check_range(dataset.load(), path)
    days = days_of(year, month)
    assert found["time"].values.astype("M8[D]").tolist() == days
    assert_places(found, NODE_LAT, NODE_LON)
    for name in ("t2m", "d2m"):
        np.testing.assert_allclose(found[name], WEATHER.on(name, days), atol=0.002)


def check_totals(path: Path, year: int, month: int) -> None:
    """Compare the totals of the days before those of a month: mm, mm upwards, W m-2."""
    with open_accumulation(path) as dataset:
        found = check_range(dataset.load(), path)
    days = [day - dt.timedelta(1) for day in days_of(year, month)]
    assert found["time"].values.astype("M8[D]").tolist() == days
    assert_places(found, NODE_LAT, NODE_LON)
    for name, field, within in (("tp", "tp", 1e-4), ("e", "evap", 1e-4), ("ssrd", "ssrd", 0.01)):
        np.testing.assert_allclose(found[name], WEATHER.on(field, days), atol=within)
    assert float(found["tp"].min()) >= 0
    assert float(found["ssrd"].min()) >= 0


def vapour_pressure(kelvin: np.ndarray) -> np.ndarray:
    """Return the saturation vapour pressure, hPa, by another formula (Bolton 1980, eq. 10)."""
    celsius = kelvin - 273.15
    return 6.112 * np.exp(17.67 * celsius / (celsius + 243.5))


def check_steps(folder: Path) -> None:
    """Compare means over the steps of a leap year: days 1-8, 9-16, ... and the last six."""
    name = "era5_land_{}_{}_{:02d}.nc".format
    state = [folder / name("daily_mean", 2016, month) for month in range(1, 13)]
    totals = [folder / name("accum", 2016, month) for month in range(1, 13)]
    totals.append(folder / name("accum", 2017, 1))
    with open_daily_weather(2016, state=state, totals=totals) as weather:
        found = weather.step_means(MODIS_8DAY, slice(None))
    days = [dt.date(2016, 1, 1) + dt.timedelta(n) for n in range(366)]
    fields = {key: WEATHER.on(key, days) for key in WEATHER.fields}
    fields["vpd"] = vapour_pressure(fields["t2m"]) - vapour_pressure(fields["d2m"])
    starts, length = np.arange(0, 366, 8), np.array([8] * 45 + [6])[:, None, None]
    for name, key in (
        ("T2M", "t2m"),
        ("SSRD", "ssrd"),
        ("TP", "tp"),
        ("E", "evap"),
        ("VPD", "vpd"),
    ):
        expected = np.add.reduceat(fields[key], starts, axis=0) / length
        within = {"rtol": 0.02} if name == "VPD" else {"atol": 0.01}
        np.testing.assert_allclose(found[..., VARIABLES.index(name)], expected, **within)


# Land cover: percent with hyphens on quarter cells, IGBP codes with water 17, Beck's codes.


def write_cover(folder: Path) -> None:
    write_land_cover(
        folder, folder, grid=GRID, sites=TOWERS, cell=CELL, first_year=2015, last_year=2016,
        seed=1, parts=TRUE_VIEWS,
    )  # fmt: skip


def check_fractions(folder: Path, year: int) -> None:
    """Compare cover fractions, known to a percent; the sea is water."""
    name = f"ESACCI-LC-L4-PFT-Map-300m-P1Y-{year}-v2.0.8"
    found = read_pft_grid(folder / f"{name}.nc", cell=CELL)
    assert_places(found)
    truth = GRID["pft"].sel(year=year).transpose("pft_class", "lat", "lon")
    sea = xr.DataArray([float(pft == "WATER") for pft in PFTS], {"pft_class": list(PFTS)})
    truth = truth.fillna(sea)
    for pft in PFTS:
        seen, true = found.sel(pft_class=pft), truth.sel(pft_class=pft)
        np.testing.assert_allclose(seen, true, atol=0.012, err_msg=pft)
    towers = read_pft_sites(folder / f"sites_{name}.csv")
    assert towers["site"].tolist() == SITE_NAMES
    true = TOWERS["pft"].sel(year=year).transpose("site", "pft_class").values
    np.testing.assert_allclose(towers[list(PFTS)], true, atol=0.012)


def check_classes(folder: Path, year: int) -> None:
    """Compare IGBP codes, which are exact here, and what a model reads of them."""
    found = read_igbp_grid(folder / f"MCD12Q1.061_{year}.nc")
    assert_places(found)
    truth = GRID["igbp"].sel(year=year).fillna(17).values.astype(int)
    np.testing.assert_array_equal(found, truth)
    towers = read_igbp_sites(folder / f"sites_MCD12Q1.061_{year}.csv", year)
    assert towers["igbp_code"].tolist() == list(range(1, 13))
    ones = encode_igbp_codes(found.values)
    assert ones.sum(axis=-1).min() == 1
    names = np.array(IGBP)[ones.argmax(axis=-1)]
    assert (names == np.array(IGBP)[truth - 1]).all()
    assert (names[:, 8:] == "WAT").all()


class Climates:
    """An Earth with all climates in bands, sea in the east and south of 60 S."""

    def is_land(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return (lon < 100) & (lat > -60)

    def koppen(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return (np.floor((90 - lat) / 5) + 3 * np.floor((lon + 180) / 20)).astype(int) % 30 + 1


def write_climates(folder: Path) -> None:
    write_koppen(folder / "koppen_geiger_0p1.tif", earth=Climates())


def check_climates(path: Path) -> None:
    """Compare codes and main classes, exactly."""
    found = read_koppen(path)
    lat, lon = 90 - 0.5 * (np.arange(360) + 0.5), -180 + 0.5 * (np.arange(720) + 0.5)
    assert_places(found, lat, lon)
    places = np.meshgrid(lat, lon, indexing="ij")
    truth = np.where(Climates().is_land(*places), Climates().koppen(*places), 0)
    np.testing.assert_array_equal(found, truth)
    names = np.array(["", *CLIMATES])[main_climate(found.values)]
    expected = np.array(["", *(MAIN[name[0]] for name in BECK)])[truth]
    np.testing.assert_array_equal(names, expected)


# Fluorescence: soundings, day-length corrected, half hidden below a cloud.


def glow() -> xr.Dataset:
    """Return fluorescence of a month, another in every cell; the eastern third is sea."""
    sif = rng(9).uniform(0.3, 3.0, (2, 6, 12))
    sif[..., 8:] = np.nan
    cloud = np.full((1, 46, 6, 12), CLOUDY)
    time = np.array(["2018-06-01", "2018-07-01"], "M8[ns]")
    return xr.Dataset(
        {"sif": (("time", "lat", "lon"), sif), "cloud": (("year", "step", "lat", "lon"), cloud)},
        coords={"time": time, "year": [2018], "lat": LAT, "lon": LON},
    )


GLOW = glow()


def write_soundings(folder: Path) -> None:
    first, last = SIF_DAYS
    write_tropomi_sif(folder, grid=GLOW, first_day=first, last_day=last, every_days=4, seed=1)


def check_soundings(folder: Path) -> None:
    """Compare soundings with the cell below them: error 0.4 (1 + cloud)."""
    paths = sorted(folder.glob("TROPOSIF_L2B_*.nc"))
    table = pd.concat([read_sif_day(path) for path in paths])
    assert len(paths) == 6
    assert len(table) > 500
    assert table["cloud_fraction"].between(0, 0.8).all()
    row = np.floor((90 - table["lat"]) / CELL).astype(int).clip(0, 5)
    column = np.floor((table["lon"] + 180) / CELL).astype(int) % 12
    true = GLOW["sif"].values[0][row, column]
    assert np.isfinite(true).all()  # no sounding over the sea
    expected = true * (1 - 0.5 * table["cloud_fraction"])
    error = (table["sif"] - expected) / (0.4 * (1 + table["cloud_fraction"]))
    assert abs(error.mean()) < 0.15
    assert 0.9 < error.std() < 1.1
