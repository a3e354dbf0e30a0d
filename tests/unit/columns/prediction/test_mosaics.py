"""Yearly files of XCO2, put together from tiles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.prediction.source_masks import MASKS
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import GridTile
from carbonscape.prediction.mosaic import map_attributes, write_mosaic
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.xco2 import PRODUCT as XCO2
from helpers.xco2_tiles import MONTHS, PLACES, by_window, model, predict, series

RUN = {
    "carbonscape": "0.0", "seed": 42, "git": {"commit": "abc"},
    "config": {"model": "at_bilstm", "time_input": "none"},
    "inputs": {"samples.nc": "0f"}, "packages": {"torch": "2"},
}  # fmt: skip


def mosaic(folder: Path, year: int, *, size: int = 5, members: int = 2, archive="simulated"):
    """Predict tiles and put them together."""
    product = model(*[lambda block, by=by: by_window(block) + by for by in range(members)])
    data, tiles = series(), []
    data["source"][3, :, 1] = 3
    for tile in GridTile.cut(30.0, size).values():
        inside = [
            n
            for n, (r, c) in enumerate(PLACES)
            if r in range(6)[tile.rows] and c in range(12)[tile.cols]
        ]
        path = folder / f"{tile.name}.nc"
        write_tile(predict(data.isel(cell=inside), product, tile=tile), path)
        tiles.append((tile, path))
    path = folder / f"xco2_{year}.nc"
    write_mosaic(
        path, XCO2, year=year, tiles=tiles,
        attributes=map_attributes(
            XCO2, model="At-BiLSTM", archive=archive, runs=[RUN], models_sha256=["1f"],
            time_input="none", calibration_scale="x2007",
        ),
        months=[int(m[5:]) for m in MONTHS if int(m[:4]) == year],
    )  # fmt: skip
    return path


def test_a_year_may_hold_december_alone(tmp_path: Path):
    with xr.open_dataset(mosaic(tmp_path, 2014)) as found:
        assert found["xco2"].shape == (1, 6, 12)
        edges = found["time_bnds"].values.astype("datetime64[D]").astype(str).tolist()
        assert edges == [["2014-12-01", "2015-01-01"]]
        assert found.attrs["time_coverage_start"] == "2014-12-01"
        assert found.attrs["time_coverage_end"] == "2014-12-31"
    with xr.open_dataset(mosaic(tmp_path, 2015)) as found:
        assert found["xco2"].shape == (5, 6, 12)
        assert found.attrs["time_coverage_end"] == "2015-05-31"


def test_tiles_meet_without_seams(tmp_path: Path):
    data = series()
    data["source"][3, :, 1] = 3
    whole = predict(data, model(by_window, lambda block: by_window(block) + 1))
    with xr.open_dataset(mosaic(tmp_path, 2015), mask_and_scale=False) as found:
        for name in ("xco2", "xco2_spread", "filled_share"):
            values = np.where(found[name].values > 1e30, np.nan, found[name].values)
            np.testing.assert_array_equal(values, whole[name].values[1:])
        source = found["predictor_source"]
        # Two bytes for codes of one: see the format of mosaics.
        assert source.dtype == np.int16
        np.testing.assert_array_equal(source.values, whole["predictor_source"].values[1:])
        assert set(np.unique(source.values)) == {0, 3, 255}


def test_years_of_different_length_are_joined_along_time(tmp_path: Path):
    paths = [mosaic(tmp_path, year) for year in (2014, 2015)]
    parts = [xr.load_dataset(path, mask_and_scale=False) for path in paths]
    expected = np.concatenate([part["xco2"].values for part in parts])
    with netCDF4.MFDataset(paths) as years:
        years.set_auto_mask(False)
        assert years["time"].shape == (6,)
        np.testing.assert_array_equal(years["xco2"][:], expected)
        assert years["predictor_source"][:].max() == 255
        beside = " ".join(["xco2_spread predictor_source filled_share", *MASKS])
        assert years["xco2"].ancillary_variables == beside


def test_one_member_has_no_spread(tmp_path: Path):
    with netCDF4.Dataset(mosaic(tmp_path, 2015, members=1)) as file:
        assert "xco2_spread" not in file.variables
        assert file["xco2"].units == "ppm"


def test_a_tile_that_lacks_a_variable_of_the_others_is_refused(tmp_path: Path):
    mosaic(tmp_path, 2015)
    tiles = [(tile, tmp_path / f"{tile.name}.nc") for tile in GridTile.cut(30.0, 5).values()]
    with xr.open_dataset(tiles[2][1]) as dataset:
        bare = dataset.drop_vars("xco2_spread").load()
    write_tile(bare, tiles[2][1])
    with pytest.raises(ResultError, match=rf"{tiles[2][0].name}\.nc: the tile has no xco2_spread"):
        write_mosaic(
            tmp_path / "x.nc", XCO2, year=2015, tiles=tiles, attributes={}, months=range(1, 6),
        )  # fmt: skip
    assert not (tmp_path / "x.nc").exists()


def test_sources_and_configuration_stand_in_the_file(tmp_path: Path):
    with netCDF4.Dataset(mosaic(tmp_path, 2015)) as file:
        assert file.Conventions == "CF-1.11, ACDD-1.3"
        assert "SIMULATED" in file.title
        assert file.calibration_scale == "x2007"
        assert json.loads(file.model_config) == RUN["config"]
        assert file.model_sha256 == "1f"
        flags = file["predictor_source"]
        assert flags.flag_values.tolist() == [0, 1, 2, 3, 4, 255]
        assert len(flags.flag_meanings.split()) == 6
    with netCDF4.Dataset(mosaic(tmp_path, 2015, archive="real")) as file:
        assert "SIMULATED" not in file.title


@pytest.mark.parametrize("year", [2014, 2015])
def test_a_cf_checker_finds_nothing_wrong(tmp_path: Path, year: int):
    report, path = tmp_path / "report.json", mosaic(tmp_path, year)
    checker = Path(sys.executable).parent / "compliance-checker"
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [
            sys.executable, str(checker), "--test", "cf:1.11", "--criteria", "strict",
            "--format", "json", "--output", str(report), str(path),
        ],
        capture_output=True, text=True, check=False, env=os.environ | offline,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    suite = json.loads(report.read_text())["cf:1.11"]
    wrong = [
        (item["name"], item["msgs"])
        for level in ("high_priorities", "medium_priorities", "low_priorities")
        for item in suite[level]
        if item["value"][0] < item["value"][1]
    ]
    assert suite["possible_points"] > 20
    assert wrong == []
