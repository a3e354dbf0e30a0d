"""The scorecard of XCO2: how the run's own value of what the paper reports is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from carbonscape.archives.continents import CONTINENTS
from carbonscape.columns.evaluation.crossval import PUBLISHED
from carbonscape.columns.evaluation.map_claims import (
    MAP_CLAIMS,
    PAPER_YEARS,
    of_paper_years,
)
from carbonscape.columns.evaluation.maps import GLOBAL
from carbonscape.columns.evaluation.tccon import OCO
from carbonscape.columns.evaluation.verdicts import (
    NOTHING,
    REACH_GROWTH,
    REACH_MAP,
    REACH_PPM,
    REACH_R2,
    Interval,
    SiteDraws,
    beyond,
    count_of,
    near_reported,
    numbers_near,
)
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNTESTABLE, Outcome, build_scorecard
from carbonscape.products.map_name import MapName
from carbonscape.products.product import Product

#: The time input of the published network, which nothing tells the year.
PAPER_TIME = "none"

#: How the ids of quantities begin that no model has a part in.
_OF_OCO = "xco2_tccon_oco_"

#: A site is near TCCON if its mean bias is within this, ppm.
NEAR = 0.4


@dataclass(frozen=True)
class XCO2Results:
    """What the scorecard of XCO2 is computed from.

    Attributes:
        scores: XCO2_SCORES.
        shown: time_input and model of the figures.
        tccon: XCO2_TCCON_SCORES; None without maps.
        sites: XCO2_TCCON_SITES; None without maps.
        totals: XCO2_TOTALS, with the rows of figures 12 to 14; None without maps.
        annual: annual means by continent, as :mod:`carbonscape.columns.evaluation.maps` writes
            them; None without maps.
        draws: pairs with TCCON, from which intervals over sites are drawn; None without maps.
        reported: what the paper reports, by id.
    """

    scores: pd.DataFrame
    shown: Mapping[str, str]
    tccon: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    annual: pd.DataFrame | None = None
    draws: SiteDraws | None = None
    reported: Mapping[str, str] = field(default_factory=dict)

    @property
    def product(self) -> str:
        """Name of the product shown."""
        return MapName(self.shown["model"], self.shown["time_input"]).name

    def setting(self, name: str) -> str:
        """Return the model and time input behind a quantity, "" for the soundings' own."""
        if name.startswith(_OF_OCO):
            return ""
        return f"{self.shown['model']}, time input {self.shown['time_input']}"

    def groups(self, scope: str) -> pd.DataFrame:
        """Return the scores of the published cross-validation of the shown setting, by group."""
        table = self.scores
        chosen = (table["scheme"] == PUBLISHED) & (table["scope"] == scope)
        for name in ("model", "time_input"):
            chosen &= table[name] == self.shown[name]
        return table[chosen].set_index("group")

    def pooled(self, product: str, column: str) -> Interval | None:
        """Return a score against all months of TCCON, or None if there is none."""
        if self.tccon is None:
            return None
        rows = self.tccon[(self.tccon["product"] == product) & (self.tccon["subset"] == "all")]
        if rows.empty or pd.isna(rows[column].iloc[0]):
            return None
        value = float(rows[column].iloc[0])
        found = self.draws.score(product, column) if self.draws and column != "samples" else None
        return replace(found, value=value) if found else Interval(value)

    def of_sites(self, column: str) -> pd.Series:
        """Return a score of the shown product at every TCCON site that has it."""
        if self.sites is None:
            return pd.Series(dtype=float)
        return self.sites.loc[self.sites["product"] == self.product, column].dropna()

    def total(self, name: str) -> Interval | None:
        """Return a number of the maps, or None if there is none."""
        if self.totals is None:
            return None
        rows = self.totals[self.totals["name"] == name].dropna(subset=["value"])
        if rows.empty:
            return None
        row = rows.iloc[0]
        return Interval(float(row["value"]), float(row["low"]), float(row["high"]))

    @property
    def years(self) -> tuple[str, ...]:
        """Years of the maps."""
        if self.annual is None:
            return ()
        return tuple(name for name in self.annual.columns if name not in ("continent", "increase"))

    def numbers(self, name: str) -> list[float]:
        """Return the numbers of a list that the paper reports; empty without it."""
        return [float(text) for text in re.findall(r"[-+]?\d+\.\d+", self.reported.get(name, ""))]


Finder = Callable[[XCO2Results], Outcome]


def _season(column: str, limit: float, *, highest: bool) -> Finder:
    """Return the function that finds the highest or lowest score of a season."""

    def find(run: XCO2Results) -> Outcome:
        values = run.groups("season")[column].dropna()
        if values.empty:
            return NOTHING
        at = values.idxmax() if highest else values.idxmin()
        found = Interval(float(values[at]))
        said = found.less(limit).text(digits=2, signed=True)
        return Outcome(f"{values[at]:.2f} ({at})", said, beyond(found, limit, above=not highest))

    return find


