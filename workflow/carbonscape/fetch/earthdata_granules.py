"""Granules of Earthdata: what the catalogue says of each, and which of them are taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

#: Algorithms of checksums as the catalogue (UMM-G) spells them.
_CHECKSUMS = {"MD5": "md5", "SHA-256": "sha256"}
_UNITS = {"KB": 2**10, "MB": 2**20, "GB": 2**30}
#: A size in MB is rounded; how far a file may be off.
_ROUNDED = 0.02


@dataclass(frozen=True)
class Granule:
    """A file of a day.

    Attributes:
        name: of the file.
        day: YYYY-MM-DD, of its name.
        produced: the part of its name that tells when it was made; later ones sort after.
        url: where it lies.
        size: bytes, None where the catalogue does not tell them exactly.
        about: bytes to within two percent, 0 where the catalogue does not tell.
        checksum: ``md5:`` or ``sha256:`` and digits, empty where there is none.
    """

    name: str
    day: str
    produced: str
    url: str
    size: int | None
    about: float
    checksum: str

    def has_size(self, size: int) -> bool:
        """Say whether a file of so many bytes can be this one."""
        if self.size is not None:
            return size == self.size
        return not self.about or abs(size - self.about) <= _ROUNDED * self.about


def parse_granules(records: Iterable[Mapping[str, Any]], pattern: str) -> list[Granule]:
    """Return the files that the catalogue lists and whose names are those of the source.

    Args:
        records: of the catalogue (UMM-G, ``umm_json``).
        pattern: regular expression of the names, with a date as in ``strftime``.
    """
    date = {"%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d\d)", "%m": r"(?P<m>\d\d)", "%d": r"(?P<d>\d\d)"}
    for part, digits in date.items():
        pattern = pattern.replace(part, digits)
    named = re.compile(pattern)
    return [granule for record in records if (granule := _parse(record, named)) is not None]


def _parse(record: Mapping[str, Any], named: re.Pattern[str]) -> Granule | None:
    """Return the file of a record; none where no address ends in a name of the source."""
    umm = record.get("umm", {})
    for link in umm.get("RelatedUrls", []):
        url = link.get("URL", "")
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        found = named.fullmatch(name)
        if link.get("Type") != "GET DATA" or not url.startswith("http") or not found:
            continue
        date = found.groupdict()
        year = date.get("Y") or f"20{date['y']}"
        size, about, checksum = _stated(umm, name)
        produced = name.rpartition("_")[2]
        day = f"{year}-{date['m']}-{date['d']}"
        return Granule(name, day, produced, url, size, about, checksum)
    return None


def _stated(umm: Mapping[str, Any], name: str) -> tuple[int | None, float, str]:
    """Return size, rounded size and checksum of a file, as far as the catalogue states them."""
    entries = umm.get("DataGranule", {}).get("ArchiveAndDistributionInformation", [])
    fitting = [entry for entry in entries if entry.get("Name") == name]
    # An archive of one file a granule often leaves its name out.
    entry = fitting[0] if fitting else entries[0] if len(entries) == 1 else {}
    checksum = entry.get("Checksum", {})
    kind = _CHECKSUMS.get(checksum.get("Algorithm", ""))
    digits = f"{kind}:{checksum['Value'].lower()}" if kind and checksum.get("Value") else ""
    if "SizeInBytes" in entry:
        return int(entry["SizeInBytes"]), float(entry["SizeInBytes"]), digits
    about = float(entry.get("Size", 0)) * _UNITS.get(str(entry.get("SizeUnit", "")).upper(), 0)
    return None, about, digits


def newest_of_days(granules: Iterable[Granule], month: str) -> list[Granule]:
    """Return one granule for each day of a month, the one that was produced last, by day.

    A search by time also finds the granule of the day before the month, whose last orbit ends
    after midnight: it belongs to the month before.
    """
    newest: dict[str, Granule] = {}
    for granule in granules:
        if granule.day.startswith(month):
            other = newest.get(granule.day, granule)
            newest[granule.day] = max(other, granule, key=lambda g: (g.produced, g.name))
    return [newest[day] for day in sorted(newest)]


def choose_version(counts: Mapping[str, int], wanted: Sequence[str]) -> str:
    """Return the first version that has granules of the whole span; empty if none has any.

    An archive that removes an old version leaves a part of its granules for a while: less than
    nine tenths of the most that a version has is not the whole span.

    Args:
        counts: granules of each version in the span.
        wanted: versions in the order in which they are tried.
    """
    most = max((counts[version] for version in wanted), default=0)
    whole = (version for version in wanted if most and counts[version] >= 0.9 * most)
    return next(whole, "")
