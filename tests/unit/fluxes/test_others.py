"""Which years of the products of others a run has, and from which files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.fluxes.others import native_files, stand_ins, years_of_other
from carbonscape.fluxes.plan import FluxPlan
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
FLUXCOM = "GPP.RS_V006.FP-ALL.MLM-ALL.METEO-NONE.{}.monthly.{}.nc"
YEARS = tuple(range(2014, 2021))


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(root: Path, name: str, *, download: bool = False) -> dict[int, list[str]]:
    files = native_files(name, str(root), YEARS, download=download)
    return {year: [str(Path(path).relative_to(root)) for path in files[year]] for year in files}


def plan(archive: str, **keys: Any) -> FluxPlan:
    gpp = {**CONFIG["gpp"], **keys.pop("gpp", {})}
    config = {**CONFIG, "archive": archive, "gpp": gpp, **keys}
    return FluxPlan(config, "gpp", "results/run")


def test_the_years_are_those_of_which_a_file_is_there(tmp_path: Path) -> None:
    touch(tmp_path / "fluxcom", FLUXCOM.format("720_360", 2015), "a/b/notes.txt")
    touch(tmp_path / "fluxcom/fine", FLUXCOM.format("4320_2160", 2015))
    touch(tmp_path / "fluxcom", FLUXCOM.format("720_360", 2017))
    assert found(tmp_path, "fluxcom") == {
        # The finer one counts.
        2015: ["fluxcom/fine/" + FLUXCOM.format("4320_2160", 2015)],
        2017: ["fluxcom/" + FLUXCOM.format("720_360", 2017)],
    }
    assert found(tmp_path, "nies") == {}


def test_all_months_of_a_year_are_its_files(tmp_path: Path) -> None:
    names = [f"NIRv.GPP.2016{month:02d}.v1.nc" for month in range(1, 13)]
    touch(tmp_path / "nirv_gpp", *names, "2016.zip", "2014.zip")
    assert found(tmp_path, "nirv_gpp") == {
        2014: ["nirv_gpp/2014.zip"],
        2016: [f"nirv_gpp/{name}" for name in names],
    }


def test_what_is_absent_is_asked_for_in_the_years_that_the_product_covers(tmp_path: Path) -> None:
    touch(tmp_path / "nirv_gpp", "2016.zip")
    asked = found(tmp_path, "nirv_gpp", download=True)
    assert asked == {year: [f"nirv_gpp/{year}.zip"] for year in range(2014, 2019)}
    # The names of LUE-VPM are known once the listing was fetched.
    assert found(tmp_path, "vpm_gpp", download=True) == {
        year: ["vpm_gpp/listing.json"] for year in (2014, 2015, 2016)
    }
    # These are yours to get.
    assert found(tmp_path, "fluxcom", download=True) == {}


def test_maps_of_lue_vpm_that_are_there_are_used_without_a_listing(tmp_path: Path) -> None:
    touch(tmp_path / "vpm_gpp", "GPP.VPM.2015.M01.v20.HD.tif", "GPP.VPM.2015.v20.HD.tif")
    only = {2015: ["vpm_gpp/GPP.VPM.2015.M01.v20.HD.tif"]}
    assert found(tmp_path, "vpm_gpp", download=True) == only


@pytest.mark.parametrize("name", GPP_PRODUCTS)
def test_names_of_stand_ins_are_names_that_are_read(tmp_path: Path, name: str) -> None:
    paths = stand_ins(name, str(tmp_path), YEARS)
    touch(tmp_path, *(str(Path(path).relative_to(tmp_path)) for path in paths))
    files = native_files(name, str(tmp_path), YEARS, download=False)
    assert [path for year in files for path in files[year]] == paths
    simulated = {"archive": "simulated"}
    assert list(files) == years_of_other(simulated, name, YEARS)


def test_a_simulated_archive_has_the_years_that_products_cover() -> None:
    made = plan("simulated")
    assert made.other_products == list(GPP_PRODUCTS)
    last = {name: made.other_years(name)[-1] for name in made.other_products}
    assert last["vpm_gpp"] == 2016
    assert last["nirv_gpp"] == 2018
    assert last["nies"] == 2019
    assert last["metaflux"] == 2020
    assert all(made.other_years(name)[0] == 2001 for name in made.other_products)


def test_files_of_others_lie_beside_the_maps(tmp_path: Path) -> None:
    touch(tmp_path / "metaflux", "METAFLUX_GPP_RECO_monthly_2016.nc")
    touch(tmp_path / "vpm_gpp", "GPP.VPM.2015.M01.v20.HD.tif", "GPP.VPM.2016.M01.v20.HD.tif")
    fetch = {**CONFIG["fetch"], "download": False}
    real = plan("real", raw=str(tmp_path), fetch=fetch)
    folder = "results/run/gpp/other_products"
    assert real.other_files() == [
        f"{folder}/metaflux/gpp_2016.nc",
        f"{folder}/vpm_gpp/gpp_2015.nc",
        f"{folder}/vpm_gpp/gpp_2016.nc",
    ]
    assert real.other_inputs("vpm_gpp") == [
        f"{tmp_path}/vpm_gpp/GPP.VPM.{year}.M01.v20.HD.tif" for year in (2015, 2016)
    ]
    assert real.other_inputs("nies") == []
    assert real.other_files([2015]) == [f"{folder}/vpm_gpp/gpp_2015.nc"]
    assert plan("simulated", gpp={"other_products": []}).other_files() == []


def test_a_run_without_maps_reads_no_product_of_others() -> None:
    product = {**CONFIG["gpp"]["product"], "models": [], "compared_pfts": []}
    assert plan("simulated", gpp={"product": product}).other_products == []
