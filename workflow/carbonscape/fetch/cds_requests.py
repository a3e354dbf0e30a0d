"""Requests of the Climate and the Atmosphere Data Store: built, cut in parts, and told apart."""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.core.errors import ConfigError
from carbonscape.sources.requests import CdsRequest


@dataclass(frozen=True)
class Order:
    """What is asked of a data store for one file, or for a part of it.

    Attributes:
        dataset: its name there.
        inputs: the request.
        names: short names that the file must hold; empty for any.
        variables: the same variables as the request names them, in the same order.
        times: number of times that the file must hold.
        months: those that the times lie in, as 2015-01.
    """

    dataset: str
    inputs: Mapping[str, Any]
    names: tuple[str, ...]
    variables: tuple[str, ...]
    times: int
    months: tuple[str, ...]

    def key(self, service: str) -> str:
        """Return what tells this order from every other: a hash of service and request."""
        asked = [service, self.dataset, self.inputs]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:24]

    def parts(self) -> list[Order]:
        """Return two orders that together bring the same; none if it cannot be cut.

        A month is cut by days, then by variables; a year by variables, then by months.
        """
        first, second = ("day", "variable") if "day" in self.inputs else ("variable", "month")
        for key in (first, second):
            values = self.inputs.get(key)
            if isinstance(values, list) and len(values) > 1:
                half = (len(values) + 1) // 2
                return [self._part(key, values[:half]), self._part(key, values[half:])]
        return []

    def _part(self, key: str, values: list[str]) -> Order:
        """Return this order with some of the values of a key."""
        inputs = {**self.inputs, key: values}
        names, times, months = self.names, self.times, self.months
        variables = self.variables
        if key == "variable":
            kept = [number for number, name in enumerate(variables) if name in values]
            # Names that are not told one by one cannot be shared out.
            paired = len(names) == len(variables)
            names = tuple(names[number] for number in kept) if paired else ()
            variables = tuple(values)
        else:
            times = times * len(values) // len(self.inputs[key])
        if key == "month":
            months = tuple(f"{inputs['year'][0]}-{month}" for month in values)
        return Order(self.dataset, inputs, names, variables, times, months)


def build_order(
    request: CdsRequest, when: str, area: tuple[float, float, float, float] | None = None
) -> Order:
    """Return the order of a month or a year.

    Args:
        request: the record of the source.
        when: YYYY-MM or YYYY.
        area: north, west, south and east in degrees; the globe if there is none.

    Raises:
        ConfigError: days are wanted of a year: such a file is one of a month.
    """
    year, _, month = when.partition("-")
    if request.days and not month:
        raise ConfigError(
            f"{request.dataset}: found the year '{when}', expected a month such as {when}-01: "
            "days are asked for month by month."
        )
    months = [month] if month else [f"{number:02d}" for number in range(1, 13)]
    inputs = {key: _plain(value) for key, value in request.inputs.items()}
    # Days come of one year; only the files of months and years take a list of years.
    inputs |= {"year": year if request.days else [year], "month": months}
    days = 1
    if request.days:
        days = calendar.monthrange(int(year), int(month))[1]
        inputs["day"] = [f"{day:02d}" for day in range(1, days + 1)]
    if area is not None:
        inputs["area"] = [float(edge) for edge in area]
    variables = inputs.get("variable", [])
    return Order(
        request.dataset,
        inputs,
        tuple(request.names),
        tuple(variables if isinstance(variables, list) else [variables]),
        (request.times or days) * len(months),
        tuple(f"{year}-{number}" for number in months),
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value
