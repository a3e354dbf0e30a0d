"""The reader of OCO Lite granules: layouts, scales, flags, damage; the choice of granules."""

from __future__ import annotations

import datetime as dt

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.oco_exports import read_export, read_granule_list
from carbonscape.archives.oco_lite import read_granule
from carbonscape.core.errors import InputError
from carbonscape.simulate.oco import View, write_oco
from helpers.lite_granules import FILL, cut_short, granule_name, write_granule
from helpers.promises import cites
from helpers.simulated import geography

DAY = "2015-07-01"
GOOD = (10.0, 20.0, 400.5, 0, 0)


def test_a_granule_is_read(tmp_path):
    rows = [GOOD, (-5.0, -179.5, 399.0, 1, 1, "2015-07-02T00:00:30"), (0, 0, FILL, 0, 3)]
    found = read_granule(write_granule(tmp_path, DAY, rows))
    assert found.day == dt.date(2015, 7, 1)
    assert found.lat.tolist() == [10, -5, 0]
    assert found.lon.tolist() == [20, -179.5, 0]
    np.testing.assert_array_equal(found.xco2, np.float32([400.5, 399.0, np.nan]))
    assert found.flag.tolist() == [0, 1, 0]
    assert found.land.tolist() == [True, False, False]
    assert found.time.astype("datetime64[s]").astype(str).tolist() == [
        "2015-07-01T12:00:00",
        "2015-07-02T00:00:30",
        "2015-07-01T12:00:00",
    ]


def test_the_scale_is_the_one_asked_for(tmp_path):
    cites(
        "`xco2` (or `xco2_x2007`; `xco2_x2019` on request)",
    )
    path = write_granule(tmp_path, DAY, [GOOD])
    assert read_granule(path, scale="x2019").xco2[0] == pytest.approx(400.68, abs=1e-4)


def test_x2007_under_its_own_name_is_taken(tmp_path):
    path = write_granule(tmp_path, DAY, [GOOD], renamed={"xco2": "xco2_x2007"})
    assert read_granule(path).xco2[0] == 400.5


def test_a_granule_of_the_other_scale_is_refused_and_named(tmp_path):
    cites(
        "XCO2 on the other calibration scale only (by name or by its attributes; the "
        "message names `xco2.soundings.scale`)",
    )
    path = write_granule(tmp_path, DAY, [GOOD], omit=["xco2"])
    with pytest.raises(InputError, match="scale") as refusal:
        read_granule(path)
    for part in (path.name, "xco2_x2019 (X2019)", "X2007", "xco2.soundings.scale"):
        assert part in str(refusal.value)


def test_a_variable_that_states_the_other_scale_is_of_that_scale(tmp_path):
    path = write_granule(tmp_path, DAY, [GOOD], omit=["xco2_x2019"], scale="XCO2 on X2019 scale")
    with pytest.raises(InputError, match="xco2 \\(X2019\\)"):
        read_granule(path)
    assert read_granule(path, scale="x2019").xco2[0] == 400.5


@pytest.mark.parametrize("options", [{"time_units": None}, {"omit": ["time"]}])
def test_without_units_the_date_gives_the_time(tmp_path, options):
    cites(
        "`time` (or `date` where that has no units)",
    )
    row = (*GOOD, "2015-06-30T23:59:58")
    found = read_granule(write_granule(tmp_path, DAY, [row], **options))
    assert str(found.time[0]) == "2015-06-30T23:59:58.000"


def test_land_is_indicator_0_alone_and_a_missing_flag_is_neither_good_nor_bad(tmp_path):
    cites(
        "flag (0 good, 1 bad, -1 missing), land (indicator 0: not mixed, not inland water)",
    )
    rows = [(10.0, 20.0, 400.0, flag, land) for land, flag in enumerate((0, 1, 0, 0))]
    path = write_granule(tmp_path, DAY, rows)
    with netCDF4.Dataset(path, "a") as file:
        file["xco2_quality_flag"].missing_value = np.int8(1)
    found = read_granule(path)
    assert found.land.tolist() == [True, False, False, False]
    assert found.flag.tolist() == [0, -1, 0, 0]


FLAT = ("Sounding_land_water_indicator", "land_water_indicator", "Sounding.land_water_indicator")


@pytest.mark.parametrize("flat", FLAT)
def test_a_subset_whose_groups_were_dissolved_is_read(tmp_path, flat):
    """OPeNDAP and other services; flag and surface were ticked."""
    cites(
        "or that at the root where a service has dissolved the groups",
    )
    path = tmp_path / granule_name(DAY).replace(".nc4", ".SUB.nc4")
    found = read_granule(write_granule(tmp_path, DAY, [GOOD, (0, 0, 401, 0, 1)], path=path,
                                       flat=flat))  # fmt: skip
    assert found.land.tolist() == [True, False]
    assert found.xco2.tolist() == [400.5, 401]


