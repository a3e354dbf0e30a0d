"""The years that a run maps: the configuration's ``years``.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carbonscape.core.errors import ConfigError


def are_years(years: Any) -> bool:
    """Say whether a value of ``years`` is a first and a last year; the schema refuses others."""
    return (
        isinstance(years, list | tuple)
        and len(years) == 2
        and all(isinstance(year, int) and not isinstance(year, bool) for year in years)
    )


def lie_inside(years: Sequence[int], first: int, last: int) -> bool:
    """Say whether a first and a last year are in order and lie between two others or on them."""
    return first <= years[0] <= years[1] <= last


def check_years(
    years: Sequence[int] | None, mapped: Mapping[str, tuple[int, int]], keys: Mapping[str, str]
) -> None:
    """Refuse years that are not those of the maps of every product.

    Args:
        years: first and last year, or None for all years of the maps.
        mapped: first and last year of the maps of each product that has any.
        keys: the keys of the configuration that give these, by product.

    Raises:
        ConfigError: says what is wrong with the years.
    """
    if years is None:
        return
    first, last = years
    if last < first:
        raise ConfigError(
            f"config key 'years': found {first} to {last}, expected the first year before the "
            f"last, or the same year twice: [{last}, {first}]."
        )
    if not mapped:
        raise ConfigError(
            f"config key 'years' ({describe_years(years)}) narrows maps, but no product of this "
            "run has any ('product.models' is empty); set it to null."
        )
    for name, (begin, end) in mapped.items():
        if not lie_inside(years, begin, end):
            raise ConfigError(
                f"config key 'years': found {describe_years(years)}, expected years of the maps of "
                f"{name}, {begin} to {end} ('{name}.{keys[name]}'); choose some of these, or take "
                f"{name} out of 'products'."
            )


def describe_years(years: Sequence[int]) -> str:
    """Return a first and a last year in words: 2016, or 2015 to 2016."""
    first, last = years
    return str(first) if first == last else f"{first} to {last}"
