"""Folds: dealt from a seed, or read from a file; a site is never in two."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.fluxes.training.folds import (
    fold_of_samples,
    fold_of_sites,
    folds_of_samples,
    make_folds,
    read_folds,
)

#: 23 sites: 11 ENF, 7 CRO, 5 WET.
SITES = pd.DataFrame(
    {
        "site": [f"S{number:02d}" for number in range(23)],
        "igbp": ["ENF", "CRO", "WET", "ENF"] * 5 + ["ENF", "CRO", "CRO"],
    }
)
CLASS = dict(zip(SITES["site"], SITES["igbp"], strict=True))


def deal(sites=SITES, *, n_folds=5, split=0, seed=42, stratify="none"):
    return make_folds(sites, n_folds=n_folds, split=split, seed=seed, stratify=stratify)


# --- from a seed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("stratify", ["none", "igbp"])
@pytest.mark.parametrize("n_folds", [2, 5, 12, 23])
def test_every_site_stands_in_one_fold_and_folds_are_of_equal_size(stratify, n_folds):
    folds = deal(n_folds=n_folds, stratify=stratify)["folds"]
    assert list(folds) == [str(fold) for fold in range(n_folds)]
    members = [site for fold in folds.values() for site in fold]
    assert sorted(members) == SITES["site"].tolist()
    sizes = [len(fold) for fold in folds.values()]
    assert max(sizes) - min(sizes) <= 1
    assert all(fold == sorted(fold) for fold in folds.values())


@pytest.mark.parametrize("split", range(4))
def test_every_fold_gets_its_share_of_every_stratum(split):
    folds = deal(split=split, stratify="igbp")["folds"]
    shares = [Counter(CLASS[site] for site in fold) for fold in folds.values()]
    assert {share["ENF"] for share in shares} == {2, 3}
    assert {share["CRO"] for share in shares} == {1, 2}
    assert {share["WET"] for share in shares} == {1}


def test_without_strata_sites_are_dealt_at_random():
    dealings = [deal(split=split)["folds"] for split in range(20)]
    shares = {sum(CLASS[site] == "WET" for site in folds["0"]) for folds in dealings}
    assert len(shares) > 1
    assert len({tuple(folds["0"]) for folds in dealings}) > 15


@pytest.mark.parametrize("stratify", ["none", "igbp"])
def test_the_same_seed_deals_the_same_folds(stratify):
    first = deal(stratify=stratify)
    assert deal(stratify=stratify) == first
    shuffled = SITES.sample(frac=1, random_state=3)
    assert deal(shuffled, stratify=stratify) == first


@pytest.mark.parametrize("stratify", ["none", "igbp"])
def test_another_split_or_seed_deals_others(stratify):
    first = deal(stratify=stratify)["folds"]
    assert deal(split=1, stratify=stratify)["folds"] != first
    assert deal(seed=43, stratify=stratify)["folds"] != first


def test_folds_say_where_they_come_from():
    folds = deal(split=2, stratify="igbp")
    assert folds["split"] == 2
    assert (folds["scheme"], folds["by"]) == ("sites", "site")
    assert folds["source"] == "seed 42, stratified by igbp"


def test_fewer_sites_than_folds_are_refused():
    with pytest.raises(ConfigError, match="'crossval.folds' is 5, but only 4 sites"):
        deal(SITES.head(4))
    assert len(deal(SITES.head(5))["folds"]) == 5


# --- from a file ---------------------------------------------------------------------------------


def folds_file(folder: Path, text: str) -> Path:
    path = folder / "folds.csv"
    path.write_text(text, encoding="utf-8")
    return path


TEXT = "site,split_0,split_1\nBB,0,1\nAA,0,0\nCC,1,0\nZZ-unused,7,0\n"


def read(path, *, sites=("AA", "BB", "CC"), n_folds=2, split=0):
    return read_folds(path, sites=sites, n_folds=n_folds, split=split)


def test_a_file_gives_the_folds_of_the_sites_asked_for(tmp_path):
    path = folds_file(tmp_path, TEXT)
    assert read(path) == {
        "split": 0,
        "scheme": "sites",
        "by": "site",
        "source": "folds.csv, column split_0",
        "folds": {"0": ["AA", "BB"], "1": ["CC"]},
    }
    assert read(path, split=1)["folds"] == {"0": ["AA", "CC"], "1": ["BB"]}


def test_a_file_may_hold_more_than_ten_folds(tmp_path):
    rows = "".join(f"S{number:02d},{number}\n" for number in range(12))
    sites = [f"S{number:02d}" for number in range(12)]
    folds = read(folds_file(tmp_path, "site,split_0\n" + rows), sites=sites, n_folds=12)["folds"]
    assert folds == {str(number): [site] for number, site in enumerate(sites)}


def test_a_site_called_na_is_a_site(tmp_path):
    path = folds_file(tmp_path, "site,split_0\nNA,0\n001,1\n")
    assert read(path, sites=["NA", "001"])["folds"] == {"0": ["NA"], "1": ["001"]}


def test_a_site_missing_from_the_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="folds.csv: no fold for the sites DD, EE; add a row"):
        read(folds_file(tmp_path, TEXT), sites=["AA", "CC", "EE", "DD"])


def test_a_file_without_the_split_is_refused(tmp_path):
    path = folds_file(tmp_path, TEXT)
    with pytest.raises(InputError, match="'split_2' are needed, found site, split_0, split_1"):
        read(path, split=2)
    with pytest.raises(InputError, match="columns 'site' and 'split_0' are needed, found tower"):
        read(folds_file(tmp_path, TEXT.replace("site", "tower")))


def test_a_site_in_two_rows_is_refused(tmp_path):
    with pytest.raises(InputError, match="site AA stands in two rows"):
        read(folds_file(tmp_path, TEXT + "AA,1,1\n"))


@pytest.mark.parametrize(
    ("n_folds", "sites"),
    [
        (3, ["AA", "BB", "CC"]),  # more folds asked for than the file has
        (1, ["AA", "BB", "CC"]),  # fewer
        (2, ["AA", "BB"]),  # fold 1 has only a site that has no samples
        (2, ["AA", "CC", "ZZ-unused"]),  # a fold 7 of two
    ],
)
def test_another_number_of_folds_is_refused(tmp_path, n_folds, sites):
    with pytest.raises(InputError, match=rf"'split_0' holds the folds .* asks for {n_folds} \("):
        read(folds_file(tmp_path, TEXT), sites=sites, n_folds=n_folds)


def test_a_site_without_a_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds the folds"):
        read(folds_file(tmp_path, TEXT.replace("CC,1", "CC,")))


def test_an_absent_or_unreadable_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="none.csv: no such file; .* 'tower_files.folds'"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read(folds_file(tmp_path, ""))


# --- the fold of a site --------------------------------------------------------------------------


def test_fold_of_sites_turns_the_folds_over():
    folds = {"split": 0, "folds": {"0": ["AA", "CC"], "1": ["BB"]}}
    assert fold_of_sites(folds) == {"AA": 0, "CC": 0, "BB": 1}


def test_a_site_in_two_folds_is_refused():
    folds = {"split": 3, "folds": {"0": ["AA"], "1": ["BB", "AA"]}}
    with pytest.raises(ResultError, match="site AA stands in the folds 0 and 1 of split 3"):
        fold_of_sites(folds)


def test_an_empty_fold_is_refused():
    with pytest.raises(ResultError, match="fold 1 of split 0 has no site"):
        fold_of_sites({"split": 0, "folds": {"0": ["AA"], "1": []}})


def test_folds_of_years_are_not_folds_of_sites():
    with pytest.raises(ResultError, match="the folds of split 102 hold years, not sites"):
        fold_of_sites(YEARS)


# --- the fold of a sample ------------------------------------------------------------------------

YEARS = {"split": 102, "by": "year", "folds": {"0": [2001, 2002], "1": [2003]}}
SAMPLES = pd.DataFrame(
    {"site": ["AA", "BB", "CC", "AA"], "year": [2003, 2001, 2002, 2001]}, index=[7, 5, 3, 1]
)


def test_samples_follow_their_site():
    folds = {"split": 0, "by": "site", "folds": {"0": ["AA", "CC"], "1": ["BB"]}}
    assert fold_of_samples(folds, SAMPLES).tolist() == [0, 1, 0, 0]
    del folds["by"]
    assert fold_of_samples(folds, SAMPLES).tolist() == [0, 1, 0, 0]


def test_samples_follow_their_year():
    fold = fold_of_samples(YEARS, SAMPLES)
    assert fold.tolist() == [1, 0, 0, 0]
    assert fold.dtype == "int64"
    assert fold_of_samples(json.loads(json.dumps(YEARS)), SAMPLES).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("folds", "fold", "excluded"),
    [
        # The second and the fourth are only trained on, the fifth has no fold.
        ({"split": 0, "by": "site", "folds": {"0": ["AA", "CC"], "1": ["BB"]}},
         [0, -1, 0, -1, -1], [[0, 0, 0, 1, 1], [0, 1, 0, 0, 1]]),
        (YEARS, [1, -1, 0, -1, -1], [[0, 1, 0, 1, 1], [0, 0, 0, 0, 1]]),
    ],
    ids=["site", "year"],
)  # fmt: skip
def test_a_sample_only_trained_on_is_not_while_its_site_or_year_is_held_out(folds, fold, excluded):
    more = pd.DataFrame({"site": ["DD"], "year": [2009]})
    samples = pd.concat([SAMPLES, more]).assign(scored=[True, False, True, False, False])
    found, not_trained = folds_of_samples(folds, samples)
    assert found.tolist() == fold
    assert not_trained.astype(int).tolist() == excluded


def test_where_all_samples_are_scored_nothing_else_is_excluded():
    fold, excluded = folds_of_samples(YEARS, SAMPLES.assign(scored=True))
    assert fold.tolist() == fold_of_samples(YEARS, SAMPLES).tolist()
    assert excluded is None


def test_a_sample_without_a_fold_is_refused():
    folds = {"split": 1, "by": "site", "folds": {"0": ["BB"]}}
    with pytest.raises(ResultError, match="the sites AA, CC have samples but no fold in split 1;"):
        fold_of_samples(folds, SAMPLES)
    years = {**YEARS, "folds": {"0": [2001]}}
    with pytest.raises(ResultError, match="the years 2002, 2003 have samples but no fold"):
        fold_of_samples(years, SAMPLES)


def test_many_samples_without_a_fold_are_not_all_named():
    folds = {"split": 1, "by": "site", "folds": {"0": ["BB"]}}
    many = pd.DataFrame({"site": [f"S{number}" for number in range(9)], "year": 2001})
    with pytest.raises(ResultError, match="S0, S1, S2, S3, S4 and more have samples"):
        fold_of_samples(folds, many)


def test_a_year_in_two_folds_or_none_in_a_fold_is_refused():
    doubled = {**YEARS, "folds": {"0": [2001, 2002], "1": [2003, 2002]}}
    with pytest.raises(ResultError, match="year 2002 stands in the folds 0 and 1 of split 102"):
        fold_of_samples(doubled, SAMPLES)
    empty = {**YEARS, "folds": {"0": [2001, 2002, 2003], "1": []}}
    with pytest.raises(ResultError, match="fold 1 of split 102 has no year"):
        fold_of_samples(empty, SAMPLES)


def test_folds_by_anything_else_are_refused():
    with pytest.raises(ResultError, match="are by 'month', expected 'site' or 'year'"):
        fold_of_samples({**YEARS, "by": "month"}, SAMPLES)
