"""The GPP products of others that maps are compared with: what their files hold.

FluxCom RS_V006 (Jung et al. 2020, doi:10.5194/bg-17-1343-2020), NIES (Zeng et al. 2020,
doi:10.17595/20200227.001), MetaFlux (doi:10.5281/zenodo.7761881), NIRv-GPP
(doi:10.6084/m9.figshare.12981977), LUE-SSVC (doi:10.5061/dryad.dfn2z352k) and LUE-VPM
(doi:10.6084/m9.figshare.c.3789814).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from carbonscape.core.errors import InputError

#: Steps of the products: months; ten days, the third of a month to its end; eight days from
#: 1 January, the last of a year to its end.
STEPS = ("month", "dekad", "8day")

#: Days that a value is the total of.
PERIODS = ("day", "step")


@dataclass(frozen=True)
class GppProduct:
    """How a product is delivered.

    Attributes:
        name: in the configuration; also the folder of its files.
        label: in figures.
        names: regular expressions of the names of its files, whole; ``{year}`` is replaced, and a
            group ``month`` tells the month of a file that holds one.
        variable: of a netCDF; empty for GeoTIFF.
        factor: of the stored numbers, where the file declares none.
        fills: stored numbers that mean no value, beside what the file declares.
        zeros: what 0 means: ``value``, or ``either``, where it stands for no value as well as for
            no productivity: a cell without another number in all months of a year has no value,
            and 0 is the value of the other cells, such as those with a winter.
        step: of ``STEPS``.
        per: of ``PERIODS``; gC m-2 in a day, or in the whole step.
        cap: largest value, gC m-2 d-1: larger ones are set to it; none: they are refused.
        first, last: years that it covers, as far as known.
    """

    name: str
    label: str
    names: tuple[str, ...]
    variable: str = "GPP"
    factor: float = 1.0
    fills: tuple[float, ...] = (-9999.0,)
    zeros: str = "value"
    step: str = "month"
    per: str = "day"
    cap: float | None = None
    first: int = 2001
    last: int = 2020


GPP_PRODUCTS: Mapping[str, GppProduct] = {
    product.name: product
    for product in (
        GppProduct(
            "fluxcom",
            "FluxCom",
            (
                r"GPP\.RS_V006\.FP-ALL\.MLM-ALL\.METEO-NONE\.4320_2160\.monthly\.{year}\.nc",
                r"GPP\.RS_V006\.FP-ALL\.MLM-ALL\.METEO-NONE\.720_360\.monthly\.{year}\.nc",
            ),
        ),
        # Names of its files are not published: any netCDF whose name has the year.
        GppProduct(
            "nies", "NIES", (r"(?:.*\D)?{year}(?:\D.*|\d\d(?:\d\d)?(?:\D.*)?)?\.nc4?",),
            step="dekad", first=1999, last=2019,
        ),
        GppProduct("metaflux", "MetaFlux", (r"METAFLUX_GPP_RECO_monthly_{year}\.nc",), last=2021),
        GppProduct(
            "nirv_gpp", "NIRv-GPP", (r"NIRv\.GPP\.{year}(?P<month>\d\d)\.v1\.nc", r"{year}\.zip"),
            factor=0.001, first=1982, last=2018,
        ),
        GppProduct(
            "lue_ssvc", "LUE-SSVC", (r"GPP_v21_{year}_(?P<month>\d\d)\.tif", r"{year}\.zip"),
            variable="", factor=0.1, fills=(), zeros="either", per="step", cap=30.0, first=1992,
        ),
        GppProduct(
            "vpm_gpp", "LUE-VPM",
            (
                r"GPP\.VPM\.{year}\.M(?P<month>\d\d)\.v20\.HD\.tif",
                r"GPP\.VPM\.{year}\.M(?P<month>\d\d)\.v20\.CMG\.tif",
            ),
            variable="", per="step", first=2000, last=2016,
        ),
    )
}  # fmt: skip


def get_gpp_product(name: str) -> GppProduct:
    """Return a product by its name.

    Raises:
        InputError: there is no such product.
    """
    if name not in GPP_PRODUCTS:
        raise InputError(
            f"GPP product {name!r}: expected one of {', '.join(GPP_PRODUCTS)}; correct its name."
        )
    return GPP_PRODUCTS[name]


def files_of_year(product: GppProduct, paths: Iterable[Path], year: int) -> list[Path]:
    """Return the files of a year, of the first pattern of names that any file follows.

    Args:
        product: what they are of.
        paths: of files, in an order by which of two with one name the first counts.
        year: calendar year.
    """
    paths = list(paths)
    for pattern in product.names:
        wanted = re.compile(pattern.replace("{year}", str(year)))
        found: dict[str, Path] = {}
        for path in paths:
            if wanted.fullmatch(path.name):
                found.setdefault(path.name, path)
        if found:
            return [found[name] for name in sorted(found)]
    return []


def step_starts(step: str, year: int) -> list[dt.date]:
    """Return the first days of the steps of a year: 12 months, 36 of ten days, 46 of eight.

    Args:
        step: of ``STEPS``.
        year: calendar year.
    """
    if step == "8day":
        return [dt.date(year, 1, 1) + dt.timedelta(days=day) for day in range(0, 365, 8)]
    days = (1,) if step == "month" else (1, 11, 21)
    return [dt.date(year, month, day) for month in range(1, 13) for day in days]


def days_by_month(step: str, year: int) -> list[dict[int, int]]:
    """Return how many days of each month every step covers: {month: days}, in their order.

    Args:
        step: of ``STEPS``.
        year: calendar year.
    """
    starts = step_starts(step, year)
    ends = [*starts[1:], dt.date(year + 1, 1, 1)]
    found: list[dict[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        covered: dict[int, int] = {}
        for number in range((end - start).days):
            month = (start + dt.timedelta(days=number)).month
            covered[month] = covered.get(month, 0) + 1
        found.append(covered)
    return found


def step_of(step: str, day: dt.date) -> int:
    """Return the position within its year of the step that a day lies in.

    Args:
        step: of ``STEPS``.
        day: any day of the step.
    """
    starts = step_starts(step, day.year)
    return max(number for number, start in enumerate(starts) if start <= day)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month."""
    return calendar.monthrange(year, month)[1]
