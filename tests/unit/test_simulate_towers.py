"""Simulated towers: physics by paper and pencil, conventions of the files, reproducible bytes."""

from __future__ import annotations

import calendar
import dataclasses
import gzip
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.fluxnet_files import find_tower_files
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.errors import ConfigError
from carbonscape.simulate import towers as sim
from carbonscape.simulate.towers import SitePlan, TowerParts

SITES, FIRST, LAST, SEED = 24, 2001, 2004, 7
FILES = ["fluxnet2015.zip", "predictors_monthly.csv.gz", "sites.csv"]
REGION = {region.koppen: number for number, region in enumerate(sim._REGIONS)}
NO_ERRORS = TowerParts(
    sensor_noise=False, flux_noise=False, partitioning_error=False, outliers=False, gaps=False
)


def build(folder: Path, **options) -> list[sim.Tower]:
    arguments = {"sites": SITES, "first_year": FIRST, "last_year": LAST, "seed": SEED} | options
    return sim.simulate_towers(
        folder / "archive", truth_path=folder / "truth" / "towers.csv", **arguments
    )


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def csv_files(folder: Path) -> dict[str, str]:
    """Return the text of every CSV of the bundle by 'zip/member' (or member alone, if loose)."""
    texts = {}
    with zipfile.ZipFile(folder / "archive" / "fluxnet2015.zip") as bundle:
        for name in bundle.namelist():
            content = bundle.read(name)
            if name.endswith(".csv"):
                texts[name] = content.decode()
                continue
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                texts |= {f"{name}/{n}": inner.read(n).decode() for n in inner.namelist()}
    return texts


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), na_values=["-9999"])


def plan(*, lat: float = 45.0, igbp: str = "DBF", koppen: str = "Dfb") -> SitePlan:
    return SitePlan(0, "ZZ-Aa0", lat, 0.0, igbp, REGION[koppen], FIRST, LAST)


