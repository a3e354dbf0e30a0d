"""What the page of the report on a flux shows, beside what all pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carbonscape.core.io import read_json
from carbonscape.figures.style import TOTAL_UNIT, label
from carbonscape.fluxes.report_tables import (
    best_model,
    climate_table,
    difference_table,
    error_groups,
    error_sites,
    matrix_table,
    resolved_differences,
    score_table,
    where_it_fails,
)
from carbonscape.fluxes.tables import TRAIN_ONLY
from carbonscape.products.product import Product
from carbonscape.report.tables import counts_of, page_table, plain_table, read_text_table

#: Tables of scores that show the setting of the figures first.
_LONG_TABLES = ("intervals", "site_summary", "spread", "costs", "holdouts", "unseen_splits")

#: Columns of tables that the page shows in another way.
_LEFT_OUT = {"truth_gap": ("name", "meaning")}

#: Decimals of numbers in tables that hold them in full.
_DECIMALS = {
    "fig16a_growth": 3,
    "fig09_spread": 2,
    "authors": 3,
    "fig13_variability": 3,
    "fig10_climates": 3,
    "truth_skill": 2,
    "truth_growth": 3,
    "truth_gap": 3,
    "applicability": 3,
    "truth_applicability": 3,
}

#: Warnings of trainings that the page lists; the run.json files have them all.
_LISTED_WARNINGS = 20


def page_values(
    product: Product,
    *,
    config: Mapping[str, Any],
    tables: Mapping[str, str],
    records: Mapping[str, Mapping[str, Any]],
    filter_counts: str,
    sample_counts: str,
    folds: Sequence[str],
) -> dict[str, Any]:
    """Return what the page of a flux shows beside what all pages share.

    Args:
        product: the flux.
        config: the resolved configuration.
        tables: CSV files by stem: table_s1, table_s2, table_s3, intervals, differences,
            site_summary, spread, error_parts, error_sites and costs; where there are unseen splits,
            unseen_splits; where samples were held out
            otherwise than by random splits, holdouts; where maps were made fig10_climates,
            fig13_variability and fig16a_growth, where they have members fig09_spread, where the
            authors' own map is compared authors, where maps have one applicability, and of a
            simulated Earth truth_skill, truth_growth, truth_gap, truth_cover and
            truth_applicability.
        records: run.json of every cross-validation by its name.
        filter_counts, sample_counts: CSV tables.
        folds: JSON folds of every split.
    """
    ours = () if product.reported else ("paper_rows",)
    # The errors of the best model are taken apart.
    shown = {key: config["figures"][key] for key in ("window", "pft")}
    best = best_model(tables["intervals"], **shown)
    crossval = config[product.name]["crossval"]
    return {
        "best": label(best) if best else "",
        "filter_counts": plain_table(filter_counts, leave_out=ours),
        "train_only": TRAIN_ONLY in set(read_text_table(filter_counts)["step"]),
        "sample_counts": plain_table(sample_counts, leave_out=("paper_rows",)),
        "tables": {stem: _page_table(stem, tables, product, config, best) for stem in tables},
        "fails": where_it_fails(tables["error_parts"], tables["error_sites"], model=best, **shown),
        "setting": " and ".join(label(config["figures"][key]) for key in ("window", "pft")),
        "resolved": resolved_differences(
            tables["differences"], ranked=config["archive"] != "simulated"
        ),
        "resampled": counts_of(
            read_text_table(tables["intervals"]), "sites", "samples", "splits", "draws"
        ),
        "warnings": _warnings(records),
        "choices": _choices(records),
        "weights": _weights(records),
        "verdicts": _verdicts(tables.get("truth_skill")),
        "steps": _steps(tables.get("truth_gap")),
        "folds": [read_json(path) for path in folds],
        "authors_key": f"{product.name}.authors_map",
        "several": len(crossval["splits"]) > 1,
        "served": _named(crossval["splits"]),
        "unseen": _named(crossval["unseen_splits"]),
    }


def _page_table(
    stem: str, tables: Mapping[str, str], product: Product, config: Mapping[str, Any], best: str
) -> dict[str, Any]:
    """Return a table in the form that the page shows it in."""
    path = tables[stem]
    shown = {key: config["figures"][key] for key in ("window", "pft")}
    if stem == "table_s1":
        return matrix_table(path)
    if stem in ("table_s2", "table_s3"):
        return climate_table(path)
    if stem == "differences":
        return difference_table(path)
    if stem in _LONG_TABLES:
        beside = tables["site_summary"] if stem == "intervals" else None
        return score_table(path, stem, site_summary=beside, **shown)
    if stem in ("error_parts", "error_sites"):
        make = error_groups if stem == "error_parts" else error_sites
        return make(path, model=best, **shown)
    return plain_table(
        path,
        leave_out=_LEFT_OUT.get(stem, ()),
        decimals=_DECIMALS.get(stem),
        headings={"total": f"{product.label} ({TOTAL_UNIT})"},
    )


def _named(splits: Sequence[int]) -> str:
    """Return numbers of splits in words, as ``split 3`` or ``splits 0, 1, 2``."""
    return f"split{'s' if len(splits) > 1 else ''} {', '.join(map(str, splits))}" if splits else ""


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
        if row["chosen"] and row["candidates"] > 1
    ]
    return page_table(pd.DataFrame(rows, dtype=object))


def _weights(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the weights of blends that were fitted inside the training sites, as a table."""
    rows = [
        {
            "cross-validation": name,
            "fold": str(row["fold"]),
            "weights": ", ".join(
                f"{part} {weight:.2f}" for part, weight in row.items() if part != "fold"
            ),
        }
        for name, record in sorted(records.items())
        for row in record.get("weights", ())
    ]
    return page_table(pd.DataFrame(rows, dtype=object))


def _trained(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the records of models that were trained: a blend repeats those of its parts."""
    return {name: record for name, record in records.items() if "parts" not in record["config"]}
