"""What a whole field of ERA5-Land must look like: unit, sign and period, which no value tells.

A confusion of units or of the period of an accumulation moves all values at once, and many land
within what single values may be: rain of a month in place of a day, an hour in place of a day,
evaporation turned. One row of ``RULES`` is one statistic of a field and what it may be; the bounds
hold for any piece of the land, a few grid points or a belt of the globe, in any month. Radiation is
compared with what reaches the top of the atmosphere there and then (``core.insolation``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.era5_land_variables import Step
from carbonscape.core.insolation import daily_insolation, monthly_insolation

#: Values of a field that are looked at, at most: every n-th grid point.
_LOOKED_AT = 40_000
#: Days that make the mean of a file one of a month.
_MONTH = 25
#: W m-2 that evaporate 1 mm a day (latent heat of 2.45 MJ kg-1).
_LATENT = 28.4


@dataclass(frozen=True)
class Look:
    """Every n-th grid point of a slice of ERA5-Land.

    Attributes:
        fields: variable -> (time, point), NaN over the sea, in the units handed on.
        insolation: (time, point) at the top of the atmosphere, W m-2.
        lat, lon: (point,) degrees.
        step: what one value stands for.
        land: number of grid points on land in the slice, before any is left out.
    """

    fields: dict[str, NDArray[np.float64]]
    insolation: NDArray[np.float64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    step: Step
    land: int

    @property
    def long(self) -> bool:
        """Whether the field holds a month, of days or as its mean."""
        return self.step == "month" or len(self.insolation) * _DAYS[self.step] >= _MONTH

    @property
    def belt(self) -> bool:
        """Whether it reaches around much of the globe outside the polar caps."""
        place = self.lon[np.abs(self.lat) < 60]
        return self.land >= 1000 and place.size > 0.5 * self.lon.size and np.ptp(place) >= 180


_DAYS = {"day": 1, "8day": 8, "month": 30}
Measure = Callable[[Look], float | None]


@dataclass(frozen=True)
class Rule:
    """One statistic of a whole field, and what it may be.

    Attributes:
        quantity: the variable that is blamed.
        needs: variables of which it is made.
        statistic: its name, for people.
        low, high: what it may be.
        measure: computes it; None where the field is too small or too dark to tell.
        below, above: what has usually happened where it lies below ``low``, above ``high``.
    """

    quantity: str
    needs: tuple[str, ...]
    statistic: str
    low: float
    high: float
    measure: Measure
    below: str = ""
    above: str = ""


def _clearness(look: Look, *, least: float) -> NDArray[np.float64]:
    """Return radiation over insolation where the latter exceeds ``least``."""
    lit = (look.insolation > least) & np.isfinite(look.fields["ssrd"])
    return look.fields["ssrd"][lit] / look.insolation[lit]


def _median_clearness(look: Look) -> float | None:
    ratio = _clearness(look, least=100)
    return float(np.median(ratio)) if ratio.size else None


def _beyond_insolation(look: Look) -> float | None:
    known = np.isfinite(look.fields["ssrd"])
    if not known.any():
        return None
    return float(np.mean(look.fields["ssrd"][known] > 1.1 * look.insolation[known] + 20))


def _brightest_day(look: Look) -> float | None:
    """Return the clearest day of the least clear sixth of the globe: an hour is not 24 of them."""
    if look.step != "day" or not look.long:
        return None
    found = []
    lit = (look.insolation > 300) & np.isfinite(look.fields["ssrd"])
    ratio = np.where(lit, look.fields["ssrd"] / np.maximum(look.insolation, 1), np.nan)
    sector = np.floor(look.lon / 60)
    for number in np.unique(sector):
        here = ratio[:, sector == number]
        # A lone island may have a month of clouds.
        if (np.isfinite(here).sum(axis=0) >= _MONTH).sum() >= 9:
            found.append(float(np.nanmax(here)))
    return min(found, default=None)


def _darkest_day(look: Look) -> float | None:
    """Return the brightest point of the darkest day: a field of zeros stands for nothing."""
    lit = (look.insolation > 100) & np.isfinite(look.fields["ssrd"])
    days = lit.sum(axis=1) >= 9
    if not days.any():
        return None
    ratio = np.where(lit, look.fields["ssrd"] / np.maximum(look.insolation, 1), 0)
    return float(ratio[days].max(axis=1).min())


def _rain_of_a_piece(look: Look) -> float | None:
    """Return the median over points of the mean over days: lone points have 100 mm a day."""
    if not look.long or look.belt:
        return None
    known = np.isfinite(look.fields["tp"]).any(axis=0)
    means = np.nanmean(look.fields["tp"][:, known], axis=0)
    return float(np.median(means)) if means.size else None


def _mean_rain_of_a_belt(look: Look) -> float | None:
    return _mean(look.fields["tp"]) if look.long and look.belt else None


def _sign_of_evaporation(look: Look) -> float | None:
    values = look.fields["e"][look.insolation > 150]
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size and look.long else None


def _dew_of_winter(look: Look) -> float | None:
    """Return the median in winter: of dew and rime no place has half a millimetre a day."""
    values = look.fields["e"][look.insolation <= 150]
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size and look.long else None


def _evaporation_of_a_belt(look: Look) -> float | None:
    if not (look.long and look.belt):
        return None
    return _mean(look.fields["e"][look.insolation > 200])


def _evaporation_by_the_sun(look: Look) -> float | None:
    """Return evaporation over what all sunlight, and two mm a day of warm air, could evaporate."""
    known = np.isfinite(look.fields["e"])
    if not known.any() or not look.long:
        return None
    most = look.insolation / _LATENT + 2
    return float(np.median(look.fields["e"][known] / most[known]))


def _dewpoint_depression(look: Look) -> float | None:
    difference = look.fields["t2m"] - look.fields["d2m"]
    difference = difference[np.isfinite(difference)]
    return float(np.median(difference)) if difference.size else None


def _dewpoint_difference(look: Look) -> float | None:
    difference = np.abs(look.fields["t2m"] - look.fields["d2m"])
    difference = difference[np.isfinite(difference)]
    return float(difference.max()) if difference.size >= 9 else None


def _wind(look: Look) -> float | None:
    return _mean(np.hypot(look.fields["u10"], look.fields["v10"])) if look.long else None


def _dry_air_where_warm(look: Look) -> float | None:
    warm = look.fields["vpd"][look.fields["t2m"] > 295]
    warm = warm[np.isfinite(warm)]
    return float(np.percentile(warm, 90)) if warm.size >= 20 else None


def _mean(values: NDArray[np.float64]) -> float | None:
    """Return the mean of the values that there are."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else None


