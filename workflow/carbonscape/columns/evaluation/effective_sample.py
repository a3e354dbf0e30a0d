"""How many independent months the pairs with TCCON are worth, and intervals that know it.

Errors of a site resemble those of the month before: a site with a bias has it every month, and
what transport the map lacks lasts for weeks. N pairs are therefore worth fewer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from carbonscape.columns.tables import TCCON_PAIRS
from carbonscape.core.tables import Column, TableSchema

#: What stands for all sites together.
ALL_SITES = "all"

#: Fewest months or sites with an interval of their mean.
FEWEST_ENDS = 3

#: Largest autocorrelation that is believed: beyond it, months of one site are one.
_LARGEST = 0.95

XCO2_TCCON_EFFECTIVE = TableSchema(
    "effective pairs with TCCON",
    (
        *(column for column in TCCON_PAIRS.columns if column.name == "product"),
        Column("site", "text", f"TCCON site, or '{ALL_SITES}'"),
        Column("samples", "integer", "months with a pair", "1"),
        Column(
            "autocorrelation",
            "number",
            "of an error, less its site's mean, with that of the month before: of all sites of a "
            "product together, corrected for the length of their series",
            "1",
            True,
        ),
        Column("effective", "number", "independent months that the pairs are worth", "1", True),
        Column("bias", "number", "mean of product minus TCCON", "ppm"),
        Column("low", "number", "lower end of its 95 % interval by effective months", "ppm", True),
        Column("high", "number", "upper end of it", "ppm", True),
        Column("low_naive", "number", "lower end were all months independent", "ppm", True),
        Column("high_naive", "number", "upper end of that", "ppm", True),
    ),
    key=("product", "site"),
)


def effective_number(months: ArrayLike, correlation: float) -> float:
    """Return how many independent values a mean of months is worth, with AR(1) between them.

    n**2 divided by the sum of r ** |i - j| over all pairs of months: gaps count as they are.

    Args:
        months: (month,) running numbers of the months, each once, in any order.
        correlation: r of months that follow each other, 0 to below 1.
    """
    number = np.asarray(months, dtype=np.int64)
    apart = np.abs(number[:, None] - number)
    return float(number.size**2 / np.sum(float(correlation) ** apart))


def pooled_autocorrelation(
    site: ArrayLike, months: ArrayLike, errors: ArrayLike
) -> tuple[NDArray[np.float64], float]:
    """Return errors less their site's mean, and their correlation from month to month.

    The mean of a short series takes a part of the correlation with it, about (1 + 3 r) / n of n
    months: that is added back. Negative correlations count as none.

    Args:
        site: (pair,) names.
        months: (pair,) running numbers of the months.
        errors: (pair,) ppm.

    Returns:
        (pair,) departures, and the correlation; NaN where no two months follow each other.

    Source: Marriott and Pope (1954), doi 10.1093/biomet/41.3-4.390.
    """
    table = pd.DataFrame({"site": site, "month": months, "error": errors})
    groups = table.groupby("site")["error"]
    table["rest"] = table["error"] - groups.transform("mean")
    after = table.assign(month=table["month"] - 1)[["site", "month", "rest"]]
    both = table.merge(after, on=["site", "month"], suffixes=("", "_next"))
    spread = float((table["rest"] ** 2).mean())
    rest = table["rest"].to_numpy()
    if both.empty or spread == 0:
        return rest, float("nan")
    found = float((both["rest"] * both["rest_next"]).mean()) / spread
    return rest, float(np.clip(found + (1 + 3 * found) / groups.size().mean(), 0.0, _LARGEST))


def interval_of_mean(
    months: NDArray[np.integer], values: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return the mean of one series and its 95 % interval, months taken as AR(1).

    Args:
        months: (month,) running numbers.
        values: (month,) of any unit.

    Returns:
        Mean, low and high; the ends are NaN below ``FEWEST_ENDS`` months.
    """
    mean = float(values.mean())
    if len(values) < FEWEST_ENDS:
        return mean, np.nan, np.nan
    rest, found = pooled_autocorrelation(["all"] * len(values), months, values)
    worth = effective_number(months, 0.0 if np.isnan(found) else found)
    freedom = len(values) * (1 - 1 / worth)
    error = float(np.sqrt(np.sum(rest**2) / freedom / worth)) if freedom > 0 else np.nan
    return mean, *_ends(mean, error, worth - 1)


