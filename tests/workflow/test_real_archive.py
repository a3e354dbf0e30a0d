"""The native files of the simulated Earth, given as a real archive: the same results, or a refusal.

From quality control on, no code can tell which archive it reads. The truth is not even there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pytest
import xarray as xr
import yaml

from carbonscape.core.findings import read_findings
from helpers.project_copy import Project

FLUXFORMER, CLIMATOLOGY = "fluxformer-igbp_esa_cci", "climatology-igbp_esa_cci"
GPP = "results/real/gpp"
WEATHER = f"{GPP}/features/era5_land/grid_2015.nc"
COVER = f"{GPP}/features/land_cover/grid_2015.nc"
TILE = f"{GPP}/features/tiles/r0c0.nc"
SITES = f"{GPP}/features/site_series.nc"
TARGETS = (
    TILE,
    SITES,
    f"{GPP}/features/cell_classes.nc",
    f"{GPP}/sif/sif_monthly.nc",
    f"{GPP}/crossval/split_0/fluxformer-igbp_esa_cci-jan_to_m.parquet",
    f"{GPP}/product/{FLUXFORMER}/gpp_2016.nc",
    f"{GPP}/product/{CLIMATOLOGY}/gpp_2016.nc",
)
STATE = "era5_land/era5_land_daily_mean_2015_05.nc"
TOTALS = "era5_land/era5_land_accum_2015_06.nc"
LEAVES, IGBP = "modis_lai/MOD15A2H.061_2015.nc", "mcd12q1/MCD12Q1.061_2015.nc"
FRACTIONS = "esa_cci_pft/ESACCI-LC-L4-PFT-Map-300m-P1Y-2015-v2.0.8.nc"
#: What a file says of where it comes from: the one difference that there may be.
PROVENANCE = {"title", "summary", "id", "source", "archive"}


class Real(NamedTuple):
    """A project that reads an archive which its user supplied."""

    project: Project
    archive: Path

    def run(self, *targets: str, accept: str = "") -> subprocess.CompletedProcess[str]:
        """Make some files; the gaps of a source may be accepted."""
        words = ["--config", f"inputs={{accept_incomplete: [{accept}]}}"] if accept else []
        return self.project.run("real.yaml", "--cores", "2", *words, "--", *targets)

    def path(self, name: str) -> Path:
        return self.project.folder / name


@pytest.fixture(scope="module")
def real(
    make_project: Callable[[str], Project],
    raw_archive: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Real:
    """A fresh project that has run on a copy of the native files, and has no truth."""
    project, archive = make_project("real"), tmp_path_factory.mktemp("archive") / "my files"
    shutil.copytree(raw_archive, archive)
    changes = {
        "run": "real",
        "archive": "real",
        # Absent files are named; that they are fetched is shown in test_downloads.py.
        "fetch": {"download": False},
        "raw": str(archive),
        "towers": str(archive / "towers"),
    }
    (project.folder / "real.yaml").write_text(yaml.safe_dump(changes))
    result = Real(project, archive)
    done = result.run(*TARGETS)
    assert done.returncode == 0, done.stderr[-3000:]
    assert not (project.folder / "resources/truth").exists()
    assert not (project.folder / "resources/raw").exists()
    return result


@pytest.fixture
def native(real: Real) -> Iterator[Callable[[str], Path]]:
    """Return the path of a native file, which is put back as it was after the test."""
    saved: dict[Path, tuple[bytes, os.stat_result]] = {}

    def borrow(name: str) -> Path:
        path = real.archive / name
        saved[path] = (path.read_bytes(), path.stat())
        return path

    yield borrow
    for path, (content, stat) in saved.items():
        path.write_bytes(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def refused(done: subprocess.CompletedProcess[str], rule: str, *parts: str) -> str:
    """Check that a rule refused with one sentence that holds all parts; return it."""
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if line.startswith(f"carbonscape: {rule}:")]
    assert len(said) == 1, done.stderr[-3000:]
    for part in parts:
        assert part in said[0]
    assert said[0].endswith((".", "?"))
    assert "fault of the workflow" not in said[0]
    assert "Traceback (most recent call last)" not in done.stderr
    return said[0]


def assert_nothing_half_written(real: Real, *targets: str) -> None:
    for target in targets:
        assert not real.path(target).exists()
    left = [path for path in real.path("results").rglob("*") if ".part" in path.name]
    assert left == []


# What is the same.


@pytest.mark.parametrize("folder", ["towers", "features", "sif", "crossval", "models"])
def test_features_and_predictions_are_those_of_the_simulated_archive(
    finished: Project, real: Real, folder: str
) -> None:
    found = [path for path in sorted(real.path(f"{GPP}/{folder}").rglob("*")) if path.is_file()]
    # Costs are seconds as measured.
    found = [path for path in found if not path.name.endswith(".cost.csv")]
    assert found
    for path in found:
        twin = finished.folder / "results/tiny/gpp" / path.relative_to(real.path(GPP))
        assert path.read_bytes() == twin.read_bytes(), path.name


@pytest.mark.parametrize("product", [FLUXFORMER, CLIMATOLOGY])
def test_maps_differ_in_what_they_say_of_their_source_alone(
    finished: Project, real: Real, product: str
) -> None:
    tiles = sorted(real.path(f"{GPP}/product/{product}/tiles").glob("*.nc"))
    assert len(tiles) == 2
    for tile in tiles:
        twin = finished.folder / f"results/tiny/gpp/product/{product}/tiles" / tile.name
        assert tile.read_bytes() == twin.read_bytes()
    for year in (2015, 2016):
        name = f"product/{product}/gpp_{year}.nc"
        with (
            xr.open_dataset(real.path(f"{GPP}/{name}")) as ours,
            xr.open_dataset(finished.folder / "results/tiny/gpp" / name) as theirs,
        ):
            xr.testing.assert_equal(ours, theirs)
            assert set(ours.attrs) == set(theirs.attrs)
            differ = {key for key in ours.attrs if ours.attrs[key] != theirs.attrs[key]}
            assert differ == PROVENANCE
            assert (ours.attrs["archive"], theirs.attrs["archive"]) == ("real", "simulated")


# What is accepted.


def roll_to_0_360(path: Path) -> None:
    """Rewrite a grid so that it begins at Greenwich: longitudes 0 to 360, values with them."""
    with netCDF4.Dataset(path, "a") as data:
        data.set_auto_maskandscale(False)
        half = len(data["lon"]) // 2
        for name in data.variables:
            if "lon" in data[name].dimensions and name != "lon":
                data[name][:] = np.roll(data[name][:], half, axis=-1)
        data["lon"][:] = np.roll(data["lon"][:], half) % 360
        assert data["lon"][0] > 0
        assert (np.diff(data["lon"][:]) > 0).all()


@pytest.mark.parametrize(("names", "target"), [([LEAVES], TILE), ([FRACTIONS, IGBP], COVER)])
def test_longitudes_from_0_to_360_give_the_same_features(
    real: Real, native: Callable[[str], Path], names: list[str], target: str
) -> None:
    before = real.path(target).read_bytes()
    for name in names:
        roll_to_0_360(native(name))
    done = real.run(target)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "1 of 1 steps" in done.stdout + done.stderr
    assert real.path(target).read_bytes() == before


def test_the_weather_has_longitudes_from_0_to_360_as_it_is(real: Real) -> None:
    with xr.open_dataset(real.archive / STATE, decode_times=False) as data:
        assert float(data["longitude"][0]) == 0.0
        assert float(data["longitude"][-1]) > 350
    with xr.open_dataset(real.path(WEATHER)) as data:
        assert float(data["lon"][0]) == -165.0


def test_a_composite_that_never_was_is_filled_and_said_to_be(real: Real) -> None:
    # Terra delivered nothing of 2016's seventh composite (18 to 25 February).
    with xr.open_dataset(real.path(SITES)) as series:
        lost = (series["year"] == 2016) & (series["step_of_year"] == 6)
        code = series["fill_code"].isel(step=lost).squeeze("step")
        assert series["series"].isel(step=lost).sel(variable=["LAI", "FPAR"]).isnull().all()
        assert (code.sel(variable=["LAI", "FPAR"]) > 0).all()
        assert (code.sel(variable="T2M") == 0).all()
        assert series["series_filled"].isel(step=lost).notnull().all()
    with xr.open_dataset(real.path(TILE)) as tile:
        lost = (tile["year"] == 2016) & (tile["step_of_year"] == 6)
        assert (tile["filled_variables"].isel(step=lost) == 2).all()
        assert tile["series_filled"].isel(step=lost).notnull().all()
    with xr.open_dataset(real.path(f"{GPP}/product/{FLUXFORMER}/gpp_2016.nc")) as product:
        share = product["filled_share"].isel(time=1)
        # February looks back on eight steps of seven variables, of which two are filled.
        assert float(share.min()) > 2 / (8 * 7) - 1e-6
        assert product["gpp"].isel(time=1).notnull().equals(share.notnull())
        # Of the leaves alone one step of eight is filled, in every cell.
        leaves = product["leaf_filled_share"].isel(time=1)
        assert float(leaves.min()) >= 12
        assert float(product["leaf_observed_steps"].isel(time=1).max()) <= 7


def test_a_further_missing_composite_changes_its_own_step(
    real: Real, native: Callable[[str], Path]
) -> None:
    names = ("modis_lai/sites_MOD15A2H.061_2015.csv", LEAVES)
    table, grid = (native(name) for name in names)
    with xr.open_dataset(real.path(TILE)) as tile, xr.open_dataset(real.path(SITES)) as series:
        before, code = tile["filled_variables"].load(), series["fill_code"].load()
    kept = [line for line in table.read_text().splitlines() if not line.startswith("2015_07_28")]
    table.write_text("\n".join(kept) + "\n")
    with xr.open_dataset(grid, decode_cf=False) as data:
        slots = data["time"].values - data["time"].values[0]
        assert 8 * 26 in slots
        less = data.isel(time=slots != 8 * 26).load()
    grid.unlink()
    less.to_netcdf(grid)
    refused(real.run(TILE), "build_tile_series", LEAVES, "2015-07-28", "inputs.accept_incomplete")
    done = real.run(TILE, SITES, accept="modis_lai")
    assert done.returncode == 0, done.stderr[-3000:]
    found = read_findings(real.path("results/real/inputs/build_tile_series-gpp-r0c0.csv"))
    assert [finding.outcome for finding in found if "2015-07-28" in finding.reason] == [
        "incomplete"
    ]
    with xr.open_dataset(real.path(TILE)) as tile, xr.open_dataset(real.path(SITES)) as series:
        after, after_code = tile["filled_variables"].load(), series["fill_code"].load()
        assert tile["series_filled"].notnull().all()
    assert (after[:, 26] == 2).all()
    assert (before[:, 26] == 2).mean() < 0.5
    changed = np.flatnonzero((after != before).any("cell"))
    assert changed.tolist() == [26]
    leaves = ["LAI", "FPAR"]
    assert (after_code.isel(step=26).sel(variable=leaves) > 0).all()
    assert (code.isel(step=26).sel(variable=leaves) > 0).mean() < 0.5


# What is refused.


def test_a_netcdf_cut_short(real: Real, native: Callable[[str], Path]) -> None:
    path = native(LEAVES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    refused(real.run(TILE), "build_tile_series", LEAVES, "cut short", "fetch it again")
    assert_nothing_half_written(real, TILE)


def test_a_zip_named_nc_cut_short(real: Real, native: Callable[[str], Path]) -> None:
    path = native("era5_land/era5_land_accum_2015_01.nc")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    done = real.run(WEATHER)
    refused(done, "aggregate_era5_land", path.name, "cut short", "fetch it again")
    assert_nothing_half_written(real, WEATHER, WEATHER.replace("grid", "sites"))


def in_celsius(data: netCDF4.Dataset) -> None:
    data["t2m"].units = "degC"
    data["t2m"][:] -= 273.15


def in_celsius_unsaid(data: netCDF4.Dataset) -> None:
    data["t2m"][:] -= 273.15


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (in_celsius, ["t2m is in 'degC', expected 'K'", "original file"]),
        (in_celsius_unsaid, ["t2m is", "2015-05-01", "possible 170 to 335", "is its unit K"]),
    ],
)
def test_temperature_in_another_unit(
    real: Real, native: Callable[[str], Path], change: Callable, parts: list[str]
) -> None:
    with netCDF4.Dataset(native(STATE), "a") as data:
        change(data)
    refused(real.run(WEATHER), "aggregate_era5_land", STATE, *parts)
    assert_nothing_half_written(real, WEATHER)


def test_a_day_is_missing_in_the_middle_of_a_year(
    real: Real, native: Callable[[str], Path]
) -> None:
    path = native(TOTALS)
    with xr.open_dataset(path, decode_cf=False) as data:
        less = data.isel(valid_time=np.arange(30) != 9).load()
    path.unlink()
    less.to_netcdf(path)
    done = real.run(WEATHER)
    # Stamped 10 June: the total of the 9th.
    refused(done, "aggregate_era5_land", "1 day is missing", "2015-06-09", "fetch the months")
    assert_nothing_half_written(real, WEATHER)


def test_fractions_that_do_not_sum_to_a_hundred(real: Real, native: Callable[[str], Path]) -> None:
    with netCDF4.Dataset(native(FRACTIONS), "a") as data:
        data.set_auto_mask(False)
        for name in set(data.variables) - {"time", "lat", "lon"}:
            data[name][0, 0, :7] = 60 * (name == "WATER")
    done = real.run(COVER)
    parts = ["7 of 1152 pixels", "do not add up to 100", "has 60; fetch it again"]
    refused(done, "encode_land_cover", FRACTIONS, *parts)
    assert_nothing_half_written(real, COVER, COVER.replace("grid", "sites"))


def test_a_class_of_another_legend(real: Real, native: Callable[[str], Path]) -> None:
    with netCDF4.Dataset(native(IGBP), "a") as data:
        data.set_auto_mask(False)
        data["igbp"][:] = np.where(data["igbp"][:] == 17, 0, data["igbp"][:])
    done = real.run(COVER)
    refused(done, "encode_land_cover", IGBP, "code 0", "MCD12Q1 has water as 17")
    assert_nothing_half_written(real, COVER)


@pytest.mark.parametrize(
    ("absent", "target", "parts"),
    [
        (LEAVES, TILE, ["1 of 4 files of MOD15A2H.061", LEAVES]),
        (TOTALS, WEATHER, ["1 of 49 files of ERA5-Land", TOTALS]),
        (FRACTIONS, COVER, ["1 of 4 files of ESA-CCI", FRACTIONS]),
        ("koppen/koppen_geiger_0p1.tif", f"{GPP}/features/cell_classes.nc", ["Koppen-Geiger"]),
    ],
    ids=["year of MODIS", "month of ERA5-Land", "year of ESA-CCI", "Koppen"],
)
def test_a_missing_file_is_named_with_where_it_comes_from(
    real: Real, native: Callable[[str], Path], absent: str, target: str, parts: list[str]
) -> None:
    native(absent).unlink()
    done = real.run(target)
    refused(done, "require_raw", *parts, "config key 'raw'", "docs/readers.md", "run again")
    assert not (real.path("results/real/missing")).exists() or not list(
        real.path("results/real/missing").iterdir()
    )


def test_after_all_that_the_good_files_give_the_same_again(finished: Project, real: Real) -> None:
    done = real.run(TILE, WEATHER, COVER, SITES)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in (TILE, WEATHER, COVER, SITES):
        twin = finished.folder / name.replace("results/real", "results/tiny")
        assert real.path(name).read_bytes() == twin.read_bytes()