def _worst_season(run: XCO2Results) -> Outcome:
    """Return the season with the highest RMSE, and how far winter is ahead of the others."""
    values = run.groups("season")["rmse"]
    if len(values) < 2 or "DJF" not in values:
        return NOTHING
    gap = Interval(float(values["DJF"] - values.drop("DJF").max()))
    said = gap.text(digits=2, signed=True)
    return Outcome(str(values.idxmax()), said, beyond(gap, 0.0, above=True))


def _continent(name: str) -> Finder:
    """Return the function that finds R2, RMSE, MAE and bias of a continent."""

    def find(run: XCO2Results) -> Outcome:
        table = run.groups("continent")
        if name not in table.index:
            return NOTHING
        row = table.loc[name]
        r2 = "none" if pd.isna(row["r2"]) else f"{row['r2']:.2f}"
        text = f"{r2}, {row['rmse']:.2f}, {row['mae']:.2f}, {row['bias']:+.3f}"
        reported = run.numbers(f"xco2_cv_{_key(name)}")
        if len(reported) != 4:
            return Outcome(text, verdict=UNTESTABLE)
        found = [float(row[column]) for column in ("r2", "rmse", "mae", "bias")]
        return numbers_near(text, found, reported, [REACH_R2, *[REACH_PPM] * 3], "+.2f")

    return find


def _annual(name: str) -> Finder:
    """Return the function that finds a row of the annual means; other years are named."""

    def find(run: XCO2Results) -> Outcome:
        if run.annual is None:
            return NOTHING
        table, years = run.annual.set_index("continent"), list(run.years)
        values = table.loc[name, years]
        if values.isna().any():
            return NOTHING
        text = ", ".join(f"{value:.2f}" for value in values)
        found = [float(value) for value in values]
        if len(years) > 1:
            found.append(float(table.loc[name, "increase"]))
            text += f", {found[-1]:+.2f}"
        reported = run.numbers(f"xco2_annual_{_key(name)}")
        if run.years != PAPER_YEARS:
            return Outcome(f"{_span(years)}: {text}", verdict=UNTESTABLE)
        if len(reported) != len(found):
            return Outcome(text, verdict=UNTESTABLE)
        return numbers_near(text, found, reported, [REACH_MAP] * len(found), "+.2f")

    return find


def _span(years: list[str]) -> str:
    """Return '2015' or '2015 to 2016'."""
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _near(run: XCO2Results) -> Outcome:
    """Return the share of sites whose mean bias is small; the paper's is above 68 %."""
    values = run.of_sites("bias")
    if values.empty:
        return NOTHING
    inside = (values.abs() <= NEAR).astype(float)
    near = int(inside.sum())
    text = f"{near / len(values):.0%} ({near} of {len(values)})".replace("%", " %")
    share = run.draws.mean(100 * inside) if run.draws else Interval(100 * near / len(values))
    said = share.less(68.0).text(digits=0, signed=True) + " percentage points"
    return Outcome(text, said, beyond(share, 68.0, above=True))


def _every_site(column: str, limit: float, *, above: bool) -> Finder:
    """Return the function that finds the worst score of the sites, and how many meet a limit."""

    def find(run: XCO2Results) -> Outcome:
        values = run.of_sites(column)
        if values.empty:
            return NOTHING
        worst = float(values.min() if above else values.max())
        met = int((values > limit).sum() if above else (values < limit).sum())
        gap = f"{worst - limit:+.2f}; met at {met} of {len(values)} sites"
        return Outcome(f"{worst:.2f}", gap, beyond(Interval(worst), limit, above=above))

    return find


def _series(column: str, reported: float) -> Finder:
    """Return the function that finds the mean score of the sites."""

    def find(run: XCO2Results) -> Outcome:
        values = run.of_sites(column)
        if values.empty:
            return NOTHING
        found = run.draws.mean(values) if run.draws else Interval(float(values.mean()))
        return near_reported(found, reported, reported, reach=REACH_PPM)

    return find


def _pooled(column: str, low: float, high: float, *, oco: bool = False) -> Finder:
    """Return the function that finds a score against TCCON, of the product or of OCO."""

    def find(run: XCO2Results) -> Outcome:
        found = run.pooled(OCO if oco else run.product, column)
        if found is None:
            return NOTHING
        if column == "samples":
            return count_of(int(found.value), int(low))
        return near_reported(found, low, high, reach=REACH_R2 if column == "r2" else REACH_PPM)

    return find


def _total(name: str, reported: float, *, reach: float = REACH_MAP) -> Finder:
    """Return the function that finds a number of the maps."""

    def find(run: XCO2Results) -> Outcome:
        found = run.total(name)
        return near_reported(found, reported, reported, reach=reach) if found else NOTHING

    return of_paper_years(find)


def _dry_belt(run: XCO2Results) -> Outcome:
    """Return the growth in the Middle East and North Africa, which the paper has above 2.5."""
    found = run.total("growth_dry_belt")
    if found is None:
        return NOTHING
    said = found.less(2.5).text(digits=2, signed=True)
    return Outcome(found.text(digits=2), said, beyond(found, 2.5, above=True))


