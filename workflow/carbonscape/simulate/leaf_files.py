"""The simulated files of MOD15A2H.061: leaf area and FPAR on cells, and raw pixels at towers."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtr

from carbonscape.core.io import write_json, write_text
from carbonscape.core.progress import Progress
from carbonscape.simulate.cells import write_leaves
from carbonscape.simulate.lattice import composite_starts, random_numbers
from carbonscape.simulate.modis_lai import (
    SERIES,
    Raw,
    dark,
    missing_composites,
    retrieve,
    with_fill_classes,
    without,
)
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.native_pixels import PIXEL_SPREAD, WEATHER_SHARE

_MASKED = np.uint16(256)  # more than uint8 holds: masked by Earth Engine
_CELLS = [*map(str, range(256)), ""]


def write_modis_lai(
    folder: str | os.PathLike[str],
    *,
    grid: xr.Dataset,
    sites: xr.Dataset,
    first_year: int,
    last_year: int,
    seed: int,
    parts: Any,
    pixels: int = 2,
) -> list[Path]:
    """Write the yearly grids and site tables of MOD15A2H.061 as the fetch step would.

    Args:
        folder: where the files go.
        grid: the truth on cells: lai (m2 m-2), fpar, cloud (year, step, lat, lon) and igbp
            (year, lat, lon); land_share (lat, lon), where it is known, makes pixels of water.
        sites: the truth at towers: lai8, fpar8, cloud8 (site, year, step), igbp_code (site,
            year), lat (site).
        first_year: first year.
        last_year: last year.
        seed: seed of the run.
        parts: ``clouds`` and ``missing_composites`` switch those off.
        pixels: native pixels along the side of a cell.

    Returns:
        The files, the grid and the table of each year in turn.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    folder, written = Path(folder), []
    archive = NativeArchive(grid, seed=seed, parts=parts, pixels=pixels)
    progress = Progress("MOD15A2H years", last_year - first_year + 1)
    for year in range(first_year, last_year + 1):
        missing = missing_composites(year, seed) if parts.missing_composites else set()
        slots = [slot for slot in range(46) if slot not in missing]
        written += [
            folder / f"MOD15A2H.061_{year}.nc",
            folder / f"sites_MOD15A2H.061_{year}.csv",
        ]
        write_leaves(written[-2], archive=archive, year=year)
        _write_sites(written[-1], sites.sel(year=year), year, slots, seed, parts.clouds)
        _write_receipt(written[-1], [composite_starts(year)[slot] for slot in sorted(missing)])
        progress.advance()
    return written


def _write_receipt(table: Path, absent: list[dt.date]) -> None:
    """Write beside a table, as the fetch step does, which composites the archive itself lacks."""
    days = [day.isoformat() for day in absent]
    content = {"file": table.name, "source": "modis_lai", "request": {"not_in_archive": days}}
    write_json(table.with_name(f"{table.name}.receipt.json"), content)


def _write_sites(
    path: Path, truth: xr.Dataset, year: int, slots: list[int], seed: int, clouds: bool
) -> None:
    """Write the 3x3 pixels around each tower, for the composites ``slots`` of one year."""
    lai, fpar, cloud = (truth[f"{n}8"].transpose("step", "site").values for n in SERIES)
    same = random_numbers(seed, "modis_sites", 0)  # the pixels' differences last
    leafier = np.exp(PIXEL_SPREAD * same.standard_normal((lai.shape[1], 9)))
    other = same.choice([0, 17, 13], p=[0.96, 0.02, 0.02], size=leafier.shape)
    other[:, 4] = 0  # the tower stands on land of its own class
    rng = random_numbers(seed, "modis_sites", year)
    weather = np.sqrt(WEATHER_SHARE) * rng.standard_normal((*lai.shape, 1))
    weather = weather + np.sqrt(1 - WEATHER_SHARE) * rng.standard_normal((*lai.shape, 9))
    raw = retrieve(
        rng,
        lai=lai[:, :, None] * leafier,
        fpar=np.clip(fpar[:, :, None] * np.sqrt(leafier), 0.0, 1.0),
        cloud=np.nan_to_num(cloud)[:, :, None] * clouds,
        luck=ndtr(weather),
    )
    days = composite_starts(year)
    raw = without(raw, dark(truth["lat"].values, days)[:, :, None])
    code = np.where(other > 0, other, truth["igbp_code"].values[:, None])
    raw = with_fill_classes(raw, np.broadcast_to(code, raw.lai.shape))
    write_text(path, _table(rng, raw, truth["site"].values.tolist(), days, slots))


def _table(
    rng: np.random.Generator, raw: Raw, sites: list[str], days: list[dt.date], slots: list[int]
) -> str:
    """Return the text of a site table of retrievals (step, site, pixel).

    Earth Engine masks pixels without a value: of those, half keep their fill values here, a
    quarter keep the QC alone and a quarter are empty.
    """
    masked = np.where(raw.lai > 100, rng.random(raw.lai.shape, dtype="float32"), 0.0)
    lai, fpar = (np.where(masked > 0.5, _MASKED, values) for values in raw[:2])
    qc = np.where(masked > 0.75, _MASKED, raw.qc)
    lines = ["system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"]
    for slot in slots:
        day = days[slot].strftime("%Y_%m_%d")
        heads = [f"{day},{site},{pixel}," for site in sites for pixel in range(9)]
        values = (x[slot].ravel().tolist() for x in (lai, fpar, qc))
        lines += [
            f"{head}{_CELLS[a]},{_CELLS[b]},{_CELLS[c]}"
            for head, a, b, c in zip(heads, *values, strict=True)
        ]
    return "\n".join(lines) + "\n"
