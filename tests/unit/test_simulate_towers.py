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
from carbonscape.errors import ConfigError
from carbonscape.simulate.parts import STREAMS, TowerParts, random_stream
from carbonscape.simulate.towers import simulate_towers
from simulated import FIRST, LAST, SEED, SITES, build, monthly_fluxes, written

FILES = ["fluxnet2015.zip", "predictors_monthly.csv.gz", "sites.csv"]
IN_TRUTH = (
    "clouds", "weather_anomalies", "phenology", "temperature_limit", "vpd_limit", "soil_memory",
    "site_effect",
)  # fmt: skip
SWITCHES = [field.name for field in dataclasses.fields(TowerParts)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def months(archive: Path) -> pd.DataFrame:
    return monthly_fluxes(archive)


def test_every_part_of_every_site_has_its_own_random_numbers() -> None:
    draws = [random_stream(1, index, name).random() for index in range(3) for name in STREAMS]
    assert len(set(draws)) == len(draws)
    assert random_stream(2, 0, "site").random() not in draws


def test_the_archive_holds_what_a_user_holds_and_the_truth_lies_apart(archive: Path) -> None:
    assert sorted(path.name for path in (archive / "archive").iterdir()) == FILES
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    assert list(truth.columns) == ["site", "year", "month", "gpp", "reco", "nee"]


@pytest.mark.parametrize("name", ["truth.csv", "inner/truth.csv", "../archive/truth.csv"])
def test_a_truth_inside_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "archive"
    with pytest.raises(ConfigError, match="lies inside the archive"):
        simulate_towers(
            folder, truth_path=folder / name, sites=2, first_year=2001, last_year=2002, seed=1
        )
    assert not folder.exists()


def test_the_truth_covers_exactly_the_measured_months(archive: Path, months: pd.DataFrame) -> None:
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    key = ["site", "year", "month"]
    assert truth[key].apply(tuple, axis=1).tolist() == sorted(
        months[key].itertuples(index=False, name=None)
    )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    archive: Path, tmp_path: Path
) -> None:
    build(tmp_path / "again")
    build(tmp_path / "other", seed=SEED + 1)
    first, again, other = (
        written(folder) for folder in (archive, tmp_path / "again", tmp_path / "other")
    )
    assert len(first) == 4
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_parquet_truth_holds_the_same_numbers(archive: Path, tmp_path: Path) -> None:
    simulate_towers(
        tmp_path / "archive", truth_path=tmp_path / "truth.parquet",
        sites=SITES, first_year=FIRST, last_year=LAST, seed=SEED,
    )  # fmt: skip
    text = pd.read_csv(archive / "truth" / "towers.csv")
    packed = pd.read_parquet(tmp_path / "truth.parquet")
    assert packed["site"].tolist() == text["site"].tolist()
    assert packed["gpp"].to_numpy() == pytest.approx(text["gpp"].to_numpy(), rel=1e-8)


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
            + (folder / "truth" / "towers.csv").read_text().splitlines()
        )
    few, many = map(set, lines)
    assert few < many


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_changes_the_archive_and_only_its_own_side(
    archive: Path, tmp_path: Path, switch: str
) -> None:
    build(tmp_path, parts=TowerParts(**{switch: False}))
    before, after = written(archive), written(tmp_path)
    changed = {name.split("/")[-1] for name in before if before[name] != after[name]}
    expected = {"fluxnet2015.zip", "predictors_monthly.csv.gz", "towers.csv"}
    if switch in ("sensor_noise", "missing_leaf_area"):
        expected = {"predictors_monthly.csv.gz"}
    elif switch not in (*IN_TRUTH, "early_years"):
        expected = {"fluxnet2015.zip"}
    elif switch in ("temperature_limit", "vpd_limit", "site_effect"):
        expected -= {"predictors_monthly.csv.gz"}
    assert changed == expected


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sites": 0}, "sites: found 0"),
        ({"sites": 6761}, "sites: found 6761"),
        ({"first_year": 2005, "last_year": 2004}, "found 2005 and 2004"),
        ({"bad": "rusty"}, "bad: found 'rusty'"),
    ],
)
def test_impossible_arguments_are_refused_before_anything_is_written(
    tmp_path: Path, options: dict, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        build(tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_a_truth_of_unknown_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found the ending '.txt'"):
        simulate_towers(
            tmp_path / "a", truth_path=tmp_path / "t.txt",
            sites=2, first_year=2001, last_year=2002, seed=1,
        )  # fmt: skip


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
