"""Step means of ERA5-Land on the product's grid and at the towers, a file a year."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.era5_land_checks import refuse_or_state
from carbonscape.core import findings
from carbonscape.core.bilinear import Bilinear, uncovered
from carbonscape.core.grid import Grid
from carbonscape.core.grid_files import ROWS_PER_BAND, create_grid_file
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.cell_weather import CellWeather
from carbonscape.fluxes.features.meteorology import UNITS, VARIABLES, DailyWeather, bands


def write_step_means(
    weather: DailyWeather | CellWeather,
    *,
    grid: Grid,
    sites: pd.DataFrame,
    calendar: Calendar,
    grid_path: str | os.PathLike[str],
    sites_path: str | os.PathLike[str],
    accept: bool = False,
) -> None:
    """Write the step means of a year of ERA5-Land on the grid and at the towers.

    Both come from the same step means. Of daily files, which have grid points, both are
    interpolated by the same code (bilinear, around the sea); of means on the product's cells the
    grid is taken as it is, and towers are interpolated between the centres of cells.

    Args:
        weather: opened daily files, or the opened file of step means on the grid.
        grid: the product's grid.
        sites: tower sites (site, lat, lon).
        calendar: the 8-day calendar.
        grid_path: T2M, SSRD, VPD, TP and E (step, lat, lon).
        sites_path: ``weather`` (step, site, variable).
        accept: state an area that does not cover the globe and towers outside of it, which stay
            NaN, in place of a refusal (``inputs.accept_incomplete``).

    Raises:
        InputError: the files do not cover the grid, or a tower.
    """
    require_area(
        weather.lat,
        weather.lon,
        grid=grid,
        sites=sites,
        origin=f"ERA5-Land of {weather.year}",
        source=weather.source,
        accept=accept,
    )
    steps = list(range(calendar.steps_per_year))
    notes = {name: (("step", "lat", "lon"), "f4", {"units": UNITS[name]}) for name in VARIABLES}
    at_sites = np.full((len(steps), len(sites), len(VARIABLES)), np.nan, dtype=np.float32)
    site_lat, site_lon = sites["lat"].to_numpy(float), sites["lon"].to_numpy(float)
    cuts = list(bands(grid.lat, weather.lat, rows_per_band=ROWS_PER_BAND))
    progress = Progress(f"ERA5-Land {weather.year}", len(cuts))
    with create_grid_file(grid_path, grid, leading={"step": steps}, variables=notes) as file:
        for rows, nodes in cuts:
            means = weather.step_means(calendar, nodes)
            node_lat = weather.lat[nodes]
            to_grid = weather.onto(grid, rows, nodes)
            near = np.isnan(at_sites).all(axis=(0, 2))
            to_sites = Bilinear(node_lat, weather.lon, site_lat[near], site_lon[near])
            shape = (len(VARIABLES), len(steps), len(grid.lat[rows]), grid.n_lon)
            values = np.empty(shape, dtype=np.float32)
            for step in steps:
                values[:, step] = np.moveaxis(to_grid(means[step]), -1, 0)
                at_sites[step, near] = to_sites.apply(means[step])
            # All steps at once, as create_grid_file asks.
            for name, field in zip(VARIABLES, values, strict=True):
                file[name][:, rows, :] = field
            progress.advance()
    for site in sites["site"][np.isnan(at_sites).all(axis=(0, 2))]:
        reason = "ERA5-Land has no value beside it (the sea, or outside the files)"
        findings.left_out(site, reason, source=weather.source, kind="tower")
    dataset = xr.Dataset(
        {"weather": (("step", "site", "variable"), at_sites)},
        coords={"site": sites["site"].tolist(), "variable": list(VARIABLES)},
    )
    with atomic_path(sites_path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4")


def require_area(
    lat: NDArray[np.floating],
    lon: NDArray[np.floating],
    *,
    grid: Grid,
    sites: pd.DataFrame,
    origin: str,
    source: str,
    accept: bool = False,
) -> None:
    """Refuse, or state, cells and towers that the files of a year do not reach.

    Args:
        lat, lon: grid points of the files, or centres of cells, degrees.
        grid: the product's grid.
        sites: tower sites (site, lat, lon).
        origin: the files, for messages.
        source: name in the registry of sources.
        accept: state it, in place of a refusal (``inputs.accept_incomplete``).

    Raises:
        InputError: the area is not the globe, or a tower lies outside of it.
    """
    places = sites["lat"].to_numpy(float), sites["lon"].to_numpy(float)
    gap = uncovered(lat, lon, grid)
    outside = [
        f"{site.site} ({site.lat:g}, {site.lon:g})"
        for site in sites[~Bilinear(lat, lon, *places).inside].itertuples()
    ]
    if outside:
        gap = f"{gap or 'the area does not cover all towers'}; these towers lie outside: "
        gap += ", ".join(outside[:10]) + (f" and {len(outside) - 10} more" if outside[10:] else "")
    if gap:
        refuse_or_state(gap, origin, accept, source, again="fetch it again without an area")
