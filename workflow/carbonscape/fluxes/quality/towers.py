"""Which tower months serve as targets: the sample selection of the GPP paper.

The paper's counts are 12,094 qualified months and 10,513 after the outlier fences.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carbonscape.core import findings
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.fluxes.quality.tower_plausibility import check_towers
from carbonscape.fluxes.tables import COUNTS, TOWER_MONTHS, TRAIN_ONLY

OUTLIER_FENCES = ("tukey", "symmetric", "none")

#: The paper's counts of site-months after a step.
PAPER_ROWS = {"qualified": 12094.0, "fences": 10513.0}


@dataclass(frozen=True)
class FilterResult:
    """What the filter decided.

    ``months`` follows TOWER_MONTHS: every row of the archive with the step that dropped it.
    ``counts`` follows COUNTS: rows and sites after each step. ``fences`` holds the regressions,
    quartiles and fences as plain numbers for JSON.
    """

    months: pd.DataFrame
    counts: pd.DataFrame
    fences: dict[str, Any]


def filter_months(
    archive: pd.DataFrame,
    *,
    first_year: int = 2001,
    last_year: int | None = None,
    min_qc: float = 0.8,
    train_min_qc: float | None = None,
    train_max_difference: float | None = None,
    target: Sequence[str] = ("gpp_nt",),
    outlier_fence: str = "tukey",
    fence_width: float = 3.0,
    accept: Collection[str] = (),
) -> FilterResult:
    """Select the months that serve as targets.

    Towers without a month left are stated (``core.findings``).

    Steps: years (inside first_year to last_year), qualified (QC at least ``min_qc``), complete
    (none of GPP_NT, GPP_DT, RECO_NT and NEE missing), fences (see ``outlier_fences``; both tests
    on the pool of complete months, once).

    With ``train_min_qc`` months of a lower QC, from that on, are only trained on. Every other rule
    holds for them as for the rest: years, completeness, and the fences of the complete months,
    which they do not move. With ``train_max_difference`` they pass in place of completeness and
    fences where GPP_NT and GPP_DT are at most so far apart, and months of sufficient QC that the
    fences reject are only trained on too. A tower without a month left has none: no fold would
    hold it out.

    Args:
        archive: table that follows TOWER_ARCHIVE, fluxes in gC m-2 d-1.
        train_min_qc: smallest QC of months that are only trained on; None for no such month.
        train_max_difference: largest difference between GPP_NT and GPP_DT of months that are only
            trained on, gC m-2 d-1; None for the fences.
        target: columns of the archive whose mean is the target.
        outlier_fence: ``tukey``, ``symmetric`` or ``none``.
        fence_width: width of the fences in interquartile ranges.
        accept: sites whose fluxes are used although they are impossible as a whole, or
            ``fluxnet2015`` for all.

    Raises:
        ConfigError: an option has an impossible value.
        InputError: the fluxes of a tower contradict one another as a whole, no month is left
            after a step, or a regression is impossible.
    """
    _check_options(
        first_year=first_year,
        last_year=last_year,
        min_qc=min_qc,
        train_min_qc=train_min_qc,
        train_max_difference=train_max_difference,
        outlier_fence=outlier_fence,
        fence_width=fence_width,
    )
    # One tower in another unit moves the fences of all; the reading step has warned.
    check_towers(archive, accept=accept, warned=False)
    months = archive.sort_values(["site", "year", "month"], ignore_index=True)
    estimates = ["gpp_nt", "gpp_dt", "reco_nt", "nee"]
    until = "" if last_year is None else f" to {last_year}"
    in_years = months["year"].between(first_year, np.inf if last_year is None else last_year)
    steps = [
        ("years", f"year from {first_year}{until or ' on'}", in_years),
        ("qualified", f"NEE_VUT_REF_QC >= {min_qc:g}", months["qc"] >= min_qc),
        (
            "complete",
            "GPP_NT, GPP_DT, RECO_NT and NEE present",
            months[estimates].notna().all(axis=1),
        ),
    ]
    dropped_by = np.full(len(months), "kept", dtype=object)
    counts = [_count("archive", "months in the FLUXNET files", months)]
    for step, meaning, passes in steps:
        dropped_by[(dropped_by == "kept") & ~passes.to_numpy()] = step
        counts.append(_count(step, meaning, months[dropped_by == "kept"], before=counts[-1]))

    pool = dropped_by == "kept"
    fences, residuals, inside = outlier_fences(months[pool], rule=outlier_fence, width=fence_width)
    for name, values in residuals.items():
        months[name] = pd.Series(values, index=months.index[pool])
    dropped_by[np.flatnonzero(pool)[~inside]] = "fences"
    meaning = {
        "tukey": f"both residuals within quartiles -/+ {fence_width:g} interquartile ranges",
        "symmetric": f"both residuals within -/+ {fence_width:g} interquartile ranges",
        "none": "no outlier fences (outlier_fence: none)",
    }[outlier_fence]
    counts.append(_count("fences", meaning, months[dropped_by == "kept"], before=counts[-1]))
    if train_min_qc is not None:
        others = in_years & (months["qc"] >= train_min_qc) & (dropped_by != "kept")
        others &= months["site"].isin(months.loc[dropped_by == "kept", "site"])
        if train_max_difference is None:
            meaning = f"NEE_VUT_REF_QC from {train_min_qc:g} to below {min_qc:g}, every other step"
            others &= (months["qc"] < min_qc) & months[estimates].notna().all(axis=1)
            residuals, inside = _within_fences(months[others], fences)
            for name, values in residuals.items():
                months.loc[others, name] = values
            others[others] = inside
        else:
            meaning = (
                f"NEE_VUT_REF_QC from {train_min_qc:g} on, GPP_NT and GPP_DT at most "
                f"{train_max_difference:g} gC m-2 d-1 apart, years"
            )
            others &= (months["gpp_nt"] - months["gpp_dt"]).abs() <= train_max_difference
        dropped_by[others.to_numpy()] = TRAIN_ONLY
        counts.append(_train_only_count(months[others], meaning))

    months["target"] = sum(months[name] for name in target) / len(target)
    months["dropped_by"] = dropped_by
    _state_dropped_sites(months, [step for step, _, _ in steps] + ["fences"], counts)
    return FilterResult(
        months=TOWER_MONTHS.check(months[TOWER_MONTHS.names], "tower months"),
        counts=COUNTS.check(pd.DataFrame(counts), "tower counts"),
        fences=fences,
    )


def _state_dropped_sites(
    months: pd.DataFrame, steps: Sequence[str], counts: Sequence[dict[str, Any]]
) -> None:
    """State the towers of which no month is left, and the step that dropped their last ones."""
    meaning = {row["step"]: row["meaning"] for row in counts}
    for site, table in months.groupby("site", sort=True):
        dropped = set(table["dropped_by"])
        if "kept" not in dropped:
            last = max(dropped, key=steps.index)
            reason = f"none of its {len(table)} months passes the filter ({meaning[last]})"
            findings.left_out(str(site), reason, source="fluxnet2015", kind="tower")


def state_lost_sites(before: Iterable[str], after: Iterable[str], *, reason: str) -> None:
    """State the towers that had months and have none after a step.

    Args:
        before: sites of the months that entered the step.
        after: sites of those that left it.
        reason: a clause that says why a tower has none left.
    """
    for site in sorted(set(before) - set(after)):
        findings.left_out(site, reason, source="fluxnet2015", kind="tower")


def _check_options(
    *,
    first_year: int,
    last_year: int | None,
    min_qc: float,
    train_min_qc: float | None,
    train_max_difference: float | None,
    outlier_fence: str,
    fence_width: float,
) -> None:
    """Refuse impossible options, naming the config key."""
    late = last_year is None or last_year >= first_year
    for key, value, possible, expected in (
        ("last_year", last_year, late, f"none or a year not before first_year ({first_year})"),
        ("min_qc", min_qc, 0 <= min_qc <= 1, "a fraction from 0 to 1"),
        (
            "train_min_qc",
            train_min_qc,
            train_min_qc is None or 0 < train_min_qc < min_qc,
            f"none or a fraction above 0 and below min_qc ({min_qc:g})",
        ),
        (
            "train_max_difference",
            train_max_difference,
            train_max_difference is None or (train_max_difference > 0 and train_min_qc is not None),
            "none, or a number above 0 beside a train_min_qc",
        ),
        (
            "outlier_fence",
            outlier_fence,
            outlier_fence in OUTLIER_FENCES,
            ", ".join(OUTLIER_FENCES),
        ),
        ("fence_width", fence_width, fence_width > 0, "a number above 0"),
    ):
        if not possible:
            raise ConfigError(
                f"config key 'quality.{key}' of the flux: found {value!r}, expected {expected}."
            )


def _count(
    step: str, meaning: str, left: pd.DataFrame, *, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the row of the counts table for one step.

    Raises:
        InputError: the step leaves no month.
    """
    if left.empty:
        found = (
            f"drops all {before['rows']} months of {before['sites']} sites that were left"
            if before
            else "has no month"
        )
        raise InputError(
            f"tower months: no month is left, because the step '{step}' ({meaning}) {found}; put "
            "more FLUXNET files into the folder of config key 'towers' or relax the flux's section "
            "'quality'."
        )
    return {
        "step": step,
        "meaning": meaning,
        "rows": len(left),
        "sites": left["site"].nunique(),
        "paper_rows": PAPER_ROWS.get(step, np.nan),
    }