def test_a_subset_without_flag_and_surface_is_told_which_boxes_to_tick(tmp_path):
    cites(
        "a subset without flag or indicator (the message lists the boxes to tick)",
    )
    path = write_granule(tmp_path, DAY, [GOOD], group=False, omit=["xco2_quality_flag"])
    with pytest.raises(InputError) as refusal:
        read_granule(path)
    assert (
        "no variable xco2_quality_flag and no variable Sounding/land_water_indicator; found "
        "latitude, longitude, xco2"
    ) in str(refusal.value)
    assert str(refusal.value).endswith(
        "tick xco2, xco2_quality_flag, latitude, longitude, time and Sounding/land_water_indicator."
    )


def test_an_empty_file_and_netcdf3_are_called_that(tmp_path):
    cites(
        "a file that is empty, cut short or a web page, netCDF-3",
    )
    path = tmp_path / granule_name(DAY)
    path.touch()
    with pytest.raises(InputError, match="the file is empty; delete it and fetch it again"):
        read_granule(path)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("sounding_id", 1)
    with pytest.raises(InputError, match="this is netCDF-3, expected netCDF-4: choose that format"):
        read_granule(path)


def test_a_granule_without_soundings_is_empty(tmp_path):
    assert read_granule(write_granule(tmp_path, DAY, [])).xco2.size == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"group": False}, "no variable Sounding/land_water_indicator; found"),
        ({"omit": ["land_water_indicator"]}, "no variable Sounding/land_water_indicator"),
        ({"omit": ["xco2_quality_flag"]}, "no variable xco2_quality_flag"),
        ({"omit": ["xco2", "xco2_x2019"]}, "no variable xco2"),
        ({"omit": ["time", "date"]}, "times cannot be understood"),
        ({"flag_type": str}, "xco2_quality_flag holds text, expected integers"),
        ({"flag_type": "f4"}, "xco2_quality_flag holds float32, expected integers"),
    ],
)
def test_another_layout_is_refused(tmp_path, options, sentence):
    cites(
        "a flag that is text, floating-point or neither 0 nor 1",
    )
    with pytest.raises(InputError, match=sentence):
        read_granule(write_granule(tmp_path, DAY, [GOOD], **options))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ((10, 20, 400, 2, 0), "xco2_quality_flag is 2"),
        ((91, 20, 400, 0, 0), "latitude is 91"),
        ((10, 181, 400, 0, 0), "longitude is 181"),
        ((10, 20, 4e-4, 0, 0), "xco2 is 0.0004"),
        ((10, 20, 400, 0, 0, "2015-07-04T00:00:00"), "sounding 1 is of 2015-07-04"),
    ],
)
def test_impossible_values_are_refused(tmp_path, row, sentence):
    cites(
        "places off the globe, good values outside 250 to 600 ppm, soundings more than a "
        "day off the file's name",
    )
    with pytest.raises(InputError, match=sentence):
        read_granule(write_granule(tmp_path, DAY, [GOOD, row]))


def test_a_granule_under_the_name_of_another_day_is_refused(tmp_path):
    """Else its soundings counted twice beside the granule of their day."""
    path = write_granule(tmp_path, DAY, [(*GOOD, "2015-06-30T12:00:00")] * 20)
    with pytest.raises(InputError, match="all 20 soundings are of 2015-06-30, but the file's name"):
        read_granule(path)
    late = [(*GOOD, "2015-06-30T23:59:00")] * 19
    assert read_granule(write_granule(tmp_path, DAY, late)).xco2.size == 19
    both = [*late, (*GOOD, "2015-07-01T00:00:10")]
    assert read_granule(write_granule(tmp_path, DAY, both)).xco2.size == 20


@pytest.mark.parametrize("name", ["latitude", "longitude", "time", "xco2"])
def test_a_variable_without_any_value_is_refused(tmp_path, name):
    path = write_granule(tmp_path, DAY, [GOOD, GOOD])
    with netCDF4.Dataset(path, "a") as file:
        file[name].set_auto_mask(False)
        file[name][:] = FILL
    with pytest.raises(InputError, match=f"{name} is missing in all 2 soundings"):
        read_granule(path)


def test_bad_soundings_may_have_any_value_and_missing_places_are_nan(tmp_path):
    cites(
        "-999999 is missing whether declared or not",
    )
    rows = [(10, 20, 900.0, 1, 0), (FILL, FILL, 400, 0, 0)]
    found = read_granule(write_granule(tmp_path, DAY, rows))
    assert np.isnan([found.lat[1], found.lon[1]]).all()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_granule_cut_short_is_refused(tmp_path, share):
    path = cut_short(write_granule(tmp_path, DAY, [GOOD] * 300), share)
    with pytest.raises(InputError, match=r"fetch it again") as refusal:
        read_granule(path)
    assert path.name in str(refusal.value)


