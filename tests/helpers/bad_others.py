"""Bad files of the GPP products of others: rows of docs/refusals.md."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.fluxes.prediction.other_products import write_other_product
from carbonscape.products.registry import get_product
from helpers.bad_inputs import Bad, cut, grid, put

METAFLUX = "METAFLUX_GPP_RECO_monthly_2001.nc"


def months(year: int) -> tuple[int, ...]:
    """Return the first days of the months, days since 2000-01-01."""
    return tuple((dt.date(year, month, 1) - dt.date(2000, 1, 1)).days for month in range(1, 13))


def read(folder: Path, name: str = "metaflux") -> None:
    outputs = {2001: folder / "out.nc"}
    other, product = GPP_PRODUCTS[name], get_product("gpp")
    write_other_product(other, product, folder, outputs, years=[2001], simulated=False)


def metaflux(folder: Path, value: float = 3.0, unit: str = "gC m-2 d-1", **more: Any) -> None:
    """Write a year of MetaFlux of one value, and read it."""
    options = {"days": months(2001), "kind": "f4"} | more
    grid(folder / METAFLUX, {"GPP": value}, units={"GPP": unit}, **options)
    read(folder)


def cut_short(folder: Path) -> None:
    cut(grid(folder / METAFLUX, {"GPP": 3.0}, days=months(2001), kind="f4"))
    read(folder)


def twice(folder: Path) -> None:
    for name in ("GPP_2001.nc", "GPP_2001_v2.nc"):
        units = {"GPP": "gC m-2 d-1"}
        grid(folder / name, {"GPP": 3.0}, days=months(2001), kind="f4", units=units)
    read(folder, "nies")


def web_page(folder: Path) -> None:
    put(folder / "2001.zip", "<html>")
    read(folder, "lue_ssvc")


def rows() -> list[Bad]:
    """Return all bad inputs of this module."""
    found = [
        ("metaflux", "another unit", partial(metaflux, unit="kg m-2 s-1")),
        ("metaflux", "totals of the month", partial(metaflux, value=93.0, unit="")),
        ("metaflux", "another year than that of the name", partial(metaflux, days=months(2002))),
        ("metaflux", "a month twice",
         partial(metaflux, days=(*months(2001)[:11], months(2001)[10] + 9))),
        ("metaflux", "a fill value that no attribute tells", partial(metaflux, value=1e20)),
        ("metaflux", "cut short", cut_short),
        ("nies", "two files of one year", twice),
        ("lue_ssvc", "a web page", web_page),
        ("metaflux", "no file of the year", read),
    ]  # fmt: skip
    kind = "GPP products of others"
    return [Bad(kind, what, f"read_other_product_{name}", run) for name, what, run in found]
