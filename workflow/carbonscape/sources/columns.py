"""Where the native files of the XCO2 road lie below the folder of raw data.

Only small modules are used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError
from carbonscape.core.months import months_between, shift_month

#: Sources of the XCO2 road: what they are, and where they come from.
SOURCES = {
    "oco2": "OCO2_L2_Lite_FP soundings (GES DISC, Earthdata Login)",
    "oco3": "OCO3_L2_Lite_FP soundings (GES DISC, Earthdata Login)",
    "tccon": "TCCON public netCDF files (tccondata.org)",
    "xco2_grid": (
        "MOD17A2H, MOD13A2, MOD11A1, MOD10A1, MOD44B, MCD12Q1, night lights and TROPOMI gases on "
        "the XCO2 grid (Earth Engine)"
    ),
    "era5_land_monthly": "ERA5-Land monthly means (Copernicus Climate Data Store)",
    "egg4": "CAMS-EGG4 monthly column CO2 (Copernicus Atmosphere Data Store)",
}

#: Short names of the yearly files on the XCO2 grid and the products they hold.
YEARLY = {
    "gpp": "MOD17A2H.006",
    "evi": "MOD13A2.061",
    "lst": "MOD11A1.061",
    "ndsi": "MOD10A1.061",
    "vcf": "MOD44B.061",
    "igbp": "MCD12Q1.061",
    "lights": "VCMSLCFG",
}

#: Gases of TROPOMI by their keys in the configuration.
GASES = {"so2": "SO2", "no2": "NO2", "co": "CO"}

#: Last year of CAMS-EGG4.
EGG4_LAST_YEAR = 2020

#: Builds in the names of simulated granules: OCO-2 version 11r, OCO-3 version 10.4r.
_BUILDS = {"oco2": "B11014Ar", "oco3": "B10400Br"}

_GRANULE = re.compile(r"oco[23]_LtCO2_(\d\d)(\d\d)(\d\d)_B\w+_\d+s\.nc4")
_TCCON = re.compile(r"[a-z]{2}\d{8}_\d{8}\.(public|private)(\.qc)?\.nc")


@dataclass(frozen=True)
class Span:
    """The months of a run.

    Attributes:
        first_month, last_month: of the maps and soundings, YYYY-MM.
        steps: months of a window.
        window: ``trailing`` or ``centred``.
    """

    first_month: str
    last_month: str
    steps: int
    window: str

    @classmethod
    def of(cls, xco2: Mapping[str, Any]) -> Span:
        """Return the months of a configuration's section ``xco2``."""
        features = xco2["features"]
        return cls(xco2["first_month"], xco2["last_month"], features["steps"], features["window"])

    @property
    def months(self) -> list[str]:
        """Months of the maps."""
        return months_between(self.first_month, self.last_month)

    @property
    def feature_months(self) -> list[str]:
        """Months of the predictors, from the first month of the first window on."""
        after = self.steps // 2 if self.window == "centred" else 0
        before = self.steps - 1 - after
        first, last = shift_month(self.first_month, -before), shift_month(self.last_month, after)
        return months_between(first, last)

    @property
    def years(self) -> list[int]:
        """Years of the maps."""
        return sorted({int(month[:4]) for month in self.months})

    @property
    def feature_years(self) -> list[int]:
        """Years of the predictors."""
        return sorted({int(month[:4]) for month in self.feature_months})