def effective_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return, for every product and site, what its pairs are worth (XCO2_TCCON_EFFECTIVE).

    Of all sites together a site's bias counts as drawn from those of other sites: the variance of
    the mean is that of biases between sites plus what the months leave uncertain of each, weighted
    by the sites' months.

    Args:
        pairs: a TCCON_PAIRS table.
    """
    rows = []
    for product, table in pairs.groupby("product", sort=False):
        rows += [{"product": product, **row} for row in _sites(table)]
    table = pd.DataFrame(rows, columns=XCO2_TCCON_EFFECTIVE.names)
    return XCO2_TCCON_EFFECTIVE.check(table, "effective pairs with TCCON")


def _sites(table: pd.DataFrame) -> list[dict]:
    """Return the rows of one product: every site, then all of them."""
    table = table.sort_values(["site", "year", "month"], kind="stable")
    months = (12 * table["year"] + table["month"]).to_numpy()
    errors = (table["predicted"] - table["observed"]).to_numpy()
    site = table["site"].to_numpy(str)
    rest, correlation = pooled_autocorrelation(site, months, errors)
    used = 0.0 if np.isnan(correlation) else correlation
    names = list(dict.fromkeys(site))
    worth = np.array([effective_number(months[site == name], used) for name in names])
    count = np.array([np.sum(site == name) for name in names])
    bias = np.array([errors[site == name].mean() for name in names])
    # Departures from a mean that is worth m of n months keep 1 - 1 / m of their variance.
    freedom = float(np.sum(count * (1 - 1 / worth)))
    variance = float(np.sum(rest**2) / freedom) if freedom > 0 else np.nan
    rows = []
    for at, name in enumerate(names):
        row = {"site": name, "samples": count[at], "effective": worth[at], "bias": bias[at]}
        ends = _ends(bias[at], np.sqrt(variance / worth[at]), worth[at] - 1)
        own = errors[site == name]
        row |= dict(zip(("low", "high"), ends, strict=True))
        rows.append(row | _naive(own) | {"autocorrelation": correlation})
    return [*rows, _together(errors, count, bias, worth, variance, correlation)]


def _together(
    errors: NDArray[np.float64],
    count: NDArray[np.int64],
    bias: NDArray[np.float64],
    worth: NDArray[np.float64],
    variance: float,
    correlation: float,
) -> dict:
    """Return the row of all sites: a mean of sites whose biases differ (random effects)."""
    share = count / count.sum()
    error = np.nan
    if len(count) > 1 and np.isfinite(variance):
        within = variance / worth
        between = max(float(np.var(bias, ddof=1) - within.mean()), 0.0)
        error = float(np.sqrt(np.sum(share**2 * (between + within))))
    mean = float(errors.mean())
    low, high = _ends(mean, error, len(count) - 1)
    whole = float(np.var(errors, ddof=1)) if len(errors) > 1 else np.nan
    return {
        "site": ALL_SITES,
        "samples": len(errors),
        "autocorrelation": correlation,
        "effective": min(whole / error**2, len(errors)) if error > 0 else np.nan,
        "bias": mean,
        "low": low,
        "high": high,
        **_naive(errors),
    }


def _naive(errors: NDArray[np.float64]) -> dict[str, float]:
    """Return the interval of a mean whose values are all independent."""
    error = np.std(errors, ddof=1) / np.sqrt(len(errors)) if len(errors) > 1 else np.nan
    low, high = _ends(float(errors.mean()), float(error), len(errors) - 1)
    return {"low_naive": low, "high_naive": high}


def _ends(mean: float, error: float, freedom: float) -> tuple[float, float]:
    """Return the 95 % interval of a mean by Student's t; NaN without a degree of freedom."""
    if not np.isfinite(error) or freedom < 1:
        return np.nan, np.nan
    half = float(stdtrit(freedom, 0.975)) * error
    return mean - half, mean + half
