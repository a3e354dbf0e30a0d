"""Tiles of XCO2 predictors: land, codes, seams, and the inputs that options ask for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features.composites import XCO2_VARIABLES
from carbonscape.columns.features.fill import (
    CLIMATOLOGY,
    DARK_OR_BARE,
    INTERPOLATED,
    MEDIAN,
    OBSERVED,
)
from carbonscape.columns.features.tiles import build_xco2_tile, model_inputs, write_xco2_tile
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid

GRID = Grid(15.0)
MONTHS = [f"{year}-{month:02d}" for year in (2015, 2016) for month in (1, 2)]
OPTIONS = {
    "fill_degrees": 15.0,
    "wind": "uv",
    "lucc": "code",
    "tropomi_missing": "climatology",
}


class Composites:
    """Two years of composites, two months each, that a test may spoil before writing."""

    def __init__(self) -> None:
        random = np.random.default_rng(3)
        shape = (len(MONTHS), GRID.n_lat, GRID.n_lon)
        self.fields = {name: random.uniform(1, 2, shape) for name in XCO2_VARIABLES}
        self.fields["LUCC"] = random.integers(1, 15, shape).astype(float)
        self.land = np.ones((2, *shape[1:]), dtype=np.uint8)
        self.median = np.arange(100.0, 100 + len(MONTHS))[:, None] + np.arange(16) * 10
        self.median[:, XCO2_VARIABLES.index("LUCC")] = 7

    def write(self, folder: Path) -> list[Path]:
        paths = []
        for number, year in enumerate((2015, 2016)):
            span = slice(2 * number, 2 * number + 2)
            dims = ("time", "lat", "lon")
            dataset = xr.Dataset(
                {name: (dims, v[span].astype("f4")) for name, v in self.fields.items()},
                coords={
                    "time": np.array(MONTHS[span], "datetime64[M]").astype("datetime64[ns]"),
                    "lat": GRID.lat,
                    "lon": GRID.lon,
                    "variable": list(XCO2_VARIABLES),
                },
            )
            dataset["land"] = (dims[1:], self.land[number])
            dataset["median"] = (("time", "variable"), self.median[span].astype("f4"))
            dataset["SP"].attrs["units"] = "Pa"
            paths.append(folder / f"{year}.nc")
            dataset.to_netcdf(paths[-1])
        return paths


def build(
    paths: list[Path], rows: slice = slice(0, 12), cols: slice = slice(0, 24), **options: object
) -> xr.Dataset:
    return build_xco2_tile(
        composites=paths,
        grid=GRID,
        rows=rows,
        cols=cols,
        months=MONTHS,
        options={**OPTIONS, **options},
    )


def at(tile: xr.Dataset, name: str, row: int, col: int) -> tuple[list[float], list[int]]:
    """Return the series of a cell and its codes."""
    cell = int(np.flatnonzero((tile["row"] == row) & (tile["col"] == col))[0])
    some = tile.isel(cell=cell).sel(variable=name)
    return some["predictors"].values.tolist(), some["source"].values.tolist()


# --- codes ---------------------------------------------------------------------------------------


def test_every_code_by_hand(tmp_path: Path) -> None:
    made = Composites()
    evi, so2 = made.fields["EVI"], made.fields["SO2"]
    evi[0, 4, 4] = np.nan
    evi[0, 3, 4], evi[0, 5, 4], evi[0, 4, 3], evi[0, 4, 5] = 1.0, 2.0, 3.0, 6.0
    so2[:2] = np.nan  # the gas begins in the second year
    made.median[:2, XCO2_VARIABLES.index("SO2")] = np.nan
    so2[:, 6, 6] = np.nan  # and is never seen here nor beside it
    so2[:, 5:8, 5:8] = np.nan
    evi[[0, 2], 0:2] = np.nan  # 82.5 and 67.5 N in January
    made.fields["LUCC"][:, 8, 8] = 16
    evi[:, 7:10, 7:10] = np.nan
    tile = build(made.write(tmp_path))
    values, codes = at(tile, "EVI", 4, 4)
    assert (values[0], codes) == (3.0, [INTERPOLATED, OBSERVED, OBSERVED, OBSERVED])
    values, codes = at(tile, "SO2", 2, 2)
    assert codes == [CLIMATOLOGY, CLIMATOLOGY, OBSERVED, OBSERVED]
    assert values[:2] == values[2:] == so2[2:, 2, 2].astype("f4").tolist()
    values, codes = at(tile, "SO2", 6, 6)
    # Its own medians are of the 3rd and 4th month; the first two take the median of both.
    assert (values, codes) == ([172.5, 172.5, 172.0, 173.0], [MEDIAN] * 4)
    values, codes = at(tile, "EVI", 0, 4)
    assert (values[0], codes[0], codes[2]) == (0.0, DARK_OR_BARE, DARK_OR_BARE)
    values, codes = at(tile, "EVI", 8, 8)
    assert (values, codes) == ([0.0] * 4, [DARK_OR_BARE] * 4)
    assert np.isnan(tile["median"].sel(variable="SO2").values[:2]).all()


def test_only_snow_greenness_and_gpp_are_zero_in_the_dark(tmp_path: Path) -> None:
    made = Composites()
    for name in ("GPP", "NDSI", "LST", "NTL"):
        made.fields[name][[0, 2], 0:3] = np.nan
    tile = build(made.write(tmp_path), fill_degrees=1.0)
    for name, code in (("GPP", 3), ("NDSI", 3), ("LST", MEDIAN), ("NTL", MEDIAN)):
        assert at(tile, name, 0, 0)[1][0] == code, name
    assert at(tile, "GPP", 2, 0)[1][0] == MEDIAN  # 52.5 N has a sun in January


def test_on_coarse_cells_nothing_is_near_enough(tmp_path: Path) -> None:
    made = Composites()
    made.fields["PRE"][1, 4, 4] = np.nan
    values, codes = at(build(made.write(tmp_path), fill_degrees=0.5), "PRE", 4, 4)
    assert codes[1] == CLIMATOLOGY
    assert values[1] == values[3]


def test_a_cell_is_land_if_it_is_land_every_year(tmp_path: Path) -> None:
    made = Composites()
    made.land[1, 3, 3] = made.land[0, 5, 5] = 0
    tile = build(made.write(tmp_path))
    assert tile.sizes["cell"] == 12 * 24 - 2
    cells = set(zip(tile["row"].values.tolist(), tile["col"].values.tolist(), strict=True))
    assert (3, 3) not in cells
    assert (5, 5) not in cells


# --- seams ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fill_degrees", [0.5, 15.0, 45.0])
def test_values_do_not_depend_on_the_tile(tmp_path: Path, fill_degrees: float) -> None:
    made = Composites()
    random = np.random.default_rng(8)
    for field in made.fields.values():
        field[random.random(field.shape) < 0.7] = np.nan
    made.land = (random.random(made.land.shape) < 0.9).astype(np.uint8)
    made.land[1] = made.land[0]
    paths = made.write(tmp_path)
    whole = build(paths, fill_degrees=fill_degrees)
    seen = 0
    for top in range(0, 12, 5):
        for left in range(0, 24, 7):
            rows, cols = slice(top, min(top + 5, 12)), slice(left, min(left + 7, 24))
            tile = build(paths, rows, cols, fill_degrees=fill_degrees)
            inside = (whole["row"] // 5 == top // 5) & (whole["col"] // 7 == left // 7)
            same = whole.isel(cell=np.flatnonzero(inside))
            xr.testing.assert_identical(tile, same)
            seen += tile.sizes["cell"]
    assert seen == whole.sizes["cell"]
    if fill_degrees > 1:
        assert (whole["source"] == INTERPOLATED).any()


def test_gaps_close_across_the_date_line(tmp_path: Path) -> None:
    made = Composites()
    made.fields["TEMP"][0, :, :] = np.nan
    made.fields["TEMP"][0, 5, 23] = 4.5
    tile = build(made.write(tmp_path), slice(4, 8), slice(0, 6))
    values, codes = at(tile, "TEMP", 5, 0)
    assert (values[0], codes[0]) == (4.5, INTERPOLATED)
    assert at(tile, "TEMP", 5, 1)[1][0] == CLIMATOLOGY


# --- inputs of models ----------------------------------------------------------------------------


def test_inputs_follow_table_2_and_the_options() -> None:
    assert model_inputs(OPTIONS) == list(XCO2_VARIABLES)
    speed = model_inputs({**OPTIONS, "wind": "speed"})
    assert len(speed) == 15
    assert speed[12] == "WIND_SPEED"
    one_hot = model_inputs({**OPTIONS, "lucc": "one_hot"})
    assert one_hot[5:22] == [f"LUCC_{code:02d}" for code in range(1, 18)]
    assert len(one_hot) == 32
    assert len(model_inputs({**OPTIONS, "tropomi_missing": "drop"})) == 13
    flagged = model_inputs({**OPTIONS, "tropomi_missing": "indicator"})
    assert flagged[16:] == ["SO2_FLAG", "NO2_FLAG", "CO_FLAG"]


def test_speed_classes_and_flags_have_the_values_of_their_variables(tmp_path: Path) -> None:
    made = Composites()
    made.fields["WIND_V"][1, 4, 4], made.fields["WIND_U"][1, 4, 4] = -3.0, 4.0
    made.fields["WIND_U"][3, 4, 4] = np.nan
    made.fields["LUCC"][1, 4, 4] = 12
    made.fields["SO2"][:2] = np.nan
    tile = build(
        made.write(tmp_path),
        fill_degrees=0.5,
        wind="speed",
        lucc="one_hot",
        tropomi_missing="indicator",
    )
    values, codes = at(tile, "WIND_SPEED", 4, 4)
    assert (values[1], codes) == (5.0, [0, 0, 0, CLIMATOLOGY])
    assert values[3] == pytest.approx(np.hypot(made.fields["WIND_V"][3, 4, 4], 4.0))
    hot = [at(tile, f"LUCC_{code:02d}", 4, 4)[0][1] for code in range(1, 18)]
    assert hot == [1.0 if code == 12 else 0.0 for code in range(1, 18)]
    assert at(tile, "SO2_FLAG", 4, 4) == ([1.0, 1.0, 0.0, 0.0], [0, 0, 0, 0])
    assert at(tile, "CO_FLAG", 4, 4)[0] == [0.0] * 4


# --- files ---------------------------------------------------------------------------------------


def test_a_tile_is_written_whole_and_alike(tmp_path: Path) -> None:
    paths = Composites().write(tmp_path)
    tile = build(paths, slice(0, 3), slice(0, 3))
    write_xco2_tile(tile, tmp_path / "a.nc")
    write_xco2_tile(build(paths, slice(0, 3), slice(0, 3)), tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    with xr.open_dataset(tmp_path / "a.nc") as read:
        assert read["source"].dtype == np.uint8
        assert read["predictors"].dtype == np.float32
        assert read["time"].values.astype("datetime64[M]").astype(str).tolist() == MONTHS
        assert "SP: Pa" in read["predictors"].attrs["units"]
        assert np.array_equal(read["predictors"], tile["predictors"])


def test_a_tile_of_sea_is_an_empty_file(tmp_path: Path) -> None:
    made = Composites()
    made.land[:, :3, :3] = 0
    tile = build(made.write(tmp_path), slice(0, 3), slice(0, 3))
    write_xco2_tile(tile, tmp_path / "sea.nc")
    with xr.open_dataset(tmp_path / "sea.nc") as read:
        assert read.sizes["cell"] == 0
        assert read.sizes["variable"] == 16


def test_a_missing_month_is_named(tmp_path: Path) -> None:
    paths = Composites().write(tmp_path)
    with pytest.raises(InputError, match="lack the months 2016-01, 2016-02; delete"):
        build(paths[:1])


def test_a_file_of_another_grid_or_kind_is_refused(tmp_path: Path) -> None:
    paths = Composites().write(tmp_path)
    with xr.open_dataset(paths[0]) as dataset:
        dataset.drop_vars("NO2").to_netcdf(tmp_path / "less.nc")
        dataset.isel(lat=slice(1, None)).to_netcdf(tmp_path / "cut.nc")
    with pytest.raises(InputError, match=r"less.nc: the composites of XCO2 predictors lack NO2"):
        build([tmp_path / "less.nc", paths[1]])
    with pytest.raises(InputError, match=r"cut.nc: lat has 11 values"):
        build([tmp_path / "cut.nc", paths[1]])
    (tmp_path / "text.nc").write_text("no netCDF")
    with pytest.raises(InputError, match=r"text.nc: this is no readable netCDF file"):
        build([tmp_path / "text.nc", paths[1]])
