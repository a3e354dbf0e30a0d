"""Soundings of OCO beside the spectra that a TCCON site took at the same time.

Monthly means compare what two instruments saw on different days; here single soundings over land in
a box about the site stand beside the spectra within some time of the overpass, as the teams of the
instruments compare them: plainly, and with priors and averaging kernels applied.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.oco_lite import Soundings, read_granule
from carbonscape.archives.oco_profiles import read_oco_profiles
from carbonscape.archives.tccon import Spectra
from carbonscape.archives.tccon_profiles import SitePrior, TcconProfiles
from carbonscape.columns.evaluation.averaging_kernels import harmonise
from carbonscape.columns.evaluation.kernel_scores import XCO2_OVERPASSES
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.progress import Progress

#: Soundings farther apart in time are of two overpasses.
_GAP = np.timedelta64(30, "m")


@dataclass(frozen=True)
class Window:
    """What counts as a coincidence.

    Attributes:
        latitude, longitude: how far a sounding may lie from the site, degrees.
        hours: how far a spectrum may lie from the middle of the overpass.
        min_soundings, min_spectra: an overpass with fewer does not count.
    """

    latitude: float
    longitude: float
    hours: float
    min_soundings: int
    min_spectra: int


def find_overpasses(
    granules: Mapping[str, Sequence[str | os.PathLike[str]]],
    spectra: Sequence[Spectra],
    *,
    window: Window,
    months: Sequence[str],
    scale: str,
) -> pd.DataFrame:
    """Return every overpass of a site with soundings and spectra (XCO2_OVERPASSES).

    Only good soundings over land count, as in the maps. Sites or granules whose files carry no
    profiles are compared plainly alone, which is stated as a finding.

    Args:
        granules: Lite files of each instrument, those that the gridded soundings used.
        spectra: one object a site.
        window: what counts as a coincidence.
        months: of the run, YYYY-MM; soundings of others are passed over.
        scale: calibration scale of both.

    Raises:
        InputError: a file is absent or damaged.
    """
    rows, bare = [], dict.fromkeys(granules, 0)
    with contextlib.ExitStack() as stack:
        sites = [_Site(one, stack) for one in spectra]
        for instrument, paths in granules.items():
            progress = Progress(f"overpasses of {instrument}", len(paths))
            for path in paths:
                for row in _of_granule(path, sites, window, np.array(months, "M8[M]"), scale):
                    bare[instrument] += not row.pop("profiles")
                    rows.append({"instrument": instrument, **row})
                progress.advance()
    for instrument, number in bare.items():
        if number:
            text = (
                f"{number} overpasses of TCCON sites have no averaging kernels or priors in the "
                f"granules of {instrument}: they are compared without"
            )
            findings.warn(f"profiles of {instrument}", text, source=instrument, kind="variable")
    table = pd.DataFrame(rows, columns=XCO2_OVERPASSES.names)
    return XCO2_OVERPASSES.check(table, "overpasses of TCCON sites")


class _Site:
    """A site: its spectra, and the profiles of its files."""

    def __init__(self, spectra: Spectra, stack: contextlib.ExitStack) -> None:
        self.spectra = spectra
        self.files = [stack.enter_context(TcconProfiles(path)) for path in spectra.paths]
        for file, path in zip(self.files, spectra.paths, strict=True):
            if file.absent:
                text = (
                    f"no {' and no '.join(file.absent)} ({spectra.version}): its spectra are "
                    "compared without averaging kernels"
                )
                findings.warn(path, text, source="tccon")

    def prior(self, times: NDArray[np.datetime64]) -> SitePrior | None:
        """Return the mean prior and kernel of some spectra, by the first file that has them."""
        found = (file.mean(times) for file in self.files)
        return next((one for one in found if one is not None), None)


def _of_granule(
    path: str | os.PathLike[str],
    sites: Iterable[_Site],
    window: Window,
    months: NDArray[np.datetime64],
    scale: str,
) -> Iterator[dict]:
    """Yield the overpasses of a granule, without the instrument and with whether it has profiles.

    A granule that cannot be read was left out of the maps, and is here.
    """
    soundings = read_granule(path, scale=scale)
    good = (soundings.flag == 0) & soundings.land & np.isfinite(soundings.xco2)
    good &= np.isfinite(soundings.lat) & np.isfinite(soundings.lon) & ~np.isnat(soundings.time)
    good &= np.isin(soundings.time.astype("M8[M]"), months)
    for site in sites:
        one = site.spectra
        near = good & (np.abs(soundings.lat - one.lat) <= window.latitude)
        turn = np.abs((soundings.lon - one.lon + 180.0) % 360.0 - 180.0)
        rows = np.flatnonzero(near & (turn <= window.longitude))
        for part in _split(rows, soundings.time):
            row = _overpass(path, soundings, part, site, window)
            if row is not None:
                yield row


def _split(rows: NDArray[np.intp], time: NDArray[np.datetime64]) -> list[NDArray[np.intp]]:
    """Return soundings by overpass, in order of time."""
    if not rows.size:
        return []
    rows = rows[np.argsort(time[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(time[rows]) > _GAP) + 1)


def _overpass(
    path: str | os.PathLike[str],
    soundings: Soundings,
    rows: NDArray[np.intp],
    site: _Site,
    window: Window,
) -> dict | None:
    """Return the row of an overpass; None with too few soundings or spectra."""
    if rows.size < window.min_soundings:
        return None
    times = soundings.time[rows].astype("M8[ms]")
    middle = times[0] + (times - times[0]).mean()
    spectra = site.spectra
    reach = np.timedelta64(round(3.6e6 * window.hours), "ms")
    at = np.flatnonzero(np.abs(spectra.time - middle) <= reach)
    if at.size < window.min_spectra:
        return None
    xco2, tccon = soundings.xco2[rows].astype(np.float64), float(spectra.xco2[at].mean())
    row = {
        "site": spectra.site,
        "time": str(middle.astype("M8[m]")),
        "year": int(str(middle)[:4]),
        "month": int(str(middle)[5:7]),
        "soundings": rows.size,
        "spectra": at.size,
        "oco": float(xco2.mean()),
        "tccon": tccon,
        "oco_kernels": np.nan,
        "tccon_kernels": np.nan,
        "profiles": True,
    }
    prior = site.prior(spectra.time[at])
    if prior is None:
        return row
    profiles = read_oco_profiles(path, rows)
    complete = np.zeros(rows.size, bool) if profiles is None else profiles.complete()
    if profiles is None or not complete.all():
        return row | {"profiles": False}
    oco, seen = harmonise(xco2, tccon, profiles, prior)
    return row | {"oco_kernels": float(oco.mean()), "tccon_kernels": float(seen.mean())}


def used_granules(
    given: Iterable[str | os.PathLike[str]], table: pd.DataFrame
) -> list[str | os.PathLike[str]]:
    """Return the files that the gridded soundings used, in the order of their days.

    Args:
        given: files of an instrument.
        table: OCO_GRANULES of it.

    Raises:
        InputError: a used file is not among those given.
    """
    used = table.loc[table["status"] == "used", "file"]
    paths = {os.path.basename(path): path for path in given}
    absent = [name for name in used if name not in paths]
    if absent:
        raise InputError(
            f"{absent[0]}: this granule was gridded and is gone; fetch it again, or delete the "
            "gridded soundings and run again."
        )
    return [paths[name] for name in used]
