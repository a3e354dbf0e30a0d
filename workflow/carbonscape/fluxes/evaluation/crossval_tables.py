"""Tables to read: S1 to S3 of the paper, and the scores of single sites summed up.

S1 to S3 list the paper's whole matrix first, whatever the run computed of it, and then what
else the run did: other models, and the control window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.scorecards import NOT_RUN
from carbonscape.fluxes.evaluation.crossval import summarise_splits
from carbonscape.fluxes.settings import PAPER_WINDOWS, PFT_SETTINGS, WINDOWS
from carbonscape.fluxes.tables import SITE_SCORES
from carbonscape.models.registry import MODELS, models_of

#: What a cell of a table reads when R2 has no value.
UNDEFINED = "undefined"

_CELL = (
    Column("model", "text", "model of the registry"),
    Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
)
_WINDOW = Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS))

TABLE_S1 = TableSchema(
    "table S1",
    (
        *_CELL,
        _WINDOW,
        Column("splits", "integer", "site splits averaged; 0 where the cell was not run", "1"),
        Column("samples", "integer", "pairs scored in each split", "1"),
        Column("sites", "integer", "sites among them", "1"),
        Column("r2", "text", f"mean R2 over the splits, or '{NOT_RUN}'", "1"),
        Column("r2_min", "text", "lowest R2 of a split", "1", missing=True),
        Column("r2_max", "text", "highest R2 of a split", "1", missing=True),
        Column("rmse", "text", f"mean RMSE over the splits, or '{NOT_RUN}'", "gC m-2 d-1"),
        Column("rmse_min", "text", "lowest RMSE of a split", "gC m-2 d-1", missing=True),
        Column("rmse_max", "text", "highest RMSE of a split", "gC m-2 d-1", missing=True),
    ),
    key=("model", "pft", "window"),
)

#: Tables S2 (monthly GPP) and S3 (mean seasonal cycle) share one form.
TABLE_CLIMATES = TableSchema(
    "tables S2 and S3",
    (
        *_CELL,
        Column("splits", "integer", "site splits averaged; 0 where the cell was not run", "1"),
        *(
            Column(
                climate,
                "text",
                f"mean R2 over the splits and '(lowest to highest)', or '{NOT_RUN}'",
                "1",
            )
            for climate in CLIMATES
        ),
    ),
    key=("model", "pft"),
)

_FLUX = "gC m-2 d-1"

SITE_SUMMARY = TableSchema(
    "summary of site scores",
    (
        _WINDOW,
        _CELL[1],
        _CELL[0],
        Column("splits", "integer", "site splits averaged", "1"),
        Column("sites", "integer", "sites with enough scored months (the fewest of a split)", "1"),
        Column("rmse_median", "number", "median over sites of RMSE", _FLUX),
        Column("rmse_p90", "number", "90th percentile over sites of RMSE", _FLUX),
        Column("abs_bias_median", "number", "median over sites of the absolute bias", _FLUX),
        Column("abs_bias_p90", "number", "90th percentile over sites of the absolute bias", _FLUX),
        Column("r2_median", "number", "median over sites of R2", "1", missing=True),
        Column("r2_p10", "number", "10th percentile over sites of R2", "1", missing=True),
    ),
    key=("window", "pft", "model"),
)


def table_s1(scores: pd.DataFrame) -> pd.DataFrame:
    """Global R2 and RMSE of monthly GPP: the paper's matrix, then what else was run (TABLE_S1).

    A table to read: numbers are text with three decimals, and a cell of the paper's matrix
    without scores reads 'not run'. Full precision is in the scores themselves.

    Args:
        scores: a SCORES table of all experiments that were run.

    Source: the GPP paper, table S1.
    """
    found = _cells(scores, quantity="monthly", scope="global")
    paper = [
        (model, pft, window)
        for model in paper_models()
        for pft in PFT_SETTINGS
        for window in PAPER_WINDOWS
    ]
    run = {(model, pft, window) for window, pft, model, _ in found}
    rows = []
    for model, pft, window in [*paper, *_sorted(run - set(paper))]:
        row = {"model": model, "pft": pft, "window": window}
        cell = found.get((window, pft, model, "all"))
        if cell is None:
            row |= {"splits": 0, "samples": 0, "sites": 0, "r2": NOT_RUN, "rmse": NOT_RUN}
        else:
            row |= {name: cell[name] for name in ("splits", "samples", "sites")}
            for metric in ("r2", "rmse"):
                for name in (metric, f"{metric}_min", f"{metric}_max"):
                    row[name] = _number(cell[name])
        rows.append(row)
    table = pd.DataFrame(rows, columns=TABLE_S1.names)
    return TABLE_S1.check(table, "table S1")


def table_s2(scores: pd.DataFrame, *, window: str = "jan_to_m") -> pd.DataFrame:
    """R2 of monthly GPP by climate: the paper's models, then the others (TABLE_CLIMATES).

    Source: the GPP paper, table S2 (window January to month M).
    """
    return _climate_table(scores, "monthly", window=window)


def table_s3(scores: pd.DataFrame, *, window: str = "jan_to_m") -> pd.DataFrame:
    """R2 of the mean seasonal cycle by climate, rows as in table S2 (TABLE_CLIMATES).

    Source: the GPP paper, table S3 (window January to month M).
    """
    return _climate_table(scores, "seasonal_cycle", window=window)


def summarise_sites(site_scores: pd.DataFrame, *, min_samples: int = 12) -> pd.DataFrame:
    """Sum up the scores of single sites: medians and the worst tenth (SITE_SUMMARY).

    Every site counts once, however long its record. Quantiles are taken within a split
    (linear between order statistics) and averaged over splits. A site whose observations do not
    vary has no R2 and counts for RMSE and bias only.

    Args:
        site_scores: a SITE_SCORES table of all experiments.
        min_samples: fewest scored months of a site.

    Source: this project's; the paper gives no scores of single sites.
    """
    table = SITE_SCORES.check(site_scores, "site scores")
    table = table[table["samples"] >= min_samples]
    table = table.assign(abs_bias=table["bias"].abs())
    cell = ["window", "pft", "model"]
    grouped = table.groupby([*cell, "split"], sort=False)
    splits = pd.DataFrame({"sites": grouped["site"].nunique()})
    for metric in ("rmse", "abs_bias", "r2"):
        share, name = (0.1, "p10") if metric == "r2" else (0.9, "p90")
        splits[f"{metric}_median"] = grouped[metric].median()
        splits[f"{metric}_{name}"] = grouped[metric].quantile(share)
    over_splits = splits.reset_index().groupby(cell, sort=False)
    summary = over_splits.mean(numeric_only=True).drop(columns="split")
    summary = summary.assign(splits=over_splits.size(), sites=over_splits["sites"].min())
    summary = summary.reset_index()
    order = {key: at for at, key in enumerate(_sorted(_keys(summary)))}
    summary = summary.assign(order=[order[key] for key in _keys(summary)]).sort_values("order")
    return SITE_SUMMARY.check(summary.drop(columns="order"), "summary of site scores")


def paper_models() -> list[str]:
    """Return the six models that the paper compares, in the registry's order."""
    return [name for name, entry in models_of("fluxes").items() if entry.role == "paper"]


