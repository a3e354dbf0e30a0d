"""Tables of scores of a flux as the report shows them: settings in words, both ends in one cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from carbonscape.evaluation.scorecards import NOT_RUN
from carbonscape.figures.style import label
from carbonscape.fluxes.figures.holdouts import LABELS as SCHEMES
from carbonscape.fluxes.settings import WINDOWS
from carbonscape.models.registry import MODELS
from carbonscape.report.tables import NO_CELL, counts_of, page_table, read_text_table, rounded

#: Columns of long tables of scores after those of the setting: heading and decimals. A column
#: "a to b" holds both ends of an interval.
_SCORES: Mapping[str, Mapping[str, tuple[str, int | None]]] = {
    "intervals": {
        "r2": ("R²", 3),
        "r2_low to r2_high": ("95 % interval of R²", 3),
        "rmse": ("RMSE", 3),
        "rmse_low to rmse_high": ("95 % interval of RMSE", 3),
        "rmse_p90": ("RMSE of sites, 90th percentile", 2),
        "sites": ("sites", None),
        "samples": ("site-months", None),
    },
    "unseen_splits": {
        "split": ("split", None),
        "r2": ("R²", 3),
        "r2_low to r2_high": ("95 % interval of R², over sites", 3),
        "r2_splits": ("R², mean of the others", 3),
        "r2_difference": ("difference", 3),
        "rmse": ("RMSE", 3),
        "rmse_low to rmse_high": ("95 % interval of RMSE, over sites", 3),
        "rmse_splits": ("RMSE, mean of the others", 3),
        "rmse_difference": ("difference of RMSE", 3),
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
        "search_core_s": ("choices inside the training sites (core s)", 1),
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


#: Classes with a lower R² are marked.
_POOR = 0.5

_DIFFERENCES = {
    "difference": ("difference of R²", 3),
    "low to high": ("95 % interval, this one alone", 3),
    "low_simultaneous to high_simultaneous": ("95 % interval, all at once", 3),
    "p_adjusted": ("p, corrected", 4),
}


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


def score_table(
    path: str, stem: str, *, window: str, pft: str, site_summary: str | None = None
) -> dict[str, Any]:
    """Return a table of all settings folded: the short one has the setting of the figures.

    Args:
        path: CSV file.
        stem: its name, a key of ``_SCORES``.
        window, pft: setting of the figures; where the table has no row of it, the short table is
            the whole one.
        site_summary: CSV whose 90th percentile of the RMSE of sites stands beside the scores.
    """
    table = read_text_table(path)
    if site_summary is not None:
        cell = ["window", "pft", "model"]
        of_sites = read_text_table(site_summary)[[*cell, "rmse_p90"]]
        table = table.merge(of_sites, on=cell, how="left").fillna({"rmse_p90": ""})
    keys = [name for name in ("scheme", "window", "pft", "model", "group") if name in table.columns]
    words = _in_words(table[keys]).join(_columns(table, _SCORES[stem]))
    chosen = (table["window"] == window) & (table["pft"] == pft)
    if "group" in table.columns:
        chosen &= table["group"] == "all"
    if not chosen.any() or chosen.all():
        return {"short": page_table(words), "full": None}
    short = words[chosen].drop(columns=["window", "pft", "group"], errors="ignore")
    return {"short": page_table(short), "full": page_table(words)}


def best_model(path: str, *, window: str, pft: str) -> str:
    """Return the model with the highest R² of the table of intervals; none if there is no model.

    Args:
        path: CSV of intervals.
        window, pft: setting of the figures; where the table has no row of it, all count.
    """
    table = read_text_table(path)
    chosen = table[(table["window"] == window) & (table["pft"] == pft) & (table["r2"] != "")]
    chosen = chosen if len(chosen) else table[table["r2"] != ""]
    return "" if chosen.empty else chosen.loc[chosen["r2"].astype(float).idxmax(), "model"]


def error_groups(path: str, *, model: str, window: str, pft: str) -> dict[str, Any]:
    """Return what the errors of a model are made of by climate and IGBP class, over the splits.

    Args:
        path: CSV of the parts of the errors.
        model: name of the model.
        window, pft: setting of the figures.
    """
    table = _of_setting(path, model=model, window=window, pft=pft)
    numbers = ["samples", "sites", "r2", "mse", "site_mean", "cycle", "anomaly", "share_samples"]
    means = _means(table, ["group"], [*numbers, "share"])
    words = pd.DataFrame({"group": [label(name) for name in means["group"]]})
    words["sites"] = [f"{value:.0f}" for value in means["sites"]]
    words["site-months"] = [f"{value:.0f}" for value in means["samples"]]
    words["R²"] = [f"{value:.2f}" if value == value else "undefined" for value in means["r2"]]
    # An R² without a value is neither above nor below.
    words[f"R² below {_POOR:g}"] = [
        "undefined" if value != value else "yes" if value < _POOR else "no" for value in means["r2"]
    ]
    words["RMSE"] = [f"{value**0.5:.2f}" for value in means["mse"]]
    for name, heading in (
        ("share_samples", "share of the site-months"),
        ("share", "share of the squared error"),
    ):
        words[heading] = [f"{100 * value:.0f} %" for value in means[name]]
    for name, heading in (
        ("site_mean", "of it means of sites"),
        ("cycle", "seasonal cycles"),
        ("anomaly", "departures from them"),
    ):
        whole = means["mse"].where(means["mse"] > 0, 1.0)
        words[heading] = [f"{100 * value:.0f} %" for value in means[name] / whole]
    return page_table(words)


def where_it_fails(
    parts: str, sites: str, *, model: str, window: str, pft: str, most: int = 10
) -> str:
    """Say in words which IGBP class and how few sites carry most of a model's squared error.

    Args:
        parts: CSV of the parts of the errors.
        sites: CSV of the sites that carry the errors.
        model: name of the model.
        window, pft: setting of the figures.
        most: number of sites.

    Returns:
        Nothing where the tables have no class of this model.
    """
    setting = {"model": model, "window": window, "pft": pft}
    table = _of_setting(parts, **setting)
    numbers = ["r2", "share", "share_samples"]
    classes = _means(table[table["scope"] == "igbp"], ["group"], numbers)
    if classes.empty:
        return ""
    worst = classes.loc[classes["share"].idxmax()]
    text = (
        f"Of the IGBP classes {label(worst['group'])} carries most of the squared error: "
        f"{100 * worst['share']:.0f} % with {100 * worst['share_samples']:.0f} % of the site-months"
    )
    poor = [label(name) for name in classes.loc[classes["r2"] < _POOR, "group"]]
    text += f"; R² is below {_POOR:g} in {', '.join(poor) if poor else 'no class'}"
    shares = _means(_of_setting(sites, **setting), ["site"], ["share"])["share"]
    largest = shares.sort_values(ascending=False).head(most)
    if len(largest):
        who = "the site" if len(largest) == 1 else f"the {len(largest)} sites"
        text += (
            f"; {who} with the largest shares, of {len(shares)}, carry {100 * largest.sum():.0f} %"
        )
    return f"{text}."


def error_sites(path: str, *, model: str, window: str, pft: str, most: int = 10) -> dict[str, Any]:
    """Return the sites with the largest shares of a model's squared error, over the splits.

    Args:
        path: CSV of the sites that carry the errors.
        model: name of the model.
        window, pft: setting of the figures.
        most: number of sites.
    """
    table = _of_setting(path, model=model, window=window, pft=pft)
    keys = ["site", "igbp", "climate"]
    means = _means(table, keys, ["samples", "rmse", "bias", "share"])
    means = means.sort_values(["share", "site"], ascending=[False, True]).head(most)
    words = means[["site", "igbp"]].rename(columns={"igbp": "IGBP"})
    words["climate"] = [label(name) for name in means["climate"]]
    words["site-months"] = [f"{value:.0f}" for value in means["samples"]]
    for name, heading in (("rmse", "RMSE"), ("bias", "bias")):
        words[heading] = [f"{value:.2f}".replace("-", "−") for value in means[name]]
    for values, heading in (
        (means["share"], "share of the squared error"),
        (means["share"].cumsum(), "with those above"),
    ):
        words[heading] = [f"{100 * value:.1f} %" for value in values]
    return page_table(words.reset_index(drop=True))


def _of_setting(path: str, *, model: str, window: str, pft: str) -> pd.DataFrame:
    """Return the rows of a model: of the setting of the figures, or of its first one."""
    table = read_text_table(path)
    table = table[table["model"] == model]
    chosen = table[(table["window"] == window) & (table["pft"] == pft)]
    if chosen.empty and len(table):
        first = table.iloc[0]
        chosen = table[(table["window"] == first["window"]) & (table["pft"] == first["pft"])]
    return chosen


def _means(table: pd.DataFrame, keys: list[str], numbers: list[str]) -> pd.DataFrame:
    """Return the means of columns over site splits, rows in the order of their first split."""
    values = table[numbers].replace("", "nan").astype(float)
    return table[keys].join(values).groupby(keys, as_index=False, sort=False).mean()


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
        ends = [[rounded(value, decimals) for value in table[end]] for end in name.split(" to ")]
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
