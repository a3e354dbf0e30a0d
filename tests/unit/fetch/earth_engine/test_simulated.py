"""What is fetched from the simulated archive's images is what that archive writes itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.mcd12q1 import read_class_cells
from carbonscape.archives.modis_lai import read_modis_grid, read_modis_sites
from carbonscape.archives.modis_surface import lst_cells, snow_cells, tree_cells
from carbonscape.archives.modis_vegetation import evi_cells, gpp_cells
from carbonscape.archives.night_lights import light_cells
from carbonscape.archives.tropomi_gases import gas_cells
from carbonscape.fetch.earth_engine.client import fetch
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.want import Want
from carbonscape.simulate import cell_rules, cells
from carbonscape.simulate.land_cover import write_land_cover
from carbonscape.simulate.leaf_files import write_modis_lai
from carbonscape.simulate.native import NativeArchive
from carbonscape.sources.registry import get_source
from helpers import leaves_made, simulated
from helpers.earth_engine_server import earth_engine, read_towers
from helpers.earth_engine_server_simulated import simulated_earth_engine
from helpers.xco2_predictors_made import archive

YEAR = 2016
PRODUCTS = {
    "mod17a2h": cell_rules.gpp(3),
    "mod13a2": cell_rules.EVI_CELLS,
    "mod11a1": cell_rules.LST_CELLS,
    "mod10a1": cell_rules.SNOW_CELLS,
    "mod44b": cell_rules.TREE_CELLS,
    "vcmslcfg": cell_rules.LIGHT_CELLS,
    **{f"tropomi_{name}": cell_rules.gas(name) for name in ("no2", "co", "so2")},
}


#: How the workflow opens a file of a source.
READERS: dict[str, Callable[..., Any]] = {
    "mod17a2h": gpp_cells,
    "mod13a2": evi_cells,
    "mod11a1": lst_cells,
    "mod10a1": snow_cells,
    "mod44b": tree_cells,
    "vcmslcfg": light_cells,
    **{f"tropomi_{name}": partial(gas_cells, gas=name.upper()) for name in ("no2", "co", "so2")},
}


class Thin:
    """The first three days of each month of an archive: enough to combine, and quick."""

    def __init__(self, whole: NativeArchive) -> None:
        self.whole, self.window = whole, whole.window
        self.cell, self.pixels, self.lat, self.lon = whole.cell, whole.pixels, whole.lat, whole.lon

    def images(self, asset: str, first: dt.date, end: dt.date) -> Iterator[Any]:
        """Yield images, all of those that are not daily."""
        if not any(name in asset for name in ("MOD11A1", "MOD10A1", "S5P")):
            yield from self.whole.images(asset, first, end)
            return
        for number in range((end - first).days):
            day = first + dt.timedelta(days=number)
            if day.day == 1:
                yield from self.whole.images(asset, day, day + dt.timedelta(days=3))


def get(source: str, kind: str, target: Path, images: Any, policy: Policy, **more: Any) -> None:
    """Fetch a file from a stand-in that holds an archive."""
    with earth_engine(images, images.cell / images.pixels) as engine:
        engine.world.towers.update(more.pop("towers", {}))
        hosts = {"earth_engine": engine.address}
        want = Want(
            get_source(source), kind, str(YEAR), target, cell=images.cell, hosts=hosts, **more
        )
        fetch(want, policy=policy)
        assert not engine.broken


def write_sites(path: Path, towers: xr.Dataset) -> None:
    """Write the list of towers as users have it."""
    table = towers[["lat", "lon"]].to_dataframe().reset_index()[["site", "lat", "lon"]]
    table.assign(igbp="MF", koppen="Dfb").to_csv(path, index=False)


def same(one: Path, two: Path) -> list[dt.date]:
    """Require the same variables, times and stored values; return the times."""
    times = []
    with netCDF4.Dataset(one) as a, netCDF4.Dataset(two) as b:
        for data in (a, b):
            data.set_auto_maskandscale(False)
            units = data["time"].units
            found = netCDF4.num2date(data["time"][:], units, only_use_python_datetimes=True,
                                     only_use_cftime_datetimes=False)  # fmt: skip
            times.append([moment.date() for moment in found])
        assert times[0] == times[1]
        assert set(a.variables) == set(b.variables)
        for name in set(a.variables) - {"time"}:
            assert a[name].dtype == b[name].dtype, name
            np.testing.assert_array_equal(a[name][:], b[name][:], err_msg=name)
            for attribute in ("_FillValue", "scale_factor", "units"):
                assert getattr(a[name], attribute, None) == getattr(b[name], attribute, None), name
    return times[0]


def times_of(path: Path) -> list[dt.date]:
    return same(path, path)


@pytest.fixture
def long() -> Policy:
    """Patience with a stand-in that computes a lot."""
    return Policy(attempts=3, base_seconds=0.01, cap_seconds=0.05, timeout_seconds=20)


@pytest.mark.parametrize("source", PRODUCTS)
def test_months_are_those_of_the_simulated_archive(
    source: str, long: Policy, tmp_path: Path
) -> None:
    images = Thin(archive(pixels=2))
    fetched, written = tmp_path / "fetched_2016.nc", tmp_path / "written_2016.nc"
    get(source, "xco2_grid", fetched, images, long)
    days = times_of(fetched)
    cells.write_cells(written, archive=images, product=PRODUCTS[source], days=days)
    assert same(fetched, written)
    with READERS[source](fetched, year=YEAR) as year, netCDF4.Dataset(fetched) as data:
        everything = slice(None)
        read = (
            year.year(everything)
            if source == "mod44b"
            else year.month(f"{days[-1]:%Y-%m}", everything)
        )
        name = PRODUCTS[source].rules[0].name
        known = ~np.ma.getmaskarray(data[name][-1])
        assert known.any()
        np.testing.assert_array_equal(read.values[known], data[name][-1].data[known])
        np.testing.assert_array_equal(read.good_share, data[f"{name}_good_share"][-1])


@pytest.mark.parametrize("kind", ["grid", "xco2_grid"])
def test_classes_are_those_of_the_simulated_archive(
    kind: str, long: Policy, tmp_path: Path
) -> None:
    images = archive(pixels=3)
    get("mcd12q1", kind, tmp_path / "fetched.nc", images, long)
    cells.write_classes(tmp_path / "written.nc", archive=images, year=YEAR)
    same(tmp_path / "fetched.nc", tmp_path / "written.nc")
    assert int(read_class_cells(tmp_path / "fetched.nc")["igbp"].max()) == 17


def test_leaves_are_those_of_the_simulated_archive(long: Policy, tmp_path: Path) -> None:
    grid, _ = leaves_made.truth(cloud=0.4)
    images = NativeArchive(grid, seed=1, parts=leaves_made.ALL, pixels=3)
    get("modis_lai", "grid", tmp_path / "fetched.nc", images, long)
    cells.write_leaves(tmp_path / "written.nc", archive=images, year=YEAR)
    # One composite of 2016 is missing at least.
    assert 40 < len(same(tmp_path / "fetched.nc", tmp_path / "written.nc")) < 46
    read = read_modis_grid(tmp_path / "fetched.nc", year=YEAR)
    assert 2 < float(read["lai"].mean()) < 2.7


def test_towers_are_those_of_the_simulated_archive(long: Policy, tmp_path: Path) -> None:
    leaves_made.write(tmp_path, cloud=0.4)
    written = tmp_path / f"sites_MOD15A2H.061_{YEAR}.csv"
    grid, towers = leaves_made.truth(cloud=0.4)
    images = NativeArchive(grid, seed=1, parts=leaves_made.ALL, pixels=1)
    sites = tmp_path / "sites.csv"
    write_sites(sites, towers)
    fetched = tmp_path / "fetched.csv"
    raw = read_towers(written)
    get("modis_lai", "sites", fetched, images, long, sites=sites, towers=raw)
    one, two = (read_modis_sites(path, year=YEAR) for path in (fetched, written))
    assert one.equals(two)
    assert sorted(fetched.read_text().splitlines()) == sorted(written.read_text().splitlines())


def test_every_file_of_one_simulated_earth_comes_from_one_stand_in(
    long: Policy, tmp_path: Path
) -> None:
    options = {"first_year": 2003, "last_year": 2004}
    earth, grid = simulated.earth(**options), simulated.grid(**options)
    places = simulated.sites(**options)
    raw, year = tmp_path / "raw", {"first_year": 2004, "last_year": 2004}
    common = {"grid": grid, "sites": places, "seed": earth.settings.seed,
              "parts": earth.settings.parts}  # fmt: skip
    write_modis_lai(raw / "modis_lai", **common, **year)
    write_land_cover(raw / "esa", raw / "mcd12q1", cell=30.0, **common, **year)
    sites = tmp_path / "sites.csv"
    write_sites(sites, places)
    gases = {"so2": "2004-03", "no2": "2004-03", "co": "2004-03"}
    with simulated_earth_engine(
        grid, earth=earth, cell=30.0, pixels=2, gases_first=gases, raw=raw
    ) as engine:
        for source, kind in (
            ("modis_lai", "grid"),
            ("modis_lai", "sites"),
            ("mcd12q1", "grid"),
            ("mcd12q1", "sites"),
        ):
            record = get_source(source)
            target = Path(record.files[kind].path(tmp_path / "fetched", "2004"))
            hosts = {"earth_engine": engine.address}
            want = Want(record, kind, "2004", target, cell=30.0, sites=sites, hosts=hosts)
            fetch(want, policy=long)
            written = Path(record.files[kind].path(raw, "2004"))
            if kind == "grid":
                same(target, written)
            else:
                # Line for line, in whatever order.
                assert sorted(target.read_text().splitlines()) == sorted(
                    written.read_text().splitlines()
                )
        assert not engine.broken
