"""What instruments make of the truth at a simulated tower: errors, gaps and outliers.

Two views that share nothing but the truth: the predictors, as satellites and reanalysis give
them, and the fluxes that the tower itself measures. Where a line says "choice" the number is
ours, of the size that real instruments show.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.simulate.parts import EarthParts, random_stream
from carbonscape.simulate.sites import SitePlan
from carbonscape.simulate.vegetation import Array, absorbed_fraction, ramp

_FIRST_MODIS = 200002  # Terra's first leaf-area composites; before them a climatology is given
_PREDICTORS = (
    "site", "year", "month", "LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "lai_source", "fpar_source",
)  # fmt: skip


def observe_predictors(
    plan: SitePlan, truth: pd.DataFrame, *, seed: int, parts: EarthParts
) -> pd.DataFrame:
    """Return the monthly predictors of one site as satellites and reanalysis give them.

    Columns, units and rounding are those of the tidy predictor table (LAI m2 m-2, FPAR 0-1,
    T2M K, SSRD W m-2, VPD hPa, TP mm d-1); ``truth`` comes from ``months_of``.

    Returns:
        One row a month of ``truth``; where LAI and FPAR are missing (NaN) their source says so.
    """
    rng, months = random_stream(seed, plan.index, "sensors"), len(truth)
    error = rng.standard_normal((months, 6)) * parts.sensor_noise
    other, gap = rng.random(months) < 0.05, rng.random(months) < 0.008
    # Choice: errors of the size of a reanalysis and of monthly MODIS composites at one place.
    table = pd.DataFrame(
        {
            "site": plan.site,
            "year": truth["year"],
            "month": truth["month"],
            "LAI": np.minimum(truth["lai"] * np.exp((0.12 + 0.08 * other) * error[:, 0]), 7.0),
            "FPAR": np.clip(truth["fpar"] + 0.03 * error[:, 1], 0.0, 1.0),
            "T2M": truth["t2m"] + 0.6 * error[:, 2],
            "SSRD": truth["ssrd"] * np.maximum(1 + 0.05 * error[:, 3], 0.0),
            "VPD": truth["vpd"] * np.exp(0.10 * error[:, 4]),
            "TP": truth["tp"] * np.exp(0.25 * error[:, 5]),
            "lai_source": np.where(other & parts.sensor_noise, "modis_alternative", "modis"),
            "fpar_source": np.where(other & parts.sensor_noise, "beer_lambert", "modis"),
        }
    )
    leaves, sources = ["LAI", "FPAR"], ["lai_source", "fpar_source"]
    by_law = table["fpar_source"] == "beer_lambert"
    table.loc[by_law, "FPAR"] = absorbed_fraction(table.loc[by_law, "LAI"])
    before = table["year"] * 100 + table["month"] < _FIRST_MODIS
    if before.any() and not before.all():
        usual = table[~before].groupby("month")[leaves].mean()
        table.loc[before, leaves] = usual.loc[table.loc[before, "month"]].to_numpy()
        table.loc[before, sources] = "climatology"
    if parts.sensor_noise:
        table.loc[gap, leaves] = np.nan
        table.loc[gap, sources] = "missing"
    digits = {"LAI": 4, "FPAR": 4, "T2M": 3, "SSRD": 3, "VPD": 3, "TP": 3}
    return table.round(digits)[list(_PREDICTORS)]


def _laplace(rng: np.random.Generator, months: int) -> Array:
    """Return double-exponential errors of unit standard deviation."""
    return rng.laplace(0.0, np.sqrt(0.5), months)


def _quality(
    plan: SitePlan, truth: pd.DataFrame, seed: int
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the fraction of good data in each month, where no flux is given, where no GPP_NT."""
    rng, months = random_stream(seed, plan.index, "gaps"), len(truth)
    winter = 1 - ramp(truth["t2m"].to_numpy(), 263.15, 283.15)
    lost = rng.beta(1.0, 14.0, months) + rng.beta(1.5, 12.0) * (0.5 + 1.5 * winter)
    outage = np.zeros(months, bool)
    for month in np.flatnonzero(rng.random(months) < 0.05):
        outage[month : month + int(rng.integers(1, 4))] = True
    lost = np.where(outage, rng.uniform(0.4, 1.0, months), lost)
    absent, unsplit = outage & (rng.random(months) < 0.3), rng.random(months) < 0.004
    return np.clip(1 - lost, 0.0, 1.0), absent, unsplit