_TURNED = "the sign was turned: in the files of ECMWF evaporation is negative, dew positive"
_HOUR = "one hour, or the mean of the hours, in place of the total of the day"

#: The rules, by quantity. Bounds leave room for deserts, cloud forests and polar night.
RULES = (
    Rule(
        "ssrd", ("ssrd",),
        "the median of ssrd over the radiation at the top of the atmosphere", 0.05, 0.95,
        _median_clearness,
        below=f"W m-2 called J m-2 (86,400), MJ called J, or {_HOUR}",
        above="the total of several days or a month, or kJ called J",
    ),
    Rule(
        "ssrd", ("ssrd",),
        "the share of ssrd that exceeds the radiation at the top of the atmosphere", 0, 0.02,
        _beyond_insolation,
        above="the total of several days, another season, or latitudes turned",
    ),
    Rule(
        "ssrd", ("ssrd",),
        "ssrd of the brightest day over the radiation at the top of the atmosphere", 0.4, np.inf,
        _brightest_day,
        below=_HOUR,
    ),
    Rule(
        "ssrd", ("ssrd",),
        "ssrd of the darkest day over the radiation at the top of the atmosphere", 0.003, np.inf,
        _darkest_day,
        below="absent values delivered as 0",
    ),
    Rule(
        "tp", ("tp",), "the mean of tp (mm d-1)", 0, 55, _rain_of_a_piece,
        above="the total of a month in place of the mean per day",
    ),
    Rule(
        "tp", ("tp",), "the mean of tp (mm d-1) over a belt of the globe", 0.1, 15,
        _mean_rain_of_a_belt,
        below=f"{_HOUR}, or a rate per second",
        above="the total of a month in place of the mean per day",
    ),
    Rule(
        "e", ("e",), "the median of e (mm d-1, positive upwards) where the sun shines",
        -0.1, np.inf, _sign_of_evaporation,
        below=_TURNED,
    ),
    Rule(
        "e", ("e",), "the median of e (mm d-1, positive upwards) in winter", -0.5, np.inf,
        _dew_of_winter, below=_TURNED,
    ),
    Rule(
        "e", ("e",), "the mean of e (mm d-1) over a belt of the globe", 0.08, 8,
        _evaporation_of_a_belt,
        below=f"{_HOUR}, or a rate per second",
        above="the total of a month in place of the mean per day",
    ),
    Rule(
        "e", ("e",), "the median of e over what all sunlight could evaporate", -np.inf, 1,
        _evaporation_by_the_sun,
        above="the total of a month in place of the mean per day",
    ),
    Rule(
        "d2m", ("t2m", "d2m"), "the median of t2m - d2m (K)", -0.1, np.inf, _dewpoint_depression,
        below="dewpoint and temperature are exchanged, or one of them is another quantity",
    ),
    Rule(
        "d2m", ("t2m", "d2m"), "the largest difference of t2m and d2m (K)", 1e-6, np.inf,
        _dewpoint_difference,
        below="one variable was written under both names",
    ),
    Rule(
        "u10", ("u10", "v10"), "the mean speed of the wind (m s-1)", 0.1, 20, _wind,
        above="km h-1 or knots called m s-1",
    ),
    Rule(
        "vpd", ("vpd", "t2m"), "the 90th percentile of vpd (hPa) where t2m exceeds 295 K",
        2, np.inf, _dry_air_where_warm,
        below="kPa called hPa",
    ),
)  # fmt: skip


