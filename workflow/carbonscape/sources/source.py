"""What a data source is: what it holds, where it comes from, how its files are named.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carbonscape.core.months import shift_month
from carbonscape.sources.folders import files_below, no_rule_names
from carbonscape.sources.requests import Request
from carbonscape.sources.services import Service

#: Parts of a date in the names of files, as in ``strftime``.
_DATE = {"%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d\d)", "%m": r"(?P<m>\d\d)", "%d": r"(?P<d>\d\d)"}


@dataclass(frozen=True)
class Files:
    """Files of one kind of a source.

    Attributes:
        pattern: path below the folder of raw data; a date stands in it as in ``strftime``.
        over: wing and period whose files a run needs, such as ``fluxes.predictors``: what
            ``periods`` of the wing's module ``periods`` returns.
        reader: module of ``archives`` that reads them.
        twin: rule (and script) that writes them for a simulated Earth; empty for none.
        after: months after the period that belong to it.
        found: of files whose days or full names are not known beforehand, what the whole name
            must match: a regular expression with a date as in ``strftime``. A run uses the
            files that are there, and the name by ``pattern`` stands for one that is not.
        accepted: of found files, what the names of files that a person has put there may be
            besides, whatever their case; names by ``found`` go first.
        beside: whether the files of the day before the first and of the day after the last month
            belong to it where they are there; they are not asked for.
        every_month: whether each month needs at least one of the found files.
        listing: of found files that can be asked for, the file that says which belong to a month
            (or to the source): see :mod:`carbonscape.sources.listing`.
        request: how they are asked for; none where a person has to get them.
        made: whether the workflow makes them of another kind of files of the source instead.
        maps_alone: whether nothing but maps on the grid reads them: of a run of a region they can
            be asked for on the region's cells (:mod:`carbonscape.sources.regional`).
        megabytes: of one file, where that does not depend on the grid.
        cell_bytes: of each cell of the grid and step, before compression.
        steps: images, days or months in one file, for ``cell_bytes``.
    """

    pattern: str
    over: str
    reader: str
    twin: str = ""
    after: int = 0
    found: str = ""
    accepted: str = ""
    beside: bool = False
    every_month: bool = False
    listing: str = ""
    request: Request | None = None
    made: bool = False
    maps_alone: bool = False
    megabytes: float = 0.0
    cell_bytes: float = 0.0
    steps: int = 1

    @property
    def folder(self) -> str:
        """The folder below that of raw data."""
        return self.pattern.split("/")[0]

    @property
    def wing(self) -> str:
        """The wing whose products need them."""
        return self.over.split(".")[0]

    def path(self, root: str | Path, when: str) -> str:
        """Return the path of the file of a year, month or day (YYYY, YYYY-MM, YYYY-MM-DD)."""
        return _dated(self.pattern, root, when)

    @property
    def names(self) -> re.Pattern[str]:
        """What the names of found files match."""
        pattern = _dated_pattern(self.accepted or self.found)
        return re.compile(pattern, re.IGNORECASE if self.accepted else 0)

    def asked(self, root: str | Path, when: Iterable[str]) -> dict[str, str]:
        """Return what can be asked of the archive for some months or days.

        Returns:
            By path, the year, month or day that a request is about (YYYY, YYYY-MM, YYYY-MM-DD;
            empty for all): files, or the listings of files whose names are not known.
        """
        moments = list(when)
        if moments and not self.listing:
            moments += [shift_month(moments[-1], number + 1) for number in range(self.after)]
        pattern = self.listing or self.pattern
        length = next((n for part, n in (("%d", 10), ("%m", 7), ("%Y", 4)) if part in pattern), 0)
        return {_dated(pattern, root, moment): moment[:length] for moment in moments}

    def paths(self, root: str | Path, when: Iterable[str], *, listings: bool = True) -> list[str]:
        """Return the paths of the files of some months or days, in their order.

        Of found files those that are there, in whatever folder below theirs: all of a month, one
        of a day (the last by name). Where none is, the listing that can be asked for, or with no
        ``listings`` the name by ``pattern``.
        """
        moments = list(when)
        if not moments:
            return []
        if self.found:
            return self._paths_found(root, moments, listings)
        moments += [shift_month(moments[-1], number + 1) for number in range(self.after)]
        return list(dict.fromkeys(self.path(root, moment) for moment in moments))

    def every(
        self, root: str | Path, months: Sequence[str], days: int, also: Iterable[str] = ()
    ) -> list[str]:
        """Return the files of every n-th day of some months, and of some days beside."""
        first = dt.date.fromisoformat(f"{months[0]}-01")
        end = dt.date.fromisoformat(f"{shift_month(months[-1], 1)}-01")
        chosen = {first + dt.timedelta(days=n) for n in range(0, (end - first).days, days)}
        chosen |= {day for day in map(dt.date.fromisoformat, also) if first <= day < end}
        return [self.path(root, day.isoformat()) for day in sorted(chosen)]

    def _paths_found(self, root: str | Path, moments: Sequence[str], listed: bool) -> list[str]:
        """Return the files that are there, and the names of some that had to be there."""
        there = self._there(Path(root, self.pattern).parent)
        listed = listed and bool(self.listing)
        listings = self.asked(root, moments) if listed else {}
        if "%" not in self.found:
            if _is_asked(listings, [path for _, path in there]):
                return list(listings)
            return [path for _, path in there] or [self.path(root, "")]
        paths: list[str] = []
        for moment in moments:
            listing = _dated(self.listing, root, moment) if listed else ""
            in_month = [path for day, path in there if day.startswith(moment[:7])]
            if _is_asked([listing] if listing else [], in_month):
                paths.append(listing)
                continue
            of_moment = [path for day, path in there if day.startswith(moment)]
            one_day = len(moment) == len("YYYY-MM-DD")
            paths += [max(of_moment, key=self._rank)] if one_day and of_moment else of_moment
            if not of_moment and (one_day or self.every_month):
                paths.append(self.path(root, moment))
        paths = paths or [self.path(root, moments[0])]
        return list(dict.fromkeys(paths + self._paths_beside(there, moments)))

    def _paths_beside(self, there: Sequence[tuple[str, str]], moments: Sequence[str]) -> list[str]:
        """Return the files of the days before the first and after the last of some months."""
        if not self.beside:
            return []
        first = dt.date.fromisoformat(f"{moments[0]}-01") - dt.timedelta(days=1)
        days = {first.isoformat(), f"{shift_month(moments[-1], 1)}-01"}
        return [path for day, path in there if day in days]

    def _there(self, folder: Path) -> list[tuple[str, str]]:
        """Return day (empty if names tell none) and path of every file that is there, by name."""
        named = self.names
        found: dict[str, tuple[str, str, str]] = {}
        for path in files_below(folder):
            match = named.fullmatch(path.name)
            if match and not no_rule_names(path, folder):
                date = match.groupdict()
                year = date.get("Y", f"20{date.get('y')}")
                day = f"{year}-{date['m']}-{date['d']}" if date else ""
                # Who reads copies tells which one counts; else a name counts once.
                key = str(path) if self.accepted else path.name
                found.setdefault(key, (path.name, day, str(path)))
        return [(day, path) for _, day, path in sorted(found.values())]

    def _rank(self, path: str) -> tuple[bool, bool, bool, str, int]:
        """Return by what one of several files of a day is taken: the largest."""
        name = os.path.basename(path)
        whole = bool(re.fullmatch(_dated_pattern(self.found), name))
        subset = ".sub" in name.lower() or ".dap" in name.lower()
        return os.path.getsize(path) > 0, whole, not subset, name, -len(Path(path).parts)


def _dated_pattern(pattern: str) -> str:
    """Return a regular expression in which parts of a date as in ``strftime`` are named groups."""
    for part, digits in _DATE.items():
        pattern = pattern.replace(part, digits)
    return pattern


def _is_asked(listings: Iterable[str], there: Sequence[str]) -> bool:
    """Say whether files are those of a listing, not what a person has put there.

    They are where the listing is there, for else a step would run again once it is; where there
    is nothing; and where a download was interrupted: its files have receipts, and no listing yet.
    """
    listings = list(listings)
    if not listings:
        return False
    if any(map(os.path.isfile, listings)):
        return True
    return not there or any(os.path.isfile(f"{path}.receipt.json") for path in there)


def _dated(pattern: str, root: str | Path, when: str) -> str:
    """Return the path of a year, month or day by a pattern below a folder."""
    if "%" not in pattern:
        return str(Path(root, pattern))
    day = dt.date.fromisoformat(f"{when}-01-01"[:10])
    return str(Path(root, day.strftime(pattern)))


@dataclass(frozen=True)
class Source:
    """A data set that a run reads.

    What is not known stays empty.

    Attributes:
        title: what it is, in words.
        use: what it serves for.
        service: who delivers it.
        dataset: its identifier there.
        versions: version, or versions in the order in which they are tried.
        files: its files by kind.
        variables: names of what is read, as the archive has them.
        units: their units and scales.
        licence: licence or data policy.
        doi: of the data set; what to cite where it has none.
        first, last: first and last date that the archive has; no last: it goes on.
        size: of a file or of the whole.
        folder_key: key of the configuration that names the folder of what is downloaded by
            hand; empty where the files lie below the folder of raw data.
        name: in messages and in the registry: that of the module.
    """

    title: str
    use: str
    service: Service
    files: Mapping[str, Files]
    dataset: str = ""
    versions: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    units: str = ""
    licence: str = ""
    doi: str = ""
    first: str = ""
    last: str = ""
    size: str = ""
    folder_key: str = ""
    name: str = ""

    @property
    def page(self) -> str:
        """Address of the page on the data set."""
        return self.service.page.format(path=self.dataset, name=self.dataset.replace("/", "_"))
