"""Hold-out schemes: neighbours, years and climates are held out whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.fluxes.training.folds import fold_of_samples, fold_of_sites, make_folds
from carbonscape.fluxes.training.schemes import (
    great_circle_km,
    make_climate_folds,
    make_scheme,
    make_spatial_folds,
    make_temporal_folds,
    split_number,
)
from helpers import guards

#: One degree along a great circle of a sphere of 6371 km.
DEGREE = 6371.0 * np.pi / 180


def on_the_equator(lon: list[float]) -> pd.DataFrame:
    """Return sites called A, B, ... at longitudes of the equator."""
    names = [chr(ord("A") + number) for number in range(len(lon))]
    return pd.DataFrame({"site": names, "lat": 0.0, "lon": lon})


def scattered(number: int = 60) -> pd.DataFrame:
    """Return sites at random places."""
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "site": [f"S{k:02d}" for k in range(number)],
            "lat": random.uniform(40, 55, number),
            "lon": random.uniform(0, 30, number),
        }
    )


# --- numbers of splits ---------------------------------------------------------------------------


def test_schemes_have_numbers() -> None:
    schemes = ["split_0", "split_12", "spatial", "temporal", "climate"]
    assert [split_number(scheme) for scheme in schemes] == [0, 12, 101, 102, 103]


@pytest.mark.parametrize("scheme", ["", "split", "split_", "split_-1", "split_1.5", "3", "sites"])
def test_an_unknown_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(ConfigError, match=f"called '{scheme}'; choose split_0, split_1, ... or"):
        split_number(scheme)


def test_a_dealing_may_not_take_the_number_of_a_scheme() -> None:
    assert split_number("split_100") == 100
    with pytest.raises(ConfigError, match=r"'crossval.splits' asks for split 101, .* from 101"):
        split_number("split_101")


# --- distances -----------------------------------------------------------------------------------


def test_distances_on_the_sphere() -> None:
    # The pole, two points of the equator a quarter apart, and one across the date line.
    distance = great_circle_km([90, 0, 0, 0], [77, 0, 90, -180])
    quarter = 90 * DEGREE
    expected = [[0, 1, 1, 1], [1, 0, 1, 2], [1, 1, 0, 1], [1, 2, 1, 0]]
    np.testing.assert_allclose(distance, quarter * np.array(expected), atol=1e-6)
    assert great_circle_km([0, 0], [179.5, -179.5])[0, 1] == pytest.approx(DEGREE)
    # At 60 degrees a small step east is half as long.
    assert great_circle_km([60, 60], [0, 0.01])[0, 1] == pytest.approx(0.005 * DEGREE, rel=1e-6)


# --- spatial -------------------------------------------------------------------------------------


def test_neighbours_chain_into_one_cluster() -> None:
    # A-B-C-D in steps of 0.9 degree (A and D are 2.7 apart), E and F alone.
    table = on_the_equator([0, 0.9, 1.8, 2.7, 20, 40])
    folds = make_spatial_folds(table, n_folds=3, seed=1, block_km=DEGREE)
    assert folds["folds"]["0"] == ["A", "B", "C", "D"]
    assert sorted([folds["folds"]["1"], folds["folds"]["2"]]) == [["E"], ["F"]]
    assert (folds["split"], folds["scheme"], folds["by"]) == (101, "spatial", "site")
    assert folds["source"] == (
        "seed 1, 3 clusters of sites closer than 111.195 km, the largest of 4"
    )


def test_sites_at_the_distance_itself_are_not_neighbours() -> None:
    table = on_the_equator([0, 1])
    distance = great_circle_km(table["lat"], table["lon"])[0, 1]
    assert make_spatial_folds(table, n_folds=2, seed=1, block_km=distance)["folds"]
    with pytest.raises(ConfigError, match="only 1 clusters"):
        make_spatial_folds(table, n_folds=2, seed=1, block_km=np.nextafter(distance, 1e9))


def test_large_clusters_are_dealt_first_to_the_smallest_fold() -> None:
    # Clusters of 3 (A-C), 2 (D-E), 2 (F-G) and 1 (H): 3 + 1 and 2 + 2.
    table = on_the_equator([0, 0.1, 0.2, 10, 10.1, 20, 20.1, 30])
    folds = make_spatial_folds(table, n_folds=2, seed=1, block_km=50)["folds"]
    assert folds == {"0": ["A", "B", "C", "H"], "1": ["D", "E", "F", "G"]}


@pytest.mark.parametrize("block_km", [50.0, 120.0])
@pytest.mark.parametrize("seed", range(5))
def test_no_two_folds_touch(block_km: float, seed: int) -> None:
    table = scattered()
    folds = make_spatial_folds(table, n_folds=4, seed=seed, block_km=block_km)
    fold = table["site"].map(fold_of_sites(folds)).to_numpy()
    distance = great_circle_km(table["lat"], table["lon"])
    assert distance[fold[:, None] != fold].min() >= block_km
    # A dealing at random does not keep them apart.
    dealt = make_folds(table, n_folds=4, split=0, seed=seed, stratify="none")
    fold = table["site"].map(fold_of_sites(dealt)).to_numpy()
    assert distance[fold[:, None] != fold].min() < block_km


def test_the_seed_decides_and_the_order_of_sites_does_not() -> None:
    table = scattered()
    first = make_spatial_folds(table, n_folds=4, seed=1, block_km=60)
    shuffled = table.sample(frac=1, random_state=2)
    assert make_spatial_folds(shuffled, n_folds=4, seed=1, block_km=60) == first
    assert make_spatial_folds(table, n_folds=4, seed=2, block_km=60)["folds"] != first["folds"]


def test_fewer_clusters_than_folds_are_refused() -> None:
    table = on_the_equator([0, 0.1, 10, 20])
    assert len(make_spatial_folds(table, n_folds=3, seed=1, block_km=100)["folds"]) == 3
    with pytest.raises(
        ConfigError,
        match="'crossval.folds' is 4, but only 3 clusters of sites are 100 km or more apart; "
        "ask for fewer folds, make 'crossval.holdouts.block_km' smaller",
    ):
        make_spatial_folds(table, n_folds=4, seed=1, block_km=100)


# --- temporal ------------------------------------------------------------------------------------


def of_years(counts: dict[int, int]) -> pd.DataFrame:
    """Return as many samples of each year as asked for, in no order."""
    table = pd.DataFrame({"year": np.repeat(list(counts), list(counts.values())), "site": "AA"})
    return table.sample(frac=1, random_state=1)


@pytest.mark.parametrize(
    ("counts", "n_folds", "expected"),
    [
        ([5, 5, 5, 5], 2, [[2000, 2001], [2002, 2003]]),
        ([10, 1, 1, 1, 1, 10], 3, [[2000], [2001, 2002, 2003, 2004], [2005]]),
        ([1, 1, 1, 1, 8], 2, [[2000, 2001, 2002, 2003], [2004]]),
        # A greedy cut at a third of 12 would leave 2, 5 and 5; 3 + 3, 3 and 3 has 54 - 45 more.
        ([2, 1, 4, 1, 4], 3, [[2000, 2001], [2002], [2003, 2004]]),
        ([3, 3, 3], 3, [[2000], [2001], [2002]]),
        ([3, 3, 3], 1, [[2000, 2001, 2002]]),
        # Of two cuts that are equally good the earlier.
        ([2, 2, 2], 2, [[2000], [2001, 2002]]),
    ],
)
def test_runs_of_years_have_equal_numbers_of_samples(
    counts: list[int], n_folds: int, expected: list[list[int]]
) -> None:
    samples = of_years({2000 + k: count for k, count in enumerate(counts)})
    folds = make_temporal_folds(samples, n_folds=n_folds)["folds"]
    assert list(folds.values()) == expected
    assert list(folds) == [str(fold) for fold in range(n_folds)]


def test_years_without_samples_are_in_no_fold() -> None:
    samples = of_years({2001: 4, 2004: 2, 2005: 2})
    folds = make_temporal_folds(samples, n_folds=2)
    assert folds == {
        "split": 102,
        "scheme": "temporal",
        "by": "year",
        "source": "runs of calendar years: 2001-2001, 2004-2005",
        "folds": {"0": [2001], "1": [2004, 2005]},
    }
    assert {type(year) for fold in folds["folds"].values() for year in fold} == {int}
    assert np.bincount(fold_of_samples(folds, samples)).tolist() == [4, 4]


def test_fewer_years_than_folds_are_refused() -> None:
    with pytest.raises(ConfigError, match="is 3, but only 2 calendar years have samples; ask for"):
        make_temporal_folds(of_years({2001: 50, 2002: 50}), n_folds=3)


# --- climate -------------------------------------------------------------------------------------

CLIMATE_SITES = pd.DataFrame(
    {"site": list("DCBA"), "climate": ["polar", "arid", "polar", "temperate"]}
)


def test_each_climate_with_sites_is_a_fold() -> None:
    assert make_climate_folds(CLIMATE_SITES) == {
        "split": 103,
        "scheme": "climate",
        "by": "site",
        "source": "main climates: fold 0 arid, fold 1 temperate, fold 2 polar",
        "folds": {"0": ["C"], "1": ["A"], "2": ["B", "D"]},
    }


def test_a_single_climate_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"all 2 sites .* are of one climate \(polar\)"):
        make_climate_folds(CLIMATE_SITES[CLIMATE_SITES["climate"] == "polar"])


def test_an_unknown_climate_is_refused() -> None:
    astray = CLIMATE_SITES.assign(climate=["polar", "lunar", "arid", "arid"])
    with pytest.raises(InputError, match="1 sites have no main climate of .*; C has 'lunar'"):
        make_climate_folds(astray)


# --- any of them ---------------------------------------------------------------------------------


def test_a_scheme_is_made_by_its_name(tmp_path) -> None:
    table = scattered(12).assign(climate=["arid", "polar"] * 6, igbp=["ENF", "WET", "GRA"] * 4)
    samples = of_years({2001: 4, 2002: 4, 2003: 4})
    csv = tmp_path / "folds.csv"
    csv.write_text("site,split_1\n" + "".join(f"S{k:02d},{k % 2}\n" for k in range(12)))

    def make(scheme: str, **options):
        keywords = {"n_folds": 2, "seed": 3, "stratify": "igbp", "block_km": 10.0, **options}
        return make_scheme(scheme, sites=table, samples=samples, **keywords)

    assert make("split_4") == make_folds(table, n_folds=2, split=4, seed=3, stratify="igbp")
    # A split that no choice was made on has a seed of its own, and the column of a file first.
    unseen = make("split_4", unseen=True)
    assert unseen == make("split_4", unseen=True, path=csv)
    assert "kept for unseen splits" in unseen["source"]
    assert make("split_1", path=csv, unseen=True) == make("split_1", path=csv)
    with pytest.raises(InputError, match="asks for split 4"):
        make("split_4", path=csv)
    assert make("split_1", path=csv)["source"] == "folds.csv, column split_1"
    for path in (None, csv):
        spatial = make_spatial_folds(table, n_folds=2, seed=3, block_km=10.0)
        assert make("spatial", path=path) == spatial
        assert make("temporal", path=path) == make_temporal_folds(samples, n_folds=2)
        assert make("climate", path=path, n_folds=7) == make_climate_folds(table)
    with pytest.raises(ConfigError, match="no scheme of folds is called 'moon'"):
        make("moon")


def test_an_unseen_dealing_is_that_of_no_other_split() -> None:
    sites = pd.read_csv(guards.PROJECT / "resources" / "towers" / "folds.csv", dtype=str)
    table = sites[["site"]].assign(igbp="ENF", climate="arid")

    def dealt(split: int, *, unseen: bool) -> set[frozenset[str]]:
        """Return the folds, whatever their numbers."""
        options = {"n_folds": 5, "seed": 42, "stratify": "none", "unseen": unseen}
        folds = make_folds(table, split=split, **options)["folds"]
        return {frozenset(members) for members in folds.values()}

    unseen = dealt(3, unseen=True)
    assert set.union(*map(set, unseen)) == set(sites["site"])
    others = [dealt(split, unseen=False) for split in range(100)]
    others += [dealt(split, unseen=True) for split in range(100) if split != 3]
    others += [
        {frozenset(members) for _, members in sites.groupby(column)["site"]}
        for column in sites.columns.drop("site")
    ]
    assert all(not unseen & other for other in others)
