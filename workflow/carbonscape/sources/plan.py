"""What a run will download: how many files and bytes, from whom, with which account and licence.

Nothing is asked of any archive: all numbers follow from the registry and the configuration. Only
the standard library is used here.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonscape.sources.needs import (
    NO_AREAS,
    Download,
    downloads,
    needed,
    periods_of_run,
    settings_of_requests,
)
from carbonscape.sources.regional import Area
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.requests import Cells, TowerPixels
from carbonscape.sources.source import Files, Source

#: Megabytes a second that the estimate of time assumes of each client; queues come on top.
RATES = {"earthengine-api": 4.0, "cdsapi": 5.0, "earthaccess": 10.0, "requests": 10.0}

#: Bytes that one request of pixels may return (Earth Engine, image:computePixels).
_LARGEST_REQUEST = 48e6


@dataclass(frozen=True)
class Line:
    """One source of the table.

    Attributes:
        source: its record.
        files: files that the run needs.
        there: of these, how many are there.
        gigabytes: of all of them.
        missing_gigabytes: of those that are not there.
        requests: requests for those that are not there, at least.
        by_hand: whether a person has to get them.
    """

    source: Source
    files: int
    there: int
    gigabytes: float
    missing_gigabytes: float
    requests: int
    by_hand: bool

    @property
    def hours(self) -> float:
        """Hours at the rate that is assumed of its client."""
        rate = RATES.get(self.source.service.client, 0.0)
        return self.missing_gigabytes * 1000 / rate / 3600 if rate else 0.0


def plan_downloads(
    sections: Mapping[str, Mapping[str, Any]],
    *,
    root: str | Path,
    towers: str | None,
    areas: Mapping[str, Area] = NO_AREAS,
) -> list[Line]:
    """Return what a run needs of each source.

    Args:
        sections: sections of the configuration by product.
        root: the folder of raw data.
        towers: the folder of the FLUXNET2015 files, if it is set.
        areas: cells of the region by wing, as of :func:`carbonscape.sources.needs.downloads`.

    Returns:
        One line a source that the run reads, by name.
    """
    periods = periods_of_run(sections)
    wanted = downloads(root=root, periods=periods, areas=areas)
    by_source: dict[str, list[tuple[str, Download]]] = {}
    for path, file in wanted.items():
        by_source.setdefault(file.source, []).append((path, file))
    lines = []
    for name in source_names():
        source = get_source(name)
        if files := [f for f in by_source.get(name, []) if f[1].files.reader]:
            lines.append(_line(source, files, sections))
        elif paths := [p for p in needed(source, root=root, periods=periods) if _is_read(source)]:
            there = bool(towers and Path(towers).is_dir()) if source.folder_key else None
            found = len(paths) * there if there is not None else sum(map(_is_file, paths))
            lines.append(Line(source, len(paths), found, 0.0, 0.0, 0, by_hand=True))
    return lines


def _line(
    source: Source, files: Iterable[tuple[str, Download]], sections: Mapping[str, Any]
) -> Line:
    """Return the line of a source that can be fetched."""
    count = there = requests = 0
    total = missing = 0.0
    for path, file in files:
        settings = settings_of_requests(sections, file, {})
        size, number = size_of(file.files, file.when, settings), number_of(file, settings)
        is_there = _is_file(path)
        count += number
        there += number * is_there
        total += size
        if not is_there:
            missing += size
            requests += max(number, requests_for(file.files, size))
    return Line(source, count, there, total / 1e9, missing / 1e9, requests, by_hand=False)


def size_of(files: Files, when: str, settings: Mapping[str, Any]) -> float:
    """Return the bytes of one file (of a listing: of all that it names), about.

    On cells, the bytes of a cell times the cells of the globe, or of an area, times the images of a
    file, as they are transferred; else what the registry states, by the share of days taken.
    """
    if files.cell_bytes:
        north, west, south, east = settings.get("area", (90, -180, -90, 180))
        cells = (north - south) / settings["cell"] * ((east - west) / settings["cell"])
        return files.cell_bytes * cells * files.steps
    return files.megabytes * 1e6 / settings.get("options", {}).get("every_days", 1)


def number_of(file: Download, settings: Mapping[str, Any]) -> int:
    """Return how many files one download brings: one, or those of the days of a month."""
    if not file.files.listing or len(file.when) != len("YYYY-MM"):
        return 1
    days = calendar.monthrange(*map(int, file.when.split("-")))[1]
    return math.ceil(days / settings.get("options", {}).get("every_days", 1))


def requests_for(files: Files, size: float) -> int:
    """Return how many requests a file needs at least."""
    if isinstance(files.request, Cells):
        return max(files.steps, math.ceil(size / _LARGEST_REQUEST))
    if isinstance(files.request, TowerPixels):
        return files.steps
    return 1


def _is_file(path: str) -> bool:
    """Say whether a file is there."""
    return Path(path).is_file()


def _is_read(source: Source) -> bool:
    """Say whether any step reads a source."""
    return any(files.reader for files in source.files.values())


def describe_downloads(
    sections: Mapping[str, Mapping[str, Any]],
    *,
    root: str | Path,
    towers: str | None,
    areas: Mapping[str, Area] = NO_AREAS,
    limit: float = 400.0,
) -> str:
    """Return the plan of a run, and what each of its products needs, as the text of a terminal.

    Args:
        sections, root, towers, areas: as :func:`plan_downloads`.
        limit: gigabytes that the download of one product should not exceed.
    """
    text = [text_of(plan_downloads(sections, root=root, towers=towers, areas=areas))]
    for name, section in sections.items():
        lines = plan_downloads({name: section}, root=root, towers=towers, areas=areas)
        total = sum(line.gigabytes for line in lines)
        verdict = "within" if total <= limit else "more than"
        largest = "" if total <= limit else f"; the largest: {_largest(lines)}"
        text.append(f"{name} alone needs {total:,.0f} GB, {verdict} {limit:g} GB{largest}.")
    return "\n".join(text)


def text_of(lines: list[Line]) -> str:
    """Return the table of a plan, its sum, and what a person has to get."""
    head = ("source", "files", "there", "GB", "to get", "requests", "hours", "account", "licence")
    rows = [
        (
            line.source.name,
            f"{line.files:,}",
            f"{line.there:,}",
            "by hand" if line.by_hand else f"{line.gigabytes:,.1f}",
            "" if line.by_hand else f"{line.missing_gigabytes:,.1f}",
            "" if line.by_hand else f"{line.requests:,}",
            "" if line.by_hand else f"{line.hours:,.1f}",
            line.source.service.account or "none",
            line.source.licence or "see its page",
        )
        for line in lines
    ]
    total, missing = (sum(getattr(x, k) for x in lines) for k in ("gigabytes", "missing_gigabytes"))
    rates = ", ".join(f"{client} {rate:g}" for client, rate in RATES.items())
    text = [
        *_columns([head, *rows]),
        "",
        f"In all {total:,.0f} GB, of which {missing:,.0f} GB are to be fetched: about "
        f"{sum(line.hours for line in lines):,.0f} hours one after the other at "
        f"({rates}) MB/s, without queues.",
        "How each size follows: docs/sources.md. What each account needs: docs/accounts.md.",
    ]
    by_hand = [line for line in lines if line.by_hand and line.there < line.files]
    text += [
        f"By hand: {line.source.title}, from {line.source.service.name} ({line.source.page})."
        for line in by_hand
    ]
    return "\n".join(text)


def _largest(lines: list[Line]) -> str:
    """Return the three largest sources in words."""
    ordered = sorted(lines, key=lambda line: -line.gigabytes)[:3]
    return ", ".join(f"{line.source.name} {line.gigabytes:,.0f} GB" for line in ordered)


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as columns of equal width; numbers to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if 0 < n < 7 else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