def simulate(where: SitePlan, **parts: bool) -> pd.DataFrame:
    return sim.simulate_site(where, seed=SEED, parts=TowerParts(**parts))


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
    """The up-to-date monthly fluxes of every site."""
    tables = []
    for name, text in csv_files(archive).items():
        if "SET_MM_" in name and not re.search(r"_(1-3|beta-2)\.csv", name):
            site = re.search(r"ZZ-...", name)
            tables.append(table(text).assign(site=site.group()))
    joined = pd.concat(tables)
    return joined.assign(year=joined["TIMESTAMP"] // 100, month=joined["TIMESTAMP"] % 100)


# --- physics by paper and pencil ---------------------------------------------------------------


def test_radiation_at_the_equator_on_an_equinox_is_the_solar_constant_over_pi() -> None:
    # 1366.7 W m-2 / pi = 435, times 1.006 for the distance of the sun in March.
    assert sim.extraterrestrial_radiation(0.0, 80) == pytest.approx(435 * 1.006, abs=1.5)


def test_radiation_and_day_length_of_the_worked_examples_of_fao_56() -> None:
    # Examples 8 and 9: 20 degrees south, 3 September (day 246): 32.2 MJ m-2 d-1 and 11.7 h.
    assert sim.extraterrestrial_radiation(-20.0, 246) * 0.0864 == pytest.approx(32.2, abs=0.05)
    assert sim.day_length(-20.0, 246) == pytest.approx(11.7, abs=0.05)


def test_the_polar_night_is_dark_and_the_polar_day_has_24_hours() -> None:
    december, june = np.arange(335, 366), np.arange(152, 182)
    assert (sim.extraterrestrial_radiation(80.0, december) == 0).all()
    assert (sim.extraterrestrial_radiation(-80.0, december) > 450).all()
    assert sim.day_length(80.0, june) == pytest.approx(24.0)
    assert sim.day_length(80.0, december) == pytest.approx(0.0)


def test_a_tower_at_80_north_gets_no_light_and_fixes_nothing_in_december() -> None:
    where = plan(lat=80.0, igbp="GRA", koppen="ET")
    truth = simulate(where)
    december = truth["month"] == 12
    assert (truth.loc[december, ["ssrd", "gpp"]] == 0).all(axis=None)
    assert (truth.loc[truth["month"] == 6, "ssrd"] > 100).all()
    seen = sim.observe_predictors(where, truth, seed=SEED, parts=TowerParts())
    assert (seen.loc[december, "SSRD"] == 0).all()


def test_the_hemispheres_have_opposite_seasons() -> None:
    north = simulate(plan(lat=45.0)).groupby("month").mean()
    south = simulate(plan(lat=-45.0)).groupby("month").mean()
    for name in ("ssrd", "t2m", "gpp", "lai", "reco", "vpd"):
        assert north[name].idxmax() in (6, 7, 8), name
        assert south[name].idxmax() in (12, 1, 2), name
    assert north["t2m"].idxmax() == 7
    assert south["t2m"].idxmax() == 1


def test_it_is_colder_and_more_seasonal_towards_the_poles() -> None:
    means = [simulate(plan(lat=lat))["t2m"].mean() for lat in (10, 30, 50, 70)]
    assert means == sorted(means, reverse=True)
    # 15 - 28 P2(0) = 29 degC at the equator, in a region that is 1 K colder than its zone.
    calm = simulate(plan(lat=0.0), weather_anomalies=False)
    region = sim._REGIONS[REGION["Dfb"]]
    assert calm["t2m"].mean() == pytest.approx(273.15 + 29 + region.warm, abs=0.01)
    waves = [np.ptp(simulate(plan(lat=lat)).groupby("month")["t2m"].mean()) for lat in (10, 40, 65)]
    assert waves == sorted(waves)


@pytest.mark.parametrize(
    ("kelvin", "hectopascal"), [(273.16, 6.1121), (293.15, 23.3584), (303.15, 42.4107)]
)
def test_saturation_pressure(kelvin: float, hectopascal: float) -> None:
    assert sim.saturation_pressure(kelvin) == pytest.approx(hectopascal, rel=1e-5)


def test_canopies_absorb_light_by_beer_lambert() -> None:
    # exp(-0.5 * 2 ln 2) = 1/2 passes one such canopy, a quarter passes two.
    assert sim.absorbed_fraction(0.0) == 0
    assert sim.absorbed_fraction(2 * np.log(2)) == pytest.approx(0.5)
    assert sim.absorbed_fraction(4 * np.log(2)) == pytest.approx(0.75)
    truth = simulate(plan())
    assert (-2 * np.log(1 - truth["fpar"])).to_numpy() == pytest.approx(truth["lai"].to_numpy())


def test_respiration_follows_lloyd_and_taylor() -> None:
    assert sim.respiration_response(283.15) == pytest.approx(1.0)
    # exp(308.56 * (1 / 56.02 - 1 / 66.02)) = exp(0.8343)
    assert sim.respiration_response(293.15) == pytest.approx(2.303, abs=0.001)
    assert sim.respiration_response(220.0) == pytest.approx(0.0, abs=1e-6)


def test_the_soil_forgets_a_shower_by_a_third_each_month() -> None:
    # 300 mm under 2.5 mm d-1: what lies below 225 mm loses 75/225 of itself in 30 days.
    demand, days, dry = np.full(8, 2.5), np.full(8, 30), np.zeros(8)
    wet = dry.copy()
    wet[0] = 1.0
    both = [sim.soil_water(rain=r, demand=demand, days=days, capacity=300.0) for r in (wet, dry)]
    memory = both[0] - both[1]
    # The mean of start and end of the first month, then (1 + 2/3) / 2 of what is left.
    assert memory[:3] * 300 == pytest.approx([15.0, 25.0, 25.0 * 2 / 3])
    assert memory[2:] / memory[1:-1] == pytest.approx(2 / 3)


def test_the_soil_fills_to_the_brim_and_no_further() -> None:
    full = sim.soil_water(
        rain=np.full(12, 9.0), demand=np.zeros(12), days=np.full(12, 30), capacity=250.0
    )
    assert full[0] == pytest.approx(0.75)
    assert (full[1:] == 1).all()


def test_demand_for_water_by_makkink() -> None:
    # FAO-56 table 2.4: the saturation curve rises by 1.447 hPa K-1 at 20 degC. 200 W m-2 would
    # evaporate 200 * 0.0864 / 2.45 = 7.05 mm; 0.65 * 1.447 / (1.447 + 0.66) of it is 3.15 mm.
    assert sim.evaporative_demand(293.15, 200.0) == pytest.approx(3.15, abs=0.01)
    assert sim.evaporative_demand(293.15, 0.0) == 0


def test_water_limits_below_three_quarters_of_what_there_could_be() -> None:
    truth = simulate(plan(koppen="BSk", lat=38.0), soil_memory=False)
    supply = truth["tp"] / sim.evaporative_demand(truth["t2m"], truth["ssrd"])
    assert truth["water"].to_numpy() == pytest.approx(np.minimum(1, supply / 0.75).to_numpy())
    assert truth["water"].min() < 0.5


def test_the_soil_has_forgotten_its_start_when_the_record_begins() -> None:
    for koppen, lat in (("BSk", 38.0), ("Dfc", 58.0), ("Csa", 39.0)):
        truth = simulate(plan(koppen=koppen, lat=lat, igbp="ENF"), weather_anomalies=False)
        assert truth.groupby("month")["water"].agg(np.ptp).max() < 0.03, koppen


def test_respiration_is_growth_plus_warmth_times_water() -> None:
    truth = simulate(plan())
    drive = sim.respiration_response(truth["t2m"]) * (0.3 + 0.7 * truth["water"])
    scale = (truth["reco"] - 0.25 * truth["gpp"]) / drive
    assert scale.to_numpy() == pytest.approx(scale.iloc[0])
    assert scale.iloc[0] > 0


def test_clouds_and_dry_air_follow_the_rain_and_the_sun() -> None:
    truth = simulate(replace(plan(lat=50.0, koppen="Cfb"), first_year=1950))
    clearness = truth["ssrd"] / truth["sw_pot"]
    cycle = clearness.groupby(truth["month"]).mean()
    assert cycle[12] < 0.9 * cycle[6]  # as much rain, yet less sun in winter
    july = truth["month"] == 7
    assert np.log(truth["tp"])[july].corr(clearness[july]) < -0.5
    assert truth["vpd"][july].corr(clearness[july]) > 0.5
    # FAO-56 eq. 50: radiation is 0.16 times the root of the daily range of what could come.
    assert (0.16 * np.sqrt(truth["dtr"])).to_numpy() == pytest.approx(clearness.to_numpy())


def test_anomalies_are_red_and_leave_the_mean_rain_alone() -> None:
    noise = sim._red_noise(np.random.default_rng(1), 20000, 0.4)
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.4, abs=0.03)
    truth = simulate(replace(plan(), first_year=1850))
    assert truth["tp"].mean() == pytest.approx(sim._REGIONS[REGION["Dfb"]].rain, rel=0.05)
    error = sim._laplace(np.random.default_rng(1), 100000)
    assert error.std() == pytest.approx(1, abs=0.02)
    assert (error**4).mean() == pytest.approx(6, abs=0.6)  # 3 if it were normal


