"""Checks of results inside the workflow: promises that every run must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from carbonscape.core.errors import ResultError

#: Monthly GPP outside these bounds is not physical (gC m-2 d-1); the highest tower months
#: reach about 20.
PHYSICAL_BOUNDS = (-20.0, 60.0)

#: Mean radius of the Earth, km.
_EARTH_RADIUS = 6371.0

_KEY = ["site", "year", "month"]


def check_predictions(
    predictions: pd.DataFrame,
    samples: pd.DataFrame,
    folds: dict[str, Any],
    *,
    origin: str,
    sites: pd.DataFrame | None = None,
    block_km: float = 0.0,
) -> None:
    """Check out-of-fold predictions against the samples and folds that they claim to follow.

    Every sample is predicted once, by the fold that holds its site (or its year, where the folds
    list years), from the same observation; no site, or no year, stands in two folds; every
    prediction is a physical number. With ``sites``, what sets a scheme apart is checked too:
    ``spatial`` folds keep their distance, ``climate`` folds hold one climate each.

    Args:
        predictions, samples: tables of carbonscape.fluxes.tables.
        folds: folds of the same split.
        origin: name of the predictions, for the message.
        sites: TOWER_SITES.
        block_km: distance, km, that sites of different spatial folds must keep.

    Raises:
        ResultError: a promise is broken.
    """
    doubled = predictions[predictions.duplicated(_KEY)]
    if not doubled.empty:
        first = doubled.iloc[0]
        raise ResultError(
            f"{origin}: {first['site']} {first['year']}-{first['month']:02d} was predicted twice."
        )
    joined = samples[[*_KEY, "target"]].merge(predictions, on=_KEY, how="outer", indicator=True)
    astray = joined[joined["_merge"] != "both"]
    if not astray.empty:
        first = astray.iloc[0]
        side = "no prediction" if first["_merge"] == "left_only" else "no sample"
        raise ResultError(
            f"{origin}: {len(astray)} site-months do not match the samples; {first['site']} "
            f"{first['year']}-{first['month']:02d} has {side}."
        )
    changed = joined["target"] != joined["observed"]
    if changed.any():
        first = joined[changed].iloc[0]
        raise ResultError(
            f"{origin}: {first['site']} {first['year']}-{first['month']:02d} was scored against "
            f"{first['observed']} but {first['target']} was observed."
        )
    _check_folds(predictions, folds, origin=origin)
    if sites is not None:
        _check_scheme(predictions, folds, sites, origin=origin, block_km=block_km)
    values = predictions["predicted"].to_numpy()
    low, high = PHYSICAL_BOUNDS
    outside = ~((values >= low) & (values <= high))
    if outside.any():
        first = predictions.iloc[int(np.argmax(outside))]
        raise ResultError(
            f"{origin}: predicted GPP of {first['site']} {first['year']}-{first['month']:02d} is "
            f"{first['predicted']:g} gC m-2 d-1, outside {low:g} to {high:g}; the model has "
            "probably diverged: lower its learning rate."
        )


def _check_folds(predictions: pd.DataFrame, folds: dict[str, Any], *, origin: str) -> None:
    """Refuse a site, or a year, that was held out in two folds or in another than its own."""
    by = folds.get("by", "site")
    members = predictions.groupby(by)["fold"].nunique()
    if (members > 1).any():
        raise ResultError(f"{origin}: {by} {members.idxmax()} was held out in two folds.")
    expected = {member: int(fold) for fold, listed in folds["folds"].items() for member in listed}
    wrong = predictions[predictions[by].map(expected) != predictions["fold"]]
    if not wrong.empty:
        first = wrong.iloc[0]
        raise ResultError(
            f"{origin}: {by} {first[by]} was predicted in fold {first['fold']} but belongs "
            f"to fold {expected.get(first[by], 'none')}."
        )


def _check_scheme(
    predictions: pd.DataFrame,
    folds: dict[str, Any],
    sites: pd.DataFrame,
    *,
    origin: str,
    block_km: float,
) -> None:
    """Refuse spatial folds that touch, and climate folds that share a climate or hold two."""
    scheme = folds.get("scheme", "sites")
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
        _check_distances(table, origin=origin, block_km=block_km)
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


def _check_distances(table: pd.DataFrame, *, origin: str, block_km: float) -> None:
    """Refuse sites of different folds that are closer than ``block_km``.

    Distances come from chords between points of the sphere, not from the formula by which the
    folds were made.
    """
    lat, lon = np.radians(table["lat"].to_numpy()), np.radians(table["lon"].to_numpy())
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    chord = np.linalg.norm(points[:, None] - points, axis=-1)
    distance = 2 * _EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1.0))
    fold = table["fold"].to_numpy()
    # A metre of tolerance, because two formulas differ in the last bits.
    near = (distance < block_km - 1e-3) & (fold[:, None] != fold)
    if near.any():
        one, two = np.argwhere(near)[0]
        first, second = table.iloc[one], table.iloc[two]
        raise ResultError(
            f"{origin}: the sites {first['site']} (fold {first['fold']}) and {second['site']} "
            f"(fold {second['fold']}) are {distance[one, two]:.1f} km apart, but folds are to keep "
            f"{block_km:g} km (config key 'gpp.crossval.holdouts.block_km')."
        )
