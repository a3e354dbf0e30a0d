"""Small XCO2 tables and maps, as the figures draw them: like a run of 4-degree cells."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.archives.continents import CONTINENTS
from carbonscape.columns.evaluation.crossval import (
    XCO2_FIG05,
    XCO2_FIG05_SCORES,
    XCO2_VALIDATION,
)
from carbonscape.columns.evaluation.kernel_scores import XCO2_KERNEL_SITES
from carbonscape.columns.evaluation.skill import BASELINES, density, scores_with_line
from carbonscape.columns.evaluation.truth import XCO2_TRUTH_SCORES
from carbonscape.columns.evaluation.truth_gap import XCO2_TRUTH_GAP
from carbonscape.columns.tables import TCCON_PAIRS, TCCON_SITES
from carbonscape.evaluation.seasons import season_of
from helpers.synthetic_maps import grid

SHOWN = "at_bilstm-none"
DAYS = ("2018-01-20", "2021-12-04")

#: The 23 sites of the paper's table 1, with Lamont and Lauder where they are.
SITES = {
    "saga01": (33.24, 130.29), "xianghe01": (39.80, 116.96), "burgos01": (18.53, 120.65),
    "harwell01": (51.57, -1.32), "bremen01": (53.10, 8.85), "tsukuba02": (36.05, 140.12),
    "lauder03": (-45.04, 169.68), "edwards01": (34.96, -117.88), "nicosia01": (35.14, 33.38),
    "izana01": (28.31, -16.5), "orleans01": (47.96, 2.11), "hefei01": (31.90, 119.17),
    "easttroutlake01": (54.35, -104.99), "karlsruhe01": (49.10, 8.44), "paris01": (48.85, 2.36),
    "garmisch01": (47.48, 11.06), "rikubetsu01": (43.46, 143.77), "lamont01": (36.60, -97.49),
    "reunion01": (-20.90, 55.48), "darwin01": (-12.46, 130.93), "wollongong01": (-34.41, 150.88),
    "manaus01": (-3.21, -60.60), "parkfalls01": (45.94, -90.27),
}  # fmt: skip


def column(year: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """XCO2 of a decimal year and a latitude: growth, gradient and season, ppm."""
    season = 3.0 * np.sin(2 * np.pi * (year - 0.05)) * np.clip(np.sin(np.radians(lat)), -0.1, 1)
    return 400 + 2.35 * (year - 2015) + 1.6 * np.sin(np.radians(lat)) + season


def footprints(days=DAYS) -> pd.DataFrame:
    """Good soundings of one day of each instrument: narrow tracks with gaps."""
    random = np.random.default_rng(1)
    parts = []
    for day, instrument in zip(days, ("oco2", "oco3"), strict=False):
        at = random.uniform(0, 15, 3000)  # orbits since the start of the day
        top = 80 if instrument == "oco2" else 51
        lat = top * np.sin(2 * np.pi * at)
        lon = (150 - 24.7 * at + 12 * np.cos(2 * np.pi * at)) % 360 - 180
        year = int(day[:4]) + (int(day[5:7]) - 0.5) / 12
        xco2 = column(np.full(lat.shape, year), lat) + random.normal(0, 0.8, lat.size)
        table = pd.DataFrame({"day": day, "instrument": instrument, "lat": lat, "lon": lon})
        parts.append(table.assign(xco2=xco2)[np.floor(40 * at) % 3 > 0])
    empty = pd.DataFrame(columns=["day", "instrument", "lat", "lon", "xco2"])
    return pd.concat(parts, ignore_index=True) if parts else empty.astype({"xco2": float})


def tccon_sites(count: int = 23) -> pd.DataFrame:
    """The first ``count`` sites of table 1."""
    names = list(SITES)[:count]
    table = pd.DataFrame({"site": names, "name": [name.capitalize() for name in names]})
    table["lat"], table["lon"] = zip(*(SITES[name] for name in names), strict=True)
    table["version"] = ["GGG2020" if at % 4 else "GGG2014" for at in range(count)]
    table = table.assign(scale="x2007", first_month="2014-12", last_month="2021-06")
    table = table.assign(spectra=5000, file=[f"{name[:2]}.public.qc.nc" for name in names])
    return TCCON_SITES.check(table, "test")


@functools.cache
def series(count: int = 23, *, first: int = 2014 * 12 + 11, last: int = 2021 * 12 + 11):
    """TCCON, OCO and the product at sites; months are missing, of TCCON whole years too."""
    random = np.random.default_rng(2)
    rows = []
    for site, (lat, _) in list(SITES.items())[:count]:
        starts = first if site == "saga01" else first + int(random.integers(0, 20))
        for index in range(starts, last + 1):
            year, month = divmod(index, 12)
            true = column(year + (month + 0.5) / 12, lat)
            tccon, oco, product = true + random.normal(0, (0.6, 1.4, 0.9))
            if random.random() < 0.25 or year == 2018:
                tccon = np.nan
            rows.append((site, year, month + 1, tccon, oco, product))
            if random.random() < 0.6:
                rows[-1] = (*rows[-1][:4], np.nan, product)
    return pd.DataFrame(rows, columns=["site", "year", "month", "tccon", "oco", "product"])


@functools.cache
def pairs(count: int = 23) -> pd.DataFrame:
    """TCCON_PAIRS of OCO and of the shown product."""
    parts = []
    for product, name in (("oco", "oco"), (SHOWN, "product")):
        table = series(count).dropna(subset=["tccon", name])
        table = table.rename(columns={"tccon": "observed"}).assign(product_=product)
        table["predicted"], table["soundings"] = table[name], table["oco"].notna().astype(int)
        parts.append(table.drop(columns="product").rename(columns={"product_": "product"}))
    table = pd.concat(parts).assign(distance_km=40.0)
    table["in_sample"] = (table["soundings"] > 0) & (table["month"] % 2 == 0)
    return TCCON_PAIRS.check(table[TCCON_PAIRS.names], "test")


def site_scores(count: int = 23) -> pd.DataFrame:
    groups = pairs(count).groupby(["product", "site"])
    rows = [
        {"product": product, "site": site, **scores_with_line(rows["observed"], rows["predicted"])}
        for (product, site), rows in groups
    ]
    return pd.DataFrame(rows)


def pooled(count: int = 23) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Density and scores of figure 6."""
    bins, scores = [], []
    for name, rows in pairs(count).groupby("product"):
        both = rows["observed"], rows["predicted"]
        bins.append(density(*both).assign(dataset=name))
        scores.append({"dataset": name, **scores_with_line(*both)})
    return pd.concat(bins, ignore_index=True), pd.DataFrame(scores)


