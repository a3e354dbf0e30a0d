"""The 26 regions of SREX: the table, and the region of a place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from carbonscape.archives.srex import read_regions
from carbonscape.core.errors import InputError
from carbonscape.core.regions import OUTSIDE, Region, regions_of

#: Cell centres in each region on the grid of 5 degrees, as regionmask 0.13.0 counts them.
CELLS_OF_5_DEGREES = [
    39, 133, 30, 16, 25, 28, 28, 12, 20, 41, 40, 20, 30, 36, 45, 25, 60, 112, 28, 12, 20, 54, 37,
    72, 36, 56,
]  # fmt: skip


@pytest.fixture(scope="module")
def path(project: Path) -> Path:
    return project / "resources" / "regions" / "srex.csv"


@pytest.fixture(scope="module")
def regions(path: Path) -> list[Region]:
    return read_regions(path)


def area(region: Region) -> float:
    """Area in square degrees (shoelace), whatever the sense of rotation."""
    x, y = region.lon, region.lat
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def test_the_table_is_the_one_described(path: Path):
    expected = (path.parent / "SHA256SUMS").read_text(encoding="utf-8").split()[0]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == expected


def test_the_regions_have_their_numbers_and_abbreviations(regions):
    assert [region.number for region in regions] == list(range(1, 27))
    names = {region.abbreviation: region.number for region in regions}
    assert (names["ALA"], names["AMZ"], names["SAH"], names["SAU"]) == (1, 7, 14, 26)
    assert regions[6].name == "Amazon"
    # The Tibetan Plateau: 75 to 100 E and 30 to 50 N.
    assert area(regions[20]) == 25 * 20


def test_the_centre_is_that_of_the_area(regions):
    # As regionmask gives it: of Amazonia, and of South Asia, whose corner towards Burma is cut.
    assert regions[6].centre == pytest.approx((-3.75447446, -62.05181777))
    assert regions[22].centre == pytest.approx((17.90540541, 78.58108108))
    # The triangle whose corners sum to (3, 3).
    corners = np.array([[0.0, 0.0, 3.0], [0.0, 3.0, 0.0]])
    assert Region(1, "ABC", "", *corners).centre == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize(
    ("lat", "lon", "abbreviation"),
    [
        (-3.1, -60.0, "AMZ"),  # Manaus
        (52.5, 13.4, "CEU"),  # Berlin
        (60.2, 24.9, "NEU"),  # Helsinki
        (19.4, -99.1, "CAM"),  # Mexico City
        (-33.4, -70.7, "WSA"),  # Santiago
        (-34.6, -58.4, "SSA"),  # Buenos Aires
        (-1.3, 36.8, "EAF"),  # Nairobi
        (28.6, 77.2, "SAS"),  # Delhi
        (22.0, 96.1, "SAS"),  # Mandalay, in the part north of 20 degrees
        (16.8, 96.2, "SEA"),  # Yangon, east of 95 degrees
        (21.3, -157.9, ""),  # Honolulu
        (-80.0, 0.0, ""),  # Antarctica
        (66.0, -172.0, ""),  # Chukotka beyond the 180th meridian
    ],
)
def test_places_lie_in_their_regions(regions, lat, lon, abbreviation):
    number = int(regions_of(regions, lat, lon))
    found = "" if number == OUTSIDE else regions[number - 1].abbreviation
    assert found == abbreviation


def test_cells_are_counted_as_regionmask_counts_them(regions):
    lat, lon = np.arange(87.5, -90, -5), np.arange(-177.5, 180, 5)
    found = regions_of(regions, lat[:, None], lon)
    assert np.bincount(found.ravel(), minlength=27)[1:].tolist() == CELLS_OF_5_DEGREES


def test_no_place_is_in_two_regions_nor_lost_between_them(regions):
    # Whole degrees lie on the edges of many regions.
    lat, lon = np.arange(-90.0, 91.0), np.arange(-180.0, 181.0)
    alone = [regions_of([region], lat[:, None], lon) != OUTSIDE for region in regions]
    assert max(np.sum(alone, axis=0).ravel()) == 1
    assert (np.any(alone, axis=0) == (regions_of(regions, lat[:, None], lon) != OUTSIDE)).all()
    # Europe and Asia from 45 to 49 N are covered without a gap from 10 W to 145 E.
    assert (regions_of(regions, np.arange(45.5, 49)[:, None], np.arange(-9.5, 145)) > 0).all()


def test_the_share_of_random_places_is_the_area(regions):
    generator = np.random.default_rng(1)
    count = 200_000
    found = regions_of(
        regions, generator.uniform(-90, 90, count), generator.uniform(-180, 180, count)
    )
    shares = np.bincount(found, minlength=27)[1:] / count
    expected = np.array([area(region) for region in regions]) / (180 * 360)
    assert np.abs(shares - expected).max() < 0.002


def test_a_place_on_an_edge_belongs_to_the_west_or_the_south(regions):
    assert regions_of(regions, [40.0, 50.0, 85.0], [75.0, 80.0, -50.0]).tolist() == [20, 21, 2]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("lat,lon", "lat,east"), "no column lon"),
        (lambda text: "\n".join(text.splitlines()[:40]), "holds 9 regions; expected those"),
        (lambda text: text.replace("-168.022", "west"), "line 3, column lon: found 'west'"),
        (lambda text: "", "the file is empty"),
    ],
)
def test_another_table_is_refused(path, tmp_path, change, sentence):
    other = tmp_path / "srex.csv"
    other.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_regions(other)


def test_an_absent_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_regions(tmp_path / "srex.csv")
