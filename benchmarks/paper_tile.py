"""Memory and time of one tile of the paper's product: 200 by 200 cells of 0.1 degree, 21 years.

    PYTHONPATH=workflow .venv/bin/python benchmarks/paper_tile.py /tmp/tile [--quick]

Native files are made of noise where the tile lies and are empty elsewhere. What is measured is
reading, the gap rule, and the prediction of some months with an untrained FluxFormer of full width.
The quick form has a tile of 5 by 5 cells of 4 degrees, two years and a small network: it tries the
script only.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from carbonscape.core.grid import GridTile
from carbonscape.core.grid_files import create_grid_file
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.meteorology import UNITS, VARIABLES
from carbonscape.fluxes.features.tile_series import build_tile_series
from carbonscape.fluxes.prediction.inference import predict_tile
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.saved_model import load_model

NAMES = ["LAI", "FPAR", *VARIABLES]
OPTIONS = {
    "width": 64, "heads": 8, "layers": 3, "feedforward": 256, "dropout": 0.1,
    "context": "projection", "context_hidden": 64, "context_width": 16, "epochs": 1,
    "batch_size": 64, "learning_rate": 0.001, "optimiser": "radam", "weight_decay": 0,
    "clip_norm": 4, "schedule": "constant", "members": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large the benchmark is."""

    tile: GridTile
    edge: int
    years: range
    predicted: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Steps of a year, rows and columns of the tile."""
        return 46, self.edge, self.edge


PAPER = Size(GridTile.cut(0.1, 200)["r03c09"], 200, range(2000, 2021), 8000)
QUICK = Size(GridTile.cut(4, 5)["r03c09"], 5, range(2009, 2011), 25)


def peak() -> float:
    """Return the largest memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def write_year(folder: Path, year: int, size: Size, rng: np.random.Generator) -> None:
    """Write the native MODIS file and the step means of a year."""
    shape, tile = size.shape, size.tile
    with netCDF4.Dataset(folder / f"modis_{year}.nc", "w") as file:
        for name, axis in (("lat", tile.grid.lat), ("lon", tile.grid.lon)):
            file.createDimension(name, len(axis))
            file.createVariable(name, "f8", (name,))[:] = axis
        file.createDimension("time", 46)
        variable = file.createVariable("time", "i4", ("time",))
        variable.units = "days since 2000-01-01"
        start = int((np.datetime64(f"{year}-01-01") - np.datetime64("2000-01-01")).astype(int))
        variable[:] = start + 8 * np.arange(46)
        for name, top in (("Lai_500m", 60), ("Fpar_500m", 90), ("FparLai_QC", 1)):
            band = file.createVariable(
                name, "u1", ("time", "lat", "lon"), chunksizes=shape, zlib=True,
                complevel=1, fill_value=255,
            )  # fmt: skip
            values = rng.integers(0, top, shape, dtype=np.uint8)
            if name == "FparLai_QC":
                values = np.where(rng.random(shape) < 0.3, 97, 0).astype(np.uint8)
            band[:, tile.rows, tile.cols] = values
    notes = {name: (("step", "lat", "lon"), "f4", {"units": UNITS[name]}) for name in VARIABLES}
    leading = {"step": list(range(46))}
    path = folder / f"era5_{year}.nc"
    with create_grid_file(path, tile.grid, leading=leading, variables=notes) as file:
        for name in VARIABLES:
            file[name][:, tile.rows, tile.cols] = rng.random(shape, dtype=np.float32)


def main() -> None:
    """Build the tile and predict a year of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where files are written, and stay")
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    given = parser.parse_args()
    folder, size = given.folder, QUICK if given.quick else PAPER
    tile = size.tile
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for year in size.years:
        if not (folder / f"era5_{year}.nc").exists():
            write_year(folder, year, size, rng)
    print(f"files written, peak {peak():.2f} GB", flush=True)
    start = time.monotonic()
    series = build_tile_series(
        leaves={year: folder / f"modis_{year}.nc" for year in size.years},
        weather={year: folder / f"era5_{year}.nc" for year in size.years},
        grid=tile.grid, rows=tile.rows, cols=tile.cols, variables=NAMES, calendar=MODIS_8DAY,
        max_gap_steps=4, climatology=True, lowest=True,
    )  # fmt: skip
    print(
        f"series of {series.sizes['cell']} cells in {time.monotonic() - start:.0f} s, "
        f"peak {peak():.2f} GB",
        flush=True,
    )
    # A batch is filled up whatever the cells, so a small tile needs a small network as well.
    small = {"width": 8, "heads": 2, "layers": 1, "feedforward": 16} if given.quick else {}
    block = Block(
        series=rng.random((240, 44, 7), dtype=np.float32), context={},
        month=np.arange(240) % 12 + 1, target=rng.random(240),
    )  # fmt: skip
    training = prepare_training(
        block, model="fluxformer", options=OPTIONS | small, variables=NAMES, pft="none",
        window="jan_to_m", seed=1, product=GPP,
        **schedule_of(MODIS_8DAY, "jan_to_m", "fluxformer"),
    )  # fmt: skip
    train_final(training, folder / "model.zip", scratch=folder / "scratch", workers=1)
    models = [load_model(folder / "model.zip")]
    start = time.monotonic()
    some = series.isel(cell=slice(0, size.predicted))
    predict_tile(
        some, {2010: {}}, models, product=GPP, tile=tile, calendar=MODIS_8DAY, years=[2010]
    )
    seconds = time.monotonic() - start
    print(
        f"{some.sizes['cell']:,} cells x 12 months in {seconds:.0f} s, "
        f"{12 * some.sizes['cell'] / seconds:.0f} cell-months a second, peak {peak():.2f} GB"
    )


if __name__ == "__main__":
    main()