def seasons(names=("DJF", "MAM", "JJA", "SON")) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Density and scores of figure 5."""
    random = np.random.default_rng(3)
    month = random.integers(1, 13, 20000)
    year = random.integers(2015, 2022, month.size) + (month - 0.5) / 12
    observed = column(year, random.uniform(-50, 75, month.size)) + random.normal(0, 0.5, month.size)
    predicted = observed.mean() + 0.93 * (observed - observed.mean())
    predicted += random.normal(0, 0.9, month.size)
    bins, scores = [], []
    for name in names:
        both = observed[season_of(month) == name], predicted[season_of(month) == name]
        bins.append(density(*both).assign(season=name))
        scores.append({"season": name, **scores_with_line(*both)})
    empty = pd.DataFrame(columns=XCO2_FIG05.names)
    return (
        XCO2_FIG05.check(pd.concat(bins) if bins else empty, "test"),
        XCO2_FIG05_SCORES.check(pd.DataFrame(scores, columns=XCO2_FIG05_SCORES.names), "test"),
    )


def land_mask(cell: float) -> np.ndarray:
    """A coarse land of the true globe's rough places, (lat, lon)."""
    cells = grid(cell)
    lon, lat = np.meshgrid(cells["lon"], cells["lat"])
    land = (np.abs(lon + 100) < 40) & (lat > 15) & (lat < 75)
    land |= (np.abs(lon + 60) < 15) & (lat > -50) & (lat < 10)
    land |= (np.abs(lon - 70) < 75) & (lat > 8) & (lat < 75)
    land |= (np.abs(lon - 18) < 25) & (lat > -35) & (lat <= 35)
    return land | ((np.abs(lon - 134) < 20) & (lat > -40) & (lat < -12))


def annual(years=range(2015, 2022), *, cell: float = 4.0) -> xr.Dataset:
    """Annual means of the product (all land) and of OCO (some of it)."""
    random = np.random.default_rng(4)
    cells, land = grid(cell), land_mask(cell)
    lon, lat = np.meshgrid(cells["lon"], cells["lat"])
    years = list(years)
    base = [
        column(np.full(lat.shape, year + 0.5), lat) + np.exp(-((lon - 115) ** 2) / 200)
        for year in years
    ]
    product = np.array([np.where(land, field, np.nan) for field in base]).reshape(-1, *land.shape)
    oco = product + random.normal(0, 0.7, product.shape)
    oco[random.random(product.shape) < 0.35] = np.nan
    dims = ("year", "lat", "lon")
    return cells.assign(product=(dims, product), oco=(dims, oco)).assign_coords(year=years)


def trend(years=range(2015, 2022)) -> xr.Dataset:
    maps = annual(years)
    rise = 2.35 + 0.2 * np.cos(np.radians(3 * maps["lat"])) + 0 * maps["product"].mean("year")
    if len(maps["year"]) < 2:
        rise = rise * np.nan
    half = xr.where(maps["lon"] < 0, 0.1, 4.0) if len(maps["year"]) > 4 else np.nan
    ends = {f"{name}_low": middle - half for name, middle in (("trend", rise), ("apart", rise - 2))}
    ends |= {name.replace("low", "high"): low + 2 * half for name, low in ends.items()}
    return maps.drop_dims("year").assign(mean7=maps["product"].mean("year"), trend=rise, **ends)


def anomaly(years=range(2015, 2022)) -> xr.Dataset:
    maps = annual(years)
    departure = maps["product"] - maps["product"].median(("lat", "lon"))
    ways = {"north_of_60s": departure, "median": departure + 0.5, "area_weighted": departure}
    return maps.assign(ways).assign_attrs(shown="north_of_60s")


