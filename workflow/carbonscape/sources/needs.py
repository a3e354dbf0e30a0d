"""Which native files the products of a run need, and what is said where some are absent.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError
from carbonscape.products.registry import get_product
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.source import Source


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
    source: Source, *, root: str | Path, periods: Mapping[str, Sequence[str]], folder: str = ""
) -> list[str]:
    """Return the files of a source that a run needs.

    Args:
        source: a source of the registry.
        root: the folder of raw data.
        periods: what :func:`periods_of_run` returns.
        folder: the files in this folder below ``root`` alone, if given.
    """
    return list(
        dict.fromkeys(
            path
            for files in source.files.values()
            if folder in ("", files.folder)
            for path in files.paths(root, periods.get(files.over, ()))
        )
    )


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
        f"(config key 'raw'); the first is {absent[0][1]}. This version does not download them: "
        "docs/readers.md says what each file must hold; put them there and run again."
    )
