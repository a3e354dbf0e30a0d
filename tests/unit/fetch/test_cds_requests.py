"""Requests of the data stores: of a month, of a year, and cut in parts that bring the same."""

from __future__ import annotations

import itertools

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fetch.cds_requests import Order, build_order
from carbonscape.sources.registry import get_source
from carbonscape.sources.requests import CdsRequest

DAYS = CdsRequest("days", {"variable": ("a", "b"), "time": ("00:00",)}, ("x", "y"), days=True)
YEARS = CdsRequest("years", {"variable": ("a", "b", "c")}, ("x", "y", "z"), times=1)


def fields(order: Order) -> set[tuple[str, ...]]:
    keys = [order.inputs[key] for key in ("variable", "month") if key in order.inputs]
    return set(itertools.product(*keys, order.inputs.get("day", [""])))


def test_a_month_has_all_its_days():
    order = build_order(DAYS, "2016-02", (50.0, 5.0, 45.0, 9.0))
    assert order.inputs["year"] == "2016"
    assert order.inputs["month"] == ["02"]
    assert order.inputs["day"] == [f"{day:02d}" for day in range(1, 30)]
    assert order.inputs["area"] == [50.0, 5.0, 45.0, 9.0]
    assert (order.times, order.months) == (29, ("2016-02",))
    assert "area" not in build_order(DAYS, "2016-02").inputs


def test_a_year_has_all_its_months():
    order = build_order(YEARS, "2015")
    assert order.inputs["year"] == ["2015"]
    assert order.inputs["month"] == [f"{month:02d}" for month in range(1, 13)]
    assert (order.times, len(order.months)) == (12, 12)


def test_days_of_a_year_are_refused():
    with pytest.raises(ConfigError, match="found the year '2015', expected a month such as"):
        build_order(DAYS, "2015")


@pytest.mark.parametrize(
    ("request_", "when", "first"), [(DAYS, "2016-02", "day"), (YEARS, "2015", "variable")]
)
def test_parts_bring_the_same_and_nothing_twice(request_, when, first):
    order = build_order(request_, when)
    halves = order.parts()
    assert {len(half.inputs[first]) for half in halves} != {len(order.inputs[first])}
    waiting, single = [order], []
    while waiting:
        part = waiting.pop()
        waiting += part.parts()
        if not part.parts():
            single.append(part)
    assert all(len(fields(part)) == part.times == len(part.names) == 1 for part in single)
    found = [field for part in single for field in fields(part)]
    assert len(found) == len(set(found))
    assert set(found) == fields(order)
    names = {part.variables[0]: part.names[0] for part in single}
    assert names == dict(zip(order.variables, order.names, strict=True))
    assert {part.months for part in single} <= {(month,) for month in order.months}


def test_the_key_tells_every_request_from_every_other():
    order = build_order(DAYS, "2016-02")
    others = [
        build_order(DAYS, "2016-03"),
        build_order(DAYS, "2016-02", (1.0, 0.0, 0.0, 1.0)),
        *order.parts(),
    ]
    keys = {one.key("cds") for one in (order, *others)} | {order.key("ads")}
    assert len(keys) == 6
    assert build_order(DAYS, "2016-02").key("cds") == order.key("cds")


def test_names_of_the_registry_stand_in_the_order_of_its_variables():
    short = {
        "2m_temperature": "t2m",
        "2m_dewpoint_temperature": "d2m",
        "total_precipitation": "tp",
        "total_evaporation": "e",
        "surface_solar_radiation_downwards": "ssrd",
        "surface_pressure": "sp",
        "10m_u_component_of_wind": "u10",
        "10m_v_component_of_wind": "v10",
    }
    for source in ("era5_land", "era5_land_monthly"):
        for files in get_source(source).files.values():
            variables = files.request.inputs["variable"]
            assert files.request.names == tuple(short[name] for name in variables)
