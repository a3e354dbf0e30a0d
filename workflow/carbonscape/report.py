"""The report: one self-contained HTML file with everything a reviewer of a run asks for."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import jinja2
import pandas as pd
import yaml
from docutils.core import publish_parts

from carbonscape.figures.style import label
from carbonscape.io import read_json, write_text
from carbonscape.report_tables import (
    climate_table,
    counts_of,
    difference_table,
    matrix_table,
    page_table,
    plain_table,
    read_text_table,
    resolved_differences,
    score_table,
)

#: Figures of the sections of the report, in order; each is a file stem.
SECTIONS = {
    "data": ("gpp_fig01",),
    "scores": ("gpp_fig04", "gpp_quantities", "gpp_scatter", "gpp_monthly_scores"),
    "differences": ("gpp_differences",),
    "costs": ("gpp_costs",),
    "climates": ("gpp_fig05", "gpp_fig06", "gpp_seasonal_cycle", "gpp_site_scores"),
    "holdouts": ("gpp_holdouts",),
    "maps": ("gpp_fig11", "gpp_fig08", "gpp_fig16a"),
    "truth": ("gpp_truth_map", "gpp_truth_scores", "gpp_truth_gap"),
}

#: What products are called in links.
NAMES = {"gpp": "GPP", "xco2": "XCO2"}

#: Tables of scores that show the setting of the figures first.
_LONG_TABLES = ("intervals", "site_summary", "spread", "costs", "holdouts")

#: Warnings of trainings that the page lists; the run.json files have them all.
_LISTED_WARNINGS = 20


def write_report(
    path: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str],
    config: Mapping[str, Any],
    figures: Sequence[str],
    captions: Sequence[str],
    scorecard: str,
    filter_counts: str,
    sample_counts: str,
    tables: Sequence[str],
    folds: Sequence[str],
    runs: Sequence[str],
    deviations: str,
    pages: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the report of the GPP of a run.

    Args:
        path: the HTML file.
        template: Jinja2 template.
        config: the resolved configuration.
        figures: PNG files; those that no section names are shown at the end.
        captions: RST files with the stems of the figures.
        scorecard, filter_counts, sample_counts: CSV tables.
        tables: CSV files table_s1, table_s2, table_s3, intervals, differences, site_summary,
            spread and costs; where samples were held out otherwise than by random splits,
            holdouts; where maps were made gpp_fig16a_growth, and of a simulated Earth
            gpp_truth_skill, gpp_truth_growth and gpp_truth_gap.
        folds: JSON folds of every split.
        runs: run.json of every cross-validation over random splits.
        deviations: Markdown file with the tables of numbered decisions.
        pages: files of all pages of the run's report by product.
    """
    shown = {Path(figure).stem: page_figure(figure, captions, config) for figure in figures}
    sections = {
        name: [shown.pop(stem) for stem in stems if stem in shown]
        for name, stems in SECTIONS.items()
    }
    sections["climates"] += shown.values()
    by_stem = {Path(table).stem: table for table in tables}
    records = {
        f"{Path(run).parent.name}/{Path(run).name.removesuffix('.run.json')}": read_json(run)
        for run in runs
    }
    page = render_page(
        template,
        product="gpp",
        pages=pages,
        config=config,
        deviations=deviations,
        records=records,
        sections=sections,
        scorecard=plain_table(scorecard, leave_out=("id",)),
        filter_counts=plain_table(filter_counts),
        sample_counts=plain_table(sample_counts, leave_out=("paper_rows",)),
        tables={stem: _page_table(stem, path, config) for stem, path in by_stem.items()},
        setting=" and ".join(label(config["figures"][key]) for key in ("window", "pft")),
        resolved=resolved_differences(
            by_stem["differences"], ranked=config["archive"] != "simulated"
        ),
        resampled=counts_of(
            read_text_table(by_stem["intervals"]), "sites", "samples", "splits", "draws"
        ),
        warnings=_warnings(records),
        choices=_choices(records),
        verdicts=_verdicts(by_stem.get("gpp_truth_skill")),
        steps=_steps(by_stem.get("gpp_truth_gap")),
        folds=[read_json(path) for path in folds],
    )
    write_text(path, page)


