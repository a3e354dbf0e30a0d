"""Towers that do not stand where their rows say, by the maps of resources/geography."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carbonscape.archives.site_places import check_places, read_boxes
from carbonscape.core import findings
from carbonscape.core.errors import InputError


@pytest.fixture(scope="module")
def maps(project: Path) -> dict[str, Path]:
    folder = project / "resources" / "geography"
    return {
        "countries": folder / "countries.csv",
        "land": folder / "land_share.nc",
        "koppen": folder / "koppen.nc",
    }


def reasons(maps, site="US-Ha1", lat=42.5378, lon=-72.1715, koppen="Dfb", climate="continental"):
    row = {"site": site, "lat": lat, "lon": lon, "koppen": koppen, "climate": climate}
    with findings.collected() as found:
        check_places(pd.DataFrame([row]), **maps)
    assert {finding.item for finding in found} <= {site}
    assert {finding.outcome for finding in found} <= {"warning"}
    return [finding.reason for finding in found]


def test_a_right_row_passes(maps):
    assert reasons(maps) == []


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ({"lon": 72.1715}, "look at the sign of the longitude"),
        ({"lat": -42.5378}, "look at the sign of the latitude"),
        ({"lat": -42.5378, "lon": 72.1715}, "look at the signs of both"),
        ({"lat": -72.1715, "lon": 42.5378}, "look at which of them is the latitude"),
        ({"lat": 10.0, "lon": 20.0}, "look at both"),
        ({"site": "BR-Sa1", "lat": -54.9589, "lon": -2.8567}, "look at which of them is the lat"),
    ],
)
def test_a_place_outside_the_country_of_the_code_is_named(maps, place, part):
    said = reasons(maps, **place)
    assert "the country of its code; " + part in said[0]
    assert f"{place.get('lat', 42.5378):g} N {place.get('lon', -72.1715):g} E" in said[0]


@pytest.mark.parametrize(
    ("site", "lat", "lon"),
    [("GF-Guy", 5.28, -52.92), ("SJ-Adv", 78.19, 15.92), ("UK-ESa", 55.9, -2.86),
     ("JP-Ynf", 26.75, 128.21), ("US-xPU", 19.55, -155.3), ("RU-Cok", 70.83, 147.49)],
)  # fmt: skip
def test_far_parts_of_countries_belong_to_them(maps, site, lat, lon):
    assert not [said for said in reasons(maps, site, lat, lon) if "country" in said]


def test_a_place_at_sea_is_named(maps):
    assert "lies far out at sea" in reasons(maps, site="ZZ-Abc", lat=42.5, lon=-50.0)[0]


def test_codes_of_no_country_are_passed_over(maps):
    assert reasons(maps, site="ZZ-Abc") == []


def test_another_climate_is_named_but_not_a_neighbouring_one(maps):
    (said,) = reasons(maps, koppen="Af", climate="tropical")
    assert "has the climate Af (tropical), but around it are temperate, continental" in said
    assert reasons(maps, koppen="Cfb", climate="temperate") == []


def test_damaged_maps_are_refused(maps, tmp_path):
    bad = tmp_path / "bad"
    bad.write_text("code,country\nUS,America\n")
    with pytest.raises(InputError, match="cannot be read as the boxes of countries"):
        read_boxes(bad)
    with pytest.raises(InputError, match="cannot be read as a map of 'land_share'"):
        reasons(maps | {"land": bad})
    with pytest.raises(InputError, match="cannot be read as a map of 'koppen'"):
        reasons(maps | {"koppen": tmp_path / "none.nc"})
