"""Where simulated towers stand on the real maps, when they measure, and what truly happens there.

The regions are those where FLUXNET2015 has towers, in about its proportions over Koppen and
IGBP classes; each tower stands in a real pixel of such a class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.simulate.cover import (
    CROSSWALK,
    IGBP,
    LEAFY,
    PFTS,
    dominant_class,
    fractions_of_classes,
)
from carbonscape.simulate.earth import Array, Earth, Periods, describe, truth_of_points
from carbonscape.simulate.geography import KOPPEN, Geography
from carbonscape.simulate.parts import random_stream


class Region(NamedTuple):
    """A stretch of land where towers stand."""

    koppen: str  # main class, then every class of it that counts
    weight: int  # relative number of towers, as in FLUXNET2015
    lat: tuple[float, float]
    lon: tuple[float, float]
    igbp: tuple[str, ...]

    @property
    def main(self) -> str:
        """The letter of the main climate."""
        return self.koppen[0]


# Weights are counts of FLUXNET2015 by Koppen class (Pastorello et al. 2020, doi
# 10.1038/s41597-020-0534-3), rounded; boxes are where its towers are. Neighbours in the list
# share a main climate.
REGIONS = (
    Region("Af Am", 3, (-4, 6), (100, 116), ("EBF",)),
    Region("Am Af Aw", 4, (-12, 2), (-66, -50), ("EBF", "EBF", "SAV")),
    Region("Aw", 8, (-17, -12), (130, 136), ("SAV", "SAV", "GRA")),
    Region("Aw", 2, (6, 13), (-12, 28), ("SAV", "WSA")),
    Region("BSk", 11, (33, 43), (-112, -100), ("GRA", "OSH", "GRA", "CRO")),
    Region("BSh BWh", 6, (11, 16), (-16, 25), ("GRA", "OSH", "CRO", "SAV")),
    Region("BWh BSh", 5, (-27, -20), (120, 140), ("OSH", "GRA")),
    Region("Cfa", 14, (30, 39), (-97, -77), ("DBF", "GRA", "CRO", "MF", "WSA")),
    Region("Cfb", 14, (45, 54), (-3, 12), ("DBF", "CRO", "GRA", "MF", "ENF")),
    Region("Cfb Cfa", 5, (-39, -33), (143, 151), ("EBF", "EBF", "GRA", "WSA")),
    Region("Csa Csb", 20, (36, 44), (-8, 17), ("WSA", "CRO", "SAV", "GRA", "EBF", "CSH")),
    Region("Cwa Cfa", 3, (23, 30), (105, 117), ("EBF", "WSA")),
    Region("Dfa", 9, (38, 44), (-98, -82), ("CRO", "DBF", "GRA")),
    Region("Dfb", 27, (47, 58), (10, 36), ("ENF", "CRO", "GRA", "MF", "DBF")),
    Region("Dfb", 24, (43, 49), (-96, -68), ("DBF", "ENF", "MF", "WSA", "WET")),
    Region("Dfc", 18, (51, 64), (-124, -76), ("ENF", "OSH", "WET", "ENF", "WSA")),
    Region("Dfc", 12, (60, 69), (12, 34), ("ENF", "WSA", "WET")),
    Region("Dwa Dwb Dwc", 5, (41, 51), (108, 130), ("GRA", "DBF", "MF", "CRO")),
    Region("Dsb Dsa Dfb", 8, (38, 47), (-122, -105), ("ENF", "ENF", "GRA")),
    Region("ET", 6, (66, 71), (-164, -120), ("OSH", "GRA", "WET")),
    Region("ET", 4, (30, 38), (84, 102), ("GRA",)),
)
_MONTHLY = (
    "gpp", "reco", "lai", "fpar", "t2m", "dtr", "ssrd", "sw_pot", "vpd", "tp", "day_length",
    "water",
)  # fmt: skip
_AXES = {
    "lai8": ("year", "step"), "fpar8": ("year", "step"), "cloud8": ("year", "step"),
    "pft": ("year", "pft_class"),
}  # fmt: skip
#: The main climates of the first sites, so that a handful of towers knows every one.
_FIRST = "DCBAE"


@dataclass(frozen=True)
class SitePlan:
    """One simulated tower: what it is, where it stands and which whole years it measures.

    Attributes:
        index: its number, from 0, on which its random numbers depend.
        site: its identifier, as ``site_name`` gives it.
        lat: degrees north.
        lon: degrees east.
        igbp: the IGBP class of its pixel, a short name such as DBF.
        koppen: its Koppen class, such as Dfb.
        first_year: the first year with fluxes.
        last_year: the last year with fluxes.
    """

    index: int
    site: str
    lat: float
    lon: float
    igbp: str
    koppen: str
    first_year: int
    last_year: int


def site_name(index: int) -> str:
    """Return the identifier of a simulated site: ``ZZ-`` (no country's code), then like Kq3.

    The 6760 names differ even where case does not count.
    """
    code = (index * 2887 + 1234) % 6760  # 2887 has no factor in common with 26 * 26 * 10
    letters, digit = divmod(code, 10)
    upper, lower = divmod(letters, 26)
    return f"ZZ-{chr(ord('A') + upper)}{chr(ord('a') + lower)}{digit}"


def plan_sites(
    geography: Geography, *, sites: int, first_year: int, last_year: int, seed: int
) -> list[SitePlan]:
    """Place towers over climates and IGBP classes in about the proportions of FLUXNET2015.

    The first five stand in five main climates. Then the golden-ratio sequence spreads any
    number of sites evenly over the regions. What a site gets depends on its number only, so
    that more sites leave the earlier ones as they are.

    Returns:
        One plan a site, in the order of their numbers.
    """
    start = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, 99))).random()
    plans, pixels = [], {}
    for index in range(sites):
        number = _region_of(index, (start + index * (np.sqrt(5) - 1) / 2) % 1.0)
        if number not in pixels:
            pixels[number] = _pixels(geography, REGIONS[number])
        rng = random_stream(seed, index, "place")
        lat, lon, code = _choose(pixels[number], REGIONS[number], rng)
        first, last = _years(first_year, last_year, random_stream(seed, index, "years"))
        koppen = KOPPEN[int(geography.koppen(lat, lon)) - 1]
        plans.append(
            SitePlan(index, site_name(index), lat, lon, IGBP[code - 1], koppen, first, last)
        )
    return plans


def _region_of(index: int, share: float) -> int:
    """Return the number of the region that lies at a share (0-1) of all weights."""
    allowed = [
        number
        for number, region in enumerate(REGIONS)
        if index >= len(_FIRST) or region.main == _FIRST[index]
    ]
    edges = np.cumsum([REGIONS[number].weight for number in allowed])
    return allowed[int(np.searchsorted(edges, share * edges[-1], side="right"))]


def _pixels(geography: Geography, region: Region) -> dict[str, Array]:
    """Return lat, lon and class (pixel) of the land pixels of a region's climate."""
    lat = np.arange(region.lat[1] - 0.025, region.lat[0], -0.05)
    lon = np.arange(region.lon[0] + 0.025, region.lon[1], 0.05)
    lat, lon = (axis.ravel() for axis in np.meshgrid(lat, lon, indexing="ij"))
    wanted = [KOPPEN.index(name) + 1 for name in region.koppen.split()]
    right = np.isin(geography.koppen(lat, lon), wanted)
    right &= geography.land_share(lat, lon) > 0.8
    lat, lon = lat[right], lon[right]
    return {"lat": lat, "lon": lon, "code": geography.igbp(lat, lon)}


def _choose(
    pixels: dict[str, Array], region: Region, rng: np.random.Generator
) -> tuple[float, float, int]:
    """Return position and class of a place in a pixel of one of the region's IGBP classes."""
    order = rng.permutation(len(region.igbp))
    position, inside = rng.random(), rng.uniform(-0.02, 0.02, 2)
    for choice in order:
        code = IGBP.index(region.igbp[choice]) + 1
        found = np.flatnonzero(pixels["code"] == code)
        if len(found):
            pixel = found[int(position * len(found))]
            lat, lon = (
                round(float(pixels[name][pixel] + shift), 4)
                for name, shift in zip(("lat", "lon"), inside, strict=True)
            )
            return lat, lon, code
    raise InputError(
        f"the maps of resources/geography hold no pixel of {', '.join(region.igbp)} in the "
        f"climate {region.koppen} at {region.lat} north, {region.lon} east: they are not those "
        "of the project; restore them."
    )


def _years(first_year: int, last_year: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first and last year of a tower: three in ten start late, two end early."""
    late, chance = int(rng.integers(0, (last_year - first_year) // 3 + 1)), rng.random()
    return first_year + late * (chance < 0.3), last_year - late * (chance > 0.8)


def _own_cover(
    earth: Earth, plans: list[SitePlan], lat: Array, lon: Array
) -> tuple[Array, Array, Array]:
    """Return fractions (pft, site), leafy share and class (site) of the towers' own pixels.

    Choice: types of a pixel differ from those of its class by a factor with a spread of 0.35.
    """
    codes = np.array([IGBP.index(plan.igbp) + 1 for plan in plans])
    fractions = CROSSWALK[codes - 1, earth.geography.climate_group(lat, lon)].T.copy()
    for column, plan in enumerate(plans):
        rng = random_stream(earth.settings.seed, plan.index, "cover")
        fractions[:, column] *= np.exp(0.35 * rng.standard_normal(len(PFTS)))
    return fractions / fractions.sum(axis=0), np.ones(len(plans)), codes


def _cell_cover(earth: Earth, lat: Array, lon: Array) -> tuple[Array, Array, Array]:
    """Return fractions (pft, site), leafy share and class (site) of the towers' cells."""
    cell = earth.settings.cell
    rows = np.floor((90 - lat) / cell).astype(int)
    columns = np.floor((lon + 180) / cell).astype(int)
    shares = earth.geography.cover_in_cells(cell)[:, :, rows, columns]
    classes = shares.sum(axis=1)
    return fractions_of_classes(shares), classes[LEAFY].sum(axis=0), dominant_class(classes)


def simulate_sites(earth: Earth) -> xr.Dataset:
    """Simulate every tower's place and return the truth, as the docs describe ``sites.nc``.

    The weather is that of the very point; the cover is that of the tower's own pixel, or of its
    cell where ``EarthParts.tower_cover`` is off. Rows are in the order of the sites' numbers.
    """
    settings, periods = earth.settings, Periods(earth.settings, earth.calendar)
    plans = plan_sites(
        earth.geography, sites=settings.sites, first_year=settings.first_year,
        last_year=settings.last_year, seed=settings.seed,
    )  # fmt: skip
    lat, lon = (np.array([getattr(plan, name) for plan in plans]) for name in ("lat", "lon"))
    own = settings.parts.tower_cover
    fractions, leafy, codes = (
        _own_cover(earth, plans, lat, lon) if own else _cell_cover(earth, lat, lon)
    )
    truth = truth_of_points(earth, (lat, lon), fractions, leafy, periods, monthly=_MONTHLY)
    yearly = np.repeat(codes[:, None], len(periods.years), axis=1)
    days = np.repeat(periods.days_in_month[None], len(plans), axis=0)
    data = {"igbp_code": (("site", "year"), yearly), "days": (("site", "time"), days)}
    for name, values in truth.items():
        axes = _AXES.get(name, ("time",))
        data[name] = (("site", *axes), np.moveaxis(values, -1, 0))
    data = {name: (axes, values.astype(np.float32)) for name, (axes, values) in data.items()}
    coords = {
        name: ("site", [getattr(plan, name) for plan in plans])
        for name in ("site", "lat", "lon", "igbp", "koppen", "first_year", "last_year")
    }
    coords |= {
        "time": periods.months.astype("M8[ns]"), "year": periods.years, "step": np.arange(46),
        "pft_class": list(PFTS),
    }  # fmt: skip
    dataset = xr.Dataset(data, coords=coords)
    return describe(dataset, "Truth of the simulated Earth, flux towers")


def plans_of(sites: xr.Dataset) -> list[SitePlan]:
    """Return the plans of the sites of ``simulate_sites``, in the order of their numbers."""
    return [
        SitePlan(
            index=index,
            **{name: str(row[name].values) for name in ("site", "igbp", "koppen")},
            **{name: float(row[name]) for name in ("lat", "lon")},
            **{name: int(row[name]) for name in ("first_year", "last_year")},
        )
        for index, row in ((n, sites.isel(site=n)) for n in range(sites.sizes["site"]))
    ]


def months_of(sites: xr.Dataset, plan: SitePlan) -> pd.DataFrame:
    """Return what truly happens at one site of ``simulate_sites``, one row a month."""
    rows = sites.isel(site=plan.index)
    table = pd.DataFrame({name: rows[name].values.astype(float) for name in (*_MONTHLY, "nee")})
    table.insert(0, "year", sites["time"].dt.year.values)
    table.insert(1, "month", sites["time"].dt.month.values)
    return table
