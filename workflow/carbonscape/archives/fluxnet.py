"""Reading monthly FLUXNET files: SUBSET and FULLSET, loose, zipped, or zips in zips.

Format: Pastorello et al. 2020 (doi:10.1038/s41597-020-0534-3). Monthly fluxes are mean daily
fluxes in gC m-2 d-1, missing values are -9999, and NEE_VUT_REF_QC is the fraction (0 to 1) of
measured or good-quality gap-filled half-hours.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO

import pandas as pd

from carbonscape.archives.csv_text import CsvText, read_csv_text
from carbonscape.archives.fluxnet_files import (
    TowerFile,
    base_name,
    choose_one_per_site,
    losers,
    parse_name,
    refuse_misnamed,
    unused_tower_files,
)
from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.limits import TOWER_BYTES, TOWER_MONTHS, TOWERS, ZIP_DEPTH, ZIP_INNER
from carbonscape.core.plain_files import refuse_larger, require_file, unreadable
from carbonscape.core.zip_files import open_zip, read_blocks

#: Columns of the tower archive and the FLUXNET columns that they are read from.
FLUX_COLUMNS = {
    "gpp_nt": "GPP_NT_VUT_REF",
    "gpp_dt": "GPP_DT_VUT_REF",
    "reco_nt": "RECO_NT_VUT_REF",
    "nee": "NEE_VUT_REF",
    "qc": "NEE_VUT_REF_QC",
}

#: What the mean of a month can be, gC m-2 d-1. The months of FLUXNET2015 lie within -6.9 and 23.8
#: (GPP_NT), 0 and 24.1 (GPP_DT), 0 and 27.4 (RECO_NT), -16.1 and 9.2 (NEE); maize and sugar cane
#: reach about 30.
BOUNDS = {
    "gpp_nt": (-15.0, 35.0),
    "gpp_dt": (-15.0, 35.0),
    "reco_nt": (-15.0, 40.0),
    "nee": (-25.0, 25.0),
}

_MISSING = -9999.0
#: Values this far from zero are marks of missing values rather than fluxes in another unit.
_MARK = 900.0
_WRITE_MARK = "a missing value is -9999 in FLUXNET files: write it so where this stands for one"
SOURCE = "fluxnet2015"
_AGAIN = "download it again from where it came (fluxnet.org)"


@dataclass(frozen=True)
class _Source:
    """A FLUXNET file on disk or inside zips: what its name says, where it is, how to open it."""

    file: TowerFile
    origin: str
    open: Callable[[], IO[bytes]]


def read_towers(
    files: Sequence[str | os.PathLike[str]], *, leave_out: Collection[str] = ()
) -> pd.DataFrame:
    """Read the monthly fluxes of all towers, one file per site, whole or not at all.

    What became of the files and towers is stated (``core.findings``).

    Args:
        files: loose monthly CSVs and zips, as ``find_tower_files`` returns them. Of several files
            of one site, wherever they are, one is used (``TowerFile.rank``).
        leave_out: sites that are not read.

    Returns:
        A table that follows ``TOWER_ARCHIVE`` (fluxes in gC m-2 d-1, QC as a fraction
        from 0 to 1, -9999 as NaN), sorted by site, year and month.

    Raises:
        InputError: a file or zip is damaged, cut short, not monthly, lacks a column or holds a
            value that is not a number, a flux that no month can have or a QC outside 0 to 1, or
            its months are not exactly those of the years in its name, each once and in order.
    """
    found: list[tuple[TowerFile, tuple[Path, str]]] = []
    for path in dict.fromkeys(Path(path) for path in files):
        sources = [(source.file, (path, source.origin)) for source in _sources(path)]
        if not sources:
            raise _no_months(str(path))
        found += sources
    sites = {file.site for file, _ in found}
    refuse_larger(len(sites), TOWERS, origin="config key 'towers'", remedy="take some away")
    _state_left_out(found, leave_out)
    kept = [entry for entry in found if entry[0].site not in leave_out]
    chosen = set(choose_one_per_site(kept).values())
    tables = []
    # In the order given: the first fault is named, and it is the same in every run.
    for path in dict.fromkeys(path for _, (path, _) in kept):
        for source in _sources(path):
            if (path, source.origin) in chosen:
                tables.append(_read_source(source))
                findings.used(path, source=SOURCE)
                findings.used(source.file.site, source=SOURCE, kind="tower")
    if not tables:
        none = "every tower is left out (inputs.leave_out_towers)" if found else "no file was given"
        raise InputError(f"towers: {none}, no FLUXNET file is left; see the config key 'towers'.")
    table = pd.concat(tables).sort_values(["site", "year", "month"], ignore_index=True)
    return TOWER_ARCHIVE.check(table, "towers")


def _state_left_out(
    found: list[tuple[TowerFile, tuple[Path, str]]], leave_out: Collection[str]
) -> None:
    """State which of the files given are not read."""
    sites = {file.site for file, _ in found}
    for site in sorted(leave_out):
        key = "the config key inputs.leave_out_towers names it"
        if site in sites:
            findings.left_out(site, key, source=SOURCE, kind="tower")
        else:
            findings.warn(site, f"{key}, but no file is that tower's", source=SOURCE, kind="tower")
    for file, (_, origin), reason in losers(found):
        if file.site not in leave_out:
            findings.left_out(origin, reason, source=SOURCE)


def state_unused(folder: str | os.PathLike[str], read: Collection[str]) -> None:
    """State which files of a towers folder look like tower data and are not read.

    Args:
        folder: the towers folder.
        read: sites that were read. Their files without months are no loss.

    Raises:
        InputError: as of ``find_tower_files``.
    """
    for entry in unused_tower_files(folder):
        if entry.loser or entry.site not in read:
            findings.left_out(entry.path, entry.reason, source=SOURCE)


def state_unread_sites(listed: Collection[str], read: Collection[str]) -> None:
    """State which towers of the site list have no file.

    Args:
        listed: sites of the list.
        read: sites that were read, or that are left out on purpose.
    """
    for site in sorted(set(listed) - set(read)):
        reason = "the site list names it, but the towers folder holds no file of its months"
        findings.left_out(site, reason, source=SOURCE, kind="tower")


def _sources(path: Path) -> Iterator[_Source]:
    """Yield the FLUXNET files that a path stands for: itself, or those inside a zip."""
    file = parse_name(path.name)
    if file is not None and file.may_hold_months:
        yield _Source(file, str(path), partial(_open_path, path))
    elif path.suffix.lower() == ".zip":
        with _open_path(path) as stream:
            yield from _zip_sources(stream, str(path))
    else:
        raise InputError(
            f"{path}: not the name of a monthly FLUXNET file, such as "
            "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv; name it as its origin does."
        )


def _open_path(path: Path) -> IO[bytes]:
    """Open a file on disk.

    Raises:
        InputError: it is absent or may not be read.
    """
    require_file(path)
    try:
        return open(path, "rb")
    except OSError as error:
        raise unreadable(path, error) from error


def _zip_sources(stream: IO[bytes], origin: str, *, depth: int = 1) -> Iterator[_Source]:
    """Yield the FLUXNET files in a zip, going down into zips of other names.

    They can be opened for as long as ``stream`` is open.
    """
    refuse_larger(depth, ZIP_DEPTH, origin=origin, remedy=_AGAIN)
    with _zip_faults(origin):
        archive = open_zip(stream, origin=origin, remedy=_AGAIN)
    for member in sorted(archive.namelist()):
        name = base_name(member)
        file = parse_name(name)
        # An origin reads 'outer.zip, member inner.zip, member FLX_….csv'.
        inner = f"{origin}, member {member}"
        if file is not None and file.may_hold_months:
            yield _Source(file, inner, partial(_open_member, archive, member, inner))
        elif file is None and name.lower().endswith(".zip"):
            packed = _open_member(archive, member, inner)
            yield from _zip_sources(packed, inner, depth=depth + 1)
        elif file is None:
            refuse_misnamed(name, inner)


def _open_member(archive: zipfile.ZipFile, member: str, origin: str) -> IO[bytes]:
    """Unpack one member of a zip into memory; its check sum is verified on the way."""
    limit = ZIP_INNER if member.lower().endswith(".zip") else TOWER_BYTES
    unpacked = io.BytesIO()
    with _zip_faults(origin):
        for block in read_blocks(archive, member, limit=limit, origin=origin, remedy=_AGAIN):
            unpacked.write(block)
    unpacked.seek(0)
    return unpacked


@contextlib.contextmanager
def _zip_faults(origin: str) -> Iterator[None]:
    """Turn what zipfile raises on damaged, encrypted or exotic zips into one refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError) as error:
        raise InputError(
            f"{origin}: the zip is broken or cut short ({error}); {_AGAIN}."
        ) from error
    except RuntimeError as error:
        # Encrypted, or packed by a method that Python lacks (NotImplementedError).
        raise InputError(
            f"{origin}: the zip cannot be unpacked ({error}); unpack it yourself and put the "
            "monthly CSV files in its place."
        ) from error


