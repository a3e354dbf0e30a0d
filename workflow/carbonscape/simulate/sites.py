"""Where simulated towers stand, in which climate, under which plants and in which years.

The climates are those of the Koppen classes of FLUXNET2015, in about its proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from carbonscape.simulate.parts import TowerParts, random_stream


class Region(NamedTuple):
    """A stretch of land where towers stand, and its climate."""

    koppen: str
    weight: int  # relative number of towers, as in FLUXNET2015
    lat: tuple[float, float]
    lon: tuple[float, float]
    warm: float  # K above the zonal mean
    continental: float  # factor on the zonal mean annual temperature wave
    rain: float  # annual mean, mm d-1
    summer_rain: float  # relative annual wave of rain; negative: wet winters
    igbp: tuple[str, ...]


# Climate numbers are choices of the size of the towers of each Koppen class (classes: Peel et
# al. 2007, doi 10.5194/hess-11-1633-2007). Neighbours in the list share a main class.
REGIONS = (
    Region("Af", 1, (1.5, 4), (101.7, 102.8), -3.5, 1.0, 5.5, 0.0, ("EBF",)),
    Region("Am", 5, (-4, 1), (-63, -54), -3.0, 1.0, 6.0, 0.4, ("EBF", "EBF", "DBF")),
    Region("Aw", 8, (-15.5, -13), (131, 133), 0.0, 0.8, 4.0, 0.95, ("WSA", "SAV", "GRA", "WET")),
    Region("BSk", 11, (35, 41), (-108, -99), 1.0, 1.15, 1.0, 0.4, ("GRA", "OSH", "GRA", "CRO")),
    Region("BSh", 6, (12, 15), (-4, 24), 1.0, 1.0, 1.5, 0.95, ("SAV", "GRA", "OSH", "WSA")),
    Region("BWh", 5, (-26, -21), (122, 138), 2.0, 1.3, 0.8, 0.4, ("SAV", "GRA", "OSH")),
    Region("Cfa", 16, (32, 37), (-96, -83), 1.5, 1.1, 3.2, 0.1, ("ENF", "DBF", "GRA", "CRO", "MF")),
    Region("Cfb", 12, (46, 52), (0, 8), 6.5, 0.65, 2.3, 0.0, ("DBF", "CRO", "ENF", "GRA", "MF")),
    Region("Cfb", 4, (-38, -36.5), (145, 148), 0.0, 0.7, 2.6, -0.1, ("EBF", "EBF", "GRA")),
    Region(
        "Csa", 20, (38, 42), (-6, -3), 4.0, 0.85, 1.9, -0.8, ("EBF", "WSA", "CRO", "CSH", "GRA")
    ),
    Region("Cwa", 3, (23, 26), (110, 116), 0.0, 1.1, 4.0, 0.75, ("EBF", "ENF")),
    Region("Dfa", 9, (39, 42), (-97, -85), 0.0, 1.3, 2.4, 0.35, ("CRO", "DBF", "GRA")),
    Region("Dfb", 27, (48, 54), (16, 34), 4.0, 0.87, 1.9, 0.2, ("ENF", "CRO", "GRA", "WET", "DBF")),
    Region("Dfb", 26, (45, 47), (-95, -73), -1.0, 1.3, 2.5, 0.2, ("DBF", "ENF", "MF", "WET")),
    Region("Dfc", 28, (54, 62), (-118, -98), 1.0, 1.1, 1.5, 0.35, ("ENF", "OSH", "WET", "ENF")),
    Region("Dwb", 5, (42, 46), (112, 128), -6.0, 1.6, 1.5, 0.85, ("GRA", "MF", "DNF")),
    Region("Dsb", 9, (43.5, 45), (-121.5, -118), -1.0, 0.85, 1.3, -0.6, ("ENF", "OSH")),
    Region("ET", 9, (68.5, 70), (-156, -146), 0.0, 0.95, 0.8, 0.4, ("WET", "OSH", "GRA")),
)


@dataclass(frozen=True)
class SitePlan:
    """One simulated tower: what it is, where it stands and which whole years it measures.

    Attributes:
        index: its number, from 0, on which its random numbers depend.
        site: its identifier, as ``site_name`` gives it.
        lat: degrees north.
        lon: degrees east.
        igbp: its IGBP class, a short name such as DBF.
        region: the number of its region in ``REGIONS``.
        first_year: the first year with fluxes.
        last_year: the last year with fluxes.
    """

    index: int
    site: str
    lat: float
    lon: float
    igbp: str
    region: int
    first_year: int
    last_year: int

    @property
    def climate(self) -> Region:
        """The region, with its climate, in which the tower stands."""
        return REGIONS[self.region]


def site_name(index: int) -> str:
    """Return the identifier of a simulated site: ``ZZ-`` (no country's code), then like Kq3.

    The 6760 names differ even where case does not count.
    """
    code = (index * 2887 + 1234) % 6760  # 2887 has no factor in common with 26 * 26 * 10
    letters, digit = divmod(code, 10)
    upper, lower = divmod(letters, 26)
    return f"ZZ-{chr(ord('A') + upper)}{chr(ord('a') + lower)}{digit}"


def plan_sites(
    *, sites: int, first_year: int, last_year: int, seed: int, parts: TowerParts
) -> list[SitePlan]:
    """Place towers over climates and IGBP classes in about the proportions of FLUXNET2015.

    The golden-ratio sequence spreads any number of sites evenly over the regions, and what a
    site gets depends on its number only, so that more sites leave the earlier ones as they are.

    Returns:
        One plan a site, in the order of their numbers.
    """
    start = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,))).random()
    edges = np.cumsum([region.weight for region in REGIONS])
    plans = []
    for index in range(sites):
        share = (start + index * (np.sqrt(5) - 1) / 2) % 1.0 * edges[-1]
        number = int(np.searchsorted(edges, share, side="right"))
        region, rng = REGIONS[number], random_stream(seed, index, "place")
        lat, lon = rng.uniform(*region.lat), rng.uniform(*region.lon)
        igbp = region.igbp[int(rng.integers(len(region.igbp)))]
        span = last_year - first_year
        late, early, chance = rng.integers(0, span // 3 + 1), rng.integers(1, 4), rng.random()
        first = first_year + (int(late) if chance < 0.3 else 0)
        if parts.early_years and index % 6 == 2:
            first = first_year - int(early)
        last = last_year - (int(late) if chance > 0.8 else 0)
        plans.append(
            SitePlan(
                index, site_name(index), round(lat, 4), round(lon, 4), igbp, number, first, last
            )
        )
    return plans
