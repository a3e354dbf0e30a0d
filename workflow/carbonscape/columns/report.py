"""What the page of a column shows: observed, learnt, mapped, and where it falls short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from carbonscape.columns.evaluation.crossval import PUBLISHED
from carbonscape.columns.report_ablations import ablation_rows, ablation_verdicts
from carbonscape.columns.report_tables import folded_by_product, table_in_words
from carbonscape.evaluation.baselines import NO_BASELINE
from carbonscape.figures.style import label, time_input_label, xco2_label
from carbonscape.products.product import Product
from carbonscape.report.tables import page_table, plain_table, read_text_table

#: Skipped granules that the page names; the table of the granules has them all.
_NAMED = 10

#: Long tables of several products, of which the page shows the product of the figures at once.
_FOLDED = ("tccon_sites", "truth")

#: Tables with a form of their own.
_OWN_TABLES = {"ablations": ablation_rows}


def page_values(
    product: Product,
    *,
    config: Mapping[str, Any],
    tables: Mapping[str, str],
    records: Mapping[str, Mapping[str, Any]],
    granules: Sequence[str],
    sample_counts: str,
    sites: str,
) -> dict[str, Any]:
    """Return what the page of a column shows beside what all pages share.

    Args:
        product: the column.
        config: the resolved configuration.
        tables: CSV files of scores by stem: table4_continents, validation, tccon, tccon_sites,
            tccon_effective, kernels, step, table4_annual, table5, totals, hotspots, regions, egg4
            where it is compared, ablations and spread where they are made, and of a simulated Earth
            truth and truth_gap.
        records: run.json of every cross-validation by its name; the page only names them.
        granules: CSV tables of OCO_GRANULES, one an instrument.
        sample_counts: CSV table.
        sites: CSV table of TCCON_SITES.
    """
    del records
    figures = config[product.name]["figures"]
    shown = f"{figures['model']}-{figures['time_input']}"
    validation = pd.read_csv(tables["validation"], keep_default_na=False, na_values=[""])
    return {
        "granules": page_table(granule_counts(granules)),
        "skipped": skipped_granules(granules),
        "sample_counts": plain_table(sample_counts),
        "sites": plain_table(sites),
        "tables": {
            stem: folded_by_product(file, [shown])
            if stem in _FOLDED
            else _OWN_TABLES.get(stem, table_in_words)(file)
            for stem, file in tables.items()
        },
        "verdicts": verdicts(validation),
        "trend": trend_sentence(validation, figures),
        "truth_verdicts": truth_verdicts(tables.get("truth")),
        "ablation_verdicts": ablation_verdicts(tables.get("ablations")),
    }


def granule_counts(paths: Sequence[str]) -> pd.DataFrame:
    """Return, for each instrument, granules used and skipped and what became of the soundings."""
    rows = []
    for path in paths:
        table = pd.read_csv(path)
        counts = {name: int(table[name].sum()) for name in ("soundings", "good", "land", "kept")}
        used = int((table["status"] == "used").sum())
        instrument = Path(path).name.split("_")[0]
        rows.append(
            {
                "instrument": label(instrument),
                "granules used": str(used),
                "skipped": str(len(table) - used),
                **{name: f"{value:,}" for name, value in counts.items()},
            }
        )
    return pd.DataFrame(rows, dtype=object)


def skipped_granules(paths: Sequence[str]) -> dict[str, Any]:
    """Return the first granules that were left out, each with its reason, and how many others."""
    tables = pd.concat([read_text_table(path) for path in paths])
    skipped = tables[tables["status"] == "skipped"]
    sentences = [f"{row.file}: {row.reason}" for row in skipped.itertuples()]
    return {"sentences": sentences[:_NAMED], "others": len(sentences[_NAMED:])}


def verdicts(validation: pd.DataFrame) -> list[str]:
    """Say of each model and way of holding out whether it beats the better trivial baseline."""
    found = []
    for row in validation.itertuples():
        if row.baseline in (NO_BASELINE, row.model):
            continue
        model = f"{label(row.model)}, {time_input_label(row.time_input)}, {label(row.scheme)}"
        against = f"{label(row.baseline)} (RMSE {row.rmse:.2f} against {row.baseline_rmse:.2f} ppm)"
        does = "beats" if row.beats_baseline else "does NOT beat"
        found.append(f"{model}: {does} {against}.")
    return found


def trend_sentence(validation: pd.DataFrame, shown: Mapping[str, Any]) -> str:
    """Say how much of the published R2 is the trend alone."""
    rows = validation[
        (validation["scheme"] == PUBLISHED)
        & (validation["model"] == shown["model"])
        & (validation["time_input"] == shown["time_input"])
    ]
    if rows.empty or pd.isna(rows["trend_share"].iloc[0]):
        return ""
    row = rows.iloc[0]
    return (
        f"A straight line through the observations themselves has an R² of {row['r2_trend']:.2f}, "
        f"which is {row['trend_share']:.0%} of the {row['r2']:.2f} of {label(row['model'])} when "
        f"single samples are held out; without that line its R² is {row['r2_detrended']:.2f}."
    )


def truth_verdicts(path: str | None) -> list[str]:
    """Say of each product whether its map is nearer the truth than the trivial one.

    Args:
        path: CSV of the scores against the truth, if there is one.
    """
    if path is None:
        return []
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    whole = table[table["scope"] == "global"].set_index("product")
    trivial = next((name for name in whole.index if name.startswith("latitude_month_year")), None)
    if trivial is None:
        return ["No trivial baseline was mapped in this run."]
    least = float(whole.loc[trivial, "rmse"])
    found = []
    for name, row in whole.iterrows():
        if name != trivial:
            nearer = "nearer" if row["rmse"] < least else "NOT nearer"
            found.append(
                f"{xco2_label(name, whole.index)}: {nearer} the truth than latitude + month + year "
                f"over the whole map (RMSE {row['rmse']:.2f} against {least:.2f} ppm)."
            )
    return found
