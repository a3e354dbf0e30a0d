"""Readers of the predictors of XCO2: quality rules with paper and pencil, and what is refused."""

from __future__ import annotations

import os

import numpy as np
import pytest

from carbonscape.archives.era5_land_monthly import open_monthly
from carbonscape.archives.modis_surface import (
    decode_lst,
    decode_ndsi,
    decode_snow_cover,
    decode_tree_cover,
    good_temperature,
    open_classes,
    open_lst,
    open_snow,
    open_tree_cover,
)
from carbonscape.archives.modis_vegetation import (
    composite_days,
    decode_evi,
    decode_gpp,
    open_evi,
    open_gpp,
)
from carbonscape.archives.night_lights import (
    beyond_lights,
    decode_black_marble,
    decode_lights,
    open_lights,
)
from carbonscape.archives.tropomi_gases import LIMITS, decode_gas, gas_of, open_gas
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.xco2_raw import LAT, write, write_cells, write_weather

NAN = np.nan


def read(opened):
    """Return all values of an opened file."""
    with opened as images:
        return images.values(slice(None), slice(None))


def equal(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))


def test_gpp_is_a_rate_over_eight_five_or_six_days():
    starts = np.array(["2015-12-19", "2015-12-27", "2016-12-18", "2016-12-26"], "M8[D]")
    assert composite_days(starts).tolist() == [8, 5, 8, 6]
    raw, qc = np.array([80, 50, 80, 60], "i2"), np.zeros(4, "u1")
    equal(decode_gpp(raw, qc, days=composite_days(starts)), [1, 1, 1, 1])


def test_gpp_counts_by_its_confidence():
    """Bits 5 to 7; the lower bits (here cloudy, 8, and MODLAND, 1) do not matter."""
    qc = np.array([0, 32 + 9, 64, 96, 128, 224], "u1")
    raw = np.full(6, 80, "i2")
    equal(decode_gpp(raw, qc, days=8), [1, 1, 1, 1, NAN, NAN])
    equal(decode_gpp(raw, qc, days=8, confidence=1), [1, 1, NAN, NAN, NAN, NAN])


def test_gpp_classes_without_value_are_none():
    raw = np.array([-1, 0, 3000, 3001, 32761, 32767], "i2")
    equal(decode_gpp(raw, np.zeros(6, "u1"), days=8), [NAN, 0, 37.5, NAN, NAN, NAN])


def test_evi_divides_and_keeps_good_and_marginal():
    raw = np.array([5000, 5000, 5000, 5000, -3000, -2000, -2001, 10001], "i2")
    qa = np.array([0, 1, 2, 3, 0, 0, 0, 1], "i1")
    equal(decode_evi(raw, qa), [0.5, 0.5, NAN, NAN, NAN, -0.2, NAN, NAN])
    equal(decode_evi(raw[:1], np.array([-1], "i1")), [NAN])


@pytest.mark.parametrize(
    ("qc", "good"),
    [(0, True), (1, True), (2, False), (3, False), (0b01_000001, True), (0b10_000001, True),
     (0b11_000001, False), (0b10_111101, True), (0b01_000010, False)],
)  # fmt: skip
def test_temperature_counts_by_flag_and_error(qc, good):
    assert bool(good_temperature(np.array([qc], "u1"))[0]) is good
    equal(decode_lst(np.array([15000], "u2"), np.array([qc], "u1")), [300 if good else NAN])


def test_temperature_below_150_kelvin_is_fill():
    equal(decode_lst(np.array([0, 7499, 7500, 65535], "u2"), np.zeros(4, "u1")),
          [NAN, NAN, 150, 1310.7])  # fmt: skip


def test_snow_cover_is_a_fraction_of_good_quality():
    raw = np.array([0, 40, 100, 100, 100, 101, 250, 255], "u1")
    qa = np.array([0, 1, 2, 3, 211, 0, 0, 255], "u1")
    equal(decode_snow_cover(raw, qa), [0, 0.4, 1, NAN, NAN, NAN, NAN, NAN])


