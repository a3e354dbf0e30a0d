"""MODIS LAI and FPAR: quality bits, fill classes, the calendar, grids and site tables."""

from __future__ import annotations

from functools import partial

import netCDF4
import numpy as np
import pytest

from carbonscape.archives import modis_lai
from carbonscape.archives.modis_lai import (
    decode_fpar,
    decode_lai,
    good_retrieval,
    grid_axes,
)
from carbonscape.core.errors import InputError

# Files of a few composites of a year.
read_modis_grid = partial(modis_lai.read_modis_grid, accept=True)
read_modis_sites = partial(modis_lai.read_modis_sites, accept=True)

HEADER = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"


@pytest.mark.parametrize(
    ("qc", "good"),
    [
        (0, True),  # main algorithm
        (2, True),  # Aqua
        (8, True),  # cloudy, but the main algorithm worked
        (32, True),  # main algorithm, saturated
        (33, True),  # saturated, though bit 0 says otherwise: SCF_QC decides
        (65, False),  # back-up for geometry
        (97, False),  # back-up for another reason
        (129, False),  # not produced
        (157, False),
        (255, False),
    ],
)
def test_quality_bits(qc, good):
    assert good_retrieval(np.array([qc], dtype=np.uint8)).tolist() == [good]


def test_bits_5_to_7_and_bit_0_agree_wherever_they_are_consistent():
    """Data-sources 2.1: SCF_QC 0 or 1 is the same set as MODLAND_QC 0."""
    qc = np.arange(256, dtype=np.uint8)
    scf, modland = qc >> 5, qc & 1
    consistent = (modland == 0) == (scf <= 1)
    assert (good_retrieval(qc) == (modland == 0))[consistent].all()
    assert (good_retrieval(qc) == (scf <= 1)).all()


def test_raw_values_and_fill_classes():
    raw = np.array([0, 7, 70, 100, 101, 249, 250, 251, 252, 253, 254, 255], dtype=np.uint8)
    nan = [np.nan] * 8
    np.testing.assert_array_equal(
        decode_lai(raw), np.array([0, 0.7, 7, 10, *nan], dtype=np.float32)
    )
    np.testing.assert_array_equal(
        decode_fpar(raw), np.array([0, 0.07, 0.7, 1, *nan], dtype=np.float32)
    )
    assert decode_lai(raw).dtype == np.float32


def write_grid(path, days, *, lai=30, fpar=55, qc=0, dtype="u1", ascending=False):
    """A 2 x 3 grid; ``days`` counts from 2000-01-01; values may be (time, lat, lon)."""
    with netCDF4.Dataset(path, "w") as file:
        lat = [-45.0, 45.0] if ascending else [45.0, -45.0]
        for name, values in (("time", days), ("lat", lat), ("lon", [-120.0, 0.0, 120.0])):
            file.createDimension(name, len(values))
            kind = "i4" if name == "time" else "f8"
            file.createVariable(name, kind, (name,))[:] = values
        file["time"].units = "days since 2000-01-01"
        for name, values in (("Lai_500m", lai), ("Fpar_500m", fpar), ("FparLai_QC", qc)):
            raw = file.createVariable(name, dtype, ("time", "lat", "lon"), fill_value=255)
            raw.set_auto_maskandscale(False)
            raw[:] = np.broadcast_to(np.asarray(values, dtype), (len(days), 2, 3))
    return path


def test_composites_stand_at_their_slots(tmp_path):
    """2001 begins on day 366 after 2000-01-01, a leap year; slot 1 is absent."""
    lai = np.array([10, 20, 30], dtype=np.uint8)[:, None, None]
    path = write_grid(tmp_path / "a.nc", [366, 366 + 16, 366 + 360], lai=lai)
    grid = read_modis_grid(path, year=2001)
    assert grid["lai"].shape == (46, 2, 3)
    assert grid["lai"].dtype == np.float32
    assert np.flatnonzero(grid["present"].values).tolist() == [0, 2, 45]
    assert grid["lai"].values[[0, 2, 45], 0, 0].tolist() == [1, 2, 3]
    assert grid["fpar"].values[2, 1, 1] == np.float32(0.55)
    assert np.isnan(grid["lai"].values[1]).all()
    assert grid["lai"].attrs["units"] == "m2 m-2"


def test_the_calendar_starts_anew_each_january(tmp_path):
    """In a leap year day 361 is 26 December; the next composite is 1 January."""
    path = write_grid(tmp_path / "a.nc", [0, 360])
    grid = read_modis_grid(path, year=2000)
    assert np.flatnonzero(grid["present"].values).tolist() == [0, 45]


