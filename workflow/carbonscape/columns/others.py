"""Files of the XCO2 products of others that a run compares its map with.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from carbonscape.sources.files import RawFiles
from carbonscape.sources.listing import is_listing


def files_of_others(
    raw: RawFiles, periods: Mapping[str, Sequence[str]], names: Sequence[str]
) -> dict[str, list[str]]:
    """Return the files of products that are there, or the listings that can be asked for.

    A product without files is left out: the figure says so.

    Args:
        raw: the folder of native files.
        periods: months by product, as ``columns.periods`` gives them.
        names: of the products.
    """
    found = {}
    for name in names:
        paths = raw.paths(name, "files", periods[name]) if periods[name] else []
        kept = [path for path in paths if os.path.isfile(path) or is_listing(path)]
        if kept:
            found[name] = kept
    return found
