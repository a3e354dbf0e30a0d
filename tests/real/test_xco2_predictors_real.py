"""The readers of the predictors of XCO2 on real arrays and files.

Expected numbers were read from the original files with other means (lists of the quality codes
that count, products with the scale instead of quotients).
"""

from __future__ import annotations

import shutil
import zipfile

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.era5_land_monthly import open_monthly
from carbonscape.archives.modis_surface import decode_lst, good_temperature, open_classes, open_lst
from carbonscape.archives.modis_vegetation import decode_evi, open_evi
from carbonscape.archives.night_lights import decode_black_marble
from carbonscape.core.errors import InputError
from helpers.era5_files import edited, on_land_grid

TEMPERATURE = "MOD11A1.A2021227.h11v05.061.2021228105320.hdf"
VEGETATION = "MOD13A2.A2021225.h11v06.061.2021320163717.hdf"
LIGHTS = "VNP46A2.A2018225.h10v05.001.2020343131644.h5"
COVER = "MCD12Q1.A2001001.h00v08.006.2018142182903.hdf"
KERALA = "annajohnson58_Wildfire-Prediction-Project"
PHTZONE = "Phtzone_SGU25_MHHTH/data_stream-moda_stepType"


@pytest.fixture(scope="module")
def modis(shared):
    return shared / "data" / "modis"


@pytest.fixture(scope="module")
def era5(shared):
    return shared / "data" / "era5"


def science_data(path, *names):
    """Return variables of an HDF4 file."""
    file = pytest.importorskip("pyhdf.SD").SD(str(path))
    return tuple(file.select(name).get() for name in names)


@pytest.fixture(scope="module")
def temperature(modis):
    """Surface temperature and its quality in the real tile of the eastern USA, 15 August 2021."""
    names = ("LST_Day_1km", "QC_Day", "LST_Night_1km", "QC_Night")
    return dict(zip(names, science_data(modis / TEMPERATURE, *names), strict=True))


@pytest.mark.parametrize(
    ("part", "codes", "count", "mean", "low", "high"),
    [
        ("Day", [0, 17, 65, 81, 129, 145], 63_129, 298.257, 283.22, 310.6),
        ("Night", [0, 17, 65, 81, 145], 60_453, 290.855, 282.98, 302.82),
    ],
)
def test_the_real_tile_of_temperature(temperature, part, codes, count, mean, low, high):
    """Of eight codes that there are, those of clouds (2) and of other failures (3) are none."""
    raw, qc = temperature[f"LST_{part}_1km"], temperature[f"QC_{part}"]
    np.testing.assert_array_equal(good_temperature(qc), np.isin(qc, codes))
    values = decode_lst(raw, qc)
    known = values[~np.isnan(values)].astype(float)
    assert known.size == count
    assert known.mean() == pytest.approx(mean, abs=1e-3)
    assert (known.min(), known.max()) == pytest.approx((low, high), abs=1e-4)


def test_every_real_value_passes_and_every_fill_is_told_by_its_quality(temperature):
    raw, qc = temperature["LST_Day_1km"], temperature["QC_Day"]
    assert int((raw == 0).sum()) == 1_376_871 == 1_440_000 - 63_129
    assert not (good_temperature(qc) & (raw == 0)).any()
    assert not (~good_temperature(qc) & (raw > 0)).any()


@pytest.fixture(scope="module")
def vegetation(modis):
    """EVI and its reliability in a real tile of the Caribbean, 13 August 2021."""
    return science_data(modis / VEGETATION, "1 km 16 days EVI", "1 km 16 days pixel reliability")


def test_the_real_tile_of_evi_is_divided(modis, vegetation):
    """The file states a scale factor of 10000: taken as a factor, EVI would reach 87 million."""
    file = pytest.importorskip("pyhdf.SD").SD(str(modis / VEGETATION))
    assert file.select("1 km 16 days EVI").attributes()["scale_factor"] == 10_000
    values = decode_evi(*vegetation)
    known = values[~np.isnan(values)].astype(float)
    assert known.size == 2_847 + 5_608  # good and marginal
    assert known.mean() == pytest.approx(0.341775, abs=1e-6)
    assert (known.min(), known.max()) == pytest.approx((-0.1023, 0.8733), abs=1e-6)


