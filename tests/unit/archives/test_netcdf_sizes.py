"""A netCDF file that declares what no memory holds is refused before anything is read."""

from __future__ import annotations

import math
import resource

import netCDF4
import numpy as np
import pytest

from carbonscape.archives import netcdf_sizes
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.netcdf_sizes import refuse_oversized
from carbonscape.core.errors import InputError
from carbonscape.core.limits import Limit


def declare(path, shape: dict[str, int], *, name: str = "x", group: str = "", **options):
    with netCDF4.Dataset(path, "w") as dataset:
        place = dataset.createGroup(group) if group else dataset
        for dim, size in shape.items():
            place.createDimension(dim, size)
        place.createVariable(name, "f8", tuple(shape), **options)
    return path


@pytest.mark.parametrize(
    ("shape", "name", "group", "found"),
    [
        ({"lat": 10**9}, "lat", "", "lat: found 1,000,000,000, expected at most 10,000,000 values"),
        ({"time": 10**10}, "x", "PRODUCT", "x: found 10,000,000,000, expected"),
        (
            {"time": 10**6, "lat": 10**5, "lon": 10**5},
            "x",
            "",
            "declares 80,000,000,000,000,000 bytes",
        ),
    ],
)
def test_huge_dimensions_are_refused(tmp_path, shape, name, group, found):
    chunks = {"chunksizes": tuple(min(size, 100) for size in shape.values())}
    path = declare(tmp_path / "a.nc", shape, name=name, group=group, **chunks)
    assert path.stat().st_size < 20_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=found), open_netcdf(path):
        pass
    # Kilobytes: not even one of the variables was allocated.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_an_axis_of_a_grid_is_bounded_more_tightly(tmp_path):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("lat", 2), ("lon", 2_000_000)):
            file.createDimension(name, size)
            file.createVariable(name, "f8", (name,), chunksizes=(min(size, 1000),))
        file["lat"][:] = [1.0, 2.0]
    with (
        open_netcdf(path) as datasets,
        pytest.raises(InputError, match="lon: found 2,000,000, expected at most 1,300,000 lat"),
    ):
        normalise_axes(datasets[0], with_time=False)


def test_no_more_is_read_at_once_than_there_may_be_whatever_the_file_holds(tmp_path):
    shape = {"time": 100, "lat": 10_000, "lon": 10_000}
    path = declare(tmp_path / "a.nc", shape, chunksizes=(1, 100, 100))
    with path.open("ab") as stream:
        # Bytes behind the data: the file looks large enough.
        stream.truncate(1 << 30)
    with open_netcdf(path) as datasets:
        field = datasets[0]["x"]
        assert field[3, 5:7, 10:12].values.shape == (2, 2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for part in (field, field[:, :, 0:8000], field[:, [0] * 8000]):
            with pytest.raises(InputError, match=r"expected at most 4,294,967,296 bytes of values"):
                part.values  # noqa: B018
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_chunk_that_fills_the_memory_is_refused(tmp_path):
    shape = {"lat": 20_000, "lon": 20_000}
    path = declare(tmp_path / "a.nc", shape, chunksizes=(20_000, 20_000))
    with pytest.raises(InputError, match=r"x: found 3,200,000,000, expected .* bytes of a chunk"):
        refuse_oversized(path, "a.nc")


def test_more_variables_than_any_file_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(netcdf_sizes, "VARIABLES", Limit(2, "variables", "1"))
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as dataset:
        for number in range(3):
            dataset.createVariable(f"x{number}", "f4")
    with pytest.raises(InputError, match="found 3, expected at most 2 variables"):
        refuse_oversized(path, "a.nc")


def test_real_shapes_pass(tmp_path):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as dataset:
        dataset.createDimension("lat", 180)
        dataset.createDimension("lon", 360)
        dataset.createDimension("n", None)
        dataset.createVariable("x", "f4", ("lat", "lon"), zlib=True)[:] = 1.0
        dataset.createVariable("text", str, ("lat",))
        dataset.createVariable("y", "i1", ("n", "lat"))[:] = np.zeros((3, 180))
        dataset.createVariable("scalar", "f8")
    refuse_oversized(path, "a.nc")


def test_fractions_as_those_of_esa_cci_are_far_from_the_bound():
    # 15 variables of a byte on 64,800 x 129,600 cells; files of about 1.5 GB.
    declared = 15 * math.prod((64_800, 129_600))
    assert declared < 0.1 * netcdf_sizes.DECLARED_RATIO.most * 1.5e9
