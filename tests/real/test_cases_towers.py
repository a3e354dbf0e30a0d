"""Situations of towers from public reports, rebuilt in ../shared/cases: each has its outcome."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.archives.fluxnet import read_towers, state_unused
from carbonscape.archives.fluxnet_files import find_tower_files
from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.archives.site_places import check_places
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.io import read_json, sha256
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.site_grids import build_gridded_site_series
from carbonscape.fluxes.quality.tower_plausibility import check_towers
from carbonscape.fluxes.quality.towers import filter_months


@pytest.fixture(scope="session")
def cases(shared: Path) -> Path:
    return shared / "cases" / "gpp"


def read(folder: Path) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The towers of a folder, and what was stated of those that are not simply used."""
    with findings.collected() as found:
        table = read_towers(find_tower_files(folder))
        state_unused(folder, set(table["site"]))
        check_towers(table)
    stated = [(f.outcome, f.item, f.reason) for f in found if f.outcome != "used"]
    return table, stated


def years(table: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {str(s): (int(g.min()), int(g.max())) for s, g in table.groupby("site")["year"]}


TWO = {"AA-One": (2005, 2006), "AA-Two": (2005, 2006)}


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        (
            "t01-missing-as-9999.9",
            ["FLX_AA-Bad_", "line 19, column GPP_NT_VUT_REF: found -9999.9", "value is -9999 in"],
        ),
        (
            "t03-monthly-totals",
            ["FLX_AA-Tot_", "found 81.89941, expected a mean of -15 to 35", "the mean of the days"],
        ),
        (
            "t14-empty-cells",
            ["FLX_AA-Emp_", "line 4, column GPP_NT_VUT_REF: found ''", "a missing value is -9999"],
        ),
    ],
)
def test_what_no_month_can_be_is_refused(cases, case, parts):
    with pytest.raises(InputError) as refusal:
        read(cases / case)
    sentence = str(refusal.value)
    assert [part for part in parts if part not in sentence] == [], sentence
    assert "fluxnet.org" not in sentence


@pytest.mark.parametrize(
    ("case", "site", "span"),
    [
        ("t05-icos-archive-zip", "GL-Dsk", (2019, 2020)),
        ("t06-icos-archive-csv", "GL-Dsk", (2019, 2020)),
        ("t13-shuttle-rbeta", "AU-Cum", (2014, 2015)),
    ],
)
def test_names_of_other_archives_are_read(cases, case, site, span):
    table, stated = read(cases / case)
    assert years(table) == TWO | {site: span}
    assert stated == []


def test_a_linked_folder_is_read(cases, tmp_path):
    """The link itself does not survive every copy of the cases: it is made again."""
    case = cases / "t09-linked-folder"
    shutil.copytree(case / "towers", tmp_path / "towers")
    shutil.copytree(case / "elsewhere", tmp_path / "elsewhere")
    link = tmp_path / "towers" / "all"
    link.chmod(0o644)
    link.unlink()
    link.symlink_to(tmp_path / "elsewhere")
    table, stated = read(tmp_path / "towers")
    assert years(table) == TWO | {"AA-Lnk": (2005, 2006)}
    assert stated == []


@pytest.mark.parametrize(
    ("case", "loser"),
    [
        ("t10-warm-winter", "ww/FLX_BE-Bra_FLUXNET2015_FULLSET_MM_2005-2012_beta-3.csv"),
        ("t11-shuttle-beside", "ICOSETC_BE-Bra_FLUXNET_2005-2012_v1.4_r1.zip"),
    ],
)
def test_the_file_left_out_is_named_with_the_years_lost(cases, case, loser):
    table, stated = read(cases / case)
    assert years(table) == {"BE-Bra": (2005, 2006)}
    winner = "FLX_BE-Bra_FLUXNET2015_SUBSET_MM_2005-2006_2-4.csv"
    reason = f"{winner} of the same tower is read (it would have added 2007-2012)"
    assert stated == [("left out", str(cases / case / loser), reason)]


def test_vpd_in_kpa_is_warned_of(cases):
    with findings.collected() as found:
        read_predictors(cases / "p01-vpd-in-kpa" / "predictors.csv")
    assert [(finding.outcome, finding.item) for finding in found] == [("warning", "AA-Two")]
    assert "expected VPD in hPa, it looks like kPa" in found[0].reason


def test_a_longitude_without_its_sign_is_warned_of(cases, project):
    maps = project / "resources" / "geography"
    with findings.collected() as found:
        check_places(
            read_site_list(cases / "s01-longitude-without-sign" / "sites.csv"),
            countries=maps / "countries.csv",
            land=maps / "land_share.nc",
            koppen=maps / "koppen.nc",
        )
    assert [(finding.outcome, finding.item) for finding in found] == [("warning", "US-Ha1")]
    assert "42.5378 N 72.1715 E" in found[0].reason
    assert "outside United States of America" in found[0].reason
    assert found[0].reason.endswith("look at the sign of the longitude")