def test_bad_retrievals_and_fill_classes_are_missing(tmp_path):
    qc = np.array([[0, 32, 65], [157, 0, 0]], dtype=np.uint8)
    lai = np.array([[10, 20, 30], [40, 254, 60]], dtype=np.uint8)
    fpar = np.array([[10, 20, 30], [40, 50, 253]], dtype=np.uint8)
    grid = read_modis_grid(
        write_grid(tmp_path / "a.nc", [366], lai=lai, fpar=fpar, qc=qc), year=2001
    )
    nan = np.nan
    # A pixel counts only with both of its values.
    np.testing.assert_allclose(grid["lai"].values[0], [[1, 2, nan], [nan, nan, nan]])
    np.testing.assert_allclose(grid["fpar"].values[0], [[0.1, 0.2, nan], [nan, nan, nan]])
    assert grid["good_share"].values[0].tolist() == [[100, 100, 0], [0, 0, 0]]
    assert grid["images"].values[0].tolist() == [[1, 1, 0], [0, 0, 0]]


def test_a_part_of_the_grid_is_counted_from_the_north_west(tmp_path):
    lai = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)
    path = write_grid(tmp_path / "a.nc", [366], lai=lai, ascending=True)
    lat, lon = grid_axes(path)
    assert lat.tolist() == [45, -45]
    assert lon.tolist() == [-120, 0, 120]
    part = read_modis_grid(path, year=2001, rows=slice(0, 1), cols=slice(1, 3))
    assert part["lai"].values[0].tolist() == [[np.float32(0.5), np.float32(0.6)]]
    assert part["lat"].values.tolist() == [45]
    assert part["lon"].values.tolist() == [0, 120]


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([366, 371], "starts on 2001-01-06 .day of year 6.; 8-day composites"),
        ([0, 8], "starts on 2000-01-01, expected the year 2001 alone"),
        ([366, 731], "starts on 2002-01-01, expected the year 2001 alone"),
        ([366, 366], "stands there twice"),
        ([], "there is no time step in it"),
    ],
)
def test_composites_that_are_none_of_the_year_are_refused(tmp_path, days, message):
    path = write_grid(tmp_path / "a.nc", days)
    with pytest.raises(InputError, match=message):
        read_modis_grid(path, year=2001)


def test_scaled_values_are_refused(tmp_path):
    path = write_grid(tmp_path / "a.nc", [366], dtype="f4")
    with pytest.raises(InputError, match="expected uint8: the raw values of the product"):
        read_modis_grid(path, year=2001)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="MOD15A2H.061_2001.nc: no such file"):
        read_modis_grid(tmp_path / "MOD15A2H.061_2001.nc", year=2001)


def write_cells(path, days, *, lai=203, fpar=403, good_share=75, images=1, scale=0.01):
    """The layout of the fetch step on the same grid."""
    values = {
        "lai": ("i2", lai, {"scale_factor": scale, "_FillValue": -32768}),
        "fpar": ("i2", fpar, {"scale_factor": 0.001, "_FillValue": -32768}),
        "good_share": ("u1", good_share, {}),
        "images": ("u2", images, {}),
    }
    write_grid(path, days)
    with netCDF4.Dataset(path, "a") as file:
        for name, (kind, field, attributes) in values.items():
            fill = attributes.pop("_FillValue", None)
            variable = file.createVariable(name, kind, ("time", "lat", "lon"), fill_value=fill)
            variable.set_auto_maskandscale(False)
            variable.setncatts(attributes)
            variable[:] = np.broadcast_to(np.asarray(field, kind), (len(days), 2, 3))
    return path


def test_cells_of_the_fetch_step_are_read_as_they_are(tmp_path):
    lai = np.array([[203, 0, 1000], [-32768, 14, 7]])
    fpar = np.array([[403, 0, 1000], [-32768, 1, 2]])
    none = np.where(lai == -32768, 0, 1)
    path = write_cells(
        tmp_path / "a.nc", [366, 374], lai=lai, fpar=fpar, good_share=75 * none, images=none
    )
    grid = read_modis_grid(path, year=2001, cols=slice(0, 2))
    np.testing.assert_array_equal(
        grid["lai"].values[1], np.array([[2.03, 0], [np.nan, 0.14]], "f4")
    )
    np.testing.assert_array_equal(
        grid["fpar"].values[1], np.array([[0.403, 0], [np.nan, 0.001]], "f4")
    )
    assert grid["good_share"].values[0].tolist() == [[75, 75], [0, 75]]
    assert grid["images"].values[:3, 0, 0].tolist() == [1, 1, 0]
    assert np.flatnonzero(grid["present"].values).tolist() == [0, 1]
    assert grid_axes(path, cell=15.0)[0].tolist() == [45, -45]  # already cells


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": 0}, "lai has a value, but no image behind it in 6 of 6 cells"),
        ({"good_share": 120}, "a share of good pixels above 100 percent"),
        ({"lai": -32768}, "lai has images, but no value"),
        ({"fpar": -32768}, "fpar has images, but no value"),
        ({"lai": 1001}, "lai is 10.01 to 10.01, expected 0 to 10"),
        ({"fpar": -1}, "fpar is -0.001 to -0.001, expected 0 to 1"),
        ({"scale": 0.1}, "lai states the scale factor 0.1, expected 0.01"),
    ],
)
def test_impossible_cells_are_refused(tmp_path, changes, message):
    path = write_cells(tmp_path / "a.nc", [366], **changes)
    with pytest.raises(InputError, match=message):
        read_modis_grid(path, year=2001)


