"""One tile of each product at its full size, from raw files to the rows of the mosaic.

    PYTHONPATH=workflow .venv/bin/python benchmarks/planet.py /tmp/planet [--quick] [--only STEP]

The simulated Earth writes the native files of a tile of 200 by 200 cells of 0.1 degree (a year of
daily weather and of leaf area) and of 400 by 400 cells of 0.05 degree (three months of all
predictors of XCO2), in files of the globe that are empty elsewhere. Steps that read the globe do
so here too. Every step is a process of its own; core time and largest memory are its own, the rest
is the size of what it wrote. Models are untrained, of full width. A mosaic has the tile at every
place. Two more steps try what does not follow from one tile: the memory of a prediction of 20 years
and the drawing of ten million samples of XCO2.

The table goes to FOLDER/planet_rates.csv; that of all steps is benchmarks/planet.csv. The quick
form has a small Earth and tries the script only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import shutil
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from measuring.steps import COLUMNS, machine, run, size_mb, write_rates
from paper_tile import NAMES, OPTIONS

from carbonscape.columns.features.composite_files import write_composites
from carbonscape.columns.features.composites import CompositeOptions, PredictorFiles
from carbonscape.columns.features.sample_windows import write_samples
from carbonscape.columns.features.sampling import draw_samples
from carbonscape.columns.features.tiles import build_xco2_tile, write_xco2_tile
from carbonscape.columns.prediction import inference as columns
from carbonscape.core.grid import GridTile
from carbonscape.core.grid_files import create_grid_file
from carbonscape.core.months import months_between
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.meteorology import open_daily_weather
from carbonscape.fluxes.features.tile_series import build_tile_series, write_tile_series
from carbonscape.fluxes.features.weather_files import write_step_means
from carbonscape.fluxes.prediction import inference as fluxes
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.prediction.mosaic import write_mosaic
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.simulate.earth import EarthSettings
from carbonscape.simulate.planet import TRUTH_CELL, PlanetTile
from carbonscape.sources.registry import source_names
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.saved_model import load_model

AT_BILSTM = {
    "units": 512, "layers": 3, "dropout": 0.5, "epochs": 1, "batch_size": 512,
    "learning_rate": 0.001, "optimiser": "adam", "weight_decay": 0, "clip_norm": None,
    "schedule": "constant", "members": 1,
}  # fmt: skip
FILL = {"fill_degrees": 0.5, "wind": "uv", "lucc": "code", "tropomi_missing": "climatology"}
GASES_FIRST = {"so2": "2018-12", "no2": "2018-06", "co": "2018-06"}
MONTHS = ["2019-04", "2019-05", "2019-06"]


@dataclass(frozen=True)
class Size:
    """How large the benchmark is."""

    cells: dict[str, float]
    edges: dict[str, int]
    tile: str
    truth: float
    spacing: float
    networks: dict[str, dict[str, Any]]
    samples: int

    def cut(self, product: str) -> GridTile:
        """Return the tile of a product."""
        return self.tiles(product)[self.tile]

    def tiles(self, product: str) -> dict[str, GridTile]:
        """Return all tiles of a product."""
        return GridTile.cut(self.cells[product], self.edges[product])


#: The tile from 10 N to 10 S and from 20 to 40 E: forest, savanna and lakes, no sea.
PAPER = Size(
    {"gpp": 0.1, "xco2": 0.05}, {"gpp": 200, "xco2": 400}, "r04c10", TRUTH_CELL, 0.1,
    {"gpp": OPTIONS, "xco2": AT_BILSTM}, 10_000_000,
)  # fmt: skip
QUICK = Size(
    {"gpp": 10.0, "xco2": 10.0}, {"gpp": 3, "xco2": 3}, "r02c06", 10.0, 10.0,
    {
        "gpp": OPTIONS | {"width": 8, "heads": 2, "layers": 1, "feedforward": 16},
        "xco2": AT_BILSTM | {"units": 4, "layers": 1},
    },
    50,
)  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """The steps, in order; each reads what those before it wrote below the folder."""

    folder: Path
    size: Size

    def path(self, name: str) -> Path:
        """Return a file below the folder."""
        return self.folder / name

    def planet(self, product: str, years: tuple[int, int]) -> PlanetTile:
        """Return the tile of the simulated Earth."""
        tile = self.size.cut(product)
        settings = EarthSettings(
            cell=self.size.truth, first_year=years[0], last_year=years[1], sites=5, seed=42
        )
        maps = Path(__file__).resolve().parents[1] / "resources/geography"
        return PlanetTile.of(
            settings, maps, cell=tile.grid.cell, rows=tile.rows, cols=tile.cols,
            spacing=self.size.spacing,
        )  # fmt: skip

    @cached_property
    def predictors(self) -> dict[str, Path]:
        """Files of the predictors of XCO2."""
        names = ["gpp", "evi", "lst", "ndsi", "vcf", "lights", "igbp", "weather"]
        gases = {gas: self.path(f"raw_xco2/S5P_L3_{gas.upper()}_2019.nc") for gas in GASES_FIRST}
        return {name: self.path(f"raw_xco2/{name}_2019.nc") for name in names} | gases

    # --- gross primary production ---

    def simulate_gpp(self) -> tuple[int, int]:
        """Write a year of leaf area and of daily weather."""
        planet = self.planet("gpp", (2010, 2011))
        planet.write_leaves({2010: self.path("raw_gpp/MOD15A2H.061_2010.nc")})
        planet.write_weather(self.path("raw_gpp"), 2010, 2010)
        return self.size.edges["gpp"] ** 2, 12

    def aggregate_era5_land(self) -> tuple[int, int]:
        """Average the weather of the globe over steps."""
        tile, raw = self.size.cut("gpp"), self.path("raw_gpp")
        totals = [f"2010_{month:02d}" for month in range(1, 13)] + ["2011_01"]
        site = {"site": ["XX-One"], "lat": [tile.lat[1]], "lon": [tile.lon[1]]}
        with open_daily_weather(
            2010,
            state=[raw / f"era5_land_daily_mean_{month}.nc" for month in totals[:12]],
            totals=[raw / f"era5_land_accum_{month}.nc" for month in totals],
            accept=True, accept_implausible=True,
        ) as weather:  # fmt: skip
            write_step_means(
                weather, grid=tile.grid, sites=pd.DataFrame(site), calendar=MODIS_8DAY,
                grid_path=self.path("weather/grid.nc"), sites_path=self.path("weather/sites.nc"),
                accept=True,
            )  # fmt: skip
        return tile.grid.n_lat * tile.grid.n_lon, 12

    def build_tile_series(self) -> tuple[int, int]:
        """Fill the gaps of the tile's series."""
        tile = self.size.cut("gpp")
        series = build_tile_series(
            leaves={2010: self.path("raw_gpp/MOD15A2H.061_2010.nc")},
            weather={2010: self.path("weather/grid.nc")},
            grid=tile.grid, rows=tile.rows, cols=tile.cols, variables=NAMES, calendar=MODIS_8DAY,
            max_gap_steps=4, climatology=True, lowest=True, accept=True, implausible=True,
        )  # fmt: skip
        write_tile_series(series, self.path("series_gpp/tile.nc"))
        return series.sizes["cell"], 12

    def predict_flux(self) -> tuple[int, int]:
        """Predict a year by twelve monthly networks."""
        path = self.path("product_gpp/model.zip")
        with xr.open_dataset(self.path("series_gpp/tile.nc")) as file:
            values = file["series_filled"].values
        rows = np.random.default_rng(0).integers(0, len(values), 240)
        block = Block(
            series=values[rows, :44], context={}, month=np.arange(240) % 12 + 1,
            # Hardly a spread: what an untrained network says of other cells stays possible.
            target=np.linspace(4.9, 5.1, 240),
        )  # fmt: skip
        del values
        training = prepare_training(
            block, model="fluxformer", options=self.size.networks["gpp"], variables=NAMES,
            window="jan_to_m", seed=1, product=get_product("gpp"),
            **schedule_of(MODIS_8DAY, "jan_to_m", "fluxformer"),
        )  # fmt: skip
        shutil.rmtree(self.path("scratch"), ignore_errors=True)
        train_final(training, path, scratch=self.path("scratch"), workers=1)
        return self._predict_flux("series_gpp/tile.nc", "product_gpp/tile.nc", load_model(path))

    def _predict_flux(self, series: str, out: str, model: Any, years: Any = (2010,)) -> Any:
        """Predict some years of a tile."""
        tile, blocks = self.size.cut("gpp"), TileBlocks(self.path(series), fluxes.SERIES)
        found = predict_blocks(
            blocks, tile, lambda part: fluxes.predict_tile(
                part, {year: {} for year in years}, [model], product=get_product("gpp"),
                tile=tile, calendar=MODIS_8DAY, years=list(years),
            ),
        )  # fmt: skip
        write_tile(found, self.path(out))
        return blocks.cells, 12 * len(years)

    def mosaic_gpp(self) -> tuple[int, int]:
        """Put a year of the globe together."""
        return self._mosaic("gpp", 2010, list(range(1, 13)))

    def write_20_years(self) -> tuple[int, int]:
        """Write the series of 20 years: the year again and again."""
        years = range(2001, 2021)
        with xr.open_dataset(self.path("series_gpp/tile.nc")) as one:
            long = xr.concat([one.drop_vars("leaf_good_share")] * len(years), "step",
                             data_vars="minimal")  # fmt: skip
        long["year"] = ("step", np.repeat(list(years), MODIS_8DAY.steps_per_year))
        write_tile_series(long, self.path("long/tile.nc"))
        return long.sizes["cell"], 12 * len(years)

    def predict_20_years(self) -> tuple[int, int]:
        """Predict 20 years by the mean of a window: what is in memory is that of the step."""
        model = SimpleNamespace(
            label="mean of LAI", variables=NAMES, pft="none", window="jan_to_m",
            entry=SimpleNamespace(yearly=False, kind="baseline"),
            batch=lambda month: 1024,
            predict=lambda block, month: block.series[..., 0].mean(axis=1).astype(float),
        )  # fmt: skip
        return self._predict_flux("long/tile.nc", "long/flux.nc", model, range(2001, 2021))

    # --- XCO2 ---

    def simulate_xco2(self) -> tuple[int, int]:
        """Write three months of all predictors."""
        self.planet("xco2", (2019, 2019)).write_xco2(
            self.predictors, months=MONTHS, gases_first=GASES_FIRST
        )
        return self.size.edges["xco2"] ** 2, len(MONTHS)

    def composite_xco2(self) -> tuple[int, int]:
        """Compose the predictors of the globe."""
        grid, files = self.size.cut("xco2").grid, {k: str(v) for k, v in self.predictors.items()}
        gases = [files.pop(gas) for gas in GASES_FIRST]
        write_composites(
            self.path("composites/2019.nc"), files=PredictorFiles(**files, gases=gases), year=2019,
            months=MONTHS, grid=grid, options=CompositeOptions(), accept_incomplete=source_names(),
            accept_implausible=source_names(),
        )  # fmt: skip
        return grid.n_lat * grid.n_lon, len(MONTHS)

    def build_xco2_tile(self) -> tuple[int, int]:
        """Fill the gaps of the tile's predictors."""
        tile = self.size.cut("xco2")
        found = build_xco2_tile(
            composites=[self.path("composites/2019.nc")], grid=tile.grid, rows=tile.rows,
            cols=tile.cols, months=MONTHS, options=FILL,
        )  # fmt: skip
        write_xco2_tile(found, self.path("series_xco2/tile.nc"))
        return found.sizes["cell"], len(MONTHS)

    def predict_xco2(self) -> tuple[int, int]:
        """Predict a month by At-BiLSTM."""
        tile, path = self.size.cut("xco2"), self.path("product_xco2/model.zip")
        blocks = TileBlocks(self.path("series_xco2/tile.nc"), columns.SERIES)
        with xr.open_dataset(blocks.path) as file:
            names, values = file["variable"].values.tolist(), file["predictors"].values
        values = values[np.isfinite(values).all(axis=(1, 2))]
        block = Block(
            series=values[np.random.default_rng(0).integers(0, len(values), 64)], context={},
            month=np.arange(64) % 12 + 1, target=np.linspace(400, 420, 64),
            where=np.column_stack([np.linspace(-9, 9, 64), np.linspace(21, 39, 64),
                                   np.full(64, 2019.5)]),
        )  # fmt: skip
        del values
        product = get_product("xco2")
        training = prepare_training(
            block, model="at_bilstm", options=self.size.networks["xco2"], variables=names,
            window="3 months", seed=1, product=product,
        )  # fmt: skip
        shutil.rmtree(self.path("scratch"), ignore_errors=True)
        train_final(training, path, scratch=self.path("scratch"), workers=1)
        model = load_model(path)
        found = predict_blocks(
            blocks, tile, lambda part: columns.predict_tile(
                part, [model], product=product, tile=tile, months=MONTHS[-1:], steps=3,
                window="trailing",
            ),
        )  # fmt: skip
        write_tile(found, self.path("product_xco2/tile.nc"))
        return blocks.cells, 1

    def mosaic_xco2(self) -> tuple[int, int]:
        """Put a month of the globe together."""
        return self._mosaic("xco2", 2019, [6])

    def write_long_tile(self) -> tuple[int, int]:
        """Write 87 months of a full tile and soundings on a tenth of its cells."""
        tile, months = self.size.cut("xco2"), months_between("2014-10", "2021-12")
        with xr.open_dataset(self.path("series_xco2/tile.nc")) as few:
            places = np.arange(len(months)) % len(few["time"])
            long = few.isel(time=places).load()
        long["time"] = np.array(months, "datetime64[M]").astype("datetime64[ns]")
        gases = [long["variable"].values.tolist().index(gas) for gas in ("SO2", "NO2", "CO")]
        long["source"].values[:, :45, gases] = 2  # the calendar month, before TROPOMI
        write_xco2_tile(long, self.path("samples/tile.nc"))
        notes = {name: (("time", "lat", "lon"), kind, {"units": units})
                 for name, kind, units in (("count", "f4", "1"), ("xco2", "f4", "ppm"),
                                           ("spread", "f4", "ppm"))}  # fmt: skip
        rng, span = np.random.default_rng(0), months[2:]
        path, days = self.path("samples/oco2.nc"), np.array(span, "datetime64[M]")
        shape = (self.size.edges["xco2"], self.size.edges["xco2"])
        leading = {"time": (days.astype("datetime64[D]").astype(int)).tolist()}
        with create_grid_file(path, tile.grid, leading=leading, variables=notes) as file:
            file["time"].units = "days since 1970-01-01"
            for step in range(len(span)):
                seen = rng.random(shape) < 0.1
                for name, value in (("count", 5), ("xco2", 410), ("spread", 1)):
                    field = np.where(seen, np.float32(value), np.float32(np.nan))
                    file[name][step, tile.rows, tile.cols] = field
        return long.sizes["cell"], len(months)

    def sample_xco2(self) -> tuple[int, int]:
        """Draw samples; the tile is read as often as it takes to have enough."""
        tile, path = self.size.cut("xco2"), self.path("samples/tile.nc")
        with xr.open_dataset(path) as file:
            times = 1 + int(self.size.samples / (file.sizes["cell"] * 85 * 0.1))
        drawn, _ = draw_samples(
            tiles=[path] * times, soundings={"oco2": self.path("samples/oco2.nc")},
            instruments={"oco2": {"first_month": "2014-12", "last_month": "2021-12"}},
            grid=tile.grid, steps=3, window="trailing", min_count=1,
            max_samples=self.size.samples, seed=1,
            temporal_blocks=[[2014, 2015], [2016, 2017], [2018, 2018], [2019, 2019], [2020, 2021]],
        )  # fmt: skip
        write_samples(drawn, self.path("samples/samples.nc"))
        return len(drawn.table), 1

    def _mosaic(self, product: str, year: int, months: list[int]) -> tuple[int, int]:
        """Put the globe together, which has the tile at every place."""
        tiles = [(t, self.path(f"product_{product}/tile.nc"))
                 for t in self.size.tiles(product).values()]  # fmt: skip
        write_mosaic(
            self.path(f"mosaic_{product}/{year}.nc"), get_product(product), year=year, tiles=tiles,
            attributes={}, months=months,
        )  # fmt: skip
        grid = tiles[0][0].grid
        return grid.n_lat * grid.n_lon, len(months)


