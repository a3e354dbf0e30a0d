"""The scorecard of XCO2: how the run's own value of what the paper reports is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from carbonscape.archives.continents import CONTINENTS
from carbonscape.columns.evaluation.crossval import PUBLISHED
from carbonscape.columns.evaluation.maps import GLOBAL
from carbonscape.columns.evaluation.tccon import OCO
from carbonscape.evaluation.scorecards import NOT_RUN, number
from carbonscape.products.map_name import MapName

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
        totals: XCO2_TOTALS; None without maps.
        annual: annual means by continent, as :mod:`carbonscape.columns.evaluation.maps` writes
            them; None without maps.
    """

    scores: pd.DataFrame
    shown: Mapping[str, str]
    tccon: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    annual: pd.DataFrame | None = None

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

    def pooled(self, product: str, column: str) -> float | None:
        """Return a score against all months of TCCON, or None if there is none."""
        if self.tccon is None:
            return None
        rows = self.tccon[(self.tccon["product"] == product) & (self.tccon["subset"] == "all")]
        return float(rows[column].iloc[0]) if len(rows) else None

    def of_sites(self, column: str) -> pd.Series:
        """Return a score of the shown product at every TCCON site that has it."""
        if self.sites is None:
            return pd.Series(dtype=float)
        return self.sites.loc[self.sites["product"] == self.product, column].dropna()

    def total(self, name: str) -> float | None:
        """Return a number of the maps, or None if there is none."""
        if self.totals is None:
            return None
        rows = self.totals.loc[self.totals["name"] == name, "value"].dropna()
        return float(rows.iloc[0]) if len(rows) else None


Finder = Callable[[XCO2Results], str]


def _season(column: str, *, highest: bool) -> Finder:
    """Return the function that finds the highest or lowest score of a season."""

    def find(run: XCO2Results) -> str:
        values = run.groups("season")[column].dropna()
        if values.empty:
            return NOT_RUN
        at = values.idxmax() if highest else values.idxmin()
        return f"{values[at]:.2f} ({at})"

    return find


def _worst_season(run: XCO2Results) -> str:
    """Return the season with the highest RMSE, if two at least were scored."""
    values = run.groups("season")["rmse"]
    return str(values.idxmax()) if len(values) > 1 else NOT_RUN


def _continent(name: str) -> Finder:
    """Return the function that finds R2, RMSE, MAE and bias of a continent."""

    def find(run: XCO2Results) -> str:
        table = run.groups("continent")
        if name not in table.index:
            return NOT_RUN
        row = table.loc[name]
        r2 = "none" if pd.isna(row["r2"]) else f"{row['r2']:.2f}"
        return f"{r2}, {row['rmse']:.2f}, {row['mae']:.2f}, {row['bias']:+.3f}"

    return find


def _annual(name: str) -> Finder:
    """Return the function that finds a row of the annual means; other years are named."""

    def find(run: XCO2Results) -> str:
        if run.annual is None:
            return NOT_RUN
        table = run.annual.set_index("continent")
        years = [column for column in table.columns if column != "increase"]
        values = table.loc[name, years]
        if values.isna().any():
            return NOT_RUN
        text = ", ".join(f"{value:.2f}" for value in values)
        if len(years) > 1:
            text += f", {table.loc[name, 'increase']:+.2f}"
        return text if (years[0], years[-1]) == ("2015", "2021") else f"{_span(years)}: {text}"

    return find


def _span(years: list[str]) -> str:
    """Return '2015' or '2015 to 2016'."""
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _near(run: XCO2Results) -> str:
    """Return the share of sites whose mean bias is small."""
    values = run.of_sites("bias")
    if values.empty:
        return NOT_RUN
    near = int((values.abs() <= NEAR).sum())
    return f"{near / len(values):.0%} ({near} of {len(values)})".replace("%", " %")


def _site(column: str, how: str) -> Finder:
    """Return the function that finds the lowest, highest or mean score of the sites."""

    def find(run: XCO2Results) -> str:
        values = run.of_sites(column)
        return NOT_RUN if values.empty else number(float(getattr(values, how)()), digits=2)

    return find


def _pooled(column: str, *, oco: bool = False) -> Finder:
    """Return the function that finds a score against TCCON, of the product or of OCO."""
    digits = 0 if column == "samples" else 2
    return lambda run: number(run.pooled(OCO if oco else run.product, column), digits=digits)


def _total(name: str, *, signed: bool = False) -> Finder:
    """Return the function that finds a number of the maps."""
    return lambda run: number(run.total(name), digits=2, signed=signed)


def _mean(run: XCO2Results) -> str:
    """Return the mean of the map and its spread over cells."""
    mean, spread = run.total("mean"), run.total("spread")
    return NOT_RUN if mean is None or spread is None else f"{mean:.2f} ± {spread:.2f}"


def _lowest_continent(run: XCO2Results) -> str:
    """Return the continent that is lowest in every year, or each year's."""
    if run.annual is None:
        return NOT_RUN
    table = run.annual[run.annual["continent"] != GLOBAL].set_index("continent")
    table = table.drop(columns="increase").dropna(how="all")
    if len(table) < 2:
        return NOT_RUN
    found = {year: str(table[year].idxmin()) for year in table if table[year].notna().any()}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return ", ".join(f"{year} {name}" for year, name in found.items())


def _key(name: str) -> str:
    """Return the part of an id that names a continent."""
    return name.lower().replace(" ", "_")


#: How the run's own value of each reported quantity is found.
XCO2_FINDERS: dict[str, Finder] = {
    "xco2_season_r2": _season("r2", highest=False),
    "xco2_season_rmse": _season("rmse", highest=True),
    "xco2_season_mae": _season("mae", highest=True),
    "xco2_worst_season": _worst_season,
    **{f"xco2_cv_{_key(name)}": _continent(name) for name in CONTINENTS},
    **{f"xco2_tccon_{name}": _pooled(name) for name in ("samples", "r2", "rmse", "mae")},
    **{f"xco2_tccon_oco_{name}": _pooled(name, oco=True) for name in ("samples", "r2")},
    "xco2_tccon_near": _near,
    "xco2_site_r2": _site("r2", "min"),
    "xco2_site_mae": _site("mae", "max"),
    "xco2_series_rmse": _site("rmse", "mean"),
    "xco2_series_mae": _site("mae", "mean"),
    "xco2_mean": _mean,
    "xco2_growth": _total("growth"),
    "xco2_growth_dry_belt": _total("growth_dry_belt"),
    "xco2_southern_minimum": _total("southern_minimum"),
    "xco2_increase": _total("increase"),
    "xco2_last_step": _total("last_step", signed=True),
    "xco2_last_year": _total("last_year"),
    "xco2_lowest_continent": _lowest_continent,
    **{f"xco2_annual_{_key(name)}": _annual(name) for name in (*CONTINENTS, GLOBAL)},
}
