"""Opening netCDF files: generations, archives, damage, and axes."""

from __future__ import annotations

import os
import zipfile

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.lazy import apply_on_read
from carbonscape.archives.netcdf import chunk_cache, find_axis, normalise_axes, open_netcdf, reading
from carbonscape.archives.netcdf3 import expected_size
from carbonscape.core.errors import InputError

FORMATS = ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4")


def write(path, *, format="NETCDF4", lat=(10, 0, -10), lon=(-10, 0, 10, 20), times=(0, 1)):
    """A field that counts up: values[t, i, j] = 100 t + 10 i + j."""
    with netCDF4.Dataset(path, "w", format=format) as file:
        file.createDimension("time", None)
        file.createDimension("latitude", len(lat))
        file.createDimension("longitude", len(lon))
        axis = file.createVariable("time", "i4", ("time",))
        axis.units = "days since 2001-01-01"
        axis[:] = times
        file.createVariable("latitude", "f4", ("latitude",))[:] = lat
        file.createVariable("longitude", "f4", ("longitude",))[:] = lon
        field = file.createVariable("x", "f4", ("time", "latitude", "longitude"), fill_value=-1)
        t, i, j = np.ogrid[: len(times), : len(lat), : len(lon)]
        field[:] = 100 * t + 10 * i + j
        file.createVariable("y", "i2", ("time",))[:] = times
    return path


@pytest.mark.parametrize("format", FORMATS)
def test_every_generation_is_read(tmp_path, format):
    path = write(tmp_path / "a.nc", format=format)
    with open_netcdf(path) as (dataset,):
        assert dataset["x"].values[1, 2, 3] == 123
        assert dataset.encoding["origin"] == str(path)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_a_file_that_is_cut_short_is_refused(tmp_path, format, share):
    """The library itself reads zeros from a netCDF-3 file that was cut inside its data."""
    path = write(tmp_path / "a.nc", format=format, times=range(50))
    os.truncate(path, int(share * path.stat().st_size))
    with pytest.raises(InputError, match="cut short|empty|no netCDF"), open_netcdf(path) as parts:
        parts[0]["x"].load()


@pytest.mark.parametrize("format", FORMATS[:3])
@pytest.mark.parametrize("records", [0, 1, 3])
def test_the_length_of_a_netcdf3_file_is_that_of_its_header(tmp_path, format, records):
    """To within the padding of the last value."""
    path = write(tmp_path / "a.nc", format=format, times=range(records))
    assert 0 <= path.stat().st_size - expected_size(path) < 4


def test_a_single_record_variable_is_not_padded(tmp_path):
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("time", None)
        file.createVariable("y", "i2", ("time",))[:] = [1, 2, 3, 4, 5]
    size = (tmp_path / "a.nc").stat().st_size
    assert 0 <= size - expected_size(tmp_path / "a.nc") < 4
    os.truncate(tmp_path / "a.nc", size - 4)
    with pytest.raises(InputError, match="cut short"), open_netcdf(tmp_path / "a.nc"):
        pass


def test_damage_inside_the_data_is_refused_where_it_is_read(tmp_path):
    path = tmp_path / "a.nc"
    noise = np.random.default_rng(0).random((4, 50, 50))
    data = xr.Dataset({"x": (("time", "lat", "lon"), noise)})
    data.to_netcdf(path, encoding={"x": {"zlib": True, "fletcher32": True}})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    with open_netcdf(path) as (dataset,), pytest.raises(InputError, match=r"a\.nc: the data"):
        dataset["x"].isel(time=slice(0, 4)).load()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b'{"detail": "required licences not accepted"}', "message of the server"),
        (b"GRIB" + bytes(200), "no netCDF"),
        (b"PK\x03\x04" + bytes(60), "ZIP archive is damaged"),
        (b"\x89HDF\r\n\x1a\n" + bytes(400), "damaged or cut short"),
    ],
)
def test_what_is_no_netcdf_is_refused(tmp_path, content, message):
    (tmp_path / "a.nc").write_bytes(content)
    with pytest.raises(InputError, match=message), open_netcdf(tmp_path / "a.nc"):
        pass


def test_absent_files_and_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"), open_netcdf(tmp_path / "a.nc"):
        pass
    with pytest.raises(InputError, match="this is a folder"), open_netcdf(tmp_path):
        pass


def zipped(tmp_path, **members):
    path = tmp_path / "download.nc"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in members.items():
            archive.write(file, f"{name}.nc")
    return path


