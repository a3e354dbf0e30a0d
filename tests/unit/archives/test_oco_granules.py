"""Granules by their names, and which of several serve a run."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.archives.oco_granules import (
    choose_granules,
    granule_date,
    granule_version,
    parse_name,
)
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.lite_granules import cut_short, granule_name, write_granule
from helpers.promises import cites


@pytest.mark.parametrize(
    ("build", "instrument", "version"),
    [
        ("B11014Ar", "oco2", "11r"),
        ("B11100Ar", "oco2", "11.1r"),
        ("B11210Ar", "oco2", "11.2r"),
        ("B10400Br", "oco3", "10.4r"),
        ("B11072Ar", "oco3", "11r"),
        ("B10206Ar", "oco2", "10r"),
        ("B9003r", "oco2", "9r"),
        ("B8100r", "oco2", "8r"),
    ],
)
def test_names_tell_day_and_version(build, instrument, version):
    name = granule_name("2020-02-29", build=build, instrument=instrument)
    assert granule_version(name) == version
    assert granule_date(name) == dt.date(2020, 2, 29)


@pytest.mark.parametrize("name", ["oco2.nc4", "oco2_LtCO2_150231_B11014Ar_220101000000s.nc4"])
def test_other_names_are_refused(name):
    with pytest.raises(InputError, match="no name of an OCO Lite file"):
        granule_date(name)


MONTHS = ["2015-07", "2015-08"]


def chosen(*names, versions=("11r", "11.1r")):
    version, paths = choose_granules(names, versions, instrument="oco2", months=MONTHS)
    return version, [path.name for path in paths]


def test_of_two_granules_of_a_day_the_newest_is_taken_in_the_order_of_days():
    old = granule_name("2015-07-02", produced="220101000000")
    new = granule_name("2015-07-02", produced="220505000000")
    first = granule_name("2015-07-01", produced="230101000000")
    assert chosen(new, old, first) == ("11r", [first, new])


def test_the_neighbouring_days_are_taken_and_no_others():
    cites(
        "The days before the first and after the last month are read where they are there",
    )
    days = ["2015-06-29", "2015-06-30", "2015-07-01", "2015-08-31", "2015-09-01", "2015-09-02"]
    names = [granule_name(day) for day in days]
    assert chosen(*names)[1] == names[1:5]


def test_versions_are_never_mixed_and_the_fuller_one_wins():
    cites(
        "One version serves the whole span: of `xco2.soundings.<instrument>.versions` the "
        "one that has granules in most months, the first listed where several have as "
        "many.",
    )
    newer = [granule_name(day, build="B11100Ar") for day in ("2015-07-01", "2015-08-01")]
    older = [granule_name("2015-07-02"), granule_name("2015-07-03")]
    assert chosen(*newer, *older) == ("11.1r", newer)
    both = [*older, granule_name("2015-08-02")]
    assert chosen(*newer, *both) == ("11r", both)


def test_no_granule_of_a_version_is_refused_with_what_there_is():
    name = granule_name("2015-07-02", build="B10206Ar")
    with pytest.raises(InputError, match="found versions: 10r.*xco2.soundings.oco2.versions"):
        chosen(name, granule_name("2015-07-02", instrument="oco3"), "oco2_LtSIF_150701.nc4")


STEM = "oco2_LtCO2_150702_B11014Ar_220101000000s"


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        (f"{STEM}.nc4", False),
        (f"{STEM}(1).nc4", False),
        (f"{STEM} - Copy.nc4", False),
        (f"{STEM}.h5", False),
        (STEM.upper() + ".NC4", False),
        (f"{STEM}.SUB.nc4", True),
        (f"{STEM}.nc4.SUB.nc4", True),
        (f"{STEM}.nc4.dap.nc4", True),
        (f"{STEM}.nc4.nc4", True),
        (f"{STEM}_subsetted.nc4", True),
    ],
)
def test_what_services_and_browsers_add_to_names_is_understood(name, cut):
    cites(
        "end as browsers and services leave them (`.nc4`, `(1).nc4`, `.SUB.nc4`, "
        "`.nc4.dap.nc4`, capitals)",
    )
    found = parse_name(f"folder/{name}")
    assert (found.instrument, found.day, found.version) == ("oco2", dt.date(2015, 7, 2), "11r")
    assert found.produced == "220101000000"
    assert found.cut == cut
    assert bool(found.mark) == (not name.upper().startswith(f"{STEM}.".upper()) or cut)


def test_a_version_is_a_collection_or_what_the_names_state():
    """Files of collection 10r are called B10206Ar."""
    cites(
        "A version is the collection: files of `10r` are called B10206Ar, and `10.2r` "
        "means them too.",
    )
    names = [granule_name("2015-07-02", build="B10206Ar")]
    assert chosen(*names, versions=["10r"]) == ("10r", names)
    assert chosen(*names, versions=["11r", "10.2r"]) == ("10r", names)
    newer = [granule_name("2015-07-02", build="B11100Ar")]
    with pytest.raises(InputError, match="no granule of version 11r .*found versions: 11.1r"):
        chosen(*newer, versions=["11r"])


GOOD = (10.0, 20.0, 400.5, 0, 0)


def made(folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    return write_granule(folder, "2015-07-02", [GOOD], path=folder / name)


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        (f"{STEM}.nc4", f"{STEM}(1).nc4", "a copy of another name"),
        (f"{STEM}.nc4", f"2015/{STEM}.nc4", "a copy in another folder"),
        (f"2015/{STEM}.nc4", f"2016/{STEM}.nc4", "a copy"),
        (f"{STEM}.nc4", f"{STEM}.SUB.nc4", "cut out of a granule"),
        (f"{STEM}(1).nc4", f"{STEM}.nc4.dap.nc4", "cut out of a granule"),
        (f"{STEM[:-13]}230101000000s.nc4", f"{STEM}.nc4", "produced earlier"),
        (f"{STEM}.nc4", f"{STEM[:-13]}230101000000s.SUB.nc4", "cut out of a granule"),
        (f"{STEM[:-13]}230101000000s.SUB.nc4", f"{STEM}.SUB.nc4", "produced earlier"),
    ],
)
def test_of_several_files_of_a_day_one_counts(tmp_path, better, worse, why):
    cites(
        "a whole granule before a subset, the later production, the name of the archive "
        "before a changed one, then the shorter path.",
    )
    paths = [made((tmp_path / name).parent, (tmp_path / name).name) for name in (better, worse)]
    for given in (paths, paths[::-1]):
        with findings.collected() as found:
            _, used = choose_granules(given, ["11r"], instrument="oco2", months=MONTHS)
        assert used == [tmp_path / better]
        (left,) = [one for one in found if one.outcome == "left out"]
        assert left.item == str(tmp_path / worse)
        assert why in left.reason
        assert str(tmp_path / better) in left.reason


@pytest.mark.parametrize("damage", ["empty", "cut short", "web page"])
def test_a_whole_name_of_a_file_that_does_not_open_goes_after_a_copy(tmp_path, damage):
    """A failed download, fetched again by a browser."""
    cites(
        "Of several files of a day one counts: one that opens before one that does not",
    )
    bad, good = made(tmp_path, f"{STEM}.nc4"), made(tmp_path, f"{STEM}(1).nc4")
    if damage == "cut short":
        cut_short(bad)
    else:
        bad.write_text("" if damage == "empty" else "<html>log in</html>")
    with findings.collected() as found:
        _, used = choose_granules([bad, good], ["11r"], instrument="oco2", months=MONTHS)
    assert used == [good]
    (left,) = [one for one in found if one.outcome == "left out"]
    assert left.item == str(bad)
    assert "cannot be opened" in left.reason


def test_everything_that_is_not_taken_is_stated():
    names = [
        granule_name("2015-07-01"),
        granule_name("2015-07-01", build="B11100Ar"),
        granule_name("2015-07-01", instrument="oco3"),
        "notes.nc4",
    ]
    with findings.collected() as found:
        chosen(*names)
    stated = {one.item: one.reason for one in found if one.outcome == "left out"}
    assert stated == {
        names[1]: "a granule of version 11.1r, and this run takes 11r for all its days",
        names[2]: "a granule of oco3 among those of oco2",
        names[3]: "its name is none of a Lite granule",
    }


def test_months_without_granules_are_stated():
    with findings.collected() as found:
        chosen(granule_name("2015-07-01"))
    (warning,) = [one for one in found if one.outcome == "warning"]
    assert "no granule at all in 2015-08" in warning.reason
