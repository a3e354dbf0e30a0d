"""How large an input may be: bounds that no real file reaches, so that no file takes all memory.

Each is about ten times what the archives hold, or more, and is compared before anything of that
size is read, unpacked or allocated. docs/security.md lists them (made from this module).
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
    32 << 20, "bytes of a monthly FLUXNET file, unpacked", "1.6 MB (FULLSET, 23 years)"
)
TOWER_MONTHS = Limit(2_400, "lines of a monthly FLUXNET file: 200 years", "408 (1991 to 2024)")
TOWERS = Limit(5_000, "towers of a folder", "about 1,000 (all networks); 212 in FLUXNET2015")
TABLE_BYTES = Limit(
    128 << 20, "bytes of a CSV table, unpacked", "5 MB (predictors of 206 towers, 20 years)"
)
TABLE_LINES = Limit(2_000_000, "lines of a CSV table", "50,000 (the same)")
TABLE_COLUMNS = Limit(5_000, "columns of a CSV table", "300 (FULLSET)")
TABLE_CELLS = Limit(10_000_000, "cells of a CSV table", "700,000 (predictors of 206 towers)")
LINE_LENGTH = Limit(1 << 20, "characters of a line of a CSV table", "5,000 (FULLSET)")

ZIP_MEMBERS = Limit(20_000, "files in a ZIP archive", "about 1,000 (a bundle of all towers)")
ZIP_DEPTH = Limit(3, "ZIP archives inside one another", "2 (a bundle of the zips of towers)")
ZIP_RATIO = Limit(
    200, "times that a file in a ZIP archive grows, where it is large", "10 (text of -9999)"
)
ZIP_SMALL = Limit(
    4 << 20, "bytes, unpacked, up to which a file may grow by any factor", "a mask of one value"
)
ZIP_INNER = Limit(4 << 30, "bytes of a ZIP archive inside another", "150 MB (a FULLSET tower)")

SERIES = Limit(
    50_000_000, "values of a variable that is read whole (axes, soundings, spectra)",
    "4,000,000 (soundings of a day of TROPOSIF)",
)  # fmt: skip
VARIABLES = Limit(10_000, "variables of a netCDF file", "about 600 (TCCON)")
CHUNK_BYTES = Limit(1 << 30, "bytes of a chunk of a netCDF variable", "50 MB")
DECLARED_RATIO = Limit(
    2_000, "bytes of values that a netCDF file declares for each of its own, beyond 1 GiB",
    "about 300 (ESA-CCI fractions); deflate packs 1,032 to 1 at best",
)  # fmt: skip
MAP_PIXELS = Limit(21_600 * 43_200, "pixels of a Koppen-Geiger map", "933,120,000 (30 arc seconds)")

RECORD_BYTES = Limit(
    64 << 20, "bytes of a listing, a receipt or another JSON file", "2 MB (a month of TROPOSIF)"
)
ANSWER_BYTES = Limit(64 << 20, "bytes of an answer of a catalogue", "3 MB (a page of records)")
LISTED_FILES = Limit(100_000, "files that a catalogue lists for one request", "about 3,000")
DOWNLOAD_BYTES = Limit(
    500_000_000_000, "bytes of one download whose size no catalogue states",
    "47 GB (a year of ERA5-Land)",
)  # fmt: skip


def limits() -> dict[str, Limit]:
    """Return all bounds by their names, in the order in which they stand here."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
