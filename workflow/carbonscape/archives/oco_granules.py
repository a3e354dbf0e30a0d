"""Granules of OCO-2 and OCO-3 by their names, and which of several serve a run.

A name tells instrument, day, build and time of production. Whatever services and browsers add to
the name of the archive (``.SUB.nc4``, ``.nc4.dap.nc4``, ``(1).nc4``, another case) is understood.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from carbonscape.archives.oco_days import report_absent_days
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import no_file

logger = logging.getLogger(__name__)

_NAME = re.compile(
    r"(?P<instrument>oco[23])_LtCO2_(?P<date>\d{6})_"
    r"B(?P<major>\d{1,2})(?P<minor>\d)\d\d[A-Z]?(?P<kind>[a-z])_(?P<produced>\d{12})s"
    r"(?P<mark>.*)\.(?:nc4?|h5|hdf5?)",
    re.IGNORECASE,
)

#: Marks of files that were cut out of a granule: GES DISC's subsetter, OPeNDAP, Harmony.
_CUT = re.compile(r"sub|dap|\.nc4?$", re.IGNORECASE)

#: Builds whose collection has another number: B10206Ar is of 10r, B8100r of 8r.
_COLLECTIONS = {"10.2r": "10r", "8.1r": "8r"}


@dataclass(frozen=True)
class GranuleName:
    """What the name of a Lite file says.

    Attributes:
        instrument: ``oco2`` or ``oco3``.
        day: the UTC day.
        version: of the collection, such as ``11.1r`` or ``10r``.
        build: the version that the name itself states, such as ``11.1r`` or ``10.2r``.
        produced: stamp of the production, YYMMDDhhmmss, that orders files of one day.
        mark: what stands in the name beyond that of the archive, such as ``.SUB`` or ``(1)``.
    """

    instrument: str
    day: dt.date
    version: str
    build: str
    produced: str
    mark: str = ""

    @property
    def cut(self) -> bool:
        """Whether the file was cut out of a granule, by its name."""
        return bool(_CUT.search(self.mark))


def parse_name(path: str | os.PathLike[str]) -> GranuleName:
    """Return what the name of a Lite file says.

    Raises:
        InputError: the name is none of a Lite file.
    """
    found = _NAME.fullmatch(Path(path).name)
    if found:
        date = found["date"]
        try:
            day = dt.date(2000 + int(date[:2]), int(date[2:4]), int(date[4:]))
        except ValueError:
            pass
        else:
            # B11014Ar is 11r, B11100Ar is 11.1r.
            minor = "" if found["minor"] == "0" else f".{found['minor']}"
            build = f"{int(found['major'])}{minor}{found['kind'].lower()}"
            return GranuleName(
                instrument=found["instrument"].lower(),
                day=day,
                version=_COLLECTIONS.get(build, build),
                build=build,
                produced=found["produced"],
                mark=found["mark"],
            )
    raise InputError(
        f"{path}: this is no name of an OCO Lite file, expected one such as "
        "oco2_LtCO2_150101_B11100Ar_230524221540s.nc4; keep the names of the archive."
    )


def granule_date(path: str | os.PathLike[str]) -> dt.date:
    """Return the UTC day in the name of a Lite file."""
    return parse_name(path).day


def granule_version(path: str | os.PathLike[str]) -> str:
    """Return the version of the collection, such as 11.1r, by the name of a Lite file."""
    return parse_name(path).version


def choose_granules(
    paths: Sequence[str | os.PathLike[str]],
    versions: Sequence[str],
    *,
    instrument: str,
    months: Sequence[str],
    every_days: int = 1,
    accept: bool = False,
) -> tuple[str, list[Path]]:
    """Choose the granules of a run: one version for the whole span, one granule a day.

    Of the versions wanted, the one that has granules in most months is taken, of equals the first.
    A version is a collection (10r) or what the names state (10.2r). Of several files of a day one
    is taken: one that opens before one that does not, a whole granule before one that was cut
    out, the later production, the name of the archive before a changed one, then the first by
    its path. The days before the first and after the last month are taken where they are there:
    some of their soundings lie across midnight. What is not taken, and days of the span without
    any granule, are stated as findings.

    Args:
        paths: files of the archive, in any order.
        versions: in the order of preference.
        instrument: ``oco2`` or ``oco3``.
        months: of the run, as 2014-12, in order.
        every_days: days from one granule of the archive to the next (a simulated one may be thin).
        accept: whether the configuration accepts that days are absent.

    Returns:
        The version and its files, by day.

    Raises:
        InputError: there is no granule of these versions in these months.
    """
    named = _named(paths, instrument)
    first, last = _span(months)
    inside = [(n, p) for n, p in named if first <= n.day <= last]
    covered = {
        wanted: len({f"{n.day:%Y-%m}" for n, _ in inside if _is_of(n, wanted)} & set(months))
        for wanted in versions
    }
    wanted = max(covered, key=lambda name: covered[name], default="")
    if not covered.get(wanted):
        others = sorted({n.version for n, _ in inside}) or ["none"]
        raise InputError(
            f"{instrument}: no granule of version {' or '.join(versions)} between {months[0]} and "
            f"{months[-1]} among {len(paths)} files; found versions: {', '.join(others)}. Fetch "
            f"granules, or change the config key 'xco2.soundings.{instrument}.versions'."
        )
    days: dict[dt.date, list[tuple[GranuleName, Path]]] = {}
    others = []
    for name, path in inside:
        if _is_of(name, wanted):
            days.setdefault(name.day, []).append((name, path))
        else:
            others.append((name, path))
    chosen = [_choose_of_day(days[day], instrument) for day in sorted(days)]
    # A year of them comes after the single files above, of which each is a line on the terminal.
    for name, path in others:
        text = f"a granule of version {name.version}, and this run takes {wanted} for all its days"
        findings.left_out(path, text, source=instrument)
    logger.info(
        "%s: %d granules of version %s in %d of %d months",
        *(instrument, len(chosen), wanted, covered[wanted], len(months)),
    )
    report_absent_days(
        sorted(days), instrument=instrument, months=months, every_days=every_days, accept=accept
    )
    return next(name.version for name, _ in inside if _is_of(name, wanted)), chosen


def _is_of(name: GranuleName, wanted: str) -> bool:
    """Say whether a granule is of a version: of that collection, or of that build."""
    return wanted in (name.version, name.build)


def _named(
    paths: Iterable[str | os.PathLike[str]], instrument: str
) -> list[tuple[GranuleName, Path]]:
    """Return the granules of an instrument with what their names say; state the other files."""
    named = []
    for path in sorted(map(Path, paths)):
        try:
            name = parse_name(path)
        except InputError:
            findings.left_out(path, "its name is none of a Lite granule", source=instrument)
            continue
        if name.instrument == instrument:
            named.append((name, path))
        else:
            text = f"a granule of {name.instrument} among those of {instrument}"
            findings.left_out(path, text, source=instrument)
    return named


def _choose_of_day(files: Sequence[tuple[GranuleName, Path]], instrument: str) -> Path:
    """Return the file of a day that is read, and state the others."""
    if len(files) == 1:
        return files[0][1]

    def key(file: tuple[GranuleName, Path]) -> tuple:
        # The smallest wins; a later production has a larger number.
        name, path = file
        return (not _opens(path), name.cut, -int(name.produced), bool(name.mark), len(path.parts))

    name, path = best = min(files, key=key)
    for other in files:
        if other is best:
            continue
        rank = next((at for at, pair in enumerate(zip(key(best), key(other), strict=True))
                     if pair[0] != pair[1]), -1)  # fmt: skip
        why = (
            "it cannot be opened",
            "it was cut out of a granule, the other is whole",
            "it was produced earlier",
            "it is a copy of another name",
            "it is a copy in another folder",
            "it is a copy",
        )[rank]
        findings.left_out(other[1], f"{why}; of {name.day} {path} is read", source=instrument)
    return path


def _opens(path: Path) -> bool:
    """Say whether a file is a netCDF that the library opens."""
    if no_file(path):
        return False
    try:
        with netCDF4.Dataset(path):
            return True
    except (OSError, RuntimeError):
        return False


def _span(months: Sequence[str]) -> tuple[dt.date, dt.date]:
    """Return the days before the first and after the last month."""
    first = np.datetime64(months[0], "D") - 1
    last = (np.datetime64(months[-1], "M") + 1).astype("datetime64[D]")
    return first.item(), last.item()
