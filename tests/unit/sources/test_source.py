"""How the files of a source are named, and which of them are there."""

from __future__ import annotations

from pathlib import Path

from carbonscape.core.months import months_between
from carbonscape.sources.files import RawFiles
from carbonscape.sources.registry import get_source
from helpers.promises import cites


def days_of(paths: list[str]) -> list[str]:
    return [Path(path).name.removeprefix("TROPOSIF_L2B_").removesuffix(".nc") for path in paths]


def test_a_year_of_weather_needs_the_january_that_follows() -> None:
    raw = RawFiles(Path("raw"))
    state, totals = raw.weather_of_year(2020, "state"), raw.weather_of_year(2020, "totals")
    assert raw.weather_of_year(2020, "steps") == ["raw/era5_land_8day/era5_land_8day_2020.nc"]
    assert len(state) == 12
    assert len(totals) == 13
    assert totals[-1] == "raw/era5_land/era5_land_accum_2021_01.nc"


def test_a_folder_may_hold_what_looks_like_a_date() -> None:
    files = RawFiles(Path("/data/%Y %m"))
    assert files.igbp_grid(2001) == "/data/%Y %m/mcd12q1/MCD12Q1.061_2001.nc"
    assert files.koppen() == "/data/%Y %m/koppen/koppen_geiger_0p1.tif"


def test_a_simulated_sensor_looks_every_few_days_in_every_month() -> None:
    files = RawFiles(Path("raw"))
    paths = files.sif_days(["2016-01", "2016-02"], every_days=14)
    assert paths[0] == "raw/tropomi_sif/TROPOSIF_L2B_2016-01-01.nc"
    assert days_of(paths)[1:] == ["2016-01-15", "2016-01-29", "2016-02-12", "2016-02-26"]
    assert len(files.sif_days(["2016-01", "2016-02"], every_days=1)) == 31 + 29
    months = months_between("2015-01", "2018-12")
    seen = {day[:7] for day in days_of(files.sif_days(months, every_days=28))}
    assert seen == set(months), "a month is without a file"


def test_days_of_a_real_archive_may_be_absent(tmp_path: Path) -> None:
    folder = tmp_path / "tropomi_sif"
    folder.mkdir()
    for day in ("2018-04-30", "2018-05-07", "2018-05-02", "2018-07-31", "2018-08-01"):
        (folder / f"TROPOSIF_L2B_{day}.nc").touch()
    (folder / "TROPOSIF_L2B_2018-05-03.nc.part").touch()
    (folder / "TROPOSIF_L2B_2018-05-03-copy.nc").touch()
    found = RawFiles(tmp_path).sif_found(["2018-05", "2018-06", "2018-07"])
    # June has no day: its listing is asked for, which is absent.
    assert [Path(path).stem[-10:] for path in found] == [
        "2018-05-02", "2018-05-07", "ng_2018-06", "2018-07-31",
    ]  # fmt: skip
    assert Path(found[2]).name == "listing_2018-06.json"
    days = get_source("tropomi_sif").files["days"]
    found = days.paths(tmp_path, ["2018-05", "2018-06"], listings=False)
    assert days_of(found) == ["2018-05-02", "2018-05-07", "2018-06-01"]


