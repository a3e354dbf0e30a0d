"""Broken predictions and broken products of XCO2, each with its sentence."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.columns.evaluation.checks import check_predictions, read_sample_table
from carbonscape.columns.evaluation.map_checks import check_product
from carbonscape.core.errors import ResultError
from carbonscape.core.months import months_between
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid
from helpers.xco2_maps_made import CELL, SHAPE, flat, on_grid, write_product

XCO2 = get_product("xco2")

# --- predictions -------------------------------------------------------------------------------

#: row, col, lat, lon, year, month, instrument, observed: one degree of longitude is 111 km here.
SAMPLES = pd.DataFrame(
    [
        (90, 180, 0.0, 0.0, 2015, 1, "oco2", 400.0),
        (90, 181, 0.0, 1.0, 2015, 2, "oco2", 401.0),
        (90, 190, 0.0, 10.0, 2016, 1, "oco2", 404.0),
        (90, 190, 0.0, 10.0, 2020, 1, "oco3", 412.0),
    ],
    columns=["row", "col", "lat", "lon", "year", "month", "instrument", "observed"],
).assign(sample=range(4))
FOLD = np.array([0, 1, 1, 0])
FREE = np.zeros((2, 4), dtype=bool)


def predicted(fold=FOLD, **changes) -> pd.DataFrame:
    """Good predictions of all samples that are held out."""
    table = SAMPLES.assign(fold=fold, count=3, tropomi="observed", spread=np.nan)
    table["predicted"] = table["observed"] + 0.5
    return table[table["fold"] >= 0].drop(columns=["row", "col"]).assign(**changes)


def check(table: pd.DataFrame, *, fold=FOLD, excluded=FREE, samples=SAMPLES, scheme="sample",
          **options) -> None:  # fmt: skip
    check_predictions(table, samples, (fold, excluded), XCO2, scheme=scheme, origin="p", **options)


def test_good_predictions_pass():
    check(predicted())
    # A sample that is never held out has no prediction.
    kept = np.array([0, -1, 0, 0])
    check(predicted(kept), fold=kept, excluded=FREE[:1])


def test_a_sample_without_or_beyond_its_prediction():
    with pytest.raises(ResultError, match="1 held-out samples have no prediction and 0"):
        check(predicted().iloc[1:])
    with pytest.raises(ResultError, match="0 held-out samples have no prediction and 1"):
        check(predicted(), fold=np.array([0, 1, 1, -1]))


def test_a_sample_of_another_fold_place_month_or_value():
    with pytest.raises(
        ResultError, match="sample 0 was predicted in fold 1 but is held out in fold 0"
    ):
        check(predicted(fold=np.array([1, 1, 1, 0])))
    with pytest.raises(ResultError, match=r"sample 0 was scored against 399\.0 but 400\.0 was"):
        check(predicted(observed=399.0))
    for name, value in (("lat", 2.0), ("month", 7)):
        with pytest.raises(ResultError, match=f"sample 0 has {name}"):
            check(predicted(**{name: value}))
    with pytest.raises(ResultError, match="another instrument"):
        check(predicted(instrument="oco3"))


def test_values_that_are_not_physical():
    with pytest.raises(ResultError, match="349 ppm, outside 350 to 500"):
        check(predicted(predicted=349.0))


def test_no_skill_is_said_and_refused_only_where_it_must_be_there(caplog):
    useless = predicted(predicted=450.0)
    check(useless)
    assert "no better than the mean" in caplog.text
    by_year = np.array([0, 0, 1, 1])
    check(useless.assign(fold=by_year), fold=by_year, scheme="temporal", strict=True)
    with pytest.raises(ResultError, match="no better than the mean"):
        check(useless, strict=True)


def test_a_cell_month_that_is_a_sample_twice_is_a_leak():
    samples = SAMPLES.copy()
    samples.loc[1] = samples.loc[0]
    samples["sample"] = range(4)
    with pytest.raises(ResultError, match="a sample twice in 2015-01"):
        check(predicted(), samples=samples)
    with pytest.raises(ResultError, match="folds for 3 samples"):
        check(predicted(), fold=FOLD[:3])


def test_spatial_folds_keep_their_distance():
    fold = np.array([0, 1, 1, 1])
    with pytest.raises(ResultError, match=r"trains on a sample 111\.2 km from.*200 km"):
        check(predicted(fold), fold=fold, scheme="spatial", buffer_km=200)
    excluded = np.zeros((2, 4), dtype=bool)
    excluded[0, 1] = excluded[1, 0] = True
    with pytest.raises(ResultError, match="fold 1 has no sample to train on"):
        check(predicted(fold), fold=fold, excluded=excluded, scheme="spatial", buffer_km=200)
    fold = np.array([0, 1, 2, 2])
    excluded = np.zeros((3, 4), dtype=bool)
    excluded[0, 1] = excluded[1, 0] = True
    check(predicted(fold), fold=fold, excluded=excluded, scheme="spatial", buffer_km=200)
    # A cell in two folds is a leak without any buffer.
    fold = np.array([0, 1, 2, 1])
    with pytest.raises(ResultError, match=r"0\.0 km"):
        check(predicted(fold), fold=fold, excluded=np.zeros((3, 4), bool), scheme="spatial")


def test_temporal_folds_share_no_year_and_transfer_no_instrument():
    by_year = np.array([0, 0, 1, 1])
    check(predicted(by_year), fold=by_year, scheme="temporal")
    mixed = np.array([0, 1, 1, 1])
    with pytest.raises(ResultError, match="the year 2015 is held out in fold 0"):
        check(predicted(mixed), fold=mixed, scheme="temporal")
    later = np.array([-1, -1, -1, 0])
    check(predicted(later), fold=later, excluded=FREE[:1], scheme="transfer")
    wrong = np.array([-1, -1, 0, 0])
    with pytest.raises(ResultError, match="the instrument oco2"):
        check(predicted(wrong), fold=wrong, excluded=FREE[:1], scheme="transfer")


def test_samples_are_read_with_the_names_of_their_instruments(tmp_path: Path):
    dataset = xr.Dataset(
        {name: ("sample", SAMPLES[name]) for name in ("row", "col", "lat", "lon", "year", "month")}
    )
    dataset["instrument"] = ("sample", np.array([0, 0, 0, 1], dtype="u1"))
    dataset["xco2"] = ("sample", SAMPLES["observed"])
    dataset.to_netcdf(tmp_path / "samples.nc")
    check(predicted(), samples=read_sample_table(tmp_path / "samples.nc", XCO2))


# --- products ----------------------------------------------------------------------------------

MONTHS = months_between("2015-01", "2016-12")


def levels(growth: float = 0.2) -> np.ndarray:
    """XCO2 on the northern half: the land."""
    xco2 = flat(*(400 + growth * np.arange(24)))
    xco2[:, 3:] = np.nan
    return xco2


def land(folder: Path) -> list[str]:
    """Composites whose land is the northern half, but for a corner that is land in 2016 alone."""
    paths = []
    for year in (2015, 2016):
        mask = np.zeros(SHAPE, dtype=np.uint8)
        mask[:3] = 1
        mask[0, 0] = year == 2016
        paths.append(str(folder / f"composites_{year}.nc"))
        grid(CELL)[["lat", "lon"]].assign(land=(("lat", "lon"), mask)).to_netcdf(paths[-1])
    return paths


def tiles(folder: Path, xco2: np.ndarray, *, columns=((0, 5), (5, 12))) -> list[str]:
    """The same values cut into two tiles."""
    paths = []
    for first, last in columns:
        part = on_grid(xco2, MONTHS).isel(lon=slice(first, last))
        paths.append(str(folder / f"r0c{first}.nc"))
        part[["xco2"]].to_netcdf(paths[-1])
    return paths


def checked(folder: Path, xco2: np.ndarray | None = None, *, of_tiles: np.ndarray | None = None,
            strict: bool = True, months=MONTHS, **options) -> list[str]:  # fmt: skip
    xco2 = levels() if xco2 is None else xco2
    paths = write_product(folder / "at_bilstm-none", xco2, MONTHS[0], MONTHS[-1])
    return check_product(
        XCO2,
        {2015: paths[0], 2016: paths[1]},
        tiles=tiles(folder, xco2 if of_tiles is None else of_tiles, **options),
        composites=land(folder),
        months=months,
        strict=strict,
    )


def test_a_good_product_passes(tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    assert checked(tmp_path) == [
        "at_bilstm-none: 100.0% of the land has XCO2 in every month",
        "at_bilstm-none: XCO2 grows by 2.40 ppm yr-1",
    ]
    assert "grows by 2.40" in caplog.text


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ((3, 1, 1), 349.0, r"2015-04.*row 1, column 1 is 349 ppm"),
        ((3, 1, 1), 501.0, "501 ppm, outside 350 to 500"),
        ((15, 4, 2), 400.0, "1 cells off land.*row 4, column 2"),
        ((5,), np.nan, r"2015-06: has no value at all"),
    ],
)
def test_bad_values_are_named(tmp_path: Path, place, value: float, sentence: str):
    xco2 = levels()
    xco2[place] = value
    with pytest.raises(ResultError, match=sentence):
        checked(tmp_path, xco2)


def test_months_must_be_those_of_the_run(tmp_path: Path):
    with pytest.raises(ResultError, match="look at 2017-01"):
        checked(tmp_path, months=[*MONTHS, "2017-01"])
    with pytest.raises(ResultError, match="look at 2016-12"):
        checked(tmp_path, months=MONTHS[:-1])


def test_the_mosaic_is_its_tiles(tmp_path: Path):
    other = levels()
    other[13, 2, 7] += 0.001
    with pytest.raises(ResultError, match=r"xco2_2016\.nc: its values differ from those of.*r0c5"):
        checked(tmp_path, of_tiles=other)
    with pytest.raises(ResultError, match="in several tiles"):
        checked(tmp_path, columns=((0, 6), (5, 12)))
    with pytest.raises(ResultError, match="in no tile"):
        checked(tmp_path, columns=((0, 5), (6, 12)))


def test_growth_is_judged_only_where_it_must_be_there(tmp_path: Path):
    said = checked(tmp_path, levels(-0.1), strict=False)
    assert "XCO2 grows by -1.20 ppm yr-1, outside 0 to 5" in said[1]
    with pytest.raises(ResultError, match="does not know the time"):
        checked(tmp_path, levels(-0.1))


def test_a_hole_in_the_map_is_said(tmp_path: Path):
    xco2 = levels()
    xco2[4, 2, 3] = np.nan
    said = checked(tmp_path, xco2)
    # One of twelve cells of the belt from the equator to 30 N, which is half of the hemisphere.
    assert said[0].startswith(f"at_bilstm-none: {1 - 0.5 / 12:.1%}")


@pytest.mark.parametrize(
    ("name", "attribute", "value", "sentence"),
    [
        ("xco2", "units", "K", "xco2:units as 'ppm'"),
        ("xco2", "long_name", None, "xco2:long_name"),
        ("lat", "standard_name", None, "lat:standard_name"),
        (None, "Conventions", None, "Conventions"),
    ],
)
def test_attributes_follow_cf(tmp_path: Path, name, attribute: str, value, sentence: str):
    paths = write_product(tmp_path / "at_bilstm-none", levels(), MONTHS[0], MONTHS[-1])
    with xr.open_dataset(paths[0]) as dataset:
        changed = dataset.load()
    where = changed.attrs if name is None else changed[name].attrs
    where.pop(attribute)
    if value:
        where[attribute] = value
    changed.to_netcdf(paths[0])
    with pytest.raises(ResultError, match=sentence):
        check_product(XCO2, {2015: paths[0], 2016: paths[1]}, tiles=tiles(tmp_path, levels()),
                      composites=land(tmp_path), months=MONTHS, strict=True)  # fmt: skip