def _last_step(run: XCO2Results) -> Outcome:
    """Return the increase in the last year, which the paper says is up to 3 ppm."""
    found = run.total("last_step")
    if found is None:
        return NOTHING
    outcome = near_reported(found, 3.0, 3.0, reach=REACH_MAP)
    return replace(outcome, run=found.text(digits=2, signed=True))


def _mean(run: XCO2Results) -> Outcome:
    """Return the mean of the map and its spread over cells."""
    mean, spread = run.total("mean"), run.total("spread")
    if mean is None or spread is None:
        return NOTHING
    text = f"{mean.value:.2f} ± {spread.value:.2f}"
    return numbers_near(
        text, [mean.value, spread.value], [406.90, 0.80], [REACH_MAP, REACH_MAP], "+.2f"
    )


def _lowest_continent(run: XCO2Results) -> Outcome:
    """Return the continent that is lowest in every year, or each year's."""
    if run.annual is None:
        return NOTHING
    table = run.annual[run.annual["continent"] != GLOBAL].set_index("continent")
    table = table.drop(columns="increase").dropna(how="all")
    if len(table) < 2:
        return NOTHING
    found = {year: str(table[year].idxmin()) for year in table if table[year].notna().any()}
    met = sum(name == "Oceania" for name in found.values())
    said = f"met in {met} of {len(found)} years"
    verdict = HOLDS if met == len(found) else FAILS
    if len(set(found.values())) == 1:
        return Outcome(next(iter(found.values())), said, verdict)
    return Outcome(", ".join(f"{year} {name}" for year, name in found.items()), said, verdict)


def _key(name: str) -> str:
    """Return the part of an id that names a continent."""
    return name.lower().replace(" ", "_")


#: Finders of scores, which a run has of every setting that it validates or maps.
_SCORES: dict[str, Finder] = {
    "xco2_season_r2": _season("r2", 0.81, highest=False),
    "xco2_season_rmse": _season("rmse", 1.09, highest=True),
    "xco2_season_mae": _season("mae", 0.73, highest=True),
    "xco2_worst_season": _worst_season,
    **{f"xco2_cv_{_key(name)}": _continent(name) for name in CONTINENTS},
    "xco2_tccon_samples": _pooled("samples", 1432, 1432),
    "xco2_tccon_r2": _pooled("r2", 0.91, 0.92),
    "xco2_tccon_rmse": _pooled("rmse", 1.54, 1.58),
    "xco2_tccon_mae": _pooled("mae", 1.22, 1.22),
    "xco2_tccon_oco_samples": _pooled("samples", 578, 578, oco=True),
    "xco2_tccon_oco_r2": _pooled("r2", 0.91, 0.92, oco=True),
    "xco2_tccon_near": _near,
    "xco2_site_r2": _every_site("r2", 0.88, above=True),
    "xco2_site_mae": _every_site("mae", 1.46, above=False),
    "xco2_series_rmse": _series("rmse", 1.47),
    "xco2_series_mae": _series("mae", 1.07),
}

#: How the run's own value of each reported quantity is found.
XCO2_FINDERS: dict[str, Finder] = {
    **_SCORES,
    "xco2_mean": of_paper_years(_mean),
    "xco2_growth": _total("growth", 2.32, reach=REACH_GROWTH),
    "xco2_growth_dry_belt": of_paper_years(_dry_belt),
    "xco2_southern_minimum": _total("southern_minimum", 404.02),
    "xco2_increase": _total("increase", 14.16),
    "xco2_last_step": of_paper_years(_last_step),
    "xco2_last_year": _total("last_year", 414.00),
    "xco2_lowest_continent": of_paper_years(_lowest_continent),
    **{f"xco2_annual_{_key(name)}": _annual(name) for name in (*CONTINENTS, GLOBAL)},
    **MAP_CLAIMS,
}


def xco2_scorecard(
    reported: pd.DataFrame, run: XCO2Results, product: Product, *, simulated: bool
) -> pd.DataFrame:
    """Put the run's own value beside every reported one of the XCO2 paper (SCORECARD).

    If the figures show another time input than the published one, the scores of the published
    setting, of the model shown, come first as rows of their own; the id of such a row ends in
    ``_published``. Scores that the run lacks for it have no such row. Maps are averaged of the
    setting shown alone.

    Args:
        reported: table of REPORTED.
        run, product, simulated: as ``build_scorecard`` takes them.

    Raises:
        ResultError: nothing computes one of the reported quantities.
    """
    run = replace(run, reported=dict(zip(reported["id"], reported["reported"], strict=True)))
    shown = build_scorecard(reported, run, XCO2_FINDERS, product, simulated=simulated)
    if run.shown["time_input"] == PAPER_TIME:
        return shown
    published = replace(run, shown={**run.shown, "time_input": PAPER_TIME})
    own = reported["id"].isin(_SCORES) & ~reported["id"].str.startswith(_OF_OCO)
    first = build_scorecard(reported[own], published, XCO2_FINDERS, product, simulated=simulated)
    first = first[first["run"] != NOTHING.run]
    first = first.assign(id=first["id"] + "_published")
    return pd.concat([first, shown], ignore_index=True)