def test_a_listing_goes_before_its_files_and_an_interrupted_month_is_asked_for(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "tropomi_sif"
    folder.mkdir()
    (day := folder / "TROPOSIF_L2B_2018-05-07.nc").touch()
    listing = str(folder / "listing_2018-05.json")
    files = get_source("tropomi_sif").files["days"]
    assert files.paths(tmp_path, ["2018-05"]) == [str(day)]
    # Fetched, but not all of the month: there is a receipt and no listing yet.
    day.with_name(f"{day.name}.receipt.json").touch()
    assert files.paths(tmp_path, ["2018-05"]) == [listing]
    Path(listing).touch()
    assert files.paths(tmp_path, ["2018-05"]) == [listing]
    day.unlink()
    assert files.paths(tmp_path, ["2018-05", "2018-05-07"]) == [listing]


def test_what_is_asked_of_an_archive_has_the_length_of_its_names() -> None:
    state = get_source("era5_land").files["totals"]
    assert list(state.asked("raw", ["2015-11", "2015-12"]).values()) == [
        "2015-11", "2015-12", "2016-01",
    ]  # fmt: skip
    cover = get_source("esa_cci_pft").files["grid"]
    assert list(cover.asked("raw", months_between("2015-01", "2016-12")).values()) == [
        "2015",
        "2016",
    ]
    assert get_source("koppen").files["map"].asked("raw", ["2015-01"]) == {
        "raw/koppen/koppen_geiger_0p1.tif": ""
    }
    granules = get_source("tropomi_sif").files["days"].asked("raw", ["2018-05", "2018-06"])
    assert granules == {
        "raw/tropomi_sif/listing_2018-05.json": "2018-05",
        "raw/tropomi_sif/listing_2018-06.json": "2018-06",
    }


def test_simulated_granules_come_every_few_days_and_on_the_days_shown(tmp_path: Path) -> None:
    files = RawFiles(tmp_path, listings=False)
    paths = files.every("oco2", "granules", ["2018-01"], 10, ["2018-01-20", "2019-01-20"])
    names = [Path(path).name for path in paths]
    assert [name[11:17] for name in names] == ["180101", "180111", "180120", "180121", "180131"]
    assert names[2] == "oco2_LtCO2_180120_B11014Ar_180120120000s.nc4"
    assert files.paths("oco2", "shown", ["2018-01-20"]) == [paths[2]]


def test_granules_are_found_by_their_names_and_months(tmp_path: Path) -> None:
    cites(
        "The days before the first and after the last month are read where they are there "
        "(a download asks for the months alone)",
    )
    folder = tmp_path / "oco3"
    folder.mkdir()
    for day in ("191231", "200101", "200215", "200301"):
        (folder / f"oco3_LtCO2_{day}_B10400Br_220318000000s.nc4").touch()
    (folder / "oco3_LtCO2_200102.part").touch()
    files = RawFiles(tmp_path)
    # An orbit crosses midnight: the day before and the day after belong to the span.
    found = files.paths("oco3", "granules", ["2020-01", "2020-02"])
    assert [Path(path).name[11:17] for path in found] == ["200101", "200215", "191231", "200301"]
    # Whether a month has no granule is a question for the archive.
    found = files.paths("oco3", "granules", ["2020-01", "2020-02", "2020-04"])
    assert found[2] == str(folder / "listing_2020-04.json")
    # Where it is not asked, that is no fault; a span without any granule is.
    files = RawFiles(tmp_path, listings=False)
    assert len(files.paths("oco3", "granules", ["2020-01", "2020-02", "2020-04"])) == 3
    (name,) = files.paths("oco3", "granules", ["2021-01", "2021-02"])
    assert not Path(name).exists()
    name, day = files.paths("oco3", "granules", ["2020-04", "2020-05"])[0], found[0]
    assert not Path(name).exists()
    assert Path(day).exists()


def test_granules_have_the_names_that_services_and_browsers_give_them(tmp_path: Path) -> None:
    """Year folders, links to folders and files, copies, subsets, another case."""
    cites(
        "or in any folder below (years, links to folders)",
    )
    folder = tmp_path / "raw" / "oco2"
    stem = "oco2_LtCO2_1605{:02d}_B11210Ar_240820000231s"
    names = (
        *("{}.nc4", "{}(1).nc4", "{}.nc4.dap.nc4", "{}.SUB.nc4", "{} - Copy.nc4", "{}_1.nc4"),
        *("2016/{}.nc4", "2016/05/{}.nc4", "{}.nc", "{}.h5", "{}.nc4.nc4", "{}_subsetted.nc4"),
    )
    for day, name in enumerate(names, start=1):
        path = folder / name.format(stem.format(day))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (folder / stem.format(13).upper()).with_suffix(".NC4").write_text("x")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{stem.format(14)}.nc4").write_text("x")
    (elsewhere / f"{stem.format(15)}.nc4").write_text("x")
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    (folder / f"{stem.format(16)}.nc4").symlink_to(elsewhere / f"{stem.format(15)}.nc4")
    # None of these is a granule.
    (folder / f"{stem.format(17)}.nc4").symlink_to(elsewhere / "nothing")
    (folder / f"{stem.format(18)}.nc4").mkdir()
    for name in ("{}.nc4.part", "{}.nc4.xml", "{}.nc4.receipt.json", "{{}}/{}.nc4"):
        (folder / name.format(stem.format(19))).parent.mkdir(exist_ok=True)
        (folder / name.format(stem.format(19))).write_text("x")
    found = RawFiles(tmp_path / "raw").paths("oco2", "granules", ["2016-05"])
    days = sorted(int(Path(path).name[15:17]) for path in found)
    assert days == list(range(1, 17))
    # The whole folder may be a link.
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "oco2").symlink_to(folder)
    assert len(RawFiles(tmp_path / "again").paths("oco2", "granules", ["2016-05"])) == 16