def _train_only_count(months: pd.DataFrame, meaning: str) -> dict[str, Any]:
    """Return the row of the counts table for months that are only trained on; none is no harm."""
    return {
        "step": TRAIN_ONLY,
        "meaning": f"beside these, only trained on: {meaning} passed",
        "rows": len(months),
        "sites": months["site"].nunique(),
        "paper_rows": np.nan,
    }


def outlier_fences(
    pool: pd.DataFrame, *, rule: str, width: float
) -> tuple[dict[str, Any], dict[str, np.ndarray], np.ndarray]:
    """Test the consistency of the flux estimates of each month against fences.

    Residual A is GPP_DT minus its ordinary least squares on GPP_NT, residual B is NEE minus its
    ordinary least squares on (GPP_NT - RECO_NT), both over all rows of the pool; their quartiles
    are interpolated linearly. The rule ``tukey`` keeps rows with both residuals inside
    [Q25 - width IQR, Q75 + width IQR], ``symmetric`` inside [-width IQR, width IQR], ``none`` all.

    Args:
        pool: rows without missing values, columns gpp_nt, gpp_dt, reco_nt, nee in gC m-2 d-1.
        rule: ``tukey``, ``symmetric`` or ``none``.
        width: width of the fences in interquartile ranges.

    Returns:
        The numbers behind the fences, the two residuals (rows of the pool, gC m-2 d-1), and
        whether each row is inside both fences.

    Raises:
        InputError: an explanatory variable does not vary, so that no line can be fitted.
    """
    fences: dict[str, Any] = {"rule": rule, "width": width, "rows": len(pool)}
    residuals = {}
    inside = np.ones(len(pool), dtype=bool)
    for name, (y_name, y, x_name, x) in _pairs(pool).items():
        intercept, slope = _least_squares(x, y, x_name=x_name)
        residual = y - (intercept + slope * x)
        q25, q75 = (float(q) for q in np.quantile(residual, [0.25, 0.75], method="linear"))
        iqr = q75 - q25
        low, high = {
            "tukey": (q25 - width * iqr, q75 + width * iqr),
            "symmetric": (-width * iqr, width * iqr),
            "none": (None, None),
        }[rule]
        passes = np.ones(len(pool), dtype=bool)
        if low is not None:
            passes = (residual >= low) & (residual <= high)
        fences[name] = {
            "meaning": f"{y_name} - (intercept + slope * ({x_name})), gC m-2 d-1",
            "intercept": intercept,
            "slope": slope,
            "q25": q25,
            "q75": q75,
            "iqr": iqr,
            "low": low,
            "high": high,
            "outside": int((~passes).sum()),
        }
        residuals[name] = residual
        inside &= passes
    return fences, residuals, inside


