"""The plan of downloads adds up what the registry says."""

from __future__ import annotations

import dataclasses

import pytest
import yaml

from carbonscape.products.config import complete_config
from carbonscape.sources.needs import Download
from carbonscape.sources.plan import (
    describe_downloads,
    number_of,
    plan_downloads,
    size_of,
    text_of,
)
from carbonscape.sources.registry import get_source
from carbonscape.sources.source import Files
from helpers.source_tree import PROJECT


@pytest.fixture(scope="module")
def sections() -> dict:
    config = complete_config(yaml.safe_load((PROJECT / "config/config.yaml").read_text()))
    return {name: config[name] for name in config["products"]}


def by_name(sections, root, towers=None):
    return {line.source.name: line for line in plan_downloads(sections, root=root, towers=towers)}


def test_days_of_fluorescence_are_counted(sections, tmp_path):
    line = by_name(sections, tmp_path)["tropomi_sif"]
    # May 2018 to December 2019: 12 months of 31 days, 7 of 30 and February; every third day.
    assert (line.files, line.there, line.requests) == (12 * 11 + 7 * 10 + 10, 0, 212)
    assert line.gigabytes == pytest.approx(20 * 0.35 * 30.4 / 3)
    assert line.missing_gigabytes == line.gigabytes


def test_what_is_there_is_not_counted_again(sections, tmp_path):
    folder = tmp_path / "koppen"
    folder.mkdir()
    (folder / "koppen_geiger_0p1.tif").touch()
    line = by_name(sections, tmp_path)["koppen"]
    assert (line.files, line.there, line.requests) == (1, 1, 0)
    assert (line.gigabytes, line.missing_gigabytes, line.hours) == (0.09, 0.0, 0.0)


def test_towers_are_a_matter_of_persons(sections, tmp_path):
    assert by_name(sections, tmp_path)["fluxnet2015"].by_hand
    assert by_name(sections, tmp_path)["fluxnet2015"].there == 0
    assert by_name(sections, tmp_path, str(tmp_path))["fluxnet2015"].there == 1
    text = text_of(plan_downloads(sections, root=tmp_path, towers=None))
    assert "By hand: FLUXNET2015 monthly files" in text
    assert "https://fluxnet.org" in text


def test_cells_of_a_grid_follow_its_size():
    files = Files("a_%Y.nc", "fluxes.predictors", "reader", cell_bytes=7, steps=46)
    assert size_of(files, "2001", {"cell": 0.1}) == pytest.approx(7 * 6_480_000 * 46)
    assert size_of(files, "2001", {"cell": 30}) == pytest.approx(7 * 72 * 46)


@pytest.mark.parametrize(("month", "days"), [("2016-02", 29), ("2015-02", 28), ("2015-01", 31)])
def test_a_listing_stands_for_a_file_a_day(month, days):
    assert number_of(Download("tropomi_sif", "days", month), {}) == days


def test_other_years_and_products_need_other_files(sections, tmp_path):
    assert "tccon" not in by_name({"gpp": sections["gpp"]}, tmp_path)
    assert "esa_cci_pft" not in by_name({"xco2": sections["xco2"]}, tmp_path)
    sif = {**sections["gpp"]["sif"], "last_month": "2018-05", "min_months": 1}
    fewer = {"gpp": {**sections["gpp"], "sif": sif}}
    assert by_name(fewer, tmp_path)["tropomi_sif"].files == 11


def test_each_paper_fits_and_what_does_not_is_named(sections, tmp_path):
    text = describe_downloads(sections, root=tmp_path, towers=None)
    for name in sections:
        lines = plan_downloads({name: sections[name]}, root=tmp_path, towers=None)
        total = sum(line.gigabytes for line in lines)
        assert total < 400
        assert f"{name} alone needs {total:,.0f} GB, within 400 GB." in text
        largest = max(lines, key=lambda line: line.gigabytes)
        less = describe_downloads(sections, root=tmp_path, towers=None, limit=total - 1)
        assert f"more than {total - 1:g} GB; the largest: {largest.source.name}" in less


def test_the_table_holds_a_row_for_each_source(sections, tmp_path):
    lines = plan_downloads(sections, root=tmp_path, towers=None)
    rows = text_of(lines).splitlines()
    assert [row.split()[0] for row in rows[1 : len(lines) + 1]] == [x.source.name for x in lines]
    assert all(dataclasses.is_dataclass(line) for line in lines)
    assert get_source("koppen").licence in rows[[x.source.name for x in lines].index("koppen") + 1]
