"""Tables as the report shows them: words for names, rounded numbers, both ends in one cell.

A table of the page is a dict of ``headings`` and ``rows``; a cell is a dict of ``text``,
``number`` (stands to the right) and ``absent`` (grey). A folded table is a dict of the two tables
``short``, which the reader sees at once, and ``full``, which he may open; ``full`` is None where
it would say nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carbonscape.artefacts import WINDOWS
from carbonscape.evaluation.crossval import NOT_RUN
from carbonscape.figures.gpp_holdouts import LABELS as SCHEMES
from carbonscape.figures.style import label
from carbonscape.models.registry import MODELS

#: What stands for an annual model in a window that is not its own.
NO_CELL = "—"

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

#: Columns of long tables of scores after those of the setting: heading and decimals. A column
#: "a to b" holds both ends of an interval.
_SCORES: Mapping[str, Mapping[str, tuple[str, int | None]]] = {
    "intervals": {
        "r2": ("R²", 3),
        "r2_low to r2_high": ("95 % interval of R²", 3),
        "rmse": ("RMSE", 3),
        "rmse_low to rmse_high": ("95 % interval of RMSE", 3),
        "sites": ("sites", None),
        "samples": ("site-months", None),
    },
    "site_summary": {
        "sites": ("sites", None),
        "rmse_median": ("RMSE, median site", 2),
        "rmse_p90": ("RMSE, 90th percentile", 2),
        "abs_bias_median": ("absolute bias, median site", 2),
        "abs_bias_p90": ("absolute bias, 90th percentile", 2),
        "r2_median": ("R², median site", 2),
        "r2_p10": ("R², 10th percentile", 2),
    },
    "spread": {
        "spread": ("spread of the members", 2),
        "rmse": ("RMSE of their mean", 2),
        "within_1": ("errors within one spread", 3),
        "within_2": ("within two", 3),
        "rank_correlation": ("rank correlation with the error", 2),
        "factor": ("factor that would make it cover", 1),
    },
    "holdouts": {
        "sites": ("sites", None),
        "r2": ("R²", 3),
        "r2_random": ("R², random sites", 3),
        "rmse": ("RMSE", 2),
        "rmse_random": ("RMSE, random sites", 2),
        "bias": ("bias", 2),
        "bias_random": ("bias, random sites", 2),
    },
    "costs": {
        "models": ("trainings", None),
        "members": ("members", None),
        "samples": ("training samples", None),
        "training_core_s": ("training (core s)", 1),
        "prediction_core_s": ("prediction of 1,000 (core s)", 2),
        "r2": ("R²", 3),
        "rmse": ("RMSE", 3),
    },
}

#: What a family of differences is called: in a table, and at the head of a sentence.
_FAMILIES = {
    "model": ("model", "Between models"),
    "pft": ("land cover", "What land cover adds to none"),
    "window": ("window", "Other windows against January to month M"),
}

_DIFFERENCES = {
    "difference": ("difference of R²", 3),
    "low to high": ("95 % interval, this one alone", 3),
    "low_simultaneous to high_simultaneous": ("95 % interval, all at once", 3),
    "p_adjusted": ("p, corrected", 4),
}


def page_table(
    table: pd.DataFrame, *, leave_out: Sequence[str] = (), decimals: int | None = None
) -> dict[str, Any]:
    """Return a table of text as one of the page; columns without any value are left out.

    Numbers with a decimal point are rounded to ``decimals``, if given.
    """
    columns = [
        name for name in table.columns if name not in leave_out and (table[name] != "").any()
    ]
    rows = [
        [_cell(_rounded(value, decimals)) for value in row]
        for row in table[columns].to_numpy().tolist()
    ]
    for cells in zip(*rows, strict=True):
        # Numbers stand to the right only where the whole column is made of them.
        if not all(cell["number"] or cell["absent"] for cell in cells if cell["text"]):
            for cell in cells:
                cell["number"] = False
    return {
        "headings": [_HEADINGS.get(name, name.replace("_", " ")) for name in columns],
        "rows": rows,
    }


def plain_table(path: str, stem: str = "", *, leave_out: Sequence[str] = ()) -> dict[str, Any]:
    """Return a CSV file as a table of the page, as the tables of maps and counts are shown."""
    return page_table(
        read_text_table(path),
        leave_out=(*leave_out, *_LEFT_OUT.get(stem, ())),
        decimals=_DECIMALS.get(stem),
    )


def read_text_table(path: str) -> pd.DataFrame:
    """Read a CSV file whose cells stay as they are written."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def matrix_table(path: str) -> dict[str, Any]:
    """Return table S1 folded: a row a model and PFT setting, a column a window, 'R² (RMSE)'.

    The short table has the rows of which anything was run, the full one every line of the file;
    with a single split its lowest and highest scores say nothing more and are left out.
    """
    table = read_text_table(path)
    if set(table["splits"]) <= {"0", "1"}:
        table = table.drop(columns=["r2_min", "r2_max", "rmse_min", "rmse_max"])
    windows = [name for name in WINDOWS if name in set(table["window"])]
    run = {}
    for row in table.to_dict("records"):
        text = NOT_RUN if row["r2"] == NOT_RUN else f"{row['r2']} ({row['rmse']})"
        run.setdefault((row["model"], row["pft"]), {})[row["window"]] = text
    short = [
        {"model": label(model), "PFT": label(pft)}
        | {label(window): cells.get(window, _without_score(model, window)) for window in windows}
        for (model, pft), cells in run.items()
        if any(text != NOT_RUN for text in cells.values())
    ]
    return {
        "short": page_table(pd.DataFrame(short)),
        "full": _greyed(_in_words(table)),
        "missing": int((table["r2"] == NOT_RUN).sum()),
    }


