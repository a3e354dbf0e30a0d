"""The readers and the sample selection on the 206 real FLUXNET2015 files."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.fluxnet_files import find_tower_files
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.fluxes.quality.towers import filter_months, require_sites


@pytest.fixture(scope="module")
def towers(project):
    return project / "resources" / "towers"


@pytest.fixture(scope="module")
def archive(towers):
    return read_towers(find_tower_files(towers))


def test_the_archive_holds_every_month_of_every_site(archive):
    assert len(archive) == 17_916
    assert archive["site"].nunique() == 206
    assert archive["file"].nunique() == 206


def test_the_files_of_the_project_hold_what_the_original_ones_hold(archive, shared):
    """The columns that the project carries are those of the files as fluxnet.org gives them."""
    originals = read_towers(find_tower_files(shared / "data" / "towers"))
    pd.testing.assert_frame_equal(archive, originals)


def test_values_agree_with_the_text_of_a_file(archive):
    """The first month of the first file, copied from its text by eye."""
    row = archive.set_index(["site", "year", "month"]).loc[("AR-SLu", 2009, 1)]
    assert row[["gpp_nt", "gpp_dt", "reco_nt", "nee", "qc"]].to_list() == [
        9.5493,
        13.5343,
        3.66532,
        -5.99881,
        0.0,
    ]


def test_the_selection_of_the_paper(archive):
    counts = filter_months(archive).counts.set_index("step")
    assert counts["rows"].to_dict() == {
        "archive": 17_916,
        "years": 16_476,
        "qualified": 12_094,
        "complete": 12_081,
        "fences": 10_509,
    }
    assert counts["sites"].to_dict() == {
        "archive": 206,
        "years": 204,
        "qualified": 203,
        "complete": 203,
        "fences": 203,
    }


@pytest.mark.parametrize(("rule", "rows"), [("symmetric", 10_145), ("none", 12_081)])
def test_the_other_fences(archive, rule, rows):
    result = filter_months(archive, outlier_fence=rule)
    assert (result.months["dropped_by"] == "kept").sum() == rows


def test_zipped_files_read_like_loose_ones(archive, shared, tmp_path):
    """One zip a site, all of them in a bundle, as the download page hands them out."""
    loose = find_tower_files(shared / "data" / "towers")
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as bundle:
        for path in loose:
            site_zip = tmp_path / path.name.replace("_MM_", "_").replace(".csv", ".zip")
            with zipfile.ZipFile(site_zip, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as one:
                one.write(path, path.name)
                one.writestr(path.name.replace("_MM_", "_YY_"), "TIMESTAMP\n")
            bundle.write(site_zip, f"all/{site_zip.name}")
            if path != loose[0]:
                site_zip.unlink()
    files = find_tower_files(tmp_path)
    assert len(files) == 2
    pd.testing.assert_frame_equal(read_towers(files), archive)


def test_fullset_and_beta_files(shared):
    """FULLSET columns; the code version 3 of FR-Pue and the beta of US-UMB."""
    files = find_tower_files(shared / "data" / "fluxnet" / "extra")
    table = read_towers(files)
    assert table.groupby("site").size().to_dict() == {"FR-Pue": 96, "US-UMB": 132}
    # Copied by eye from the first line of each file.
    january = table.set_index(["site", "year", "month"])[["gpp_nt", "gpp_dt", "nee", "qc"]]
    assert january.loc[("FR-Pue", 2007, 1)].to_list() == [2.37041, 2.3968, -0.730855, 0.955645]
    assert january.loc[("US-UMB", 2007, 1)].to_list() == [-0.0380343, 0.0415478, 0.526071, 0.979167]
    assert table["qc"].between(0, 1).all()


def test_the_newest_file_of_a_site_is_used(shared, towers):
    """The folder of FLUXNET2015 beside an older FR-Pue (2-3) and a beta of US-UMB."""
    files = [
        *find_tower_files(towers),
        *find_tower_files(shared / "data" / "fluxnet" / "extra"),
    ]
    table = read_towers(files)
    assert len(table) == 17_916
    assert not table["file"].str.contains("FULLSET").any()


def test_site_list_and_predictors_cover_the_towers(archive, towers):
    sites = read_site_list(towers / "sites.csv")
    predictors = read_predictors(towers / "predictors_monthly.csv.gz")
    assert len(sites) == 206
    assert sites["climate"].value_counts().to_dict() == {
        "continental": 106,
        "temperate": 54,
        "arid": 23,
        "tropical": 15,
        "polar": 8,
    }
    assert len(predictors) == 17_916
    assert predictors["LAI"].isna().sum() == 406
    key = ["site", "year", "month"]
    assert predictors[key].equals(archive[key])
    require_sites(
        archive["site"],
        site_list=sites,
        site_list_path="sites.csv",
        predictors=predictors,
        predictors_path="predictors_monthly.csv.gz",
    )
