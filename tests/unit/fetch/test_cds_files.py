"""What a data store delivers: looked into before it gets its name, and joined where it is cut."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.cds_files import join_parts, open_members, require_delivery
from carbonscape.fetch.cds_requests import Order

LAT, LON = np.arange(2.0, -1.0, -1.0), np.arange(4.0)
ORDER = Order("data", {}, ("t2m",), ("temperature",), 3, ("2015-01",))


def nothing(_: Path) -> None:
    """Accept everything."""


def write(
    path: Path, *, name="t2m", days=(1, 2, 3), time="valid_time", lat=LAT, hour=0, **packing
) -> Path:
    with netCDF4.Dataset(path, "w") as data:
        data.history = '{"stream": ["moda"]}'
        axes = {time: days, "latitude": lat, "longitude": LON}
        for axis, values in axes.items():
            data.createDimension(axis, len(values))
            variable = data.createVariable(axis, "f8", (axis,))
            variable[:] = values
        data[time].units = f"days since 2015-01-{days[0]:02d}"
        data[time][:] = np.array(days) - days[0] + hour / 24
        kind = "i2" if packing else "f4"
        field = data.createVariable(name, kind, tuple(axes), fill_value=None if packing else np.nan)
        field.setncatts({"units": "K", **packing})
        field.set_auto_maskandscale(False)
        field[:] = np.array(days)[:, None, None] * 100 + lat[:, None] * 10 + LON
    return path


def test_what_was_ordered_is_accepted(tmp_path):
    require_delivery(write(tmp_path / "a.nc"), ORDER, "a")
    require_delivery(write(tmp_path / "b.nc", time="time"), ORDER, "b")
    any_name = dataclasses.replace(ORDER, names=())
    require_delivery(write(tmp_path / "c.nc", name="whatever"), any_name, "c")


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({"name": "t"}, "holds t, expected t2m of data"),
        ({"days": (1, 2)}, "holds 2 times .2015-01 to 2015-01., expected 3"),
        ({"days": (30, 31, 32)}, "2015-01 to 2015-02., expected 3 .2015-01"),
    ],
)
def test_something_else_is_refused(tmp_path, made, sentence):
    with pytest.raises(DownloadError, match=sentence):
        require_delivery(write(tmp_path / "a.nc", **made), ORDER, "a")


def test_damaged_files_are_refused(tmp_path):
    whole = write(tmp_path / "a.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DownloadError, match="is damaged"):
        require_delivery(tmp_path / "cut.nc", ORDER, "cut")
    with zipfile.ZipFile(tmp_path / "empty.nc", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(DownloadError, match=r"ZIP archive without any .nc file"):
        require_delivery(tmp_path / "empty.nc", ORDER, "empty")
    with zipfile.ZipFile(tmp_path / "zip.nc", "w") as archive:
        archive.writestr("a.nc", whole)
    content = bytearray((tmp_path / "zip.nc").read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "zip.nc").write_bytes(content)
    with pytest.raises(DownloadError, match="is damaged"):
        require_delivery(tmp_path / "zip.nc", ORDER, "zip")


def test_members_of_an_archive_cannot_leave_the_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "zip.nc", "w") as archive:
        archive.write(write(tmp_path / "a.nc"), "../../outside.nc")
    with open_members(tmp_path / "zip.nc", "zip") as members:
        assert "t2m" in members[0].variables
    assert not list(tmp_path.parent.glob("outside.nc"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.nc", "zip.nc"]


def test_days_and_variables_are_joined_to_the_whole(tmp_path):
    whole = write(tmp_path / "whole.nc")
    parts = [
        write(tmp_path / "2.nc", days=(2, 3)),
        write(tmp_path / "1.nc", days=(1,)),
        write(tmp_path / "3.nc", name="d2m"),
    ]
    join_parts(parts, tmp_path / "joined.nc", "joined", validate=nothing)
    with netCDF4.Dataset(tmp_path / "joined.nc") as joined, netCDF4.Dataset(whole) as expected:
        np.testing.assert_array_equal(joined["t2m"][:], expected["t2m"][:])
        np.testing.assert_array_equal(joined["d2m"][:], expected["t2m"][:])
        np.testing.assert_array_equal(joined["latitude"][:], LAT)
        assert joined["t2m"].units == "K"
        assert "moda" in joined.history
        days = netCDF4.num2date(joined["valid_time"][:], joined["valid_time"].units)
        assert [day.day for day in days] == [1, 2, 3]
    require_delivery(tmp_path / "joined.nc", ORDER, "joined")


def test_values_stay_as_they_are_packed(tmp_path):
    packing = {"scale_factor": 0.5, "add_offset": 3.0}
    parts = [write(tmp_path / f"{day}.nc", days=(day,), **packing) for day in (1, 2, 3)]
    join_parts(parts, tmp_path / "joined.nc", "joined", validate=nothing)
    with netCDF4.Dataset(tmp_path / "joined.nc") as joined:
        assert joined["t2m"].dtype == np.int16
        assert joined["t2m"][2, 0, 1] == 321 * 0.5 + 3.0


def test_parts_that_do_not_fit_are_refused_and_leave_nothing(tmp_path):
    first = write(tmp_path / "1.nc", days=(1,))
    with pytest.raises(DownloadError, match="different grids"):
        join_parts(
            [first, write(tmp_path / "2.nc", days=(2,), lat=LAT + 0.5)],
            tmp_path / "x.nc",
            "x",
            validate=nothing,
        )
    with pytest.raises(DownloadError, match="packed the parts of t2m differently"):
        join_parts(
            [first, write(tmp_path / "3.nc", days=(3,), scale_factor=0.5)],
            tmp_path / "x.nc",
            "x",
            validate=nothing,
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.nc", "2.nc", "3.nc"]


def test_variables_of_different_hours_are_joined_as_the_store_delivers_them(tmp_path):
    parts = [
        write(tmp_path / f"{name}{day}.nc", name=name, days=(day,), hour=hour)
        for name, hour in (("t2m", 0), ("tp", 6))
        for day in (1, 2, 3)
    ]
    both = dataclasses.replace(ORDER, names=("t2m", "tp"))
    target = tmp_path / "joined.nc"
    join_parts(parts, target, "x", validate=lambda path: require_delivery(path, both, "x"))
    with open_members(target, "x") as members:
        assert len(members) == 2
        for member, name in zip(members, ("t2m", "tp"), strict=True):
            with netCDF4.Dataset(tmp_path / f"{name}2.nc") as part:
                np.testing.assert_array_equal(member[name][1], part[name][0])


def test_a_whole_that_is_refused_gets_no_name(tmp_path):
    part = write(tmp_path / "1.nc", days=(1,))
    with pytest.raises(DownloadError, match="holds 1 times"):
        join_parts(
            [part], tmp_path / "x.nc", "x", validate=lambda path: require_delivery(path, ORDER, "x")
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.nc"]
