"""How large an input may be: bounds that no real file reaches, so that no file takes all memory.

Each is ten times what the archives hold, or more (but for a map of climates, whose finest one is
known), and is compared before anything of that size is read, unpacked or allocated.
docs/security.md lists them (made from this module).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """A bound.

    Attributes:
        most: largest number accepted.
        what: is counted, and where.
        real: the largest that the archives hold, as far as known.
    """

    most: int
    what: str
    real: str


TOWER_BYTES = Limit(
    32 << 20, "bytes of a monthly FLUXNET file, unpacked", "1 MB (FULLSET, 34 years of 32 kB)"
)
TOWER_MONTHS = Limit(2_400, "lines of a monthly FLUXNET file: 200 years", "408 (1991 to 2024)")
TOWERS = Limit(5_000, "towers of a folder", "212 (FLUXNET2015)")
TABLE_BYTES = Limit(
    128 << 20, "bytes of a CSV table, unpacked", "1.2 MB (predictors of 206 towers, 18,000 months)"
)
TABLE_LINES = Limit(2_000_000, "lines of a CSV table", "18,000 (the same)")
TABLE_COLUMNS = Limit(5_000, "columns of a CSV table", "316 (FULLSET)")
TABLE_CELLS = Limit(10_000_000, "cells of a CSV table", "200,000 (the same)")
LINE_LENGTH = Limit(1 << 20, "characters of a line of a CSV table", "5,000 (FULLSET)")

ZIP_MEMBERS = Limit(20_000, "files in a ZIP archive", "212 (a bundle of all towers of FLUXNET2015)")
ZIP_DEPTH = Limit(3, "ZIP archives inside one another", "2 (a bundle of the zips of towers)")
ZIP_RATIO = Limit(200, "times that a file in a ZIP archive grows, where it is large", "4 (text)")
ZIP_SMALL = Limit(
    4 << 20, "bytes, unpacked, up to which a file may grow by any factor", "a mask of one value"
)
ZIP_INNER = Limit(
    4 << 30,
    "bytes of a ZIP archive inside another",
    "some 100 MB (a FULLSET tower with its half-hours)",
)

AXIS = Limit(10_000_000, "values of an axis of a netCDF file", "about 1,000,000 (TCCON: spectra)")
GRID_AXIS = Limit(1_300_000, "latitudes, longitudes or times of a grid", "129,600 (ESA-CCI)")
READ_BYTES = Limit(
    4 << 30,
    "bytes of values of a netCDF variable that are read at once",
    "0.8 GB (a month of ERA5-Land)",
)
SERIES = Limit(
    50_000_000, "values of a variable that is read whole (soundings, spectra)",
    "about 3,000,000 (a day of TROPOSIF: 0.4 GB)",
)  # fmt: skip
VARIABLES = Limit(
    10_000, "variables of a netCDF file", "96 (TCCON, public); a few hundred (whole Lite files)"
)
CHUNK_BYTES = Limit(1 << 30, "bytes of a chunk of a netCDF variable", "8 MB (ERA5)")
DECLARED_RATIO = Limit(
    2_000, "bytes of values that a netCDF file declares for each of its own, beyond 1 GiB",
    "5 (ERA5); deflate packs 1,032 to 1 at best",
)  # fmt: skip
MAP_PIXELS = Limit(21_600 * 43_200, "pixels of a Koppen-Geiger map", "933,120,000 (30 arc seconds)")

RECORD_BYTES = Limit(
    64 << 20, "bytes of a listing, a receipt or another JSON file", "10 kB (31 granules of a month)"
)
ANSWER_BYTES = Limit(64 << 20, "bytes of an answer of a catalogue", "a page of 100 records")
LISTED_FILES = Limit(
    100_000, "files that a catalogue lists for one request", "31 (days of a month)"
)
DOWNLOAD_BYTES = Limit(
    500_000_000_000, "bytes of one download whose size no catalogue states",
    "some GB (a month of ERA5-Land)",
)  # fmt: skip


def limits() -> dict[str, Limit]:
    """Return all bounds by their names, in the order in which they stand here."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
