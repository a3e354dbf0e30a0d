"""Numbers of every figure of the registry, with the longest names in use and full panels.

``DRAWN`` has a line a figure, by wing and stem: a function without arguments that returns the
numbers by the keywords of the figure's row (``Figure.inputs``). :func:`draw_made` adds what the row
passes beside (product, land, simulated, shown) and calls the drawing function that the row names.

To add a figure, add one line to ``DRAWN[wing]``:

    "fig99": lambda: {"scores": made_scores(), "maps": world("r", LONG)},

where the keys are those of the row's ``inputs``. Use ``LONG`` (fluxes: products
``<model>-<setting>`` with the longest labels) and ``SHOWN[wing]``, and as many rows and panels as
a run may have. ``world(variable, products, ...)`` is a map a product; ``rows(schema, ...)`` is a
table with a value in every column that is not given. A registered figure without a line, or a line
whose keys are not those of its row, fails in ``tests/unit/figures/test_layout.py``.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
import yaml
from matplotlib.figure import Figure as Drawing

from carbonscape.archives.srex import read_regions
from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import TableSchema
from carbonscape.evaluation.network_layers import layer_table
from carbonscape.figures.looks import OTHER_PRODUCTS
from carbonscape.figures.maps import land_rings
from carbonscape.figures.registry import Figure
from carbonscape.fluxes.evaluation.applicability import APPLICABILITY
from carbonscape.fluxes.evaluation.authors_table import AUTHORS_COMPARISON
from carbonscape.fluxes.evaluation.importance import IMPORTANCE
from carbonscape.fluxes.evaluation.map_spread import MEMBER_TOTALS
from carbonscape.fluxes.evaluation.maps import ANNUAL_TOTALS, growth_of
from carbonscape.fluxes.evaluation.products import PRODUCT_SCORES
from carbonscape.fluxes.evaluation.regions import RegionNumbers, region_numbers
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES
from carbonscape.fluxes.evaluation.truth import SEASONS, TRUTH_SCORES
from carbonscape.fluxes.evaluation.truth_gap import STEPS, TRUTH_GAP
from carbonscape.fluxes.evaluation.truth_maps import TRUTH_TOTALS
from carbonscape.models.entry import Shape
from carbonscape.models.layer_lists import layers_of
from carbonscape.products.registry import get_product
from helpers import score_tables as scores
from helpers import xco2_spread_tables as spread
from helpers import xco2_tables as xco2
from helpers import xco2_windows as windows
from helpers.rules_made import rules_of
from helpers.synthetic_maps import grid, write_years

PROJECT = Path(__file__).resolve().parents[2]

#: The longest names of products of fluxes; two settings, so that labels name model and setting.
LONG = (
    "fluxformer_annual-igbp_esa_cci", "fluxformer-none", "random_forest-igbp_esa_cci",
    "linear_regression-igbp_esa_cci", "blend-igbp_esa_cci", "climatology-igbp_esa_cci",
)  # fmt: skip

#: Products of the run beside all those of others.
MIXED = (LONG[0], LONG[3], LONG[4], *OTHER_PRODUCTS)

#: The setting that figures show where there is room for one.
SHOWN = {
    "fluxes": "linear_regression-igbp_esa_cci",
    "columns": "latitude_month_year-background_anomaly",
}

#: A product of each wing whose figures are drawn.
PRODUCT = {"fluxes": "gpp", "columns": "xco2"}


def draw_made(wing: str, row: Figure) -> Drawing:
    """Draw a registered figure from its line of ``DRAWN``."""
    passed = {
        "product": get_product(PRODUCT[wing]),
        "land": land(),
        "simulated": True,
        "shown": SHOWN[wing],
    }
    numbers = DRAWN[wing][row.stem]()
    assert set(numbers) == set(row.inputs), f"{row.stem}: its line names other inputs than its row"
    module, _, name = row.draw.partition(":")
    draw = getattr(importlib.import_module(module), name)
    return draw(**numbers, **{key: passed[key] for key in row.passes})


@functools.cache
def land() -> list[np.ndarray]:
    """The larger outlines: islands cost time and no text stands on them."""
    rings = land_rings(PROJECT / "resources" / "geography" / "land_110m.geojson")
    return [ring for ring in rings if len(ring) > 60]


# --- kinds of numbers --------------------------------------------------------------------------


def rows(schema: TableSchema, given: Sequence[Mapping[str, Any]], **other: Any) -> pd.DataFrame:
    """A checked table: what ``given`` and ``other`` do not say is 1, or a word."""
    table = pd.DataFrame([dict(one) for one in given]).assign(**other)
    for column in schema.columns:
        if column.name not in table:
            table[column.name] = {"text": "a", "flag": False}.get(column.kind, 1)
    return schema.check(table[schema.names], "made")


def world(
    variable: str, names: Sequence[str], *, low: float = 0.0, high: float = 1.0,
    dim: str = "product", **attributes: Any,
) -> xr.Dataset:  # fmt: skip
    """Maps (dim, lat, lon) that rise from ``low`` to ``high`` northwards; none in the far south."""
    cells = grid(10.0)
    lat = cells["lat"].values
    field = np.where(lat > -50, low + (high - low) * (lat + 90) / 180, np.nan)
    maps = np.tile(field[:, None], (len(names), 1, cells.sizes["lon"])).astype(np.float32)
    dataset = cells.assign({variable: ((dim, "lat", "lon"), maps)})
    return dataset.assign_coords({dim: list(names)}).assign_attrs(attributes)


# --- numbers of single figures -----------------------------------------------------------------


def variability(names: Sequence[str]) -> xr.Dataset:
    """Years that differ from product to product, so that they stand over each panel."""
    maps = world("variability", names, high=0.3)
    last = [2020 - number for number in range(len(names))]
    return maps.assign(first_year=("product", [2001] * len(names)), last_year=("product", last))


def covers() -> xr.Dataset:
    maps = world("cover_difference", ("tree", "shrub", "grass"), low=-0.5, high=0.5, dim="cover")
    maps["flux_difference"] = 840 * maps["cover_difference"].isel(cover=0, drop=True)
    return maps.assign_attrs(year=2001, model="linear_regression")


@functools.cache
def regions(cell: float = 5.0) -> RegionNumbers:
    """Every region has cells; the second product has none in North Australia."""
    shape = (12, round(180 / cell), round(360 / cell))
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, name in enumerate(LONG, start=1):
            flux = np.full(shape, float(number))
            if number == 2:
                flux[:, round(100 / cell) : round(120 / cell)] = np.nan
            (path,) = write_years(Path(folder) / name, flux, [2015], cell)
            files[name] = {2015: Path(path)}
        table = read_regions(PROJECT / "resources" / "regions" / "srex.csv")
        return region_numbers(get_product("gpp"), files, table)


def sif_climates(names: Sequence[str] = LONG) -> pd.DataFrame:
    given = []
    for (number, name), (place, climate) in itertools.product(
        enumerate(names), enumerate(("all", *CLIMATES))
    ):
        r = 0.8 - place / 4 - number / 20
        spread = {"r": r, "r_p05": r - 0.2, "r_p25": r - 0.1, "r_p75": r + 0.05, "r_p95": r + 0.1}
        given.append({"product": name, "climate": climate, "positive": 0.5, **spread})
    return rows(SIF_CLIMATES, given)


def tower_scores() -> pd.DataFrame:
    given = []
    for (at, name), series, quantity, (place, climate) in itertools.product(
        enumerate(MIXED),
        ("published", "out_of_fold"),
        ("monthly", "seasonal_cycle"),
        enumerate((*CLIMATES, "all")),
    ):
        r2 = 0.3 + place / 10 - at / 10
        given.append(
            {"product": name, "series": series, "quantity": quantity, "climate": climate,
             "sites": 206, "samples": 10509, "r2": r2, "r2_low": r2 - 0.1, "r2_high": r2 + 0.1}
        )  # fmt: skip
    return rows(PRODUCT_SCORES, given)


def totals(names: Sequence[str] = LONG) -> pd.DataFrame:
    given = [
        {"product": name, "year": year, "total": 120 + 4.0 * number + year % 3, "area": 130.0}
        for (number, name), year in itertools.product(enumerate(names), range(2001, 2021))
    ]
    return rows(ANNUAL_TOTALS, given)


def member_totals() -> pd.DataFrame:
    given = [
        {"product": name, "epochs": epochs, "year": year, "total": 120.0 + number + epochs / 100}
        for (number, name), epochs, year in itertools.product(
            enumerate(_SETTINGS), (150, 250, 350, 450, 550), range(2001, 2021))
    ]  # fmt: skip
    return rows(MEMBER_TOTALS, given)


def importance() -> pd.DataFrame:
    groups = ("LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "E", "pft")
    given = [
        {"model": model, "window": "jan_to_m", "pft": "igbp_esa_cci", "group": group,
         "importance": 0.1 * number, "low": 0.08 * number, "high": 0.15 * number}
        for model, (number, group) in itertools.product(
            ("fluxformer_annual", "linear_regression", "random_forest"), enumerate(groups))
    ]  # fmt: skip
    return rows(IMPORTANCE, given)


def applicability() -> pd.DataFrame:
    given = [
        {"climate": name, "area_inside": 0.5 + number / 12, "flux_inside": 1.0}
        for number, name in enumerate(("all", *CLIMATES))
    ]
    return rows(APPLICABILITY, given)


def authors_maps() -> xr.Dataset:
    fields = {name: world(name, ["one"], high=9.0).isel(product=0, drop=True)[name]
              for name in ("ours", "theirs", "rmse")}  # fmt: skip
    fields |= {"bias": fields["ours"] - fields["theirs"] - 0.4, "r": fields["ours"] / 9}
    said = {"product": SHOWN["fluxes"], "months": 228}
    said |= {"first_month": "2001-01", "last_month": "2019-12"}
    return grid(10.0).assign(fields).assign_attrs(said)


def authors_table() -> pd.DataFrame:
    given = [
        {"product": SHOWN["fluxes"], "period": period, "ours": 128.0 + number / 9, "theirs": 125.0}
        for number, period in enumerate(("all", *map(str, range(2001, 2020))))
    ]
    return rows(AUTHORS_COMPARISON, given)


def truth_map() -> xr.Dataset:
    maps = world("gpp", LONG, high=3000.0, year=2016)
    maps["truth"] = maps["gpp"].isel(product=0, drop=True) * 1.1
    maps["difference"] = maps["gpp"] - maps["truth"]
    return maps.assign(zonal_truth=maps["truth"].mean("lon"), zonal_gpp=maps["gpp"].mean("lon"))


def truth_scores() -> pd.DataFrame:
    groups = [("all", "all"), *(("climate", name) for name in CLIMATES)]
    groups += [("season", name) for name in SEASONS]
    given = [
        {"product": name, "scope": scope, "group": group,
         "r2": (0.8 if number < 5 else -13.0) - place / 50, "rmse": 1 + number + place / 9}
        for (place, (scope, group)), (number, name) in itertools.product(
            enumerate(groups), enumerate(LONG))
    ]  # fmt: skip
    return rows(TRUTH_SCORES, given)


def truth_totals() -> pd.DataFrame:
    table = totals()[["product", "year", "total"]]
    return TRUTH_TOTALS.check(table.assign(truth=130.5, truth_land=131.0), "made")


def truth_gap() -> pd.DataFrame:
    given = [
        {"product": name, "step": step, "name": text, "what": said,
         "r2": (0.7 if number < 5 else -8.0) + place / 50, "rmse": 1.0 + number / 2}
        for (number, name), (place, (step, (text, said))) in itertools.product(
            enumerate(LONG), enumerate(STEPS.items()))
    ]  # fmt: skip
    return rows(TRUTH_GAP, given)


def layers(model: str, classes: Mapping[str, int], steps: int, variables: int) -> pd.DataFrame:
    """The layers of a network with the options of the default configuration."""
    section = "xco2" if model == "at_bilstm" else "gpp"
    config = yaml.safe_load((PROJECT / "config" / "config.yaml").read_text(encoding="utf-8"))
    shape = Shape(steps, variables, classes)
    return layer_table(model, layers_of(model, shape, config[section]["models"][model]))


def _named(*keywords: str) -> Callable[[tuple], dict[str, Any]]:
    """Return what gives several tables their keywords."""
    return lambda tables: dict(zip(keywords, tables, strict=True))


_MODELS = scores.MODELS
_SETTINGS = tuple(f"linear_regression-{name}" for name in scores.FULL["pfts"])
_CLIMATES = {key: scores.FULL[key] for key in ("models", "pfts")}

#: The numbers of every registered figure, by wing and stem.
DRAWN: dict[str, dict[str, Callable[[], dict[str, Any]]]] = {
    "fluxes": {
        "fig01": lambda: _named("towers", "classes")(scores.towers()),
        "fig02": lambda: {"rules": rules_of("gpp")},
        "fig03": lambda: {"rules": rules_of("gpp")},
        "network": lambda: {"layers": layers("fluxformer", {"esa_cci": 14, "igbp": 17}, 44, 7)},
        "fig04": lambda: {"summary": scores.summary(**scores.FULL)},
        "quantities": lambda: {"summary": scores.by_quantity(**scores.FULL)},
        "scatter": lambda: {"bins": scores.scatter(_MODELS)},
        "monthly_scores": lambda: {"summary": scores.by_month(_MODELS)},
        "importance": lambda: {"rows": importance()},
        "differences": lambda: {"rows": scores.differences(**scores.FULL)},
        "costs": lambda: {"costs": scores.costs(_MODELS)},
        "fig05": lambda: {"summary": scores.by_climate(**scores.FULL)},
        "fig06": lambda: {"summary": scores.by_climate(**scores.FULL)},
        "seasonal_cycle": lambda: {"cycles": scores.cycles(_MODELS)},
        "site_scores": lambda: {"distribution": scores.distribution(_MODELS)},
        "holdouts": lambda: {"rows": scores.holdouts(_MODELS)},
        "fig11": lambda: {"annual": world("gpp", MIXED, high=3000.0, year=2016)},
        "fig12": lambda: {"latitude": regions().latitude, "regions": regions().regions},
        "figa1": lambda: {"mask": regions().mask},
        "fig07": lambda: {"maps": variability(_SETTINGS)},
        "fig08": lambda: {
            "maps": world("r", LONG, first_month="2018-05", last_month="2019-12"),
            "climates": sif_climates(),
        },
        "fig09": lambda: {
            "maps": world("annual_std", _SETTINGS, high=300.0, year=2001),
            "totals": member_totals(),
        },
        "fig10": lambda: {"maps": covers()},
        "fig13": lambda: {"maps": variability(MIXED)},
        "fig14": lambda: {
            "maps": world("r", MIXED, first_month="2018-05", last_month="2019-12"),
            "climates": sif_climates(MIXED),
        },
        "fig15": lambda: {"scores": tower_scores()},
        "fig16a": lambda: {"totals": totals(MIXED)},
        "fig16b": lambda: {"growth": growth_of(totals(MIXED))},
        "applicability": lambda: {
            "maps": world("dissimilarity", ["all"], high=0.5)
            .isel(product=0, drop=True)
            .assign_attrs(threshold=0.25, map=SHOWN["fluxes"], year=2016),
            "table": applicability(),
        },
        "authors": lambda: {"maps": authors_maps(), "table": authors_table()},
        "truth_map": lambda: {"maps": truth_map()},
        "truth_scores": lambda: {"scores": truth_scores(), "totals": truth_totals()},
        "truth_gap": lambda: {"gap": truth_gap()},
    },
    "columns": {
        "fig01": lambda: {"rules": rules_of("xco2")},
        "network": lambda: {"layers": layers("at_bilstm", {}, 3, 17)},
        "fig02": lambda: {"footprints": xco2.footprints()},
        "fig03": lambda: {"sites": xco2.tccon_sites()},
        "validation": lambda: {"rows": xco2.validation()},
        "fig05": lambda: _named("density", "scores")(xco2.seasons()),
        "fig06": lambda: {
            "site_scores": _of_shown(xco2.site_scores()),
            "sites": xco2.tccon_sites(),
            "density": _of_shown(xco2.pooled()[0], "dataset"),
            "scores": _of_shown(xco2.pooled()[1], "dataset"),
        },
        "fig07": lambda: {
            "pairs": _of_shown(xco2.pairs()),
            "site_scores": _of_shown(xco2.site_scores()),
        },
        "fig08": lambda: {"series": xco2.series()},
        "kernels": lambda: {"sites": xco2.kernel_sites()},
        "fig09": lambda: {"annual": xco2.annual()},
        "fig10": lambda: {"annual": xco2.annual()},
        "fig11": lambda: {"trend": xco2.trend()},
        "fig12": lambda: {"anomaly": xco2.anomaly()},
        "egg4": lambda: {"differences": xco2.beside_egg4()},
        "spread": lambda: _named("maps", "months", "groups", "bins")(spread.spread()),
        "fig13": lambda: _named("places", "table")(windows.hotspots()),
        "fig14": lambda: {"regions": windows.regions()},
        "truth": lambda: _named("maps", "scores", "gap")(
            xco2.truth((SHOWN["columns"], "at_bilstm-background_anomaly", "at_bilstm-none"))
        ),
    },
}


def _of_shown(table: pd.DataFrame, column: str = "product") -> pd.DataFrame:
    """Give the rows of the shown product its longest name."""
    return table.assign(**{column: table[column].replace(xco2.SHOWN, SHOWN["columns"])})