def test_the_raw_snow_index_may_be_negative():
    raw = np.array([-10000, -2500, 10000, 10001, -32768, 1], "i2")
    qa = np.array([0, 0, 2, 0, 0, 3], "u1")
    equal(decode_ndsi(raw, qa), [-1, -0.25, 1, NAN, NAN, NAN])


def test_tree_cover_has_no_value_on_water():
    equal(decode_tree_cover(np.array([0, 100, 101, 200, 253], "u1")), [0, 100, NAN, NAN, NAN])


def test_lights_without_observation_are_not_dark():
    radiance = np.array([[-1.5, 0.0, 3.0, -9999.0]], "f4")
    coverage = np.array([[4, 0, 1, 3]], "u2")
    equal(decode_lights(radiance, coverage, np.array([10.0])), [[0, NAN, 3, NAN]])


def test_lights_beyond_the_product_are_zero():
    lat = np.array([80.0, 75.0, -65.0, -65.1])
    assert beyond_lights(lat).tolist() == [True, False, False, True]
    values = decode_lights(np.full((4, 1), -9999, "f4"), np.zeros((4, 1), "u2"), lat)
    equal(values, [[0], [NAN], [NAN], [0]])


def test_black_marble_as_radiance_and_as_raw_integers():
    equal(decode_black_marble(np.array([0, 12, 65534, 65535], "u2")), [0, 1.2, 6553.4, NAN])
    equal(decode_black_marble(np.array([0, 1.2, 6553.5, -9999, NAN], "f4")),
          [0, 1.2, NAN, NAN, NAN])  # fmt: skip


@pytest.mark.parametrize("gas", LIMITS)
def test_a_column_beyond_its_limits_is_refused(gas):
    low, high = LIMITS[gas]
    counts = np.array([2, 2, 0, 1], "u2")
    good = np.array([low, high, 99, -9999], "f4")
    equal(decode_gas(good, counts, gas=gas, origin="a"), [low, high, NAN, NAN])
    for wrong in (low - 0.001, high + 0.001, 9.97e36):
        with pytest.raises(InputError, match="clip every orbit to these limits"):
            decode_gas(np.array([wrong], "f4"), counts[:1], gas=gas, origin="a")


def test_the_name_tells_the_gas():
    assert gas_of("x/S5P_L3_NO2_2019.nc", year=2019) == "NO2"
    with pytest.raises(InputError, match="a file of 2019, expected the year 2020"):
        gas_of("S5P_L3_NO2_2019.nc", year=2020)
    with pytest.raises(InputError, match="does not tell a gas"):
        gas_of("S5P_L3_CH4_2019.nc", year=2019)


def gpp_file(path, days=("2015-01-01", "2015-12-27"), **changes):
    variables = {"Gpp": ("i2", 40), "Psn_QC": ("u1", 0)} | changes
    return write(path, days, **variables)


def test_gpp_file(tmp_path):
    path = gpp_file(tmp_path / "a.nc", lat=LAT[::-1])
    with open_gpp(path, year=2015) as images:
        assert images.lat.tolist() == [45, -45]
        assert images.images_of("2015-12") == slice(1, 2)
        assert images.values(images.images_of("2015-07"), slice(None)).shape == (0, 2, 2)
        equal(images.values(slice(0, 2), slice(0, 1)), [[[0.5, 0.5]], [[0.8, 0.8]]])


def test_other_years_days_and_variables_are_refused(tmp_path):
    path = gpp_file(tmp_path / "a.nc")
    with pytest.raises(InputError, match="is of 2015-01-01, expected the year 2014"):
        read(open_gpp(path, year=2014))
    with pytest.raises(InputError, match="no variable EVI; found Gpp, Psn_QC"):
        read(open_evi(path, year=2015))
    path = gpp_file(tmp_path / "b.nc", ("2015-01-05",))
    with pytest.raises(InputError, match="start on day 1, 9, ... 361"):
        read(open_gpp(path, year=2015))
    write(tmp_path / "c.nc", ["2015-01-09"], EVI=("i2", 0), SummaryQA=("i1", 0))
    with pytest.raises(InputError, match="start on day 1, 17, ... 353"):
        read(open_evi(tmp_path / "c.nc", year=2015))


