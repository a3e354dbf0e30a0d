"""TCCON: layouts of GGG2014 and GGG2020, places, scales, monthly means."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.tccon import SITES, read_tccon, site_of
from carbonscape.columns.quality.tccon import (
    average_tccon,
    check_positions,
    choose_spectra,
    read_site_table,
)
from carbonscape.columns.tables import TCCON_MONTHS, TCCON_SITES
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.promises import cites

GGG2020, GGG2014 = "pa20150101_20151231.public.qc.nc", "pa20150101_20151231.public.nc"
PLACE = (45.945, -90.273)
DAY = np.datetime64("2015-07-01T12:00:00", "s")


def seconds(times):
    return np.array(times, dtype="datetime64[ms]").astype(np.int64) / 1000


def put(file, name, values, kind="f4", **attributes):
    variable = file.createVariable(name, kind, ("time",))
    variable.setncatts(attributes)
    variable[:] = values


def write_ggg2020(folder, times, xco2, *, name=GGG2020, place=PLACE, omit=(), flag=None,
                  renamed="xco2", units="seconds since 1970-01-01 00:00:00",
                  stated=""):  # fmt: skip
    path = folder / name
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", len(times))
        file.createDimension("prior_altitude", 51)
        if stated:
            file.file_format_version = stated
        put(file, "time", seconds(times), "f8", **({"units": units} if units else {}))
        put(file, "lat", place[0])
        put(file, "long", place[1])
        if "xco2" not in omit:
            put(file, renamed, xco2, units="ppm")
        if "xco2_x2019" not in omit:
            put(file, "xco2_x2019", np.asarray(xco2) + 0.18, units="ppm")
        if flag is not None:
            put(file, "flag", flag, "i2")
    return path


def write_ggg2014(folder, times, xco2, *, name=GGG2014, place=PLACE, classic=True, units=None):
    path = folder / name
    layout = "NETCDF3_CLASSIC" if classic else "NETCDF4"
    with netCDF4.Dataset(path, "w", format=layout) as file:
        file.createDimension("time", None)
        put(file, "time", seconds(times) / 86400, "f8", **({"units": units} if units else {}))
        put(file, "lat_deg", place[0])
        put(file, "long_deg", place[1])
        put(file, "xco2_ppm", xco2, units="ppm")
        put(file, "xco2_ppm_error", 0.4)
    return path


def hours(*counts):
    return [DAY + np.timedelta64(count, "h") for count in counts]


def test_a_file_of_ggg2020_is_read_in_the_order_of_time(tmp_path):
    found = read_tccon(write_ggg2020(tmp_path, hours(2, 0, 1), [402, 400, np.nan]))
    assert (found.site, found.version, found.scale) == ("parkfalls01", "GGG2020", "x2007")
    assert (found.lat, found.lon) == PLACE
    assert found.xco2.tolist() == [400, 402]
    assert found.time.astype("datetime64[s]").tolist() == [h.item() for h in hours(0, 2)]


@pytest.mark.parametrize("classic", [True, False])
@pytest.mark.parametrize("units", [None, "days since 1970-01-01 00:00:00 UTC", "Days", "days"])
def test_a_file_of_ggg2014_counts_days_and_has_its_own_fills(tmp_path, classic, units):
    cites(
        "public files of GGG2014 (netCDF-3 or 4, `xco2_ppm`, `lat_deg`, fractional days)",
    )
    path = write_ggg2014(tmp_path, hours(0, 6, 7), [390, 392, -1e38], classic=classic, units=units)
    found = read_tccon(path)
    assert (found.version, found.scale, found.lat, found.lon) == ("GGG2014", "x2007", *PLACE)
    assert found.xco2.tolist() == [390, 392]
    off = np.abs(found.time - np.array(hours(0, 6), dtype="datetime64[ms]"))
    assert off.max() <= np.timedelta64(1, "ms")


@pytest.mark.parametrize("units", [None, "seconds", "seconds since 1970-01-01"])
def test_seconds_are_known_by_their_units_or_their_size(tmp_path, units):
    found = read_tccon(write_ggg2020(tmp_path, hours(3), [400], units=units))
    assert found.time[0] == hours(3)[0]


def test_spectra_with_a_flag_are_left_out_where_there_is_one(tmp_path):
    cites(
        'engineering files ("private"), of which flag 0 is kept',
    )
    name = "pa_input_test.private.qc.nc"
    path = write_ggg2020(tmp_path, hours(0, 1, 2), [400, 300, 402], name=name, flag=[0, 1, 0])
    assert read_tccon(path).xco2.tolist() == [400, 402]


def test_newest_files_name_the_scale(tmp_path):
    path = write_ggg2020(tmp_path, hours(0), [400], renamed="xco2_x2007")
    assert read_tccon(path).xco2.tolist() == [400]
    assert read_tccon(path, scale="x2019").xco2[0] == pytest.approx(400.18, abs=1e-4)


def test_a_file_of_the_other_scale_is_refused_and_named(tmp_path):
    cites(
        "the other scale only, a site that neither name nor attributes tell",
    )
    newer = write_ggg2020(tmp_path, hours(0), [400], omit=["xco2"])
    with pytest.raises(InputError, match="xco2_x2019.*'xco2.soundings.scale'") as refusal:
        read_tccon(newer)
    assert newer.name in str(refusal.value)
    with pytest.raises(InputError, match="xco2_ppm \\(X2007\\), expected X2019"):
        read_tccon(write_ggg2014(tmp_path, hours(0), [400]), scale="x2019")


def test_an_instrument_that_moved_stands_where_most_spectra_were_taken(tmp_path):
    cites(
        "the instrument's place by the file (median)",
    )
    place = [45.9, 45.9, 46.3], [-90.2, -90.2, -90.9]
    found = read_tccon(write_ggg2020(tmp_path, hours(0, 1, 2), [400] * 3, place=place))
    assert (found.lat, found.lon) == (45.9, -90.2)


@pytest.mark.parametrize(("lon", "expected"), [(269.73, -90.27), ([359.99, 0.01, 0.01], 0.01)])
def test_longitudes_are_normalised(tmp_path, lon, expected):
    size = np.size(lon)
    path = write_ggg2020(tmp_path, hours(*range(size)), [400] * size, place=(45, lon))
    assert read_tccon(path).lon == pytest.approx(expected, abs=1e-3)


def test_files_that_hold_nothing_good_or_nothing_known_are_refused(tmp_path):
    cites(
        "no good spectrum, cut-short files",
    )
    with pytest.raises(InputError, match="none of 1 spectra is good"):
        read_tccon(write_ggg2020(tmp_path, hours(0), [400], flag=[3]))
    with pytest.raises(InputError, match="expected 250 to 600 ppm"):
        read_tccon(write_ggg2020(tmp_path, hours(0), [4e-4]))
    with pytest.raises(InputError, match="no variable xco2"):
        read_tccon(write_ggg2020(tmp_path, hours(0), [400], omit=["xco2", "xco2_x2019"]))
    short = write_ggg2014(tmp_path, hours(*range(200)), [400] * 200)
    short.write_bytes(short.read_bytes()[:-400])
    with pytest.raises(InputError, match="cut short"):
        read_tccon(short)


def test_sites_are_known_by_two_letters():
    assert site_of("oc20110416_20221219.public.qc.nc") == "lamont01"
    assert (
        site_of("qq20110416_20221219.public.qc.nc", attributes={"long_name": "newplace01"})
        == "newplace01"
    )
    for name in ("qq20110416_20221219.public.qc.nc", "Lamont.nc"):
        with pytest.raises(InputError, match=name):
            site_of(name)


@pytest.mark.parametrize("key", ["long_name", "longName", "LongName", "site"])
def test_a_site_is_taken_from_whatever_attribute_states_it(key):
    cites(
        "site by the two letters of the name, or for other letters by the attribute "
        "`long_name` or `longName`",
    )
    name = "jf20160301_20160310.public.nc"
    assert site_of(name, attributes={key: "jpl02", "Location": "JPL"}) == "jpl02"
    assert site_of("oc20110416_20221219.public.qc.nc", attributes={key: "jpl02"}) == "lamont01"


def test_the_refusal_of_an_unknown_site_says_what_the_file_states():
    name = "jf20160301_20160310.public.nc"
    with pytest.raises(InputError, match=r"tell none such as parkfalls01 \(longName is 'JPL'\)"):
        site_of(name, attributes={"longName": "JPL"})
    with pytest.raises(InputError, match=r"\(it has neither\)"):
        site_of(name, attributes={"Location": "JPL"})


def test_the_table_of_the_paper_has_its_23_sites(project):
    table = read_site_table(project / "resources" / "tccon_sites.csv")
    assert len(table) == 23
    assert [SITES[code] for code in table["code"]] == table["site"].tolist()
    assert table.set_index("site").loc["lamont01", "paper_lat"] == -45.04


@pytest.mark.parametrize(
    ("code", "site", "place", "far"),
    [
        ("oc", "lamont01", (36.604, -97.486), True),
        ("lr", "lauder03", (-45.038, 169.684), True),
        ("hf", "hefei01", (31.9, 117.17), True),
        ("pa", "parkfalls01", PLACE, False),
    ],
)
def test_the_file_is_believed_where_the_table_disagrees(
    tmp_path, project, caplog, code, site, place, far
):
    cites(
        "Where the paper's Table 1 (`resources/tccon_sites.csv`) places a site more than "
        "half a degree from its file, a warning names both and the file is believed: "
        "Lauder and Lamont are swapped there, Hefei is 2 degrees off.",
    )
    name = f"{code}20150101_20151231.public.qc.nc"
    spectra = read_tccon(write_ggg2020(tmp_path, hours(0), [400], name=name, place=place))
    table = read_site_table(project / "resources" / "tccon_sites.csv")
    warnings = check_positions([spectra], table)
    assert len(warnings) == far
    if far:
        row = table.set_index("site").loc[site]
        for part in (name, site, f"{place[0]:g}", f"{row['paper_lat']:g}, {row['paper_lon']:g}"):
            assert part in caplog.text
    _, sites = average_tccon([spectra], months=["2015-07"], names=table)
    assert sites.loc[0, ["lat", "lon"]].tolist() == pytest.approx(list(place), abs=1e-3)


def test_a_file_at_another_place_is_stated_but_for_errors_of_the_table(tmp_path, project):
    table = read_site_table(project / "resources" / "tccon_sites.csv")
    for code, stated in (("pa", 1), ("oc", 0)):
        name = f"{code}20150101_20151231.public.qc.nc"
        path = write_ggg2020(tmp_path, hours(0), [400], name=name, place=(10, 90.27))
        with findings.collected() as found:
            assert len(check_positions([read_tccon(path)], table)) == 1
        assert [(one.item, one.outcome) for one in found] == [(str(path), "warning")] * stated


NAMES = pd.DataFrame({"site": ["parkfalls01"], "name": ["Park Falls"]})


def test_months_are_averaged_and_sparse_ones_are_not_kept(tmp_path):
    times = [
        *hours(0, 1, 24, 25, 48),
        np.datetime64("2015-07-31T23:59:59"),
        np.datetime64("2015-08-01T00:00:00"),
        np.datetime64("2015-09-01T00:00:00"),
    ]
    path = write_ggg2020(tmp_path, times, [400, 401, 402, 403, 404, 408, 390, 300])
    months, sites = average_tccon(
        [read_tccon(path)], months=["2015-07", "2015-08"], names=NAMES, min_spectra=6, min_days=4
    )
    months, sites = TCCON_MONTHS.check(months, "months"), TCCON_SITES.check(sites, "sites")
    first, second = months.to_dict("records")
    values = [400, 401, 402, 403, 404, 408]
    assert first["xco2"] == pytest.approx(403)
    assert first["spread"] == pytest.approx(np.std(values))
    assert (first["year"], first["month"], first["spectra"], first["days"]) == (2015, 7, 6, 4)
    assert (first["kept"], second["kept"], second["spectra"]) == (True, False, 1)
    assert np.isnan(second["spread"])
    assert sites.loc[0, ["name", "first_month", "last_month", "spectra", "file"]].tolist() == [
        "Park Falls", "2015-07", "2015-08", 7, GGG2020,
    ]  # fmt: skip


@pytest.mark.parametrize(("spectra", "days"), [(7, 4), (6, 5)])
def test_a_month_needs_spectra_and_days(tmp_path, spectra, days):
    one = read_tccon(write_ggg2020(tmp_path, hours(0, 1, 24, 48, 72, 73), [400] * 6))
    months, _ = average_tccon(
        [one], months=["2015-07"], names=NAMES, min_spectra=spectra, min_days=days
    )
    assert not months["kept"].any()
    months, _ = average_tccon([one], months=["2015-07"], names=NAMES, min_spectra=6, min_days=4)
    assert months["kept"].all()


def test_a_site_without_spectra_in_the_months_is_named(tmp_path, caplog):
    one = read_tccon(write_ggg2020(tmp_path, hours(0), [400]))
    months, sites = average_tccon([one], months=["2016-07"], names=NAMES)
    assert (len(months), len(sites)) == (0, 0)
    assert GGG2020 in caplog.text


def test_the_newer_retrieval_goes_before_the_older(tmp_path):
    old = read_tccon(write_ggg2014(tmp_path, hours(0, 1, 2), [390, 391, 392]))
    new = read_tccon(write_ggg2020(tmp_path, hours(0), [400]))
    for files in ([old, new], [new, old]):
        (found,) = choose_spectra(files)
        assert (found.version, found.xco2.tolist()) == ("GGG2020", [400])
    assert choose_spectra([old])[0].version == "GGG2014"


@pytest.mark.parametrize("named", [{"renamed": "xco2_x2007"}, {"stated": "2020.1.A"}])
def test_the_newest_revision_alone_is_used(tmp_path, named):
    """GGG2020.1 beside GGG2020: the same spectra, some 0.3 ppm apart."""
    cites(
        "of a site the newest version alone is used, GGG2020.1 before GGG2020 before GGG2014",
        "What the older files would have added is stated.",
    )
    newer = "pa20150101_20240601.public.qc.nc"
    old = read_tccon(write_ggg2020(tmp_path, hours(0, 1, 24, 48), [400, 401, 402, 403]))
    oldest = read_tccon(write_ggg2014(tmp_path, hours(1), [390], name="pa20150101_20150801.nc"))
    new = read_tccon(write_ggg2020(tmp_path, hours(0, 1), [400.3, 401.3], name=newer, **named))
    assert (oldest.version, old.version, new.version) == ("GGG2014", "GGG2020", "GGG2020.1")
    for files in ([old, new, oldest], [oldest, new, old]):
        with findings.collected() as found:
            (one,) = choose_spectra(files)
        assert (one.version, one.file) == ("GGG2020.1", newer)
        assert one.xco2.tolist() == pytest.approx([400.3, 401.3])
        assert {(Path(f.item).name, f.outcome, f.reason) for f in found} == {
            (
                GGG2020,
                "left out",
                "GGG2020, and parkfalls01 has GGG2020.1, which alone is used; it would have added "
                "2 days of 2015-07-02 to 2015-07-03",
            ),
            (
                "pa20150101_20150801.nc",
                "left out",
                "GGG2014, and parkfalls01 has GGG2020.1, which alone is used; it has spectra of no "
                "other day",
            ),
        }


def test_a_copy_adds_nothing_and_is_named(tmp_path):
    copy = GGG2020.replace(".nc", "(1).nc")
    files = [
        read_tccon(write_ggg2020(tmp_path, hours(0, 1), [400, 401], name=name))
        for name in (copy, GGG2020)
    ]
    for given in (files, files[::-1]):
        with findings.collected() as found:
            (one,) = choose_spectra(given)
        assert (one.file, one.xco2.tolist()) == (GGG2020, [400, 401])
        assert [(Path(f.item).name, f.reason) for f in found] == [
            (copy, f"all its spectra are in {GGG2020}")
        ]


def test_files_used_and_sites_without_months_are_stated(tmp_path):
    later = "pa20150702_20161231.public.qc.nc"
    one = read_tccon(write_ggg2020(tmp_path, hours(0, 1), [400, 401]))
    two = read_tccon(write_ggg2020(tmp_path, hours(2), [411], name=later))
    spectra = choose_spectra([two, one])
    for months, outcome in ((["2015-07"], "used"), (["2016-07"], "left out")):
        with findings.collected() as found:
            average_tccon(spectra, months=months, names=NAMES)
        assert {(Path(f.item).name, f.outcome) for f in found} == {
            (GGG2020, outcome),
            (later, outcome),
        }


def test_files_of_one_version_are_joined_and_shared_spectra_count_once(tmp_path):
    cites(
        "Several files of one version are joined, shared spectra counted once, from the "
        "file that is last by its name.",
    )
    later = "pa20150702_20161231.public.qc.nc"
    one = read_tccon(write_ggg2020(tmp_path, hours(0, 1), [400, 401]))
    two = read_tccon(write_ggg2020(tmp_path, hours(1, 2), [411, 412], name=later))
    (found,) = choose_spectra([two, one])
    assert found.xco2.tolist() == [400, 411, 412]
    assert found.file == f"{GGG2020}+{later}"


def test_files_of_one_site_at_two_places_are_refused(tmp_path):
    later = "pa20150702_20161231.public.qc.nc"
    one = read_tccon(write_ggg2020(tmp_path, hours(0), [400]))
    two = read_tccon(write_ggg2020(tmp_path, hours(1), [411], name=later, place=(47, -90)))
    with pytest.raises(InputError, match="both of parkfalls01"):
        choose_spectra([one, two])