def _pairs(months: pd.DataFrame) -> dict[str, tuple[str, np.ndarray, str, np.ndarray]]:
    """Return, for each residual, name and values of y and name and values of x."""
    gpp_nt, gpp_dt, reco_nt, nee = (
        months[name].to_numpy(dtype=float) for name in ("gpp_nt", "gpp_dt", "reco_nt", "nee")
    )
    return {
        "residual_gpp": ("GPP_DT", gpp_dt, "GPP_NT", gpp_nt),
        "residual_nee": ("NEE", nee, "GPP_NT - RECO_NT", gpp_nt - reco_nt),
    }


def _within_fences(
    months: pd.DataFrame, fences: dict[str, Any]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the residuals of other months from the lines of a pool, and which are inside.

    Args:
        months: rows without missing values.
        fences: the numbers of :func:`outlier_fences` on the pool.
    """
    residuals = {}
    inside = np.ones(len(months), dtype=bool)
    for name, (_, y, _, x) in _pairs(months).items():
        rule = fences[name]
        residuals[name] = y - (rule["intercept"] + rule["slope"] * x)
        if rule["low"] is not None:
            inside &= (residuals[name] >= rule["low"]) & (residuals[name] <= rule["high"])
    return residuals, inside


def _least_squares(x: np.ndarray, y: np.ndarray, *, x_name: str) -> tuple[float, float]:
    """Return intercept and slope of the ordinary least squares of y on x."""
    if np.ptp(x) == 0:
        raise InputError(
            f"tower months: {x_name} is the same in all {len(x)} complete months, so that no "
            "line can be fitted for the outlier fences; put more FLUXNET files into the folder of "
            "config key 'towers'."
        )
    # Sums rather than dot products: BLAS would give other last digits on another core count.
    centred = x - x.mean()
    slope = float(np.sum(centred * (y - y.mean())) / np.sum(centred * centred))
    return float(y.mean() - slope * x.mean()), slope


def require_sites(
    sites: Iterable[str],
    *,
    site_list: pd.DataFrame,
    site_list_path: str | os.PathLike[str],
    predictors: pd.DataFrame | None = None,
    predictors_path: str | os.PathLike[str] = "",
) -> None:
    """Refuse a tower that is not in the site list or has no row in the predictor table.

    Where predictors come from gridded archives there is no such table.

    Raises:
        InputError: naming the file and up to five of the towers.
    """
    wanted = sorted(set(sites))
    tables = [(site_list, site_list_path, "the site list has no row for")]
    if predictors is not None:
        tables.append((predictors, predictors_path, "the predictor table has no row for"))
    for table, path, what in tables:
        known = set(table["site"])
        absent = [site for site in wanted if site not in known]
        if absent:
            more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
            raise InputError(
                f"{path}: {what} {len(absent)} of the {len(wanted)} towers "
                f"({', '.join(absent[:5])}{more}); add them to this file, or take their FLUXNET "
                "files out of the folder of config key 'towers'."
            )