@pytest.mark.parametrize(
    ("bits", "lai", "share"), [(0, 203, 75), (32, 203, 75), (64, 155, 50), (96, 155, 50)]
)
def test_raw_pixels_are_averaged_where_they_are_good(tmp_path, bits, lai, share):
    """1.0, 2.1, 3.0 (by its bits) and water; (1.0 + 2.1 + 3.0) / 3 is 2.03 in hundredths."""
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", [366]), ("lat", [60.0, 0.0]), ("lon", [-30.0, 30.0])):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 2000-01-01"
        for name, pixels in (
            ("Lai_500m", [[10, 21], [30, 254]]),
            ("Fpar_500m", [[20, 40], [61, 254]]),
            ("FparLai_QC", [[0, 8], [bits, 0]]),
        ):
            file.createVariable(name, "u1", ("time", "lat", "lon"))[0] = pixels
    grid = read_modis_grid(path, year=2001, cell=120.0)
    assert grid["lai"].shape == (46, 1, 1)
    assert (grid["lat"].values.tolist(), grid["lon"].values.tolist()) == ([30], [0])
    assert grid["lai"].values[0, 0, 0] == np.float32(lai / 100)
    assert grid["good_share"].values[0, 0, 0] == share


def write_sites(tmp_path, *rows, header=HEADER):
    path = tmp_path / "sites.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_pixels_around_a_tower_are_averaged(tmp_path):
    """Pixels 0 and 2 are good; 1 is masked, 3 is the back-up algorithm, 4 is water."""
    path = write_sites(
        tmp_path,
        "2001_01_09,B,0,10,20,0",
        "2001_01_09,A,0,10,20,0",
        "2001_01_09,A,1,,,",
        "2001_01_09,A,2,30,60,32",
        "2001_01_09,A,3,90,90,65",
        "2001_01_09,A,4,254,254,0",
        "2001_12_27,A,0,254,254,157",
    )
    table = read_modis_sites(path, year=2001)
    assert table[["site", "step", "good_pixels"]].to_numpy().tolist() == [
        ["A", 1, 2],
        ["A", 45, 0],
        ["B", 1, 1],
    ]
    assert table["lai"].tolist() == pytest.approx([2.0, np.nan, 1.0], nan_ok=True)
    assert table["fpar"].tolist() == pytest.approx([0.4, np.nan, 0.2], nan_ok=True)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2001_01_09,A,9,10,20,0", "line 3, column pixel: found 9, expected a whole number from 0"),
        ("2001_01_09,A,-1,10,20,0", "column pixel: found -1"),
        ("2001_01_09,A,0,10,20,0", "line 3, column pixel: pixel 0 of A is doubled"),
        ("2001_01_09,A,1,1.5,20,0", "column Lai_500m: found 1.5"),
        ("2001_01_09,A,1,10,256,0", "column Fpar_500m: found 256"),
        ("2001_01_09,A,1,10,20,good", "column FparLai_QC: found 'good', expected a number"),
        ("2001_01_09,,1,10,20,0", "column site: no value"),
        ("2001-01-09,A,1,10,20,0", "column system:index: found '2001-01-09'"),
        ("2001_02_30,A,1,10,20,0", "column system:index: found '2001_02_30'"),
        ("2001_01_10,A,1,10,20,0", "line 3: a composite starts on 2001-01-10"),
        ("2002_01_09,A,1,10,20,0", "line 3: a composite starts on 2002-01-09, expected the year"),
        ("2001_01_09,A,1,10", "line 3: 4 fields, expected the 6 of the header"),
    ],
)
def test_bad_rows_are_refused_with_their_line(tmp_path, row, message):
    path = write_sites(tmp_path, "2001_01_09,A,0,10,20,0", row)
    with pytest.raises(InputError, match=message):
        read_modis_sites(path, year=2001)


def test_an_absent_column_is_refused(tmp_path):
    path = write_sites(tmp_path, "2001_01_09,A,0,1,1", header=HEADER.rsplit(",", 1)[0])
    with pytest.raises(InputError, match="no column FparLai_QC"):
        read_modis_sites(path, year=2001)
