"""The report: one self-contained HTML file with everything a reviewer of a run asks for."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pandas as pd
import yaml
from docutils.core import publish_parts

from carbonscape.io import read_json, write_text

#: Figures of the sections of the report, in order; each is a file stem.
SECTIONS = {
    "data": ("gpp_fig01",),
    "scores": ("gpp_fig04", "gpp_scatter", "gpp_monthly_scores"),
    "climates": ("gpp_fig05", "gpp_fig06", "gpp_seasonal_cycle", "gpp_site_scores"),
    "maps": ("gpp_fig11", "gpp_fig08", "gpp_fig16a"),
    "truth": ("gpp_truth_map", "gpp_truth_scores", "gpp_truth_gap"),
}

#: Columns of tables that the page shows in another way.
_LEFT_OUT = {"gpp_truth_gap": ("name", "meaning")}

#: Decimals of numbers in tables that hold them in full.
_DECIMALS = {
    "gpp_fig16a_growth": 3,
    "gpp_truth_skill": 2,
    "gpp_truth_growth": 3,
    "gpp_truth_gap": 3,
}

#: Words of table headings that mean more than their name.
_HEADINGS = {
    "paper_rows": "the paper's rows",
    "pft": "PFT",
    "r2": "R²",
    "r2_min": "R² lowest",
    "r2_max": "R² highest",
    "rmse": "RMSE",
    "rmse_min": "RMSE lowest",
    "rmse_max": "RMSE highest",
    "explained_by": "deviations",
    "gpp": "GPP (PgC yr⁻¹)",
    "truth": "truth (PgC yr⁻¹)",
    "growth": "growth (PgC yr⁻²)",
    "growth_error": "standard error",
    "growth_truth": "growth of the truth",
    "coverage": "share of the land",
    "r_years": "r of years",
    "not_better": "not better in",
}


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
) -> None:
    """Write the report of a run.

    Args:
        path: the HTML file.
        template: Jinja2 template.
        config: the resolved configuration.
        figures: PNG files; those that no section names are shown at the end.
        captions: RST files with the stems of the figures.
        scorecard, filter_counts, sample_counts: CSV tables.
        tables: CSV files table_s1, table_s2 and table_s3; where maps were made
            gpp_fig16a_growth, and of a simulated Earth gpp_truth_skill, gpp_truth_growth and
            gpp_truth_gap.
        folds: JSON folds of every split.
        runs: run.json of every cross-validation.
        deviations: Markdown file with the tables of numbered decisions.
    """
    shown = {Path(figure).stem: _figure(figure, captions, config) for figure in figures}
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
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(Path(template).read_text(encoding="utf-8")).render(
        run=config["run"],
        simulated=config["archive"] == "simulated",
        sections=sections,
        scorecard=_table(scorecard, leave_out=("id",)),
        filter_counts=_table(filter_counts),
        sample_counts=_table(sample_counts, leave_out=("paper_rows",)),
        tables={
            stem: _table(path, leave_out=_LEFT_OUT.get(stem, ()), decimals=_DECIMALS.get(stem))
            for stem, path in by_stem.items()
        },
        verdicts=_verdicts(by_stem.get("gpp_truth_skill")),
        steps=_steps(by_stem.get("gpp_truth_gap")),
        folds=[read_json(path) for path in folds],
        software=next(iter(records.values())),
        inputs=_inputs(records),
        records=sorted(records),
        deviations=markdown_tables(Path(deviations).read_text(encoding="utf-8")),
        config=yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True),
    )
    write_text(path, page)


def _figure(figure: str, captions: Sequence[str], config: Mapping[str, Any]) -> dict[str, str]:
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


def _table(
    path: str, *, leave_out: Sequence[str] = (), decimals: int | None = None
) -> dict[str, Any]:
    """Return a CSV table as headings and rows of text; empty columns are left out.

    Numbers with a decimal point are rounded to ``decimals``, if given.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = [
        name for name in table.columns if name not in leave_out and (table[name] != "").any()
    ]
    rows = [
        [_cell(_rounded(value, decimals)) for value in row]
        for row in table[columns].to_numpy().tolist()
    ]
    for cells in zip(*rows, strict=True):
        # Numbers stand to the right only where the whole column is made of them.
        if not all(cell["number"] for cell in cells if cell["text"]):
            for cell in cells:
                cell["number"] = False
    return {
        "headings": [_HEADINGS.get(name, name.replace("_", " ")) for name in columns],
        "rows": rows,
    }


def _rounded(value: str, decimals: int | None) -> str:
    """Return a number that is not whole with so many decimals; any other text as it is."""
    if decimals is None or not re.fullmatch(r"[-+]?(\d+\.\d+(e[-+]?\d+)?|\d+e[-+]?\d+)", value):
        return value
    text = f"{float(value):.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _cell(value: str) -> dict[str, Any]:
    """Return the text of a table cell and whether it is a number."""
    number = re.fullmatch(r"[-+]?\d+(\.\d+)?", value) is not None
    text = value.removesuffix(".0") if number else value
    if number and "." not in text and len(text) > 4:
        text = f"{int(text):,}"
    return {"text": text, "number": number}


def _verdicts(path: str | None) -> list[str]:
    """Say of each product in words where on the map it is no better than the climatology.

    Args:
        path: CSV of the skill over the climatology, if there is one.
    """
    if path is None:
        return []
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
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
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
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


def _plain(value: Any) -> Any:
    """Return a configuration made of plain dicts and lists, which YAML can write."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