def _no_months(origin: str) -> InputError:
    """Return the refusal of a zip that has no monthly file."""
    return InputError(
        f"{origin}: the zip holds no monthly FLUXNET file (a member such as "
        "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv); download the SUBSET product with "
        "monthly data, or move the zip out of the folder."
    )


def _read_source(source: _Source) -> pd.DataFrame:
    """Return the months of one CSV, or of the best monthly CSV of its site in one zip."""
    with source.open() as stream:
        if not source.file.zipped:
            content = stream.read(TOWER_BYTES.most + 1)
            refuse_larger(len(content), TOWER_BYTES, origin=source.origin, remedy=_AGAIN)
            return _read_months(content, source.file, source.origin)
        members = [
            (member.file, member)
            for member in _zip_sources(stream, source.origin)
            if member.file.site == source.file.site
        ]
        if not members:
            raise _no_months(source.origin)
        for _, member, reason in losers(members):
            findings.left_out(member.origin, reason, source=SOURCE)
        return _read_source(choose_one_per_site(members)[source.file.site])


def _read_months(content: bytes, file: TowerFile, origin: str) -> pd.DataFrame:
    """Return the rows of the tower archive that one monthly CSV holds."""
    text = read_csv_text(content, origin=origin, remedy=_AGAIN, most_lines=TOWER_MONTHS)
    text.require(["TIMESTAMP", *FLUX_COLUMNS.values()])
    if not text.whole_last_line and text.header[-1] in FLUX_COLUMNS.values():
        raise text.fault(
            len(text.rows) - 1,
            text.header[-1],
            "the last line has no line end, so that its last number may be cut short",
        )
    months = _months(text, file)
    columns = {name: _fluxes(text, column) for name, column in FLUX_COLUMNS.items()}
    for name in BOUNDS:
        _refuse_impossible(text, name, columns[name])
    for row, qc in enumerate(columns["qc"]):
        if not (math.isnan(qc) or 0 <= qc <= 1):
            raise text.fault(
                row,
                FLUX_COLUMNS["qc"],
                f"found {qc:g}, expected a fraction from 0 to 1 (monthly files hold the fraction "
                "of good half-hours, not a flag or percent)",
            )
    return pd.DataFrame(
        {
            "site": file.site,
            "year": [month // 12 for month in months],
            "month": [month % 12 + 1 for month in months],
            **columns,
            "file": file.name,
        }
    )


def _fluxes(text: CsvText, column: str) -> list[float]:
    """Return one column with NaN for -9999.

    Raises:
        InputError: a cell is empty or no number.
    """
    values = text.numbers(column, empty=_WRITE_MARK)
    return [math.nan if value == _MISSING else value for value in values]


def _refuse_impossible(text: CsvText, name: str, values: list[float]) -> None:
    """Refuse a flux that no month can have: another mark of missing values, or another unit."""
    low, high = BOUNDS[name]
    for row, value in enumerate(values):
        # NaN compares as neither below nor above.
        if not (value < low or value > high):
            continue
        cell = text.texts(FLUX_COLUMNS[name])[row]
        if abs(value) >= _MARK or value in (-99.0, 99.0):
            remedy = _WRITE_MARK
        else:
            remedy = (
                "monthly files hold the mean of the days: divide totals of a month by its days, "
                "other units by their factor, or download the original file again"
            )
        expected = f"expected a mean of {low:g} to {high:g} gC m-2 d-1"
        raise text.fault(row, FLUX_COLUMNS[name], f"found {cell}, {expected}", remedy=remedy)


def _months(text: CsvText, file: TowerFile) -> list[int]:
    """Return year * 12 + month - 1 of every row; they must fill the years of the name in order.

    Every original file holds each month of the years in its name, so that anything else means a
    file that was cut short, merged or edited.
    """
    months: list[int] = []
    line_of: dict[int, int] = {}
    for row, stamp in enumerate(text.texts("TIMESTAMP")):
        if not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", stamp):
            raise text.fault(row, "TIMESTAMP", f"found {stamp!r}, expected a month as YYYYMM")
        month = int(stamp[:4]) * 12 + int(stamp[4:]) - 1
        if month in line_of:
            raise text.fault(
                row, "TIMESTAMP", f"the month {stamp} is doubled (also on line {line_of[month]})"
            )
        line_of[month] = text.lines[row]
        months.append(month)
    for row, (before, month) in enumerate(pairwise(months), start=1):
        if month < before:
            sentence = f"the months are unordered ({_stamp(month)} after {_stamp(before)})"
            raise text.fault(row, "TIMESTAMP", sentence)
    for row, (before, month) in enumerate(pairwise(months), start=1):
        if month > before + 1:
            sentence = f"months are absent between {_stamp(before)} and {_stamp(month)}"
            raise text.fault(row, "TIMESTAMP", sentence)
    _refuse_other_years(text, file, months[0], months[-1])
    return months


def _refuse_other_years(text: CsvText, file: TowerFile, first: int, last: int) -> None:
    """Refuse months that do not begin and end with the years in the file's name."""
    if file.first_year is None or file.last_year is None:
        return
    promised = f"but the years in the file's name are {file.first_year}-{file.last_year}"
    why_short = "the file is cut short"
    why_long = "the file was renamed or merged"
    begin, end = file.first_year * 12, file.last_year * 12 + 11
    if first != begin:
        why = why_short if first > begin else why_long
        raise text.fault(0, "TIMESTAMP", f"rows begin in {_stamp(first)}, {promised}: {why}")
    if last != end:
        why = why_short if last < end else why_long
        raise text.fault(
            len(text.rows) - 1, "TIMESTAMP", f"rows end in {_stamp(last)}, {promised}: {why}"
        )


def _stamp(month: int) -> str:
    """Return YYYYMM of year * 12 + month - 1."""
    return f"{month // 12:04d}{month % 12 + 1:02d}"
