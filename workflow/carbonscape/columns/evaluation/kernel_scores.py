"""Tables of soundings beside spectra, and how far they differ with kernels and without."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carbonscape.columns.evaluation.verdicts import SiteDraws
from carbonscape.columns.tables import TCCON_PAIRS
from carbonscape.core.tables import Column, TableSchema

_SITE, _YEAR, _MONTH = (
    column for column in TCCON_PAIRS.columns if column.name in ("site", "year", "month")
)

#: What stands for both instruments together.
BOTH = "both"

#: How soundings and spectra are compared, by what it is called.
COMPARISONS = {
    "plain": "every overpass as the files give it",
    "plain_same": "the same, of those overpasses whose files carry kernels and priors",
    "kernels": "these with priors and averaging kernels applied",
}

XCO2_OVERPASSES = TableSchema(
    "overpasses of TCCON sites",
    (
        Column("instrument", "text", "oco2 or oco3"),
        _SITE,
        Column("time", "text", "mean of the soundings, UTC, YYYY-MM-DDThh:mm"),
        _YEAR,
        _MONTH,
        Column("soundings", "integer", "good soundings over land in the box about the site", "1"),
        Column("spectra", "integer", "spectra within the time about the overpass", "1"),
        Column("oco", "number", "mean of the soundings", "ppm"),
        Column("tccon", "number", "mean of the spectra", "ppm"),
        Column(
            "oco_kernels", "number", "mean of the soundings with TCCON's prior; missing where "
            "files carry no profiles", "ppm", True,
        ),
        Column(
            "tccon_kernels", "number", "mean of the spectra as OCO would have seen what they found",
            "ppm", True,
        ),
    ),
    key=("instrument", "site", "time"),
)  # fmt: skip

XCO2_KERNEL_SITES = TableSchema(
    "soundings against spectra by site",
    (
        Column("instrument", "text", "oco2 or oco3"),
        _SITE,
        Column("overpasses", "integer", "overpasses compared", "1"),
        Column(
            "plain", "number", "mean of OCO minus TCCON as files give it, of the overpasses with "
            "kernels where there are any", "ppm",
        ),
        Column(
            "kernels", "number", "the same with priors and averaging kernels applied", "ppm", True
        ),
    ),
    key=("instrument", "site"),
)  # fmt: skip

XCO2_KERNEL_SCORES = TableSchema(
    "soundings against spectra",
    (
        Column("instrument", "text", f"oco2, oco3 or {BOTH}"),
        Column(
            "comparison", "text", "; ".join(f"{key}: {text}" for key, text in COMPARISONS.items())
        ),
        Column("overpasses", "integer", "overpasses compared", "1"),
        Column("sites", "integer", "sites among them", "1"),
        Column("bias", "number", "mean of OCO minus TCCON, every overpass alike", "ppm"),
        Column("low", "number", "lower end of its 95 % interval, sites drawn", "ppm", True),
        Column("high", "number", "upper end of it", "ppm", True),
        Column("spread", "number", "standard deviation of the differences", "ppm", True),
        Column("site_spread", "number", "standard deviation of the sites' mean", "ppm", True),
        Column("rmse", "number", "root mean square difference", "ppm"),
    ),
    key=("instrument", "comparison"),
)


def score_overpasses(overpasses: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Score soundings against spectra, plainly and with kernels (XCO2_KERNEL_SCORES).

    What has no overpass has no row.

    Args:
        overpasses: an XCO2_OVERPASSES table.
        seed: of the draws of sites.
    """
    rows = []
    named = [(name, part) for name, part in overpasses.groupby("instrument", sort=True)]
    for instrument, part in [*named, *([(BOTH, overpasses)] if len(named) > 1 else [])]:
        same = part[part["oco_kernels"].notna() & part["tccon_kernels"].notna()]
        for comparison, table, ending in (
            ("plain", part, ""), ("plain_same", same, ""), ("kernels", same, "_kernels"),
        ):  # fmt: skip
            if len(table):
                found = _scores(table, f"oco{ending}", f"tccon{ending}", seed)
                rows.append({"instrument": instrument, "comparison": comparison, **found})
    table = pd.DataFrame(rows, columns=XCO2_KERNEL_SCORES.names)
    return XCO2_KERNEL_SCORES.check(table, "soundings against spectra")


def overpass_sites(overpasses: pd.DataFrame) -> pd.DataFrame:
    """Return the mean differences of every instrument at every site (XCO2_KERNEL_SITES).

    Args:
        overpasses: an XCO2_OVERPASSES table.
    """
    rows = []
    for (instrument, site), part in overpasses.groupby(["instrument", "site"], sort=True):
        same = part[part["oco_kernels"].notna() & part["tccon_kernels"].notna()]
        chosen = same if len(same) else part
        rows.append(
            {
                "instrument": instrument,
                "site": site,
                "overpasses": len(chosen),
                "plain": float((chosen["oco"] - chosen["tccon"]).mean()),
                "kernels": float((same["oco_kernels"] - same["tccon_kernels"]).mean()),
            }
        )
    table = pd.DataFrame(rows, columns=XCO2_KERNEL_SITES.names)
    return XCO2_KERNEL_SITES.check(table, "soundings against spectra by site")


def _scores(table: pd.DataFrame, oco: str, tccon: str, seed: int) -> dict:
    """Return the numbers of a row."""
    pairs = pd.DataFrame(
        {"product": "oco", "site": table["site"], "observed": table[tccon], "predicted": table[oco]}
    )
    error = pairs["predicted"] - pairs["observed"]
    means = error.groupby(pairs["site"]).mean()
    drawn = SiteDraws(pairs, seed=seed).score("oco", "bias")
    return {
        "overpasses": len(table),
        "sites": len(means),
        "bias": float(error.mean()),
        "low": drawn.low if drawn else np.nan,
        "high": drawn.high if drawn else np.nan,
        "spread": float(error.std()),
        "site_spread": float(means.std()),
        "rmse": float(np.sqrt((error**2).mean())),
    }
