"""The numbers behind gpp_differences: rows of models, panels of questions."""

from __future__ import annotations

import pandas as pd

from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.differences import DIFFERENCES, REFERENCES

#: The model that the paper proposes: every other one is shown beside it.
PROPOSED = "fluxformer"

DIFFERENCE_ROWS = TableSchema(
    "rows of differences",
    (
        Column(
            "panel",
            "text",
            "proposed (models minus FluxFormer), best (models minus the best of them), pft (minus "
            "no PFT) or window (minus January to month M)",
        ),
        Column("window", "text", "window of the predictors; missing in panel window", missing=True),
        Column("pft", "text", "PFT setting; missing in panel pft", missing=True),
        Column("model", "text", "model of the row"),
        Column("series", "text", "what is compared: a model, PFT setting or window"),
        Column("reference", "text", "what it is compared with"),
        Column("difference", "number", "R2 of the series minus that of the reference", "1"),
        Column("low", "number", "lower end of the 95 % interval of this difference alone", "1"),
        Column("high", "number", "upper end of the 95 % interval of this difference alone", "1"),
        Column("low_simultaneous", "number", "lower end, for all of the family at once", "1"),
        Column("high_simultaneous", "number", "upper end, for all of the family at once", "1"),
        Column("resolved", "flag", "the simultaneous interval leaves out zero"),
        *DIFFERENCES.columns[-5:],
    ),
    key=("panel", "model", "series"),
)


def figure_differences(differences: pd.DataFrame) -> pd.DataFrame:
    """Arrange the differences of R2 in panels whose rows are models (DIFFERENCE_ROWS).

    Models are compared with FluxFormer and with the best of them, which is the one that no other
    exceeds; if FluxFormer is the best, one panel says both. The intervals are those of all pairs
    of models, so that choosing the best needs no further correction.
    """
    table = DIFFERENCES.check(differences, "differences")
    table = table[table["metric"] == "r2"]
    models = table[table["family"] == "model"]
    both = pd.concat([models, _turned(models)])
    parts = []
    references = {"proposed": PROPOSED, "best": _best(both)}
    if references["proposed"] == references["best"]:
        del references["best"]
    for panel, reference in references.items():
        rows = both[both["second"] == reference]
        parts.append(rows.assign(panel=panel, model=rows["first"]))
    for family in REFERENCES:
        parts.append(table[table["family"] == family].assign(panel=family))
    rows = pd.concat(parts).rename(columns={"first": "series", "second": "reference"})
    return DIFFERENCE_ROWS.check(rows[DIFFERENCE_ROWS.names], "rows of differences")


def _best(both: pd.DataFrame) -> str | None:
    """Return the model that beats every other; None without a comparison."""
    if both.empty:
        return None
    lowest = both.groupby("first", sort=False)["difference"].min()
    return str(lowest.idxmax())


def _turned(models: pd.DataFrame) -> pd.DataFrame:
    """Return the same differences as second minus first."""
    turned = models.rename(columns={"first": "second", "second": "first"})
    turned["difference"] = -models["difference"]
    for low, high in (("low", "high"), ("low_simultaneous", "high_simultaneous")):
        turned[low], turned[high] = -models[high], -models[low]
    return turned
