"""Gridding of soundings: cells, months, spreads, bad granules."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.quality import soundings as module
from carbonscape.columns.quality.soundings import (
    granule_table,
    grid_soundings,
    write_gridded,
)
from carbonscape.columns.tables import OCO_GRANULES
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.tables import read_table, write_table
from helpers.lite_granules import FILL, cut_short, write_granule
from helpers.promises import cites

GRID = Grid(90.0)
MONTHS = ["2015-07", "2015-08"]
NORTH_EAST = (45.0, 45.0)


def gridded(tmp_path, granules, *, months=MONTHS, grid=GRID, **options):
    """Return the written file, and the table of granules."""
    record: list[dict] = []
    results = grid_soundings(granules, grid=grid, months=months, record=record, **options)
    path = tmp_path / "gridded.nc"
    write_gridded(results, path, grid=grid, months=months, attrs={"versions": "11r"})
    table = tmp_path / "granules.csv"
    write_table(granule_table(record), table, OCO_GRANULES)
    return xr.load_dataset(path), read_table(table, OCO_GRANULES)


def test_good_land_soundings_are_averaged(tmp_path):
    granules = [
        write_granule(tmp_path, "2015-07-01", [
            (*NORTH_EAST, 400.0, 0, 0), (*NORTH_EAST, 402.0, 0, 0), (*NORTH_EAST, 500.0, 1, 0),
            (*NORTH_EAST, 500.0, 0, 1), (*NORTH_EAST, 500.0, 0, 3), (*NORTH_EAST, FILL, 0, 0),
        ]),
        write_granule(tmp_path, "2015-07-20", [(*NORTH_EAST, 407.0, 0, 0), (-45, -45, 398, 0, 0)]),
        write_granule(tmp_path, "2015-08-05", [(*NORTH_EAST, 410.0, 0, 0)]),
    ]  # fmt: skip
    found, table = gridded(tmp_path, granules)
    assert found["xco2"].dims == ("time", "lat", "lon")
    assert found["time"].values.astype("datetime64[D]").astype(str).tolist() == [
        "2015-07-01",
        "2015-08-01",
    ]
    assert found["xco2"].values[:, 0, 2].tolist() == [403.0, 410.0]
    assert found["count"].values[:, 0, 2].tolist() == [3, 1]
    # Population spread of 400, 402, 407: the root of (9 + 1 + 16) / 3.
    assert found["spread"].values[0, 0, 2] == pytest.approx(np.sqrt(26 / 3), rel=1e-6)
    assert np.isnan(found["spread"].values[1, 0, 2])
    assert found["count"].values.sum() == 5
    assert int(np.isfinite(found["xco2"].values).sum()) == 3
    assert found["count"].dtype == np.int32
    assert found["xco2"].attrs["units"] == "ppm"
    assert found.attrs["versions"] == "11r"
    assert table["soundings"].tolist() == [6, 2, 1]
    assert table["good"].tolist() == [5, 2, 1]
    assert table["land"].tolist() == [4, 2, 1]
    assert table["kept"].tolist() == [2, 2, 1]
    assert set(table["reason"]) == {"none"}


def test_soundings_at_the_edges_of_the_map_are_counted(tmp_path):
    places = [(90, -180), (-90, 180), (-90, -180), (90, 180)]
    rows = [(*place, 400, 0, 0) for place in places]
    found, table = gridded(tmp_path, [write_granule(tmp_path, "2015-07-01", rows)])
    corners = found["count"].values[0][[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.tolist() == [1, 1, 1, 1]
    assert table["kept"].tolist() == [4]


def test_the_month_is_that_of_the_sounding_not_of_the_file(tmp_path):
    cites(
        "an orbit crosses midnight, and a sounding counts in its own UTC month.",
    )
    granules = [
        write_granule(tmp_path, "2015-06-30", [
            (*NORTH_EAST, 380.0, 0, 0), (*NORTH_EAST, 400.0, 0, 0, "2015-07-01T00:01:00"),
        ]),
        write_granule(tmp_path, "2015-07-31", [(*NORTH_EAST, 409.0, 0, 0, "2015-08-01T00:10:00")]),
        write_granule(tmp_path, "2015-08-01", [(*NORTH_EAST, 402.0, 0, 0, "2015-07-31T23:59:59")]),
        write_granule(tmp_path, "2015-09-01", [(*NORTH_EAST, 411.0, 0, 0, "2015-08-31T23:59:59")]),
    ]  # fmt: skip
    found, table = gridded(tmp_path, granules)
    assert found["xco2"].values[:, 0, 2].tolist() == [401.0, 410.0]
    assert table["kept"].tolist() == [1, 1, 1, 1]


def test_an_empty_month_is_missing_and_named(tmp_path, caplog):
    cites(
        "A month without soundings is missing everywhere, and named.",
    )
    months = ["2015-07", "2015-08", "2015-09"]
    granules = [
        write_granule(tmp_path, day, [(*NORTH_EAST, 400.0, 0, 0)])
        for day in ("2015-07-01", "2015-09-01")
    ]
    found, _ = gridded(tmp_path, granules, months=months)
    assert np.isnan(found["xco2"].values[1]).all()
    assert found["count"].values.sum(axis=(1, 2)).tolist() == [1, 0, 1]
    assert "2015-08: no good sounding over land" in caplog.text


def test_few_soundings_are_counted_but_give_no_mean(tmp_path):
    rows = [(*NORTH_EAST, 400.0, 0, 0)] * 2 + [(-45, 45, 400.0, 0, 0)] * 3
    found, _ = gridded(tmp_path, [write_granule(tmp_path, "2015-07-01", rows)], min_count=3)
    assert found["count"].values[0, :, 2].tolist() == [2, 3]
    assert np.isnan(found["xco2"].values[0, 0, 2])
    assert np.isnan(found["spread"].values[0, 0, 2])
    assert (found["xco2"].values[0, 1, 2], found["spread"].values[0, 1, 2]) == (400, 0)


DEFECTS = {
    "cut short": lambda folder: cut_short(
        write_granule(folder, "2015-07-02", [(*NORTH_EAST, 400.0, 0, 0)] * 50)
    ),
    "no variable Sounding/land_water_indicator": lambda folder: write_granule(
        folder, "2015-07-02", [(*NORTH_EAST, 400.0, 0, 0)], group=False
    ),
    "expected integers": lambda folder: write_granule(
        folder, "2015-07-02", [(*NORTH_EAST, 400.0, 0, 0)], flag_type=str
    ),
    "xco2.soundings.scale": lambda folder: write_granule(
        folder, "2015-07-02", [(*NORTH_EAST, 400.0, 0, 0)], omit=["xco2"]
    ),
}


@pytest.mark.parametrize("sentence", DEFECTS)
def test_a_bad_granule_is_named_and_skipped_or_fatal(tmp_path, caplog, sentence):
    cites(
        "A bad granule is named in the log and in `soundings/<instrument>_granules.csv` "
        "with its reason; `xco2.soundings.bad_granule: fail` ends the run instead",
    )
    good = [
        write_granule(tmp_path, day, [(*NORTH_EAST, 400.0, 0, 0)])
        for day in ("2015-07-01", "2015-07-03")
    ]
    bad = DEFECTS[sentence](tmp_path)
    granules = [good[0], bad, good[1]]
    found, table = gridded(tmp_path, granules)
    assert found["count"].values[0, 0, 2] == 2
    assert table["status"].tolist() == ["used", "skipped", "used"]
    assert sentence in table["reason"][1]
    assert bad.name in table["reason"][1]
    assert str(tmp_path) not in table["reason"][1]
    assert table.loc[1, ["soundings", "good", "land", "kept"]].tolist() == [0, 0, 0, 0]
    assert "1 of 3 granules were skipped" in caplog.text
    (tmp_path / "gridded.nc").unlink()
    with pytest.raises(InputError, match=bad.name):
        gridded(tmp_path, granules, bad_granule="fail")
    assert not list(tmp_path.glob("*gridded*"))


def test_every_granule_is_stated_as_used_or_left_out(tmp_path):
    good = write_granule(tmp_path, "2015-07-01", [(*NORTH_EAST, 400.0, 0, 0)])
    bad = write_granule(tmp_path, "2015-07-02", [(*NORTH_EAST, 400.0, 0, 0)])
    bad.write_bytes(b"")
    last = write_granule(tmp_path, "2015-07-03", [(*NORTH_EAST, 400.0, 0, 0)])
    with findings.collected() as found:
        gridded(tmp_path, [good, bad, last], source="oco3")
    assert {one.source for one in found} == {"oco3"}
    assert [(one.item, one.outcome) for one in found] == [
        (str(good), "used"),
        (str(bad), "left out"),
        (str(last), "used"),
        ("xco2 of 2015-08", "warning"),
    ]
    assert found[1].reason == "the file is empty; delete it and fetch it again"


@pytest.mark.parametrize(
    ("lons", "stated"),
    [([-82, -78, -80], True), ([178, -178, 179], True), (range(-180, 180, 10), False)],
)
def test_granules_cut_out_of_a_part_of_the_globe_are_stated(tmp_path, lons, stated):
    cites("Soundings that all lie in less than half of the longitudes (subsets of a box)")
    granules = [
        write_granule(tmp_path, f"2015-07-{day:02d}", [(40.0, lon, 400.0, 0, 0) for lon in lons])
        for day in range(1, 11)
    ]
    for given, expected in ((granules, stated), (granules[:9], False)):
        with findings.collected() as found:
            gridded(tmp_path, given, months=["2015-07"])
        warnings = [one.reason for one in found if one.outcome == "warning"]
        assert len(warnings) == expected
    if stated:
        with findings.collected() as found:
            gridded(tmp_path, granules, months=["2015-07"])
        assert "between 40 and 40 degrees north and in" in found[-1].reason


def test_more_bad_than_good_granules_end_the_run(tmp_path):
    cites(
        "and more than half bad ones always do.",
    )
    granules = [write_granule(tmp_path, "2015-07-01", [(*NORTH_EAST, 400.0, 0, 0)])]
    granules += [
        write_granule(tmp_path, f"2015-07-0{day}", [(*NORTH_EAST, 400.0, 0, 0)], group=False)
        for day in (2, 3)
    ]
    with pytest.raises(InputError, match="more than half of the 3 granules"):
        gridded(tmp_path, granules)
    assert not list(tmp_path.glob("*gridded*"))


def test_granules_out_of_order_are_refused(tmp_path):
    granules = [
        write_granule(tmp_path, day, [(*NORTH_EAST, 400.0, 0, 0)])
        for day in ("2015-07-03", "2015-07-02")
    ]
    with pytest.raises(InputError, match="sort them"):
        gridded(tmp_path, granules)


@pytest.mark.parametrize("waiting", [1, 7, 1 << 20])
def test_sums_do_not_depend_on_how_they_are_taken(tmp_path, monkeypatch, waiting):
    """Against numpy on all soundings at once; two soundings of one cell may wait apart."""
    monkeypatch.setattr(module, "_WAITING", waiting)
    monkeypatch.setattr(module, "_BAND", 40)
    random = np.random.default_rng(4)
    lat, lon = random.uniform(-90, 90, (6, 40)), random.uniform(-180, 180, (6, 40))
    xco2 = random.normal(415, 3, (6, 40)).astype(np.float32)
    granules = [
        write_granule(tmp_path, f"2015-07-0{day + 1}",
                      [(*row, 0, 0) for row in zip(lat[day], lon[day], xco2[day], strict=True)])
        for day in range(6)
    ]  # fmt: skip
    grid = Grid(30.0)
    found, _ = gridded(tmp_path, granules, months=["2015-07"], grid=grid)
    rows = np.floor((90 - lat.astype(np.float32)) / 30).astype(int)
    columns = np.floor((lon.astype(np.float32) + 180) / 30).astype(int)
    for row in range(grid.n_lat):
        for column in range(grid.n_lon):
            values = xco2[(rows == row) & (columns == column)].astype(np.float64)
            assert found["count"].values[0, row, column] == values.size
            if values.size:
                assert found["xco2"].values[0, row, column] == pytest.approx(values.mean())
            if values.size > 1:
                spread = found["spread"].values[0, row, column]
                assert spread == pytest.approx(values.std(), rel=1e-6)


def test_the_same_granules_give_the_same_bytes(tmp_path):
    granules = [write_granule(tmp_path, "2015-07-01", [(*NORTH_EAST, 400.0, 0, 0)])]
    gridded(tmp_path, granules)
    first = (tmp_path / "gridded.nc").read_bytes()
    gridded(tmp_path, granules)
    assert (tmp_path / "gridded.nc").read_bytes() == first
