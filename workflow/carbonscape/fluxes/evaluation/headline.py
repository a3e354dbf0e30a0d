"""The first number of a run: how well a flux is predicted at sites that no model saw."""

from __future__ import annotations

import pandas as pd

#: R2 of FluxFormer, January to month M, with PFT (Phan and Fukui, section 4.1).
_PAPER_R2 = "0.73"


def headline(
    scores: pd.DataFrame,
    *,
    label: str,
    unit: str,
    window: str,
    pft: str,
    reported: bool,
    gridded: bool,
) -> str:
    """Say in a few lines how well the best model predicts unseen sites.

    Args:
        scores: follows ``SCORES``.
        label, unit: of the flux.
        window, pft: the setting that the figures show; where it was not scored, all settings.
        reported: whether a paper reports a score of this flux, which stands beside it.
        gridded: whether predictors came from global grids, as the paper's did.

    Returns:
        Plain text, one line or several, with a line end; empty where nothing was scored.
    """
    pooled = scores[(scores["quantity"] == "monthly") & (scores["scope"] == "global")]
    shown = pooled[(pooled["window"] == window) & (pooled["pft"] == pft)]
    means = (shown if len(shown) else pooled).groupby("model", sort=False)
    means = means.agg(
        r2=("r2", "mean"), rmse=("rmse", "mean"), sites=("sites", "max"), months=("samples", "max")
    )
    if means.empty:
        return ""
    best = means["r2"].idxmax()
    row = means.loc[best]
    lines = [
        f"{label} at towers that the model never saw ({row['sites']:.0f} towers, "
        f"{row['months']:,.0f} months): R2 {row['r2']:.2f}, RMSE {row['rmse']:.2f} {unit} "
        f"({best}, the best of {len(means)})."
    ]
    if "climatology" in means.index and best != "climatology":
        least = means.loc["climatology", "r2"]
        lines.append(f"The mean of the training towers by month and class alone: R2 {least:.2f}.")
    if reported:
        paper = f"The paper reports an R2 of about {_PAPER_R2} with predictors from global grids"
        lines.append(
            f"{paper}."
            if gridded
            else f"{paper}, which is harder: a tower table\nholds meteorology corrected with the "
            "tower's own measurements (docs/deviations.md, D9)."
        )
    return "\n".join(lines) + "\n"