def look(dataset: xr.Dataset, step: Step) -> Look | None:
    """Return every n-th grid point of a loaded slice; None where no variable has a value.

    Args:
        dataset: variables on (time, lat, lon), or (lat, lon) with a scalar ``time``.
        step: what one value stands for.
    """
    times = np.atleast_1d(dataset["time"].values)
    shape = (len(times), dataset.sizes["lat"], dataset.sizes["lon"])
    known = np.zeros(shape[1:], dtype=bool)
    for array in dataset.data_vars.values():
        known |= np.isfinite(array.values.reshape(shape)).any(axis=0)
    rows, columns = np.nonzero(known)
    if not rows.size:
        return None
    # From a fixed seed: even strides may keep to one column of a lattice.
    most = max(_LOOKED_AT // len(times), 50)
    if rows.size > most:
        chosen = np.sort(np.random.default_rng(0).choice(rows.size, most, replace=False))
        rows, columns = rows[chosen], columns[chosen]
    lat, lon = dataset["lat"].values[rows], dataset["lon"].values[columns]
    fields = {
        str(name): array.values.reshape(shape)[:, rows, columns].astype(np.float64)
        for name, array in dataset.data_vars.items()
    }
    return Look(fields, _insolation(times, lat, step), lat, lon, step, int(known.sum()))


def _insolation(times: NDArray, lat: NDArray, step: Step) -> NDArray[np.float64]:
    """Return the insolation of each time at each point, (time, point)."""
    if step == "month":
        months = times.astype("datetime64[M]").astype(int) % 12 + 1
        return monthly_insolation(*np.broadcast_arrays(lat[None, :], months[:, None]))
    days = times.astype("datetime64[D]")
    number = (days - days.astype("datetime64[Y]")).astype(int) + 1
    # The middle of eight days.
    number = number + (3.5 if step == "8day" else 0)
    return daily_insolation(lat[None, :], number[:, None])


def broken(dataset: xr.Dataset, step: Step) -> Iterator[tuple[Rule, float, str]]:
    """Yield the rules that a loaded slice breaks: the rule, the value, what usually happened."""
    seen = look(dataset, step)
    if seen is None:
        return
    for rule in RULES:
        if not set(rule.needs) <= set(seen.fields):
            continue
        value = rule.measure(seen)
        if value is None or rule.low <= value <= rule.high:
            continue
        yield rule, value, rule.below if value < rule.low else rule.above
