"""The native files of all sources below one folder, as the rules name them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carbonscape.sources.regional import Area, chosen_path
from carbonscape.sources.registry import get_source


@dataclass(frozen=True)
class RawFiles:
    """Paths of the native files below one folder.

    Attributes:
        root: the folder of raw data of an archive.
        listings: whether what is absent can be asked for, so that a listing stands for files
            whose names are not known.
        areas: cells of the region of the run by wing, of
            :func:`carbonscape.sources.regional.areas_of_run`.
    """

    root: Path
    listings: bool = True
    areas: Mapping[str, Area] = field(default_factory=dict)

    def path(self, source: str, kind: str, when: int | str = "") -> str:
        """Return the file of a source of a year, month or day (2015, 2015-01, 2015-01-31)."""
        files = get_source(source).files[kind]
        path = files.path(self.root, str(when))
        chosen = chosen_path(path, files, self.areas)
        # What is not there and cannot be asked for is missed by the name of the globe.
        return chosen if self.listings or os.path.isfile(chosen) else path

    def paths(self, source: str, kind: str, when: Iterable[str]) -> list[str]:
        """Return the files of a source of some months or days."""
        return get_source(source).files[kind].paths(self.root, when, listings=self.listings)

    def every(
        self, source: str, kind: str, months: Sequence[str], days: int, also: Iterable[str] = ()
    ) -> list[str]:
        """Return the files of a source of every n-th day of some months, and of days beside."""
        return get_source(source).files[kind].every(self.root, months, days, also)

    # Short names for the rules of fluxes.

    def leaf_grid(self, year: int) -> str:
        """MOD15A2H composites of a year on the product's grid."""
        return self.path("modis_lai", "grid", year)

    def leaf_sites(self, year: int) -> str:
        """MOD15A2H composites of a year at the towers."""
        return self.path("modis_lai", "sites", year)

    def weather_state(self, year: int, month: int) -> str:
        """Daily means of ERA5-Land of a month."""
        return self.path("era5_land", "state", f"{year}-{month:02d}")

    def weather_of_year(self, year: int, kind: str) -> list[str]:
        """ERA5-Land of a year: ``state`` and ``totals`` of days, or ``steps`` of eight days.

        The total of the last day is stamped in the next January.
        """
        if kind == "steps":
            return [self.path("era5_land_8day", "grid", year)]
        return self.paths("era5_land", kind, [f"{year}-{month:02d}" for month in range(1, 13)])

    def esa_cci_grid(self, year: int) -> str:
        """ESA-CCI fractions of a year at their own resolution."""
        return self.path("esa_cci_pft", "grid", year)

    def esa_cci_sites(self, year: int) -> str:
        """ESA-CCI fractions of a year around the towers."""
        return self.path("esa_cci_pft", "sites", year)

    def igbp_grid(self, year: int) -> str:
        """MCD12Q1 classes of a year on the product's grid."""
        return self.path("mcd12q1", "grid", year)

    def igbp_sites(self, year: int) -> str:
        """MCD12Q1 classes of a year at the towers."""
        return self.path("mcd12q1", "sites", year)

    def koppen(self) -> str:
        """Koppen-Geiger map."""
        return self.path("koppen", "map")

    def sif_days(self, months: Sequence[str], *, every_days: int) -> list[str]:
        """TROPOSIF soundings of every n-th day, from the first of the first month on."""
        return self.every("tropomi_sif", "days", months, every_days)

    def sif_found(self, months: Sequence[str]) -> list[str]:
        """TROPOSIF soundings of all days that exist; of a month without any, its first day."""
        return self.paths("tropomi_sif", "days", months)
