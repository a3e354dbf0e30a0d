"""Files of a region: which are asked for, under which name, and that none is taken for another."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from carbonscape.sources.files import RawFiles
from carbonscape.sources.inventory import list_inputs
from carbonscape.sources.needs import absent_downloads, periods_of_run, settings_of_requests
from carbonscape.sources.plan import plan_downloads
from carbonscape.sources.regional import areas_of_run, regional_path
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
SECTIONS = {name: CONFIG[name] for name in ("gpp", "xco2")}
IBERIA = [-10.03, 35, 5, 44]
AREAS = areas_of_run(SECTIONS, IBERIA)
NAME = "MOD15A2H.061_2016_10.1W_35N_5E_44N.nc"


def test_the_area_is_that_of_the_cells_that_the_region_touches() -> None:
    assert AREAS == {"fluxes": (44, -10.1, 35, 5), "columns": (44, -10.05, 35, 5)}
    assert areas_of_run(SECTIONS, None) == {}
    assert regional_path("raw/a/b.061_2016.nc", (0, -10.5, -35, 5)) == (
        "raw/a/b.061_2016_10.5W_35S_5E_0N.nc"
    )


def test_what_only_maps_read_is_asked_for_in_the_region_and_nothing_else(tmp_path: Path) -> None:
    whole = absent_downloads(tmp_path, SECTIONS)
    part = absent_downloads(tmp_path, SECTIONS, AREAS)
    changed = set(part) - set(whole)
    assert {Path(path).parent.name for path in changed} == {"modis_lai"}
    assert len(changed) == len(set(whole) - set(part)) == 21
    file = part[f"{tmp_path}/modis_lai/{NAME}"]
    settings = settings_of_requests(SECTIONS, file, {})
    assert (file.when, settings["area"], settings["cell"]) == ("2016", AREAS["fluxes"], 0.1)
    assert "area" not in settings_of_requests(SECTIONS, next(iter(whole.values())), {})


def test_the_file_of_the_globe_is_used_where_it_is_there(tmp_path: Path) -> None:
    raw = RawFiles(tmp_path, areas=AREAS)
    assert Path(raw.leaf_grid(2016)).name == NAME
    # What cannot be asked for is missed under the name that a person would give it.
    assert Path(RawFiles(tmp_path, listings=False, areas=AREAS).leaf_grid(2016)).name == (
        "MOD15A2H.061_2016.nc"
    )
    assert Path(raw.igbp_grid(2016)).name == "MCD12Q1.061_2016.nc"
    folder = tmp_path / "modis_lai"
    folder.mkdir()
    (folder / NAME).touch()
    assert Path(RawFiles(tmp_path, listings=False, areas=AREAS).leaf_grid(2016)).name == NAME
    periods = periods_of_run(SECTIONS)
    options = {"root": tmp_path, "towers": None, "tables": [], "stated": []}
    for areas, outcome in ((AREAS, "used"), ({}, "left out")):
        (found,) = list_inputs(periods, **options, areas=areas)
        assert found.outcome == outcome
    (folder / "MOD15A2H.061_2016.nc").touch()
    assert Path(raw.leaf_grid(2016)).name == "MOD15A2H.061_2016.nc"
    assert not [
        path
        for path in absent_downloads(tmp_path, SECTIONS, AREAS)
        if "lai/MOD15A2H.061_2016" in path
    ]


def test_the_plan_counts_the_bytes_of_the_region(tmp_path: Path) -> None:
    options = {"root": tmp_path, "towers": None}
    whole, part = (
        {line.source.name: line for line in plan_downloads(SECTIONS, **options, areas=areas)}
        for areas in ({}, AREAS)
    )
    sites = 21 * 20e6 / 1e9  # pixels around towers
    share = (9 * 15.1) / (180 * 360)
    assert part["modis_lai"].gigabytes - sites == pytest.approx(
        share * (whole["modis_lai"].gigabytes - sites)
    )
    assert part["era5_land"] == whole["era5_land"]
