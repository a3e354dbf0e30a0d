"""The front page of a run: what was run, verdicts, maps, figures and scores of sites, in one file.

Everything lies in the file; its content policy lets no request leave it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jinja2
import pandas as pd

from carbonscape.core.io import read_json, write_text
from carbonscape.figures.style import label, unit_text
from carbonscape.products.registry import get_product
from carbonscape.report.front_figures import front_figures, take_in
from carbonscape.report.front_layers import front_maps
from carbonscape.report.tables import read_text_table

#: Bytes of the values of all maps and of all figures: with the rest the page stays below 15 MB.
MOST_BYTES = 9_000_000
MOST_FIGURE_BYTES = 5_000_000

#: Columns of the verdict table.
_VERDICTS = ("quantity", "reported", "run", "difference", "verdict", "source", "explained_by")

#: Scores of a site that its table shows.
_SCORES = ("samples", "r2", "rmse", "bias")


def write_front_page(
    path: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str],
    config: Mapping[str, Any],
    pages: Mapping[str, str],
    runs: Mapping[str, str],
    maps: Mapping[str, Sequence[str]],
    scorecards: Mapping[str, str],
    site_scores: Mapping[str, str],
    places: Mapping[str, str],
    shown: Mapping[str, Mapping[str, str]],
    land: str | os.PathLike[str],
    truths: Mapping[str, str] = MappingProxyType({}),
    others: Mapping[str, Sequence[str]] = MappingProxyType({}),
    figures: Mapping[str, Sequence[str]] = MappingProxyType({}),
    captions: Mapping[str, Sequence[str]] = MappingProxyType({}),
    told: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> None:
    """Write the front page of a run.

    Args:
        path: the HTML file.
        template: Jinja2 template beside the style sheet and the script that it takes in.
        config: the resolved configuration.
        pages: files of the pages of all products, which are linked.
        runs: a run.json of each product, of which software and seed are told.
        maps: yearly files of the maps of each product that has any.
        scorecards: CSV tables of what papers report beside what the run finds.
        site_scores: CSV tables of scores by site.
        places: CSV tables of these sites, with ``site``, ``lat`` and ``lon``.
        shown: which rows of the scores are shown: values of columns, by product.
        land: GeoJSON of the outlines of the land.
        truths: file of the true values of each product whose Earth is simulated.
        others: yearly files of products of others, by product.
        figures, captions: PNG files of the figures of each product, and RST files in their order.
        told: what captions read of the parameters of a figure's rule, by product.

    Raises:
        InputError, ResultError: a file is absent or damaged.
    """
    drawn = {
        name: front_figures(files, captions[name], config, told[name])
        for name, files in figures.items()
    }
    take_in([one for part in drawn.values() for one in part], most_bytes=MOST_FIGURE_BYTES)
    data = {
        "maps": front_maps(maps, truths=truths, others=others, most_bytes=MOST_BYTES),
        "verdicts": [row for name, file in scorecards.items() for row in _verdicts(name, file)],
        "sites": [
            row
            for name, file in site_scores.items()
            for row in _sites(name, file, places[name], shown[name])
        ],
        "land": _rings(land),
    }
    folder = Path(template).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    text = environment.get_template(Path(template).name).render(
        run=config["run"],
        simulated=config["archive"] == "simulated",
        style=(folder / "front.css").read_text(encoding="utf-8"),
        script=(folder / "front.js").read_text(encoding="utf-8"),
        data=as_script(data),
        products=[_told(name, page, config, runs) for name, page in pages.items()],
        software=next(({**read_json(run)} for run in runs.values()), None),
        figures=[(get_product(name).label, part) for name, part in drawn.items() if part],
        counts={key: len(data[key]) for key in ("maps", "verdicts", "sites")},
    )
    write_text(path, text)


def as_script(data: Any) -> str:
    """Return JSON that may stand in a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _told(
    name: str, page: str, config: Mapping[str, Any], runs: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page says of a product."""
    product, section = get_product(name), config[name]
    return {
        "label": product.label,
        "long_name": product.long_name,
        "page": page,
        "unit": unit_text(product.unit),
        "cell": section["grid"]["cell"],
        "models": ", ".join(label(model) for model in section["crossval"]["models"]),
        "mapped": ", ".join(label(model) for model in section["product"]["models"]),
        "device": read_json(runs[name])["device"] if name in runs else "",
    }


def _verdicts(product: str, path: str) -> list[dict[str, str]]:
    """Return the rows of a scorecard, with the product that they are about."""
    table = read_text_table(path).reindex(columns=_VERDICTS).fillna("")
    table["verdict"] = table["verdict"].replace("", "not judged")
    table.insert(0, "product", get_product(product).label)
    return table.to_dict("records")


def _sites(product: str, path: str, places: str, shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return scores and places of the sites of one setting."""
    scores = pd.read_csv(path)
    for column, value in shown.items():
        scores = scores[scores[column].astype(str) == str(value)]
    sites = pd.read_csv(places)[["site", "lat", "lon"]]
    table = scores[["site", *_SCORES]].merge(sites, on="site", how="inner", validate="m:1")
    table.insert(0, "product", get_product(product).label)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{key: _short(value) for key, value in row.items()} for row in rows]


def _short(value: Any) -> Any:
    """Return a number with as many digits as a table shows."""
    return round(float(value), 4) if isinstance(value, float) else value


def _rings(path: str | os.PathLike[str]) -> list[list[float]]:
    """Return the outlines of the land, [lon, lat, lon, lat, ...] in tenths of a degree."""
    return [
        [round(float(part), 1) for point in ring for part in point[:2]]
        for feature in read_json(path)["features"]
        for polygon in feature["geometry"]["coordinates"]
        for ring in polygon
    ]