def test_a_web_page_and_an_absent_granule_are_refused(tmp_path):
    path = tmp_path / granule_name(DAY)
    with pytest.raises(InputError, match="no such file"):
        read_granule(path)
    path.write_text("<html>log in</html>", encoding="utf-8")
    with pytest.raises(InputError, match="login may be missing"):
        read_granule(path)


def export(tmp_path, xco2="0.0004", time="20150131120000"):
    path = tmp_path / "export.txt"
    path.write_text(
        "longitude\tlongitude_bnds\tlatitude\tlatitude_bnds\ttime..YYYYMMDDHHMMSS.\t"
        f"xco2..Moles.Mole...1..\n-50.5\t-51:-50\t-20.25\t-21:-20\t{time}\t{xco2}\n",
        encoding="utf-8",
    )
    return path


def test_an_export_comes_in_ppm(tmp_path):
    cites(
        "ppm, all counted as good and as land (there is no flag)",
    )
    (day,) = read_export(export(tmp_path))
    assert (day.lat[0], day.lon[0], day.xco2[0]) == (-20.25, -50.5, pytest.approx(400))
    assert str(day.time[0]) == "2015-01-31T12:00:00.000"
    assert day.day == dt.date(2015, 1, 31)


@pytest.mark.parametrize("change", [{"xco2": "400"}, {"xco2": "x"}, {"time": "1"}])
def test_an_impossible_export_is_refused(tmp_path, change):
    with pytest.raises(InputError, match="expected 250 to 600 ppm|cannot be understood"):
        read_export(export(tmp_path, **change))


def test_lists_of_the_archive_and_of_its_subsetter_name_granules(tmp_path):
    cites(
        "download lists of GES DISC, those of its subsetter (`FILENAME=`, `LABEL=`) too",
    )
    stem, base = granule_name(DAY).removesuffix(".nc4"), "https://oco2.gesdisc.eosdis.nasa.gov/"
    other = granule_name("2015-07-02", build="B10206Ar")
    path = tmp_path / "list.txt"
    path.write_text(
        f"https://docserver/README.OCO2.pdf\n{base}data/2015/{stem}.nc4\n"
        f"{base}daac-bin/OTF/HTTP_services.cgi?FILENAME=%2Fdata%2F2015%2F{other}&FORMAT=bmM0Lw&"
        f"BBOX=37%2C-82%2C43%2C-78&LABEL={other.removesuffix('.nc4')}.SUB.nc4&SHORTNAME=x\n"
        f"{base}daac-bin/OTF/HTTP_services.cgi?FILENAME=%2Fdata%2F2015%2F{other}&FORMAT=bmM0Lw\n",
        encoding="utf-8",
    )
    found = read_granule_list(path)
    assert [one.day.day for one in found] == [1, 2, 2]
    assert [one.version for one in found] == ["11r", "10r", "10r"]
    assert [one.cut for one in found] == [False, True, False]


def test_a_list_without_granules_is_refused(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("https://host/README.OCO2.pdf\n", encoding="utf-8")
    with pytest.raises(InputError, match="no granule"):
        read_granule_list(path)


class StillAir:
    """An atmosphere of 400 ppm."""

    def at(self, lat, lon, times):
        return 400.0 + 0 * np.asarray(lat)


@pytest.mark.parametrize(
    ("defect", "sentence"),
    [
        (None, None),
        ("x2007_name", None),
        ("poles_and_dateline", None),
        ("cut_short", "cut short"),
        ("no_sounding_group", "no variable Sounding/land_water_indicator"),
        ("text_flag", "holds text"),
        ("only_x2019", "xco2.soundings.scale"),
    ],
)
@pytest.mark.parametrize("instrument", ["oco2", "oco3"])
def test_simulated_granules_are_read_or_refused_for_what_is_wrong(
    tmp_path, instrument, defect, sentence
):
    """They are written by code that shares none with the reader."""
    build = {"oco2": "B11014Ar", "oco3": "B10400Br"}[instrument]
    path = tmp_path / granule_name("2020-07-31", instrument=instrument, build=build)
    view = View(StillAir(), geography())
    write_oco([path], view=view, soundings=300, seed=1, defects=[defect] if defect else [])
    if sentence:
        with pytest.raises(InputError, match=sentence) as refusal:
            read_granule(path)
        assert path.name in str(refusal.value)
        return
    found = read_granule(path)
    good = found.xco2[found.flag == 0]
    assert good.size > 100
    assert abs(good.mean() - 400) < 0.5
    assert found.land.any()
    assert not found.land.all()
    assert np.abs(found.time - np.datetime64("2020-07-31T12:00")).max() < np.timedelta64(14, "h")
    if defect == "poles_and_dateline":
        assert np.abs(found.lat).max() == 90
        assert np.abs(found.lon).max() == 180