def climate_table(path: str) -> dict[str, Any]:
    """Return table S2 or S3 folded: the short table has the rows that were run."""
    table = read_text_table(path)
    run = table[table["splits"] != "0"]
    full = _greyed(_in_words(table)) if len(run) < len(table) else None
    return {"short": page_table(_in_words(run)), "full": full}


def score_table(path: str, stem: str, *, window: str, pft: str) -> dict[str, Any]:
    """Return a table of all settings folded: the short one has the setting of the figures.

    Args:
        path: CSV file.
        stem: its name, a key of ``_SCORES``.
        window, pft: setting of the figures; where the table has no row of it, the short table is
            the whole one.
    """
    table = read_text_table(path)
    keys = [name for name in ("scheme", "window", "pft", "model", "group") if name in table.columns]
    words = _in_words(table[keys]).join(_columns(table, _SCORES[stem]))
    chosen = (table["window"] == window) & (table["pft"] == pft)
    if "group" in table.columns:
        chosen &= table["group"] == "all"
    if not chosen.any() or chosen.all():
        return {"short": page_table(words), "full": None}
    short = words[chosen].drop(columns=["window", "pft", "group"], errors="ignore")
    return {"short": page_table(short), "full": page_table(words)}


def difference_table(path: str) -> dict[str, Any]:
    """Return the differences of R² that the figure draws from, as a table of the page."""
    table = _of_r2(path)
    words = pd.DataFrame(index=table.index)
    words["what differs"] = [_FAMILIES[family][0] for family in table["family"]]
    words["of"] = [label(model) if model else "" for model in table["model"]]
    words["compared"] = [
        f"{label(first)} minus {label(second)}"
        for first, second in zip(table["first"], table["second"], strict=True)
    ]
    words = words.join(_columns(table, _DIFFERENCES))
    words["resolved"] = ["yes" if flag == "True" else "no" for flag in table["resolved"]]
    return page_table(words)


def resolved_differences(path: str, *, ranked: bool) -> list[str]:
    """Say in words how many differences of R² the sites resolve.

    Args:
        path: CSV of the paired differences.
        ranked: whether to name the best model and those that cannot be told from it: not on a
            simulated Earth.
    """
    table = _of_r2(path)
    if table.empty:
        return ["This run has no two settings that could be compared."]
    found = []
    for family, (_, head) in _FAMILIES.items():
        rows = table[table["family"] == family]
        if rows.empty:
            continue
        yes = int((rows["resolved"] == "True").sum())
        found.append(
            f"{head}: {yes} of {len(rows)} differences resolved ({counts_of(rows, 'sites')})."
        )
    models = table[table["family"] == "model"]
    return [*found, _best(models)] if ranked and len(models) else found