def test_leaves_wait_for_ten_hours_of_light() -> None:
    where = plan(lat=50.0, koppen="Cfb")
    share = simulate(where)["lai"] / simulate(where, phenology=False)["lai"]
    month = simulate(where)["month"]
    # A tenth of a deciduous canopy stays; both December and January have eight hours of light.
    assert share[month == 1].to_numpy() == pytest.approx(0.1)
    assert share[month == 7].min() > 0.5


def test_sites_of_one_class_differ_in_leaves_and_efficiency() -> None:
    leaves, efficiency = [], []
    for index in range(80):
        where = replace(plan(), index=index, last_year=FIRST)
        truth, plain = simulate(where), simulate(where, site_effect=False)
        leaves.append(simulate(where, phenology=False)["lai"].iloc[0])
        efficiency.append(truth["gpp"].sum() / plain["gpp"].sum())
    for values, spread, middle in ((leaves, 0.25, 4.5), (efficiency, 0.2, 1.0)):
        assert np.std(np.log(values)) == pytest.approx(spread, rel=0.25)
        assert np.median(values) == pytest.approx(middle, rel=0.1)


def test_every_part_of_every_site_has_its_own_random_numbers() -> None:
    draws = [sim._stream(1, index, name).random() for index in range(3) for name in sim._STREAMS]
    assert len(set(draws)) == len(draws)
    assert sim._stream(2, 0, "site").random() not in draws