@pytest.mark.parametrize(
    ("opener", "kept"),
    [
        (open_gpp, "Gpp"),
        (open_evi, "EVI"),
        (open_lst, "LST_Day_1km"),
        (open_snow, "NDSI_Snow_Cover"),
        (open_lights, "avg_rad"),
        (lambda path, year: open_gas(path, year=year, gas="CO"), "CO_column_number_density"),
    ],
)
def test_a_missing_quality_variable_is_refused(tmp_path, opener, kept):
    quality = ["Psn_QC", "SummaryQA", "QC_Day", "NDSI_Snow_Cover_Basic_QA", "cf_cvg", "images"]
    kind = {"Gpp": "i2", "EVI": "i2", "LST_Day_1km": "u2", "NDSI_Snow_Cover": "u1"}.get(kept, "f4")
    write(tmp_path / "a.nc", ["2015-01-01"], **{kept: (kind, 0)})
    with pytest.raises(InputError, match=f"no variable ({'|'.join(quality)}); found {kept}"):
        read(opener(tmp_path / "a.nc", year=2015))


def test_scaled_values_and_other_scales_are_refused(tmp_path):
    path = gpp_file(tmp_path / "a.nc", Gpp=("f4", 0.004))
    with pytest.raises(InputError, match="Gpp holds float32 values, expected int16"):
        read(open_gpp(path, year=2015))
    qc = {"Psn_QC": ("u1", 0)}
    for factor, refused in ((0.0001, False), (10000.0, False), (0.001, True)):
        stated = {"Gpp": {"scale_factor": factor}}
        path = write(tmp_path / "b.nc", ["2015-01-01"], attributes=stated, Gpp=("i2", 40), **qc)
        if refused:
            with pytest.raises(InputError, match="scale factor 0.001, expected 0.0001"):
                read(open_gpp(path, year=2015))
        else:
            equal(read(open_gpp(path, year=2015)), np.full((1, 2, 2), 0.5))


def test_signed_bytes_are_read_as_bits(tmp_path):
    """-32 is 224 (fill) and -128 is 128 (not retrieved): neither is the confidence 0."""
    values = np.array([[0, 32], [-32, -128]])
    path = gpp_file(tmp_path / "a.nc", ("2015-01-01",), Psn_QC=("i1", values))
    equal(read(open_gpp(path, year=2015)), [[[0.5, 0.5], [NAN, NAN]]])


def test_a_file_cut_short_is_refused(tmp_path):
    path = gpp_file(tmp_path / "a.nc")
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(InputError, match="cut short"):
        read(open_gpp(path, year=2015))


def test_temperature_at_night_has_its_own_quality(tmp_path):
    day = {"LST_Day_1km": ("u2", 15000), "QC_Day": ("u1", 2)}
    night = {"LST_Night_1km": ("u2", 14000), "QC_Night": ("u1", 0)}
    path = write(tmp_path / "a.nc", ["2015-01-01"], **day, **night)
    assert np.isnan(read(open_lst(path, year=2015))).all()
    equal(read(open_lst(path, year=2015, overpass="night")), np.full((1, 2, 2), 280))


def test_annual_files_hold_one_image(tmp_path):
    path = write(tmp_path / "a.nc", ["2016-03-05"], Percent_Tree_Cover=("u1", 30))
    equal(read(open_tree_cover(path, year=2016)), np.full((1, 2, 2), 30))
    path = write(tmp_path / "b.nc", ["2016-03-05", "2016-03-06"], Percent_Tree_Cover=("u1", 30))
    with pytest.raises(InputError, match="2 images, expected the one image of 2016"):
        read(open_tree_cover(path, year=2016))


