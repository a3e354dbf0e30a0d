"""Simulated predictors of XCO2: raw units, quality bits, fills and stamps of native images."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.xco2_places import Places, settings_of
from carbonscape.simulate.xco2_predictors import write_xco2_predictors
from carbonscape.simulate.xco2_surface import days_seen
from carbonscape.simulate.xco2_weather import snow_share
from helpers.xco2_predictors_made import (
    ASSETS,
    BEGIN,
    CELL,
    CODES,
    FINE,
    GPP,
    LAI,
    LAND,
    LEAFY,
    SEED,
    TREES,
    YEARS,
    Earth,
    archive,
    bits,
    files,
    is_clear,
    on_fine,
    seen,
    truth,
    write,
)

#: Bands of each collection: type, and the raw value that has no mask (None: every one has).
LAYOUT = {
    "MOD17A2H.006": {"Gpp": ("int16", 32767), "Psn_QC": ("uint8", 255)},
    "MOD13A2.061": {"EVI": ("int16", -3000), "SummaryQA": ("int8", -1)},
    "MOD11A1.061": {
        "LST_Day_1km": ("uint16", 0), "LST_Night_1km": ("uint16", 0),
        "QC_Day": ("uint8", None), "QC_Night": ("uint8", None),
    },
    "MOD10A1.061": {
        "NDSI_Snow_Cover": ("uint8", 255), "NDSI_Snow_Cover_Basic_QA": ("uint8", 255),
        "NDSI": ("int16", -32768),
    },
    "MOD44B.061": {"Percent_Tree_Cover": ("uint8", 253)},
    "MCD12Q1.061": {"LC_Type1": ("uint8", 255)},
    "S5P_L3_NO2": {"tropospheric_NO2_column_number_density": ("float32", -9999)},
    "S5P_L3_CO": {"CO_column_number_density": ("float32", -9999)},
}  # fmt: skip


@pytest.fixture(scope="module")
def cloudy() -> NativeArchive:
    return archive()


@pytest.fixture(scope="module")
def clear() -> NativeArchive:
    """Neither clouds nor gaps nor errors of maps."""
    return archive(earth=Earth(switches=False), cloud=0.0)


@pytest.mark.parametrize("product", LAYOUT)
def test_bands_and_masks_of_every_collection(cloudy: NativeArchive, product: str) -> None:
    assert cloudy.lat.tolist() == [85.0 - 10 * n for n in range(18)]
    assert cloudy.lon.tolist() == [-175.0 + 10 * n for n in range(36)]
    first, end = dt.date(2016, 3, 1), dt.date(2016, 4, 1)
    image = next(cloudy.images(ASSETS[product], first, end), None)
    if image is None:  # a yearly one
        image = next(cloudy.images(ASSETS[product], dt.date(2016, 1, 1), dt.date(2017, 1, 1)))
    assert set(image.bands) == set(image.masks) == set(LAYOUT[product])
    for name, (kind, fill) in LAYOUT[product].items():
        band, mask = image.bands[name], image.masks[name]
        assert (band.shape, mask.shape) == ((18, 36), (18, 36))
        assert band.dtype == np.dtype(kind), name
        assert mask.dtype == bool
        np.testing.assert_array_equal(mask, True if fill is None else band != fill, err_msg=name)


def test_stamps_of_composites_days_years_and_months(clear: NativeArchive) -> None:
    def doy(name: str) -> list[int]:
        return [day.timetuple().tm_yday for day in seen(clear, name, 2016)["days"]]

    assert doy("MOD17A2H.006") == list(range(1, 362, 8))
    assert doy("MOD13A2.061") == list(range(1, 354, 16))
    assert doy("MOD11A1.061") == doy("MOD10A1.061") == list(range(1, 367))
    assert seen(clear, "MOD44B.061", 2016)["days"] == [dt.date(2016, 3, 5)]  # day 65 of a leap year
    assert seen(clear, "MCD12Q1.061", 2016)["days"] == [dt.date(2016, 1, 1)]
    months = [dt.date(2016, month, 1) for month in range(1, 13)]
    assert seen(clear, "VCMSLCFG", 2016)["days"] == months


def test_a_few_composites_and_days_are_absent(cloudy: NativeArchive) -> None:
    composites = seen(cloudy, "MOD17A2H.006", 2016)["days"]
    assert dt.date(2016, 2, 18) not in composites  # Terra stood still
    assert 43 <= len(composites) <= 45
    for name in ("MOD11A1.061", "MOD10A1.061"):
        days = seen(cloudy, name, 2016)["days"]
        assert dt.date(2016, 2, 20) not in days
        assert len(days) in (356, 357)
    assert len(days_seen(2015, SEED, gaps=True)) == 364
    sixteen = [len(seen(cloudy, "MOD13A2.061", year)["days"]) for year in YEARS]
    assert min(sixteen) >= 22


def test_gpp_is_the_total_of_a_composite_and_the_last_is_short(clear: NativeArchive) -> None:
    green = FINE & ~np.isin(on_fine(CODES), (13, 15, 16, 17))
    green[:6] = False  # dark in winter
    spread = np.hypot(0.1, 0.12)  # of a retrieval, and of the pixels of a home
    for year, last in ((2015, 5), (2016, 6)):
        raw = seen(clear, "MOD17A2H.006", year)
        daily = raw["Gpp"][:, green] * 0.0001 * 1000 / 8  # gC m-2 d-1 of eight days
        assert daily[:-1].mean() == pytest.approx(GPP * LEAFY, rel=0.01)
        assert daily[:-1].std() == pytest.approx(spread * GPP * LEAFY, rel=0.15)
        assert daily[-1].mean() * 8 / last == pytest.approx(GPP * LEAFY, rel=0.05)
        assert (bits(raw["Psn_QC"], 5, 3)[:, green] <= 1).all()
        assert (bits(raw["Psn_QC"], 0, 1)[:, green] == 0).all()


def test_gpp_follows_the_months_of_the_truth() -> None:
    grid = truth()
    grid["gpp"] = grid["gpp"] * xr.DataArray(np.arange(24.0), dims="time")
    places = Places.of(grid, CELL, YEARS)
    middle = (np.datetime64("2015-04-16") - np.datetime64("1970-01-01")).astype(int)
    assert places.gpp_at(np.array([float(middle)]))[0] == pytest.approx(3 * GPP)
    between = places.gpp_at(np.array([middle + 15.25]))[0]  # halfway to the middle of May
    assert between == pytest.approx(3.5 * GPP)
    # Beyond the ends the nearest month holds.
    assert places.gpp_at(np.array([0.0, 1e6]))[:, 0].tolist() == pytest.approx([0, 23 * GPP])


def test_gpp_quality_tells_what_is_no_value(cloudy: NativeArchive) -> None:
    raw = seen(cloudy, "MOD17A2H.006", 2015)
    gpp, confidence = raw["Gpp"], bits(raw["Psn_QC"], 5, 3)
    undefined = ~FINE | np.isin(on_fine(CODES), (13, 15, 16))
    assert (gpp[:, undefined] == 32767).all()
    assert (confidence[:, undefined] == 7).all()
    assert (gpp[confidence <= 3] <= 3000).all()
    none = gpp[confidence == 4]
    assert (none > 3000).all()
    assert set(none) == {29000, 32767}  # absurd numbers that only the QC gives away
    share = (confidence[:, ~undefined] >= 2).mean(axis=(0, 1))
    assert share == pytest.approx(0.33, abs=0.06)  # clouds 0.3, and dark winters
    assert (bits(raw["Psn_QC"], 0, 1)[(confidence >= 2) & (confidence <= 4)] == 1).all()
    winter = gpp[0, :3][FINE[:3]]  # north of 60 in January: no light
    assert np.isin(winter, (29000, 32767)).all()


def test_evi_follows_leaves_and_snow(clear: NativeArchive) -> None:
    raw = seen(clear, "MOD13A2.061", 2015)
    evi, quality = raw["EVI"] * 0.0001, raw["SummaryQA"]
    warm = FINE & (on_fine(CODES) != 15)
    warm[:6] = False
    expected = 0.05 + 0.55 * (1 - np.exp(-0.5 * LAI)) * LEAFY
    assert evi[:, warm].mean() == pytest.approx(expected, abs=0.005)
    assert set(np.unique(quality[:, warm])) == {0, 1}
    snowy = FINE & (np.arange(18) < 3)[:, None]  # 260 K and snow for years
    summer = 11  # from day 177 on
    flagged = quality[8:16, snowy]
    assert (flagged == 2).mean() == pytest.approx(0.9, abs=0.05)
    assert set(np.unique(flagged)) == {0, 2}
    assert evi[summer, snowy].mean() == pytest.approx(0.2 * expected, abs=0.01)
    assert (raw["EVI"][0, snowy] == -3000).all()  # dark
    assert (quality[0, snowy] == -1).all()
    assert (raw["EVI"][:, ~FINE] == -3000).all()
    assert (quality[:, ~FINE] == -1).all()


def test_absurd_evi_is_flagged_cloudy() -> None:
    raw = seen(archive(cloud=0.9), "MOD13A2.061", 2015)
    absurd = np.isin(raw["EVI"], (-1999, 9998))
    assert absurd.sum() > 20
    assert (raw["SummaryQA"][absurd] == 3).all()
    assert (raw["EVI"][np.isin(raw["SummaryQA"], (0, 1))] > 0).all()


def test_surface_temperature_and_its_bits(cloudy: NativeArchive) -> None:
    raw = seen(cloudy, "MOD11A1.061", 2015)
    bright = is_clear(raw["days"])
    warm = FINE & (np.abs(85.0 - 10 * np.arange(18)) < 30)[:, None] & (on_fine(CODES) != 15)
    green = 1 - np.exp(-0.5 * LAI)
    # Clear days of 260 W m-2 at 300 K; the ground is warmer than the air by day.
    expected = {"Day": 300 + 260 * (0.07 - 0.04 * green), "Night": 300 - 2 - 5.2 * (1 - green / 2)}
    for name, kelvin in expected.items():
        lst, qc = raw[f"LST_{name}_1km"], raw[f"QC_{name}"]
        mandatory, error = bits(qc, 0, 2), bits(qc, 6, 2)
        assert ((lst == 0) == (mandatory >= 2)).all()
        assert lst[lst > 0].min() >= 7500
        assert (error[mandatory == 0] == 0).all()
        assert set(np.unique(error[mandatory == 1])) == {0, 1, 2, 3}
        assert (mandatory[:, ~FINE] == 3).all()
        values = 0.02 * lst
        good = (mandatory <= 1) & (error <= 2)
        first = values[bright][:, warm][good[bright][:, warm]]
        assert np.median(first) == pytest.approx(kelvin, abs=0.1)
        assert np.abs(first - kelvin).max() < 8
        poor = values[bright][:, warm][(error == 3)[bright][:, warm]]
        assert poor.mean() < kelvin - 15  # tops of clouds
    hidden = bits(raw["QC_Day"], 0, 2)[:, warm] == 2
    assert hidden[~bright].mean() > 0.5  # overcast days
    assert hidden[bright].mean() < 0.1


def test_snow_cover_follows_cold_and_precipitation(
    clear: NativeArchive, cloudy: NativeArchive
) -> None:
    raw = seen(clear, "MOD10A1.061", 2015)
    cover, quality = raw["NDSI_Snow_Cover"], raw["NDSI_Snow_Cover_Basic_QA"]
    snowy = FINE & (np.arange(18) < 3)[:, None]
    warm = FINE & (np.arange(18) >= 3)[:, None] & (on_fine(CODES) != 15)
    june = slice(151, 181)
    kept = quality[june][:, snowy] <= 2
    # Open snow 0.9, under trees half: 40 % of the cover.
    values = cover[june][:, snowy][kept]
    assert values.mean() == pytest.approx(100 * (0.9 - 0.45 * TREES), abs=1)
    assert (cover[:, warm][quality[:, warm] <= 2] == 0).all()
    false = cover[:, warm][quality[:, warm] == 3]
    assert (false >= 60).any()  # clouds taken for snow, in poor quality alone
    assert (quality[0, snowy] == 211).all()
    assert (cover[0, snowy] == 255).all()
    assert (quality[:, ~FINE] == 239).all()
    assert (cover[:, ~FINE] == 255).all()
    index = raw["NDSI"]
    assert (index[:, ~FINE] == -32768).all()
    assert np.abs(index[:, warm] / 1e4).max() <= 1
    clouds = seen(cloudy, "MOD10A1.061", 2015)
    lost = (clouds["NDSI_Snow_Cover"] == 255) & (clouds["NDSI_Snow_Cover_Basic_QA"] <= 3)
    overcast = ~is_clear(clouds["days"])
    assert lost[overcast][:, warm].mean() > 0.5  # clouds hide snow, though the QA stays
    assert not ((cover == 255) & (quality <= 3)).any()


def test_snow_by_degree_days() -> None:
    # 15 mm of snow fall, it is cold, then 2.5 degrees above freezing melt 10 mm, then the rest.
    t2m = np.array([270.0, 270.0, 275.65, 275.65])[:, None]
    rain = np.array([15.0, 0.0, 0.0, 30.0])[:, None]
    share = 1 - np.exp(-np.array([15.0, 15.0, 5.0, 0.0]) / 15)
    assert snow_share(t2m, rain)[:, 0] == pytest.approx(share, abs=1e-5)


def test_tree_cover_and_classes(clear: NativeArchive, cloudy: NativeArchive) -> None:
    percent = seen(clear, "MOD44B.061", 2015)["Percent_Tree_Cover"][0]
    assert (percent[~FINE] == 200).all()
    assert set(np.unique(percent[FINE])) <= {36, 253}  # nine tenths of 40 %
    code = seen(clear, "MCD12Q1.061", 2015)["LC_Type1"][0]
    assert (code[FINE] == on_fine(CODES)[FINE]).all()
    assert (code[~FINE] == 17).all()
    codes = [seen(cloudy, "MCD12Q1.061", year)["LC_Type1"][0] for year in YEARS]
    assert (codes[0] == codes[1]).all()  # errors do not come and go
    wrong = (codes[0] != on_fine(CODES))[FINE].mean()
    assert 0.08 < wrong < 0.3
    assert set(np.unique(codes[0])) <= set(range(1, 18))


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again = write(tmp_path / "c"), write(tmp_path / "a")
    other = write(tmp_path / "b", earth=Earth(seed=SEED + 1))
    paths = sorted(first.glob("*.nc"))
    assert len(paths) == 2 * 7 + 5  # SO2 has no file of 2015
    for path in paths:
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
        assert path.read_bytes() != (other / path.name).read_bytes(), path.name


def test_years_beyond_the_truth_are_refused(tmp_path: Path) -> None:
    for years, key in (([2014, 2015], "first_year: found 2015"), ([2017], "last_year: found 2016")):
        with pytest.raises(ConfigError, match=f"simulation.{key}"):
            write_xco2_predictors(
                files(tmp_path, years), earth=Earth(), grid=truth(), cell=CELL, years=years,
                gases_first=BEGIN, last_month="2016-12",
            )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_grid_of_coarser_cells_takes_the_truth_at_its_centres() -> None:
    places = Places.of(truth(), 60.0, YEARS)
    # Centres at 60, 0 and 60 S lie on edges: the truth's cell to the south and east counts.
    rows, columns = np.nonzero(LAND[np.ix_([1, 3, 5], range(1, 12, 2))])
    assert places.rows.tolist() == rows.tolist()
    assert places.columns.tolist() == columns.tolist()


def test_settings_take_no_notice_of_other_keys() -> None:
    simulation = {
        "cell": 30.0, "first_year": 2015, "last_year": 2016, "sites": 5, "seed": 1,
        "parts": {"clouds": False}, "oco_every_days": 5,
    }  # fmt: skip
    settings = settings_of(simulation)
    assert (settings.cell, settings.parts.clouds) == (30.0, False)
