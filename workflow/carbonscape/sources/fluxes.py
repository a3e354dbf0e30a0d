"""Where the native files of the gridded archives lie below the folder of raw data.

Only small modules are used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from carbonscape.core.errors import InputError

#: Sources of the gridded experiment: what they are, and where they come from.
SOURCES = {
    "modis_lai": "MOD15A2H.061 leaf area index and FPAR, 8 days (Earth Engine)",
    "era5_land": "ERA5-Land daily means and totals (Copernicus Climate Data Store)",
    "esa_cci_pft": "ESA-CCI plant functional types v2.0.8, yearly (CEDA)",
    "mcd12q1": "MCD12Q1.061 IGBP classes, yearly (Earth Engine)",
    "koppen": "Koppen-Geiger map of Beck et al. 2023, koppen_geiger_0p1.tif (gloh2o.org)",
    "tropomi_sif": "TROPOSIF L2B, at least one day of every month (data-portal.s5p-pal.com)",
    "fluxnet2015": "FLUXNET2015 monthly files, site list (fluxnet.org; config key 'towers')",
}


@dataclass(frozen=True)
class RawFiles:
    """Paths of the native files below one folder.

    Attributes:
        root: the folder of raw data of an archive.
    """

    root: Path

    def leaf_grid(self, year: int) -> str:
        """MOD15A2H composites of a year on the product's grid."""
        return str(self.root / "modis_lai" / f"MOD15A2H.061_{year}.nc")

    def leaf_sites(self, year: int) -> str:
        """MOD15A2H composites of a year at the towers."""
        return str(self.root / "modis_lai" / f"sites_MOD15A2H.061_{year}.csv")

    def weather_state(self, year: int, month: int) -> str:
        """Daily means of ERA5-Land of a month."""
        return str(self.root / "era5_land" / f"era5_land_daily_mean_{year}_{month:02d}.nc")

    def weather_totals(self, year: int, month: int) -> str:
        """Accumulations of ERA5-Land stamped in a month."""
        return str(self.root / "era5_land" / f"era5_land_accum_{year}_{month:02d}.nc")

    def weather_of_year(self, year: int) -> tuple[list[str], list[str]]:
        """Means and totals of a year; the last day's total is stamped in the next January."""
        months = range(1, 13)
        totals = [self.weather_totals(year, month) for month in months]
        return (
            [self.weather_state(year, month) for month in months],
            [*totals, self.weather_totals(year + 1, 1)],
        )

    def esa_cci_grid(self, year: int) -> str:
        """ESA-CCI fractions of a year at their own resolution."""
        return str(self.root / "esa_cci_pft" / f"ESACCI-LC-L4-PFT-Map-300m-P1Y-{year}-v2.0.8.nc")

    def esa_cci_sites(self, year: int) -> str:
        """ESA-CCI fractions of a year around the towers."""
        name = f"sites_ESACCI-LC-L4-PFT-Map-300m-P1Y-{year}-v2.0.8.csv"
        return str(self.root / "esa_cci_pft" / name)

    def igbp_grid(self, year: int) -> str:
        """MCD12Q1 classes of a year on the product's grid."""
        return str(self.root / "mcd12q1" / f"MCD12Q1.061_{year}.nc")

    def igbp_sites(self, year: int) -> str:
        """MCD12Q1 classes of a year at the towers."""
        return str(self.root / "mcd12q1" / f"sites_MCD12Q1.061_{year}.csv")

    def koppen(self) -> str:
        """Koppen-Geiger map."""
        return str(self.root / "koppen" / "koppen_geiger_0p1.tif")

    def sif_day(self, day: str) -> str:
        """TROPOSIF soundings of a day (YYYY-MM-DD)."""
        return str(self.root / "tropomi_sif" / f"TROPOSIF_L2B_{day}.nc")

    def sif_days(self, months: Sequence[str], *, every_days: int) -> list[str]:
        """TROPOSIF soundings of every n-th day, from the first of the first month on."""
        day, paths = dt.date.fromisoformat(f"{months[0]}-01"), []
        while f"{day:%Y-%m}" <= months[-1]:
            paths.append(self.sif_day(day.isoformat()))
            day += dt.timedelta(days=every_days)
        return paths

    def sif_found(self, months: Sequence[str]) -> list[str]:
        """TROPOSIF soundings of all days that exist; of a month without any, its first day.

        Which days the archive lacks is not known beforehand: a run uses those that are there.
        """
        named = re.compile(r"TROPOSIF_L2B_(\d{4}-\d\d)-\d\d\.nc")
        found: dict[str, list[str]] = {month: [] for month in months}
        for path in sorted((self.root / "tropomi_sif").glob("TROPOSIF_L2B_*.nc")):
            match = named.fullmatch(path.name)
            if match and match[1] in found:
                found[match[1]].append(str(path))
        return [
            path for month, days in found.items() for path in days or [self.sif_day(f"{month}-01")]
        ]

    def of_source(
        self,
        source: str,
        *,
        years: Sequence[int],
        cover_years: Sequence[int],
        sif_months: Sequence[str] = (),
    ) -> list[str]:
        """Return every file of a source that a run needs."""
        if source == "tropomi_sif":
            return self.sif_found(sif_months)
        if source == "modis_lai":
            return [f(year) for year in years for f in (self.leaf_grid, self.leaf_sites)]
        if source == "era5_land":
            found = {path for y in years for part in self.weather_of_year(y) for path in part}
            return sorted(found)
        if source == "esa_cci_pft":
            return [f(y) for y in cover_years for f in (self.esa_cci_grid, self.esa_cci_sites)]
        if source == "mcd12q1":
            return [f(y) for y in cover_years for f in (self.igbp_grid, self.igbp_sites)]
        return [self.koppen()] if source == "koppen" else []


def require_files(
    source: str,
    *,
    root: str,
    years: Sequence[int],
    cover_years: Sequence[int],
    sif_months: Sequence[str] = (),
) -> None:
    """Refuse a run whose native files are absent, and say which and where they come from.

    Raises:
        InputError: always; the workflow asks only where a file is absent.
    """
    if source == "fluxnet2015":
        raise InputError(
            "config key 'towers' is not set: give the folder that holds the FLUXNET2015 monthly "
            "files and the site list (a manual download from fluxnet.org after login), for "
            "example --config towers=/data/fluxnet2015."
        )
    files = RawFiles(Path(root)).of_source(
        source, years=years, cover_years=cover_years, sif_months=sif_months
    )
    absent = [path for path in files if not Path(path).is_file()]
    if not absent:
        raise InputError(
            f"all files of {source} are there now; run the same command again, which will use them."
        )
    raise InputError(
        f"{len(absent)} of {len(files)} files of {SOURCES[source]} are absent below '{root}' "
        f"(config key 'raw'); the first is {absent[0]}. This version does not download them: "
        "docs/readers.md says what each file must hold; put them there and run again."
    )