def test_classes_have_no_value_where_the_file_has_255(tmp_path):
    path = write(tmp_path / "a.nc", ["2016-01-01"], LC_Type1=("u1", [[1, 17], [255, 12]]))
    equal(read(open_classes(path, year=2016)), [[[1, 17], [NAN, 12]]])
    path = write(tmp_path / "b.nc", ["2016-01-01"], LC_Type1=("u1", 0))
    with pytest.raises(InputError, match="code 0 .4 times.*MCD12C1"):
        read(open_classes(path, year=2016))


def test_lights_by_both_products(tmp_path):
    path = write(
        tmp_path / "a.nc", ["2015-02-01"], lat=[80.0, 40.0], avg_rad=("f4", 2), cf_cvg=("u2", 1)
    )
    equal(read(open_lights(path, year=2015)), [[[0, 0], [2, 2]]])
    path = write(tmp_path / "b.nc", ["2015-02-01"], lat=[80.0, 40.0],
                 Gap_Filled_DNB_BRDF_Corrected_NTL=("f4", 2))  # fmt: skip
    equal(read(open_lights(path, year=2015, product="vnp46a2")), np.full((1, 2, 2), 2))


def test_impossible_lights_and_days_are_refused(tmp_path):
    path = write(tmp_path / "a.nc", ["2015-02-01"], avg_rad=("f4", 9.97e36), cf_cvg=("u2", 1))
    with pytest.raises(InputError, match="more than any light"):
        read(open_lights(path, year=2015))
    path = write(tmp_path / "b.nc", ["2015-02-15"], avg_rad=("f4", 1), cf_cvg=("u2", 1))
    with pytest.raises(InputError, match="stamped on the first of a month"):
        read(open_lights(path, year=2015))


def test_columns_in_another_unit_are_refused(tmp_path):
    values = {"CO_column_number_density": ("f4", 0.03), "images": ("u2", 5)}
    for unit, refused in (("mol/m^2", False), ("molec cm-2", True)):
        path = write(tmp_path / "a.nc", ["2019-01-01"], **values,
                     attributes={"CO_column_number_density": {"units": unit}})  # fmt: skip
        if refused:
            with pytest.raises(InputError, match="is in 'molec cm-2', expected 'mol m-2'"):
                read(open_gas(path, year=2019, gas="CO"))
        else:
            equal(read(open_gas(path, year=2019, gas="CO")), np.full((1, 2, 2), 0.03))


YEAR = [f"2015-{month:02d}" for month in range(1, 13)]


def test_weather_is_joined_by_month_and_turned(tmp_path):
    temperature = np.broadcast_to([280.0, 281.0, 282.0, 283.0], (12, 3, 4))
    path = write_weather(tmp_path / "a.nc", YEAR, t2m=temperature)
    with open_monthly(path, year=2015) as weather:
        assert weather.months == tuple(YEAR)
        assert weather.lon.tolist() == [-180, -90, 0, 90]
        values = weather.values("2015-05", slice(1, 2))
    assert values.shape == (1, 4, 6)
    equal(values[0, 0], [90000, 1, -2, 1, 2, 282])  # sp, e, v10, u10, tp, t2m
    equal(values[0, :, 5], [282, 283, 280, 281])


def test_rain_below_zero_is_noise(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, tp=-1e-9)
    with open_monthly(path, year=2015) as weather:
        equal(weather.values("2015-01", slice(None))[..., 4], np.zeros((3, 4)))


def test_a_month_that_one_member_lacks_is_missing(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, months_of_totals=YEAR[:6])
    with (
        pytest.raises(
            InputError, match=r"months are absent: 2015-07 to 2015-12 \(tp, e\); request"
        ),
        open_monthly(path, year=2015),
    ):
        pass
    with open_monthly(path, year=2015, months=YEAR[:6]) as weather:
        assert not np.isnan(weather.values("2015-06", slice(0, 1))).any()
    with (
        findings.collected() as found,
        open_monthly(path, year=2015, accept=["era5_land_monthly"]) as weather,
    ):
        row = weather.values("2015-07", slice(0, 1))[0, 0]
    equal(row, [90000, NAN, -2, 1, NAN, 280])
    assert found[0].outcome == "incomplete"
    assert "2015-07 to 2015-12 (tp, e)" in found[0].reason


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ("e",)}, "no variable e; found tp; request all six"),
        ({"day": 2}, "not monthly means .stamped on the first"),
        ({"history": '{"stream": ["mnth"]}'}, "one hour of the day .stream mnth"),
        ({"lat_of_totals": (80, 0, -80)}, "accumulations lie on 3 lats from 80 to -80"),
    ],
)
def test_other_weather_is_refused(tmp_path, changes, message):
    path = write_weather(tmp_path / "a.nc", YEAR, **changes)
    with pytest.raises(InputError, match=message), open_monthly(path, year=2015):
        pass


