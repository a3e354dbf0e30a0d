"""Site series of the gridded experiment: MODIS site tables, ERA5-Land and land cover at towers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.core import findings
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import InputError
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.landcover import encode_igbp_codes
from carbonscape.fluxes.features.meteorology import UNITS
from carbonscape.fluxes.features.predictors import Filled, fill_predictors, stack_predictors
from carbonscape.fluxes.features.series import label_series

#: Name of the source of leaf area in the registry.
_LEAVES = "modis_lai"


def build_gridded_site_series(
    *,
    sites: pd.DataFrame,
    leaves: Mapping[int, pd.DataFrame],
    weather: Mapping[int, xr.Dataset],
    cover: Mapping[int, xr.Dataset],
    variables: Sequence[str],
    calendar: Calendar,
    max_gap_steps: int,
    climatology: bool,
    lowest: bool,
    accept: Collection[str] = (),
) -> xr.Dataset:
    """Put MODIS, ERA5-Land and land cover of every tower on the 8-day axis.

    Args:
        sites: tower sites.
        leaves: MODIS site tables by year (site, step, lai, fpar).
        weather: ERA5-Land at the towers by year (step, site, variable).
        cover: land cover at the towers by year: ``pft_esa_cci`` (site, pft_class) and ``igbp``
            (site,) codes.
        variables: predictors in the order in which models read them.
        calendar: the 8-day calendar.
        max_gap_steps, climatology, lowest: the gap rule.
        accept: names of sources that may be incomplete; ``modis_lai``: towers may be absent from
            the MODIS tables, and leave the samples.

    Returns:
        As :func:`carbonscape.fluxes.features.series.build_site_series`, with land cover by
        ``cover_year``.

    Raises:
        InputError: a tower is absent from the MODIS table or the land cover of a year.
    """
    names = sites["site"].tolist()
    years = sorted(leaves)
    _refuse_absent(names, leaves, accept)
    lai, fpar, present = _leaf_series(names, leaves, years, calendar)
    by_name = {"LAI": lai, "FPAR": fpar}
    met = np.concatenate([weather[year]["weather"].sel(site=names).values for year in years])
    for column, name in enumerate(weather[years[0]]["variable"].values.tolist()):
        by_name[name] = met[:, :, column].T
    values = stack_predictors(by_name, variables)
    filled = fill_predictors(
        values,
        present=present,
        calendar=calendar,
        max_gap_steps=max_gap_steps,
        climatology=climatology,
        lowest=lowest,
    )
    _refuse_silent(names, filled, variables)
    dataset = label_series(
        values, filled.values, filled.code, names, variables, UNITS, calendar, years[0]
    )
    return dataset.assign_coords(
        igbp_class=list(IGBP_CLASSES), pft_class=list(PFT_CLASSES), cover_year=sorted(cover)
    ).assign(_cover(names, cover))


def _leaf_series(
    names: Sequence[str],
    leaves: Mapping[int, pd.DataFrame],
    years: Sequence[int],
    calendar: Calendar,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Return LAI and FPAR (site, step) and which steps any table holds."""
    n_steps = len(years) * calendar.steps_per_year
    series = np.full((2, len(names), n_steps), np.nan, dtype=np.float32)
    present = np.zeros(n_steps, dtype=bool)
    position = {name: row for row, name in enumerate(names)}
    for number, year in enumerate(years):
        table = leaves[year]
        step = table["step"].to_numpy() + number * calendar.steps_per_year
        present[step] = True
        row = table["site"].map(position)
        known = row.notna().to_numpy()
        row = row[known].astype(int).to_numpy()
        series[0, row, step[known]] = table["lai"].to_numpy()[known]
        series[1, row, step[known]] = table["fpar"].to_numpy()[known]
    return series[0], series[1], present


def _refuse_absent(
    names: Sequence[str], leaves: Mapping[int, pd.DataFrame], accept: Collection[str]
) -> None:
    """Refuse towers that are absent from the MODIS tables, which was fetched for other ones."""
    absent: dict[str, list[int]] = {}
    for year, table in sorted(leaves.items()):
        for name in sorted(set(names) - set(table["site"])):
            absent.setdefault(name, []).append(year)
    said = {
        name: ", ".join(map(str, years)) if len(years) < len(leaves) else "any year"
        for name, years in sorted(absent.items())
    }
    if absent and _LEAVES not in accept:
        shown = ", ".join(f"{name} ({said[name]})" for name in list(said)[:5])
        raise InputError(
            f"the MODIS site tables lack {len(absent)} of the {len(names)} towers: {shown}"
            f"{' and more' if len(absent) > 5 else ''}; fetch them for every tower (docs/sources.md"
            f", {_LEAVES}), take the towers out (inputs.leave_out_towers), or let them leave the "
            f"samples (inputs.accept_incomplete: {_LEAVES})."
        )
    for name, when in said.items():
        findings.incomplete(name, f"in no MODIS site table of {when}", source=_LEAVES, kind="tower")


def _refuse_silent(names: Sequence[str], filled: Filled, variables: Sequence[str]) -> None:
    """Refuse archives in which no tower has a whole set of predictors."""
    missing = np.isnan(filled.values).all(axis=1)
    if missing.any(axis=1).all():
        counts = ", ".join(
            f"{name} at {int(number)}"
            for name, number in zip(variables, missing.sum(axis=0), strict=True)
        )
        raise InputError(
            f"no tower has every predictor: of {len(names)} towers these are missing throughout: "
            f"{counts}; look whether the site tables under 'raw' are those of these towers."
        )


def _cover(names: Sequence[str], cover: Mapping[int, xr.Dataset]) -> dict[str, tuple]:
    """Return the land-cover variables of all years."""
    for year, dataset in cover.items():
        absent = sorted(set(names) - set(dataset["site"].values.tolist()))
        if absent:
            raise InputError(
                f"the land-cover site tables of {year} lack {', '.join(absent[:5])}"
                f"{' and more' if len(absent) > 5 else ''}; fetch them for every tower."
            )
    chosen = [cover[year].sel(site=list(names)) for year in sorted(cover)]
    igbp = np.stack([encode_igbp_codes(d["igbp"].values) for d in chosen], axis=1)
    esa = np.stack([d["pft_esa_cci"].values for d in chosen], axis=1)
    note = {"units": "1"}
    return {
        "pft_igbp": (
            ("site", "cover_year", "igbp_class"),
            igbp,
            note | {"long_name": "IGBP class of MCD12Q1 at the tower, one-hot"},
        ),
        "pft_esa_cci": (
            ("site", "cover_year", "pft_class"),
            np.nan_to_num(esa).astype(np.float32),
            note | {"long_name": "ESA-CCI fractions of plant functional types at the tower"},
        ),
    }
