"""The variables of ERA5-Land: their units in a file and in the result, and what is possible.

Bounds are wide: the records of the globe and a margin (Krause and Flood 1997; WMO archive of
weather and climate extremes), for the mean of a day and, narrower, for that of a month. They tell
a wrong unit by a single value; what single values do not tell is in ``era5_land_rules``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What one value stands for.
Step = Literal["day", "8day", "month"]


@dataclass(frozen=True)
class Variable:
    """One variable: units of the file and of the result, and what values are possible.

    Attributes:
        name: short name of ECMWF, kept in the result.
        long_name: what it is.
        file_units: spellings accepted in a file, the usual one first.
        units: unit of the result.
        low, high: possible range of the result for the mean of a day.
        factor: result = value of the file times factor.
        zero_above: values from here up to zero are packing noise and become zero.
        month: possible range for the mean of a month; by default that of a day.
    """

    name: str
    long_name: str
    file_units: tuple[str, ...]
    units: str
    low: float
    high: float
    factor: float = 1.0
    zero_above: float = 0.0
    month: tuple[float, float] | None = None

    def bounds(self, step: Step) -> tuple[float, float]:
        """Return what is possible for the mean of a step."""
        if step == "month" and self.month is not None:
            return self.month
        return self.low, self.high


_METRES = ("m", "m of water equivalent", "m of water", "metre", "metres", "meters")
_SPEED = ("m s**-1", "m/s", "meter second-1")
_KELVIN = ("K", "kelvin")
_JOULES = ("J m**-2", "J/m2", "joule m-2")

#: Means of a day (or month) at its own date.
STATE = (
    Variable("t2m", "2 m temperature", _KELVIN, "K", 170, 335, month=(180, 320)),
    Variable("d2m", "2 m dewpoint temperature", _KELVIN, "K", 130, 315, month=(150, 308)),
    Variable(
        "sp", "surface pressure", ("Pa", "pascal"), "Pa", 30_000, 112_000, month=(35_000, 109_000)
    ),
    Variable("u10", "10 m eastward wind", _SPEED, "m s-1", -80, 80, month=(-40, 40)),
    Variable("v10", "10 m northward wind", _SPEED, "m s-1", -80, 80, month=(-40, 40)),
)

#: Totals of a day. Evaporation is negative in the file, positive upwards in the result.
ACCUMULATIONS = (
    Variable("tp", "total precipitation", _METRES, "mm d-1", 0, 2000, 1000.0, -0.1, (0, 400)),
    Variable(
        "e", "evaporation, positive upwards", _METRES, "mm d-1", -10, 30, -1000.0, 0.0, (-3, 15)
    ),
    Variable(
        "ssrd",
        "surface solar radiation downwards",
        _JOULES,
        "W m-2",
        0,
        600,
        1 / 86_400,
        -0.1,
        (0, 500),
    ),
)
