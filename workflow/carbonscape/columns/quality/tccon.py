"""Monthly means of TCCON, and which of several files of a site counts."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from carbonscape.archives.tccon import Spectra
from carbonscape.core import findings
from carbonscape.core.errors import InputError

logger = logging.getLogger(__name__)

#: Columns of ``resources/tccon_sites.csv``: sites as the paper's Table 1 names and places them.
_TABLE = ("site", "code", "name", "country", "paper_lat", "paper_lon")

#: A file whose place is farther from the paper's than this, degrees, is worth a warning.
_FAR = 0.5

#: Sites that the paper's table misplaces: no fault of a file.
_ERRATA = ("hefei01", "lamont01", "lauder03")


def read_site_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the table of sites of the paper.

    Raises:
        InputError: it is absent, or has other columns.
    """
    try:
        # 'NA' would be a country, not a missing value.
        table = pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table of sites ({error}).") from error
    absent = [name for name in _TABLE if name not in table]
    if absent:
        raise InputError(f"{path}: no column {', '.join(absent)} in the table of sites.")
    return table


def check_positions(spectra: Sequence[Spectra], table: pd.DataFrame) -> list[str]:
    """Warn of sites that the paper's table places elsewhere than their own files do.

    The files are believed: in Table 1 of the paper Lauder and Lamont are swapped.

    Returns:
        The warnings, which are logged, and stated as findings but for known errors of the table.
    """
    rows = table.set_index("site")
    warnings = []
    for one in spectra:
        if one.site not in rows.index:
            continue
        lat, lon = (float(rows.loc[one.site, name]) for name in ("paper_lat", "paper_lon"))
        turn = abs((one.lon - lon + 180.0) % 360.0 - 180.0)
        if abs(one.lat - lat) > _FAR or turn > _FAR:
            warnings.append(
                f"{one.file}: {one.site} stands at {one.lat:g}, {one.lon:g} (latitude, longitude) "
                f"by its file, but at {lat:g}, {lon:g} by the paper's table; the file is believed."
            )
            logger.warning("%s", warnings[-1])
            if one.site not in _ERRATA:
                text = warnings[-1].partition(": ")[2].rstrip(".")
                findings.warn(one.paths[0], text, source="tccon")
    return warnings


def choose_spectra(spectra: Sequence[Spectra]) -> list[Spectra]:
    """Return one object a site: the newest version alone, its files joined.

    GGG2020.1 goes before GGG2020, that before GGG2014: versions differ by some 0.3 ppm, and hold
    the same spectra. Spectra that two files of a version share are taken once, from the file that
    comes last by its name. Files that are not used are stated as findings, with the days that
    they would have added.

    Raises:
        InputError: files of a site stand more than half a degree apart.
    """
    chosen = []
    for site in sorted({one.site for one in spectra}):
        files = sorted((one for one in spectra if one.site == site), key=lambda one: one.file)
        version = max(one.version for one in files)
        joined = _join([one for one in files if one.version == version])
        for one in files:
            if one.version != version:
                text = f"{one.version}, and {site} has {version}, which alone is used"
                findings.left_out(*one.paths, f"{text}{_added(one, joined)}", source="tccon")
        chosen.append(joined)
    return chosen


def _added(one: Spectra, chosen: Spectra) -> str:
    """Return, as the end of a clause, the days of a file on which those chosen have no spectra."""
    days = np.setdiff1d(one.time.astype("datetime64[D]"), chosen.time.astype("datetime64[D]"))
    if not days.size:
        return "; it has spectra of no other day"
    if days.size == 1:
        return f"; it would have added {days[0]}"
    return f"; it would have added {days.size} days of {days[0]} to {days[-1]}"


