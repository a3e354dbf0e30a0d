"""Whole columns of the predictor table that look as if they had another unit.

Range checks see single values. Here each tower's column is judged as a whole by a statistic that
tells its unit: vapour pressure deficit by the saturation vapour pressure at the tower's own
temperature, radiation by what reaches the top of the atmosphere at its latitude, leaf area by the
light that it absorbs. The usual ranges hold for the 206 towers of FLUXNET2015 with a margin.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from carbonscape.core.insolation import monthly_insolation
from carbonscape.core.unit_confusions import Mistake, UnitRule, Verdict, of_most, settle

#: Months that a tower needs to be judged.
MIN_MONTHS = 6

#: Degrees from the equator beyond which the year of temperature follows the sun.
SEASONAL_LATITUDE = 30.0

#: Usual share of the radiation at the top of the atmosphere that reaches the ground.
_CLEARNESS = (0.22, 0.8)

#: W m-2 that evaporate 1 mm d-1 (latent heat of vaporisation 2.45 MJ kg-1).
WATTS_PER_MM = 2.45e6 / 86400

_SOURCE = "fluxnet2015"
_REMEDY = (
    "correct the predictor table, take the tower out (inputs.leave_out_towers), or accept it "
    "(inputs.accept_implausible: the tower, or fluxnet2015 for the whole table)"
)

_Statistic = Callable[[pd.DataFrame], float]


def _saturation(months: pd.DataFrame) -> pd.Series:
    """Return the saturation vapour pressure at T2M, hPa (Murray 1967)."""
    celsius = months["T2M"] - 273.15
    return 6.1078 * np.exp(17.269 * celsius / (celsius + 237.3))


def _of_saturation(months: pd.DataFrame) -> float:
    return float((months["VPD"] / _saturation(months)).quantile(0.95))


def _clearness(months: pd.DataFrame) -> float:
    lit = months[months["insolation"] > 20]
    return float(lit["SSRD"].sum() / lit["insolation"].sum()) if len(lit) else np.nan


def _rain(months: pd.DataFrame) -> float:
    return float(months["TP"].mean())


def _leaves(months: pd.DataFrame) -> float:
    # Beer-Lambert with the extinction coefficient 0.5: FPAR = 1 - exp(-0.5 LAI).
    expected = -2.0 * np.log1p(-months["FPAR"].clip(upper=0.98))
    known = expected > 0
    return float((months["LAI"][known] / expected[known]).median())


def _latent(months: pd.DataFrame) -> float:
    # Where SSRD itself is odd, E must not be blamed.
    low, high = _CLEARNESS
    if not low <= _clearness(months) <= high:
        return np.nan
    return float(WATTS_PER_MM * months["E"].mean() / months["SSRD"].mean())


def _evaporation(months: pd.DataFrame) -> float:
    return float(months["E"].mean())


def _with_the_sun(name: str) -> _Statistic:
    def correlation(months: pd.DataFrame) -> float:
        if abs(months["lat"].iloc[0]) < SEASONAL_LATITUDE:
            return np.nan
        year = months.groupby("month")[[name, "insolation"]].mean()
        if len(year) < 10 or year[name].std() == 0:
            return np.nan
        return float(np.corrcoef(year[name], year["insolation"])[0, 1])

    return correlation


#: Rules by what they need: columns of the table, and the statistic of one tower's months.
RULES: tuple[tuple[tuple[str, ...], UnitRule, _Statistic], ...] = (
    (
        ("VPD", "T2M"),
        UnitRule(
            "VPD", "hPa",
            "95th percentile of VPD over the saturation vapour pressure at the tower's T2M",
            usual=(0.12, 1.3), possible=(0.0, 2.0),
            mistakes=(Mistake("kPa", 0.1), Mistake("Pa", 100.0)),
        ),
        _of_saturation,
    ),
    (
        ("SSRD", "insolation"),
        UnitRule(
            "SSRD", "W m-2",
            "sum of SSRD over what reaches the top of the atmosphere at the tower's latitude",
            # Towers with far too little are known among the originals: SN-Dhr has 0.03.
            usual=_CLEARNESS, possible=(0.0, 0.95),
            mistakes=(
                Mistake("MJ m-2 d-1", 0.0864), Mistake("J cm-2 d-1", 8.64),
                Mistake("MJ m-2 month-1", 2.63), Mistake("kWh m-2 d-1", 0.024),
                Mistake("photons in micromol m-2 s-1", 2.0), Mistake("kJ m-2 d-1", 86.4),
            ),
        ),
        _clearness,
    ),
    (
        ("TP",),
        UnitRule(
            "TP", "mm d-1", "mean of TP", usual=(0.1, 15.0), possible=(0.02, 33.0),
            mistakes=(
                Mistake("a monthly total in mm", 30.4), Mistake("m d-1", 0.001),
                Mistake("a monthly total in m", 0.0304), Mistake("inches a day", 0.0394),
                Mistake("kg m-2 s-1", 1 / 86400),
            ),
        ),
        _rain,
    ),
    (
        ("LAI", "FPAR"),
        UnitRule(
            "LAI and FPAR", "m2 m-2 and as a fraction",
            "median of LAI over the leaf area that absorbs FPAR (Beer-Lambert)",
            usual=(0.3, 3.3), possible=(0.2, 5.0),
            mistakes=(
                Mistake("LAI without its scale factor 0.1", 10.0),
                Mistake("LAI scaled twice", 0.1), Mistake("FPAR scaled twice", 100.0),
            ),
        ),
        _leaves,
    ),
    (
        ("E", "SSRD", "insolation"),
        UnitRule(
            "E", "mm d-1, positive upwards", "latent heat of E over SSRD",
            usual=(0.01, 0.9), possible=(0.002, 1.3),
            mistakes=(
                Mistake("the other sign", -1.0), Mistake("W m-2", WATTS_PER_MM),
                Mistake("a monthly total in mm", 30.4), Mistake("m d-1", 0.001),
                Mistake("MJ m-2 d-1", 2.45), Mistake("kg m-2 s-1", 1 / 86400),
            ),
        ),
        _latent,
    ),
    (
        ("E",),
        UnitRule(
            "E", "mm d-1, positive upwards", "mean of E", usual=(0.03, 8.0), possible=(0.005, 12.0),
            mistakes=(
                Mistake("the other sign", -1.0), Mistake("a monthly total in mm", 30.4),
                Mistake("W m-2", WATTS_PER_MM), Mistake("m d-1", 0.001),
                Mistake("kg m-2 s-1", 1 / 86400),
            ),
        ),
        _evaporation,
    ),
    (
        ("T2M", "insolation"),
        UnitRule(
            "T2M", "K of the same place and month",
            "correlation of the mean year of T2M with that of the sun at the tower's latitude",
            usual=(0.3, 1.0), possible=(-0.3, 1.0),
            mistakes=(Mistake("the other hemisphere, or months shifted by half a year", -1.0),),
        ),
        _with_the_sun("T2M"),
    ),
    (
        ("SSRD", "insolation"),
        UnitRule(
            "SSRD", "W m-2 of the same place and month",
            "correlation of the mean year of SSRD with that of the sun at the tower's latitude",
            usual=(0.5, 1.0), possible=(-0.3, 1.0),
            mistakes=(Mistake("the other hemisphere, or months shifted by half a year", -1.0),),
        ),
        _with_the_sun("SSRD"),
    ),
)  # fmt: skip


def check_columns(
    table: pd.DataFrame,
    *,
    origin: str,
    sites: pd.DataFrame | None = None,
    accept: Collection[str] = (),
) -> None:
    """Judge each tower's columns of the predictor table as a whole.

    A suspicious column of a tower is warned of (``core.findings``), an impossible one refused; so
    is one that is suspicious at half of the towers, five or more.

    Args:
        table: as :func:`carbonscape.archives.predictors.read_predictors` returns it.
        origin: path of the table.
        sites: tower sites (site, lat); only these are judged. Without it, nothing is judged
            that needs a latitude.
        accept: sites whose impossible columns only warn, or ``fluxnet2015`` for all.

    Raises:
        InputError: names the table, the column, the towers, what was found and expected.
    """
    if sites is not None:
        table = table.merge(sites[["site", "lat"]], on="site")
        table["insolation"] = monthly_insolation(
            table["lat"].to_numpy(float), table["month"].to_numpy()
        )
    towers = dict(list(table.groupby("site", sort=True)))
    for needed, rule, statistic in RULES:
        if not set(needed) <= set(table.columns):
            continue
        verdicts, judged = _judge(towers, list(needed), rule, statistic)
        if of_most(verdicts, judged=judged):
            share = f"suspicious at {len(verdicts)} of {judged} towers"
            verdicts = [
                Verdict(verdict.item, f"{verdict.reason}; {share}", impossible=True)
                for verdict in verdicts
            ]
        settle(
            verdicts,
            origin=f"{origin}, column {rule.quantity}",
            source=_SOURCE,
            accept=accept,
            remedy=_REMEDY,
        )


def _judge(
    towers: dict[str, pd.DataFrame], needed: list[str], rule: UnitRule, statistic: _Statistic
) -> tuple[list[Verdict], int]:
    """Return the verdicts of one rule, and the number of towers that it could judge."""
    verdicts, judged = [], 0
    for site, months in towers.items():
        months = months.dropna(subset=needed)
        if len(months) < MIN_MONTHS:
            continue
        value = statistic(months)
        judged += not np.isnan(value)
        verdict = rule.judge(site, value)
        if verdict is not None:
            verdicts.append(verdict)
    return verdicts, judged
