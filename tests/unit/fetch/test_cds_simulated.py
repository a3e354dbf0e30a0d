"""What the workflow simulates of the data stores passes as what they deliver, and is read alike."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.era5_land import open_accumulation, open_state
from carbonscape.archives.era5_land_monthly import open_monthly
from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.fetch import cds
from carbonscape.fetch.cds_files import open_members
from carbonscape.fetch.want import Want
from carbonscape.simulate.egg4 import write_egg4
from carbonscape.simulate.era5_land import write_era5_land
from carbonscape.simulate.era5_land_monthly import write_era5_land_monthly
from carbonscape.sources.registry import get_source
from helpers import simulated
from helpers.cds_server import KEY, SHORT, CdsServer, Maker, archive_files, cds_server

CELL = 30.0


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("simulated")
    earth = simulated.earth()
    for folder in ("era5_land", "era5_land_monthly", "egg4"):
        (root / folder).mkdir()
    years = {"first_year": 2003, "last_year": 2003}
    write_era5_land(root / "era5_land", earth=earth, spacing=10.0, seed=1, **years)
    paths = [root / "era5_land_monthly" / "era5_land_monthly_2003.nc"]
    write_era5_land_monthly(paths, earth=earth, years=[2003], spacing=10.0)
    rows = round(180 / CELL)
    truth = xr.Dataset(
        {"xco2": (("time", "lat", "lon"), np.full((12, rows, 2 * rows), 400, dtype="float32"))},
        coords={
            "time": np.arange("2003-01", "2004-01", dtype="M8[M]").astype("M8[ns]"),
            "lat": 90 - CELL * (np.arange(rows) + 0.5),
            "lon": -180 + CELL * (np.arange(2 * rows) + 0.5),
        },
    )
    write_egg4([root / "egg4" / "egg4_2003.nc"], truth=truth, cell=CELL, seed=1)
    return root


@pytest.fixture
def store(archive, tmp_path, monkeypatch) -> Iterator[CdsServer]:
    monkeypatch.setenv("CDSAPI_RC", str(tmp_path / "none"))
    monkeypatch.setenv("CDSAPI_KEY", KEY)
    with cds_server(archive_files(archive)) as running:
        running.queue = ()
        yield running
        assert running.complaints == []


@pytest.mark.parametrize(
    ("source", "kind", "when"),
    [
        ("era5_land", "state", "2003-02"),
        ("era5_land", "totals", "2004-01"),
        ("era5_land_monthly", "year", "2003"),
        ("egg4", "year", "2003"),
    ],
)
def test_every_file_arrives_as_it_is(archive, store, quick, tmp_path, source, kind, when):
    files = get_source(source).files[kind]
    target = Path(files.path(tmp_path, when))
    hosts = {"cds": store.address, "ads": store.address}
    cds.fetch(Want(get_source(source), kind, when, target, hosts=hosts), policy=quick)
    assert target.read_bytes() == Path(files.path(archive, when)).read_bytes()
    assert READERS[source, kind](target) in (12, 28, 31)


def months_of(path: Path) -> int:
    with open_monthly(path, year=2003) as year:
        return len(year.months)


def days_of(path: Path, opener) -> int:
    with opener(path) as data:
        return data.sizes["time"]


READERS = {
    ("era5_land", "state"): lambda path: days_of(path, open_state),
    ("era5_land", "totals"): lambda path: days_of(path, open_accumulation),
    ("era5_land_monthly", "year"): months_of,
    ("egg4", "year"): lambda path: read_xco2_field(path).sizes["time"],
}


def selected(archive: Path, folder: Path) -> Maker:
    """Return what delivers the variables and months of the simulated year that are asked for."""

    def make(_: str, inputs: dict) -> bytes:
        names = {SHORT[name] for name in inputs["variable"]}
        path = folder / "selected.zip"
        year = archive / "era5_land_monthly" / "era5_land_monthly_2003.nc"
        with zipfile.ZipFile(path, "w") as sink, open_members(year, "year") as members:
            for number, member in enumerate(members):
                data = xr.open_dataset(member.filepath(), decode_cf=False)
                kept = sorted(names & set(map(str, data.data_vars)))
                if kept:
                    months = [int(month) - 1 for month in inputs["month"]]
                    part = data[kept].isel(valid_time=months)
                    part.to_netcdf(folder / "part.nc")
                    sink.write(folder / "part.nc", f"data_{number}.nc")
                data.close()
        return path.read_bytes()

    return make


def test_a_year_that_comes_in_parts_reads_as_the_year_in_one(archive, store, quick, tmp_path):
    # Means are stamped 00:00 and totals 06:00, in two members of an archive each.
    store.make, store.limit = selected(archive, tmp_path), 12
    target = tmp_path / "raw" / "era5_land_monthly_2003.nc"
    want = Want(
        get_source("era5_land_monthly"), "year", "2003", target, hosts={"cds": store.address}
    )
    cds.fetch(want, policy=quick)
    assert len(store.submitted) == 6
    year = archive / "era5_land_monthly" / "era5_land_monthly_2003.nc"
    with open_monthly(year, year=2003) as whole, open_monthly(target, year=2003) as joined:
        assert joined.months == whole.months
        for month in whole.months:
            found, expected = (data.values(month, slice(None)) for data in (joined, whole))
            np.testing.assert_array_equal(found, expected)
            assert np.isfinite(expected).any(axis=(0, 1)).all()