def render_page(
    template: str | os.PathLike[str],
    *,
    product: str,
    pages: Mapping[str, str],
    config: Mapping[str, Any],
    deviations: str | os.PathLike[str],
    records: Mapping[str, Mapping[str, Any]],
    **values: Any,
) -> str:
    """Return a page of the report with what all pages share.

    Args:
        template: Jinja2 template, beside the ones that it extends.
        product: ``gpp`` or ``xco2``: the page's own.
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
        others={NAMES[name]: page for name, page in pages.items() if name != product},
        software=next(iter(records.values())),
        devices=sorted({record["device"] for record in records.values()}),
        inputs=_inputs(records),
        records=sorted(records),
        deviations=markdown_tables(Path(deviations).read_text(encoding="utf-8")),
        config=yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True),
        **values,
    )


def page_figure(figure: str, captions: Sequence[str], config: Mapping[str, Any]) -> dict[str, str]:
    """Return a figure's name, picture (base64) and caption (HTML)."""
    stem = Path(figure).stem
    caption = next((path for path in captions if Path(path).stem == stem), None)
    return {
        "name": stem,
        "picture": base64.b64encode(Path(figure).read_bytes()).decode("ascii"),
        "caption": render_caption(Path(caption).read_text(encoding="utf-8"), config)
        if caption
        else "",
    }


def render_caption(text: str, config: Mapping[str, Any]) -> str:
    """Turn a caption into HTML.

    Captions are Jinja2 templates in reStructuredText that read ``snakemake.config``, because
    Snakemake's own report renders the same files.
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    rendered = environment.from_string(text).render(snakemake=SimpleNamespace(config=config))
    settings = {"file_insertion_enabled": False, "raw_enabled": False, "halt_level": 2}
    return publish_parts(rendered, writer="html5", settings_overrides=settings)["body"]


def _page_table(stem: str, path: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table in the form that the page shows it in."""
    if stem == "table_s1":
        return matrix_table(path)
    if stem in ("table_s2", "table_s3"):
        return climate_table(path)
    if stem == "differences":
        return difference_table(path)
    if stem in _LONG_TABLES:
        return score_table(
            path, stem, window=config["figures"]["window"], pft=config["figures"]["pft"]
        )
    return plain_table(path, stem)


def _verdicts(path: str | None) -> list[str]:
    """Say of each product in words where on the map it is no better than the climatology.

    Args:
        path: CSV of the skill over the climatology, if there is one.
    """
    if path is None:
        return []
    table = read_text_table(path)
    if table.empty:
        return ["No climatology was mapped in this run, so that nothing can be said of skill."]
    found = []
    for (product, baseline), rows in table.groupby(["product", "baseline"], sort=False):
        behind = rows[rows["not_better"] != "nowhere"]
        places = [
            ("all land" if climate == "all" else climate) + f" ({columns})"
            for climate, columns in zip(behind["climate"], behind["not_better"], strict=True)
        ]
        found.append(
            f"{product} is no better than {baseline} in: {'; '.join(places)}."
            if places
            else f"{product} is better than {baseline} in every climate and season."
        )
    return found


def _steps(path: str | None) -> list[dict[str, str]]:
    """Return step, name and meaning of each step from the towers to the globe, once.

    Args:
        path: CSV of the steps of all products, if there is one.
    """
    if path is None:
        return []
    table = read_text_table(path)
    steps = table.drop_duplicates("step").sort_values("step")
    return steps[["step", "name", "meaning"]].to_dict("records")


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


def _warnings(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what trainings warned of: each sentence once, the commonest first.

    Sentences begin with the training that they are about. Several models meet the same samples,
    and a class unseen in one month is so in others: counts of samples are left out.

    Returns:
        ``total`` of warnings, the ``sentences`` listed, and how many ``others`` are not.
    """
    found: dict[str, list[str]] = {}
    for record in _trained(records).values():
        for sentence in record["warnings"]:
            place, _, text = sentence.partition(": ")
            text = re.sub(r"\b\d+ of \d+\b", "some of the", text or place)
            found.setdefault(text, []).append(place)
    sentences = [
        f"{text[0].upper()}{text[1:]} ({'once' if len(places) == 1 else f'{len(places)} times'}: "
        f"{', '.join(sorted({label(place.split(',')[0]) for place in places}))})"
        for text, places in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return {
        "total": sum(map(len, found.values())),
        "sentences": sentences[:_LISTED_WARNINGS],
        "others": len(sentences[_LISTED_WARNINGS:]),
    }


def _choices(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the options that a search chose inside the training sites, as a table of the page."""
    rows = [
        {
            "cross-validation": name,
            "fold": str(row["fold"]),
            "chosen options": "those of the configuration"
            if row["overrides"] == "{}"
            else row["overrides"],
            "of candidates": str(row["candidates"]),
            "RMSE inside the training sites": "" if row["rmse"] is None else f"{row['rmse']:.3f}",
        }
        for name, record in sorted(_trained(records).items())
        for row in record["chosen"]
        if row["chosen"]
    ]
    return page_table(pd.DataFrame(rows, dtype=object))


def _trained(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the records of models that were trained: a blend repeats those of its parts."""
    return {name: record for name, record in records.items() if "parts" not in record["config"]}


def _plain(value: Any) -> Any:
    """Return a configuration made of plain dicts and lists, which YAML can write."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