def test_a_name_in_two_folders_counts_once_where_no_reader_tells_copies(tmp_path: Path) -> None:
    for folder in ("tropomi_sif", "tropomi_sif/2018"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "TROPOSIF_L2B_2018-05-02.nc").touch()
    found = RawFiles(tmp_path).sif_found(["2018-05"])
    assert found == [str(tmp_path / "tropomi_sif/TROPOSIF_L2B_2018-05-02.nc")]


def test_the_last_produced_granule_of_a_day_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "oco2"
    folder.mkdir()
    for stamp in ("190101", "210101", "200101"):
        (folder / f"oco2_LtCO2_180120_B11100Ar_{stamp}000000s.nc4").write_text("x")
    (path,) = RawFiles(tmp_path).paths("oco2", "shown", ["2018-01-20"])
    assert "_210101000000s" in path
    # Nothing that was changed or is empty goes before a whole file.
    (folder / "oco2_LtCO2_180120_B11100Ar_220101000000s.SUB.nc4").write_text("x")
    (folder / "oco2_LtCO2_180120_B11100Ar_210101000000s(1).nc4").write_text("x")
    (folder / "oco2_LtCO2_180120_B11100Ar_230101000000s.nc4").touch()
    assert RawFiles(tmp_path).paths("oco2", "shown", ["2018-01-20"]) == [path]


def test_ground_stations_are_those_whose_files_are_there(tmp_path: Path) -> None:
    files = RawFiles(tmp_path)
    assert files.paths("tccon", "sites", ["2018-01"]) == [str(tmp_path / "tccon/listing.json")]
    (tmp_path / "tccon").mkdir()
    names = ("rj20131116_20170315.public.nc", "iz20140102_20210908.public.qc.nc")
    for name in (*names, "README.txt", "my_notes.nc", "iz20140102_20210908.public.qc.nc.part"):
        (tmp_path / "tccon" / name).touch()
    found = files.paths("tccon", "sites", ["2018-01"])
    assert [Path(path).name for path in found] == sorted(names)
    # Copies, folders below, links, capitals, engineering files.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    more = ("2020/PA20040602_20221129.PUBLIC.QC.NC", "oc20080706_20221129.public.qc(1).nc")
    for name in (*more, "pa_ggg2020.private.qc.nc"):
        (tmp_path / "tccon" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "tccon" / name).touch()
    (elsewhere / "br20090106_20210624.public.qc.nc").touch()
    (tmp_path / "tccon" / "bremen").symlink_to(elsewhere)
    found = files.paths("tccon", "sites", ["2018-01"])
    assert sorted(Path(path).name[:2].lower() for path in found) == [
        "br", "iz", "oc", "pa", "pa", "rj",
    ]  # fmt: skip