def counts_of(table: pd.DataFrame, *columns: str) -> str:
    """Return in words how many there are of each column, as '206 sites, 5,000 draws'."""
    words = {"sites": "site", "samples": "site-month", "splits": "split", "draws": "draw"}
    parts = []
    for column in columns:
        numbers = sorted({int(value) for value in table[column]})
        text = " to ".join(f"{n:,}" for n in dict.fromkeys((numbers[0], numbers[-1])))
        parts.append(f"{text} {words[column]}{'' if numbers[-1] == 1 else 's'}")
    return ", ".join(parts)


def _without_score(model: str, window: str) -> str:
    """Return what stands where a model has no score: it was not run, or cannot be."""
    return NOT_RUN if model not in MODELS or MODELS[model].runs_in(window) else NO_CELL


def _best(models: pd.DataFrame) -> str:
    """Say which model has the highest R2 and which others the sites cannot tell from it."""
    totals: dict[str, float] = {}
    for row in models.to_dict("records"):
        for name, sign in ((row["first"], 1), (row["second"], -1)):
            # Over all pairs the differences of one model add up to its lead over the mean.
            totals[name] = totals.get(name, 0.0) + sign * float(row["difference"])
    best = max(totals, key=lambda name: totals[name])
    alike = []
    for row in models[models["resolved"] != "True"].to_dict("records"):
        pair = [row["first"], row["second"]]
        if best in pair:
            pair.remove(best)
            alike.append(label(pair[0]))
    text = f"{label(best)} has the highest R²"
    if not alike:
        return f"{text}; these sites tell it from every other model."
    return f"{text}; these sites do not tell it from {', '.join(alike)}."


def _of_r2(path: str) -> pd.DataFrame:
    """Return the rows of R2 of the paired differences."""
    table = read_text_table(path)
    return table[table["metric"] == "r2"]


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which models, settings and schemes have the names of the figures."""
    words = table.copy()
    for name in ("model", "pft", "window", "group"):
        if name in words:
            words[name] = ["all" if text == "all" else label(text) for text in words[name]]
    if "scheme" in words:
        words["scheme"] = [SCHEMES.get(name, name) for name in words["scheme"]]
        words = words.rename(columns={"scheme": "held out"})
    return words


def _columns(table: pd.DataFrame, wanted: Mapping[str, tuple[str, int | None]]) -> pd.DataFrame:
    """Return the wanted columns, rounded, under their headings; both ends of intervals as one."""
    parts = []
    for name, (heading, decimals) in wanted.items():
        ends = [[_rounded(value, decimals) for value in table[end]] for end in name.split(" to ")]
        texts = [" to ".join(values) for values in zip(*ends, strict=True)]
        parts.append(pd.Series(texts, index=table.index, name=heading, dtype=object))
    return pd.concat(parts, axis=1)


def _greyed(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table of the page in which rows without a split are grey."""
    page = page_table(table)
    for cells, splits in zip(page["rows"], table["splits"], strict=True):
        for cell in cells:
            cell["absent"] = cell["absent"] or splits == "0"
    return page


def _rounded(value: str, decimals: int | None) -> str:
    """Return a number that is not whole with so many decimals; any other text as it is."""
    if decimals is None or not re.fullmatch(r"[-+]?(\d+\.\d+(e[-+]?\d+)?|\d+e[-+]?\d+)", value):
        return value
    text = f"{float(value):.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _cell(value: str) -> dict[str, Any]:
    """Return the text of a cell, whether it is a number, and whether there is nothing."""
    number = re.fullmatch(r"[-+]?\d+(\.\d+)?", value) is not None
    text = value.removesuffix(".0") if number else value
    if number and "." not in text and len(text) > 4:
        text = f"{int(text):,}"
    return {"text": text, "number": number, "absent": text in (NOT_RUN, NO_CELL)}
