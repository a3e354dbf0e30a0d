"""Whether a year of MOD15A2H is whole: composites absent or empty, masked pixels as 0.

One set of rules for grids and tables of towers; :mod:`carbonscape.archives.modis_lai` reads both.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.promises import (
    PROMISES,
    recorded,
    refuse_absent,
    require_delivery,
)
from carbonscape.archives.raster_year import Raw, is_wide
from carbonscape.archives.zero_masks import ZeroMask
from carbonscape.core import findings
from carbonscape.core.errors import InputError

SOURCE = "modis_lai"

#: North and south of it there are composites in which nothing is lit.
LIT = 60.0

#: Cells, and towers, that must have values before a composite without any is taken for none.
ENOUGH_CELLS, ENOUGH_TOWERS = 100, 20

#: Composites in which a pixel at a tower must be 0 before it is taken for a masked one.
ENOUGH_COMPOSITES = 10


def start_of(year: int, step: int) -> dt.date:
    """Return the first day of a composite (step 0 to 45)."""
    return dt.date(year, 1, 1) + dt.timedelta(days=8 * int(step))


def require_composites(
    steps: Iterable[int],
    *,
    year: int,
    path: str | os.PathLike[str],
    attributes: Mapping[str, object] | None = None,
    accept: bool,
) -> None:
    """Refuse a year that lacks composites which the archive has.

    Raises:
        InputError: as :func:`carbonscape.archives.promises.require_delivery`.
    """
    require_delivery(
        PROMISES[SOURCE],
        [start_of(year, step) for step in set(steps)],
        origin=str(path),
        months=[f"{year}-{month:02d}" for month in range(1, 13)],
        record=recorded(path, attributes),
        accept=accept,
    )


def require_values(
    known: NDArray[np.bool_],
    steps: list[int],
    *,
    year: int,
    enough: int,
    places: str,
    origin: str,
    accept: bool,
) -> None:
    """Refuse composites that are there, but without a value at any of many places.

    Args:
        known: (composite, place) where there is a value.
        steps: number (0 to 45) of each composite.
        year: the year.
        enough: places that must have a value in half of the composites that have any; of fewer
            all may be under clouds.
        places: what they are, for the message.
        origin: file, for the message.
        accept: whether it is stated as a finding instead.

    Raises:
        InputError: names the composites.
    """
    seen = known[known.any(axis=1)]
    if not len(seen) or np.count_nonzero(seen.mean(axis=0) >= 0.5) < enough:
        return
    empty = [step for step, values in zip(steps, known, strict=True) if not values.any()]
    refuse_absent(
        [f"{start_of(year, step)}" for step in empty],
        what=f"LAI has no value {places} in",
        origin=origin,
        source=SOURCE,
        accept=accept,
    )


def look_for_zeros(
    raw: Mapping[str, NDArray[np.uint8]],
    variables: tuple[Raw, Raw, Raw],
    dataset: xr.Dataset,
    *,
    origin: str,
    accept: bool,
) -> None:
    """Refuse, or warn of, masked pixels of a grid that were delivered as 0.

    Leaves come and go: pixels that are 0 with the best quality in every composite of a year are
    none.

    Args:
        raw: (composite, lat, lon) by name of the variable.
        variables: LAI, FPAR and their quality.
        dataset: the part that was read, for its axes.
        origin: file, for the message.
        accept: whether it is warned of, not refused.

    Raises:
        InputError: no pixel of a large area is missing, although some are always 0.
    """
    if not np.logical_and.reduce([raw[v.name] == 0 for v in variables]).all(axis=0).any():
        return
    wide = is_wide(dataset["lat"].values, dataset["lon"].values)
    lai, _, quality = variables
    mask = ZeroMask.of(
        origin, lai, quality, sentinel="255", wide=wide, source=SOURCE, accept=accept
    )
    mask.look_at(raw)
    mask.judge()


def check_towers(
    table: pd.DataFrame, zero: NDArray[np.bool_], *, year: int, origin: str, accept: bool,
    implausible: bool,
) -> None:  # fmt: skip
    """Refuse a table in which towers lack composites, or masked pixels stand as 0.

    Args:
        table: columns site, step, pixel and lai (NaN where there is none), a row a pixel.
        zero: rows in which LAI, FPAR and their quality are all 0.
        year: the year.
        origin: file, for messages.
        accept: whether composites may be absent.
        implausible: whether masked pixels are warned of, not refused.

    Raises:
        InputError: names the towers, or the composites.
    """
    steps = np.unique(table["step"])
    own = table.groupby("site")["step"].nunique()
    refuse_absent(
        [f"{site} ({len(steps) - number})" for site, number in own.items() if number < len(steps)],
        what=f"of the {len(steps)} composites some are absent at",
        origin=origin,
        source=SOURCE,
        accept=accept,
    )
    known = pd.DataFrame(
        {"step": table["step"], "site": table["site"], "known": table["lai"].notna().astype(float)}
    )
    there = known.pivot_table(index="step", columns="site", values="known", aggfunc="max")
    require_values(
        there.fillna(0.0).to_numpy() > 0,
        steps.tolist(),
        year=year,
        enough=ENOUGH_TOWERS,
        places="at any tower",
        origin=origin,
        accept=accept,
    )
    always = pd.Series(zero).groupby([table["site"], table["pixel"]]).agg(["all", "size"])
    masked = always.index[always["all"] & (always["size"] >= ENOUGH_COMPOSITES)]
    if not len(masked):
        return
    site, pixel = masked[0]
    found = (
        f"{len(masked)} pixels (the first, {int(pixel)} of {site}) are 0 in Lai_500m, Fpar_500m "
        "and FparLai_QC in every composite; Earth Engine delivers masked pixels as 0: leave them "
        "empty, or export them as 255 (image.unmask(255))"
    )
    if implausible:
        findings.warn(origin, found, source=SOURCE)
        return
    raise InputError(
        f"{origin}: {found}, or accept it by the config key 'inputs.accept_implausible' (add "
        f"{SOURCE!r})."
    )