def test_weather_of_another_year_is_refused(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR)
    with (
        pytest.raises(InputError, match="2015-01 to 2015-12, expected those of 2016"),
        open_monthly(path, year=2016),
    ):
        pass


def test_impossible_weather_is_refused(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, t2m=15.0)
    with open_monthly(path, year=2015) as weather, pytest.raises(InputError, match="t2m is 15 K"):
        weather.values("2015-01", slice(None))


def cells(folder, **changes):
    """Write two months of weather on eight cells."""
    lat, lon = np.array([45.0, -45.0]), np.array([-135.0, -45.0, 45.0, 135.0])
    return write_cells(folder / "cells.nc", ["2015-03", "2015-12"], lat=lat, lon=lon, **changes)


def test_weather_on_cells_is_read_as_it_is(tmp_path):
    sea = np.full((2, 2, 4), 281.0)
    sea[:, 1, 2] = NAN
    path = cells(tmp_path, t2m=sea)
    with open_monthly(path, year=2015, accept=["era5_land_monthly_ee"]) as weather:
        assert weather.months == ("2015-03", "2015-12")
        assert weather.lat.tolist() == [45, -45]
        found = weather.values("2015-12", slice(0, 2))
        none = weather.values("2015-04", slice(0, 2))
    assert found.shape == (2, 4, 6)
    equal(found[0, 0], [90_000, 1.5, -2, 3, 2, 281])
    assert np.isnan(found[1, 2, 5])
    assert np.isnan(none).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tp": None}, "no variable tp, of which the fetch step writes sp, e, v10"),
        ({"units": {"tp": "m"}}, r"tp is in 'm', expected 'mm d-1' as the fetch step writes it"),
        ({"stamp": "-02"}, "a month is stamped 2015-03-02T00:00, expected its first day"),
    ],
)
def test_other_weather_on_cells_is_refused(tmp_path, changes, message):
    with (
        pytest.raises(InputError, match=message),
        open_monthly(cells(tmp_path, **changes), year=2015),
    ):
        pass


def test_weather_on_cells_of_another_year_is_refused(tmp_path):
    path = cells(tmp_path)
    with pytest.raises(InputError, match="expected those of 2016"), open_monthly(path, year=2016):
        pass


def test_impossible_weather_on_cells_is_refused(tmp_path):
    with (
        open_monthly(cells(tmp_path, sp=15.0), year=2015, months=["2015-03"]) as weather,
        pytest.raises(InputError, match="sp is 15 Pa"),
    ):
        weather.values("2015-03", slice(0, 2))


LIGHTS = "Gap_Filled_DNB_BRDF_Corrected_NTL"


def black_marble(path, values, **attributes):
    found = write(path, ["2019-01-01"], **{LIGHTS: ("f4", values)}, attributes={LIGHTS: attributes})
    return read(open_lights(found, year=2019, product="vnp46a2"))[0]


@pytest.mark.parametrize("fill", [-999.9, 65535.0, 0.5, 9.96921e36])
def test_declared_fills_of_lights_are_missing(tmp_path, fill):
    """Collection 2 in floats: -999.9 became darkness, and 65535 a light."""
    for name in ("_FillValue", "missing_value"):
        found = black_marble(tmp_path / "a.nc", [[3.5, fill], [2, 1]], **{name: np.float32(fill)})
        equal(found, [[3.5, NAN], [2, 1]])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-999.9, "is -999.9 in 1 of 4 pixels .*darker than any noise .-10"),
        (9999, "is 9999 in 1 of 4 .*more than any light .6553.45"),
        (9.96921e36, "more than any light"),
    ],
)
def test_undeclared_fills_of_lights_are_refused(tmp_path, value, message):
    with pytest.raises(InputError, match=message):
        black_marble(tmp_path / "a.nc", [[3.5, value], [2, 1]])


