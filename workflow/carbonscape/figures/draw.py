"""Draw a figure from the files that its row of the registry names."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from carbonscape.core.tables import TableSchema, read_table


def draw_from_files(
    draw: str,
    files: Mapping[str, str | os.PathLike[str]],
    demands: Mapping[str, str | Sequence[str]],
    *,
    of: str,
    **passed: Any,
) -> Figure:
    """Read the numbers of a figure, check them and draw it.

    Args:
        draw: ``module:function`` of the drawing.
        files: tables (CSV or Parquet) and maps (netCDF) by the keywords of that function.
        demands: for each, ``module:NAME`` of the table's schema, or the variables of the maps.
        of: name of the product whose figure it is.
        passed: what else the function takes.
    """
    with contextlib.ExitStack() as opened:
        numbers: dict[str, Any] = {}
        for keyword, path in files.items():
            demand = demands[keyword]
            if isinstance(demand, str):
                numbers[keyword] = read_table(path, _schema(demand, of))
            else:
                # Imported here: figures of tables need no xarray.
                from carbonscape.evaluation.grids import open_grid

                numbers[keyword] = opened.enter_context(open_grid(path, *demand))
        return _load(draw)(**numbers, **passed)


def _schema(place: str, product: str) -> TableSchema:
    """Return a schema, which may be one of the product alone."""
    found = _load(place)
    return found if isinstance(found, TableSchema) else found(product)


def _load(place: str) -> Any:
    """Return what ``module:NAME`` names."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