def test_real_clouds_have_a_plausible_evi(vegetation):
    """3,571 cloudy pixels would pass if the range alone were asked."""
    raw, reliability = vegetation
    cloudy = reliability == 3
    assert int(cloudy.sum()) == 3_571
    assert ((raw[cloudy] >= -2000) & (raw[cloudy] <= 10_000)).all()
    assert np.isnan(decode_evi(raw, reliability)[cloudy]).all()


def write_raw(path, day, variables, attributes):
    """Write real raw arrays in the layout of the fetch step."""
    shape = next(iter(variables.values())).shape
    axes = {
        "time": [int((np.datetime64(day) - np.datetime64("2000-01-01")).astype(int))],
        "lat": 40 - np.arange(shape[0]) * 0.05,
        "lon": np.arange(shape[1]) * 0.05 - 80,
    }
    with netCDF4.Dataset(path, "w") as file:
        for name, values in axes.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "i4" if name == "time" else "f8", (name,))[:] = values
        file["time"].units = "days since 2000-01-01"
        for name, values in variables.items():
            variable = file.createVariable(name, values.dtype, ("time", "lat", "lon"))
            variable.set_auto_maskandscale(False)
            variable.setncatts(attributes.get(name, {}))
            variable[0] = values
    return path


def test_real_arrays_go_through_the_grid_readers(tmp_path, temperature, vegetation, modis):
    path = write_raw(
        tmp_path / "a.nc", "2021-08-15", temperature, {"LST_Day_1km": {"scale_factor": 0.02}}
    )
    with open_lst(path, year=2021) as images:
        values = images.values(images.images_of("2021-08"), slice(300, 700))
    assert 0.005 < np.isfinite(values).mean() < 0.5
    raw = temperature["LST_Day_1km"][300:700].astype(float)
    np.testing.assert_allclose(values[0], np.where(raw > 0, raw * 0.02, np.nan), rtol=1e-6)

    path = write_raw(
        tmp_path / "b.nc",
        "2021-08-13",
        dict(zip(("EVI", "SummaryQA"), vegetation, strict=True)),
        {"EVI": {"scale_factor": 10_000.0}},
    )
    with open_evi(path, year=2021) as images:
        values = images.values(slice(0, 1), slice(None))
    assert int(np.isfinite(values).sum()) == 8_455

    (classes,) = science_data(modis / COVER, "LC_Type1")
    path = write_raw(tmp_path / "c.nc", "2001-01-01", {"LC_Type1": classes}, {})
    with open_classes(path, year=2001) as images:
        values = images.values(slice(0, 1), slice(None))
    assert int((values == 17).sum()) == 5_233_324
    assert int(np.isnan(values).sum()) == 526_655


def test_the_real_tile_of_lights(modis):
    """13 August 2018, 80 to 70 W, 40 to 30 N: three quarters of it have no value."""
    with netCDF4.Dataset(modis / LIGHTS) as file:
        field = file["HDFEOS/GRIDS/VNP_Grid_DNB/Data Fields/Gap_Filled_DNB_BRDF-Corrected_NTL"]
        field.set_auto_maskandscale(False)
        raw = field[:]
        assert (field.scale_factor, field.offset) == (0.1, 0)
    values = decode_black_marble(raw)
    assert int(np.isnan(values).sum()) == 4_280_455
    known = values[~np.isnan(values)].astype(float)
    assert known.max() == pytest.approx(1344.2, abs=1e-3)
    assert known.mean() == pytest.approx(2.62063, abs=1e-4)
    # As the netCDF library scales it, the fill value becomes 6553.5 where it is not masked.
    scaled = (raw * 0.1).astype(np.float32)
    np.testing.assert_allclose(decode_black_marble(scaled), values, rtol=1e-6)