def _measured(
    plan: SitePlan, truth: pd.DataFrame, qc: Array, seed: int, parts: EarthParts
) -> dict[str, Array]:
    """Return NEE and its two partitionings with their errors, by column name."""
    months, gpp, reco = len(truth), truth["gpp"].to_numpy(), truth["reco"].to_numpy()
    rng = random_stream(seed, plan.index, "fluxes")
    filled = (1 + 3 * (1 - qc)) * parts.flux_noise
    # Choice: 0.1 gC m-2 d-1 plus a tenth of NEE is left in a month; less in the partitions.
    nee = reco - gpp + filled * (0.1 + 0.1 * abs(reco - gpp)) * _laplace(rng, months)
    reco_nt = reco + filled * (0.05 + 0.05 * reco) * _laplace(rng, months)
    gpp_dt = gpp + filled * (0.05 + 0.06 * gpp) * _laplace(rng, months)
    # Choice: each method is off by about 4 % at a site, and months do not close to 0.03.
    rng = random_stream(seed, plan.index, "partitions")
    bias, closure = 0.04 * rng.standard_normal(2), 0.03 * _laplace(rng, months)
    if parts.partitioning_error:
        reco_nt, gpp_dt = reco_nt * (1 + bias[0]), gpp_dt * (1 + bias[1])
    reco_nt, gpp_dt = np.maximum(reco_nt, 0.0), np.maximum(gpp_dt, 0.0)
    gpp_nt = reco_nt - nee + closure * parts.partitioning_error
    reco_dt = gpp_dt + nee
    rng = random_stream(seed, plan.index, "outliers")
    struck, which, size = rng.random(months) < 0.02, rng.random(months), rng.uniform(4, 9, months)
    if parts.outliers:
        gpp_dt = gpp_dt + size * (struck & (which < 0.5))
        nee = nee + size * np.where(which < 0.75, 1, -1) * (struck & (which >= 0.5))
    return {
        "NEE_VUT_REF": nee,
        "NEE_VUT_REF_QC": qc,
        "NEE_VUT_25": nee - 0.05 * abs(nee),
        "NEE_VUT_75": nee + 0.05 * abs(nee),
        "RECO_NT_VUT_REF": reco_nt,
        "GPP_NT_VUT_REF": gpp_nt,
        "RECO_DT_VUT_REF": reco_dt,
        "GPP_DT_VUT_REF": gpp_dt,
    }


def observe_fluxes(
    plan: SitePlan, truth: pd.DataFrame, *, seed: int, parts: EarthParts
) -> pd.DataFrame:
    """Return the monthly flux table of one site in the columns and units of FLUXNET2015.

    The error of a flux is double-exponential and grows with the flux (Hollinger & Richardson
    2005, doi 10.1093/treephys/25.7.873) and with the share that was gap-filled. Night-time GPP
    is RECO - NEE, day-time GPP is estimated on its own (Pastorello et al. 2020, doi
    10.1038/s41597-020-0534-3). ``truth`` comes from ``months_of``.

    Returns:
        One row a month of the flux years, missing values NaN, in the order of the SUBSET file.
    """
    measured = truth["year"].between(plan.first_year, plan.last_year)
    truth = truth[measured].reset_index(drop=True)
    qc, absent, unsplit = _quality(plan, truth, seed)
    fluxes = _measured(plan, truth, qc if parts.gaps else np.ones(len(qc)), seed, parts)
    table = pd.DataFrame({"TIMESTAMP": truth["year"] * 100 + truth["month"]})
    table["TA_F"], table["TA_F_QC"] = truth["t2m"] - 273.15, 1.0
    table["SW_IN_POT"] = truth["sw_pot"]
    table["SW_IN_F"], table["SW_IN_F_QC"] = truth["ssrd"], 1.0
    table["VPD_F"], table["VPD_F_QC"] = truth["vpd"], 1.0
    table["P_F"], table["P_F_QC"] = truth["tp"], 1.0
    table = table.assign(**fluxes)
    if parts.gaps:
        table.loc[absent, list(fluxes)] = np.nan
        # As at a few real towers: good NEE that could not be partitioned by night.
        table.loc[unsplit, ["GPP_NT_VUT_REF", "RECO_NT_VUT_REF"]] = np.nan
    return table
