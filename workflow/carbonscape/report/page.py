"""The report: one self-contained HTML file with everything a reviewer of a run asks for."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml
from docutils.core import publish_parts

from carbonscape.core.region import describe
from carbonscape.core.years import describe_years
from carbonscape.figures.style import unit_text
from carbonscape.products.product import Product
from carbonscape.products.registry import get_product


def render_page(
    template: str | os.PathLike[str],
    *,
    product: Product,
    pages: Mapping[str, str],
    config: Mapping[str, Any],
    deviations: str | os.PathLike[str],
    records: Mapping[str, Mapping[str, Any]],
    **values: Any,
) -> str:
    """Return a page of the report with what all pages share.

    Args:
        template: Jinja2 template, beside the ones that it extends.
        product: the page's own.
        pages: files of all pages by product, which it links to.
        config: the resolved configuration.
        deviations: Markdown file with the tables of numbered decisions.
        records: run.json of every training by its name.
        values: what the template needs beside.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(template).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(Path(template).name).render(
        run=config["run"],
        simulated=config["archive"] == "simulated",
        region=describe(config["region"]) if config["region"] else "",
        years=describe_years(config["years"]) if config["years"] else "",
        label=product.label,
        long_name=product.long_name,
        unit=unit_text(product.unit),
        reported=bool(product.reported),
        others={
            get_product(name).label: page for name, page in pages.items() if name != product.name
        },
        software=next(iter(records.values())),
        devices=sorted({record["device"] for record in records.values()}),
        inputs=_inputs(records),
        records=sorted(records),
        deviations=markdown_tables(Path(deviations).read_text(encoding="utf-8")),
        config=yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True),
        **values,
    )


def page_figure(
    figure: str, caption: str, config: Mapping[str, Any], told: Mapping[str, str]
) -> dict[str, str]:
    """Return a figure's name, picture (base64) and caption (HTML).

    Args:
        figure, caption: PNG and RST file.
        config, told: see :func:`render_caption`.
    """
    return {
        "name": Path(figure).stem,
        "picture": base64.b64encode(Path(figure).read_bytes()).decode("ascii"),
        "caption": render_caption(Path(caption).read_text(encoding="utf-8"), config, told),
    }


def render_caption(text: str, config: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """Turn a caption into HTML.

    Captions are Jinja2 templates in reStructuredText that read ``snakemake.config`` and
    ``snakemake.params``, because Snakemake's own report renders the same files.

    Args:
        text: the template.
        config: the resolved configuration.
        told: the parameters of the figure's rule that captions read: ``product`` (its name),
            ``label`` and ``long_name``.
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, finalize=_as_text)
    offered = SimpleNamespace(config=config, params=SimpleNamespace(**told))
    rendered = environment.from_string(text).render(snakemake=offered)
    settings = {"file_insertion_enabled": False, "raw_enabled": False, "halt_level": 2}
    return publish_parts(rendered, writer="html5", settings_overrides=settings)["body"]


def _as_text(value: Any) -> Any:
    """Return a value of a caption with the signs escaped by which reStructuredText marks links."""
    return re.sub(r"([`*|<>_:@\\])", r"\\\1", value) if isinstance(value, str) else value


def markdown_tables(text: str) -> list[dict[str, Any]]:
    """Return the tables of a Markdown text: heading of the section, headings and rows."""
    found: list[dict[str, Any]] = []
    section = ""
    for line in text.splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ").strip()
        elif line.startswith("|"):
            cells = [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
            if not found or found[-1]["section"] != section:
                found.append({"section": section, "headings": cells, "rows": []})
            elif not all(set(cell) <= set("-: ") for cell in cells):
                found[-1]["rows"].append(cells)
    return found


def _inputs(records: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the checksums of the files that the models were trained on, by name.

    Files of one name that differ between splits, as the folds do, are told apart by the split.
    """
    found: dict[str, dict[str, str]] = {}
    for name, record in records.items():
        for file, checksum in record["inputs"].items():
            found.setdefault(file, {})[name.split("/")[0]] = checksum
    merged: dict[str, str] = {}
    for file, checksums in sorted(found.items()):
        if len(set(checksums.values())) == 1:
            merged[file] = next(iter(checksums.values()))
        else:
            merged |= {f"{split}/{file}": checksums[split] for split in sorted(checksums)}
    return merged


def _plain(value: Any) -> Any:
    """Return a configuration made of plain dicts and lists, which YAML can write."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