def test_a_real_pair_stamped_six_hours_apart_is_one_month(era5, tmp_path):
    """Vietnam, January 2005 and December 2024; numbers of the north-western grid point."""
    with zipfile.ZipFile(tmp_path / "a.nc", "w") as archive:
        for kind in ("avgua", "avgad"):
            # The grid of ERA5 is refused: the layout is what is tested here.
            member = edited(era5 / f"{PHTZONE}-{kind}.nc", tmp_path / f"{kind}.nc", on_land_grid)
            archive.write(member, f"data_stream-moda_stepType-{kind}.nc")
    with open_monthly(tmp_path / "a.nc", year=2005, names=("tp", "t2m")) as weather:
        assert weather.months == tuple(f"2005-{month:02d}" for month in range(1, 13))
        values = weather.values("2005-01", slice(None))
        assert values.shape == (63, 35, 2)
        assert values[0, 0] == pytest.approx([2.986908, 286.5586], rel=1e-6)
        assert float(values[..., 1].mean()) == pytest.approx(294.1879, abs=1e-3)
    with open_monthly(tmp_path / "a.nc", year=2024, names=("tp", "t2m")) as weather:
        assert weather.values("2024-12", slice(None))[0, 0] == pytest.approx(
            [1.0185242, 287.83838], rel=1e-6
        )
    with (
        pytest.raises(InputError, match="2005-01 to 2024-12, expected those of 2004"),
        open_monthly(tmp_path / "a.nc", year=2004, names=("t2m",)),
    ):
        pass
    with (
        pytest.raises(InputError, match="no variable sp"),
        open_monthly(tmp_path / "a.nc", year=2005),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "year", "month", "names", "row", "expected"),
    [
        ("ggstarling_trabalho11/data_0.nc", 1940, "1940-01", ("t2m",), 0, [298.43115]),
        ("ggstarling_trabalho11/data_0.nc", 2025, "2025-03", ("t2m",), 0, [300.2998]),
        # Whole numbers YYYYMMDD on a dimension called date.
        ("marygan_Final-Project/data_1.nc", 1984, "1984-01", ("v10", "tp", "t2m"), 0,
         [-0.70387363, 1.5674678, 269.59705]),
        ("marygan_Final-Project/data_1.nc", 2024, "2024-10", ("v10", "tp", "t2m"), 0,
         [-0.5947682, 0.27443236, 287.6582]),
    ],
)  # fmt: skip
def test_real_layouts(era5, tmp_path, name, year, month, names, row, expected):
    path = edited(era5 / name, tmp_path / "a.nc", on_land_grid)
    with open_monthly(path, year=year, names=names, months=[month]) as weather:
        values = weather.values(month, slice(row, row + 1))
    assert values[0, 0] == pytest.approx(expected, rel=1e-6)


def test_real_monthly_means_of_kerala(era5):
    """621 of 961 grid points are sea; the other stream, means by hour of day, is refused."""
    names = ("v10", "u10", "tp", "t2m")
    with open_monthly(era5 / KERALA / "data_stream-moda.nc", year=2024, names=names) as weather:
        values = weather.values("2024-01", slice(None))
    assert np.isnan(values).sum(axis=(0, 1)).tolist() == [621] * 4
    assert np.nanmean(values.astype(float), axis=(0, 1)) == pytest.approx(
        [-0.3064335, -0.934365, 1.3076175, 297.78818], rel=1e-5
    )
    with (
        pytest.raises(InputError, match="one hour of the day .stream mnth"),
        open_monthly(era5 / KERALA / "data_stream-mnth.nc", year=2024, names=names),
    ):
        pass


def test_real_means_by_hour_are_told_by_their_stamps_too(era5, tmp_path):
    """They are stamped on the second of the month, even where the file lost its history."""
    shutil.copy(era5 / KERALA / "data_stream-mnth.nc", tmp_path / "a.nc")
    with netCDF4.Dataset(tmp_path / "a.nc", "a") as file:
        file.history = "unknown"
    with (
        pytest.raises(InputError, match="not monthly means .stamped on the first"),
        open_monthly(tmp_path / "a.nc", year=2024, names=("t2m",)),
    ):
        pass


def test_real_evaporation_is_negative_in_the_file(era5, tmp_path):
    """No real file of ``e`` was to be had; potential evaporation has its sign, unit and layout."""
    source = era5 / "rafaelmenesesw-cpu_Geomodelagem" / "data_stream-moda.nc"
    with xr.open_dataset(source, decode_times=False) as raw:
        assert float(raw["pev"].max()) < 0
        raw[["pev"]].rename(pev="e").to_netcdf(tmp_path / "a.nc")
    with open_monthly(tmp_path / "a.nc", year=2025, names=("e",), months=["2025-02"]) as weather:
        values = weather.values("2025-02", slice(None))
    assert values[-1, -1, 0] == pytest.approx(9.075068, rel=1e-6)
    assert float(np.nanmean(values)) == pytest.approx(8.476578, rel=1e-5)
    assert int(np.isnan(values).sum()) == 1
