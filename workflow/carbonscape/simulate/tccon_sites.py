"""The 23 TCCON sites of the paper and the names of their simulated files.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any, NamedTuple


class Station(NamedTuple):
    """A site: degrees north and east, version of its file, the period of the paper's Table 1."""

    site: str
    code: str
    lat: float
    lon: float
    version: str
    first: str
    last: str


_NEW, _OLD = "GGG2020", "GGG2014"

#: Table 1 of the paper. It has Lauder and Lamont exchanged and Hefei two degrees too far east:
#: here they are where they are. The codes are those of TCCON's own file names.
STATIONS = (
    Station("saga01", "js", 33.24, 130.29, _NEW, "2011-07-28", "2021-06-30"),
    Station("xianghe01", "xh", 39.80, 116.96, _NEW, "2018-06-14", "2022-04-09"),
    Station("burgos01", "bu", 18.53, 120.65, _NEW, "2017-03-03", "2021-08-20"),
    Station("harwell01", "hw", 51.57, -1.32, _NEW, "2021-05-30", "2022-05-22"),
    Station("bremen01", "br", 53.10, 8.85, _NEW, "2009-01-06", "2021-06-24"),
    Station("tsukuba02", "tk", 36.05, 140.12, _NEW, "2014-03-28", "2021-03-31"),
    Station("lauder03", "lr", -45.04, 169.68, _NEW, "2018-10-02", "2022-11-14"),
    Station("edwards01", "df", 34.96, -117.88, _NEW, "2013-07-20", "2022-12-25"),
    Station("nicosia01", "ni", 35.14, 33.38, _NEW, "2019-09-06", "2021-06-01"),
    Station("izana01", "iz", 28.31, -16.50, _NEW, "2014-01-02", "2022-10-31"),
    Station("orleans01", "or", 47.96, 2.11, _NEW, "2009-09-06", "2022-04-24"),
    Station("hefei01", "hf", 31.90, 117.17, _NEW, "2015-11-02", "2020-12-31"),
    Station("easttroutlake01", "et", 54.35, -104.99, _NEW, "2016-10-03", "2022-08-13"),
    Station("karlsruhe01", "ka", 49.10, 8.44, _NEW, "2014-01-15", "2023-01-20"),
    Station("paris01", "pr", 48.85, 2.36, _NEW, "2014-09-23", "2022-03-28"),
    Station("garmisch01", "gm", 47.48, 11.06, _NEW, "2007-07-18", "2021-10-18"),
    Station("rikubetsu01", "rj", 43.46, 143.77, _NEW, "2014-06-24", "2021-06-30"),
    Station("lamont01", "oc", 36.60, -97.49, _NEW, "2011-04-16", "2022-12-19"),
    Station("reunion01", "ra", -20.90, 55.48, _NEW, "2015-03-01", "2020-07-18"),
    Station("darwin01", "db", -12.46, 130.93, _OLD, "2005-08-28", "2020-04-30"),
    Station("wollongong01", "wg", -34.41, 150.88, _OLD, "2008-06-26", "2020-06-30"),
    Station("manaus01", "ma", -3.21, -60.60, _OLD, "2014-09-30", "2015-07-27"),
    Station("parkfalls01", "pa", 45.94, -90.27, _NEW, "2004-06-02", "2020-12-29"),
)


def tccon_sites(first_month: str, last_month: str) -> list[dict[str, Any]]:
    """Return the sites that measured in the months of a run, in the order of Table 1.

    Args:
        first_month: first month, YYYY-MM.
        last_month: last month, included.

    Returns:
        Mappings of site, code, lat, lon, version, first, last (YYYY-MM-DD, within the months)
        and file (name without folder).
    """
    year, month = int(last_month[:4]), int(last_month[5:])
    begin = dt.date.fromisoformat(f"{first_month}-01")
    end = dt.date(year, month, calendar.monthrange(year, month)[1])
    found = []
    for station in STATIONS:
        first = max(begin, dt.date.fromisoformat(station.first))
        last = min(end, dt.date.fromisoformat(station.last))
        if first <= last:
            ending = "public.nc" if station.version == _OLD else "public.qc.nc"
            name = f"{station.code}{first:%Y%m%d}_{last:%Y%m%d}.{ending}"
            period = {"first": first.isoformat(), "last": last.isoformat()}
            found.append({**station._asdict(), **period, "file": name})
    return found


def tccon_files(first_month: str, last_month: str) -> list[str]:
    """Return the names of the files that ``tccon_sites`` gives, without folder."""
    return [site["file"] for site in tccon_sites(first_month, last_month)]
