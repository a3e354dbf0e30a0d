"""Gridding of OCO soundings: soundings a second and peak memory beside plain xarray.

    PYTHONPATH=workflow .venv/bin/python benchmarks/gridding.py [--quick]

Writes Lite granules of the archive's layout (7,000 soundings each, a tenth to a twentieth of a real
day), grids 10, 100 and 1,000 of them by ``carbonscape.columns.quality.soundings`` and by what a
reader of the paper would write: xarray opens each granule, concatenates all soundings, and groups
them by month and cell. Each way and size has a process of one thread of its own, so that peaks
of memory are its own; both results are compared value by value. The numbers are written to
results/benchmarks/gridding.json.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import netCDF4
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10, 100, 1000)
FIRST = dt.date(2015, 1, 1)
SOUNDINGS = 7000


def write_granules(folder: Path, count: int, soundings: int) -> list[Path]:
    """Write a granule a day: 14 tracks of eight footprints, a third of the soundings on land."""
    paths = []
    for number in range(count):
        day = FIRST + dt.timedelta(days=number)
        random = np.random.default_rng(number)
        path = folder / f"oco2_LtCO2_{day:%y%m%d}_B11100Ar_230101000000s.nc4"
        paths.append(path)
        if not path.exists():
            _write_granule(path, day, soundings, random)
    return paths


def _write_granule(path: Path, day: dt.date, soundings: int, random: np.random.Generator) -> None:
    """Write one granule with the variables and groups of a real one."""
    share = np.arange(soundings) / soundings
    orbit = np.floor(14 * share)
    lat = 80 * np.cos(np.pi * ((14 * share) % 1)) + 0.02 * (np.arange(soundings) % 8)
    lon = (random.uniform(0, 360) - 25.7 * orbit + 0.2 * lat) % 360 - 180
    stamp = (np.datetime64(day, "s") - np.datetime64("1970-01-01", "s")).astype(float)
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("sounding_id", soundings), ("levels", 20), ("vertices", 4)):
            file.createDimension(name, size)

        def put(name, kind, values, dims=("sounding_id",), to=file, **attributes):
            variable = to.createVariable(name, kind, dims, compression="zlib", complevel=1)
            variable.setncatts(attributes)
            variable[:] = values

        put("latitude", "f4", lat)
        put("longitude", "f4", lon)
        put("time", "f8", stamp + 86300 * share, units="seconds since 1970-01-01 00:00:00")
        xco2 = random.normal(400, 2, soundings)
        put("xco2", "f4", xco2, units="ppm", missing_value=np.float32(-999999))
        put("xco2_x2019", "f4", xco2 + 0.18, units="ppm", missing_value=np.float32(-999999))
        put("xco2_quality_flag", "i1", random.random(soundings) < 0.3)
        for name in ("solar_zenith_angle", "sensor_zenith_angle", "xco2_uncertainty",
                     "xco2_apriori"):  # fmt: skip
            put(name, "f4", 1.0)
        for name in ("pressure_levels", "pressure_weight", "co2_profile_apriori",
                     "xco2_averaging_kernel"):  # fmt: skip
            put(name, "f4", 1.0, ("sounding_id", "levels"))
        for name in ("vertex_latitude", "vertex_longitude"):
            put(name, "f4", 1.0, ("sounding_id", "vertices"))
        for group in ("Sounding", "Retrieval", "Meteorology", "Preprocessors", "Auxiliary"):
            put("land_fraction", "f4", 1.0, to=file.createGroup(group))
        put("land_water_indicator", "i1", (random.random(soundings) > 0.4), to=file["Sounding"])


def months_of(count: int) -> list[str]:
    """Return the months of the granules."""
    from carbonscape.core.months import months_between

    last = FIRST + dt.timedelta(days=count - 1)
    return months_between(f"{FIRST:%Y-%m}", f"{last:%Y-%m}")


def grid_ours(paths: list[Path], cell: float, out: Path) -> None:
    """Grid by the workflow, as workflow/scripts/grid_oco.py does."""
    from carbonscape.columns.quality.soundings import grid_soundings, write_gridded
    from carbonscape.core.grid import Grid

    grid, months = Grid(cell), months_of(len(paths))
    results = grid_soundings(paths, grid=grid, months=months)
    write_gridded(results, out, grid=grid, months=months, attrs={})


def grid_plain(paths: list[Path], cell: float, out: Path) -> None:
    """Grid by xarray: open all, concatenate, group by month and cell."""
    import xarray as xr

    names = ["latitude", "longitude", "time", "xco2", "xco2_quality_flag"]
    parts = []
    for path in paths:
        with xr.open_dataset(path) as root, xr.open_dataset(path, group="Sounding") as inner:
            part = root[names].assign(land=inner["land_water_indicator"]).load()
        parts.append(part)
    data = xr.concat(parts, dim="sounding_id")
    good = (data["xco2_quality_flag"] == 0) & (data["land"] == 0) & data["xco2"].notnull()
    data = data.isel(sounding_id=np.flatnonzero(good.values))
    n_lat, n_lon = round(180 / cell), round(360 / cell)
    row = np.clip(np.floor((90 - data["latitude"].astype(float)) / cell), 0, n_lat - 1)
    column = np.clip(np.floor((data["longitude"].astype(float) + 180) / cell), 0, n_lon - 1)
    months = data["time"].values.astype("datetime64[M]").astype(int) - 12 * 45
    number = (months * n_lat + row) * n_lon + column
    groups = data["xco2"].astype(float).groupby(number.astype(int).rename("cell"))
    found = {"xco2": groups.mean(), "count": groups.count(), "spread": groups.std()}
    shape = (len(months_of(len(paths))), n_lat, n_lon)
    result = {}
    for name, values in found.items():
        field = np.full(np.prod(shape), 0 if name == "count" else np.nan)
        field[values["cell"].values] = values.values
        result[name] = (("time", "lat", "lon"), field.reshape(shape).astype("f4"))
    xr.Dataset(result).to_netcdf(out)


WAYS = {"ours": grid_ours, "xarray": grid_plain}


def measure(way: str, folder: Path, count: int, cell: float, out: Path) -> None:
    """Grid once in this process and print seconds and peak memory as JSON."""
    import xarray as xr

    import carbonscape.columns.quality.soundings  # noqa: F401  (imports are not what is measured)

    paths = sorted(folder.glob("*.nc4"))[:count]
    with xr.open_dataset(paths[0]) as warm:
        warm["latitude"].load()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, core = time.perf_counter(), time.process_time()
    WAYS[way](paths, cell, out)
    print(json.dumps({
        "seconds": time.perf_counter() - start,
        "core_seconds": time.process_time() - core,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "start_mb": before,
    }))  # fmt: skip


def run(way: str, folder: Path, count: int, cell: float) -> dict[str, float]:
    """Measure in a fresh process."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--measure", way, "--folder", str(folder)]
    command += ["--sizes", str(count), "--cell", str(cell)]
    done = subprocess.run(
        command, env={**os.environ, **threads}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def compare(folder: Path, count: int, cell: float, soundings: int, repeats: int) -> dict:
    """Measure both ways in turn, and compare their results; the fastest repetition counts."""
    import xarray as xr

    found = {}
    for _ in range(repeats):
        for way in WAYS:
            one = run(way, folder, count, cell)
            best = found.setdefault(way, one)
            if one["seconds"] < best["seconds"]:
                found[way] = one
    for values in found.values():
        values["soundings_per_s"] = count * soundings / values["seconds"]
    with (
        xr.open_dataset(folder / "ours.nc") as ours,
        xr.open_dataset(folder / "xarray.nc") as theirs,
    ):
        if not np.array_equal(ours["count"].values, theirs["count"].values):
            raise SystemExit("the two ways count different soundings")
        found["largest_difference_ppm"] = float(
            np.nanmax(np.abs(ours["xco2"].values - theirs["xco2"].values))
        )
    found["ratio"] = found["xarray"]["seconds"] / found["ours"]["seconds"]
    return found


def main() -> None:
    """Measure, print a table and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of granules")
    parser.add_argument("--soundings", type=int, default=SOUNDINGS, help="of a granule")
    parser.add_argument("--cell", type=float, default=4.0, help="degrees; the demo's is 4")
    parser.add_argument("--repeats", type=int, default=1, help="the fastest of these counts")
    parser.add_argument("--out", type=Path, default=ROOT / "results/benchmarks/gridding.json")
    parser.add_argument("--measure", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where granules lie, and stay")
    arguments = parser.parse_args()
    if arguments.measure:
        way = arguments.measure
        out = arguments.folder / f"{way}.nc"
        measure(way, arguments.folder, arguments.sizes[0], arguments.cell, out)
        return
    sizes = (3, 6) if arguments.quick else arguments.sizes
    if arguments.quick:
        arguments.soundings = min(arguments.soundings, 700)
    report = {"soundings": arguments.soundings, "cell": arguments.cell, "sizes": {}}
    print("granules  way     soundings/s  seconds  peak MB  (at the start)", flush=True)
    with tempfile.TemporaryDirectory(prefix="gridding-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_granules(folder, max(sizes), arguments.soundings)
        for count in sizes:
            found = compare(folder, count, arguments.cell, arguments.soundings, arguments.repeats)
            report["sizes"][count] = found
            for way in WAYS:
                values = found[way]
                print(
                    f"{count:>8}  {way:<8}{values['soundings_per_s']:>11,.0f}"
                    f"{values['seconds']:>9.2f}{values['peak_mb']:>9.0f}"
                    f"  ({values['start_mb']:.0f})"
                )
            print(f"{'':>10}{found['ratio']:.1f} times faster, largest difference "
                  f"{found['largest_difference_ppm']:.1e} ppm", flush=True)  # fmt: skip
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
