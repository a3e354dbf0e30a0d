"""Reading MODIS gross primary production (MOD17A2H) and enhanced vegetation index (MOD13A2).

``Gpp`` is the total of a composite in 0.0001 kgC m-2: of eight days, but of five (in leap years
six) for the last of a year. MOD17A2H.006 is the version that covers 2014 to 2021; versions are not
mixed (Running et al., doi:10.5067/MODIS/MOD17A2H.006; Didan, doi:10.5067/MODIS/MOD13A2.061).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_months import CellYear, Stored, open_cells
from carbonscape.archives.raster_year import Block, RasterYear, Raw, open_raster_year

#: Days of the year on which composites start.
GPP_STARTS = range(1, 362, 8)
EVI_STARTS = range(1, 354, 16)

# From 32761 on there are classes without a value; 3000 is 37 gC m-2 d-1, beyond any vegetation.
_GPP_LARGEST = 3000
_EVI_RANGE = (-2000, 10000)
_GOOD, _MARGINAL = 0, 1
# Confidence 7 of Psn_QC (codes from 224 on) is that of fill values.
_GPP = (
    Raw("Gpp", ("int16",), scale=0.0001, fill=32767, valid=(0, _GPP_LARGEST)),
    Raw("Psn_QC", ("uint8",), fill=255, best=0, valid=(0, 223)),
)
_EVI = (
    Raw("EVI", ("int16",), scale=0.0001, fill=-3000, valid=_EVI_RANGE),
    Raw("SummaryQA", ("int8",), fill=-1, best=0, valid=(0, 3)),
)


def gpp_confidence(qc: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the confidence of ``Psn_QC`` (bits 5 to 7): 0 very best to 3, 4 none, 7 fill."""
    return (qc >> 5) & 7


def composite_days(starts: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return how many days each 8-day composite holds: the last one ends with the year."""
    starts = starts.astype("datetime64[D]")
    next_year = (starts.astype("datetime64[Y]") + 1).astype("datetime64[D]")
    return np.minimum((next_year - starts).astype(np.int64), 8)


def decode_gpp(
    raw: NDArray[np.int16],
    qc: NDArray[np.uint8],
    *,
    days: NDArray[np.int64] | int,
    confidence: int = 3,
) -> NDArray[np.float32]:
    """Return GPP as a daily rate.

    Args:
        raw: totals of the composites, 0.0001 kgC m-2.
        qc: ``Psn_QC``.
        days: length of the composites, broadcast against ``raw``.
        confidence: largest class of confidence that counts (3: any value; 1: good ones alone).

    Returns:
        gC m-2 d-1, NaN where there is none.
    """
    return _gpp(raw, qc, days, confidence).astype(np.float32)


def _gpp(raw: NDArray, qc: NDArray, days: NDArray | int, confidence: int) -> NDArray[np.float64]:
    """Return :func:`decode_gpp` in double precision."""
    # 0.0001 kgC is 0.1 gC: dividing by ten times the days rounds once.
    values = raw / np.asarray(10 * np.asarray(days), dtype=np.float64)
    good = (raw >= 0) & (raw <= _GPP_LARGEST) & (gpp_confidence(qc) <= confidence)
    values[~good] = np.nan
    return values


def decode_evi(raw: NDArray[np.int16], reliability: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return EVI, NaN unless ``SummaryQA`` (in HDF: pixel reliability) is good or marginal.

    Args:
        raw: 0.0001; the HDF files state a scale factor of 10000, by which one divides.
        reliability: 0 good, 1 marginal, 2 snow or ice, 3 cloudy, -1 fill.
    """
    return _evi(raw, reliability).astype(np.float32)


def _evi(raw: NDArray, reliability: NDArray) -> NDArray[np.float64]:
    """Return :func:`decode_evi` in double precision."""
    values = raw.astype(np.float64) / 10_000
    good = (reliability == _GOOD) | (reliability == _MARGINAL)
    values[~good | (raw < _EVI_RANGE[0]) | (raw > _EVI_RANGE[1])] = np.nan
    return values


@contextlib.contextmanager
def open_gpp(
    path: str | os.PathLike[str], *, year: int, confidence: int = 3, implausible: bool = False
) -> Iterator[RasterYear]:
    """Open a year of GPP composites [gC m-2 d-1].

    Args:
        path: netCDF on (time, lat, lon) with raw ``Gpp`` and ``Psn_QC``; ``time`` is the start
            of each composite; composites may be absent.
        year: the year that the file must hold.
        confidence: as :func:`decode_gpp`.
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`.
    """

    def decode(block: Block) -> NDArray[np.float64]:
        days = composite_days(block.days)[:, None, None]
        return _gpp(block.raw["Gpp"], block.raw["Psn_QC"], days, confidence)

    with open_raster_year(
        path,
        year=year,
        variables=_GPP,
        decode=decode,
        starts=GPP_STARTS,
        source="mod17a2h",
        sentinel="32767",
        implausible=implausible,
    ) as images:
        yield images


@contextlib.contextmanager
def open_evi(
    path: str | os.PathLike[str], *, year: int, implausible: bool = False
) -> Iterator[RasterYear]:
    """Open a year of 16-day EVI composites [1].

    Args:
        path: netCDF on (time, lat, lon) with raw ``EVI`` and ``SummaryQA``; ``time`` is the start
            of each composite; composites may be absent.
        year: the year that the file must hold.
        implausible: as of :func:`open_gpp`.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`.
    """

    def decode(block: Block) -> NDArray[np.float64]:
        return _evi(block.raw["EVI"], block.raw["SummaryQA"])

    with open_raster_year(
        path,
        year=year,
        variables=_EVI,
        decode=decode,
        starts=EVI_STARTS,
        source="mod13a2",
        sentinel="-3000",
        implausible=implausible,
    ) as images:
        yield images


def gpp_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    confidence: int = 3,
    cell: float | None = None,
    implausible: bool = False,
) -> contextlib.AbstractContextManager[CellYear]:
    """Open a year of monthly GPP on cells [gC m-2 d-1]: means of what starts in the month.

    Args:
        path: netCDF with ``gpp`` as the fetch step writes it, or as of :func:`open_gpp`.
        year: the year that the file must hold.
        confidence: as :func:`decode_gpp`; the file must have been screened by it.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: as of :func:`open_gpp`.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`.
    """
    stored = Stored(
        "gpp",
        ("gC m-2 d-1",),
        0.0,
        _GPP_LARGEST / 50,
        screening=f"confidence <= {confidence}",
        key="xco2.features.gpp_confidence",
        source="mod17a2h",
        missing_at_sea=True,
    )
    raw = partial(open_gpp, path, year=year, confidence=confidence, implausible=implausible)
    return open_cells(path, year=year, stored=stored, raw=raw, cell=cell, implausible=implausible)


def evi_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    cell: float | None = None,
    implausible: bool = False,
) -> contextlib.AbstractContextManager[CellYear]:
    """Open a year of monthly EVI on cells [1]: the largest of what starts in the month.

    Args:
        path: netCDF with ``evi`` as the fetch step writes it, or as of :func:`open_evi`.
        year: the year that the file must hold.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: as of :func:`open_gpp`.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`.
    """
    stored = Stored("evi", ("1",), -0.2, 1.0, source="mod13a2", missing_at_sea=True)
    raw = partial(open_evi, path, year=year, implausible=implausible)
    return open_cells(
        path, year=year, stored=stored, raw=raw, largest=True, cell=cell, implausible=implausible
    )