def _join(files: list[Spectra]) -> Spectra:
    """Return the spectra of several files of one site and version as one object."""
    last = files[-1]
    for one in files:
        if abs(one.lat - last.lat) > _FAR or abs(one.lon - last.lon) > _FAR:
            raise InputError(
                f"{one.file} and {last.file} are both of {last.site}, but stand at {one.lat:g}, "
                f"{one.lon:g} and {last.lat:g}, {last.lon:g}; take the wrong one away."
            )
    time = np.concatenate([one.time for one in reversed(files)])
    xco2 = np.concatenate([one.xco2 for one in reversed(files)])
    number = np.repeat(np.arange(len(files))[::-1], [one.time.size for one in reversed(files)])
    # The first of equal times is kept, which the reversed order makes the newest file's.
    time, first = np.unique(time, return_index=True)
    taken = set(number[first].tolist())
    for at, one in enumerate(files):
        if at not in taken:
            text = f"all its spectra are in {', '.join(o.file for o in files if o is not one)}"
            findings.left_out(*one.paths, text, source="tccon")
    if len(files) == 1:
        return last
    return replace(
        last,
        file="+".join(one.file for at, one in enumerate(files) if at in taken),
        paths=tuple(path for at, one in enumerate(files) if at in taken for path in one.paths),
        time=time,
        xco2=xco2[first],
    )


def average_tccon(
    spectra: Sequence[Spectra],
    *,
    months: Sequence[str],
    names: pd.DataFrame,
    min_spectra: int = 10,
    min_days: int = 3,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Average spectra over UTC months.

    Args:
        spectra: one object a site (:func:`choose_spectra`).
        months: of the run, as 2015-07; spectra of others are passed over.
        names: the table of :func:`read_site_table`, for the names of places.
        min_spectra, min_days: a month with fewer is there, but not ``kept``.

    Returns:
        Tables ``TCCON_MONTHS`` and ``TCCON_SITES``; a site without spectra in
        these months is in neither, and is named in the log.

    Raises:
        InputError: two objects are of one site.
    """
    doubled = pd.Series([one.site for one in spectra], dtype="str")
    if doubled.duplicated().any():
        raise InputError(f"TCCON: two series of {doubled[doubled.duplicated()].iloc[0]}.")
    wanted = np.array(months, dtype="datetime64[M]")
    places = dict(zip(names["site"], names["name"], strict=True))
    rows, sites = [], []
    for one in sorted(spectra, key=lambda one: one.site):
        month = one.time.astype("datetime64[M]")
        inside = np.isin(month, wanted)
        if not inside.any():
            text = f"no spectrum of {one.site} between {months[0]} and {months[-1]}"
            for path in one.paths:
                findings.left_out(path, text, source="tccon")
            continue
        for path in one.paths:
            findings.used(path, source="tccon")
        for value in np.unique(month[inside]):
            rows.append(_month(one, value, month == value, min_spectra, min_days))
        sites.append(
            {
                "site": one.site,
                "name": places.get(one.site, one.site),
                "lat": one.lat,
                "lon": one.lon,
                "version": one.version,
                "scale": one.scale,
                "first_month": str(month[inside].min()),
                "last_month": str(month[inside].max()),
                "spectra": int(inside.sum()),
                "file": one.file,
            }
        )
    return pd.DataFrame(rows, columns=_MONTH_COLUMNS), pd.DataFrame(sites, columns=_SITE_COLUMNS)


_MONTH_COLUMNS = ["site", "year", "month", "xco2", "spread", "spectra", "days", "kept"]
_SITE_COLUMNS = ["site", "name", "lat", "lon", "version", "scale", "first_month", "last_month",
                 "spectra", "file"]  # fmt: skip


def _month(
    one: Spectra, month: np.datetime64, rows: np.ndarray, min_spectra: int, min_days: int
) -> dict:
    """Return the row of a site and month."""
    values = one.xco2[rows]
    days = np.unique(one.time[rows].astype("datetime64[D]")).size
    year, number = str(month).split("-")
    return {
        "site": one.site,
        "year": int(year),
        "month": int(number),
        "xco2": float(values.mean()),
        "spread": float(values.std()) if values.size > 1 else np.nan,
        "spectra": int(values.size),
        "days": int(days),
        "kept": bool(values.size >= min_spectra and days >= min_days),
    }