def validation(
    schemes=("sample", "spatial", "temporal", "transfer"),
    inputs=("none", "background_anomaly"),
    models=("at_bilstm", "mlp", "lstm", "random_forest", "xgboost"),
) -> pd.DataFrame:
    """Scores of every scheme; a model without the time fails where years are held out."""
    rows = []
    base = {"sample": 0.92, "spatial": 0.9, "temporal": 0.86, "transfer": 0.2}
    for scheme in schemes:
        cells = [*itertools.product(models, inputs), *((name, "none") for name in BASELINES)]
        for at, (model, time_input) in enumerate(cells):
            r2 = base[scheme] - 0.03 * at / len(cells)
            if time_input == "none" and scheme in ("temporal", "transfer"):
                r2 -= 0.0 if model in BASELINES else 1.1
            rows.append(
                {"scheme": scheme, "time_input": time_input, "model": model, "samples": 20123,
                 "r2": r2, "rmse": 5 * np.sqrt(1 - r2), "mae": 0.8, "bias": 0.0,
                 "r2_trend": 0.78 if scheme != "transfer" else 0.1, "trend_share": 0.85,
                 "r2_detrended": 1 - (1 - r2) * 4.5, "baseline": BASELINES[0],
                 "baseline_rmse": 1.4, "skill": 0.1,
                 "beats_baseline": scheme == "sample" and at < 4}
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=XCO2_VALIDATION.names)
    return XCO2_VALIDATION.check(table, "test")


def kernel_sites() -> pd.DataFrame:
    """Differences of both instruments from spectra; the first sites have no kernels."""
    random = np.random.default_rng(8)
    rows = [
        (instrument, site, 9, gap, np.nan if at < 2 else gap - 0.1)
        for at, site in enumerate(sorted(SITES))
        for instrument, gap in zip(("oco2", "oco3"), random.normal(0, 0.4, 2), strict=True)
    ]
    return XCO2_KERNEL_SITES.check(pd.DataFrame(rows, columns=XCO2_KERNEL_SITES.names), "test")


def beside_egg4() -> xr.Dataset:
    """Differences of a map from the reanalysis."""
    random = np.random.default_rng(9)
    maps = annual((2015,))
    there = np.isfinite(maps["product"].isel(year=0, drop=True).values)
    for name, values in (("difference", random.normal(0, 0.6, there.shape)),
                         ("rmse", random.gamma(9, 0.12, there.shape))):  # fmt: skip
        maps[name] = (("lat", "lon"), np.where(there, values, np.nan))
    return maps.assign_attrs(first_month="2014-12", last_month="2020-12")


def truth(products=(SHOWN, "at_bilstm-background_anomaly", "latitude_month_year-none")):
    """Map, scores and gap of the comparison with the truth."""
    random = np.random.default_rng(5)
    maps = annual((2015,))
    there = np.isfinite(maps["product"].isel(year=0, drop=True).values)
    fields = {
        "bias": random.normal(-0.1, 0.5, there.shape),
        "rmse": random.gamma(9, 0.12, there.shape),
        "correlation": np.clip(random.normal(0.3, 0.3, there.shape), -1, 1),
    }
    for name, values in fields.items():
        maps[name] = (("lat", "lon"), np.where(there, values, np.nan))
    groups = [("global", "all"), *(("season", name) for name in ("DJF", "MAM", "JJA", "SON"))]
    groups += [("tropomi", "observed"), ("tropomi", "climatology"), ("year", "2015")]
    groups += [("continent", name) for name in CONTINENTS]
    rows = []
    for at, (product, (scope, group)) in enumerate(itertools.product(products, groups)):
        rmse = 0.9 + 0.3 * products.index(product) + 0.02 * (at % 7)
        row = {"product": product, "scope": scope, "group": group, "samples": 9000, "r2": 0.9}
        row |= {"rmse": rmse, "mae": 0.7, "bias": 0.0, "r2_trend": 0.8, "trend_share": 0.9}
        row |= {"r2_detrended": 1.6 - rmse - (1.5 if group == "South America" else 0)}
        row |= {"baseline": products[-1], "baseline_rmse": 1.2, "beats_baseline": rmse < 1.2}
        rows.append(row)
    scores = XCO2_TRUTH_SCORES.check(pd.DataFrame(rows), "test")
    steps = [
        {"product": product, "scheme": scheme, "samples": 9000, "r2": 0.9, "rmse": 1.1 + at / 20,
         "r2_detrended": 0.6, "rmse_truth": 0.9 + at / 20, "r2_detrended_truth": 0.7,
         "map_r2": 0.9, "map_rmse": 1.2 + at // 4 / 20, "map_r2_detrended": 0.6, "ratio": 1.2,
         "honest": False}
        for at, (product, scheme) in enumerate(
            itertools.product(products, ("sample", "spatial", "temporal", "transfer")))
    ]  # fmt: skip
    gap = pd.DataFrame(steps, columns=XCO2_TRUTH_GAP.names)
    return maps.drop_dims("year"), scores, XCO2_TRUTH_GAP.check(gap, "test")