def test_an_archive_of_any_name_is_unpacked_and_cleaned_up(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = zipped(tmp_path, b=write(tmp_path / "1.nc"), a=write(tmp_path / "2.nc", times=[5]))
    with open_netcdf(path) as (first, second):
        assert first.encoding["origin"] == f"{path}, member a.nc"
        assert first.sizes["time"] == 1
        assert second["x"].values[1, 0, 0] == 100
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir())


def test_a_damaged_archive_leaves_nothing_behind(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = zipped(tmp_path, a=write(tmp_path / "1.nc", times=range(50)))
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="ZIP archive is damaged"), open_netcdf(path):
        pass
    assert not list(scratch.iterdir())


def test_an_archive_without_netcdf_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.nc", "w") as archive:
        archive.writestr("data.grib", b"GRIB")
    with pytest.raises(InputError, match="without any .nc file"), open_netcdf(tmp_path / "a.nc"):
        pass


def test_an_absent_group_is_named(tmp_path):
    path = write(tmp_path / "a.nc")
    with pytest.raises(InputError, match="no group /PRODUCT"), open_netcdf(path, group="/PRODUCT"):
        pass


def test_raw_values_are_handed_out_on_request(tmp_path):
    path = write(tmp_path / "a.nc")
    with netCDF4.Dataset(path, "a") as file:
        file["x"][0, 0, 0] = np.ma.masked
    with open_netcdf(path) as (dataset,):
        assert np.isnan(dataset["x"].values[0, 0, 0])
    with open_netcdf(path, mask_and_scale=False) as (dataset,):
        assert dataset["x"].values[0, 0, 0] == -1


def test_axes_are_turned_and_sorted(tmp_path):
    """South-up, 0 to 360 and unsorted times come out north-up, -180 to 180 and in order."""
    path = write(tmp_path / "a.nc", lat=(-10, 0, 10), lon=(0, 90, 180, 270), times=(7, 3))
    with open_netcdf(path) as (raw,):
        dataset = normalise_axes(raw)
        assert dataset["x"].dims == ("time", "lat", "lon")
        assert dataset["lat"].values.tolist() == [10, 0, -10]
        assert dataset["lon"].values.tolist() == [-180, -90, 0, 90]
        assert dataset["time"].dtype == "datetime64[ns]"
        assert dataset["time"].values[0] == np.datetime64("2001-01-04")
        # Day 3 stood second, 10 N third, 180 third: 100 + 20 + 2.
        assert dataset["x"].values[0, 0].tolist() == [122, 123, 120, 121]
        # A band of a band reads the same.
        assert dataset["x"].isel(lat=slice(1, 3)).isel(lat=1, time=1).values.tolist() == [
            2,
            3,
            0,
            1,
        ]


def test_nothing_but_axes_is_read_before_it_is_asked_for(tmp_path):
    reads = []
    base = xr.Variable(("time", "lat", "lon"), np.arange(24.0).reshape(2, 3, 4))

    def note(values):
        reads.append(values.shape)
        return values

    lazy = apply_on_read(note, base, origin="x")
    raw = xr.Dataset(
        {"x": lazy},
        coords={
            "time": ("time", [20010101, 20010102]),
            "lat": [-1.0, 0.0, 1.0],
            "lon": [0.0, 90.0, 180.0, 270.0],
        },
    )
    part = normalise_axes(raw)["x"].isel(lat=slice(0, 1))
    assert reads == []
    assert part.values[0].tolist() == [[10, 11, 8, 9]]
    assert reads == [(2, 1, 4)]


def test_other_orders_of_dimensions_are_transposed():
    raw = xr.Dataset(
        {"x": (("lon", "lat", "date"), np.arange(24).reshape(4, 3, 2))},
        coords={"date": [20010101, 20010201], "lat": [1, 0, -1], "lon": [0, 1, 2, 3]},
    )
    dataset = normalise_axes(raw)
    assert dataset["x"].dims == ("time", "lat", "lon")
    assert dataset["x"].values[1, 2, 3] == raw["x"].values[3, 2, 1]
    assert dataset["time"].values[1] == np.datetime64("2001-02-01")


