"""A year of small files of all predictors of XCO2, with known answers, and its composites."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features.composite_files import write_composites
from carbonscape.columns.features.composites import CompositeOptions, PredictorFiles
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from helpers.xco2_raw import write, write_weather

GRID = Grid(45)  # 4 x 8 cells, centres at 67.5, 22.5, -22.5, -67.5
NAN = np.nan
YEAR = [f"2019-{month:02d}" for month in range(1, 13)]
OPTIONS = CompositeOptions(
    tropomi_first_month={"so2": "2019-03", "no2": "2018-07", "co": "2018-07"}
)
#: Polar night everywhere: nowhere is there snow of good quality in June.
ACCEPTED = ("mod10a1",)
FIRST = np.datetime64("2019-01-01")
NAMES = {
    "SO2": "SO2_column_number_density",
    "NO2": "tropospheric_NO2_column_number_density",
    "CO": "CO_column_number_density",
}


def days_of(numbers):
    """Return dates of days of the year 2019."""
    return [str(FIRST + number - 1) for number in numbers]


def column(values):
    """Return values of images as (time, 1, 1)."""
    return np.asarray(values)[:, None, None]


def write_year(folder: Path) -> PredictorFiles:
    """Write a year of all sources; every value is the same in all cells unless said."""

    def raw(name, days, **variables):
        path = write(folder / name, days, lat=GRID.lat, lon=GRID.lon, **variables)
        return str(path)

    gpp_days = np.arange(1, 362, 8)
    evi_days = np.arange(1, 354, 16)
    all_days = days_of(range(1, 366))
    month = np.array(all_days, "M8[M]").astype(int) % 12  # 0 to 11
    of_month = np.array([int(day[8:]) for day in all_days])
    # Temperature: 280 K + day of month; on even days the retrieval failed.
    temperature = (280 + of_month) * 50
    classes = np.full((4, 8), 12)
    classes[0, 0], classes[3] = 17, 15
    lights = np.array([1.0, -1.0] + [2.0] * 10)
    months = [f"{m}-01" for m in YEAR]
    gases = [
        raw(
            f"S5P_L3_{gas}_2019.nc",
            months,
            **{NAMES[gas]: ("f4", column(np.arange(12) * 1e-5)), "images": ("u2", 3)},
        )
        for gas in NAMES
    ]
    sea = np.full((12, 3, 4), 280.0)
    sea[:, 2] = NAN  # the south pole's nodes
    return PredictorFiles(
        # 10 a day for 8 days is 1 gC m-2 d-1; the composite of day 361 has five days.
        gpp=raw("gpp.nc", days_of(gpp_days), Gpp=("i2", column(np.where(gpp_days == 361, 150, 80))),
                Psn_QC=("u1", column(np.where(gpp_days == 33, 128, 96)))),
        evi=raw("evi.nc", days_of(evi_days), EVI=("i2", column(evi_days * 10)),
                SummaryQA=("i1", column(np.where(evi_days == 353, 3, 1)))),
        lst=raw("lst.nc", all_days, LST_Day_1km=("u2", column(temperature)),
                QC_Day=("u1", column(np.where(of_month % 2, 0, 2))),
                LST_Night_1km=("u2", column(temperature - 1000)), QC_Night=("u1", 0)),
        ndsi=raw("ndsi.nc", all_days, NDSI_Snow_Cover=("u1", column(of_month)),
                 NDSI_Snow_Cover_Basic_QA=("u1", column(np.where(month == 5, 211, 2))),
                 NDSI=("i2", column(-of_month * 100))),
        vcf=raw("vcf.nc", days_of([65]), Percent_Tree_Cover=("u1", 40)),
        igbp=raw("igbp.nc", days_of([1]), LC_Type1=("u1", classes)),
        lights=raw("lights.nc", months, avg_rad=("f4", column(lights)),
                   cf_cvg=("u2", column([1] * 11 + [0]))),
        weather=str(write_weather(folder / "weather.nc", YEAR, t2m=sea,
                                  sp=np.where(np.isnan(sea), NAN, 90_000))),
        gases=gases,
    )  # fmt: skip


def compose(path, files, *, year=2019, months=YEAR, grid=GRID, options=OPTIONS, accept=(), **more):
    """Write composites and return them; ``accept``: incomplete sources, beside those that are."""
    accept = (*ACCEPTED, *accept)
    write_composites(path, files=files, year=year, months=months, grid=grid, options=options,
                     accept_incomplete=accept, **more)  # fmt: skip
    with xr.open_dataset(path) as dataset:
        return dataset.load()


def series(composites, name, row=1, col=3):
    """Return the year of a cell."""
    return composites[name].values[:, row, col].astype(float)


def refused(tmp_path, message, files, *, error=InputError, **changes):
    """Assert that nothing is written, and why."""
    with pytest.raises(error, match=message):
        compose(tmp_path / "out" / "a.nc", files, **changes)
    assert not list(tmp_path.glob("out/*"))
