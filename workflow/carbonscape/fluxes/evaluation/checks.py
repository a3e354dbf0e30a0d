"""Checks of the cross-validations of fluxes: what sets their schemes of holding out apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.prediction_checks import (
    check_identity,
    check_skill,
    check_values,
    km_of_chords,
    points_of,
)
from carbonscape.products.product import Product

_KEY = ("site", "year", "month")


def check_predictions(
    predictions: pd.DataFrame,
    samples: pd.DataFrame,
    folds: dict[str, Any],
    product: Product,
    *,
    origin: str,
    sites: pd.DataFrame | None = None,
    block_km: float = 0.0,
) -> None:
    """Check out-of-fold predictions against the samples and folds that they claim to follow.

    Every sample is predicted once, by the fold that holds its site (or its year, where the folds
    list years), from the same observation; no site, or no year, stands in two folds; predictions
    are plausible. With ``sites``, what sets a scheme apart is checked too: ``spatial`` folds keep
    their distance, ``climate`` folds hold one climate each.

    Args:
        predictions: a PREDICTIONS table.
        samples: site, year, month, observed and scored of the samples; those only trained on must
            have no prediction.
        folds: folds of the same split.
        product: the flux that is predicted.
        origin: name of the predictions, for the message.
        sites: TOWER_SITES.
        block_km: distance, km, that sites of different spatial folds must keep.

    Raises:
        ResultError: a promise is broken.
    """
    check_identity(predictions, _with_folds(samples, folds, origin=origin), _KEY, origin=origin)
    if sites is not None:
        _check_scheme(predictions, folds, product, sites, origin=origin, block_km=block_km)
    check_values(predictions, _KEY, product, origin=origin)
    check_skill(predictions, origin=origin)


def _with_folds(samples: pd.DataFrame, folds: dict[str, Any], *, origin: str) -> pd.DataFrame:
    """Return the samples with the fold that lists their site, or year; -1 where none does.

    A sample that is only trained on is held out by none.
    """
    by = folds.get("by", "site")
    listed = pd.DataFrame(
        [(member, int(fold)) for fold, members in folds["folds"].items() for member in members],
        columns=[by, "fold"],
    )
    doubled = listed[listed.duplicated(by)]
    if not doubled.empty:
        raise ResultError(f"{origin}: {by} {doubled[by].iloc[0]} is held out in two folds.")
    fold = samples[by].map(listed.set_index(by)["fold"]).where(samples["scored"])
    return samples.assign(fold=fold.fillna(-1).astype(int))


def _check_scheme(
    predictions: pd.DataFrame,
    folds: dict[str, Any],
    product: Product,
    sites: pd.DataFrame,
    *,
    origin: str,
    block_km: float,
) -> None:
    """Refuse spatial folds that touch, and climate folds that share a climate or hold two."""
    scheme = folds.get("scheme")
    if scheme not in ("spatial", "climate"):
        return
    held_out = predictions[["site", "fold"]].drop_duplicates()
    table = held_out.merge(sites, on="site", how="left", indicator=True)
    unknown = table[table["_merge"] != "both"]
    if not unknown.empty:
        raise ResultError(
            f"{origin}: site {unknown.iloc[0]['site']} is not in the table of sites, so that the "
            f"{scheme} folds cannot be checked."
        )
    if scheme == "spatial":
        _check_distances(table, product, origin=origin, block_km=block_km)
        return
    for group, other in (("climate", "fold"), ("fold", "climate")):
        mixed = table.groupby(group)[other].nunique()
        if (mixed > 1).any():
            first = mixed.idxmax()
            found = sorted(table.loc[table[group] == first, other].unique())
            raise ResultError(
                f"{origin}: {group} {first} has the {other}s {' and '.join(map(str, found))}, but "
                "a fold of this scheme is one climate."
            )


def _check_distances(
    table: pd.DataFrame, product: Product, *, origin: str, block_km: float
) -> None:
    """Refuse sites of different folds that are closer than ``block_km``."""
    points = points_of(table["lat"], table["lon"])
    distance = km_of_chords(np.linalg.norm(points[:, None] - points, axis=-1))
    fold = table["fold"].to_numpy()
    # A metre of tolerance, because two formulas differ in the last bits.
    near = (distance < block_km - 1e-3) & (fold[:, None] != fold)
    if near.any():
        one, two = np.argwhere(near)[0]
        first, second = table.iloc[one], table.iloc[two]
        raise ResultError(
            f"{origin}: the sites {first['site']} (fold {first['fold']}) and {second['site']} "
            f"(fold {second['fold']}) are {distance[one, two]:.1f} km apart, but folds are to keep "
            f"{block_km:g} km (config key '{product.name}.crossval.holdouts.block_km')."
        )