def test_fills_of_lights_that_are_known_need_no_declaration(tmp_path):
    for fill in (65535, 6553.5, -9999, -3.4e38, NAN):
        equal(black_marble(tmp_path / "a.nc", [[3.5, fill], [2, 1]]), [[3.5, NAN], [2, 1]])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (65535, "avg_rad is 65535 in 1 of 4 .*a fill value of many files, but not declared"),
        (-999, "avg_rad is -999 in 1 of 4 .*darker than any noise"),
        (2e5, "more than any light .100000"),
    ],
)
def test_monthly_lights_have_bounds_on_both_sides(tmp_path, value, message):
    values = [[1, -0.15], [14.94, value]]
    path = write(tmp_path / "a.nc", ["2015-02-01"], avg_rad=("f4", values), cf_cvg=("u2", 3))
    with pytest.raises(InputError, match=message):
        read(open_lights(path, year=2015))
    # Where nothing was observed the radiance says nothing.
    path = write(tmp_path / "b.nc", ["2015-02-01"], avg_rad=("f4", values),
                 cf_cvg=("u2", [[3, 3], [3, 0]]))  # fmt: skip
    equal(read(open_lights(path, year=2015))[0], [[1, 0], [14.94, NAN]])


def test_the_hottest_ground_has_a_bound(tmp_path):
    """65535 is 1310.7 K: a fill value that the file does not declare."""
    variables = {"LST_Day_1km": ("u2", [[15_000, 65_535], [20_000, 0]]), "QC_Day": ("u1", 0)}
    path = write(tmp_path / "a.nc", ["2015-01-01"], **variables)
    with pytest.raises(InputError, match="LST_Day_1km is 1310.7 K .raw 65535. in 1 of 3 good"):
        read(open_lst(path, year=2015))
    path = write(tmp_path / "b.nc", ["2015-01-01"], **variables,
                 attributes={"LST_Day_1km": {"_FillValue": np.uint16(65_535)}})  # fmt: skip
    equal(read(open_lst(path, year=2015))[0], [[300, NAN], [400, NAN]])


def test_a_declared_fill_of_a_column_is_missing(tmp_path):
    """1e20, which some tools write, and 0.4, which is a column but for the file."""
    name = "CO_column_number_density"
    for fill in (1e20, 0.4):
        path = write(tmp_path / "a.nc", ["2019-01-01"], images=("u2", 5),
                     **{name: ("f4", [[0.03, fill], [0.02, 0.01]])},
                     attributes={name: {"_FillValue": np.float32(fill)}})  # fmt: skip
        equal(read(open_gas(path, year=2019, gas="CO"))[0], [[0.03, NAN], [0.02, 0.01]])


def test_numbers_of_images_have_a_bound(tmp_path):
    """65535 in the coverage is a fill value: the 0 beside it was no darkness."""
    path = write(tmp_path / "a.nc", ["2015-02-01"], avg_rad=("f4", 0), cf_cvg=("u2", 65_535))
    with pytest.raises(InputError, match="cf_cvg is 65535, more images than a month can have"):
        read(open_lights(path, year=2015))
    gas = {"CO_column_number_density": ("f4", 0.03), "images": ("u2", 65_535)}
    path = write(tmp_path / "b.nc", ["2019-01-01"], **gas)
    with pytest.raises(InputError, match="images is 65535, more images"):
        read(open_gas(path, year=2019, gas="CO"))
    declared = {"images": {"_FillValue": np.uint16(65_535)}}
    path = write(tmp_path / "c.nc", ["2019-01-01"], **gas, attributes=declared)
    assert np.isnan(read(open_gas(path, year=2019, gas="CO"))).all()