#: Steps, their product and the folder that they fill.
STAGES = (
    ("simulate_gpp", "gpp", "raw_gpp"),
    ("aggregate_era5_land", "gpp", "weather"),
    ("build_tile_series", "gpp", "series_gpp"),
    ("predict_flux", "gpp", "product_gpp"),
    ("mosaic_gpp", "gpp", "mosaic_gpp"),
    ("write_20_years", "gpp", "long"),
    ("predict_20_years", "gpp", "long"),
    ("simulate_xco2", "xco2", "raw_xco2"),
    ("composite_xco2", "xco2", "composites"),
    ("build_xco2_tile", "xco2", "series_xco2"),
    ("predict_xco2", "xco2", "product_xco2"),
    ("mosaic_xco2", "xco2", "mosaic_xco2"),
    ("write_long_tile", "xco2", "samples"),
    ("sample_xco2", "xco2", "samples"),
)


def main() -> None:
    """Run the steps one after another and print and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where files are written, and stay")
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    parser.add_argument("--only", nargs="*", help="some steps, whose inputs are there")
    given = parser.parse_args()
    bench = Bench(given.folder, QUICK if given.quick else PAPER)
    table = given.folder / "planet_rates.csv"
    rows = pd.read_csv(table).to_dict("records") if table.exists() and given.only else []
    for stage, product, folder in STAGES:
        if given.only and stage not in given.only:
            continue
        target = bench.path(folder)
        target.mkdir(parents=True, exist_ok=True)
        start = time.time() - 1
        if given.quick:
            row = run(bench, stage)
        else:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                row = pool.apply(run, (bench, stage))
        row |= {"product": product, "disk_mb": round(size_mb(target, start), 2),
                "date": dt.date.today().isoformat(), "machine": machine()}  # fmt: skip
        rows = [*(other for other in rows if other["stage"] != stage), row]
        print(", ".join(f"{name} {row[name]}" for name in COLUMNS[:7]), flush=True)
        write_rates(rows, table)
    print(f"written: {table}")


if __name__ == "__main__":
    main()
