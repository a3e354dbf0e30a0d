"""Makes small simulated tower archives for tests, and reads the files in them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd

from carbonscape.simulate.earth import simulate_site
from carbonscape.simulate.files import Tower
from carbonscape.simulate.parts import TowerParts
from carbonscape.simulate.sites import REGIONS, SitePlan
from carbonscape.simulate.towers import simulate_towers

SITES, FIRST, LAST, SEED = 24, 2001, 2004, 7
REGION = {region.koppen: number for number, region in enumerate(REGIONS)}
NO_ERRORS = TowerParts(
    sensor_noise=False, flux_noise=False, partitioning_error=False, outliers=False, gaps=False
)


def build(folder: Path, **options) -> list[Tower]:
    """Write an archive and its truth under a folder; options replace the usual arguments."""
    arguments = {"sites": SITES, "first_year": FIRST, "last_year": LAST, "seed": SEED} | options
    return simulate_towers(
        folder / "archive", truth_path=folder / "truth" / "towers.csv", **arguments
    )


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


def plan(*, lat: float = 45.0, igbp: str = "DBF", koppen: str = "Dfb") -> SitePlan:
    """Return the plan of one tower: the first, in the last region of a Koppen class."""
    return SitePlan(0, "ZZ-Aa0", lat, 0.0, igbp, REGION[koppen], FIRST, LAST)


def simulate(where: SitePlan, **parts: bool) -> pd.DataFrame:
    """Return the truth at one tower, with some parts switched off."""
    return simulate_site(where, seed=SEED, parts=TowerParts(**parts))