def series(case: Path, **options) -> xr.Dataset:
    """As run.py of the cases builds them."""
    names = ["AA-One", "AA-Two"]
    weather = xr.Dataset(
        {"weather": (("step", "site", "variable"), np.ones((46, 2, 5), dtype=np.float32))},
        coords={"site": names, "variable": ["T2M", "SSRD", "VPD", "TP", "E"]},
    )
    share = np.full((2, len(PFT_CLASSES)), 1 / len(PFT_CLASSES), dtype=np.float32)
    cover = xr.Dataset(
        {"pft_esa_cci": (("site", "pft_class"), share), "igbp": ("site", np.full(2, 4, "u1"))},
        coords={"site": names, "pft_class": list(PFT_CLASSES)},
    )
    leaves = {
        year: read_modis_sites(case / f"{name}.csv", year=year)
        for year, name in ((2004, "a"), (2005, "b"))
    }
    return build_gridded_site_series(
        sites=pd.DataFrame({"site": names}),
        leaves=leaves,
        weather=dict.fromkeys(leaves, weather),
        cover=dict.fromkeys(leaves, cover),
        variables=["LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "E"],
        calendar=MODIS_8DAY,
        max_gap_steps=4,
        climatology=True,
        lowest=True,
        **options,
    )


def test_a_tower_absent_from_the_modis_tables_is_refused(cases):
    case = cases / "m01-tower-not-in-modis-table"
    with pytest.raises(InputError, match=r"MODIS site tables lack 1 of the 2 towers: AA-Two \(any"):
        series(case)
    with findings.collected() as found:
        accepted = series(case, accept=["modis_lai"])
    assert [(f.outcome, f.source, f.item) for f in found] == [("incomplete", "modis_lai", "AA-Two")]
    assert np.isnan(accepted["series_filled"].sel(site="AA-Two").values[:, 0]).all()


# --- the law: the real towers ------------------------------------------------------------------


@pytest.fixture(scope="module")
def towers(shared: Path) -> Path:
    return shared / "data" / "towers"


def test_no_real_tower_is_refused_and_five_are_warned_of(towers, project):
    maps = project / "resources" / "geography"
    with findings.collected() as found:
        archive = read_towers(find_tower_files(towers))
        state_unused(towers, set(archive["site"]))
        sites = read_site_list(towers / "sites.csv")
        predictors = read_predictors(towers / "predictors_monthly.csv.gz", sites=sites)
        check_places(
            sites,
            countries=maps / "countries.csv",
            land=maps / "land_share.nc",
            koppen=maps / "koppen.nc",
        )
        check_towers(archive, sites=sites, predictors=predictors)
    assert len(archive) == 17_916
    assert {finding.item for finding in found if finding.outcome == "warning"} == {
        "AU-TTE",  # desert grass: GPP_NT is negative in most months
        "CN-Sw2",  # GPP_NT is largest in December, at -16 degrees Celsius
        "ES-Amo",  # CO2 from the ground of a semi-desert: GPP_NT is negative, in antiphase
        "ES-Ln2",  # one year after a fire: hardly any GPP
        "SN-Dhr",  # SW_IN of 11 W m-2 in the tropics
    }
    assert [f for f in found if f.outcome not in ("used", "warning")] == []


def test_a_real_tower_in_another_unit_moves_no_fence(towers):
    """US-Ha1 in monthly totals, and its missing values under another mark."""
    archive = read_towers(find_tower_files(towers))
    fluxes = ["gpp_nt", "gpp_dt", "reco_nt", "nee"]
    totals = archive.copy()
    totals.loc[totals["site"] == "US-Ha1", "nee"] *= 30.4
    with pytest.raises(InputError, match="towers: US-Ha1: NEE differs from RECO_NT - GPP_NT"):
        filter_months(totals)
    whole = archive.copy()
    whole.loc[whole["site"] == "US-Ha1", fluxes] *= 30.4
    with pytest.raises(InputError, match=r"towers: US-Ha1: the mean of GPP_NT is 1\d\d"):
        filter_months(whole)


@pytest.mark.parametrize(("column", "factor"), [("VPD", 0.1), ("SSRD", 0.0864), ("TP", 0.001)])
def test_half_of_the_real_table_in_another_unit_is_refused(towers, column, factor, tmp_path):
    table = pd.read_csv(towers / "predictors_monthly.csv.gz", keep_default_na=False)
    sites = sorted(set(table["site"]))
    half = table["site"].isin(sites[::2])
    table[column] = pd.to_numeric(table[column]) * np.where(half, factor, 1.0)
    path = tmp_path / "predictors.csv"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=rf"predictors\.csv, column {column}: .*10\d more"):
        read_predictors(path, sites=read_site_list(towers / "sites.csv"))


def test_the_boxes_of_countries_are_those_of_their_source(shared, project):
    folder = project / "resources" / "geography"
    source = shared / "data" / "reference" / "world-atlas" / "countries-110m.json"
    build = runpy.run_path(str(folder / "build_countries.py"))
    assert sha256(source) == build["SOURCE_SHA256"]
    assert build["boxes_text"](read_json(source)) == (folder / "countries.csv").read_text()


def test_no_tower_of_the_shuttle_stands_outside_its_country(shared, project):
    """767 places of June 2026, on islands and in mountains too."""
    (path,) = (shared / "data" / "more" / "shuttle_list").glob("*.csv")
    table = pd.read_csv(path, keep_default_na=False)
    sites = pd.DataFrame(
        {
            "site": table["site_id"],
            "lat": table["location_lat"],
            "lon": table["location_long"],
            "koppen": "Dfb",
            "climate": "continental",
        }
    )
    assert len(sites) == 767
    maps = project / "resources" / "geography"
    with findings.collected() as found:
        check_places(
            sites,
            countries=maps / "countries.csv",
            land=maps / "land_share.nc",
            koppen=maps / "koppen.nc",
        )
    assert [f.item for f in found if "climate" not in f.reason] == []
