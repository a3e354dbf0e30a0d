"""Site series: a small predictor table on the step axis, and its file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.features.series import build_site_series, read_series, write_site_series

UNITS = {"LAI": "m2 m-2", "T2M": "degC", "VPD": "hPa"}
SITES = pd.DataFrame({"site": ["BB-Two", "AA-One", "CC-None"], "igbp": ["WAT", "ENF", "CRO"]})
N = np.nan


def predictors() -> pd.DataFrame:
    """AA-One in 2001 and 2003 (LAI = month), BB-Two in March 2002, and a site without a tower."""
    rows = [("AA-One", year, month, float(month), year / 1000) for year in (2001, 2003)
            for month in range(1, 13)]  # fmt: skip
    rows += [("BB-Two", 2002, 3, 7.0, N), ("ZZ-Alien", 1990, 1, 99.0, 99.0)]
    return pd.DataFrame(rows, columns=["site", "year", "month", "LAI", "T2M"])


def build(table=None, *, variables=("T2M", "LAI"), gap=0, climatology=False):
    return build_site_series(
        predictors() if table is None else table,
        SITES,
        variables=variables,
        units=UNITS,
        calendar=MONTHLY,
        max_gap_steps=gap,
        climatology=climatology,
        lowest=False,
    )


def test_every_value_lands_on_its_site_step_and_variable():
    series = build()
    values = series["series"]
    assert values.dims == ("site", "step", "variable")
    assert values.shape == (3, 36, 2)  # 2001 to 2003: years of sites without a tower do not count
    assert series["site"].values.tolist() == ["BB-Two", "AA-One", "CC-None"]
    assert series["variable"].values.tolist() == ["T2M", "LAI"]
    np.testing.assert_array_equal(values[1, :, 1], [*range(1, 13), *([N] * 12), *range(1, 13)])
    np.testing.assert_allclose(values[1, [0, 35], 0], [2.001, 2.003])
    assert values[0, 14, 1] == 7  # March 2002
    assert np.isfinite(values[0]).sum() == 1
    assert np.isfinite(values[2]).sum() == 0


def test_rows_may_come_in_any_order():
    table = predictors().sample(frac=1, random_state=1)
    assert build(table).identical(build())


def test_steps_carry_their_year_and_their_place_in_it():
    series = build()
    assert series["year"].values[[0, 11, 12, 35]].tolist() == [2001, 2001, 2002, 2003]
    assert series["step_of_year"].values[[0, 11, 12, 35]].tolist() == [0, 11, 0, 11]


def test_without_a_gap_rule_missing_stays_missing():
    series = build()
    np.testing.assert_array_equal(series["series_filled"], series["series"])
    np.testing.assert_array_equal(series["fill_code"] == 3, np.isnan(series["series"]))
    assert set(np.unique(series["fill_code"])) == {0, 3}


def test_the_gap_rule_works_within_one_site_and_keeps_what_was_observed():
    series = build(gap=12, climatology=False)
    filled = series["series_filled"].values
    # From December 2001 (12) to January 2003 (1) over thirteen steps.
    np.testing.assert_allclose(filled[1, 12:24, 1], 12 - 11 * np.arange(1, 13) / 13)
    assert (series["fill_code"].values[1, 12:24, 1] == 1).all()
    assert np.isnan(series["series"][1, 12:24, 1]).all()
    assert np.isnan(filled[2]).all()  # no value leaks in from the neighbour
    np.testing.assert_allclose(build(climatology=True)["series_filled"][1, 12:24, 1], range(1, 13))


def test_land_cover_is_one_hot_in_the_order_of_the_sites():
    series = build()
    assert series["pft_igbp"].values.argmax(axis=1).tolist() == [16, 0, 11]
    assert series["igbp_class"].values[[0, 11, 16]].tolist() == ["ENF", "CRO", "WAT"]


def test_units_are_written_beside_the_numbers():
    assert build()["series"].attrs["units"] == "T2M: degC; LAI: m2 m-2"
    assert build()["series_filled"].attrs["units"] == "T2M: degC; LAI: m2 m-2"


def test_a_variable_that_the_table_lacks_is_refused():
    with pytest.raises(ConfigError, match="has no VPD; it offers LAI, T2M"):
        build(variables=("LAI", "VPD"))


def test_a_table_without_any_tower_site_is_refused():
    table = predictors()
    with pytest.raises(InputError, match="none of the tower sites"):
        build(table[table["site"] == "ZZ-Alien"])


def test_a_file_gives_back_what_was_written(tmp_path):
    series = build(gap=12, climatology=True)
    write_site_series(series, tmp_path / "series.nc")
    again = read_series(tmp_path / "series.nc")
    assert again.equals(series)
    assert again["series"].attrs == series["series"].attrs
    assert [path.name for path in tmp_path.iterdir()] == ["series.nc"]


def test_an_absent_or_damaged_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="absent.nc: cannot be read as netCDF"):
        read_series(tmp_path / "absent.nc")
    write_site_series(build(), tmp_path / "cut.nc")
    content = (tmp_path / "cut.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="cut.nc: cannot be read as netCDF .* delete it"):
        read_series(tmp_path / "cut.nc")
