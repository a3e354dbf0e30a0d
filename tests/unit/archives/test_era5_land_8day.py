"""ERA5-Land as means of eight days on cells: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.era5_land_8day import STARTS, VARIABLES, open_eight_days
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fetch.earth_engine.recipes import RECIPES
from helpers import gridded

GRID = Grid(90.0)
#: Two cells are land.
LAND = [(0, 1), (1, 3)]
VALUES = {"t2m": 280.0, "vpd": 8.0, "ssrd": 90.0, "tp": 2.0, "e": 0.5}


def fields(**changes: float) -> dict[str, np.ndarray]:
    """Return a year of weather, which rises by a thousandth each step and differs in two cells."""
    found = {}
    for name, value in (VALUES | changes).items():
        found[name] = np.full((46, 2, 4), np.nan)
        for factor, (row, col) in zip((1.0, 1.01), LAND, strict=True):
            found[name][:, row, col] = value * factor * (1 + np.arange(46) / 1000)
    return found


def write(folder: Path, **changes: Any) -> str:
    arguments = {"lat": GRID.lat, "lon": GRID.lon, "fields": fields()} | changes
    return gridded.write_eight_days(folder / "era5_land_8day_2015.nc", 2015, **arguments)


def refusal(path: str, grid: Grid = GRID, year: int = 2015) -> str:
    with (
        pytest.raises(InputError) as refused,
        open_eight_days(path, year=year, grid=grid) as steps,
    ):
        steps.values(slice(None))
    return str(refused.value)


def test_the_fetch_step_writes_what_is_read() -> None:
    fetched = {field.name: field for field in RECIPES["era5_land_8day"].fields}
    assert [*fetched] == [*(variable.name for variable in VARIABLES), "good_share", "images"]
    for variable in VARIABLES:
        field = fetched[variable.name]
        assert field.attributes["units"] == variable.units
        assert (field.dtype, field.fill) == ("float32", -9999)
        assert variable.units in variable.file_units


def test_values_of_land_and_nothing_of_the_sea(tmp_path: Path) -> None:
    with open_eight_days(write(tmp_path), year=2015, grid=GRID) as steps:
        found = steps.values(slice(None))
        south = steps.values(slice(1, 2))
    assert found["time"].values[[0, 1, 45]].astype("M8[D]").astype(str).tolist() == [
        "2015-01-01", "2015-01-09", "2015-12-27"
    ]  # fmt: skip
    for name, values in fields().items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name], values, rtol=1e-6)
    assert int(np.isnan(found["t2m"]).sum()) == 46 * 6
    assert south.equals(found.isel(lat=slice(1, 2)))


def test_axes_that_run_the_other_way_are_turned(tmp_path: Path) -> None:
    turned = {name: values[:, ::-1, :] for name, values in fields().items()}
    path = write(tmp_path, lat=GRID.lat[::-1], fields=turned)
    with open_eight_days(path, year=2015, grid=GRID) as steps:
        np.testing.assert_allclose(steps.values(slice(None))["vpd"], fields()["vpd"], rtol=1e-6)


@pytest.mark.parametrize(
    ("without", "number", "first"),
    [((45,), 1, "2015-12-27"), ((0, 7), 2, "2015-01-01"), ((30,), 1, "2015-08-29")],
)
def test_a_missing_step_is_named(
    tmp_path: Path, without: tuple[int, ...], number: int, first: str
) -> None:
    path = write(tmp_path, without=without)
    said = refusal(path)
    assert said.startswith(f"{path}: {number} of the 46 steps of 2015 are missing: {first}")
    assert "fetch it again" in said
    assert "name era5_land_8day in the config key 'inputs.accept_incomplete'" in said


def test_the_key_leaves_absent_steps_without_value(tmp_path: Path) -> None:
    path = write(tmp_path, without=(20, 21))
    with (
        findings.collected() as found,
        open_eight_days(path, year=2015, grid=GRID, accept=True) as steps,
    ):
        values = steps.values(slice(None))["t2m"].values
    assert [(entry.outcome, entry.source) for entry in found] == [("incomplete", "era5_land_8day")]
    assert "2015-06-10, 2015-06-18" in found[0].reason
    assert values.shape == (46, 2, 4)
    absent = np.isnan(values).all(axis=(1, 2))
    assert absent.nonzero()[0].tolist() == [20, 21]


def test_a_unit_that_is_not_stated_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        file["vpd"].delncattr("units")
    assert "vpd states no unit, expected 'hPa' as the fetch step writes it" in refusal(path)


def test_units_that_only_the_whole_tells(tmp_path: Path) -> None:
    """Evaporation turned, and light in MJ m-2."""
    assert "the sign was turned" in refusal(write(tmp_path, fields=fields(e=-2.0)))
    assert "MJ called J" in refusal(write(tmp_path, fields=fields(ssrd=9.0)))


def test_other_days_and_years_are_refused(tmp_path: Path) -> None:
    assert "start on day 1, 9, ... 361" in refusal(write(tmp_path, shift=1))
    assert "expected the year 2016 alone" in refusal(write(tmp_path), year=2016)
    assert len(STARTS) == 46


def test_another_grid_is_refused(tmp_path: Path) -> None:
    said = refusal(write(tmp_path), grid=Grid(45.0))
    assert "lat has 2 values from 45 to -45, expected 4 cell centres" in said


@pytest.mark.parametrize("name", [*VALUES, "good_share", "images"])
def test_an_absent_variable_is_named(tmp_path: Path, name: str) -> None:
    path = write(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable(name, "other")
    assert f"no variable {name}; found " in refusal(path)


@pytest.mark.parametrize(
    ("name", "unit"), [("t2m", "degC"), ("vpd", "Pa"), ("ssrd", "J m-2"), ("tp", "m"), ("e", "m")]
)
def test_another_unit_is_refused(tmp_path: Path, name: str, unit: str) -> None:
    usual = gridded.EIGHT_DAYS[name]
    said = refusal(write(tmp_path, units={name: unit}))
    assert f"{name} is in '{unit}', expected '{usual}'" in said


@pytest.mark.parametrize(
    ("name", "value"), [("t2m", 15.0), ("vpd", 1461.0), ("ssrd", 17e6), ("tp", -1.0), ("e", -60.0)]
)
def test_an_impossible_value_is_refused(tmp_path: Path, name: str, value: float) -> None:
    said = refusal(write(tmp_path, fields=fields(**{name: value})))
    assert f"{name} is {value:g} {gridded.EIGHT_DAYS[name]} at " in said
    assert "outside the possible" in said


def test_values_without_days_and_days_without_values_are_refused(tmp_path: Path) -> None:
    assert "a value, but no image behind it" in refusal(write(tmp_path, images=0))
    made = fields()
    made["vpd"][5, 0, 1] = np.nan
    said = refusal(write(tmp_path, fields=made))
    assert "vpd has images, but no value in 1 of 368 cells" in said


def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = Path(write(tmp_path))
    path.write_bytes(path.read_bytes()[:3000])
    assert "damaged or cut short" in refusal(str(path))
