"""Which native files the products of a run need, and what is said where some are absent.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError
from carbonscape.products.registry import get_product
from carbonscape.sources.regional import Area, chosen_path
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.source import Files, Source

#: A run of the globe.
NO_AREAS: Mapping[str, Area] = {}


def periods_of_run(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the months or days of each wing and period that the products of a run ask for.

    Args:
        sections: sections of the configuration by product.

    Returns:
        Months (YYYY-MM) or days (YYYY-MM-DD), sorted, by ``<wing>.<period>``.
    """
    found: dict[str, set[str]] = {}
    for product, section in sections.items():
        wing = get_product(product).wing
        # By name: what sources of all wings share knows no wing.
        periods = importlib.import_module(f"carbonscape.{wing}.periods").periods(section)
        for period, moments in periods.items():
            found.setdefault(f"{wing}.{period}", set()).update(moments)
    return {key: sorted(moments) for key, moments in found.items()}


def needed(
    source: Source,
    *,
    root: str | Path,
    periods: Mapping[str, Sequence[str]],
    folder: str = "",
    areas: Mapping[str, Area] = NO_AREAS,
) -> list[str]:
    """Return the files of a source that a run needs, but those that no step reads.

    Args:
        source: a source of the registry.
        root: the folder of raw data.
        periods: what :func:`periods_of_run` returns.
        folder: the files in this folder below ``root`` alone, if given.
        areas: of :func:`carbonscape.sources.regional.areas_of_run`.
    """
    return list(
        dict.fromkeys(
            chosen_path(path, files, areas)
            for files in source.files.values()
            if files.reader and folder in ("", files.folder)
            for path in files.paths(root, periods.get(files.over, ()), listings=False)
        )
    )


@dataclass(frozen=True)
class Download:
    """A file that a run needs and that an archive delivers.

    Attributes:
        source: name of its source.
        kind: which of the source's kinds of files.
        when: year, month or day that it holds (YYYY, YYYY-MM, YYYY-MM-DD); empty for all.
        area: the part of the globe that it holds; None for all.
    """

    source: str
    kind: str
    when: str
    area: Area | None = None

    @property
    def files(self) -> Files:
        """The kind of files that it is one of."""
        return get_source(self.source).files[self.kind]


def downloads(
    *,
    root: str | Path,
    periods: Mapping[str, Sequence[str]],
    areas: Mapping[str, Area] = NO_AREAS,
) -> dict[str, Download]:
    """Return every file that the products of a run need and that can be asked for, by path.

    Of those whose names only the archive knows, the listings by month: see
    :mod:`carbonscape.sources.listing`. Whether a file is there already is not asked.

    Args:
        root: the folder of raw data.
        periods: what :func:`periods_of_run` returns.
        areas: of :func:`carbonscape.sources.regional.areas_of_run`: what nothing but maps reads is
            asked for on these cells, unless the file of the globe is there.
    """
    found: dict[str, Download] = {}
    for name in source_names():
        for kind, files in get_source(name).files.items():
            if files.request is not None or files.made:
                asked = files.asked(root, periods.get(files.over, ()))
                for path, when in asked.items():
                    chosen, file = chosen_path(path, files, areas), Download(name, kind, when)
                    if chosen != path:
                        file = replace(file, area=areas[files.wing])
                    found.setdefault(chosen, file)
    return found


def absent_downloads(
    root: str | Path,
    sections: Mapping[str, Mapping[str, Any]],
    areas: Mapping[str, Area] = NO_AREAS,
) -> dict[str, Download]:
    """Return every file that a run needs, that can be fetched, and that is not there, by path.

    Args:
        root: the folder of raw data.
        sections: sections of the configuration by product.
        areas: as of :func:`downloads`.
    """
    wanted = downloads(root=root, periods=periods_of_run(sections), areas=areas)
    return {path: file for path, file in wanted.items() if not Path(path).is_file()}


def settings_of_requests(
    sections: Mapping[str, Mapping[str, Any]], download: Download, hosts: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the request for a file depends on beside its source and date.

    Args:
        sections: sections of the configuration by product.
        download: the file.
        hosts: base addresses of services that the configuration names.
    """
    wing = download.files.wing
    section = next(part for name, part in sections.items() if get_product(name).wing == wing)
    module = importlib.import_module(f"carbonscape.{wing}.periods")
    return {
        **module.request_settings(section, download.source),
        **({"area": download.area} if download.area else {}),
        "hosts": {key: host for key, host in hosts.items() if host},
    }


def require_files(name: str, *, root: str, periods: Mapping[str, Sequence[str]]) -> None:
    """Refuse a run whose native files are absent, and say which and where they come from.

    Args:
        name: a folder below ``root``, or a source that has a folder of its own.
        root: the folder of raw data.
        periods: what :func:`periods_of_run` returns.

    Raises:
        InputError: always; the workflow asks only where a file is absent.
    """
    sources = [get_source(source) for source in source_names()]
    for source in sources:
        if source.name == name and (key := source.folder_key):
            raise InputError(
                f"config key '{key}' is not set: give the folder that holds the {source.title} "
                f"(a manual download from {source.service.name} after login), for example "
                f"--config {key}=/data/{name}."
            )
    wanted = [
        (source, path)
        for source in sources
        for path in needed(source, root=root, periods=periods, folder=name)
    ]
    absent = [(source, path) for source, path in wanted if not Path(path).is_file()]
    if not absent:
        raise InputError(
            f"all files of {name} are there now; run the same command again, which will use them."
        )
    titles = dict.fromkeys(f"{source.title} ({source.service.name})" for source, _ in absent)
    raise InputError(
        f"{len(absent)} of {len(wanted)} files of {'; '.join(titles)} are absent below '{root}' "
        f"(config key 'raw'); the first is {absent[0][1]}. They are not downloaded (config key "
        "'fetch.download' is false): docs/readers.md says what each file must hold; put them "
        "there, or set the key to true, and run again."
    )
