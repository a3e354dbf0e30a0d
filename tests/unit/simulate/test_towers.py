"""Whole simulated archives: reproducible bytes, switches, refusals, and the real readers."""

from __future__ import annotations

import dataclasses
import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.fluxnet_files import find_tower_files
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.core.errors import ConfigError
from carbonscape.simulate.parts import EarthParts
from helpers.simulated import FIRST, LAST, SEED, SITES, build, monthly_fluxes, sites, written

FILES = ["fluxnet2015.zip", "predictors_monthly.csv.gz", "sites.csv"]
IN_FLUXES = ("flux_noise", "partitioning_error", "gaps", "outliers")
#: Seen by other instruments only, or by none where the truth of towers is concerned.
ELSEWHERE = ("cover_views", "clouds", "missing_composites")
SMALL = {"sites": 7, "first_year": 2001, "last_year": 2002}
SWITCHES = [field.name for field in dataclasses.fields(EarthParts)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    build(folder)
    return folder


def test_the_archive_holds_what_a_user_holds_and_no_truth(archive: Path) -> None:
    assert sorted(path.name for path in (archive / "archive").iterdir()) == FILES


def test_fluxes_are_those_of_the_years_of_each_tower(archive: Path) -> None:
    months, truth = monthly_fluxes(archive), sites()
    for name, rows in months.groupby("site"):
        years = [int(truth[key].sel(site=name)) for key in ("first_year", "last_year")]
        expected = [y * 100 + m for y in range(years[0], years[1] + 1) for m in range(1, 13)]
        assert rows["TIMESTAMP"].tolist() == expected
    assert months["year"].min() == FIRST
    assert months["year"].max() == LAST


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    archive: Path, tmp_path: Path
) -> None:
    build(tmp_path / "again")
    build(tmp_path / "other", seed=SEED + 1)
    first, again, other = (
        written(folder) for folder in (archive, tmp_path / "again", tmp_path / "other")
    )
    assert len(first) == 3
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_more_sites_leave_the_others_as_they_are(archive: Path, tmp_path: Path) -> None:
    build(tmp_path, sites=SITES - 9)
    with (
        zipfile.ZipFile(archive / "archive" / "fluxnet2015.zip") as many,
        zipfile.ZipFile(tmp_path / "archive" / "fluxnet2015.zip") as few,
    ):
        assert 0 < len(few.namelist()) < len(many.namelist())
        for name in few.namelist():
            assert few.read(name) == many.read(name), name
    lines = []
    for folder in (tmp_path, archive):
        packed = (folder / "archive" / "predictors_monthly.csv.gz").read_bytes()
        lines.append(
            (folder / "archive" / "sites.csv").read_text().splitlines()
            + gzip.decompress(packed).decode().splitlines()
        )
    few, many = map(set, lines)
    assert few < many


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("small")
    build(folder, **SMALL)
    return written(folder)


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_changes_the_archive_and_only_its_own_side(
    small: dict[str, bytes], tmp_path: Path, switch: str
) -> None:
    build(tmp_path, **SMALL, parts=EarthParts(**{switch: False}))
    before, after = small, written(tmp_path)
    changed = {name.split("/")[-1] for name in before if before[name] != after[name]}
    expected = {"fluxnet2015.zip", "predictors_monthly.csv.gz"}
    if switch == "sensor_noise":
        expected = {"predictors_monthly.csv.gz"}
    elif switch in (*IN_FLUXES, "co2_trend", "unobserved_field"):
        expected = {"fluxnet2015.zip"}
    elif switch in ELSEWHERE:
        expected = set()
    assert changed == expected


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sites": 4}, "sites: found 4, expected 5 to 6760"),
        ({"sites": 6761}, "sites: found 6761"),
        ({"first_year": 2005, "last_year": 2004}, "found 2005 and 2004"),
        ({"cell": 7.0}, "cell: found 7.0, expected a size in degrees that divides 180"),
        ({"cell": 0.0}, "cell: found 0.0"),
        ({"bad": "rusty"}, "bad: found 'rusty'"),
    ],
)
def test_impossible_arguments_are_refused_before_anything_is_written(
    tmp_path: Path, options: dict, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        build(tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_the_readers_of_the_real_archive_find_what_was_observed(tmp_path: Path) -> None:
    towers = build(tmp_path)
    found = read_towers(find_tower_files(tmp_path / "archive"))
    sites = read_site_list(tmp_path / "archive" / "sites.csv")
    predictors = read_predictors(tmp_path / "archive" / "predictors_monthly.csv.gz")
    names = sorted(tower.plan.site for tower in towers)
    for table_ in (found, sites, predictors):
        assert sorted(set(table_["site"])) == names
    observed = pd.concat([tower.fluxes.assign(site=tower.plan.site) for tower in towers])
    observed = observed.sort_values(["site", "TIMESTAMP"])
    stamps = found["year"] * 100 + found["month"]
    assert stamps.tolist() == observed["TIMESTAMP"].tolist()
    columns = {
        "gpp_nt": "GPP_NT_VUT_REF", "gpp_dt": "GPP_DT_VUT_REF", "reco_nt": "RECO_NT_VUT_REF",
        "nee": "NEE_VUT_REF", "qc": "NEE_VUT_REF_QC",
    }  # fmt: skip
    for name, column in columns.items():
        np.testing.assert_allclose(found[name], observed[column], rtol=1e-5, atol=1e-12)
    given = pd.concat([tower.predictors for tower in towers]).sort_values(["site", "year", "month"])
    for name in ("LAI", "FPAR", "T2M", "SSRD", "VPD", "TP"):
        np.testing.assert_allclose(predictors[name], given[name])
    listed = {tower.plan.site: tower.plan for tower in towers}
    assert sites["igbp"].tolist() == [listed[name].igbp for name in names]
    assert sites["lat"].tolist() == [listed[name].lat for name in names]
