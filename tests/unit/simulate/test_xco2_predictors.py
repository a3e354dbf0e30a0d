"""Simulated predictors of XCO2: raw units, quality bits, fills and stamps of native images."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.xco2_predictors import write_xco2_predictors
from carbonscape.simulate.xco2_surface import days_seen
from helpers.xco2_predictors_made import (
    ASSETS,
    BEGIN,
    CELL,
    SEED,
    YEARS,
    Earth,
    archive,
    files,
    seen,
    truth,
    write,
)

#: Bands of each collection: type, and the raw value that has no mask (None: every one has).
LAYOUT = {
    "MOD17A2H.006": {"Gpp": ("int16", 32767), "Psn_QC": ("uint8", 255)},
    "MOD13A2.061": {"EVI": ("int16", -3000), "SummaryQA": ("int8", -1)},
    "MOD11A1.061": {
        "LST_Day_1km": ("uint16", 0), "LST_Night_1km": ("uint16", 0),
        "QC_Day": ("uint8", None), "QC_Night": ("uint8", None),
    },
    "MOD10A1.061": {
        "NDSI_Snow_Cover": ("uint8", 255), "NDSI_Snow_Cover_Basic_QA": ("uint8", 255),
        "NDSI": ("int16", -32768),
    },
    "MOD44B.061": {"Percent_Tree_Cover": ("uint8", 253)},
    "MCD12Q1.061": {"LC_Type1": ("uint8", 255)},
    "S5P_L3_NO2": {"tropospheric_NO2_column_number_density": ("float32", -9999)},
    "S5P_L3_CO": {"CO_column_number_density": ("float32", -9999)},
}  # fmt: skip


@pytest.fixture(scope="module")
def cloudy() -> NativeArchive:
    return archive()


@pytest.fixture(scope="module")
def clear() -> NativeArchive:
    """Neither clouds nor gaps nor errors of maps."""
    return archive(earth=Earth(switches=False), cloud=0.0)


@pytest.mark.parametrize("product", LAYOUT)
def test_bands_and_masks_of_every_collection(cloudy: NativeArchive, product: str) -> None:
    assert cloudy.lat.tolist() == [85.0 - 10 * n for n in range(18)]
    assert cloudy.lon.tolist() == [-175.0 + 10 * n for n in range(36)]
    first, end = dt.date(2016, 3, 1), dt.date(2016, 4, 1)
    image = next(cloudy.images(ASSETS[product], first, end), None)
    if image is None:  # a yearly one
        image = next(cloudy.images(ASSETS[product], dt.date(2016, 1, 1), dt.date(2017, 1, 1)))
    assert set(image.bands) == set(image.masks) == set(LAYOUT[product])
    for name, (kind, fill) in LAYOUT[product].items():
        band, mask = image.bands[name], image.masks[name]
        assert (band.shape, mask.shape) == ((18, 36), (18, 36))
        assert band.dtype == np.dtype(kind), name
        assert mask.dtype == bool
        np.testing.assert_array_equal(mask, True if fill is None else band != fill, err_msg=name)


def test_stamps_of_composites_days_years_and_months(clear: NativeArchive) -> None:
    def doy(name: str) -> list[int]:
        return [day.timetuple().tm_yday for day in seen(clear, name, 2016)["days"]]

    assert doy("MOD17A2H.006") == list(range(1, 362, 8))
    assert doy("MOD13A2.061") == list(range(1, 354, 16))
    assert doy("MOD11A1.061") == doy("MOD10A1.061") == list(range(1, 367))
    assert seen(clear, "MOD44B.061", 2016)["days"] == [dt.date(2016, 3, 5)]  # day 65 of a leap year
    assert seen(clear, "MCD12Q1.061", 2016)["days"] == [dt.date(2016, 1, 1)]
    months = [dt.date(2016, month, 1) for month in range(1, 13)]
    assert seen(clear, "VCMSLCFG", 2016)["days"] == months


def test_a_few_composites_and_days_are_absent(cloudy: NativeArchive) -> None:
    composites = seen(cloudy, "MOD17A2H.006", 2016)["days"]
    assert dt.date(2016, 2, 18) not in composites  # Terra stood still
    assert 43 <= len(composites) <= 45
    for name in ("MOD11A1.061", "MOD10A1.061"):
        days = seen(cloudy, name, 2016)["days"]
        assert dt.date(2016, 2, 20) not in days
        assert len(days) in (356, 357)
    assert len(days_seen(2015, SEED, gaps=True)) == 364
    sixteen = [len(seen(cloudy, "MOD13A2.061", year)["days"]) for year in YEARS]
    assert min(sixteen) >= 22


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again = write(tmp_path / "c"), write(tmp_path / "a")
    other = write(tmp_path / "b", earth=Earth(seed=SEED + 1))
    paths = sorted(first.glob("*.nc"))
    assert len(paths) == 2 * 7 + 5  # SO2 has no file of 2015
    for path in paths:
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
        assert path.read_bytes() != (other / path.name).read_bytes(), path.name


def test_years_beyond_the_truth_are_refused(tmp_path: Path) -> None:
    for years, key in (([2014, 2015], "first_year: found 2015"), ([2017], "last_year: found 2016")):
        with pytest.raises(ConfigError, match=f"simulation.{key}"):
            write_xco2_predictors(
                files(tmp_path, years), earth=Earth(), grid=truth(), cell=CELL, years=years,
                gases_first=BEGIN, last_month="2016-12",
            )  # fmt: skip
    assert not list(tmp_path.iterdir())
