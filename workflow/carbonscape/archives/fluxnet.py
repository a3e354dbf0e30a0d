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
from collections.abc import Callable, Iterator, Sequence
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
    parse_name,
    refuse_misnamed,
)
from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core.errors import InputError

#: Columns of the tower archive and the FLUXNET columns that they are read from.
FLUX_COLUMNS = {
    "gpp_nt": "GPP_NT_VUT_REF",
    "gpp_dt": "GPP_DT_VUT_REF",
    "reco_nt": "RECO_NT_VUT_REF",
    "nee": "NEE_VUT_REF",
    "qc": "NEE_VUT_REF_QC",
}

_MISSING = -9999.0
_AGAIN = "download it again from where it came (fluxnet.org)"


@dataclass(frozen=True)
class _Source:
    """A FLUXNET file on disk or inside zips: what its name says, where it is, how to open it."""

    file: TowerFile
    origin: str
    open: Callable[[], IO[bytes]]


def read_towers(files: Sequence[str | os.PathLike[str]]) -> pd.DataFrame:
    """Read the monthly fluxes of all towers, one file per site, whole or not at all.

    Args:
        files: loose monthly CSVs and zips, as ``find_tower_files`` returns them. Of several files
            of one site, wherever they are, one is used (``TowerFile.rank``).

    Returns:
        A table that follows ``TOWER_ARCHIVE`` (fluxes in gC m-2 d-1, QC as a fraction
        from 0 to 1, -9999 as NaN), sorted by site, year and month.

    Raises:
        InputError: a file or zip is damaged, cut short, not monthly, lacks a column or holds a
            value that is not a number or a QC outside 0 to 1, or its months are not exactly those
            of the years in its name, each once and in order.
    """
    paths = [Path(path) for path in files]
    found = []
    for path in paths:
        sources = [(source.file, (path, source.origin)) for source in _sources(path)]
        if not sources:
            raise _no_months(str(path))
        found += sources
    chosen = set(choose_one_per_site(found).values())
    tables = []
    for path in dict.fromkeys(path for path, _ in chosen):
        for source in _sources(path):
            # discard: the same path may have been given twice.
            if (path, source.origin) in chosen:
                chosen.discard((path, source.origin))
                tables.append(_read_source(source))
    if not tables:
        raise InputError("towers: no FLUXNET file was given; see the config key 'towers'.")
    table = pd.concat(tables).sort_values(["site", "year", "month"], ignore_index=True)
    return TOWER_ARCHIVE.check(table, "towers")


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
            "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv; give it its original name."
        )


def _open_path(path: Path) -> IO[bytes]:
    """Open a file on disk.

    Raises:
        InputError: it is absent or may not be read.
    """
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def _zip_sources(stream: IO[bytes], origin: str) -> Iterator[_Source]:
    """Yield the FLUXNET files in a zip, going down into zips of other names.

    They can be opened for as long as ``stream`` is open.
    """
    with _zip_faults(origin):
        archive = zipfile.ZipFile(stream)
    for member in sorted(archive.namelist()):
        name = base_name(member)
        file = parse_name(name)
        # An origin reads 'outer.zip, member inner.zip, member FLX_….csv'.
        inner = f"{origin}, member {member}"
        if file is not None and file.may_hold_months:
            yield _Source(file, inner, partial(_open_member, archive, member, inner))
        elif file is None and name.lower().endswith(".zip"):
            yield from _zip_sources(_open_member(archive, member, inner), inner)
        elif file is None:
            refuse_misnamed(name, inner)


def _open_member(archive: zipfile.ZipFile, member: str, origin: str) -> IO[bytes]:
    """Unpack one member of a zip into memory; its check sum is verified on the way."""
    with _zip_faults(origin):
        return io.BytesIO(archive.read(member))


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
            return _read_months(stream.read(), source.file, source.origin)
        members = [
            (member.file, member)
            for member in _zip_sources(stream, source.origin)
            if member.file.site == source.file.site
        ]
        if not members:
            raise _no_months(source.origin)
        return _read_source(choose_one_per_site(members)[source.file.site])


def _read_months(content: bytes, file: TowerFile, origin: str) -> pd.DataFrame:
    """Return the rows of the tower archive that one monthly CSV holds."""
    text = read_csv_text(content, origin=origin, remedy=_AGAIN)
    text.require(["TIMESTAMP", *FLUX_COLUMNS.values()])
    if not text.whole_last_line and text.header[-1] in FLUX_COLUMNS.values():
        raise text.fault(
            len(text.rows) - 1,
            text.header[-1],
            "the last line has no line end, so that its last number may be cut short",
        )
    months = _months(text, file)
    columns = {name: _fluxes(text, column) for name, column in FLUX_COLUMNS.items()}
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
    """Return one column with NaN for -9999."""
    return [math.nan if value == _MISSING else value for value in text.numbers(column)]


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