def _keys(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return (model, pft, window) of each row."""
    return list(zip(table["model"], table["pft"], table["window"], strict=True))


def _sorted(cells: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return (model, pft) or (model, pft, window) in the project's order; others come last."""
    orders = (list(MODELS), list(PFT_SETTINGS), list(WINDOWS))

    def place(cell: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
        return tuple(
            (order.index(name) if name in order else len(order), name)
            for name, order in zip(cell, orders, strict=False)
        )

    return sorted(cells, key=place)


def _climate_table(scores: pd.DataFrame, quantity: str, *, window: str) -> pd.DataFrame:
    """Return one row a model and PFT setting, one column of R2 a climate."""
    found = _cells(scores, quantity=quantity, scope="climate")
    # An experiment was run if it has monthly scores, even where a climate has none of this kind.
    was_run = _cells(scores, quantity="monthly", scope="global")
    paper = [(model, pft) for model in paper_models() for pft in PFT_SETTINGS]
    run = {(model, pft) for shown, pft, model, _ in was_run if shown == window}
    rows = []
    for model, pft in [*paper, *_sorted(run - set(paper))]:
        ran = was_run.get((window, pft, model, "all"))
        row = {"model": model, "pft": pft, "splits": 0 if ran is None else ran["splits"]}
        for climate in CLIMATES:
            cell = found.get((window, pft, model, climate))
            if cell is not None:
                row[climate] = _with_spread(cell)
            else:
                row[climate] = NOT_RUN if ran is None else UNDEFINED
        rows.append(row)
    table = pd.DataFrame(rows, columns=TABLE_CLIMATES.names)
    return TABLE_CLIMATES.check(table, f"{quantity} table by climate")


def _cells(
    scores: pd.DataFrame, *, quantity: str, scope: str
) -> dict[tuple[str, str, str, str], Mapping]:
    """Return the summaries of one quantity and scope by (window, pft, model, group)."""
    summary = summarise_splits(scores)
    chosen = summary[(summary["quantity"] == quantity) & (summary["scope"] == scope)]
    return {
        (cell["window"], cell["pft"], cell["model"], cell["group"]): cell
        for cell in chosen.to_dict("records")
    }


def _with_spread(cell: Mapping) -> str:
    """Return '0.612', with ' (0.598 to 0.625)' if there is more than one split."""
    if cell["splits"] == 1 or pd.isna(cell["r2"]):
        return _number(cell["r2"])
    return f"{_number(cell['r2'])} ({_number(cell['r2_min'])} to {_number(cell['r2_max'])})"


def _number(value: float) -> str:
    """Return a number with three decimals, or 'undefined'."""
    return UNDEFINED if pd.isna(value) else f"{value:.3f}"
