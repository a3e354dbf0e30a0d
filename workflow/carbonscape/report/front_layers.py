"""What the map of the front page shows: the layers of every map, the truth, products of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4

from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import files_by_map
from carbonscape.figures.style import product_label, unit_text, xco2_label
from carbonscape.products.product import Product
from carbonscape.products.registry import get_product
from carbonscape.report.front_maps import cells_of, fitting_grid, pack_map

#: Bytes of a value of a map; a layer beside it takes one.
_WIDE = 2

#: Words for values in the choice of a layer.
_VALUES = "value"


def layer_words(product: Product) -> dict[str, tuple[str, str]]:
    """Return the layers that the page shows: words and unit by variable, the values first."""
    unit = unit_text(product.unit)
    return {
        product.name: (_VALUES, unit),
        f"{product.name}_std": ("standard deviation", unit),
        f"{product.name}_spread": ("spread of the ensemble", unit),
        "applicable": ("area of applicability (1 inside, 0 outside)", ""),
        "filled_share": ("share of predictor values that were filled", ""),
    }


def front_maps(
    maps: Mapping[str, Sequence[str]],
    *,
    truths: Mapping[str, str],
    others: Mapping[str, Sequence[str]],
    most_bytes: int,
) -> list[dict[str, Any]]:
    """Return everything that the page can map, packed, with its names.

    Args:
        maps: yearly files of the maps of each product that has any.
        truths: file of the true values of each product whose Earth is simulated.
        others: yearly files of products of others, by product.
        most_bytes: of the text of all values together.

    Returns:
        Of each ``product``, ``name`` (of the map), ``title`` (in words), ``layer`` (in words),
        ``unit``, whether scores of sites are told beside it (``scored``: the values of maps of the
        run), and what :func:`carbonscape.report.front_maps.pack_map` returns.

    Raises:
        InputError, ResultError: a file is absent, damaged or on another grid.
    """
    wanted = {
        product: {name: (files, _present(files, product)) for name, files in by_name.items()}
        for product, by_name in ((name, files_by_map(paths)) for name, paths in maps.items())
    }
    beside = {name: files_by_map(paths) for name, paths in others.items()}
    # All layers of a map are on one grid, which is coarser where room is short.
    total = sum(
        _WIDE + len(layers) - 1 for named in wanted.values() for _, layers in named.values()
    ) + _WIDE * (len(truths) + sum(len(one) for one in beside.values()))
    share = _WIDE * most_bytes // max(total, 1)
    found = []
    for product, named in wanted.items():
        described = get_product(product)
        called = xco2_label if described.wing == "columns" else product_label
        like = None
        for name, (files, layers) in named.items():
            # PFT settings and time inputs share the word "none".
            titled = {"title": f"{described.label}: {called(name, [*named])}", "name": name}
            grid = fitting_grid(files, product, most_bytes=share)
            for variable, (layer, unit) in layers.items():
                bits = 16 if variable == product else 8
                packed = pack_map(files, variable, most_bytes=share, bits=bits, onto=grid)
                found.append(
                    {"product": product, **titled, "layer": layer, "unit": unit}
                    | {"scored": variable == product, **packed}
                )
                like = like or (grid, packed)
        kin = [(name, files) for name, files in beside.get(product, {}).items()]
        if product in truths:
            kin.insert(0, ("truth", {0: Path(truths[product])}))
        found += [
            _other(described, name, files, grid=like[0], like=like[1])
            for name, files in kin
            if like and set(_months_of(files)) & set(like[1]["months"])
        ]
    return found


def _other(
    product: Product, name: str, files: Mapping[int, Path], *, grid: Grid, like: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is no map of the run, in the cells and months of one that is."""
    truth = name == "truth"
    words = "truth of the simulated Earth" if truth else product_label(name)
    packed = pack_map(
        files,
        product.name,
        most_bytes=0,
        onto=grid,
        months=like["months"],
        # The truth has values where a map has none, over the sea too.
        within=cells_of(like) if truth else None,
    )
    titled = {"title": f"{product.label}: {words}", "name": name, "layer": _VALUES, "scored": False}
    return {"product": product.name, **titled, "unit": unit_text(product.unit), **packed}


def _present(files: Mapping[int, Path], product: str) -> dict[str, tuple[str, str]]:
    """Return the layers that a map has in its first year."""
    words = layer_words(get_product(product))
    with netCDF4.Dataset(next(iter(files.values()))) as file:
        return {name: told for name, told in words.items() if name in file.variables}


def _months_of(files: Mapping[int, Path]) -> list[str]:
    """Return the months of some files, YYYY-MM."""
    found = []
    for path in files.values():
        with netCDF4.Dataset(path) as file:
            time = file["time"]
            found += [f"{date:%Y-%m}" for date in netCDF4.num2date(time[:], time.units)]
    return found
