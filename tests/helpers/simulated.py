"""Makes small simulated Earths and tower archives for tests, and reads the files in them."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import xarray as xr

from carbonscape.simulate.earth import Earth, EarthSettings, simulate_grid
from carbonscape.simulate.files import Tower
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.sites import SitePlan, months_of, plans_of, simulate_sites
from carbonscape.simulate.towers import simulate_towers
from helpers import guards

GEOGRAPHY = guards.PROJECT / "resources" / "geography"
SITES, FIRST, LAST, SEED = 24, 2001, 2004, 7
NO_ERRORS = EarthParts(
    sensor_noise=False, flux_noise=False, partitioning_error=False, outliers=False, gaps=False
)


def settings(**options) -> EarthSettings:
    """Return the settings of a small Earth; options replace the usual ones."""
    usual = {"cell": 30.0, "first_year": FIRST, "last_year": LAST, "sites": SITES, "seed": SEED}
    return EarthSettings(**(usual | options))


@functools.cache
def geography() -> Geography:
    """Return the real maps, read once for all tests."""
    return Geography(GEOGRAPHY)


@functools.cache
def earth(**options) -> Earth:
    """Return a small Earth, made once for all tests."""
    return Earth(settings(**options), geography())


@functools.cache
def sites(**options) -> xr.Dataset:
    """Return the truth at the towers of a small Earth; not to be changed."""
    return simulate_sites(earth(**options))


@functools.cache
def grid(**options) -> xr.Dataset:
    """Return the truth of the cells of a small Earth; not to be changed."""
    return simulate_grid(earth(**options))


def build(folder: Path, *, parts: EarthParts | None = None, **options) -> list[Tower]:
    """Write an archive under a folder; options replace the usual settings."""
    bad, parts = options.pop("bad", None), parts or EarthParts()
    truth = sites(**options, parts=parts)
    seed = options.get("seed", SEED)
    return simulate_towers(folder / "archive", sites=truth, seed=seed, parts=parts, bad=bad)


def written(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under a folder by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def csv_files(folder: Path) -> dict[str, str]:
    """Return the text of every CSV of the bundle by 'zip/member' (or member alone, if loose)."""
    texts = {}
    with zipfile.ZipFile(folder / "archive" / "fluxnet2015.zip") as bundle:
        for name in bundle.namelist():
            content = bundle.read(name)
            if name.endswith(".csv"):
                texts[name] = content.decode()
                continue
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                texts |= {f"{name}/{n}": inner.read(n).decode() for n in inner.namelist()}
    return texts


def table(text: str) -> pd.DataFrame:
    """Return the table in the text of a FLUXNET file, missing values NaN."""
    return pd.read_csv(io.StringIO(text), na_values=["-9999"])


def monthly_fluxes(folder: Path) -> pd.DataFrame:
    """Return the up-to-date monthly fluxes of every site."""
    tables = []
    for name, text in csv_files(folder).items():
        if "SET_MM_" in name and not re.search(r"_(1-3|beta-2)\.csv", name):
            site = re.search(r"ZZ-...", name)
            tables.append(table(text).assign(site=site.group()))
    joined = pd.concat(tables)
    return joined.assign(year=joined["TIMESTAMP"] // 100, month=joined["TIMESTAMP"] % 100)


def tower(koppen: str, **options) -> tuple[SitePlan, pd.DataFrame]:
    """Return the plan and the true months of the first tower in a main climate (A-E).

    The tower is made to measure in all years and to have number 0.
    """
    truth = sites(**options)
    plan = next(plan for plan in plans_of(truth) if plan.koppen.startswith(koppen))
    years = truth["year"].values
    full = replace(plan, index=0, first_year=int(years[0]), last_year=int(years[-1]))
    return full, months_of(truth, plan)