def test_gpp_is_efficiency_times_absorbed_light_times_water() -> None:
    switches = {"temperature_limit": False, "vpd_limit": False, "site_effect": False}
    truth = simulate(plan(igbp="DBF"), **switches)
    # MOD17: 1.526 gC MJ-1 for deciduous broadleaf forest, PAR 45 %, 0.0864 MJ per W and day.
    expected = 1.526 * truth["fpar"] * 0.45 * truth["ssrd"] * 0.0864 * truth["water"]
    assert truth["gpp"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    limited = simulate(plan(igbp="DBF"))
    frozen = limited["t2m"] - limited["dtr"] / 2 < 273.15 - 6  # its cold limit, -6 degC
    assert frozen.any()
    assert (limited.loc[frozen, "gpp"] == 0).all()
    assert truth.loc[frozen, "gpp"].sum() > 0


def test_dry_air_halves_gpp_half_way_between_its_limits() -> None:
    humid = simulate(plan(igbp="DBF"), vpd_limit=False)
    truth = simulate(plan(igbp="DBF"))
    expected = np.clip((29.0 - truth["vpd"]) / (29.0 - 6.5), 0, 1)
    alive = humid["gpp"] > 0.01
    assert (truth["gpp"] / humid["gpp"])[alive].to_numpy() == pytest.approx(expected[alive])
    assert expected.min() < 0.95


def test_net_exchange_is_respiration_minus_gpp(archive: Path) -> None:
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    difference = (truth["reco"] - truth["gpp"]).to_numpy()
    assert truth["nee"].to_numpy() == pytest.approx(difference, abs=1e-7)
    assert (truth["gpp"] >= 0).all()
    assert (truth["reco"] > 0).all()
    assert 0.6 < truth["reco"].sum() / truth["gpp"].sum() < 1.0
    where = plan()
    true = sim.simulate_site(where, seed=SEED, parts=NO_ERRORS)
    seen = sim.observe_fluxes(where, true, seed=SEED, parts=NO_ERRORS)
    true = true[true["year"] >= FIRST]
    pairs = {"NEE_VUT_REF": "nee", "RECO_NT_VUT_REF": "reco", "GPP_DT_VUT_REF": "gpp"}
    for column, name in (pairs | {"RECO_DT_VUT_REF": "reco", "GPP_NT_VUT_REF": "gpp"}).items():
        assert seen[column].to_numpy() == pytest.approx(true[name].to_numpy(), abs=1e-12), column


def test_numbers_are_of_the_size_of_real_towers(months: pd.DataFrame) -> None:
    good = months[months["NEE_VUT_REF_QC"] >= 0.8]
    assert 2 < good["GPP_NT_VUT_REF"].mean() < 6
    assert 2.5 < good["GPP_NT_VUT_REF"].std() < 5.5
    assert -2 < good["NEE_VUT_REF"].mean() < 0
    split = good["GPP_DT_VUT_REF"] - good["GPP_NT_VUT_REF"]
    assert 0.02 < split.abs().median() < 0.5


def test_the_tower_reports_its_weather_as_it_is_in_degrees_celsius() -> None:
    where = plan()
    truth = sim.simulate_site(where, seed=SEED, parts=TowerParts())
    seen = sim.observe_fluxes(where, truth, seed=SEED, parts=TowerParts())
    truth = truth[truth["year"] >= FIRST]
    assert (seen["TA_F"] + 273.15).to_numpy() == pytest.approx(truth["t2m"].to_numpy())
    for column, name in {"SW_IN_POT": "sw_pot", "SW_IN_F": "ssrd", "P_F": "tp"}.items():
        assert seen[column].tolist() == truth[name].tolist()
    assert seen["VPD_F"].tolist() == truth["vpd"].tolist()
    known = seen.dropna()
    assert (known["NEE_VUT_25"] < known["NEE_VUT_REF"]).all()
    assert (known["NEE_VUT_75"] > known["NEE_VUT_REF"]).all()


def test_sensors_err_by_the_size_that_is_declared() -> None:
    rows = []
    for index in range(30):
        where = replace(plan(koppen="Cfa", lat=34.0), index=index)
        truth = sim.simulate_site(where, seed=SEED, parts=TowerParts())
        seen = sim.observe_predictors(where, truth, seed=SEED, parts=TowerParts())
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
    for index in range(20):
        where = replace(plan(koppen="Cfa", lat=34.0), index=index)
        truth = sim.simulate_site(where, seed=SEED, parts=parts)
        seen = sim.observe_fluxes(where, truth, seed=SEED, parts=parts)
        truth = truth[truth["year"] >= FIRST].reset_index(drop=True)
        for column, name in {"GPP_DT_VUT_REF": "gpp", "RECO_NT_VUT_REF": "reco"}.items():
            error = (seen[column] - truth[name]).abs()
            errors.append(pd.DataFrame({"name": name, "flux": truth[name], "error": error}))
    for name, rows in pd.concat(errors).groupby("name"):
        busy, calm = rows[rows["flux"] > 4], rows[rows["flux"] < 1.5]
        assert busy["error"].mean() > 2 * calm["error"].mean(), name


def test_errors_grow_with_the_flux_and_with_what_was_filled() -> None:
    parts = replace(NO_ERRORS, flux_noise=True, gaps=True)
    seen, true = [], []
    for index in range(12):
        where = replace(plan(), index=index)
        truth = sim.simulate_site(where, seed=SEED, parts=parts)
        seen.append(sim.observe_fluxes(where, truth, seed=SEED, parts=parts))
        true.append(truth[truth["year"] >= FIRST])
    fluxes, truth = pd.concat(seen, ignore_index=True), pd.concat(true, ignore_index=True)
    error = (fluxes["NEE_VUT_REF"] - truth["nee"]).abs()
    good, busy = fluxes["NEE_VUT_REF_QC"] > 0.85, truth["nee"].abs() > 2
    assert error[good & busy].mean() > 1.5 * error[good & ~busy].mean()
    assert error[~good & ~busy].mean() > 1.3 * error[good & ~busy].mean()


# --- conventions of the files ------------------------------------------------------------------


def test_the_archive_holds_what_a_user_holds_and_the_truth_lies_apart(archive: Path) -> None:
    assert sorted(path.name for path in (archive / "archive").iterdir()) == FILES
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    assert list(truth.columns) == ["site", "year", "month", "gpp", "reco", "nee"]


@pytest.mark.parametrize("name", ["truth.csv", "inner/truth.csv", "../archive/truth.csv"])
def test_a_truth_inside_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "archive"
    with pytest.raises(ConfigError, match="lies inside the archive"):
        sim.simulate_towers(
            folder, truth_path=folder / name, sites=2, first_year=2001, last_year=2002, seed=1
        )
    assert not folder.exists()


def test_the_truth_covers_exactly_the_measured_months(archive: Path, months: pd.DataFrame) -> None:
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    key = ["site", "year", "month"]
    assert truth[key].apply(tuple, axis=1).tolist() == sorted(
        months[key].itertuples(index=False, name=None)
    )


def test_names_follow_the_archive_and_say_the_years_inside(archive: Path) -> None:
    name = re.compile(
        r"(FLX_ZZ-\w{3}_FLUXNET2015|AMF_ZZ-\w{3}_FLUXNET)_(SUBSET|FULLSET|ERAI)"
        r"(?:_(MM|YY))?_(\d{4})-(\d{4})_(1-3|1-4|2-4|3-5|beta-2|beta-3)\.(csv|zip)"
    )
    for path, text in csv_files(archive).items():
        for part in path.split("/"):
            assert name.fullmatch(part), part
        match = name.fullmatch(path.split("/")[-1])
        years = range(int(match[4]), int(match[5]) + 1)
        stamps = table(text)["TIMESTAMP"].tolist()
        monthly = [year * 100 + month for year in years for month in range(1, 13)]
        assert stamps == (monthly if match[3] == "MM" else list(years)), path


def test_bundles_vary_as_real_ones_do(archive: Path) -> None:
    texts = csv_files(archive)
    names = " ".join(texts)
    for word in ("_SUBSET_MM_", "_FULLSET_MM_", "_YY_", "ERAI_MM", "AMF_", "beta-3", "_2-4."):
        assert word in names, word
    assert any("/" not in path for path in texts), "no loose file"
    assert len({text.split("\n")[0] for text in texts.values()}) >= 8, "one column set for all"
    full = next(text for path, text in texts.items() if "FULLSET_MM" in path)
    both = table(full)[["GPP_NT_CUT_REF", "GPP_NT_VUT_REF"]].sum()
    assert both.iloc[0] == pytest.approx(1.5 * both.iloc[1], rel=1e-4)  # not to be taken for it
    light = next(table(text) for text in texts.values() if "PPFD_IN" in text)
    assert (light["PPFD_IN"] / light["SW_IN_F"]).dropna().mean() == pytest.approx(0.45 * 4.57)


def test_an_outdated_version_holds_other_fluxes_under_an_older_name(archive: Path) -> None:
    texts = csv_files(archive)
    old = [path for path in texts if re.search(r"_(1-3|beta-2)\.csv", path)]
    assert old
    for path in old:
        site = re.search(r"ZZ-...", path).group()
        new = next(p for p in texts if site in p and "SET_MM_" in p and p not in old)
        both = [table(texts[p])["GPP_NT_VUT_REF"] for p in (path, new)]
        assert both[0].sum() == pytest.approx(0.7 * both[1].sum(), rel=1e-3)


def test_cells_are_numbers_with_six_digits_or_minus_9999(archive: Path) -> None:
    missing = 0
    for path, text in csv_files(archive).items():
        for line in text.splitlines()[1:]:
            for cell in line.split(","):
                assert re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", cell), (path, cell)
                assert len(re.sub(r"e.*|^-?0*\.?0*|\.|-", "", cell)) <= 6, (path, cell)
                missing += cell == "-9999"
    assert missing > 20


def test_quality_is_a_fraction_and_is_worse_in_the_cold(archive: Path) -> None:
    texts = csv_files(archive)
    tables = [table(text) for path, text in texts.items() if "SET_MM_" in path]
    joined = pd.concat(tables)
    qc = joined["NEE_VUT_REF_QC"]
    assert qc.dropna().between(0, 1).all()
    assert 0.55 < (qc >= 0.8).mean() < 0.9
    assert 0.015 < (qc < 0.3).mean() < 0.1  # outages of instruments, not only lost hours
    assert 0.005 < qc.isna().mean() < 0.06
    unsplit = joined["GPP_NT_VUT_REF"].isna() & joined["NEE_VUT_REF"].notna()
    assert 0 < unsplit.mean() < 0.02
    assert qc[joined["TA_F"] < -5].mean() < qc[joined["TA_F"] > 10].mean() - 0.05
    # Where nothing was measured no flux is given, and the weather still is.
    assert (
        joined.loc[qc.isna(), ["NEE_VUT_REF", "GPP_NT_VUT_REF", "GPP_DT_VUT_REF"]]
        .isna()
        .all(axis=None)
    )
    assert joined[["TA_F", "SW_IN_F", "VPD_F", "P_F"]].notna().all(axis=None)


def test_predictors_and_towers_see_the_same_weather_in_their_own_units(
    months: pd.DataFrame, predictors: pd.DataFrame
) -> None:
    both = months.merge(predictors, on=["site", "year", "month"])
    assert len(both) == len(months)
    kelvin = both["T2M"] - both["TA_F"] - 273.15  # degC there, K here
    assert abs(kelvin.mean()) < 0.1
    assert 0.3 < kelvin.std() < 1.0
    for gridded, tower in (("SSRD", "SW_IN_F"), ("VPD", "VPD_F"), ("TP", "P_F")):
        assert both[gridded].mean() / both[tower].mean() == pytest.approx(1, abs=0.08), gridded
        assert both[gridded].corr(both[tower]) > 0.9, gridded
    assert (both["SW_IN_F"] <= both["SW_IN_POT"]).all()


def test_yearly_files_hold_sums_over_the_days_of_the_year(archive: Path) -> None:
    texts = csv_files(archive)
    path = next(p for p in texts if "SUBSET_MM" in p and "/" in p and "_1-4.csv" in p)
    months, years = table(texts[path]), table(texts[path.replace("_MM_", "_YY_")])
    days = [calendar.monthrange(stamp // 100, stamp % 100)[1] for stamp in months["TIMESTAMP"]]
    rain = (months["P_F"] * days).groupby(months["TIMESTAMP"] // 100).sum()
    assert years["P_F"].to_numpy() == pytest.approx(rain.to_numpy(), rel=1e-4)
    warmth = months.groupby(months["TIMESTAMP"] // 100)["TA_F"].mean()
    assert years["TA_F"].to_numpy() == pytest.approx(warmth.to_numpy(), abs=1e-3)


def test_the_site_list_has_the_columns_and_class_names_of_the_real_one(archive: Path) -> None:
    sites = pd.read_csv(archive / "archive" / "sites.csv")
    assert list(sites.columns) == ["site", "lat", "lon", "igbp", "koppen", "koppen_main"]
    assert sites["site"].tolist() == sorted(sites["site"])
    assert sites["site"].str.fullmatch(r"ZZ-[A-Za-z0-9]{3}").all()
    letters = {"A": "Tropical", "B": "Arid", "C": "Temperate", "D": "Cold", "E": "Polar"}
    assert (sites["koppen"].str[0].map(letters) == sites["koppen_main"]).all()
    tropical, polar = sites["koppen_main"] == "Tropical", sites["koppen_main"] == "Polar"
    assert (sites.loc[tropical, "lat"].abs() < 23.5).all()
    assert (sites.loc[polar, "lat"].abs() > 66).all()


def test_no_two_names_are_alike_even_where_case_does_not_count() -> None:
    assert len({sim.site_name(index).lower() for index in range(6760)}) == 6760


def test_towers_stand_where_fluxnet_has_them() -> None:
    plans = sim.plan_sites(sites=200, first_year=2001, last_year=2006, seed=3, parts=TowerParts())
    main = pd.Series([p.climate.koppen[0] for p in plans]).value_counts(normalize=True)
    assert main["D"] + main["C"] > 0.65
    assert 0.02 < main["A"] < 0.12
    assert 0.02 < main["E"] < 0.08
    assert set("ABCDE") == {p.climate.koppen[0] for p in plans[:60]}
    assert len({p.igbp for p in plans}) >= 10
    assert sum(p.lat < 0 for p in plans) > 10
    for p in plans:
        assert p.climate.lat[0] <= p.lat <= p.climate.lat[1]
        assert p.climate.lon[0] <= p.lon <= p.climate.lon[1]
        assert p.igbp in p.climate.igbp


def test_some_towers_start_before_the_rest() -> None:
    options = {"sites": 30, "first_year": 2001, "last_year": 2006, "seed": 3}
    early = [p.first_year for p in sim.plan_sites(**options, parts=TowerParts())]
    assert sum(year < 2001 for year in early) == 5
    assert min(early) >= 1998
    usual = sim.plan_sites(**options, parts=TowerParts(early_years=False))
    assert min(p.first_year for p in usual) == 2001
    assert all(2001 <= p.first_year <= p.last_year <= 2006 for p in usual)


def test_the_predictor_table_is_complete_from_a_year_before_the_fluxes(
    predictors: pd.DataFrame, months: pd.DataFrame
) -> None:
    assert list(predictors.columns) == [
        "site", "year", "month", "LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "lai_source",
        "fpar_source",
    ]  # fmt: skip
    for site, rows in predictors.groupby("site"):
        fluxes = months[months["site"] == site]
        first, last = fluxes["year"].min() - 1, fluxes["year"].max()
        expected = [(year, month) for year in range(first, last + 1) for month in range(1, 13)]
        assert list(zip(rows["year"], rows["month"], strict=True)) == expected
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


def test_leaves_before_the_satellite_are_a_climatology(predictors: pd.DataFrame) -> None:
    before = predictors["year"] < 2000
    assert before.any()
    known = {"climatology", "missing"}
    assert set(predictors.loc[before, "lai_source"]) <= known
    assert not set(predictors.loc[predictors["year"] > 2000, "lai_source"]) & {"climatology"}
    site = predictors.loc[before, "site"].iloc[0]
    rows = predictors[(predictors["site"] == site) & predictors["LAI"].notna()]
    usual = rows[rows["lai_source"] != "climatology"].groupby("month")["LAI"].mean()
    given = rows[rows["lai_source"] == "climatology"]
    assert given["LAI"].to_numpy() == pytest.approx(usual[given["month"]].to_numpy(), rel=0.15)


# --- reproducible bytes ------------------------------------------------------------------------


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


def test_no_time_of_writing_is_in_the_archive(archive: Path) -> None:
    packed = (archive / "archive" / "predictors_monthly.csv.gz").read_bytes()
    assert packed[4:8] == bytes(4), "time in the gzip header"
    with zipfile.ZipFile(archive / "archive" / "fluxnet2015.zip") as bundle:
        entries = list(bundle.infolist())
        inner = next(name for name in bundle.namelist() if name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(bundle.read(inner))) as members:
            entries += members.infolist()
    assert {entry.date_time for entry in entries} == {(2016, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o644)}


def test_parquet_truth_holds_the_same_numbers(archive: Path, tmp_path: Path) -> None:
    sim.simulate_towers(
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


# --- switches ----------------------------------------------------------------------------------

IN_TRUTH = (
    "clouds", "weather_anomalies", "phenology", "temperature_limit", "vpd_limit", "soil_memory",
    "site_effect",
)  # fmt: skip
SWITCHES = [field.name for field in dataclasses.fields(TowerParts)]


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


@pytest.mark.parametrize("switch", ["temperature_limit", "vpd_limit"])
def test_a_limit_only_ever_reduces_gpp(switch: str) -> None:
    limited, free = simulate(plan()), simulate(plan(), **{switch: False})
    assert (limited["gpp"] <= free["gpp"]).all()
    assert limited["gpp"].sum() < 0.99 * free["gpp"].sum()


def test_without_clouds_there_is_more_light_and_without_phenology_no_season_of_leaves() -> None:
    assert (simulate(plan(), clouds=False)["ssrd"] > simulate(plan())["ssrd"]).all()
    clear = simulate(plan(), clouds=False)
    assert clear["ssrd"].to_numpy() == pytest.approx(0.75 * clear["sw_pot"].to_numpy())
    assert np.ptp(simulate(plan(), phenology=False)["lai"]) == pytest.approx(0)
    assert np.ptp(simulate(plan())["lai"]) > 1


def test_without_anomalies_every_year_is_the_same() -> None:
    calm, real = simulate(plan(), weather_anomalies=False), simulate(plan())
    # Leap days move months by a fraction of a degree and of a millimetre.
    assert calm.groupby("month")["t2m"].agg(np.ptp).max() < 0.3
    assert real.groupby("month")["t2m"].agg(np.ptp).max() > 1.5
    assert calm["tp"].mean() == pytest.approx(sim._REGIONS[REGION["Dfb"]].rain, rel=0.02)


def test_without_memory_water_is_that_of_the_month() -> None:
    truth = simulate(plan(koppen="Csa", igbp="GRA", lat=39.0))
    rain, water = truth["tp"], truth["water"]
    assert water.corr(rain) < 0.8
    # Mediterranean soil is wettest after the wet winter and driest at the end of summer.
    cycle = truth.groupby("month")[["water", "tp"]].mean()
    assert cycle["tp"].idxmin() in (6, 7, 8)
    assert cycle["water"].idxmin() in (8, 9, 10)
    now = simulate(plan(koppen="Csa", igbp="GRA", lat=39.0), soil_memory=False)
    assert now.groupby("month")["water"].mean().idxmin() in (6, 7)


def test_outliers_are_few_and_gross(archive: Path, tmp_path: Path) -> None:
    with_them = build(tmp_path / "a")
    without = build(tmp_path / "b", parts=TowerParts(outliers=False))
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
    for index in range(20):
        where = replace(plan(), index=index)
        truth = sim.simulate_site(where, seed=SEED, parts=parts)
        seen = sim.observe_fluxes(where, truth, seed=SEED, parts=parts)
        ratios.append(seen["GPP_DT_VUT_REF"].sum() / seen["GPP_NT_VUT_REF"].sum())
        closure = seen["NEE_VUT_REF"] - (seen["RECO_NT_VUT_REF"] - seen["GPP_NT_VUT_REF"])
        assert 0.005 < closure.std() < 0.08
    assert 0.02 < np.std(ratios) < 0.12


# --- broken archives, refusals, and the readers ------------------------------------------------


@pytest.mark.parametrize("bad", sim.DEFECTS)
def test_a_defect_is_at_the_first_site_and_nowhere_else(tmp_path: Path, bad: str) -> None:
    options = {"sites": 4, "first_year": 2001, "last_year": 2003}
    site = build(tmp_path / "good", **options)[0].plan.site
    build(tmp_path / "bad", **options, bad=bad)
    good, broken = csv_files(tmp_path / "good"), csv_files(tmp_path / "bad")
    changed = {path for path in good | broken if good.get(path) != broken.get(path)}
    if bad in ("site_not_listed", "site_without_predictors"):
        assert not changed
        name = "sites.csv" if bad == "site_not_listed" else "predictors_monthly.csv.gz"
        before, after = (
            pd.read_csv(tmp_path / which / "archive" / name)["site"] for which in ("good", "bad")
        )
        assert set(before) - set(after) == {site}
        return
    assert len(changed) == 1
    path = changed.pop()
    assert site in path
    assert "_MM_" in path
    text, lines = broken.get(path), good[path].splitlines()
    if bad == "no_monthly_file":
        assert text is None
    elif bad == "empty":
        assert text == ""
    elif bad == "cut_short":
        assert good[path].startswith(text)
        assert 0 < text.splitlines()[-1].count(",") < lines[0].count(",")
    elif bad == "no_qc_column":
        assert set(lines[0].split(",")) - set(text.splitlines()[0].split(",")) == {"NEE_VUT_REF_QC"}
    elif bad == "text_in_number":
        assert text.count("see note") == 1
    else:
        stamps = [int(line.split(",")[0]) for line in text.splitlines()[1:]]
        assert (len(set(stamps)) < len(stamps)) == (bad == "doubled_month")
        assert (stamps != sorted(stamps)) == (bad == "unordered_months")


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
        sim.simulate_towers(
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
