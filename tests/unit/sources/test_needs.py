"""Which native files a run needs, and what is said where some are absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from carbonscape.columns.periods import OTHERS
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.months import months_between
from carbonscape.sources.needs import (
    absent_downloads,
    needed,
    periods_of_run,
    require_files,
    settings_of_requests,
)
from carbonscape.sources.registry import get_source, source_names
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
#: Of every source, which takes a flux with the weather of each and the authors' map.
ALL_PERIODS = periods_of_run(
    {
        **{product: CONFIG[product] for product in CONFIG["products"]},
        "reco": {**CONFIG["gpp"], "weather_source": "earthengine", "authors_map": "maps"},
    }
)

#: Two years of predictors of a flux, land cover of the second.
PERIODS = {
    "fluxes.grid": months_between("2001-01", "2002-12"),
    "fluxes.predictors": months_between("2001-01", "2002-12"),
    "fluxes.era5_land": months_between("2001-01", "2002-12"),
    "fluxes.cover": months_between("2002-01", "2002-12"),
    "fluxes.sif": ["2018-05", "2018-06"],
}
ALL_PERIODS["columns.era5_land_monthly_ee"] = ALL_PERIODS["columns.era5_land_monthly"]
ALL_PERIODS |= {f"columns.{name}": ["2015-01"] for name in OTHERS}
FOLDERS = {
    files.folder: source.name
    for source in map(get_source, source_names())
    if not source.folder_key
    for files in source.files.values()
    if files.reader
}


def refusal(name: str, root: Path, periods: dict[str, list[str]]) -> str:
    with pytest.raises(InputError) as refused:
        require_files(name, root=str(root), periods=periods)
    return str(refused.value)


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).touch()


def section(product: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """Return a section of the default configuration with some keys of its parts changed."""
    whole = CONFIG[product]
    return {**whole, **{part: {**whole[part], **keys} for part, keys in changes.items()}}


def test_the_authors_map_is_asked_for_where_it_is_compared_with(tmp_path: Path) -> None:
    gpp = section("gpp")
    absent = absent_downloads(tmp_path, {"gpp": gpp})
    assert not [path for path in absent if "fluxformer_maps" in path]
    absent = absent_downloads(tmp_path, {"gpp": {**gpp, "authors_map": "maps"}})
    assert [path for path in absent if "fluxformer_maps" in path]


def test_every_period_that_a_source_names_is_one_of_its_wing() -> None:
    sources = [get_source(name) for name in source_names()]
    named = {files.over for source in sources for files in source.files.values()}
    assert named == set(ALL_PERIODS)


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_absent_files_are_named_with_their_source(tmp_path: Path, folder: str) -> None:
    said = refusal(folder, tmp_path, ALL_PERIODS)
    source = get_source(FOLDERS[folder])
    if source.name != "vnp46a2":
        assert f"{source.title} ({source.service.name})" in said
    first = said.split("the first is ")[1].split(". They are")[0]
    assert first.startswith(f"{tmp_path}/{folder}/")
    assert "(config key 'raw')" in said
    assert "docs/readers.md" in said


def test_files_that_have_come_are_not_asked_for_again(tmp_path: Path) -> None:
    assert "4 of 4 files of MOD15A2H" in refusal("modis_lai", tmp_path, PERIODS)
    assert "49 of 49 files of ERA5-Land" in refusal("era5_land", tmp_path, PERIODS)
    make(tmp_path, "mcd12q1/MCD12Q1.061_2002.nc")
    said = refusal("mcd12q1", tmp_path, PERIODS)
    assert "1 of 2 files" in said
    assert "the first is " in said
    assert "sites_MCD12Q1.061_2002" in said
    make(tmp_path, "mcd12q1/sites_MCD12Q1.061_2002.csv")
    assert "all files of mcd12q1 are there now" in refusal("mcd12q1", tmp_path, PERIODS)


def test_towers_have_a_folder_of_their_own(tmp_path: Path) -> None:
    said = refusal("fluxnet2015", tmp_path, PERIODS)
    assert said == (
        "config key 'towers' is not set: give the folder that holds the FLUXNET2015 monthly files "
        "and the site list (a manual download from fluxnet.org after login), for example --config "
        "towers=/data/fluxnet2015."
    )


def test_a_month_without_a_day_is_named(tmp_path: Path) -> None:
    said = refusal("tropomi_sif", tmp_path, PERIODS)
    assert "2 of 2 files of TROPOSIF" in said
    assert "one day of every month" in said
    make(tmp_path, "tropomi_sif/TROPOSIF_L2B_2018-05-17.nc")
    assert "TROPOSIF_L2B_2018-06-01.nc" in refusal("tropomi_sif", tmp_path, PERIODS)
    make(tmp_path, "tropomi_sif/TROPOSIF_L2B_2018-06-30.nc")
    assert "all files of tropomi_sif are there now" in refusal("tropomi_sif", tmp_path, PERIODS)


def test_only_data_sets_with_absent_files_are_named(tmp_path: Path) -> None:
    periods = periods_of_run({"xco2": CONFIG["xco2"]})
    for name in source_names():
        paths = needed(get_source(name), root="", periods=periods, folder="xco2_grid")
        make(tmp_path, *paths)
    (tmp_path / "xco2_grid/MOD13A2.061_2015.nc").unlink()
    said = refusal("xco2_grid", tmp_path, periods)
    assert "1 of 67 files of MOD13A2.061 vegetation index, 16 days (Earth Engine) are" in said


def test_lights_gases_and_the_reanalysis_follow_the_configuration() -> None:
    first = {"so2": "2019-01", "no2": "2018-07", "co": "2018-07"}
    xco2 = section("xco2", features={"ntl": "vnp46a2", "tropomi_first_month": first})
    periods = periods_of_run({"xco2": xco2})
    count = {
        name: len(needed(get_source(name), root="raw", periods=periods))
        for name in ("vcmslcfg", "vnp46a2", "tropomi_so2", "tropomi_co", "egg4", "mcd12q1")
    }
    # Eight years of predictors; no flux is made, and EGG4 ends in 2020.
    assert count == {
        "vcmslcfg": 0, "vnp46a2": 8, "tropomi_so2": 3, "tropomi_co": 4, "egg4": 7, "mcd12q1": 8
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "steps", "days"), [("cds", 0, 21 * 24 + 1), ("earthengine", 21, 0)]
)
def test_weather_follows_the_configuration(
    tmp_path: Path, value: str, steps: int, days: int
) -> None:
    sections = {"gpp": {**CONFIG["gpp"], "weather_source": value}, "xco2": CONFIG["xco2"]}
    periods = periods_of_run(sections)
    for name, number in (("era5_land_8day", steps), ("era5_land", days)):
        assert len(needed(get_source(name), root="raw", periods=periods)) == number
        absent = absent_downloads(tmp_path, sections).values()
        assert len([file for file in absent if file.source == name]) == number


@pytest.mark.parametrize(("value", "cells", "months"), [("cds", 0, 8), ("earthengine", 8, 0)])
def test_monthly_weather_follows_the_configuration(
    tmp_path: Path, value: str, cells: int, months: int
) -> None:
    sections = {"xco2": {**CONFIG["xco2"], "weather_source": value}}
    absent = absent_downloads(tmp_path, sections).values()
    found = [file.source for file in absent]
    assert (found.count("era5_land_monthly_ee"), found.count("era5_land_monthly")) == (
        cells, months
    )  # fmt: skip
    for file in absent:
        settings = settings_of_requests(sections, file, {})
        # Of the product's cells but for the weather, which keeps the spacing of ERA5-Land.
        assert settings["cell"] == (0.1 if file.source == "era5_land_monthly_ee" else 0.05)


def test_fluxes_with_different_weather_ask_for_both() -> None:
    other = {**CONFIG["gpp"], "weather_source": "earthengine"}
    periods = periods_of_run({"gpp": CONFIG["gpp"], "reco": other})
    assert periods["fluxes.era5_land"] == periods["fluxes.era5_land_8day"]
    assert periods["fluxes.era5_land"] == periods["fluxes.predictors"]


def test_products_of_a_wing_ask_for_all_that_one_of_them_needs() -> None:
    early = section("gpp", features={"first_year": 2000, "last_year": 2002})
    late = section("gpp", features={"first_year": 2002, "last_year": 2004})
    periods = periods_of_run({"gpp": early, "reco": late})
    assert periods["fluxes.predictors"] == months_between("2000-01", "2004-12")


def test_a_source_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="no source is called 'era5'; there are .*era5_land,"):
        get_source("era5")