def grid(lat=(1.0, 0.0), lon=(0.0, 1.0), time=(20010101,), **variables):
    return xr.Dataset(
        variables, coords={"time": ("time", list(time)), "lat": list(lat), "lon": list(lon)}
    )


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"lon": (-180.0, 0.0, 180.0)}, "longitude stands there twice"),
        ({"lon": (0.0, 120.0, 240.0, 360.0)}, "longitude stands there twice"),
        ({"lat": (2.0, 1.0, 1.0)}, "latitude stands there twice"),
        ({"lat": (3.0, 2.0, 0.0)}, "latitudes are not evenly spaced"),
        ({"lon": (0.0, 1.0, 2.5)}, "longitudes are not evenly spaced"),
        ({"lon": (170.0, 175.0, 180.0, 185.0)}, "not be cut by the 180th meridian"),
        ({"lat": (4_000_000.0, 4_000_500.0)}, "expected -90 to 90 degrees"),
        ({"lon": (-200.0, -190.0)}, "expected -180 to 360 degrees"),
        ({"lat": (np.nan, 1.0)}, "expected -90 to 90"),
        ({"time": (20010101, 20010101)}, "stands there twice"),
        ({"time": (20011301,)}, "times of time cannot be understood"),
    ],
)
def test_bad_axes_are_refused(axes, message):
    with pytest.raises(InputError, match=message):
        normalise_axes(grid(**axes))


def test_float32_coordinates_become_exact():
    """0.1 degree in float32 is off by a millionth; 359.9 - 360 would be off by more."""
    lon = (np.arange(3600) / 10).astype(np.float32)
    lat = (90 - np.arange(1801) / 10).astype(np.float32)
    dataset = normalise_axes(grid(lat=lat, lon=lon))
    np.testing.assert_array_equal(dataset["lon"].values, np.round(-180 + np.arange(3600) / 10, 9))
    np.testing.assert_array_equal(dataset["lat"].values, np.round(90 - np.arange(1801) / 10, 9))


def test_other_calendars_and_units_are_refused():
    raw = grid(time=(1,))
    raw["time"].attrs = {"units": "days since 2001-01-01", "calendar": "360_day"}
    with pytest.raises(InputError, match="360_day"):
        normalise_axes(raw)
    raw["time"].attrs = {"units": "hours"}
    with pytest.raises(InputError, match="found units 'hours'"):
        normalise_axes(raw)


def test_expver_as_a_dimension_is_merged():
    """Final data (version 1) where there is some, else the preliminary (version 5)."""
    values = np.array([[[[1.0, np.nan]], [[9.0, 2.0]]]])
    raw = grid(lat=(0.0,), x=(("time", "expver", "lat", "lon"), values)).assign_coords(
        expver=[1, 5]
    )
    assert normalise_axes(raw)["x"].values.tolist() == [[[1.0, 2.0]]]


def test_another_dimension_is_refused_unless_it_is_single():
    single = grid(x=(("time", "number", "lat", "lon"), np.ones((1, 1, 2, 2))))
    assert normalise_axes(single)["x"].shape == (1, 2, 2)
    with pytest.raises(InputError, match="dimension number of length 2"):
        normalise_axes(grid(x=(("time", "number", "lat", "lon"), np.ones((1, 2, 2, 2)))))


def test_stations_and_swaths_are_no_grid():
    stations = xr.Dataset(coords={"lat": ("place", [1.0, 2.0]), "lon": ("place", [1.0, 2.0])})
    with pytest.raises(InputError, match="stations"):
        normalise_axes(stations, with_time=False)
    swath = xr.Dataset(coords={"lat": (("y", "x"), np.ones((2, 2)))})
    with pytest.raises(InputError, match="2 dimensions"):
        find_axis(swath, "lat")
    with pytest.raises(InputError, match="no variable lon or longitude; found lat"):
        find_axis(swath, "lon")


def test_of_two_times_the_one_with_a_dimension_is_the_axis():
    dataset = xr.Dataset(coords={"valid_time": 0, "time": ("time", [1, 2])})
    assert find_axis(dataset, "time") == "time"


def test_reading_converts_what_libraries_raise():
    for error in (RuntimeError("NetCDF: HDF error"), OSError(5, "Input/output error")):
        with pytest.raises(InputError, match=r"a\.nc: the data cannot be read"), reading("a.nc"):
            raise error


def test_the_chunk_cache_is_restored():
    before = netCDF4.get_chunk_cache()
    with chunk_cache(1_000_000):
        assert netCDF4.get_chunk_cache()[0] == 1_000_000
    assert netCDF4.get_chunk_cache() == before


def test_only_named_variables_are_taken():
    """Bounds such as lat_bounds (lon, lat, 2) of a real file of ESA are no data."""
    raw = grid(
        x=(("time", "lat", "lon"), np.ones((1, 2, 2))),
        lat_bounds=(("lon", "lat", "bounds"), np.ones((2, 2, 2))),
    )
    assert set(normalise_axes(raw, names=("x", "y")).data_vars) == {"x"}
    with pytest.raises(InputError, match="lat_bounds has a dimension bounds"):
        normalise_axes(raw)
