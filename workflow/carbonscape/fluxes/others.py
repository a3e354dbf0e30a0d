"""Which years of the GPP products of others a run reads, and from which native files.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from carbonscape.archives.gpp_products import GppProduct, files_of_year, get_gpp_product
from carbonscape.sources.folders import files_below, no_rule_names
from carbonscape.sources.listing import is_listing
from carbonscape.sources.registry import get_source
from carbonscape.sources.source import Files


def years_of_other(config: Mapping[str, Any], name: str, years: Sequence[int]) -> list[int]:
    """Return those of some years that a run has of a product of others.

    Of a simulated archive the years that the product covers; of a real one those of which a file
    is there, or can be asked for. The others are left out.

    Args:
        config: the whole configuration.
        name: of ``GPP_PRODUCTS``.
        years: of the maps.
    """
    if config["archive"] == "simulated":
        return _covered(get_gpp_product(name), years)
    return list(_native_of_run(config, name, years))


def inputs_of_other(config: Mapping[str, Any], name: str, years: Sequence[int]) -> list[str]:
    """Return the native files of a product in a real archive, those of some years, each once.

    Args:
        config: the whole configuration.
        name: of ``GPP_PRODUCTS``.
        years: of the maps.
    """
    found = _native_of_run(config, name, years)
    return list(dict.fromkeys(path for year in found for path in found[year]))


def _native_of_run(
    config: Mapping[str, Any], name: str, years: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """Return the native files of a product in a real archive by year."""
    # As rules name them, whatever the key ends with.
    root, download = str(Path(config["raw"])), config["fetch"]["download"]
    return native_files(name, root, tuple(years), download=download)


@cache
def native_files(
    name: str, root: str, years: tuple[int, ...], *, download: bool
) -> dict[int, tuple[str, ...]]:
    """Return the native files of the years of a product that there are, or can be asked for.

    A file that is there counts in whatever folder below that of the product, and in whatever
    year; what is not there is asked for in the years that the product covers.

    Args:
        name: of ``GPP_PRODUCTS``; also the folder of its files.
        root: the folder of raw data.
        years: of the maps.
        download: whether files are fetched that are not there.

    Returns:
        By year, in their order; without the years that there is no file of.
    """
    product, files = get_gpp_product(name), _files_of(name)
    covered = _covered(product, years)
    if download and files.listing and covered:
        # The names are known once it was fetched: the step reads what lies beside it.
        paths = files.paths(root, _months(covered), listings=True)
        if any(map(is_listing, paths)):
            return {year: tuple(paths) for year in covered}
    folder = Path(root, name)
    there = [path for path in files_below(folder) if not no_rule_names(path, folder)]
    found = {}
    for year in years:
        paths = [str(path) for path in files_of_year(product, there, year)]
        if not paths and download and files.request and not files.listing and year in covered:
            paths = [files.path(root, str(year))]
        if paths:
            found[year] = tuple(paths)
    return found


def stand_ins(name: str, root: str, years: Sequence[int]) -> list[str]:
    """Return the files of a product that a simulated Earth has, of those years that it covers.

    They have the names of real ones.

    Args:
        name: of ``GPP_PRODUCTS``.
        root: the folder of raw data of the simulated archive.
        years: of the maps.
    """
    covered, files = _covered(get_gpp_product(name), years), _files_of(name)
    if files.listing:
        # The record of the archive holds more names; these are of its months.
        pattern = f"{root}/{name}/GPP.VPM.{{}}.M{{:02d}}.v20.HD.tif"
        return [pattern.format(year, month) for year in covered for month in range(1, 13)]
    return [files.path(root, str(year)) for year in covered]


def _files_of(name: str) -> Files:
    """Return the kind of files that a product is delivered in."""
    (files,) = get_source(name).files.values()
    return files


def _covered(product: GppProduct, years: Sequence[int]) -> list[int]:
    """Return those of some years that a product covers."""
    return [year for year in years if product.first <= year <= product.last]


def _months(years: Sequence[int]) -> list[str]:
    """Return the months of some years, YYYY-MM."""
    return [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
