"""What simulated instruments report: units, errors, gaps and outliers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.simulate.instruments import _laplace, observe_fluxes, observe_predictors
from carbonscape.simulate.parts import EarthParts
from helpers.simulated import (
    FIRST,
    LAST,
    NO_ERRORS,
    SEED,
    build,
    csv_files,
    monthly_fluxes,
    table,
    tower,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def predictors(archive: Path) -> pd.DataFrame:
    return pd.read_csv(archive / "archive" / "predictors_monthly.csv.gz")


@pytest.fixture(scope="module")
def months(archive: Path) -> pd.DataFrame:
    return monthly_fluxes(archive)


def test_a_tower_without_errors_reports_the_truth() -> None:
    where, true = tower("D")
    seen = observe_fluxes(where, true, seed=SEED, parts=NO_ERRORS)
    assert len(seen) == len(true) == 48
    pairs = {"NEE_VUT_REF": "nee", "RECO_NT_VUT_REF": "reco", "GPP_DT_VUT_REF": "gpp"}
    for column, name in (pairs | {"RECO_DT_VUT_REF": "reco", "GPP_NT_VUT_REF": "gpp"}).items():
        assert seen[column].to_numpy() == pytest.approx(true[name].to_numpy(), abs=1e-6), column


def test_errors_are_double_exponential() -> None:
    error = _laplace(np.random.default_rng(1), 100000)
    assert error.std() == pytest.approx(1, abs=0.02)
    assert (error**4).mean() == pytest.approx(6, abs=0.6)  # 3 if it were normal


def test_numbers_are_of_the_size_of_real_towers(months: pd.DataFrame) -> None:
    good = months[months["NEE_VUT_REF_QC"] >= 0.8]
    assert 2 < good["GPP_NT_VUT_REF"].mean() < 6
    assert 2.5 < good["GPP_NT_VUT_REF"].std() < 5.5
    assert -2 < good["NEE_VUT_REF"].mean() < 0
    split = good["GPP_DT_VUT_REF"] - good["GPP_NT_VUT_REF"]
    assert 0.02 < split.abs().median() < 0.5


def test_the_tower_reports_its_weather_as_it_is_in_degrees_celsius() -> None:
    where, truth = tower("D")
    seen = observe_fluxes(where, truth, seed=SEED, parts=EarthParts())
    assert (seen["TA_F"] + 273.15).to_numpy() == pytest.approx(truth["t2m"].to_numpy())
    for column, name in {"SW_IN_POT": "sw_pot", "SW_IN_F": "ssrd", "P_F": "tp"}.items():
        assert seen[column].tolist() == truth[name].tolist()
    assert seen["VPD_F"].tolist() == truth["vpd"].tolist()
    known = seen.dropna()
    assert (known["NEE_VUT_25"] < known["NEE_VUT_REF"]).all()
    assert (known["NEE_VUT_75"] > known["NEE_VUT_REF"]).all()


def test_sensors_err_by_the_size_that_is_declared() -> None:
    rows = []
    first, truth = tower("C")
    for index in range(30):
        where = replace(first, index=index)
        seen = observe_predictors(where, truth, seed=SEED, parts=EarthParts())
        ratio = np.log(
            seen[["LAI", "SSRD", "VPD", "TP"]]
            / truth[["lai", "ssrd", "vpd", "tp"]].set_axis(["LAI", "SSRD", "VPD", "TP"], axis=1)
        )
        ratio["FPAR"] = seen["FPAR"] - truth["fpar"]
        rows.append(ratio[seen["fpar_source"] == "modis"])
    spread = pd.concat(rows).std()
    declared = {"LAI": 0.12, "FPAR": 0.03, "SSRD": 0.05, "VPD": 0.10, "TP": 0.25}
    assert spread[list(declared)].to_dict() == pytest.approx(declared, rel=0.12)


def test_partitioned_fluxes_err_in_proportion_too() -> None:
    parts = replace(NO_ERRORS, flux_noise=True)
    errors = []
    first, truth = tower("D")
    for index in range(20):
        where = replace(first, index=index)
        seen = observe_fluxes(where, truth, seed=SEED, parts=parts)
        for column, name in {"GPP_DT_VUT_REF": "gpp", "RECO_NT_VUT_REF": "reco"}.items():
            error = (seen[column] - truth[name]).abs()
            errors.append(pd.DataFrame({"name": name, "flux": truth[name], "error": error}))
    for name, rows in pd.concat(errors).groupby("name"):
        busy, calm = rows[rows["flux"] > 4], rows[rows["flux"] < 1.5]
        assert busy["error"].mean() > 2 * calm["error"].mean(), name


def test_errors_grow_with_the_flux_and_with_what_was_filled() -> None:
    parts = replace(NO_ERRORS, flux_noise=True, gaps=True)
    seen, true = [], []
    first, months = tower("D")
    for index in range(12):
        where = replace(first, index=index)
        seen.append(observe_fluxes(where, months, seed=SEED, parts=parts))
        true.append(months)
    fluxes, truth = pd.concat(seen, ignore_index=True), pd.concat(true, ignore_index=True)
    error = (fluxes["NEE_VUT_REF"] - truth["nee"]).abs()
    good, busy = fluxes["NEE_VUT_REF_QC"] > 0.85, truth["nee"].abs() > 2
    assert error[good & busy].mean() > 1.5 * error[good & ~busy].mean()
    assert error[~good & ~busy].mean() > 1.3 * error[good & ~busy].mean()


def test_quality_is_a_fraction_and_is_worse_in_the_cold(archive: Path) -> None:
    texts = csv_files(archive)
    tables = [table(text) for path, text in texts.items() if "SET_MM_" in path]
    joined = pd.concat(tables)
    qc = joined["NEE_VUT_REF_QC"]
    assert qc.dropna().between(0, 1).all()
    assert 0.55 < (qc >= 0.8).mean() < 0.9
    assert 0.015 < (qc < 0.3).mean() < 0.1  # outages of instruments, not only lost hours
    assert 0.005 < qc.isna().mean() < 0.06
    assert qc[joined["TA_F"] < -5].mean() < qc[joined["TA_F"] > 10].mean() - 0.05
    # Where nothing was measured no flux is given, and the weather still is.
    assert (
        joined.loc[qc.isna(), ["NEE_VUT_REF", "GPP_NT_VUT_REF", "GPP_DT_VUT_REF"]]
        .isna()
        .all(axis=None)
    )
    assert joined[["TA_F", "SW_IN_F", "VPD_F", "P_F"]].notna().all(axis=None)


def test_a_few_good_months_cannot_be_partitioned_by_night() -> None:
    first, truth = tower("D")
    plans = [replace(first, index=index) for index in range(60)]
    seen = pd.concat([observe_fluxes(p, truth, seed=SEED, parts=EarthParts()) for p in plans])
    unsplit = seen["GPP_NT_VUT_REF"].isna() & seen["NEE_VUT_REF"].notna()
    assert 0 < unsplit.mean() < 0.02
    assert seen.loc[unsplit, "RECO_NT_VUT_REF"].isna().all()
    assert seen.loc[unsplit, "GPP_DT_VUT_REF"].notna().all()


def test_predictors_and_towers_see_the_same_weather_in_their_own_units(
    months: pd.DataFrame, predictors: pd.DataFrame
) -> None:
    both = months.merge(predictors, on=["site", "year", "month"])
    assert len(both) == len(months)
    kelvin = both["T2M"] - both["TA_F"] - 273.15  # degC there, K here
    assert abs(kelvin.mean()) < 0.1
    assert 0.3 < kelvin.std() < 1.0
    for gridded, name in (("SSRD", "SW_IN_F"), ("VPD", "VPD_F"), ("TP", "P_F")):
        assert both[gridded].mean() / both[name].mean() == pytest.approx(1, abs=0.08), gridded
        assert both[gridded].corr(both[name]) > 0.9, gridded
    assert (both["SW_IN_F"] <= both["SW_IN_POT"]).all()


def test_the_predictor_table_is_complete_whatever_the_years_of_the_fluxes(
    predictors: pd.DataFrame, months: pd.DataFrame
) -> None:
    assert list(predictors.columns) == [
        "site", "year", "month", "LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "lai_source",
        "fpar_source",
    ]  # fmt: skip
    expected = [(year, month) for year in range(FIRST, LAST + 1) for month in range(1, 13)]
    for _, rows in predictors.groupby("site"):
        assert list(zip(rows["year"], rows["month"], strict=True)) == expected
    spans = months.groupby("site")["year"].agg(["min", "max"])
    assert (spans["min"] > FIRST).any()
    assert (spans["max"] < LAST).any()
    missing = predictors["LAI"].isna()
    assert 0 < missing.mean() < 0.03
    assert (missing == predictors["FPAR"].isna()).all()
    assert (missing == (predictors["lai_source"] == "missing")).all()
    assert (missing == (predictors["fpar_source"] == "missing")).all()
    assert predictors.drop(columns=["LAI", "FPAR"]).notna().all(axis=None)


def test_predictor_units_and_digits(predictors: pd.DataFrame) -> None:
    for name, digits in {"LAI": 4, "FPAR": 4, "T2M": 3, "SSRD": 3, "VPD": 3, "TP": 3}.items():
        values = predictors[name].dropna()
        assert (values.round(digits) == values).all(), name
        assert not (values.round(digits - 1) == values).all(), name
    assert predictors["T2M"].between(220, 320).all()
    assert predictors["FPAR"].dropna().between(0, 1).all()
    assert 100 < predictors["SSRD"].mean() < 220
    assert predictors["SSRD"].max() < 450
    assert 2 < predictors["VPD"].mean() < 12
    assert 1 < predictors["TP"].mean() < 4
    law = predictors[predictors["fpar_source"] == "beer_lambert"]
    assert law["FPAR"].to_numpy() == pytest.approx(1 - np.exp(-law["LAI"] / 2), abs=1e-3)


def test_leaves_before_the_satellite_are_a_climatology() -> None:
    where, truth = tower("D")
    early = truth.assign(year=truth["year"] - 3)  # 1998 to 2001; Terra starts in February 2000
    seen = observe_predictors(where, early, seed=SEED, parts=NO_ERRORS)
    before = seen["year"] * 100 + seen["month"] < 200002
    assert set(seen.loc[before, "lai_source"]) == {"climatology"}
    assert set(seen.loc[~before, "lai_source"]) == {"modis"}
    usual = seen[~before].groupby("month")["LAI"].mean()
    given = seen[before]
    assert given["LAI"].to_numpy() == pytest.approx(usual[given["month"]].to_numpy(), abs=1e-4)


def test_outliers_are_few_and_gross(archive: Path, tmp_path: Path) -> None:
    with_them = build(tmp_path / "a")
    without = build(tmp_path / "b", parts=EarthParts(outliers=False))
    a, b = (pd.concat([tower.fluxes for tower in towers]) for towers in (with_them, without))
    moved = {name: (a[name] - b[name]).abs() for name in ("NEE_VUT_REF", "GPP_DT_VUT_REF")}
    struck = (moved["NEE_VUT_REF"] > 1e-9) | (moved["GPP_DT_VUT_REF"] > 1e-9)
    assert 0.008 < struck.mean() < 0.035
    assert not ((moved["NEE_VUT_REF"] > 1e-9) & (moved["GPP_DT_VUT_REF"] > 1e-9)).any()
    for size in moved.values():
        assert (size[size > 1e-9].between(4, 9)).all()
        assert (size > 1e-9).any()
    same = ["GPP_NT_VUT_REF", "RECO_NT_VUT_REF", "RECO_DT_VUT_REF", "NEE_VUT_REF_QC"]
    pd.testing.assert_frame_equal(a[same], b[same])


def test_partitionings_differ_by_a_few_percent() -> None:
    parts = replace(NO_ERRORS, partitioning_error=True)
    ratios = []
    first, truth = tower("D")
    for index in range(20):
        where = replace(first, index=index)
        seen = observe_fluxes(where, truth, seed=SEED, parts=parts)
        ratios.append(seen["GPP_DT_VUT_REF"].sum() / seen["GPP_NT_VUT_REF"].sum())
        closure = seen["NEE_VUT_REF"] - (seen["RECO_NT_VUT_REF"] - seen["GPP_NT_VUT_REF"])
        assert 0.005 < closure.std() < 0.08
    assert 0.02 < np.std(ratios) < 0.12