@dataclass(frozen=True)
class XCO2Files:
    """Paths of the native files of the XCO2 road below one folder.

    Attributes:
        root: the folder of raw data of an archive.
        lights: ``vcmslcfg`` or ``vnp46a2``.
    """

    root: Path
    lights: str = "vcmslcfg"

    def yearly(self, name: str, year: int) -> str:
        """One of ``YEARLY`` on the XCO2 grid."""
        product = "VNP46A2" if (name, self.lights) == ("lights", "vnp46a2") else YEARLY[name]
        return str(self.root / "xco2_grid" / f"{product}_{year}.nc")

    def gases(self, years: Sequence[int], first_month: Mapping[str, str]) -> list[str]:
        """Files of the gases that TROPOMI has in these years, by its first months."""
        folder = self.root / "xco2_grid"
        return [
            str(folder / f"S5P_L3_{GASES[gas]}_{year}.nc")
            for year in years
            for gas in GASES
            if year >= int(first_month[gas][:4])
        ]

    def weather(self, year: int) -> str:
        """Monthly means of ERA5-Land of a year."""
        return str(self.root / "era5_land_monthly" / f"era5_land_monthly_{year}.nc")

    def egg4(self, years: Sequence[int]) -> list[str]:
        """CAMS-EGG4 of those of the years that it has."""
        folder = self.root / "egg4"
        return [str(folder / f"egg4_{year}.nc") for year in years if year <= EGG4_LAST_YEAR]

    def granule(self, instrument: str, day: dt.date) -> str:
        """Name of a simulated granule."""
        name = f"{instrument}_LtCO2_{day:%y%m%d}_{_BUILDS[instrument]}_{day:%y%m%d}120000s.nc4"
        return str(self.root / instrument / name)

    def granules(
        self, instrument: str, months: Sequence[str], *, every_days: int, also: Sequence[str] = ()
    ) -> list[str]:
        """Simulated granules of every n-th day of the months, and of some days beside."""
        first = dt.date.fromisoformat(f"{months[0]}-01")
        end = dt.date.fromisoformat(f"{shift_month(months[-1], 1)}-01")
        days = {first + dt.timedelta(days=n) for n in range(0, (end - first).days, every_days)}
        days |= {day for day in map(dt.date.fromisoformat, also) if first <= day < end}
        return [self.granule(instrument, day) for day in sorted(days)]

    def granules_found(self, instrument: str, months: Sequence[str]) -> list[str]:
        """Granules of the months that are there; the name of one that is not, where none is.

        Which days the archive lacks is not known beforehand: a run uses those that are there.
        """
        found = [
            str(path)
            for path in sorted((self.root / instrument).glob(f"{instrument}_LtCO2_*.nc4"))
            if (match := _GRANULE.fullmatch(path.name))
            and months[0] <= f"20{match[1]}-{match[2]}" <= months[-1]
        ]
        first = dt.date.fromisoformat(f"{months[0]}-01")
        return found or [self.granule(instrument, first)]

    def granule_of_day(self, instrument: str, day: str) -> str:
        """The last-produced granule of a day; its simulated name where none is there."""
        date = dt.date.fromisoformat(day)
        found = sorted((self.root / instrument).glob(f"{instrument}_LtCO2_{date:%y%m%d}_*.nc4"))
        return str(found[-1]) if found else self.granule(instrument, date)

    def tccon_found(self) -> list[str]:
        """TCCON files that are there; a name that stands for them where none is."""
        folder = self.root / "tccon"
        found = [str(p) for p in sorted(folder.glob("*.nc")) if _TCCON.fullmatch(p.name)]
        return found or [str(folder / "*.public.qc.nc")]


def require_xco2_files(source: str, *, root: str, xco2: Mapping[str, Any]) -> None:
    """Refuse a run whose native files are absent, and say which and where they come from.

    Args:
        source: a key of ``SOURCES``.
        root: the folder of raw data.
        xco2: the section of the configuration.

    Raises:
        InputError: always; the workflow asks only where a file is absent.
    """
    files, span = XCO2Files(Path(root), xco2["features"]["ntl"]), Span.of(xco2)
    if source in ("oco2", "oco3"):
        part = xco2["soundings"][source]
        months = months_between(part["first_month"], part["last_month"])
        needed = files.granules_found(source, months)
        days = [day for day in xco2["figures"]["footprint_days"] if day[:7] in months]
        needed += [files.granule_of_day(source, day) for day in days]
    elif source == "tccon":
        needed = files.tccon_found()
    elif source == "era5_land_monthly":
        needed = [files.weather(year) for year in span.feature_years]
    elif source == "egg4":
        needed = files.egg4(span.years)
    else:
        needed = [files.yearly(name, year) for name in YEARLY for year in span.feature_years]
        needed += files.gases(span.feature_years, xco2["features"]["tropomi_first_month"])
    absent = [path for path in needed if not Path(path).is_file()]
    if not absent:
        raise InputError(
            f"all files of {source} are there now; run the same command again, which will use them."
        )
    raise InputError(
        f"{len(absent)} of {len(needed)} files of {SOURCES[source]} are absent below '{root}' "
        f"(config key 'raw'); the first is {absent[0]}. This version does not download them: "
        "docs/readers.md says what each file must hold; put them there and run again."
    )
