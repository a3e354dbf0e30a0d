"""Each tower's fluxes as a whole: their scale, their sign, and their season.

A record in another unit, with another sign or shifted by half a year consists of possible values.
What tells is how its parts agree: NEE with RECO - GPP, the two partitionings with one another,
GPP with the light that its vegetation can use, and its year with that of sun and temperature. The
usual ranges hold for the 206 towers of FLUXNET2015 with a margin; the few that leave them are
warned of.

What cannot be told: micromol CO2 m-2 s-1 in place of gC m-2 d-1 (a factor of 1.0368) and kgC m-2
a year (0.365), which are within what towers differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np
import pandas as pd

from carbonscape.core.insolation import monthly_insolation
from carbonscape.core.unit_confusions import Mistake, UnitRule, Verdict, settle

#: Months that a tower needs to be judged.
MIN_MONTHS = 6

#: Degrees from the equator beyond which a season can be told, and beyond which plants grow in the
#: light half of the year alone (no Mediterranean winter grows there).
SEASONAL_LATITUDE, DARK_LATITUDE = 30.0, 45.0

#: Amplitude of the mean year of GPP below which it is no season, gC m-2 d-1.
SEASON = 1.5

#: Photosynthetically active part of radiation, and MJ m-2 d-1 of one W m-2.
_PAR = 0.45 * 0.0864

_SOURCE = "fluxnet2015"
_REMEDY = (
    "correct the file, take the tower out (inputs.leave_out_towers), or accept it "
    "(inputs.accept_implausible)"
)
#: Forests, and any vegetation whose FPAR reaches this in a tenth of the months, absorb most light.
_FORESTS = ("ENF", "EBF", "DNF", "DBF", "MF")
_DENSE = 0.6
_UNIT = "gC m-2 d-1"
_UNITS = (
    Mistake("a total of the month", 30.4),
    Mistake("mol m-2 d-1", 1 / 12),
    Mistake("a mean of the days divided by the days of the month", 1 / 30.4),
    Mistake("grams of CO2", 44 / 12),
    Mistake("a value 12 times too large", 12.0),
    Mistake("mg m-2 d-1", 1000.0),
    Mistake("gC m-2 s-1", 1 / 86400),
)
_TURNED = (Mistake("the other sign (GPP and RECO are positive)", -1.0), *_UNITS)


def _rule(
    quantity: str, statistic: str, usual: tuple, possible: tuple, mistakes: tuple = _UNITS
) -> UnitRule:
    return UnitRule(quantity, _UNIT, statistic, usual, possible, mistakes)


_MEANS = {
    "gpp_nt": _rule("GPP_NT", "mean of GPP_NT", (0.0, 25.0), (-0.5, 30.0), _TURNED),
    "gpp_dt": _rule("GPP_DT", "mean of GPP_DT", (0.0, 25.0), (-0.05, 30.0), _TURNED),
    "reco_nt": _rule("RECO_NT", "mean of RECO_NT", (0.0, 25.0), (-0.05, 30.0), _TURNED),
}
_PARTITIONINGS = _rule(
    "GPP_DT and GPP_NT", "90th percentile of GPP_DT over that of GPP_NT", (0.3, 3.0), (0.15, 6.0)
)

_YEARS = _rule(
    "GPP of all years",
    "90th percentile of GPP_NT in one year over that of the tower's median year",
    (-np.inf, 4.0),
    (-np.inf, 7.0),
)


def _light(low: float, lowest: float, where: str) -> UnitRule:
    said = "95th percentile of GPP over the light at the top of the atmosphere, gC MJ-1,"
    return _rule("GPP", f"{said} {where}", (low, 1.7), (lowest, 2.2))


#: By vegetation and climate: nothing is impossible where it is dry or cold.
_LIGHT = {
    "closed": _light(0.17, 0.1, "of a forest or another closed canopy"),
    "open": _light(0.07, -np.inf, "of open vegetation"),
    "scarce": _light(0.015, -np.inf, "of open vegetation in a dry or polar climate"),
}
_ABSORBED = _rule(
    "GPP",
    "sum of GPP over the light at the top of the atmosphere that FPAR absorbs, gC MJ-1,",
    (0.05, 1.8),
    (-np.inf, 2.5),
)


def check_towers(
    archive: pd.DataFrame,
    *,
    sites: pd.DataFrame | None = None,
    predictors: pd.DataFrame | None = None,
    accept: Collection[str] = (),
    warned: bool = True,
) -> None:
    """Judge the fluxes of each tower as a whole.

    A suspicious tower is warned of (``core.findings``), an impossible one is refused.

    Args:
        archive: table that follows TOWER_ARCHIVE, fluxes in gC m-2 d-1.
        sites: site, lat, igbp and climate; without it nothing is judged by light or season.
        predictors: site, year, month and any of FPAR, SSRD [W m-2] and T2M [K].
        accept: sites whose impossible records only warn, or ``fluxnet2015`` for all.
        warned: whether to state what is suspicious; another step may have done so.

    Raises:
        InputError: names the towers whose fluxes are impossible as a whole, and why.
    """
    months = archive
    if sites is not None:
        months = months.merge(sites[["site", "lat", "igbp", "climate"]], on="site")
        months["insolation"] = monthly_insolation(
            months["lat"].to_numpy(float), months["month"].to_numpy()
        )
    if predictors is not None:
        columns = [name for name in ("FPAR", "SSRD", "T2M") if name in predictors]
        key = ["site", "year", "month"]
        months = months.merge(predictors[[*key, *columns]], on=key, how="left")
    verdicts = [
        verdict
        for site, table in months.groupby("site", sort=True)
        for verdict in _verdicts(str(site), table)
    ]
    settle(verdicts, origin="towers", source=_SOURCE, accept=accept, remedy=_REMEDY, warned=warned)


def _verdicts(site: str, months: pd.DataFrame) -> Iterator[Verdict]:
    """Yield what is wrong with the fluxes of one tower."""
    for name, rule in _MEANS.items():
        if months[name].count() >= MIN_MONTHS:
            yield from _judged(rule, site, float(months[name].mean()))
    yield from _judged(_PARTITIONINGS, site, _partitionings(months))
    yield from _judged(_YEARS, site, _largest_year(months))
    balance = _balance(months)
    if balance:
        yield Verdict(site, balance[0], impossible=balance[1])
    if "insolation" not in months or months["gpp_nt"].count() < MIN_MONTHS:
        return
    season = _season(months)
    if season:
        yield Verdict(site, season[0], impossible=season[1])
        if season[1]:
            # Months that are shifted have another light, which says nothing of units.
            return
    yield from _judged(_LIGHT[_canopy(months)], site, _light_use(months))
    if "FPAR" in months:
        yield from _judged(_ABSORBED, site, _absorbed_use(months))


def _canopy(months: pd.DataFrame) -> str:
    """Return the key of ``_LIGHT`` of a tower."""
    dense = "FPAR" in months and float(months["FPAR"].quantile(0.9)) >= _DENSE
    if dense or months["igbp"].iloc[0] in _FORESTS:
        return "closed"
    return "scarce" if months["climate"].iloc[0] in ("arid", "polar") else "open"


def _judged(rule: UnitRule, site: str, value: float) -> Iterator[Verdict]:
    verdict = rule.judge(site, value)
    if verdict is not None:
        yield verdict


def _partitionings(months: pd.DataFrame) -> float:
    """Return the ratio of the large values of both estimates of GPP, NaN for few months."""
    both = months.dropna(subset=["gpp_nt", "gpp_dt"])
    if len(both) < MIN_MONTHS:
        return np.nan
    # Where hardly anything grows, both are noise.
    large = both[["gpp_nt", "gpp_dt"]].abs().quantile(0.9).clip(lower=0.3)
    return float(large["gpp_dt"] / large["gpp_nt"])


def _largest_year(months: pd.DataFrame) -> float:
    """Return the largest year over the median one, NaN for fewer than three years."""
    years = months.groupby("year")["gpp_nt"]
    large = years.quantile(0.9)[years.count() >= MIN_MONTHS]
    # Where hardly anything grows, one wet year is many times the others.
    return float(large.max() / max(large.median(), 1.0)) if len(large) >= 3 else np.nan


def _balance(months: pd.DataFrame) -> tuple[str, bool] | None:
    """Return how NEE differs from RECO - GPP, as a whole, and whether that is impossible."""
    known = months.dropna(subset=["gpp_nt", "reco_nt", "nee"])
    if len(known) < MIN_MONTHS:
        return None
    nee = known["nee"].to_numpy(float)
    reco, gpp = known["reco_nt"].to_numpy(float), known["gpp_nt"].to_numpy(float)

    def off(nee: np.ndarray, expected: np.ndarray) -> float:
        scale = max(float(np.median(np.abs(expected))), 0.1)
        return float(np.median(np.abs(nee - expected))) / scale

    value = off(nee, reco - gpp)
    if value <= 0.6:
        return None
    said = f"NEE differs from RECO_NT - GPP_NT by {100 * value:.0f} percent in half of the months"
    usual: list[tuple[Callable[[float], tuple[np.ndarray, np.ndarray]], str]] = [
        (lambda f: (f * nee, reco - gpp), "NEE"),
        (lambda f: (nee, reco - f * gpp), "GPP_NT"),
        (lambda f: (nee, f * reco - gpp), "RECO_NT"),
    ]
    for mistake in (Mistake("the other sign", -1.0), *_UNITS):
        for form, name in usual:
            if off(*form(1 / mistake.factor)) < 0.3:
                said += f"; expected NEE = RECO - GPP in {_UNIT}, {name} looks like {mistake.name}"
                return said, value > 0.8
    return f"{said}; expected NEE = RECO - GPP in {_UNIT}", value > 0.8


def _light_use(months: pd.DataFrame) -> float:
    """Return the largest GPP over the light at the top of the atmosphere, gC MJ-1."""
    lit = months[months["insolation"] > 100]
    ratio = (lit["gpp_nt"] / (_PAR * lit["insolation"])).dropna()
    return float(ratio.quantile(0.95)) if len(ratio) >= MIN_MONTHS else np.nan


def _absorbed_use(months: pd.DataFrame) -> float:
    """Return the sum of GPP over that of the light that FPAR absorbs, gC MJ-1."""
    known = months.dropna(subset=["gpp_nt", "FPAR"])
    light = float((_PAR * known["insolation"] * known["FPAR"]).sum())
    return float(known["gpp_nt"].sum()) / light if len(known) >= 12 and light > 0 else np.nan


def _season(months: pd.DataFrame) -> tuple[str, bool] | None:
    """Return how the mean year of GPP contradicts sun and temperature, and whether it cannot be."""
    lat = abs(float(months["lat"].iloc[0]))
    known = months.dropna(subset=["gpp_nt"])
    year = known.groupby("month")[["gpp_nt", "insolation"]].mean()
    amplitude = float(year["gpp_nt"].max() - year["gpp_nt"].min()) if len(year) else 0.0
    if lat < SEASONAL_LATITUDE or len(year) < 10 or amplitude < 0.5:
        return None
    drivers = {"the sun": year["insolation"]}
    for column, name in (("SSRD", "radiation"), ("T2M", "temperature")):
        if column in known:
            mean = known.groupby("month")[column].mean()
            if mean.notna().all():
                drivers[name] = mean
    large = f"GPP (amplitude {amplitude:.1f} {_UNIT})"
    warm = drivers.get("temperature")
    peak = int(year["gpp_nt"].idxmax())
    if warm is not None and warm[peak] < 273.15:
        said = f"{large} is largest in month {peak}, at {warm[peak] - 273.15:.0f} degrees Celsius"
        return f"{said}; are its months shifted?", amplitude >= SEASON
    against = {
        name: float(np.corrcoef(year["gpp_nt"], mean)[0, 1]) for name, mean in drivers.items()
    }
    if max(against.values()) < -0.5:
        said = " and ".join(f"{name} ({value:.2f})" for name, value in against.items())
        cannot_be = lat > DARK_LATITUDE and amplitude >= SEASON
        return f"{large} runs against {said}; are its months shifted by half a year?", cannot_be
    return None
