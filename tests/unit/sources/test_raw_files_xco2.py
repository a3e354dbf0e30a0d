"""Where the native files of XCO2 lie, which months a run needs, and what is said of absent ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from carbonscape.core.errors import InputError
from carbonscape.core.months import shift_month
from carbonscape.sources.columns import SOURCES, YEARLY, Span, XCO2Files, require_xco2_files
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))["xco2"]


def test_months_are_shifted_over_the_ends_of_years() -> None:
    assert shift_month("2014-12", -2) == "2014-10"
    assert shift_month("2014-12", 1) == "2015-01"
    assert shift_month("2015-01", -1) == "2014-12"


@pytest.mark.parametrize(
    ("steps", "window", "first", "last"),
    [
        (3, "trailing", "2014-10", "2015-02"),
        (1, "trailing", "2014-12", "2015-02"),
        (3, "centred", "2014-11", "2015-03"),
        (4, "centred", "2014-11", "2015-04"),
    ],
)
def test_predictors_begin_before_the_first_month(
    steps: int, window: str, first: str, last: str
) -> None:
    months = Span("2014-12", "2015-02", steps, window).feature_months
    assert (months[0], months[-1]) == (first, last)


def test_the_papers_months_are_85_in_eight_years() -> None:
    span = Span.of(CONFIG)
    assert (len(span.months), span.months[0], span.months[-1]) == (85, "2014-12", "2021-12")
    assert (len(span.feature_months), span.years) == (87, list(range(2014, 2022)))


def test_simulated_granules_come_every_few_days_and_on_the_days_shown(tmp_path: Path) -> None:
    files = XCO2Files(tmp_path)
    paths = files.granules("oco2", ["2018-01"], every_days=10, also=["2018-01-20", "2019-01-20"])
    names = [Path(path).name for path in paths]
    assert [name[11:17] for name in names] == ["180101", "180111", "180120", "180121", "180131"]
    assert names[2] == "oco2_LtCO2_180120_B11014Ar_180120120000s.nc4"
    assert files.granule_of_day("oco2", "2018-01-20") == paths[2]


def test_granules_are_found_by_their_names_and_months(tmp_path: Path) -> None:
    folder = tmp_path / "oco3"
    folder.mkdir()
    for day in ("191231", "200101", "200215", "200301"):
        (folder / f"oco3_LtCO2_{day}_B10400Br_220318000000s.nc4").touch()
    (folder / "oco3_LtCO2_200102.part").touch()
    found = XCO2Files(tmp_path).granules_found("oco3", ["2020-01", "2020-02"])
    assert [Path(path).name[11:17] for path in found] == ["200101", "200215"]
    (name,) = XCO2Files(tmp_path).granules_found("oco3", ["2021-01"])
    assert not Path(name).exists()


def test_gases_and_the_reanalysis_have_their_years(tmp_path: Path) -> None:
    files = XCO2Files(tmp_path)
    first = {"so2": "2019-01", "no2": "2018-07", "co": "2018-07"}
    names = [Path(path).name for path in files.gases([2017, 2018, 2019], first)]
    assert names == [
        "S5P_L3_NO2_2018.nc", "S5P_L3_CO_2018.nc",
        "S5P_L3_SO2_2019.nc", "S5P_L3_NO2_2019.nc", "S5P_L3_CO_2019.nc",
    ]  # fmt: skip
    assert [Path(p).name for p in files.egg4([2020, 2021])] == ["egg4_2020.nc"]
    assert Path(XCO2Files(tmp_path, "vnp46a2").yearly("lights", 2015)).name == "VNP46A2_2015.nc"


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_an_absent_file_is_named_with_its_source(tmp_path: Path, source: str) -> None:
    with pytest.raises(InputError) as refusal:
        require_xco2_files(source, root=str(tmp_path), xco2=CONFIG)
    assert SOURCES[source] in str(refusal.value)
    assert str(tmp_path) in str(refusal.value)
    assert "docs/readers.md" in str(refusal.value)


def test_files_that_have_come_are_not_asked_for_again(tmp_path: Path) -> None:
    files = XCO2Files(tmp_path)
    for path in files.egg4(Span.of(CONFIG).years):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).touch()
    with pytest.raises(InputError, match="all files of egg4 are there now"):
        require_xco2_files("egg4", root=str(tmp_path), xco2=CONFIG)
    assert len(YEARLY) == 7
