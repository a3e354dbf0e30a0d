"""Simulated predictors of XCO2 on a truth that is the same everywhere: raw images and files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import xarray as xr

from carbonscape.simulate import native
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.xco2_predictors import write_xco2_predictors

YEARS, SEED, CELL = [2015, 2016], 5, 10.0  # 2016 is a leap year
# Truth on cells of 30 degrees, rows from 75 N to 75 S: class of each column, the rest is sea.
CODES = np.full((6, 12), np.nan)
CODES[0, 5:7] = 10
CODES[1, 3:7], CODES[1, 9] = 5, 12
CODES[2, :8] = 9
CODES[3, 2], CODES[3, 3], CODES[3, 4], CODES[3, 5] = 2, 16, 13, 15
LAND = ~np.isnan(CODES)
GPP, LAI, LEAFY, TREES = 5.0, 2.0, 0.8, 0.4
NAMES = {
    "gpp": "MOD17A2H.006", "evi": "MOD13A2.061", "lst": "MOD11A1.061", "ndsi": "MOD10A1.061",
    "vcf": "MOD44B.061", "igbp": "MCD12Q1.061", "lights": "VCMSLCFG",
}  # fmt: skip
#: Image collections by the name of the product.
ASSETS = {
    "MOD17A2H.006": native.GPP, "MOD13A2.061": native.EVI, "MOD11A1.061": native.LST,
    "MOD10A1.061": native.SNOW, "MOD44B.061": native.TREES, "MCD12Q1.061": native.CLASSES,
    "VCMSLCFG": native.LIGHTS,
} | {f"S5P_L3_{gas}": f"COPERNICUS/S5P/OFFL/L3_{gas}" for gas in ("SO2", "NO2", "CO")}  # fmt: skip
BEGIN = {"so2": "2016-03", "no2": "2015-09", "co": "2015-09"}


def truth(years: list[int] = YEARS, cloud: float = 0.3) -> xr.Dataset:
    """Return a truth that is the same in every cell, month and year."""
    steps, months = (len(years), 46, 6, 12), 12 * len(years)
    pft = np.stack([np.full((6, 12), TREES), np.full((6, 12), 1 - TREES)])

    def on_land(shape: tuple[int, ...], value: float) -> np.ndarray:
        return np.where(LAND, np.full(shape, value), np.nan)

    return xr.Dataset(
        {
            "gpp": (("time", "lat", "lon"), on_land((months, 6, 12), GPP)),
            "lai": (("year", "step", "lat", "lon"), on_land(steps, LAI)),
            "cloud": (("year", "step", "lat", "lon"), on_land(steps, cloud)),
            "igbp": (("year", "lat", "lon"), np.stack([CODES] * len(years))),
            "pft": (
                ("year", "pft_class", "lat", "lon"),
                np.where(LAND, np.stack([pft] * len(years)), np.nan),
            ),
            "leafy": (("lat", "lon"), on_land((6, 12), LEAFY)),
            "land_share": (("lat", "lon"), np.ones((6, 12))),
        },
        coords={
            "time": np.arange(f"{years[0]}-01", f"{years[-1] + 1}-01", dtype="M8[M]").astype(
                "M8[ns]"
            ),
            "year": years,
            "lat": 75.0 - 30 * np.arange(6),
            "lon": -165.0 + 30 * np.arange(12),
            "pft_class": ["TREES-BE", "GRASS-NAT"],
        },
    )


class Earth:
    """A world of which all rows but the northernmost are at 300 K; there it is 260 K and snows.

    Days of an even ordinal are clear and bright, the others overcast.
    """

    def __init__(self, seed: int = SEED, *, switches: bool = True) -> None:
        names = ("clouds", "missing_composites", "cover_views")
        parts = SimpleNamespace(**dict.fromkeys(names, switches))
        self.settings = SimpleNamespace(seed=seed, parts=parts)

    def weather(self, lat: np.ndarray, lon: np.ndarray, first: int, last: int) -> dict:
        ordinal = np.arange(dt.date(first, 1, 1).toordinal(), dt.date(last + 1, 1, 1).toordinal())
        north = np.broadcast_to((lat > 60)[:, None], (len(lat), len(ordinal)))
        overcast = ordinal % 2 == 1
        return {
            "t2m": np.where(north, 260.0, 300.0).astype("float32"),
            "ssrd": np.where(overcast, 40.0, 260.0).astype("float32") * np.ones_like(north),
            "tp": np.full(north.shape, 2.0, "float32"),
        }


def files(folder: Path, years: list[int] = YEARS) -> dict[str, list[Path]]:
    found = {key: [folder / f"{name}_{year}.nc" for year in years] for key, name in NAMES.items()}
    found["gases"] = [
        folder / f"S5P_L3_{gas.upper()}_{year}.nc"
        for year in years
        for gas in BEGIN
        if year >= int(BEGIN[gas][:4])
    ]
    return found


def archive(*, earth: Earth | None = None, cloud: float = 0.3, pixels: int = 1) -> NativeArchive:
    """Return the images; by default a pixel is a cell."""
    earth = earth or Earth()
    return NativeArchive(
        truth(cloud=cloud), cell=CELL, seed=earth.settings.seed, parts=earth.settings.parts,
        pixels=pixels, earth=earth, gases_first=BEGIN,
    )  # fmt: skip


def seen(images: NativeArchive, product: str, year: int) -> dict[str, np.ndarray]:
    """Return the bands (image, row, column) of a year of a product, and its ``days``."""
    first, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    found = list(images.images(ASSETS[product], first, end))
    bands = {name: np.stack([image.bands[name] for image in found]) for name in found[0].bands}
    return bands | {"days": [image.start for image in found]}


def write(folder: Path, *, earth: Earth | None = None, cloud: float = 0.3, **options) -> Path:
    usual = {"cell": CELL, "years": YEARS, "gases_first": BEGIN, "last_month": "2016-10"}
    made = {"earth": earth or Earth(), "grid": truth(cloud=cloud)}
    write_xco2_predictors(files(folder), **made, **usual | options)
    return folder


def read(path: Path) -> dict[str, np.ndarray]:
    with netCDF4.Dataset(path) as data:
        data.set_auto_maskandscale(False)
        return {name: data[name][...] for name in data.variables}


def days_of(path: Path) -> list[dt.date]:
    return [dt.date(2000, 1, 1) + dt.timedelta(days=int(n)) for n in read(path)["time"]]


def is_clear(days: list[dt.date]) -> np.ndarray:
    """Say which days are clear in the world of ``Earth``."""
    return np.array([day.toordinal() % 2 == 0 for day in days])


def on_fine(field: np.ndarray) -> np.ndarray:
    """Return a field (6, 12) on the cells of 10 degrees, of which 3 by 3 lie in each."""
    return field.repeat(3, axis=0).repeat(3, axis=1)


def bits(values: np.ndarray, first: int, count: int) -> np.ndarray:
    return (values >> first) & (2**count - 1)


FINE = on_fine(LAND)
